/* find.h - how many, and where: bytes and literal texts in a slice
 *
 * A text is found by its two rarest bytes, compared with vectors, and then as a whole; where they
 * turn out not to be rare, others are tried, and in the end the search becomes a linear one.
 * Matches do not overlap; the empty text matches nowhere. For small sets of bytes see marks.h.
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

/* How often a byte occurs in a slice.
 *
 * Errors: MMR_ETRUNCATED, -EIO (a guarded fault); MMR_ENOMAP. Threads: safe. */
MMR_API int mmr_slice_count(mmr_slice slice, char byte, uint64_t *ret_count);

/* Where a byte occurs for the `n`-th time, from 0.
 *
 * Returns: 1 with `*ret_off` set, 0 when it occurs `n` times or fewer.
 * Errors: as mmr_slice_count. Threads: safe. */
MMR_API int mmr_slice_select(mmr_slice slice, char byte, uint64_t n, size_t *ret_off);

/* A text to look for, made ready. Fields are the library's. */
typedef struct mmr_needle {
	mmr_slice text;
	size_t places[2];       /* of its two rarest bytes; the same place for a single byte */
	unsigned char bytes[2]; /* what stands there */
} mmr_needle;

/* Makes a text ready.
 *
 * Shape: the text should lie in memory of the caller's: in a map that shrinks it could not be
 * guarded. Lifetime: of the text, as long as the needle and its iterators. */
MMR_API mmr_needle mmr_needle_of(mmr_slice text);

/* Matches of a needle in a slice. Fields are the library's. 704 bytes or less; otherwise as in
 * marks.h. */
typedef struct mmr_matches {
	mmr_needle needle;
	const char *base;  /* what `at` counts from */
	const char *start; /* places where a match may start and nobody has looked: from here ... */
	const char *stop;  /* ... up to here */
	const char *limit; /* forward: no match starts before; backward: none ends behind */
	uint64_t passed, spent; /* bytes searched; bytes compared for it, in vain or not */
	size_t held;            /* bytes searched whose pages are not dropped */
	uint32_t next, n, batch;
	int32_t error;
	bool linear;
	uint16_t at[256];
} mmr_matches;

/* Lifetime: as long as the slice and the needle's text. */
MMR_API mmr_matches mmr_matches_of(mmr_slice slice, const mmr_needle *needle);

/* For the inline calls below. */
MMR_API bool mmr_matches_refill_(mmr_matches *it);
MMR_API bool mmr_matches_refill_back_(mmr_matches *it);

/* The next match, from the start. Use one direction only with one iterator.
 *
 * Returns: false at the end or at a fault; mmr_matches_error tells which. */
static inline bool mmr_matches_next(mmr_matches *it, mmr_slice *ret_match)
{
	if (it->next == it->n && !mmr_matches_refill_(it))
		return false;
	ret_match->ptr = it->base + it->at[it->next++];
	ret_match->len = it->needle.text.len;
	return true;
}

/* The next match, from the end: of overlapping ones the last wins. Like mmr_matches_next. */
static inline bool mmr_matches_next_back(mmr_matches *it, mmr_slice *ret_match)
{
	if (it->next == it->n && !mmr_matches_refill_back_(it))
		return false;
	ret_match->ptr = it->base + it->at[it->next++];
	ret_match->len = it->needle.text.len;
	return true;
}

/* Why the iteration ended. Returns: 0 at the end. Errors: as mmr_slice_count. */
static inline int mmr_matches_error(const mmr_matches *it)
{
	return it->error;
}

MMR_END_DECLS

#endif
