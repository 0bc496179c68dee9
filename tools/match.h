/* match.h - what is printed of a match, however it was found
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_MATCH_H
#define TOOLS_MATCH_H

#include "input.h"

/* The search of one input. */
struct search {
	const struct input *input;
	const struct options *options;
	uint64_t found;
	uint64_t stop; /* matches that start there or behind are another's */
};

/* Prints a match at an offset of the input, unless only their number is wanted. Returns: 1 when
 * that was the last one wanted. */
int match_found(struct search *search, uint64_t off);

/* Prints how many there were, if that is wanted. */
enum status match_end(const struct search *search);

#endif
