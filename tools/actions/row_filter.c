/* row_filter.c - tests rows: values of fields, for --in and --where
 *
 * SPDX-License-Identifier: MIT */
#include "actions/row_filter.h"

#include "status/message.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A worker. */
struct tester {
	const struct row_filter *filter;
	const char **starts;  /* of the fields of a row */
	char *bytes;          /* of a value without quotes */
	size_t room;          /* for as many bytes as the longest row has, and a line end */
	mmr_line_matches *it; /* of --in */
	uint64_t seen;        /* end of the rows whose faults are counted */
	uint64_t left;        /* rows that may still be found while faults are counted */
	struct where_faults faults;
};

/* A row that is tested. */
struct tested {
	struct tester *tester;
	mmr_slice bytes;
	struct row row;
	bool lacks, no_number;
	int result;
};

static int start(void *state, void *context)
{
	const struct row_filter *filter = context;
	struct tester *tester = state;
	int err = 0;

	tester->filter = filter;
	tester->left = filter->most;
	tester->starts = malloc((filter->widest->most + 1) * sizeof(*tester->starts));
	if (!tester->starts)
		return -ENOMEM;
	if (filter->values)
		err = mmr_line_matches_open(filter->values, &tester->it);
	if (err < 0)
		free(tester->starts);
	return err;
}

static void end(void *state, void *context)
{
	struct row_filter *filter = context;
	struct tester *tester = state;

	/* A state that was not used, which may end at the same time, has no faults. */
	noted_move(&filter->faults.lacks, &tester->faults.lacks);
	noted_move(&filter->faults.no_number, &tester->faults.no_number);
	mmr_line_matches_close(tester->it);
	free(tester->bytes);
	free(tester->starts);
}

/* The value of a field: without quotes, if it has any. */
static mmr_slice value_of(const struct tested *tested, const char *at, const char *stop)
{
	mmr_slice field = {at, (size_t)(stop - at)};
	char *to = tested->tester->bytes;

	if (!row_fields_quoted(tested->tester->filter->widest, field))
		return field;
	return (mmr_slice){to, row_fields_unquote(field, to)};
}

/* --- --where ---------------------------------------------------------------------------------- */

static bool test_holds(void *context, const struct where_test *test)
{
	struct tested *tested = context;
	const struct row_filter *filter = tested->tester->filter;
	const struct row *row = &tested->row;
	size_t number = filter->where.spans[test - filter->options->where.tests].first;
	struct scalar scalar;
	mmr_slice value;

	if (number > row->n) {
		tested->lacks = true;
		return false;
	}
	value = value_of(tested, row->starts[number - 1], row->starts[number] - 1);
	if (test->is_text)
		return where_text_holds(test, value);
	if (!scalar_parse(value, &scalar)) {
		tested->no_number = true;
		return false;
	}
	return where_number_holds(test, &scalar);
}

/* --- --in ------------------------------------------------------------------------------------- */

/* Whether the patterns match a value. Returns: 1; 0; an error. */
static int matches(struct tested *tested, const char *at, const char *stop)
{
	mmr_slice value = value_of(tested, at, stop);

	/* A line end at the end of a value is a part of it. */
	if (value.ptr == tested->tester->bytes)
		tested->tester->bytes[value.len++] = tested->tester->filter->options->delimiter;
	return mmr_line_matches_test(tested->tester->it, value);
}

/* Whether one of some adjacent fields matches. */
static int span_matches(struct tested *tested, const struct field_span *span)
{
	const struct row *row = &tested->row;
	size_t number = span->first;
	const char *at, *stop;
	int found = 0;

	if (number > row->n)
		return 0;
	for (at = row->starts[number - 1]; found == 0; at = stop + 1) {
		stop = row_fields_end(tested->tester->filter->widest, at, row->end);
		found = matches(tested, at, stop);
		if (number++ == span->last || stop == row->end)
			break;
	}
	return found;
}

static int field_matches(struct tested *tested)
{
	const struct row_fields *in = &tested->tester->filter->in;
	size_t i;
	int found = 0;

	for (i = 0; i < in->n && found == 0; i++)
		found = span_matches(tested, &in->spans[i]);
	return found;
}

/* --- Rows ------------------------------------------------------------------------------------- */

/* A fault of the map jumps out of this. It can only happen where bytes of the row are looked at:
 * nothing is held then. */
static int test_row(void *argument)
{
	struct tested *tested = argument;
	const struct row_filter *filter = tested->tester->filter;

	tested->row.starts = tested->tester->starts;
	row_fields_find(filter->widest, tested->bytes, &tested->row);
	tested->result = filter->values ? field_matches(tested) : 1;
	if (tested->result > 0 && where_given(&filter->options->where))
		tested->result = where_holds(&filter->options->where, test_holds, tested);
	return 0;
}

/* Makes room for the value of a field in quotes. */
static int reserve(struct tester *tester, size_t len)
{
	if (len < tester->room || !tester->filter->options->csv)
		return 0;
	free(tester->bytes);
	tester->room = 0;
	tester->bytes = malloc(2 * len + 1);
	if (!tester->bytes)
		return -ENOMEM;
	tester->room = 2 * len + 1;
	return 0;
}

