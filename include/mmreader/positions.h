/* positions.h - finds the positions of certain bytes, 4 KiB at a time
 *
 * Lines and fields are built on this. A refill scans up to 4 KiB with vector instructions and
 * stores the offsets of all bytes that are in the set. Taking the next one is then an inline load
 * and add, instead of a function call for each delimiter.
 *
 * An iterator is on the caller's stack. It allocates nothing, contains no pointer into itself (a
 * plain copy is a bookmark) and needs no closing call. It belongs to one thread.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_POSITIONS_H
#define MMREADER_POSITIONS_H

#include <mmreader/base.h>

MMR_BEGIN_DECLS

/* The maximum number of different bytes in a set. */
#define MMR_POSITIONS_SET 4

/* Iterates over positions. Members are private. At most 576 bytes. */
typedef struct mmr_positions {
	const char *base;  /* `at` holds offsets from here */
	const char *start; /* forward: first byte not scanned; backward: start of the slice */
	const char *stop;  /* forward: end of the slice; backward: end of the bytes not scanned */
	size_t held;       /* bytes scanned whose pages have not been dropped */
	const char *item;  /* start of the first line or field that ends in this batch */
	uint32_t next, n;  /* positions returned, positions found */
	uint32_t batch; /* bytes of the next refill: small at first, for callers that stop early */
	int32_t error;
	unsigned char n_set;
	unsigned char set[MMR_POSITIONS_SET];
	unsigned char tags; /* of lines and tables: what the high bits of `at` say */
	uint16_t at[256];
} mmr_positions;

/* The positions of a byte in a slice. */
MMR_API mmr_positions mmr_positions_of(mmr_slice slice, char byte);

/* The positions of any of 1 to MMR_POSITIONS_SET bytes in a slice.
 *
 * Errors: for a set of another size, the iterator ends immediately with -EINVAL. */
MMR_API mmr_positions mmr_positions_of_set(mmr_slice slice, mmr_slice set);

/* Why the iteration ended.
 *
 * Returns: 0 at the end of the slice.
 * Errors: MMR_ETRUNCATED, -EIO (a guarded fault), MMR_ENOMAP (a slice without addresses). */
MMR_INLINE MMR_MUST_CHECK int mmr_positions_error(const mmr_positions *it)
{
	return it->error;
}

/* Private: used by the inline calls below. */
MMR_API bool mmr_positions_refill_(mmr_positions *it);
MMR_API bool mmr_positions_refill_back_(mmr_positions *it);

/* The next position, from the start. Use each iterator in one direction only.
 *
 * Returns: false at the end or at a fault; mmr_positions_error reports which. */
MMR_INLINE bool mmr_positions_next(mmr_positions *it, const char **ret_at)
{
	if (it->next == it->n && !mmr_positions_refill_(it))
		return false;
	*ret_at = it->base + it->at[it->next++];
	return true;
}

/* Like mmr_positions_next, from the end. */
MMR_INLINE bool mmr_positions_next_back(mmr_positions *it, const char **ret_at)
{
	if (it->next == it->n && !mmr_positions_refill_back_(it))
		return false;
	*ret_at = it->base + it->at[it->next++];
	return true;
}

/* The next positions, up to `n` at once, for other languages, in which a call takes longer than a
 * position. Calls of this and of mmr_positions_next may be mixed.
 *
 * Returns: how many there were; fewer than `n` only at the end or at a fault. */
MMR_API size_t mmr_positions_fill(mmr_positions *it, const char **ret_places, size_t n);

/* Like mmr_positions_fill, from the end. */
MMR_API size_t mmr_positions_fill_back(mmr_positions *it, const char **ret_places, size_t n);

MMR_END_DECLS

#endif
