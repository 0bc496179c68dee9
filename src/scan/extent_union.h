/* extent_union.h - the data of one reader, or that of two readers that are read in step
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_EXTENT_UNION_H
#define SRC_SCAN_EXTENT_UNION_H

#include "common.h"

#include <mmreader/reader.h>

struct extent_union {
	mmr_extents its[2];
	unsigned n;         /* of them */
	uint64_t shift;     /* from the offsets of the second reader to those of the first */
	mmr_extent next[2]; /* of two: the extent that is not passed yet; empty if there is none */
	uint64_t reached;   /* of two: the end of the last extent that was returned */
};

/* The data of `len` bytes of a reader from `off` on. */
struct extent_union extent_union_of(const mmr_reader *reader, uint64_t off, uint64_t len);

/* Adds the data of another reader, whose byte `other_off` is in step with the start of the range.
 */
void extent_union_add(struct extent_union *both, const mmr_reader *other, uint64_t other_off);

/* The next extent, at offsets of the first reader. Extents do not overlap, but may meet.
 *
 * Returns: false after the last one. */
bool extent_union_next(struct extent_union *both, mmr_extent *ret_extent);

/* Ends the range at an offset of the only reader. */
void extent_union_cut(struct extent_union *both, uint64_t stop);

#endif
