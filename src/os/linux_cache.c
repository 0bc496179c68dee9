/* linux_cache.c - the page cache of Linux: what is in it, reads past it, and the memory for it
 *
 * SPDX-License-Identifier: MIT */
#include "os/cgroup.h"
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Linux 6.5, which many installed headers are older than. The numbers of calls since Linux 5.1 have
 * the same differences on all architectures. */
#if !defined(SYS_cachestat) && defined(SYS_pidfd_open)
#define SYS_cachestat (SYS_pidfd_open + 451 - 434)
#endif

/* Linux 6.14. */
#if !defined(RWF_DONTCACHE)
#define RWF_DONTCACHE 0x80
#endif

/* The pages of one call of mincore(2), whose result takes one byte of stack for each page. */
#define WINDOW_PAGES ((size_t)8192)

/* --- What is in the page cache --- */

int os_cachestat(int fd, uint64_t off, uint64_t len, uint64_t *ret_n_pages)
{
#if defined(SYS_cachestat)
	struct {
		uint64_t off, len;
	} range = {off, len};
	struct {
		uint64_t cached, dirty, writeback, evicted, recently_evicted;
	} pages = {0, 0, 0, 0, 0}; /* MemorySanitizer does not know that the call writes it */

	if (syscall(SYS_cachestat, fd, &range, &pages, 0) < 0)
		return -errno;
	*ret_n_pages = pages.cached;
	return 0;
#else
	(void)fd, (void)off, (void)len, (void)ret_n_pages;
	return -ENOSYS;
#endif
}

/* Whether mincore(2) gives true numbers. Since Linux 5.2 it reports all pages of a file as resident
 * to users that neither own the file nor may write it. Capabilities are not checked, so the result
 * may be false for a user that has them. */
static bool mincore_is_reliable(int fd)
{
	struct stat st;
	char path[40];

	if (fstat(fd, &st) == 0 && st.st_uid == geteuid())
		return true;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return eaccess(path, W_OK) == 0;
}

static int count_by_mincore(int fd, uint64_t off, size_t n_pages, uint64_t *ret_n_pages)
{
	unsigned char resident[WINDOW_PAGES];
	size_t len = n_pages * os_page_size(), i;
	uint64_t n = 0;
	bool shared;
	void *map;
	int err;

	/* Not the map of the reader: no page of a new map has been accessed, so mincore(2) looks at
	 * the page cache. Readers without a map are counted, too. */
	err = os_map(fd, off, len, &map, &shared);
	if (err < 0)
		return err;
	err = mincore(map, len, resident) < 0 ? -errno : 0;
	os_unmap(map, len);
	if (err < 0)
		return err;
	for (i = 0; i < n_pages; i++)
		n += resident[i] & 1;
	*ret_n_pages = n;
	return 0;
}

int os_mincore(int fd, uint64_t off, uint64_t len, uint64_t *ret_n_pages)
{
	uint64_t left = len / os_page_size(), sum = 0, n;
	size_t step;
	int err;

	if (!mincore_is_reliable(fd))
		return -EPERM;
	for (; left > 0; left -= step, off += step * (uint64_t)os_page_size()) {
		step = (size_t)min_u64(left, WINDOW_PAGES);
		err = count_by_mincore(fd, off, step, &n);
		if (err < 0)
			return err;
		sum += n;
	}
	*ret_n_pages = sum;
	return 0;
}

int os_cached_pages(int fd, uint64_t off, uint64_t len, uint64_t *ret_n_pages,
	enum mmr_residency_source *ret_source)
{
	*ret_source = MMR_RESIDENCY_CACHESTAT;
	/* Any error: seccomp filters often return EPERM for calls that they do not know. */
	if (os_cachestat(fd, off, len, ret_n_pages) == 0)
		return 0;
	*ret_source = MMR_RESIDENCY_MINCORE;
	return os_mincore(fd, off, len, ret_n_pages);
}

/* --- Reads --- */

int os_read_uncached(int fd, uint64_t off, void *buffer, size_t len, size_t *ret_len)
{
	size_t done = 0;

	while (done < len && off <= INT64_MAX - (uint64_t)done) {
		struct iovec rest = {(char *)buffer + done, len - done};
		ssize_t n = preadv2(fd, &rest, 1, (off_t)(off + done), RWF_DONTCACHE);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			*ret_len = done;
			return -errno;
		}
		if (n == 0)
			break;
		done += (size_t)n;
	}
	*ret_len = done;
	return 0;
}

void os_prefetch(int fd, uint64_t off, uint64_t len)
{
	uint64_t at;

	for (at = 0; at < len; at += OS_PREFETCH_PIECE)
		posix_fadvise(fd, (off_t)(off + at), (off_t)min_u64(len - at, OS_PREFETCH_PIECE),
			POSIX_FADV_WILLNEED);
}

void os_evict(int fd, uint64_t off, uint64_t len)
{
	posix_fadvise(fd, (off_t)off, (off_t)len, POSIX_FADV_DONTNEED);
}

/* --- Memory --- */

/* MemAvailable includes the page cache, as far as it can be dropped. */
uint64_t os_memory_available(void)
{
	unsigned long long kib = UINT64_MAX / 1024;
	const char *field;
	char text[4096];
	size_t len = 0;
	int fd;

	if (os_open("/proc/meminfo", false, &fd) == 0) {
		if (os_read_at(fd, 0, text, sizeof(text) - 1, &len) < 0)
			len = 0;
		os_close(fd);
	}
	text[len] = '\0';
	field = strstr(text, "MemAvailable:");
	if (!field || sscanf(field, "MemAvailable: %llu kB", &kib) != 1)
		return cgroup_memory("");
	return min_u64((uint64_t)kib * 1024, cgroup_memory(""));
}
