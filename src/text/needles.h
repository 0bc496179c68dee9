/* needles.h - finds the first of many texts in one pass
 *
 * A filter finds the offsets at which a text may start, see needles_set.h. There, the texts are
 * compared by a binary search, so that texts with the same start cost little more than one. At
 * worst, each offset takes the time to compare the longest text a few times.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_TEXT_NEEDLES_H
#define SRC_TEXT_NEEDLES_H

#include "simd/simd.h"
#include "text/edges.h"

/* Texts that are prepared for a search. They never change: any number of threads may use them. */
struct needles;

/* Prepares texts.
 *
 * Shape: 1 text or more, none of them empty, in memory of the caller. With `caseless`, letters of
 *   ASCII match in both cases. `edges` may be NULL.
 * Errors: -ENOMEM.
 * Lifetime: until needles_close. The texts are copied. Threads: safe. */
int needles_open(const mmr_slice *texts, size_t n, bool caseless, const struct edges *edges,
	struct needles **ret_needles);

/* NULL is allowed. */
void needles_close(struct needles *needles);

/* Whether the texts have the same bytes at any place that the filter can look at, so that most of
 * its hits are not matches. Without the shortest texts, it could look at more places. */
bool needles_are_alike(const struct needles *needles);

struct needle_match {
	size_t at, len; /* in the block */
	size_t which;   /* the number of the text; the first one of equal texts */
};

/* A search of one block by one thread. It keeps the offsets at which a text may start, so that a
 * batch is examined once, however many texts are in it. */
struct needles_search {
	const struct needles *needles;
	mmr_slice block;
	size_t stop;     /* no text starts here or after it */
	size_t from;     /* where the last call looked first */
	size_t examined; /* the offsets before it */
	size_t batch;    /* how many are examined next */
	bool dense;      /* by the filter alone */
	/* Offsets of the last batch, from `base` on, that were not compared with the texts yet. */
	size_t base;
	unsigned next, n;
	uint16_t at[SIMD_ROOM];
};

/* Starts at the start of a block.
 *
 * Shape: a block of whole lines if the texts have edges. Pages of a map are not dropped.
 * Lifetime: as long as the needles and the block. */
void needles_load(struct needles_search *search, const struct needles *needles, mmr_slice block);

/* Finds the first occurrence that starts at `from` or after it and fits in its line. Of several
 * that start there, it is the longest. Occurrences may overlap those that were found before.
 *
 * Shape: `from` need not grow, but is fast only if it does.
 * Returns: 1 if found, 0 if not.
 * Errors: MMR_ETRUNCATED, -EIO (a guarded fault). */
int needles_next(struct needles_search *search, size_t from, struct needle_match *ret_match);

#endif
