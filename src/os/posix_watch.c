/* posix_watch.c - waits without watches, and wakes by a pipe
 *
 * SPDX-License-Identifier: MIT */
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int os_watcher_open(struct os_watcher *ret_watcher, bool polling)
{
	int ends[2], i, err = 0;

	(void)polling;
	if (pipe(ends) < 0)
		return -errno;
	for (i = 0; i < 2 && err == 0; i++)
		if (fcntl(ends[i], F_SETFD, FD_CLOEXEC) < 0 ||
			fcntl(ends[i], F_SETFL, O_NONBLOCK) < 0)
			err = -errno;
	*ret_watcher = (struct os_watcher){ends[0], -1, ends[0], ends[1]};
	if (err < 0)
		os_watcher_close(ret_watcher);
	return err;
}

void os_watcher_close(struct os_watcher *watcher)
{
	close(watcher->wake_read);
	close(watcher->wake_write);
}

void os_watcher_wake(const struct os_watcher *watcher)
{
	int saved = errno;
	ssize_t n;

	/* If the pipe is full, it is readable already. */
	n = write(watcher->wake_write, "", 1);
	(void)n;
	errno = saved;
}

bool os_watcher_clear(const struct os_watcher *watcher)
{
	char buffer[512];
	ssize_t n;

	do
		n = read(watcher->wake_read, buffer, sizeof(buffer));
	while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 && errno == EAGAIN;
}

int os_watch_file(const struct os_watcher *watcher, int fd)
{
	(void)watcher, (void)fd;
	return OS_NO_WATCH;
}

int os_watch_folder(const struct os_watcher *watcher, const char *path)
{
	(void)watcher, (void)path;
	return OS_NO_WATCH;
}

void os_watch_end(const struct os_watcher *watcher, int handle)
{
	(void)watcher, (void)handle;
}

/* A file of size 0 that has a byte to read, and still has size 0 after the read. */
int os_is_pseudo(int fd)
{
	struct stat st;
	char byte;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size > 0 || pread(fd, &byte, 1, 0) != 1)
		return 0;
	return fstat(fd, &st) < 0 ? -errno : st.st_size == 0;
}
