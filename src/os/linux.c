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

/* --- Descriptors and file status --- */

int os_reopen(int fd, bool direct, int *ret_fd)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (direct ? O_DIRECT : 0), again;
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	do
		again = open(path, flags);
	while (again < 0 && errno == EINTR);
	if (again < 0)
		return -errno;
	*ret_fd = again;
	return 0;
}

int os_path(int fd, char *buffer, size_t size)
{
	char link[40];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, buffer, size);
	if (len < 0)
		return -errno;
	if ((size_t)len == size)
		return -ENAMETOOLONG;
	buffer[len] = '\0';
	return 0;
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
	size_t step = hint == OS_HINT_WILL_NEED ? OS_PREFETCH_PIECE : len, at;

	for (at = 0; at < len; at += step)
		if (madvise((char *)map + at, min_size(len - at, step), advice[hint]) < 0)
			return -errno;
	return 0;
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
