/* map.c - mapping by POSIX calls
 *
 * SPDX-License-Identifier: MIT */
#include "os/map.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

size_t os_page_size(void)
{
	static size_t page;

	/* Threads that race here write the same value. */
	if (__atomic_load_n(&page, __ATOMIC_RELAXED) == 0)
		__atomic_store_n(&page, (size_t)sysconf(_SC_PAGESIZE), __ATOMIC_RELAXED);
	return __atomic_load_n(&page, __ATOMIC_RELAXED);
}

int os_map(int fd, uint64_t off, size_t len, void **ret_map, bool *ret_shared)
{
	bool shared = true;
	void *map;

	if (off > INT64_MAX)
		return -EOVERFLOW;
	map = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, (off_t)off);
	/* FUSE files with direct_io refuse shared maps alone. */
	if (map == MAP_FAILED && errno == ENODEV) {
		shared = false;
		map = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, (off_t)off);
	}
	if (map == MAP_FAILED)
		return -errno;
	*ret_map = map;
	*ret_shared = shared;
	return 0;
}

void os_unmap(void *map, size_t len)
{
	munmap(map, len);
}
