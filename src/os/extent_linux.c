/* extent_linux.c - SEEK_DATA and SEEK_HOLE
 *
 * SPDX-License-Identifier: MIT */
#include "os/extent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

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

int os_reopen(int fd, int *ret_fd)
{
	char path[40];
	int own;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	do
		own = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	while (own < 0 && errno == EINTR);
	if (own < 0)
		return -errno;
	*ret_fd = own;
	return 0;
}
