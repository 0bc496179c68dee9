/* numbering.h - the numbers of the lines in which matches start
 *
 * Matches come in order, so one pass over the input numbers them all: it goes on from match to
 * match, and costs nothing before the first.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_NUMBERING_H
#define TOOLS_NUMBERING_H

#include "input.h"

/* All 0 at first, but for what the options say. */
struct numbering {
	char delimiter;
	unsigned n_threads;
	uint64_t line;      /* that of the byte at `off`, from 0 */
	uint64_t off;       /* in the input */
	mmr_slice bytes;    /* from `off` on: of the block, or what a stream has at hand */
	mmr_blocks *blocks; /* NULL before the first match, and for a stream */
};

/* Goes on to a byte at or behind the last one. For a stream `bytes` must reach there.
 *
 * Returns: 0 or a code of the library. */
int numbering_go(struct numbering *numbering, const struct input *input, uint64_t off);

void numbering_close(struct numbering *numbering);

#endif
