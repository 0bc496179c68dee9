/* context.h - the lines around lines that match
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SEARCH_CONTEXT_H
#define SRC_SEARCH_CONTEXT_H

#include "scan/units.h"

/* The last lines of a stream that were read, for the context before a match in a later block. */
struct tail {
	char *bytes;
	size_t len, room;
	uint64_t stop; /* offset of the end */
};

/* Adds a block. Of all lines, at least the last `n_lines` are kept, but no more than 64 MiB of
 * them. Errors: -ENOMEM; those of units_next. */
int tail_add(
	struct tail *tail, const mmr_block *block, const struct units *units, uint64_t n_lines);

/* The bytes from `from` on, up to the end. */
mmr_slice tail_from(const struct tail *tail, uint64_t from);

/* Replaces a tail by a copy of the last lines of another one: up to `n_lines`, and only those that
 * start at `from` or later. Errors: like tail_add. */
int tail_copy(struct tail *tail, const struct tail *other, const struct units *units, uint64_t from,
	uint64_t n_lines);

void tail_free(struct tail *tail);

#endif
