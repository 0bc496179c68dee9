/* differences.h - counts the bytes that differ, as a whole and by blocks
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_DIFFERENCES_H
#define SRC_SCAN_DIFFERENCES_H

#include "common.h"

#include <mmreader/reader.h>

struct differences {
	bool first_only; /* nothing after the first difference matters */
	uint64_t n;
	uint64_t first; /* offset of the first one since it was MMR_REST */
	unsigned char bytes[2];
	/* Entry i has the differences from i * grain on. */
	uint64_t *counts;
	size_t n_counts;
	uint64_t grain; /* a power of two, at least 1 */
};

static inline bool differences_found(const struct differences *differences)
{
	return differences->first != MMR_REST;
}

/* The least grain, from `grain` on, with which the entries have `len` bytes. */
uint64_t differences_grain(size_t n_counts, uint64_t len, uint64_t grain);

/* Adds the differences of `len` bytes, which are at `off` of the ranges. Leaf code, which a guard
 * may leave. */
void differences_add(
	struct differences *differences, const char *a, const char *b, size_t len, uint64_t off);

/* Adds up entries, so that they have this grain, or a larger one that they have already. */
void differences_raise(struct differences *differences, uint64_t grain);

/* Adds the number and the entries of others. */
void differences_merge(struct differences *differences, struct differences *others);

#endif
