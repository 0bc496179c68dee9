/* line_totals.c - the columns of totals in rows
 *
 * SPDX-License-Identifier: MIT */
#include "actions/line_put.h"

#include <errno.h>

/* The number of a column's field, from 1. */
static size_t number_of(const struct row_fields *fields, size_t column)
{
	return fields->spans[fields->n + column].first;
}

/* The field of a row, without its quotes. */
static mmr_slice field_of(const struct row_fields *fields, const struct row *row, size_t number)
{
	const char *start = row->starts[number - 1], *end = row->starts[number] - 1;
	mmr_slice field = {start, (size_t)(end - start)};

	return row_fields_quoted(fields, field) ? (mmr_slice){start + 1, field.len - 2} : field;
}

/* Whether the column is that of an earlier one, given by name and by number. */
static bool is_repeated(const struct row_fields *fields, size_t column)
{
	size_t i;

	for (i = 0; i < column; i++)
		if (number_of(fields, i) == number_of(fields, column))
			return true;
	return false;
}

/* Takes the result of reading a field. Returns: 0; an error of the library. */
static int judge(
	struct line_text *text, const struct row *row, uint64_t off, size_t column, int err)
{
	const struct row_fields *fields = text->style->fields;
	const char *start = row->starts[number_of(fields, column) - 1];

	if (err != -EINVAL && err != -ERANGE)
		return err;
	if (!is_repeated(fields, column))
		noted_add(&text->wrong, off + (uint64_t)(start - row->start));
	return 0;
}

int line_add_totals(struct line_text *text, const struct row *row, uint64_t off)
{
	const struct row_fields *fields = text->style->fields;
	int err = 0;
	size_t i;

	for (i = 0; i < fields->n_columns && err == 0; i++) {
		size_t number = number_of(fields, i);

		/* The caller has noted that the row lacks it. */
		if (number > row->n)
			continue;
		err = total_add_text(&text->totals[i], field_of(fields, row, number));
		if (err < 0)
			err = judge(text, row, off, i, err);
	}
	return err;
}

int line_read_totals(
	struct line_text *text, const struct row *row, uint64_t off, struct total_value *ret_values)
{
	const struct row_fields *fields = text->style->fields;
	int err = 0;
	size_t i;

	for (i = 0; i < fields->n_columns && err == 0; i++) {
		size_t number = number_of(fields, i);

		ret_values[i].kind = TOTAL_NOTHING;
		if (number > row->n)
			continue;
		err = total_read(field_of(fields, row, number), &ret_values[i]);
		if (err == 0)
			continue;
		ret_values[i].kind = TOTAL_NOTHING;
		err = judge(text, row, off, i, err);
	}
	return err;
}
