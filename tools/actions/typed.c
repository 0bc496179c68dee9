/* typed.c - prints the selection as numbers or records
 *
 * SPDX-License-Identifier: MIT */
#include "actions/typed.h"

#include "actions/block_text.h"
#include "actions/typed_totals.h"
#include "actions/typed_where.h"
#include "output/output.h"
#include "status/message.h"
#include "status/report.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Compiles the layout, once for all inputs. Exits with a message if it is wrong. */
static const mmr_layout *parsed(const struct options *options)
{
	static mmr_layout *layout;

	if (!layout && mmr_layout_parse(mmr_slice_of(options->layout), &layout) < 0)
		exit((int)message("%s", message_quote(mmr_last_error())));
	return layout;
}

/* Prints the names of the fields, if there are any, once. */
static void print_header(const struct typed_fields *fields, const struct options *options)
{
	static bool printed;
	size_t n = fields->n, i;
	bool named = false;

	for (i = 0; i < n; i++)
		named |= !isdigit((unsigned char)fields->fields[i]->name[0]);
	if (named && !printed && options->unique)
		unique_print_column();
	for (i = 0; named && !printed && i < n; i++) {
		const char *name = fields->fields[i]->name;

		output_write(name, strlen(name));
		if (i + 1 == n)
			totals_put_names(options);
		output_write(i + 1 < n ? "\t" : "\n", 1);
	}
	printed = true;
}

/* A worker with -u. */
struct worker {
	struct block_text text;
	struct typed_totals totals;
};

/* Adds the whole records that start in a block to the table of -u, as lines. */
static int add_lines(void *state, const mmr_block *block)
{
	struct worker *worker = state;
	struct block_text *text = &worker->text;
	const struct table *table = text->context;
	mmr_slice bytes = block_units_in(block, table->size), record = {bytes.ptr, table->size};
	uint64_t off = block->off + (uint64_t)(bytes.ptr - block->bytes.ptr);
	struct unique_batch batch = {.part = NULL};
	size_t n = bytes.len / table->size, column = 0;
	int err = block_text_reserve(text, n * table->room);
	char *to = text->bytes, *start;

	text->len = 0;
	worker->totals.table = table;
	if (err == 0)
		err = unique_batch_start(&batch);
	for (; n > 0 && err == 0; n--, record.ptr += table->size, off += table->size) {
		start = to;
		err = typed_put(&to, table, record, &column);
		if (err == 0 && table->columns.n > 0)
			err = typed_totals_read(
				&worker->totals, record, off, unique_values(&batch));
		if (err == 0)
			unique_put(&batch, (mmr_slice){start, (size_t)(to - start) - 1},
				unique_position(&table->place, off, off + table->size, off));
		if (err == 0 && unique_batch_is_full(&batch))
			err = unique_batch_add(&batch);
	}
	if (err == 0)
		err = unique_batch_add(&batch);
	unique_batch_end(&batch);
	return err;
}

/* Makes lines of the whole records that start in a block. */
static int make_lines(void *state, const mmr_block *block)
{
	struct block_text *text = state;
	const struct table *table = text->context;
	mmr_slice bytes = block_units_in(block, table->size), record = {NULL, table->size};
	uint64_t before = block->off - block->start + (uint64_t)(bytes.ptr - block->bytes.ptr);
	uint64_t number = before / table->size; /* of a record in the output */
	size_t n = bytes.len / table->size, at = 0, step = table->size, column;
	int err = block_text_reserve(text, n * table->room);
	char *to = text->bytes;

	if (err < 0)
		return err;
	if (table->backward) {
		number = table->n_all - number - n;
		at = (n - 1) * table->size;
		step = 0 - table->size;
	}
	column = (size_t)(number % table->per_row);
	for (; n > 0 && err == 0; n--, at += step) {
		record.ptr = bytes.ptr + at;
		err = typed_put(&to, table, record, &column);
	}
	text->len = (size_t)(to - text->bytes);
	return err;
}

static int print_lines(void *state, const mmr_block *block)
{
	const struct block_text *text = state;
	struct table *table = text->context;

	table->n_bytes += block->bytes.len - block->ahead;
	table->n_records += block_units_in(block, table->size).len / table->size;
	output_write(text->bytes, text->len);
	return 0;
}

