/* memory_linux.c - resident memory from /proc, cached pages from cachestat(2) or mincore(2)
 *
 * SPDX-License-Identifier: MIT */
#include "os/memory.h"

#include "os/file.h"
#include "os/map.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of Linux 6.5, younger than many a header. Numbers of calls since 5.1 keep their distance on every
 * architecture, wherever it begins to count. */
#if !defined(SYS_cachestat) && defined(SYS_pidfd_open)
#define SYS_cachestat (SYS_pidfd_open + 451 - 434)
#endif

/* What mincore is asked at once: its answer, a byte a page, stands on the stack. */
#define WINDOW_PAGES ((size_t)8192)

uint64_t os_resident(void)
{
	char text[128];
	char *rest;
	size_t len;
	int err, fd;

	/* statm and not smaps_rollup: that one is exact, and walks every page table. */
	if (os_open("/proc/self/statm", &fd) < 0)
		return 0;
	err = os_read_some(fd, text, sizeof(text) - 1, &len);
	os_close(fd);
	if (err < 0)
		return 0;
	text[len] = '\0';
	/* Pages: those of the address space, then those that are resident. */
	strtoull(text, &rest, 10);
	return strtoull(rest, NULL, 10) * os_page_size();
}

/* "RssAnon:     1234 kB" as bytes, for "\nRssAnon:". */
static uint64_t find_field(const char *status, const char *name)
{
	const char *field = strstr(status, name);
	unsigned long long kib;

	if (!field || sscanf(field + strlen(name), "%llu kB", &kib) != 1)
		return UINT64_MAX;
	return (uint64_t)kib * 1024;
}

void os_memory(struct os_memory *ret_memory)
{
	/* Enough for a process in a thousand groups, whose list comes first. */
	char status[16384];
	size_t len = 0;
	int fd;

	if (os_open("/proc/self/status", &fd) == 0) {
		if (os_read_at(fd, 0, status, sizeof(status) - 1, &len) < 0)
			len = 0;
		os_close(fd);
	}
	status[len] = '\0';
	ret_memory->resident = find_field(status, "\nVmRSS:");
	ret_memory->anonymous = find_field(status, "\nRssAnon:");
	ret_memory->file = find_field(status, "\nRssFile:");
	ret_memory->shared = find_field(status, "\nRssShmem:");
	ret_memory->resident_peak = find_field(status, "\nVmHWM:");
	ret_memory->page_tables = find_field(status, "\nVmPTE:");
}

static int ask_cachestat(int fd, uint64_t off, uint64_t len, uint64_t *ret_n_pages)
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
	(void)fd;
	(void)off;
	(void)len;
	(void)ret_n_pages;
	return -ENOSYS;
#endif
}

/* Whether mincore would tell the truth. Since Linux 5.2 it tells those who neither own a file nor
 * may write it that every page is resident. In doubt no: capabilities other than that of writing
 * are not looked at. */
static bool may_know(int fd)
{
	struct stat st;
	char path[40];

	if (fstat(fd, &st) == 0 && st.st_uid == geteuid())
		return true;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return eaccess(path, W_OK) == 0;
}

static int ask_mincore(int fd, uint64_t off, size_t n_pages, uint64_t *ret_n_pages)
{
	unsigned char answer[WINDOW_PAGES];
	size_t len = n_pages * os_page_size(), i;
	uint64_t n = 0;
	bool shared;
	void *map;
	int err;

	/* A map of its own, and not the reader's: nothing of it was touched, so it is the page
	 * cache that answers; and readers without a map can ask, too. */
	err = os_map(fd, off, len, &map, &shared);
	if (err < 0)
		return err;
	err = mincore(map, len, answer) < 0 ? -errno : 0;
	os_unmap(map, len);
	if (err < 0)
		return err;
	for (i = 0; i < n_pages; i++)
		n += answer[i] & 1;
	*ret_n_pages = n;
	return 0;
}

int os_cached_pages(
	int fd, uint64_t off, uint64_t len, uint64_t *ret_n_pages, enum os_residency *ret_source)
{
	uint64_t left = len / os_page_size(), sum = 0, n;
	size_t step;
	int err;

	*ret_source = OS_CACHESTAT;
	err = ask_cachestat(fd, off, len, ret_n_pages);
	if (err == 0)
		return 0;
	/* Whatever it said: filters of system calls like to answer EPERM to what they do not know,
	 * which then means nothing. */
	if (!may_know(fd))
		return -EPERM;
	for (; left > 0; left -= step, off += step * (uint64_t)os_page_size()) {
		step = (size_t)min_u64(left, WINDOW_PAGES);
		err = ask_mincore(fd, off, step, &n);
		if (err < 0)
			return err;
		sum += n;
	}
	*ret_n_pages = sum;
	*ret_source = OS_MINCORE;
	return 0;
}
