/* distinct.h - a table of distinct values, each with its count and its first position
 *
 * Each worker has a part of its own. A part that is full is joined to the shared table, and all
 * are joined at the end, so workers seldom wait for one another. If the shared table is full,
 * it fails, or its values are written to a temporary file.
 *
 * A user of the table can keep more for each value: `size` bytes, to which each occurrence is
 * added, such as a sum. Values, counts and these bytes do not depend on the order in which
 * occurrences are added, as long as this is true of `add` and `merge`.
 *
 *	err = distinct_open(&options, &distinct);
 *	err = distinct_begin(distinct, &part);            in each worker
 *	err = distinct_add(part, texts, positions, items, n);
 *	distinct_end(part);
 *	err = distinct_each(distinct, DISTINCT_BY_COUNT, print, context);
 *	distinct_close(distinct);
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_DISTINCT_H
#define TOOLS_ACTIONS_DISTINCT_H

#include "cli/options.h"

/* What is kept for each value besides its count. */
struct distinct_extra {
	size_t size; /* a multiple of 8; 0: nothing */
	/* Adds an occurrence. The bytes are zeroes before the first one. */
	void (*add)(void *extra, const void *item);
	/* Adds all occurrences that were added to `other`. */
	void (*merge)(void *extra, const void *other);
};

struct distinct_options {
	uint64_t memory;  /* bytes for values and what is kept of them */
	bool spill;       /* write values to a temporary file if there are more */
	size_t item_size; /* bytes from one item of distinct_add to the next */
	struct distinct_extra extra;
};

/* A value. */
struct distinct_value {
	mmr_slice text;
	uint64_t count;
	uint64_t first; /* the least position */
	void *extra;    /* aligned to 8 bytes */
};

struct distinct;
struct distinct_part;

/* The most values that are added at once. */
#define DISTINCT_BATCH ((size_t)256)

/* Errors: -ENOMEM. */
int distinct_open(const struct distinct_options *options, struct distinct **ret_distinct);

/* NULL is allowed. */
void distinct_close(struct distinct *distinct);

/* Takes a part for a worker, and gives it back. A part keeps its values and may be taken again.
 *
 * Errors: -ENOMEM. Threads: safe. */
int distinct_begin(struct distinct *distinct, struct distinct_part **ret_part);
void distinct_end(struct distinct_part *part);

/* Adds up to DISTINCT_BATCH occurrences. Different values have different positions.
 *
 * Shape: `items` has `n` items of `item_size` bytes for the function `add`; NULL without it.
 * Returns: 0; 1 if there is no room, or a temporary file failed, which was printed.
 * Errors: those of mmr_intern_add. After a failure the table is not complete.
 * Lifetime: the texts are copied. Threads: safe for different parts. */
int distinct_add(struct distinct_part *part, const mmr_slice *texts, const uint64_t *positions,
	const void *items, size_t n);

/* Processes a value. Returns: 0 to continue; 1 to stop. Lifetime: until it returns. */
typedef int distinct_fn(void *context, const struct distinct_value *value);

/* Calls `fn` for each value, or only counts them. Call it once, after all parts are given back.
 *
 * Shape: `fn` may be NULL.
 * Returns: 0; 1 if `fn` stopped it, or a temporary file failed, which was printed.
 * Errors: those of mmr_intern_add. */
int distinct_each(
	struct distinct *distinct, enum distinct_order order, distinct_fn *fn, void *context);

/* The number of values, after distinct_each, and the most bytes that they have used. */
uint64_t distinct_count(const struct distinct *distinct);
uint64_t distinct_bytes(const struct distinct *distinct);

#endif
