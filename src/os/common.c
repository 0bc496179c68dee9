/* common.c - the system calls that are the same on all POSIX systems
 *
 * SPDX-License-Identifier: MIT */
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Linux moves at most 2 GiB less a page in one call. Smaller steps cost nothing. */
#define STEP_MAX ((size_t)1 << 30)

/* --- Descriptors --- */

int os_open(const char *path, bool wait, int *ret_fd)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY, fd;

	/* Without O_NONBLOCK, open(2) of a FIFO waits for a writer. */
	if (!wait)
		flags |= O_NONBLOCK;
	do
		fd = open(path, flags);
	while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

int os_dup(int fd, int *ret_fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (copy < 0)
		return -errno;
	*ret_fd = copy;
	return 0;
}

void os_close(int fd)
{
	close(fd);
}

int os_check_readable(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -errno;
#if defined(O_PATH)
	if (flags & O_PATH)
		return -EBADF;
#endif
	return (flags & O_ACCMODE) == O_WRONLY ? -EBADF : 0;
}

/* --- File status --- */

static enum os_kind kind_of(mode_t mode)
{
	if (S_ISREG(mode))
		return OS_REGULAR;
	if (S_ISBLK(mode))
		return OS_BLOCK_DEVICE;
	if (S_ISDIR(mode))
		return OS_DIRECTORY;
	if (S_ISFIFO(mode))
		return OS_FIFO;
	if (S_ISSOCK(mode))
		return OS_SOCKET;
	return OS_CHARACTER_DEVICE;
}

static void translate(const struct stat *st, struct os_stat *ret_stat)
{
	ret_stat->kind = kind_of(st->st_mode);
	ret_stat->size = st->st_size > 0 ? (uint64_t)st->st_size : 0;
	ret_stat->dev = (uint64_t)st->st_dev;
	ret_stat->ino = (uint64_t)st->st_ino;
	ret_stat->owner = (unsigned)st->st_uid;
	ret_stat->mode = (unsigned)st->st_mode & 07777;
#if defined(__APPLE__)
	ret_stat->mtime_ns =
		st->st_mtimespec.tv_sec * INT64_C(1000000000) + st->st_mtimespec.tv_nsec;
	ret_stat->ctime_ns =
		st->st_ctimespec.tv_sec * INT64_C(1000000000) + st->st_ctimespec.tv_nsec;
#else
	ret_stat->mtime_ns = st->st_mtim.tv_sec * INT64_C(1000000000) + st->st_mtim.tv_nsec;
	ret_stat->ctime_ns = st->st_ctim.tv_sec * INT64_C(1000000000) + st->st_ctim.tv_nsec;
#endif
}

int os_stat_path(const char *path, struct os_stat *ret_stat)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	translate(&st, ret_stat);
	return 0;
}

int os_stat_fd(int fd, struct os_stat *ret_stat)
{
	struct os_stat translated;
	struct stat st;
	int err;

	if (fstat(fd, &st) < 0)
		return -errno;
	translate(&st, &translated);
	/* st_size of a block device is 0. */
	if (translated.kind == OS_BLOCK_DEVICE) {
		err = os_device_size(fd, &translated.size);
		if (err < 0)
			return err;
	}
	*ret_stat = translated;
	return 0;
}

bool os_is_link(const char *path)
{
	struct stat st;

	return lstat(path, &st) < 0 || S_ISLNK(st.st_mode);
}

/* --- Reading --- */

/* Reads until a read ends within a block. */
static int read_blocks(
	int fd, uint64_t off, void *buffer, size_t len, size_t block, size_t *ret_len)
{
	size_t done = 0;

	while (done < len && done % block == 0) {
		size_t step = min_size(len - done, STEP_MAX);
		ssize_t n;

		if (off > INT64_MAX - (uint64_t)done)
			break;
		/* If the range ended after the largest offset, pread(2) would fail with EINVAL
		 * instead of reporting the end of the file. */
		step = (size_t)min_u64(step, INT64_MAX - (uint64_t)done - off);
		n = pread(fd, (char *)buffer + done, step, (off_t)(off + done));
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

int os_read_at(int fd, uint64_t off, void *buffer, size_t len, size_t *ret_len)
{
	return read_blocks(fd, off, buffer, len, 1, ret_len);
}

int os_read_direct(int fd, uint64_t off, void *buffer, size_t len, size_t *ret_len)
{
	return read_blocks(fd, off, buffer, len, OS_DIRECT_ALIGN, ret_len);
}

int os_read_some(int fd, void *buffer, size_t len, size_t *ret_len)
{
	ssize_t n;

	do
		n = read(fd, buffer, min_size(len, STEP_MAX));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	*ret_len = (size_t)n;
	return 0;
}

bool os_is_readable(int fd, bool wait)
{
	struct pollfd ready = {fd, POLLIN, 0};
	int n;

	do
		n = poll(&ready, 1, wait ? -1 : 0);
	while (n < 0 && errno == EINTR);
	return n != 0;
}

int64_t os_position(int fd)
{
	return lseek(fd, 0, SEEK_CUR);
}

int os_seek(int fd, uint64_t off)
{
	off_t now = lseek(fd, (off_t)off, SEEK_SET);

	if (now < 0)
		return -errno;
	/* Some devices succeed and stay where they are. */
	return (uint64_t)now == off ? 0 : -ESPIPE;
}

/* --- Watches --- */

int os_watcher_wait(const struct os_watcher *watcher, int timeout_ms)
{
	struct pollfd events = {watcher->events, POLLIN, 0};

	return poll(&events, 1, timeout_ms) < 0 ? -errno : 0;
}

/* --- Maps --- */

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
	/* FUSE files with direct_io refuse shared maps but allow private ones. */
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
