/* row_fields.h - the fields of -F: where they are in a row, and what is printed of them
 *
 * The rules of --csv are those of mmr_table_of (fields.h). Fields are not unquoted but for JSON, so
 * adjacent fields are one part of the row.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_ROW_FIELDS_H
#define TOOLS_ACTIONS_ROW_FIELDS_H

#include "input/input.h"

/* Adjacent fields, counted from 1. */
struct field_span {
	size_t first, last; /* FIELDS_REST: up to the last one */
};

/* The fields of an input. */
struct row_fields {
	const struct options *options;
	const struct field_list *list;
	struct field_span *spans; /* in the order given; then the columns of totals */
	size_t n, n_columns;      /* of fields that are printed, and of columns of totals */
	size_t most;              /* the greatest number in them */
	char **keys;              /* "NAME": of JSON, for each field of the header */
	size_t n_keys;
};

/* Finds the fields of a list that are given by name in the header of the input. Prints what failed.
 */
enum status row_fields_open(const struct input *input, const struct options *options,
	const struct field_list *list, struct row_fields *ret_fields);
void row_fields_close(struct row_fields *fields);

/* A row. */
struct row {
	const char *start;
	const char *end;     /* of its last field */
	const char *stop;    /* of its line end */
	const char **starts; /* of the first fields; with the end, each start is 1 after an end */
	size_t n;            /* of the fields that were looked at, `most` or fewer */
};

/* Finds the fields of the first row of some bytes, which are not empty. `row->starts` has room for
 * `most` + 1 pointers. */
void row_fields_find(const struct row_fields *fields, mmr_slice bytes, struct row *row);

/* Finds the fields of a row without quotes, whose start and ends are set. */
void row_fields_split(const struct row_fields *fields, struct row *row);

/* Whether a row has all fields that the list has a number of. */
static inline bool row_fields_are_complete(const struct row_fields *fields, const struct row *row)
{
	return row->n == fields->most;
}

/* The end of the field that starts at `at`, in a row that ends at `stop`. */
const char *row_fields_end(const struct row_fields *fields, const char *at, const char *stop);

/* Whether a field is in quotes, which are no part of its value. */
bool row_fields_quoted(const struct row_fields *fields, mmr_slice field);

/* Copies the value of a field in quotes: those that are doubled inside become single.
 *
 * Returns: its length. */
size_t row_fields_unquote(mmr_slice field, char *to);

#endif
