/* memory.h - what the kernel says this process and a file hold in memory
 *
 * linux.c or posix.c, one of the two.
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

/* In bytes; UINT64_MAX where it cannot be known. */
struct os_memory {
	uint64_t resident, anonymous, file, shared;
	uint64_t resident_peak;
	uint64_t page_tables;
};

void os_memory(struct os_memory *ret_memory);

enum os_residency {
	OS_CACHESTAT,
	OS_MINCORE
};

/* How many pages of a file are in the page cache, and which call said so.
 *
 * Shape: `off` and `len` are whole pages; `len` is not 0.
 * Errors: -EPERM when the kernel would not tell this user the truth; -ENOSYS when there is no call;
 *   an errno of mmap(2) or mincore(2). */
int os_cached_pages(
	int fd, uint64_t off, uint64_t len, uint64_t *ret_n_pages, enum os_residency *ret_source);

#endif
