/* linux.c - the system calls that only Linux has, or that Linux does better than POSIX
 *
 * SPDX-License-Identifier: MIT */
#include "os/cgroup.h"
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Linux 4.17. Older kernels take the address as a hint, so the caller checks the result. */
#if !defined(MAP_FIXED_NOREPLACE)
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* Linux 6.5, which many installed headers are older than. The numbers of calls since Linux 5.1 have
 * the same differences on all architectures. */
#if !defined(SYS_cachestat) && defined(SYS_pidfd_open)
#define SYS_cachestat (SYS_pidfd_open + 451 - 434)
#endif

/* The pages of one call of mincore(2), whose result takes one byte of stack for each page. */
#define WINDOW_PAGES ((size_t)8192)

/* --- Descriptors and file status --- */

int os_reopen(int fd, int *ret_fd)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return os_open(path, false, ret_fd);
}

int os_device_size(int fd, uint64_t *ret_size)
{
	/* Not lseek(2): a descriptor of the caller may share the file offset. Not ioctl(): its
	 * request is an unsigned long in glibc, but an int in musl, which is too small. */
	return syscall(SYS_ioctl, fd, BLKGETSIZE64, ret_size) < 0 ? -errno : 0;
}

/* --- Sparse files --- */

int os_next_data(int fd, uint64_t off, uint64_t *ret_start, uint64_t *ret_stop)
{
	off_t data, hole;

	data = lseek(fd, (off_t)off, SEEK_DATA);
	if (data < 0 && errno == ENXIO) {
		*ret_start = *ret_stop = UINT64_MAX;
		return 0;
	}
	if (data < 0)
		return -errno;
	hole = lseek(fd, data, SEEK_HOLE);
	if (hole < 0)
		return -errno;
	*ret_start = (uint64_t)data;
	*ret_stop = (uint64_t)hole;
	return 0;
}

/* --- Changing maps --- */

int os_hint(const void *map, size_t len, enum os_hint hint)
{
	static const int advice[] = {MADV_NORMAL, MADV_SEQUENTIAL, MADV_RANDOM, MADV_WILLNEED};

	return madvise((void *)map, len, advice[hint]) < 0 ? -errno : 0;
}

int os_drop(const void *map, size_t len)
{
	return madvise((void *)map, len, MADV_DONTNEED) < 0 ? -errno : 0;
}

bool os_drops(void)
{
	return true;
}

bool os_keeps_tables(void)
{
	struct utsname name;
	unsigned major, minor;

	/* If the version is unknown, true is safe: it only costs calls of os_map_again. */
	return uname(&name) < 0 || sscanf(name.release, "%u.%u", &major, &minor) != 2 ||
	       major < 6 || (major == 6 && minor < 14);
}

int os_map_again(const void *map, size_t len, int fd, uint64_t off)
{
	void *again = mmap((void *)map, len, PROT_READ, MAP_SHARED | MAP_FIXED, fd, (off_t)off);

	return again == MAP_FAILED ? -errno : 0;
}

int os_map_extend(void *map, size_t len, size_t new_len, int fd, uint64_t off)
{
	char *end = (char *)map + len;
	void *more = mmap(end, new_len - len, PROT_READ, MAP_SHARED | MAP_FIXED_NOREPLACE, fd,
		(off_t)(off + len));

	if (more == MAP_FAILED)
		return errno == EEXIST ? -ENOMEM : -errno;
	if (more != end) {
		munmap(more, new_len - len);
		return -ENOMEM;
	}
	return 0;
}

/* --- Memory use --- */

uint64_t os_resident(void)
{
	char text[128];
	char *rest;
	size_t len;
	int err, fd;

	/* smaps_rollup is exact, but walks all page tables. */
	if (os_open("/proc/self/statm", false, &fd) < 0)
		return 0;
	err = os_read_some(fd, text, sizeof(text) - 1, &len);
	os_close(fd);
	if (err < 0)
		return 0;
	text[len] = '\0';
	/* The first number is the pages of the address space, the second the resident pages. */
	strtoull(text, &rest, 10);
	return strtoull(rest, NULL, 10) * os_page_size();
}

/* Returns: the bytes of a field such as "\nRssAnon:     1234 kB", for the name "\nRssAnon:". */
static uint64_t find_field(const char *status, const char *name)
{
	const char *field = strstr(status, name);
	unsigned long long kib;

	if (!field || sscanf(field + strlen(name), "%llu kB", &kib) != 1)
		return MMR_UNKNOWN;
	return (uint64_t)kib * 1024;
}

void os_memory(mmr_memory *ret_memory)
{
	/* Large enough for the list of a thousand groups, which comes before the fields. */
	char status[16384];
	size_t len = 0;
	int fd;

	if (os_open("/proc/self/status", false, &fd) == 0) {
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

static int count_by_cachestat(int fd, uint64_t off, uint64_t len, uint64_t *ret_n_pages)
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

int os_cached_pages(int fd, uint64_t off, uint64_t len, uint64_t *ret_n_pages,
	enum mmr_residency_source *ret_source)
{
	uint64_t left = len / os_page_size(), sum = 0, n;
	size_t step;
	int err;

	*ret_source = MMR_RESIDENCY_CACHESTAT;
	err = count_by_cachestat(fd, off, len, ret_n_pages);
	if (err == 0)
		return 0;
	/* Any error: seccomp filters often return EPERM for calls that they do not know. */
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
	*ret_source = MMR_RESIDENCY_MINCORE;
	return 0;
}

/* --- Processors --- */

/* The processors of the affinity mask, which is what taskset(1) and containers leave to the
 * process. */
static unsigned affine_processors(void)
{
	cpu_set_t set;
	long online;

	if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
		return (unsigned)CPU_COUNT(&set);
	/* It fails if the machine has more processors than a cpu_set_t has bits. */
	online = sysconf(_SC_NPROCESSORS_ONLN);
	return online > 0 ? (unsigned)online : 1;
}

unsigned os_processors(void)
{
	/* Read once, because that takes as long as scanning a megabyte. */
	static atomic_uint quota;
	unsigned allowed = atomic_load(&quota), affine = affine_processors();

	if (allowed == 0) {
		allowed = cgroup_processors("");
		atomic_store(&quota, allowed);
	}
	return allowed < affine ? allowed : affine;
}
