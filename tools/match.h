/* match.h - what is printed of a match, however it was found
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_MATCH_H
#define TOOLS_MATCH_H

#include "numbering.h"
#include "part.h"

/* The search of one selection of an input. */
struct search {
	struct input *input;
	const struct options *options;
	uint64_t found;
	uint64_t stop; /* matches that start there or behind are another's */
	struct numbering numbering;
};

struct search search_begin(struct input *input, const struct options *options);

/* Prints a match at an offset of the input, unless only their number is wanted. Matches come in
 * order. Returns: 1 when that was the last one wanted, or a code of the library. */
int match_found(struct search *search, uint64_t off, uint64_t len);

/* Of a stream: bytes from `off` on are at hand until search_leave, and all matches that are found
 * meanwhile start in them. */
void search_reach(struct search *search, const struct feed *feed, mmr_slice bytes, uint64_t off);

/* Bytes before `off` go. Returns: 0 or a code of the library. */
int search_leave(struct search *search, uint64_t off);

/* Adds the matches to those of the input, or prints what failed: `err`, a code of the library. */
enum status search_end(struct search *search, int err);

#endif
