/* posix.c - replacements for linux.c that need only POSIX
 *
 * SPDX-License-Identifier: MIT */
#include "os/os.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* --- Descriptors and file status --- */

int os_reopen(int fd, bool direct, int *ret_fd)
{
	(void)fd, (void)direct, (void)ret_fd;
	return -ENOTSUP;
}

int os_path(int fd, char *buffer, size_t size)
{
	(void)fd, (void)buffer, (void)size;
	return -ENOTSUP;
}

/* A descriptor that shares the file offset sees it move for a moment. */
int os_device_size(int fd, uint64_t *ret_size)
{
	off_t here = lseek(fd, 0, SEEK_CUR), end;

	end = here < 0 ? -1 : lseek(fd, 0, SEEK_END);
	if (end < 0 || lseek(fd, here, SEEK_SET) < 0)
		return -errno;
	*ret_size = (uint64_t)end;
	return 0;
}

/* --- Sparse files --- */

/* POSIX has SEEK_DATA only since 2024. */
int os_next_data(int fd, uint64_t off, uint64_t *ret_start, uint64_t *ret_stop)
{
	(void)fd, (void)off, (void)ret_start, (void)ret_stop;
	return -ENOTSUP;
}

/* --- Changing maps --- */

int os_hint(const void *map, size_t len, enum os_hint hint)
{
	static const int advice[] = {
		POSIX_MADV_NORMAL, POSIX_MADV_SEQUENTIAL, POSIX_MADV_RANDOM, POSIX_MADV_WILLNEED};

	return -posix_madvise((void *)map, len, advice[hint]);
}

int os_drop(const void *map, size_t len)
{
	return -posix_madvise((void *)map, len, POSIX_MADV_DONTNEED);
}

bool os_drops(void)
{
	return false;
}

/* Other systems may keep page tables, too. But it is not known whether mmap(2) with MAP_FIXED
 * replaces a map there without a gap that other threads can see, so os_map_again is not used. */
bool os_keeps_tables(void)
{
	return false;
}

int os_map_again(const void *map, size_t len, int fd, uint64_t off)
{
	(void)map, (void)len, (void)fd, (void)off;
	return -ENOTSUP;
}

/* MAP_FIXED_NOREPLACE is not in POSIX. Without it the address is a hint, and a map that is placed
 * elsewhere is removed. */
int os_map_extend(void *map, size_t len, size_t new_len, int fd, uint64_t off)
{
	char *end = (char *)map + len;
	void *more = mmap(end, new_len - len, PROT_READ, MAP_SHARED, fd, (off_t)(off + len));

	if (more == MAP_FAILED)
		return -errno;
	if (more == end)
		return 0;
	munmap(more, new_len - len);
	return -ENOMEM;
}

/* --- Memory use --- */

uint64_t os_resident(void)
{
	return 0;
}

void os_memory(mmr_memory *ret_memory)
{
	struct rusage usage;

	ret_memory->resident = ret_memory->anonymous = MMR_UNKNOWN;
	ret_memory->file = ret_memory->shared = MMR_UNKNOWN;
	ret_memory->resident_peak = ret_memory->page_tables = MMR_UNKNOWN;
	if (getrusage(RUSAGE_SELF, &usage) < 0 || usage.ru_maxrss <= 0)
		return;
#if defined(__APPLE__)
	ret_memory->resident_peak = (uint64_t)usage.ru_maxrss;
#else
	ret_memory->resident_peak = (uint64_t)usage.ru_maxrss * 1024;
#endif
}

/* --- Page cache --- */

int os_read_uncached(int fd, uint64_t off, void *buffer, size_t len, size_t *ret_len)
{
	(void)fd, (void)off, (void)buffer, (void)len;
	*ret_len = 0;
	return -ENOTSUP;
}

int os_cachestat(int fd, uint64_t off, uint64_t len, uint64_t *ret_n_pages)
{
	(void)fd, (void)off, (void)len, (void)ret_n_pages;
	return -ENOSYS;
}

void os_prefetch(int fd, uint64_t off, uint64_t len)
{
	(void)fd, (void)off, (void)len;
}

void os_evict(int fd, uint64_t off, uint64_t len)
{
	(void)fd, (void)off, (void)len;
}

uint64_t os_memory_available(void)
{
	return UINT64_MAX;
}

/* mincore(2) is not in POSIX, and systems differ in which users get true numbers from it. */
int os_mincore(int fd, uint64_t off, uint64_t len, uint64_t *ret_n_pages)
{
	(void)fd, (void)off, (void)len, (void)ret_n_pages;
	return -ENOSYS;
}

int os_cached_pages(int fd, uint64_t off, uint64_t len, uint64_t *ret_n_pages,
	enum mmr_residency_source *ret_source)
{
	(void)ret_source;
	return os_mincore(fd, off, len, ret_n_pages);
}

/* --- Processors --- */

unsigned os_processors(void)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	return online > 0 ? (unsigned)online : 1;
}
