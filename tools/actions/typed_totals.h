/* typed_totals.h - adds the records of a selection to the totals of the run
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_TYPED_TOTALS_H
#define TOOLS_ACTIONS_TYPED_TOTALS_H

#include "actions/typed.h"

/* The totals of some records. */
struct typed_totals {
	const struct table *table;
	struct total *totals; /* by column of the table; not used by typed_totals_read */
	struct noted wrong;
};

/* Adds whole records at `off` in the reader. Returns: 0 or a code of the library. */
int typed_totals_add(struct typed_totals *totals, mmr_slice records, uint64_t off);

/* Reads a value of a record at `off` for each column, for -u. Returns: likewise. */
int typed_totals_read(struct typed_totals *totals, mmr_slice record, uint64_t off,
	struct total_value *ret_values);

/* Adds the records of a selection, or a sample of them. Sets the numbers of the table. Returns: 0
 * or a code of the library. */
int typed_totals_run(struct table *table, struct task *task);

#endif
