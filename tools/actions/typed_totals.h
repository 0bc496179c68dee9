/* typed_totals.h - adds the records of a selection to the totals of the run
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_TYPED_TOTALS_H
#define TOOLS_ACTIONS_TYPED_TOTALS_H

#include "actions/totals.h"
#include "actions/typed.h"

/* The totals of some records. */
struct typed_totals {
	const struct table *table;
	struct total *totals; /* by field of the table */
	struct wrong_fields wrong;
};

/* Adds whole records at `off` in the reader. Returns: 0 or a code of the library. */
int typed_totals_add(struct typed_totals *totals, mmr_slice records, uint64_t off);

/* Adds the records of a selection, or a sample of them. Sets the numbers of the table. Returns: 0
 * or a code of the library. `*ret_wrong` is set in any case. */
int typed_totals_run(struct table *table, struct task *task, struct wrong_fields *ret_wrong);

#endif
