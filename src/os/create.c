/* create.c - the system calls that make a file and put it in the place of another one
 *
 * SPDX-License-Identifier: MIT */
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int os_create(char *path, unsigned mode, int *ret_fd)
{
	int fd = mkstemp(path), err;

	if (fd < 0)
		return -errno;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fchmod(fd, (mode_t)mode) == 0) {
		*ret_fd = fd;
		return 0;
	}
	err = -errno;
	close(fd);
	unlink(path);
	return err;
}

int os_write_at(int fd, uint64_t off, const void *bytes, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = pwrite(fd, (const char *)bytes + done, len - done, (off_t)(off + done));
		if (n < 0 && errno != EINTR)
			return -errno;
		/* No device is known to write nothing without an error, but a loop must end. */
		if (n == 0)
			return -EIO;
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

int os_sync(int fd)
{
	int result;

	do
		result = fsync(fd);
	while (result < 0 && errno == EINTR);
	return result < 0 ? -errno : 0;
}

int os_rename(const char *from, const char *to)
{
	return rename(from, to) < 0 ? -errno : 0;
}

void os_remove(const char *path)
{
	unlink(path);
}

unsigned os_user(void)
{
	return (unsigned)geteuid();
}
