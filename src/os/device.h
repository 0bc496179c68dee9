/* device.h - the size of a block device
 *
 * linux.c or posix.c, one of the two.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OS_DEVICE_H
#define SRC_OS_DEVICE_H

#include "common.h"

/* Returns: 0 or a negated errno. */
int os_device_size(int fd, uint64_t *ret_size);

#endif
