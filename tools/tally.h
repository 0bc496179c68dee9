/* tally.h - what is counted in a part of an input
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_TALLY_H
#define TOOLS_TALLY_H

#include "part.h"

struct tally {
	uint64_t n_lines;  /* one without its delimiter is a line */
	bool unterminated; /* the last line is such a one */
};

/* Returns: 0 or a code of the library. */
int tally_part(struct input *input, const struct options *options, struct tally *ret_tally);

#endif
