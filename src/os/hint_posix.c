/* hint_posix.c - the same promises as hint_linux.c with the calls of POSIX
 *
 * SPDX-License-Identifier: MIT */
#include "os/map.h"

#include <errno.h>
#include <sys/mman.h>

int os_hint(const void *map, size_t len, enum os_hint hint)
{
	static const int advice[] = {
		POSIX_MADV_NORMAL, POSIX_MADV_SEQUENTIAL, POSIX_MADV_RANDOM, POSIX_MADV_WILLNEED};

	return -posix_madvise((void *)map, len, advice[hint]);
}

/* A hint that some systems ignore. */
int os_drop(const void *map, size_t len)
{
	return -posix_madvise((void *)map, len, POSIX_MADV_DONTNEED);
}

bool os_drops(void)
{
	return false;
}

/* Not known of, and whether a thread could see the gap is not known either. */
bool os_keeps_tables(void)
{
	return false;
}

int os_map_again(const void *map, size_t len, int fd, uint64_t off)
{
	(void)map;
	(void)len;
	(void)fd;
	(void)off;
	return -ENOTSUP;
}

/* Without MAP_FIXED_NOREPLACE the kernel is asked kindly, and a map elsewhere is given back. */
int os_map_extend(void *map, size_t len, size_t new_len, int fd, uint64_t off)
{
	char *behind = (char *)map + len;
	void *more = mmap(behind, new_len - len, PROT_READ, MAP_SHARED, fd, (off_t)(off + len));

	if (more == MAP_FAILED)
		return -errno;
	if (more == behind)
		return 0;
	munmap(more, new_len - len);
	return -ENOMEM;
}
