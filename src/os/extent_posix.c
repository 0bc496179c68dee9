/* extent_posix.c - without SEEK_DATA, all is data
 *
 * SPDX-License-Identifier: MIT */
#include "os/extent.h"

#include <errno.h>

int os_next_data(int fd, uint64_t off, uint64_t *ret_start, uint64_t *ret_stop)
{
	(void)fd;
	(void)off;
	(void)ret_start;
	(void)ret_stop;
	return -ENOTSUP;
}

int os_reopen(int fd, int *ret_fd)
{
	(void)fd;
	(void)ret_fd;
	return -ENOTSUP;
}
