/* find.h - counts and finds bytes and literal texts in a slice
 *
 * A search uses vector instructions to look for the two bytes of the text that are probably the
 * rarest, and compares the whole text where both are found. If these bytes turn out not to be rare,
 * other bytes are tried. If that fails too, the search continues with an algorithm that takes
 * linear time for all texts. Matches do not overlap. An empty text never matches. For small sets of
 * bytes see positions.h.
 *
 *	needle = mmr_needle_of(mmr_slice_of("ERROR"));
 *	it = mmr_matches_of(bytes, &needle);
 *	while (mmr_matches_next(&it, &match))
 *		use(match);
 *	err = mmr_matches_error(&it);
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_FIND_H
#define MMREADER_FIND_H

#include <mmreader/base.h>

MMR_BEGIN_DECLS

/* Counts how often a byte occurs in a slice.
 *
 * Errors: MMR_ETRUNCATED, -EIO (a guarded fault); MMR_ENOMAP.
 * Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_slice_count(mmr_slice slice, char byte, uint64_t *ret_count);

/* Finds the offset of occurrence `n` of a byte; the first occurrence is 0.
 *
 * Returns: 1 with `*ret_off` set, 0 when the byte occurs `n` times or fewer.
 * Errors: as mmr_slice_count.
 * Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_slice_select(
	mmr_slice slice, char byte, uint64_t n, size_t *ret_off);

/* A text that is prepared for a search. Members are private. */
typedef struct mmr_needle {
	mmr_slice text;
	size_t places[2];       /* offsets of its two rarest bytes; equal for a single byte */
	unsigned char bytes[2]; /* the bytes at these offsets */
	unsigned char folds[2]; /* bits that are set before a byte of the slice is compared */
	bool caseless;          /* false; the library sets it for its own searches */
} mmr_needle;

/* Prepares a text for a search.
 *
 * Shape: the text should be in the caller's own memory. If it is in a map whose file is truncated,
 *   the search may raise SIGBUS, because only the slice is guarded.
 * Lifetime: the text must stay valid as long as the needle and its iterators are used. */
MMR_API mmr_needle mmr_needle_of(mmr_slice text);

/* Iterates over the matches of a needle in a slice. Members are private. At most 704 bytes. Like
 * the iterators of positions.h, it allocates nothing, can be copied as a bookmark, needs no closing
 * call and belongs to one thread. */
typedef struct mmr_matches {
	mmr_needle needle;
	const char *base;  /* `at` holds offsets from here */
	const char *start; /* start of the positions that have not been searched ... */
	const char *stop;  /* ... and their end */
	const char *limit; /* forward: no match starts before it; backward: none ends after it */
	uint64_t passed, spent; /* bytes searched; bytes compared, successfully or not */
	size_t held;            /* bytes searched whose pages have not been dropped */
	uint32_t next, n, batch;
	int32_t error;
	bool linear;
	bool overlapping; /* false; the library sets it for its own searches */
	uint16_t at[256];
} mmr_matches;

/* The matches of a needle in a slice. Lifetime: that of the slice and of the needle's text. */
MMR_API mmr_matches mmr_matches_of(mmr_slice slice, const mmr_needle *needle);

/* Private: used by the inline calls below. */
MMR_API bool mmr_matches_refill_(mmr_matches *it);
MMR_API bool mmr_matches_refill_back_(mmr_matches *it);

/* The next match, from the start. Use each iterator in one direction only.
 *
 * Returns: false at the end or at a fault; mmr_matches_error reports which. */
MMR_INLINE bool mmr_matches_next(mmr_matches *it, mmr_slice *ret_match)
{
	if (it->next == it->n && !mmr_matches_refill_(it))
		return false;
	ret_match->ptr = it->base + it->at[it->next++];
	ret_match->len = it->needle.text.len;
	return true;
}

/* Like mmr_matches_next, from the end: the last of several overlapping matches is returned. */
MMR_INLINE bool mmr_matches_next_back(mmr_matches *it, mmr_slice *ret_match)
{
	if (it->next == it->n && !mmr_matches_refill_back_(it))
		return false;
	ret_match->ptr = it->base + it->at[it->next++];
	ret_match->len = it->needle.text.len;
	return true;
}

/* The next matches, up to `n` at once. Returns: like mmr_positions_fill. */
MMR_API size_t mmr_matches_fill(mmr_matches *it, mmr_slice *ret_matches, size_t n);

/* Like mmr_matches_fill, from the end. */
MMR_API size_t mmr_matches_fill_back(mmr_matches *it, mmr_slice *ret_matches, size_t n);

/* Why the iteration ended. Returns: 0 at the end. Errors: as mmr_slice_count. */
MMR_INLINE MMR_MUST_CHECK int mmr_matches_error(const mmr_matches *it)
{
	return it->error;
}

MMR_END_DECLS

#endif
