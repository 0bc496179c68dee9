/* context.h - the lines around lines that match
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SEARCH_CONTEXT_H
#define SRC_SEARCH_CONTEXT_H

#include "common.h"

#include <mmreader/scan.h>

/* Moves `*at`, the start of a line, forward over up to `*n_lines` lines, and subtracts those from
 * `*n_lines`. A last line without a delimiter is a line. Errors: those of mmr_positions_error. */
int lines_forward(mmr_slice bytes, char delimiter, size_t *at, uint64_t *n_lines);

/* The same backward, but not past `least`, which is the start of a line, too. */
int lines_backward(mmr_slice bytes, char delimiter, size_t least, size_t *at, uint64_t *n_lines);

/* The last lines of a stream that were read, for the context before a match in a later block. */
struct tail {
	char *bytes;
	size_t len, room;
	uint64_t stop; /* offset of the end */
};

/* Adds a block. Of all lines, at least the last `n_lines` are kept, but no more than 64 MiB of
 * them. Errors: -ENOMEM; those of lines_backward. */
int tail_add(struct tail *tail, const mmr_block *block, char delimiter, uint64_t n_lines);

/* The bytes from `from` on, up to the end. */
mmr_slice tail_from(const struct tail *tail, uint64_t from);

/* Replaces a tail by a copy of the last lines of another one: up to `n_lines`, and only those that
 * start at `from` or later. Errors: like tail_add. */
int tail_copy(struct tail *tail, const struct tail *other, char delimiter, uint64_t from,
	uint64_t n_lines);

void tail_free(struct tail *tail);

#endif
