/* stream.c - reading a descriptor that has no offsets
 *
 * SPDX-License-Identifier: MIT */
#include "file/stream.h"

#include "os/os.h"

int stream_read(int fd, uint64_t off, void *buffer, size_t len, size_t *ret_len)
{
	int err = os_read_some(fd, buffer, len, ret_len);

	return err < 0 ? error_set_at(err, off, "read descriptor %d", fd) : 0;
}
