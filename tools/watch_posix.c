/* watch_posix.c - POSIX has nothing that reports changes: whoever follows has to look
 *
 * SPDX-License-Identifier: MIT */
#include "watch.h"

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

void watch_clear(void)
{
}

/* As far as it shows: empty, and yet there is something to read. */
bool watch_is_pseudo(int fd)
{
	struct stat st;
	char byte;

	return fstat(fd, &st) == 0 && st.st_size == 0 && pread(fd, &byte, 1, 0) == 1 &&
	       fstat(fd, &st) == 0 && st.st_size == 0;
}
