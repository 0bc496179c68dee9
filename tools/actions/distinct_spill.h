/* distinct_spill.h - runs of sorted values in a temporary file, and their merge
 *
 * The values of a run are different and sorted. The merge joins equal values of several runs, in
 * memory that does not depend on how many there are.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_DISTINCT_SPILL_H
#define TOOLS_ACTIONS_DISTINCT_SPILL_H

#include "actions/distinct.h"

struct distinct_pool;

/* Bytes of a file. */
struct spill_run {
	uint64_t start, stop;
};

struct spill {
	const struct distinct_extra *extra;
	enum distinct_order order; /* of all runs */
	int fd;
	uint64_t size; /* of the file */
	struct spill_run *runs;
	size_t n_runs, room;
	char *buffer; /* for writing */
	size_t filled;
};

/* Creates a temporary file. All functions below fail like this one.
 *
 * Returns: 0; 1 if the file failed, which was printed; -ENOMEM. */
int spill_open(
	const struct distinct_extra *extra, enum distinct_order order, struct spill **ret_spill);

/* NULL is allowed. */
void spill_close(struct spill *spill);

/* Writes the values of a pool as a run. */
int spill_write(struct spill *spill, const struct distinct_pool *pool);

/* Calls `fn` for each value of all runs, in their order, once. Returns: what `fn` returned, too. */
int spill_merge(struct spill *spill, distinct_fn *fn, void *context);

#endif
