/* hint_linux.c - madvise(2), and what else Linux alone can do to a map
 *
 * SPDX-License-Identifier: MIT */
#include "os/map.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/utsname.h>

/* Since Linux 4.17; older kernels take it for a mere hint, which the check of the answer covers. */
#if !defined(MAP_FIXED_NOREPLACE)
#define MAP_FIXED_NOREPLACE 0x100000
#endif

int os_hint(const void *map, size_t len, enum os_hint hint)
{
	static const int advice[] = {MADV_NORMAL, MADV_SEQUENTIAL, MADV_RANDOM, MADV_WILLNEED};

	return madvise((void *)map, len, advice[hint]) < 0 ? -errno : 0;
}

int os_drop(const void *map, size_t len)
{
	return madvise((void *)map, len, MADV_DONTNEED) < 0 ? -errno : 0;
}

bool os_drops(void)
{
	return true;
}

bool os_keeps_tables(void)
{
	struct utsname name;
	unsigned major, minor;

	/* When in doubt: putting a map again over itself is never wrong. */
	return uname(&name) < 0 || sscanf(name.release, "%u.%u", &major, &minor) != 2 ||
	       major < 6 || (major == 6 && minor < 14);
}

int os_map_again(const void *map, size_t len, int fd, uint64_t off)
{
	void *again = mmap((void *)map, len, PROT_READ, MAP_SHARED | MAP_FIXED, fd, (off_t)off);

	return again == MAP_FAILED ? -errno : 0;
}

int os_map_extend(void *map, size_t len, size_t new_len, int fd, uint64_t off)
{
	char *behind = (char *)map + len;
	void *more = mmap(behind, new_len - len, PROT_READ, MAP_SHARED | MAP_FIXED_NOREPLACE, fd,
		(off_t)(off + len));

	if (more == MAP_FAILED)
		return errno == EEXIST ? -ENOMEM : -errno;
	if (more != behind) {
		munmap(more, new_len - len);
		return -ENOMEM;
	}
	return 0;
}
