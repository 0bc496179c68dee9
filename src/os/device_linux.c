/* device_linux.c - asked for, so that nobody's offset moves
 *
 * SPDX-License-Identifier: MIT */
#include "os/device.h"

#include <errno.h>
#include <linux/fs.h>
#include <sys/syscall.h>
#include <unistd.h>

int os_device_size(int fd, uint64_t *ret_size)
{
	/* The number of the request is an unsigned long to one C library and an int to another, and too
	 * large for that. */
	return syscall(SYS_ioctl, fd, BLKGETSIZE64, ret_size) < 0 ? -errno : 0;
}
