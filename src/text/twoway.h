/* twoway.h - literal search in linear time, whatever the texts
 *
 * What a search falls back to when rare bytes turn out not to be rare. Slower than vectors on
 * friendly texts, never slower than linear on hostile ones; needs no memory. Source: M. Crochemore,
 * D. Perrin, "Two-way string-matching", Journal of the ACM 38 (1991).
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_TEXT_TWOWAY_H
#define SRC_TEXT_TWOWAY_H

#include "common.h"

/* A needle, factorized at its critical place. Backward, it is read from its end. */
struct twoway {
	const char *first; /* the needle's first byte in reading order */
	ptrdiff_t step;    /* 1 forward, -1 backward */
	size_t len;
	size_t left; /* length of the left factor */
	size_t period;
	bool periodic; /* the whole needle has this period */
};

/* Shape: a needle of 2 bytes or more. */
void twoway_prepare(struct twoway *twoway, mmr_slice needle, bool backward);

/* How many bytes of the haystack stand before the first match (behind the last one, backward).
 *
 * Returns: false when there is none. */
bool twoway_find(const struct twoway *twoway, mmr_slice haystack, size_t *ret_before);

#endif