/* Counts the faults of a row, unless it was passed before. */
static void count_faults(struct tester *tester, const struct tested *tested, uint64_t off)
{
	bool found = (tested->result > 0) != tester->filter->options->search.invert;

	if ((off < tester->seen && !tester->filter->backward) || tester->left == 0)
		return;
	tester->seen = off + tested->bytes.len;
	tester->left -= found && tester->left != UINT64_MAX;
	if (tested->lacks)
		noted_add(&tester->faults.lacks, off);
	if (tested->no_number)
		noted_add(&tester->faults.no_number, off);
}

static int keep(void *state, mmr_slice bytes, uint64_t off)
{
	struct tester *tester = state;
	struct tested tested = {.tester = tester, .bytes = bytes};
	int err = reserve(tester, bytes.len);

	if (err == 0)
		err = mmr_try(tester->filter->input->reader, test_row, &tested);
	if (err < 0 || tested.result < 0)
		return err < 0 ? err : tested.result;
	count_faults(tester, &tested, off);
	return tested.result;
}

/* --- The filter of an input ------------------------------------------------------------------- */

/* The list of the fields of --where. */
static int list_tests(const struct where *where, struct field_list *list)
{
	size_t i;

	list->items = malloc(where->n * sizeof(*list->items));
	if (!list->items)
		return -ENOMEM;
	for (i = 0; i < where->n; i++)
		list->items[list->n++] = (struct field_item){
			where->tests[i].field, where->tests[i].field, where->tests[i].name, true};
	return 0;
}

static enum status open_where(struct row_filter *filter)
{
	const struct where *where = &filter->options->where;

	if (!where_given(where))
		return STATUS_DONE;
	if (list_tests(where, &filter->tested) < 0)
		return message_file(filter->input->name, -ENOMEM);
	return row_fields_open(filter->input, filter->options, &filter->tested, &filter->where);
}

enum status row_filter_open(
	const struct input *input, const struct options *options, struct row_filter **ret_filter)
{
	/* The search, which is compiled once, has its address. */
	static struct row_filter filter;
	const mmr_search *values = filter.values;
	enum status status = STATUS_DONE;

	*ret_filter = NULL;
	if (options->in.n == 0 && !where_given(&options->where))
		return STATUS_DONE;
	filter = (struct row_filter){.input = input,
		.options = options,
		.values = values,
		.filter = {.keep = keep,
			.start = start,
			.end = end,
			.context = &filter,
			.state_size = sizeof(struct tester)}};
	if (options->in.n > 0)
		status = row_fields_open(input, options, &options->in, &filter.in);
	if (status == STATUS_DONE)
		status = open_where(&filter);
	filter.widest = filter.in.most > filter.where.most ? &filter.in : &filter.where;
	if (status == STATUS_DONE)
		*ret_filter = &filter;
	else
		row_filter_close(&filter);
	return status;
}

void row_filter_close(struct row_filter *filter)
{
	if (!filter)
		return;
	row_fields_close(&filter->in);
	row_fields_close(&filter->where);
	free(filter->tested.items);
	filter->tested.items = NULL;
}

void row_filter_start(struct row_filter *filter, uint64_t most, bool backward)
{
	filter->most = most;
	filter->backward = backward;
	filter->faults = (struct where_faults){{0, 0}, {0, 0}};
}

/* Whether a value that a pattern matches contains a text that its row contains, too: as it is,
 * since a quote inside a field in quotes is doubled. */
static bool rows_have_texts(const struct options *options)
{
	const struct search_options *search = &options->search;
	size_t i;

	for (i = 0; i < search->n_patterns; i++) {
		mmr_slice text = search->patterns[i].text;

		if (search->patterns[i].is_regex || text.len == 0 ||
			(options->csv && memchr(text.ptr, '"', text.len)))
			return false;
	}
	return true;
}

int row_filter_compile(struct row_filter *filter, const struct options *options,
	const mmr_search_options *how, mmr_search **ret_search)
{
	const struct search_options *search = &options->search;
	mmr_pattern any = {{"", 0}, false};
	mmr_search_options of_rows = *how, of_values = *how;
	mmr_search *values;
	int err;

	of_rows.filter = filter ? &filter->filter : NULL;
	if (!filter || options->in.n == 0)
		return mmr_search_compile(
			search->patterns, search->n_patterns, &of_rows, ret_search);
	of_values.invert = false;
	err = mmr_search_compile(search->patterns, search->n_patterns, &of_values, &values);
	if (err < 0)
		return err;
	filter->values = values;
	/* The surroundings of a text in a value are tested there. */
	of_rows.words = of_rows.whole_lines = false;
	if (rows_have_texts(options))
		return mmr_search_compile(
			search->patterns, search->n_patterns, &of_rows, ret_search);
	of_rows.all = false;
	return mmr_search_compile(&any, 1, &of_rows, ret_search);
}

/* --- Faults ----------------------------------------------------------------------------------- */

static void report(const struct row_filter *filter, const char *what, const struct noted *rows)
{
	if (rows->n > 0)
		message("%s: cannot find %s of --where in %" PRIu64
			" %s, the first at byte %" PRIu64,
			message_quote(filter->input->name), what, rows->n,
			rows->n == 1 ? "row" : "rows", filter->input->base + rows->first);
}

bool row_filter_report(const struct row_filter *filter)
{
	const struct where_faults *faults = &filter->faults;

	report(filter, "a field", &faults->lacks);
	report(filter, "a number", &faults->no_number);
	return faults->lacks.n > 0 || faults->no_number.n > 0;
}
