/* memory_posix.c - POSIX has no word for resident memory: getrusage(2) knows the peak alone
 *
 * mincore(2) is not of POSIX, and differs from system to system in whom it tells the truth.
 *
 * SPDX-License-Identifier: MIT */
#include "os/memory.h"

#include <errno.h>
#include <sys/resource.h>

uint64_t os_resident(void)
{
	return 0;
}

void os_memory(struct os_memory *ret_memory)
{
	struct rusage usage;

	ret_memory->resident = ret_memory->anonymous = UINT64_MAX;
	ret_memory->file = ret_memory->shared = UINT64_MAX;
	ret_memory->resident_peak = ret_memory->page_tables = UINT64_MAX;
	if (getrusage(RUSAGE_SELF, &usage) < 0 || usage.ru_maxrss <= 0)
		return;
		/* In KiB, except where it is in bytes. */
#if defined(__APPLE__)
	ret_memory->resident_peak = (uint64_t)usage.ru_maxrss;
#else
	ret_memory->resident_peak = (uint64_t)usage.ru_maxrss * 1024;
#endif
}

int os_cached_pages(
	int fd, uint64_t off, uint64_t len, uint64_t *ret_n_pages, enum os_residency *ret_source)
{
	(void)fd;
	(void)off;
	(void)len;
	(void)ret_n_pages;
	(void)ret_source;
	return -ENOSYS;
}
