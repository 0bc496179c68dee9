/* row_filter.h - which lines or rows are found: --in and --where
 *
 * --where keeps the rows that the patterns match and for which its expression holds. With --in, the
 * patterns are matched against the values of single fields. If a text that is in a value must be in
 * its row, too, rows are searched for it first; otherwise all rows are tested.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_ROW_FILTER_H
#define TOOLS_ACTIONS_ROW_FILTER_H

#include "actions/noted.h"
#include "actions/row_fields.h"

/* What --where could not compare: */
struct where_faults {
	struct noted lacks;     /* rows that lack a field */
	struct noted no_number; /* rows with a value that is no number */
};

/* The filter of an input. There is one at a time. */
struct row_filter {
	const struct input *input;
	const struct options *options;
	struct row_fields in;      /* fields of --in */
	struct row_fields where;   /* fields of the tests of --where */
	struct row_fields *widest; /* of the two: rows are divided as far as this one needs it */
	struct field_list tested;  /* of `where` */
	const mmr_search *values;  /* the patterns, for single fields; or NULL without --in */
	/* Faults are counted up to so many rows that are found, if one thread searches; otherwise
	 * UINT64_MAX. */
	uint64_t most;
	bool backward; /* blocks are searched last to first: faults are not yet counted once each */
	struct where_faults faults; /* of the last search */
	mmr_search_filter filter;
};

/* Finds the fields in the header of the input. Prints what failed.
 *
 * Returns: in `*ret_filter` NULL without --in and --where.
 * Lifetime: until row_filter_close. */
enum status row_filter_open(
	const struct input *input, const struct options *options, struct row_filter **ret_filter);

/* NULL is allowed. */
void row_filter_close(struct row_filter *filter);

/* Starts to count faults. */
void row_filter_start(struct row_filter *filter, uint64_t most, bool backward);

/* Compiles the patterns of the options for a search, with the filter, which may be NULL: those that
 * rows are searched for before they are tested. Those of --in are compiled for the filter, too.
 *
 * Errors: those of mmr_search_compile. */
int row_filter_compile(struct row_filter *filter, const struct options *options,
	const mmr_search_options *how, mmr_search **ret_search);

/* Reports the faults. Returns: whether there are any. */
bool row_filter_report(const struct row_filter *filter);

#endif
