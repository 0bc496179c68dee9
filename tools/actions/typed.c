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
#include <errno.h>
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

/* Adds the records of a block to the table of -u, as lines. */
static int add_lines(void *state, const mmr_block *block)
{
	struct worker *worker = state;
	struct block_text *text = &worker->text;
	const struct table *table = text->context;
	mmr_slice record = {block->bytes.ptr, table->size};
	struct unique_batch batch = {.part = NULL};
	size_t n = block->bytes.len / table->size, column = 0;
	uint64_t off = block->off;
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

/* Makes lines of the records of a block. */
static int make_lines(void *state, const mmr_block *block)
{
	struct block_text *text = state;
	const struct table *table = text->context;
	mmr_slice record = {NULL, table->size};
	uint64_t number = (block->off - block->start) / table->size; /* of a record in the output */
	size_t n = block->bytes.len / table->size, at = 0, step = table->size, column;
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
		record.ptr = block->bytes.ptr + at;
		err = typed_put(&to, table, record, &column);
	}
	text->len = (size_t)(to - text->bytes);
	return err;
}

static int print_lines(void *state, const mmr_block *block)
{
	const struct block_text *text = state;
	struct table *table = text->context;

	table->n_records += block->bytes.len / table->size;
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

/* Whether the end of the selection was read. Nothing is read after the last record that -m wants;
 * backward, the end comes first. */
static bool reads_end(const struct table *table, const struct task *task)
{
	return table->n_records < task->maximum || (table->backward && task->maximum > 0);
}

/* The bytes of the selection; of a stream, those that have been read. */
static uint64_t bytes_taken(const struct task *task)
{
	uint64_t end = selection_end(task->input, &task->scan);

	return end - min_u64(end, task->scan.offset);
}

/* Counts the bytes of the selection after its last whole record. Those of a stream are still to be
 * read. */
static int count_rest(const struct table *table, struct task *task, uint64_t *ret_rest)
{
	mmr_scan_options scan = task->scan;

	if (input_has_ranges(task->input)) {
		*ret_rest = scan.length % table->size;
		return 0;
	}
	if (scan.length != MMR_REST)
		scan.length -= bytes_taken(task);
	scan.offset = 0;
	return selection_size(task->input, &scan, ret_rest);
}

/* Reports the bytes after the last whole record. */
static enum status report_rest(const struct table *table, struct task *task)
{
	struct input *input = task->input;
	uint64_t rest = 0;
	int err = count_rest(table, task, &rest);

	if (err < 0)
		return message_file(input->name, err);
	input->rest = rest > 0;
	if (rest == 0)
		return STATUS_DONE;
	output_flush();
	return message("%s: cannot read a record at byte %" PRIu64 ": the selection has %" PRIu64
		       " of its %zu bytes",
		message_quote(input->name), input->base + selection_end(input, &task->scan) - rest,
		rest, table->size);
}

static int print_records(struct table *table, struct task *task)
{
	mmr_scan_job job = {.work = table->unique ? add_lines : make_lines,
		.collect = table->unique ? collect_lines : print_lines,
		.context = table,
		.state_size = sizeof(struct worker)};

	/* A stream is saved to a file before it is read backward. */
	table->n_all = table->scan.length / table->size;
	return block_text_scan(task->input->reader, &table->scan, &table->cut, job);
}

/* Counts the records that would be printed without --where. */
static int count_records(struct table *table, struct task *task)
{
	mmr_counts counts = {0};
	int err = mmr_count_lines(task->input->reader, &table->scan, &counts);

	table->n_records = min_u64(counts.lines, task->options->sample);
	return err;
}

size_t type_record_size(const struct options *options)
{
	/* A wrong field is reported before any file is read. */
	typed_where(&options->where, parsed(options));
	return mmr_layout_size(parsed(options));
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

/* Sets what does not depend on the fields. */
static int open_table(struct table *table, const struct task *task, mmr_split **ret_split)
{
	const struct options *options = task->options;
	int err = mmr_split_size(table->size, task->scan.offset, ret_split);

	if (err < 0)
		return err;
	table->scan = task->scan;
	table->scan.records = *ret_split;
	table->scan.io_mode = MMR_IO_READ;
	table->cut = (mmr_block_options)MMR_BLOCK_OPTIONS_INIT;
	table->cut.window = BLOCK_TEXT_WINDOW;
	/* Any record fits into a block. */
	table->cut.line_limit = table->size;
	table->cut.backward = table->backward = options->reverse;
	table->per_row = options->width > 0 ? options->width : 1;
	table->json = options->json;
	table->unique = options->unique;
	table->place = unique_place_of(task);
	table->filter = typed_where(&options->where, table->layout);
	return 0;
}

/* Prints records, or adds them to the table of -u. */
static int print_table(struct table *table, struct task *task)
{
	const struct options *options = task->options;
	int err;

	if (!table->json && !options->count_only)
		print_header(&table->fields, options);
	if (table->filter && !table->unique)
		err = typed_find(table, task);
	else if (table->filter || options->sample != NO_SAMPLE)
		err = typed_print_sample(table, task);
	else
		err = print_records(table, task);
	/* The last line may not be full. */
	if (!options->count_only && table->n_records % table->per_row > 0)
		output_write("\n", 1);
	return err;
}

static int run_table(struct table *table, struct task *task)
{
	bool counts = task->options->count_only;
	int err;

	if (counts && !table->filter && !table->unique)
		return count_records(table, task);
	if (totals_are_alone(task->options) && !counts)
		err = typed_totals_run(table, task);
	else
		err = print_table(table, task);
	report_scan();
	return err;
}

/* Reports what could not be read, after the records. `err` is the result of reading them. */
static enum status report(struct table *table, struct task *task, int err)
{
	const struct options *options = task->options;
	struct input *input = task->input;
	enum status status = STATUS_DONE;

	if (err < 0 && err != -EBADMSG)
		return message_file(input->name, err);
	/* The table of -u failed, which was printed. */
	if (err > 0)
		return STATUS_TROUBLE;
	totals_report(input, &table->wrong);
	if (reads_end(table, task))
		status = report_rest(table, task);
	input->rest |= table->wrong.n > 0;
	if (table->wrong.n > 0)
		return STATUS_TROUBLE;
	if (status != STATUS_DONE || table->n_records > 0)
		return status;
	return totals_are_alone(options) || table->filter ? STATUS_NO_MATCH : STATUS_DONE;
}

enum status action_type(struct task *task)
{
	const mmr_layout *layout = parsed(task->options);
	struct table table = {.layout = layout, .size = mmr_layout_size(layout)};
	struct input *input = task->input;
	mmr_split *split = NULL;
	enum status status;
	int err = open_table(&table, task, &split);

	if (err < 0)
		return message_file(input->name, err);
	choose_fields(&table, task->options);
	table.room = typed_row_room(&table.fields, table.json);
	err = run_table(&table, task);
	free(table.fields.fields);
	mmr_split_close(split);
	input->n += table.n_records;
	input->taken += table.n_records;
	status = report(&table, task, err);
	unique_advance(bytes_taken(task));
	return status;
}
