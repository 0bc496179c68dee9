/* typed_totals.c - adds the records of a selection to the totals of the run
 *
 * SPDX-License-Identifier: MIT */
#include "actions/typed_totals.h"

#include "actions/block_text.h"

#include <errno.h>
#include <stdlib.h>

/* Doubles that are copied at once. */
#define CHUNK ((size_t)512)

/* --- Records ---------------------------------------------------------------------------------- */

static int add_floats(struct total *total, mmr_array array)
{
	double values[CHUNK];
	struct total_value value;
	size_t at, n, i;
	mmr_array part;
	int err = 0;

	for (at = 0; at < array.n && err == 0; at += n) {
		n = array.n - at < CHUNK ? array.n - at : CHUNK;
		err = mmr_array_cut(&array, (int64_t)at, (int64_t)(at + n), 1, &part);
		if (err == 0)
			err = mmr_array_copy_f64(&part, values, CHUNK);
		for (i = 0; i < n && err == 0; i++) {
			value = total_of_double(values[i]);
			total_add(total, &value);
		}
	}
	return err;
}

/* Whether the column is that of an earlier one, given by name and by number. */
static bool is_repeated(const struct typed_fields *fields, size_t column)
{
	size_t i;

	for (i = 0; i < column; i++)
		if (fields->fields[i] == fields->fields[column])
			return true;
	return false;
}

static int add_texts(struct typed_totals *totals, size_t column, mmr_slice records, uint64_t off)
{
	const struct typed_fields *columns = &totals->table->columns;
	const mmr_field *field = columns->fields[column];
	bool repeated = is_repeated(columns, column);
	size_t size = totals->table->size, at;
	int err;

	for (at = 0; at < records.len; at += size) {
		mmr_slice record = {records.ptr + at, size};

		err = total_add_text(&totals->totals[column], mmr_record_text(record, field));
		if (err < 0 && err != -EINVAL && err != -ERANGE)
			return err;
		if (err < 0 && !repeated)
			noted_add(&totals->wrong, off + at + field->off);
	}
	return 0;
}

static int add_field(struct typed_totals *totals, size_t column, mmr_slice records, uint64_t off)
{
	const mmr_field *field = totals->table->columns.fields[column];
	struct total *total = &totals->totals[column];
	mmr_summary summary;
	mmr_array array;
	int err;

	if (field->type == MMR_TEXT)
		return add_texts(totals, column, records, off);
	err = mmr_layout_column(totals->table->layout, records, 0, field, &array);
	if (err < 0)
		return err;
	if (field->type > MMR_I64)
		return add_floats(total, array);
	err = mmr_array_sum(&array, &summary);
	if (err == 0)
		total_add_integers(total, &summary);
	return err;
}

int typed_totals_add(struct typed_totals *totals, mmr_slice records, uint64_t off)
{
	size_t n = totals->table->columns.n, i;
	int err = 0;

	for (i = 0; i < n && err == 0 && records.len > 0; i++)
		err = add_field(totals, i, records, off);
	return err;
}

/* Reads a value for -u. */
static int read_value(mmr_slice record, const mmr_field *field, struct total_value *ret_value)
{
	uint64_t whole = 0;
	int64_t number = 0;
	double value = 0;
	int err;

	if (field->type == MMR_TEXT)
		return total_read(mmr_record_text(record, field), ret_value);
	if (field->type <= MMR_U64) {
		err = mmr_record_u64(record, field, &whole);
		*ret_value = total_of_integer(whole, false);
	} else if (field->type <= MMR_I64) {
		err = mmr_record_i64(record, field, &number);
		whole = (uint64_t)number;
		*ret_value = total_of_integer(number < 0 ? 0 - whole : whole, number < 0);
	} else {
		err = mmr_record_f64(record, field, &value);
		*ret_value = total_of_double(value);
	}
	return err;
}

int typed_totals_read(
	struct typed_totals *totals, mmr_slice record, uint64_t off, struct total_value *ret_values)
{
	const struct typed_fields *columns = &totals->table->columns;
	size_t i;
	int err;

	for (i = 0; i < columns->n; i++) {
		err = read_value(record, columns->fields[i], &ret_values[i]);
		if (err == 0)
			continue;
		if (err != -EINVAL && err != -ERANGE)
			return err;
		ret_values[i].kind = TOTAL_NOTHING;
		if (!is_repeated(columns, i))
			noted_add(&totals->wrong, off + columns->fields[i]->off);
	}
	return 0;
}

/* --- Blocks ----------------------------------------------------------------------------------- */

/* What workers share. */
struct run {
	struct table *table;
	const struct options *options;
};

struct worker {
	struct block_text text; /* unused but for its context, a run */
	struct typed_totals totals;
};

static int add_block(void *state, const mmr_block *block)
{
	struct worker *worker = state;
	struct run *run = worker->text.context;
	int err = 0;

	worker->totals.table = run->table;
	if (!worker->totals.totals) {
		/* Freed as the bytes of a text. */
		err = block_text_reserve(
			&worker->text, run->options->totals.columns.n * sizeof(struct total));
		worker->totals.totals = (struct total *)(void *)worker->text.bytes;
		if (err == 0)
			memset(worker->text.bytes, 0, worker->text.room);
	}
	if (err == 0)
		err = typed_totals_add(&worker->totals, block->bytes, block->off);
	return err;
}

static int collect_block(void *state, const mmr_block *block)
{
	struct worker *worker = state;
	struct run *run = worker->text.context;
	struct table *table = run->table;

	table->n_records += block->bytes.len / table->size;
	totals_move(run->options, worker->totals.totals);
	noted_move(&table->wrong, &worker->totals.wrong);
	return 0;
}

static int run_blocks(struct run *run, struct task *task)
{
	mmr_scan_job job = {.work = add_block,
		.collect = collect_block,
		.context = run,
		.state_size = sizeof(struct worker)};

	return block_text_scan(task->input->reader, &run->table->scan, &run->table->cut, job);
}

/* --- Samples ---------------------------------------------------------------------------------- */

static int run_sample(struct run *run, struct task *task)
{
	struct typed_totals totals = {.table = run->table, .totals = totals_new(run->options)};
	int err = -ENOMEM;

	if (totals.totals) {
		run->table->totals = &totals;
		err = typed_print_sample(run->table, task);
		totals_move(run->options, totals.totals);
		run->table->wrong = totals.wrong;
	}
	free(totals.totals);
	return err;
}

int typed_totals_run(struct table *table, struct task *task)
{
	struct run run = {.table = table, .options = task->options};

	return task->options->sample == NO_SAMPLE && !table->filter ? run_blocks(&run, task)
								    : run_sample(&run, task);
}
