/* transfer.h - descriptor to standard output inside the kernel
 *
 * transfer_linux.c or transfer_posix.c, one of the two. The second knows no way and says so.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_OUTPUT_TRANSFER_H
#define TOOLS_OUTPUT_TRANSFER_H

#include "mmcat.h"

/* Moves up to `len` bytes at `*off` of a file, raising `*off`.
 *
 * Returns: 1 when all was moved or the file ended, 0 when the rest must be copied by read and write
 *   (no way, or not here); MMR_ETRUNCATED or a negated errno of reading. A failed write ends the
 * program. */
int transfer_range(int fd, uint64_t *off, uint64_t len);

/* The same for all that is left in a stream; `*done` counts. */
int transfer_stream(int fd, uint64_t *done);

#endif
