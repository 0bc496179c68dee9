/* unique.h - -u: each distinct line that would be printed, once, with its count
 *
 * There is one table for all selections of all inputs, which is printed at the end.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_UNIQUE_H
#define TOOLS_ACTIONS_UNIQUE_H

#include "actions/action.h"
#include "actions/distinct.h"
#include "actions/total.h"

/* Where the lines of one selection are in the order of all lines. */
struct unique_place {
	uint64_t base;        /* of the selection */
	uint64_t start, stop; /* of the selection in the reader */
	bool backward;        /* the last line is first */
};

/* The place of a selection, after those before. */
struct unique_place unique_place_of(const struct task *task);

/* The position of byte `off` of the line [start, stop). */
static inline uint64_t unique_position(
	const struct unique_place *place, uint64_t start, uint64_t stop, uint64_t off)
{
	return place->base +
	       (place->backward ? place->stop - stop + (off - start) : off - place->start);
}

/* Ends a selection that took `n` positions. */
void unique_advance(uint64_t n);

/* Values that are added together, by one worker. Start from {NULL}. */
struct unique_batch {
	struct distinct_part *part; /* NULL: not started */
	mmr_slice texts[DISTINCT_BATCH];
	uint64_t positions[DISTINCT_BATCH];
	size_t n;
	size_t starts[DISTINCT_BATCH]; /* for the caller */
	struct total_value *values;    /* of the columns of totals, for each text; or NULL */
};

/* Errors: -ENOMEM. */
int unique_batch_start(struct unique_batch *batch);
void unique_batch_end(struct unique_batch *batch);

static inline bool unique_batch_is_full(const struct unique_batch *batch)
{
	return batch->n == DISTINCT_BATCH;
}

/* Adds a value to a batch that is not full. It must stay valid until the batch is added. */
static inline void unique_put(struct unique_batch *batch, mmr_slice text, uint64_t position)
{
	batch->texts[batch->n] = text;
	batch->positions[batch->n++] = position;
}

/* The values of the columns of totals, for the next text that is put. */
struct total_value *unique_values(struct unique_batch *batch);

/* Adds the batch to the table and empties it. Returns: like distinct_add. */
int unique_batch_add(struct unique_batch *batch);

/* Creates the table. Prints what failed and exits. */
void unique_open(const struct options *options);

/* Notes that an input could not be read completely, so -u prints nothing. */
void unique_fail(void);
bool unique_has_failed(void);

/* Prints the values, or their number for -c. Prints what failed. */
enum status unique_print(const struct options *options);

/* Prints the name of the column of counts, before a header. */
void unique_print_column(void);

#endif