static int collect_lines(void *state, const mmr_block *block)
{
	struct worker *worker = state;
	struct table *table = worker->text.context;

	noted_move(&table->wrong, &worker->totals.wrong);
	return print_lines(state, block);
}

/* Reports the last `rest` bytes of the selection. */
static enum status report_rest(struct task *task, uint64_t rest)
{
	struct input *input = task->input;
	uint64_t end = input->base + selection_end(input, &task->scan);

	input->rest = rest > 0;
	if (rest == 0)
		return STATUS_DONE;
	output_flush();
	return message("%s: cannot read a record at byte %" PRIu64 ": the selection has %" PRIu64
		       " of its %zu bytes",
		message_quote(input->name), end - rest, rest, task->options->record_size);
}

static int print_records(struct table *table, struct task *task)
{
	mmr_scan_job job = {.work = table->unique ? add_lines : make_lines,
		.collect = table->unique ? collect_lines : print_lines,
		.context = table,
		.state_size = sizeof(struct worker)};
	mmr_block_options cut = block_units(table->size);
	int err;

	/* A stream is saved to a file before it is read backward. */
	table->n_all = task->scan.length / table->size;
	cut.backward = table->backward;
	err = block_text_scan(task->input->reader, &task->scan, &cut, job);
	report_scan();
	return err;
}

/* Counts the records that would be printed without --where. */
static int count_records(struct table *table, struct task *task)
{
	int err = selection_size(task->input, &task->scan, &table->n_bytes);

	table->n_records = min_u64(table->n_bytes / table->size, task->options->sample);
	return err;
}

size_t type_record_size(const struct options *options)
{
	/* A wrong field is reported before any file is read. */
	typed_where(&options->where, parsed(options));
	return mmr_layout_size(parsed(options));
}

/* Prints or counts records. */
static int run_records(struct table *table, struct task *task)
{
	const struct options *options = task->options;

	if (table->filter && !table->unique)
		return typed_find(table, task);
	if (options->count_only && !table->unique)
		return count_records(table, task);
	return table->filter || options->sample != NO_SAMPLE ? typed_print_sample(table, task)
							     : print_records(table, task);
}

/* Chooses the fields that are printed, and the columns of totals after them. */
static void choose_fields(struct table *table, const struct options *options)
{
	struct typed_fields *fields = &table->fields;
	size_t n = options->totals.columns.n, i;

	typed_fields_choose(table->layout, &options->fields, fields);
	fields->n -= n;
	table->columns = (struct typed_fields){fields->fields + fields->n, n};
	for (i = 0; i < n; i++)
		if (table->columns.fields[i]->type > MMR_I64)
			totals_set_type(options, i, (enum mmr_type)table->columns.fields[i]->type);
}

enum status action_type(struct task *task)
{
	const struct options *options = task->options;
	const mmr_layout *layout = parsed(options);
	struct table table = {.layout = layout, .size = mmr_layout_size(layout)};
	enum status status;
	int err;

	choose_fields(&table, options);
	table.per_row = options->width > 0 ? options->width : 1;
	table.json = options->json;
	table.backward = options->reverse;
	table.unique = options->unique;
	table.place = unique_place_of(task);
	table.room = typed_row_room(&table.fields, table.json);
	table.filter = typed_where(&options->where, layout);
	if (totals_are_alone(options) && !options->count_only) {
		err = typed_totals_run(&table, task);
	} else {
		if (!table.json && !options->count_only)
			print_header(&table.fields, options);
		err = run_records(&table, task);
		/* The last line may not be full. */
		if (!options->count_only && table.n_records % table.per_row > 0)
			output_write("\n", 1);
	}
	unique_advance(table.n_bytes);
	free(table.fields.fields);
	task->input->n += table.n_records;
	task->input->taken += table.n_records;
	if (err < 0)
		return message_file(task->input->name, err);
	/* The table of -u failed, which was printed. */
	if (err > 0)
		return STATUS_TROUBLE;
	totals_report(task->input, &table.wrong);
	status = report_rest(task, table.n_bytes % table.size);
	task->input->rest |= table.wrong.n > 0;
	if (table.wrong.n > 0)
		return STATUS_TROUBLE;
	if (status != STATUS_DONE || table.n_records > 0)
		return status;
	return totals_are_alone(options) || table.filter ? STATUS_NO_MATCH : STATUS_DONE;
}
