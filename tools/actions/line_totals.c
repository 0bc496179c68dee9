/* line_totals.c - adds the fields of rows to the totals of a worker
 *
 * SPDX-License-Identifier: MIT */
#include "actions/line_put.h"

#include <errno.h>

/* The field of a row, without its quotes. */
static mmr_slice field_of(const struct row_fields *fields, const struct row *row, size_t number)
{
	const char *start = row->starts[number - 1], *end = row->starts[number] - 1;

	if (fields->options->csv && end - start > 1 && *start == '"' && end[-1] == '"') {
		start++;
		end--;
	}
	return (mmr_slice){start, (size_t)(end - start)};
}

/* Whether the column is that of an earlier one, given by name and by number. */
static bool is_repeated(const struct row_fields *fields, size_t column)
{
	size_t i;

	for (i = 0; i < column; i++)
		if (fields->spans[i].first == fields->spans[column].first)
			return true;
	return false;
}

static void note_wrong(struct adding *adding, const struct row *row, size_t column)
{
	const struct row_fields *fields = adding->text->style->fields;
	const char *start = row->starts[fields->spans[column].first - 1];

	if (!is_repeated(fields, column))
		totals_note(
			&adding->text->wrong, adding->line->off + (uint64_t)(start - row->start));
}

void line_add_totals(struct adding *adding, const struct row *row)
{
	struct line_text *text = adding->text;
	const struct row_fields *fields = text->style->fields;
	size_t i;
	int err;

	for (i = 0; i < fields->n && adding->result == 0; i++) {
		size_t number = fields->spans[i].first;

		/* The caller has noted that the row lacks it. */
		if (number > row->n)
			continue;
		err = total_add_text(&text->totals[i], field_of(fields, row, number));
		if (err == -EINVAL || err == -ERANGE)
			note_wrong(adding, row, i);
		else if (err < 0)
			adding->result = err;
	}
}
