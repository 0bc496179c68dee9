/* needles.h - finds the first of many texts in one pass
 *
 * A filter finds the offsets at which a text may start, see needles_set.h. There, the texts are
 * compared by a binary search, so that texts with the same start cost little more than one. At
 * worst, each offset takes the time to compare the longest text a few times.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_TEXT_NEEDLES_H
#define SRC_TEXT_NEEDLES_H

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

/* Finds the first occurrence that starts at `from` or after it and fits in its line. Of several
 * that start there, it is the longest. Occurrences may overlap those that were found before.
 *
 * Shape: a block of whole lines if there are edges. Pages of a map are not dropped.
 * Returns: 1 if found, 0 if not.
 * Errors: MMR_ETRUNCATED, -EIO (a guarded fault).
 * Threads: safe. */
int needles_next(const struct needles *needles, mmr_slice block, size_t from,
	struct needle_match *ret_match);

#endif
