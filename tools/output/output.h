/* output.h - standard output through one buffer
 *
 * If a write fails, the program prints "cannot write to standard output: REASON" and exits at once
 * with STATUS_TROUBLE. For EPIPE it dies of SIGPIPE without a message, unless SIGPIPE is ignored.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_OUTPUT_OUTPUT_H
#define TOOLS_OUTPUT_OUTPUT_H

#include "mmcat.h"

#include <sys/stat.h>

/* Call it before anything is opened, so that no file gets the descriptor of a closed standard
 * input, output or error. */
void output_start(void);

void output_write(const void *bytes, size_t len);

/* Writes bytes [off, off + len) of a file. A range that fits into the rest of the buffer is
 * collected there; a longer one is written by the fastest call that the kernel has for it.
 *
 * Returns: 0; MMR_ETRUNCATED or a negated errno if reading fails. In all cases `*ret_done` is the
 *   number of bytes that were written or buffered. */
int output_range(int fd, uint64_t off, uint64_t len, uint64_t *ret_done);

/* Writes the rest of a stream. Returns: like output_range. */
int output_stream(int fd, uint64_t *ret_done);

/* Whether the output is the file `in` and may change bytes [start, stop) of it before they are
 * read, or may append to it while it is read. Exits if this cannot be found out.
 *
 * Shape: `backward`: the bytes are read from their end. */
bool output_is_input(const struct stat *in, uint64_t start, uint64_t stop, bool backward);

void output_flush(void);

/* Fails now if the output cannot be written to. For callers that may wait long before they
 * write. */
void output_check(void);

/* Flushes and closes. Some file systems report an error only now. */
void output_close(void);

/* Prints why writing failed and exits with STATUS_TROUBLE; dies of SIGPIPE for EPIPE. */
_Noreturn void output_failed(int errnum);

/* The number of bytes that binary_refused examines at most. */
#define BINARY_LOOK ((size_t)32 << 10)

/* Whether the output must be examined: it is a terminal, and `allowed` (option -a) is false. */
bool binary_matters(bool allowed);

/* Prints the message for binary data and a terminal. Returns: STATUS_TROUBLE. */
enum status binary_refuse(const char *name);

/* Whether the first BINARY_LOOK bytes contain a NUL or an ESC, after a message for `name`. */
bool binary_refused(const char *name, mmr_slice bytes);

#endif
