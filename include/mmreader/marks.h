/* marks.h - where certain bytes stand, found 4 KiB at a time
 *
 * The mechanism under lines and fields. A refill scans up to 4 KiB with vectors and leaves the
 * places of the bytes that belong to the set; taking the next one then costs a load and an add,
 * inline, instead of a call per delimiter.
 *
 * An iterator stands on the caller's stack, allocates nothing, holds no pointer into itself (a
 * plain copy is a bookmark) and needs no end call. It belongs to one thread.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_MARKS_H
#define MMREADER_MARKS_H

#include <mmreader/base.h>

MMR_BEGIN_DECLS

/* How many different bytes one set may have. */
#define MMR_MARKS_SET 4

/* Fields are the library's; read them only through the calls below. 576 bytes or less. */
typedef struct mmr_marks {
	const char *base;  /* what `at` counts from */
	const char *start; /* forward: first byte not scanned; backward: start of the slice */
	const char *stop;  /* forward: end of the slice; backward: end of what is not scanned */
	size_t held;       /* bytes that were scanned, and whose pages are not dropped */
	const char *item;  /* start of the first line or field that this batch ends */
	uint32_t next, n;  /* places taken, places found */
	uint32_t batch; /* bytes of the next refill: small at first, for callers that stop early */
	int32_t error;
	unsigned char n_set;
	unsigned char set[MMR_MARKS_SET];
	uint16_t at[256];
} mmr_marks;

/* Positions of a byte in a slice. */
MMR_API mmr_marks mmr_marks_of(mmr_slice slice, char byte);

/* Positions of any of 1 to MMR_MARKS_SET bytes in a slice.
 *
 * Errors: a set of another size gives an iterator that ends at once with -EINVAL. */
MMR_API mmr_marks mmr_marks_of_set(mmr_slice slice, mmr_slice set);

/* Why the iteration ended.
 *
 * Returns: 0 at the end of the slice.
 * Errors: MMR_ETRUNCATED, -EIO (a guarded fault), MMR_ENOMAP (a slice without addresses). */
static inline int mmr_marks_error(const mmr_marks *it)
{
	return it->error;
}

/* For the inline calls below. */
MMR_API bool mmr_marks_refill_(mmr_marks *it);
MMR_API bool mmr_marks_refill_back_(mmr_marks *it);

/* The next position, from the start. Use one direction only with one iterator.
 *
 * Returns: false at the end or at a fault; mmr_marks_error tells which. */
static inline bool mmr_marks_next(mmr_marks *it, const char **ret_at)
{
	if (it->next == it->n && !mmr_marks_refill_(it))
		return false;
	*ret_at = it->base + it->at[it->next++];
	return true;
}

/* The next position, from the end. Like mmr_marks_next. */
static inline bool mmr_marks_next_back(mmr_marks *it, const char **ret_at)
{
	if (it->next == it->n && !mmr_marks_refill_back_(it))
		return false;
	*ret_at = it->base + it->at[it->next++];
	return true;
}

MMR_END_DECLS

#endif
