/* extent.h - where a sparse file has data
 *
 * linux.c or posix.c, one of the two.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OS_EXTENT_H
#define SRC_OS_EXTENT_H

#include "common.h"

/* The first run of data that ends behind `off`. It moves the offset of the descriptor.
 *
 * Returns: 0; `*ret_start` is UINT64_MAX when there is only a hole up to the end.
 * Errors: a negated errno; -ENOTSUP where holes cannot be asked for. */
int os_next_data(int fd, uint64_t off, uint64_t *ret_start, uint64_t *ret_stop);

/* Another descriptor of the same open file, with an offset of its own. Errors: a negated errno. */
int os_reopen(int fd, int *ret_fd);

#endif
