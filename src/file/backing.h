/* backing.h - maps, copies and extends the bytes of a reader
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_FILE_BACKING_H
#define SRC_FILE_BACKING_H

#include "file/reader.h"

/* Below this size, reading is cheaper than a map and its page fault. */
#define BACKING_COPY_BELOW (UINT64_C(16) << 10)
/* Files that cannot be mapped are copied up to this size, and left unmapped above it. */
#define BACKING_COPY_LIMIT (UINT64_C(64) << 20)

/* Maps `size` bytes of the reader's range, and `reserve` bytes of addresses after them if there is
 * room for both.
 *
 * Errors: -ENOMEM without addresses or memory; others of mmap(2). */
int backing_map(const mmr_reader *reader, uint64_t size, uint64_t reserve, struct backing *backing);

/* Reads the range into the heap: up to `wanted` bytes, of which `size` are expected. The size of a
 * pseudo file may be wrong: in /proc it is 0, in /sys a page.
 *
 * Errors: -EFBIG if there are more than `limit` bytes; errno of pread(2) with its offset in the
 *   file in `*ret_off`, which is UINT64_MAX for other errors. */
int backing_copy(const mmr_reader *reader, uint64_t size, uint64_t wanted, uint64_t limit,
	struct backing *backing, size_t *ret_len, uint64_t *ret_off);

/* Extends a map to `size` bytes of the range without moving it. */
int backing_extend(const mmr_reader *reader, struct backing *backing, uint64_t size);

/* Unmaps or frees the bytes of a backing, but not the struct. */
void backing_end(struct backing *backing);

#endif
