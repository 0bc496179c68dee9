/* noted.h - places in an input of which something is reported: how many, and the first one
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_NOTED_H
#define TOOLS_ACTIONS_NOTED_H

#include <stdint.h>

/* Rows that lack a field, or fields that are no numbers. */
struct noted {
	uint64_t n;
	uint64_t first; /* offset of the first one in the reader */
};

static inline void noted_add(struct noted *noted, uint64_t off)
{
	if (noted->n == 0 || off < noted->first)
		noted->first = off;
	noted->n++;
}

/* Adds those of a worker and removes them from it. If it has none, nothing is written. */
static inline void noted_move(struct noted *noted, struct noted *from)
{
	if (from->n == 0)
		return;
	if (noted->n == 0 || from->first < noted->first)
		noted->first = from->first;
	noted->n += from->n;
	from->n = 0;
}

#endif
