/* output.h - standard output through one buffer
 *
 * A write that fails prints "cannot write to standard output: REASON" and ends the program at once
 * with STATUS_TROUBLE.
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

/* Writes bytes [off, off + len) of a file by the fastest call that the kernel has for it.
 *
 * Returns: 0; MMR_ETRUNCATED or a negated errno of reading, with `*ret_done` bytes written. */
int output_range(int fd, uint64_t off, uint64_t len, uint64_t *ret_done);

/* Writes the rest of a stream. Returns: like output_range. */
int output_stream(int fd, uint64_t *ret_done);

/* Whether the output would overwrite bytes before they are read: bytes [start, stop) of the file
 * `in`, which are read in this order or from their end. */
bool output_is_input(const struct stat *in, uint64_t start, uint64_t stop, bool backward);

void output_flush(void);

/* Fails now if the output cannot be written to. For callers that may wait long before they
 * write. */
void output_check(void);

/* Flushes and closes. Some file systems report an error only now. */
void output_close(void);

/* Prints why writing failed and exits. */
_Noreturn void output_failed(int errnum);

/* The bytes at the start of the output that binary_refused examines. */
#define BINARY_LOOK ((size_t)32 << 10)

/* Whether the output must be examined: it is a terminal, and -a does not allow binary data. */
bool binary_matters(bool allowed);

/* Whether bytes have a NUL or an ESC, which is reported. */
bool binary_refused(const char *name, mmr_slice bytes);

#endif
