/* device_linux.c - asked for, so that nobody's offset moves
 *
 * SPDX-License-Identifier: MIT */
#include "os/device.h"

#include <errno.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

int os_device_size(int fd, uint64_t *ret_size)
{
	return ioctl(fd, BLKGETSIZE64, ret_size) < 0 ? -errno : 0;
}
