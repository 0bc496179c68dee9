/* backing.h - how the bytes of a reader are reached: mapped, copied, or not by addresses
 *
 * A file that grows gets a new backing when it does not fit the old one. The old one stays until
 * the reader is closed, since slices point into it.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_FILE_BACKING_H
#define SRC_FILE_BACKING_H

#include "common.h"

#include <mmreader/reader.h>

#include <stdatomic.h>

/* Below this a read is cheaper than a map and its page fault. */
#define BACKING_COPY_BELOW (UINT64_C(16) << 10)
/* Files that cannot be mapped are copied up to this size, and left unmapped beyond it. */
#define BACKING_COPY_LIMIT (UINT64_C(64) << 20)

struct backing {
	enum mmr_backing_kind kind;
	const char *bytes; /* of the reader's range; NULL without addresses */
	size_t room;       /* of a copy */
	void *map;         /* whole pages, from map_off on; NULL unless MAPPED */
	uint64_t map_off;
	bool shared; /* the map is a shared one */
	_Atomic(size_t) map_len;
	struct backing *older; /* what it took the place of */
};

/* Maps `size` bytes of the reader's range and `reserve` bytes of addresses after them.
 *
 * Errors: -ENOMEM without addresses or memory; others of mmap(2). */
int backing_map(const mmr_reader *reader, uint64_t size, uint64_t reserve, struct backing *backing);

/* Like backing_map, but the reserve is given up where there are no addresses for it. */
int backing_map_or_less(
	const mmr_reader *reader, uint64_t size, uint64_t reserve, struct backing *backing);

/* Reads the range into the heap: up to `wanted` bytes, of which `size` are expected. The size of a
 * file decides nothing: that of a file in /proc is 0, in /sys a page.
 *
 * Returns: 0; -EFBIG when there is more than `limit`; errno of pread(2) with its offset in the
 * file, or UINT64_MAX for errors without one. */
int backing_copy(const mmr_reader *reader, uint64_t size, uint64_t wanted, uint64_t limit,
	struct backing *backing, size_t *ret_len, uint64_t *ret_off);

/* Makes room for `size` bytes of the range in a map, without moving it. */
int backing_extend(const mmr_reader *reader, struct backing *backing, uint64_t size);

/* Unmaps or frees what a backing holds; the struct stays. */
void backing_end(struct backing *backing);

#endif
