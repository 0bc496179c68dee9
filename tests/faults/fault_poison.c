/* fault_poison.c - poisons pages by userfaultfd
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "fault_poison.h"

#if defined(__linux__)

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Linux 6.6; the headers of many systems are older. */
#if !defined(UFFDIO_POISON)
struct uffdio_poison {
	struct uffdio_range range;
	__u64 mode;
	__s64 updated;
};
#define UFFDIO_POISON       _IOWR(UFFDIO, 0x08, struct uffdio_poison)
#define UFFD_FEATURE_POISON (1 << 14)
#endif
#if !defined(UFFD_USER_MODE_ONLY)
#define UFFD_USER_MODE_ONLY 1
#endif

int fault_poison_file(const char *bytes, size_t len)
{
	int fd = memfd_create("poisoned", MFD_CLOEXEC);
	size_t done = 0;
	ssize_t n;

	for (; fd >= 0 && done < len; done += (size_t)n) {
		n = write(fd, bytes + done, len - done);
		if (n <= 0) {
			close(fd);
			return -1;
		}
	}
	return fd;
}

const char *fault_poison(const void *map, size_t map_len, size_t off, size_t len, int *ret_fd)
{
	struct uffdio_api api = {UFFD_API, UFFD_FEATURE_POISON | UFFD_FEATURE_MISSING_SHMEM, 0};
	struct uffdio_register all = {{(uintptr_t)map, map_len}, UFFDIO_REGISTER_MODE_MISSING, 0};
	struct uffdio_poison poison = {{(uintptr_t)map + off, len}, 0, 0};
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);

	if (fd < 0)
		return "no userfaultfd";
	if (ioctl(fd, UFFDIO_API, &api) < 0) {
		close(fd);
		return "userfaultfd cannot poison pages";
	}
	if (ioctl(fd, UFFDIO_REGISTER, &all) < 0 || ioctl(fd, UFFDIO_POISON, &poison) < 0) {
		close(fd);
		return "userfaultfd cannot poison this map";
	}
	*ret_fd = fd;
	return NULL;
}

#else

int fault_poison_file(const char *bytes, size_t len)
{
	(void)bytes, (void)len;
	return -1;
}

const char *fault_poison(const void *map, size_t map_len, size_t off, size_t len, int *ret_fd)
{
	(void)map, (void)map_len, (void)off, (void)len, (void)ret_fd;
	return "userfaultfd is available on Linux only";
}

#endif
