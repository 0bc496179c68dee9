/* transfer.h - moves bytes from a descriptor to standard output inside the kernel
 *
 * transfer_linux.c or transfer_posix.c is built. The second leaves all bytes to the caller.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_OUTPUT_TRANSFER_H
#define TOOLS_OUTPUT_TRANSFER_H

#include "mmcat.h"

/* Lets a pipe at standard output hold more bytes, so that a large write does not wait for the
 * reader of the pipe. One call is enough. */
void transfer_widen(void);

/* Moves bytes [off, off + len) of a file and adds their number to `*done`.
 *
 * Returns: 1 when all is moved or the file ended; 0 when the caller must copy the rest by read and
 *   write; MMR_ETRUNCATED or a negated errno of reading. A failed write ends the program. */
int transfer_range(int fd, uint64_t off, uint64_t len, uint64_t *done);

/* Like transfer_range, but moves the rest of a stream. */
int transfer_stream(int fd, uint64_t *done);

#endif
