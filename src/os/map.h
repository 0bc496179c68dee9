/* map.h - a file's pages in the address space, and what the kernel may be told about them
 *
 * common.c holds what POSIX gives everywhere; linux.c and posix.c the rest, one of the two.
 * All calls answer 0 or a negated errno. Addresses, offsets and lengths of maps are whole pages
 * unless said otherwise.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OS_MAP_H
#define SRC_OS_MAP_H

#include "common.h"

size_t os_page_size(void);

/* Maps `len` bytes of a file, read-only and shared; private where the file system refuses shared.
 */
int os_map(int fd, uint64_t off, size_t len, void **ret_map, bool *ret_shared);

void os_unmap(void *map, size_t len);

enum os_hint {
	OS_HINT_NORMAL,
	OS_HINT_SEQUENTIAL,
	OS_HINT_RANDOM,
	OS_HINT_WILL_NEED
};

int os_hint(const void *map, size_t len, enum os_hint hint);

/* Drops resident pages of a file map from this process; touched again, they come back. */
int os_drop(const void *map, size_t len);

/* Whether os_drop can be relied on: bulk reading maps only where it can give the pages back. */
bool os_drops(void);

/* Whether this kernel keeps the page tables of dropped pages until the map goes: 2 MiB for each GiB
 * that was passed. Linux before 6.14 does. */
bool os_keeps_tables(void);

/* Puts the same part of a file over itself in a shared map: the page tables go, addresses stay, and
 * no thread sees a gap. */
int os_map_again(const void *map, size_t len, int fd, uint64_t off);

/* Makes a map longer where it stands. -ENOMEM when the addresses behind it are taken. */
int os_map_extend(void *map, size_t len, size_t new_len, int fd, uint64_t off);

#endif
