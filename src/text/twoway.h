/* twoway.h - literal search in linear time
 *
 * A search falls back to this when rare bytes turn out not to be rare. It is slower than vector
 * instructions on usual texts, but takes linear time for all texts and needs no memory.
 *
 * Source: M. Crochemore, D. Perrin, "Two-way string-matching", Journal of the ACM 38 (1991).
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_TEXT_TWOWAY_H
#define SRC_TEXT_TWOWAY_H

#include "common.h"

/* A needle, factorized at its critical position. In a backward search it is read from its end. */
struct twoway {
	const char *first; /* the needle's first byte in reading order */
	ptrdiff_t step;    /* 1 forward, -1 backward */
	size_t len;
	size_t left; /* length of the left factor */
	size_t period;
	bool periodic; /* the whole needle has this period */
	bool caseless;
};

/* Shape: a needle of 2 bytes or more; folded (caseless.h) if `caseless` is set. */
void twoway_prepare(struct twoway *twoway, mmr_slice needle, bool caseless, bool backward);

/* Counts the bytes before the first match (in a backward search, after the last match).
 *
 * Returns: false if there is no match. */
bool twoway_find(const struct twoway *twoway, mmr_slice haystack, size_t *ret_before);

#endif
