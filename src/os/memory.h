/* memory.h - what the kernel says this process holds
 *
 * memory_linux.c or memory_posix.c, one of the two.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OS_MEMORY_H
#define SRC_OS_MEMORY_H

#include "common.h"

/* Bytes of this process that are resident, its share of mapped files included. Right to some
 * dozens of pages: the kernel adds its per-CPU counters up only now and then.
 *
 * Returns: 0 when it cannot be known. */
uint64_t os_resident(void);

#endif
