/* watch_posix.c - POSIX has no call that reports changes, so nothing is watched
 *
 * SPDX-License-Identifier: MIT */
#include "input/watch.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

int watch_start(void)
{
	return -1;
}

int watch_file(int fd)
{
	(void)fd;
	return NO_WATCH;
}

int watch_folder(const char *path)
{
	(void)path;
	return NO_WATCH;
}

void watch_drop(int handle)
{
	(void)handle;
}

bool watch_clear(void)
{
	return true;
}

/* A file of size 0 that has a byte to read, and still has size 0 after the read. */
int watch_is_pseudo(int fd)
{
	struct stat st;
	char byte;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size > 0 || pread(fd, &byte, 1, 0) != 1)
		return 0;
	return fstat(fd, &st) < 0 ? -errno : st.st_size == 0;
}
