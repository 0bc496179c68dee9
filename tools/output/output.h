/* output.h - standard output: one buffer, and every failure diagnosed
 *
 * A write that fails ends the program at once with "write error: reason" and STATUS_TROUBLE: there
 * is nobody left to go on for.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_OUTPUT_OUTPUT_H
#define TOOLS_OUTPUT_OUTPUT_H

#include "mmcat.h"

#include <sys/stat.h>

/* Before anything is opened: what is opened must not become standard input, output or error where
 * that was closed. */
void output_start(void);

void output_write(const void *bytes, size_t len);

/* Bytes [off, off + len) of a file, by the shortest way that the kernel offers.
 *
 * Returns: 0; MMR_ETRUNCATED or a negated errno of reading, with `*ret_done` bytes written. */
int output_range(int fd, uint64_t off, uint64_t len, uint64_t *ret_done);

/* All that is left in a stream. Returns: like output_range. */
int output_stream(int fd, uint64_t *ret_done);

/* Whether the output would run into what is still to be read: bytes [start, stop) of the file that
 * is `in`, read in that order or from their end. */
bool output_is_input(const struct stat *in, uint64_t start, uint64_t stop, bool backward);

void output_flush(void);

/* Fails now if nothing can ever be written, for those who may wait long for the first byte. */
void output_check(void);

/* Flushes and closes: what the file system reports only now is an error too. */
void output_close(void);

/* Says why writing failed and leaves. */
_Noreturn void output_failed(int errnum);

#endif
