/* typed_sample.c - prints a random sample of the records of the selection, or adds those that are
 * drawn, or that --where finds, to a table or to totals
 *
 * A search for an empty text finds all records, and chooses some of them.
 *
 * SPDX-License-Identifier: MIT */
#include "actions/typed_totals.h"

#include "output/output.h"

#include <errno.h>
#include <stdlib.h>

struct printing {
	struct table *table;
	char *text;    /* of one record */
	size_t column; /* see typed_put */
	struct unique_batch unique;
	struct typed_totals totals; /* with -u */
};

/* Adds a record to the table of -u. */
static int add_record(struct printing *printing, const mmr_found_line *record)
{
	const struct table *table = printing->table;
	char *to = printing->text;
	int err = typed_put(&to, table, record->bytes, &printing->column);

	if (err == 0 && table->columns.n > 0)
		err = typed_totals_read(&printing->totals, record->bytes, record->off,
			unique_values(&printing->unique));
	if (err < 0)
		return err;
	unique_put(&printing->unique,
		(mmr_slice){printing->text, (size_t)(to - printing->text) - 1},
		unique_position(
			&table->place, record->off, record->off + table->size, record->off));
	return unique_batch_add(&printing->unique);
}

static int print_record(void *context, const mmr_found_line *record)
{
	struct printing *printing = context;
	struct table *table = printing->table;
	char *to = printing->text;
	int err;

	table->n_records++;
	if (table->totals)
		return typed_totals_add(table->totals, record->bytes, record->off);
	if (table->unique)
		return add_record(printing, record);
	err = typed_put(&to, table, record->bytes, &printing->column);
	output_write(printing->text, (size_t)(to - printing->text));
	return err;
}

static int print_sample(struct printing *printing, const struct task *task)
{
	const struct table *table = printing->table;
	mmr_pattern any = {{"", 0}, false};
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	mmr_search *search;
	int err;

	options.records = table->scan.records;
	options.filter = table->filter;
	how.backward = table->backward;
	how.max_lines = task->maximum;
	how.sample = task->options->sample;
	how.seed = task->options->seed;
	err = mmr_search_compile(&any, 1, &options, &search);
	if (err < 0)
		return err;
	err = mmr_search_lines(
		search, task->input->reader, &table->scan, &how, print_record, printing);
	mmr_search_close(search);
	return err;
}

int typed_print_sample(struct table *table, struct task *task)
{
	struct printing printing = {
		.table = table, .text = malloc(table->room), .totals = {.table = table}};
	int err = printing.text ? 0 : -ENOMEM;

	if (err == 0 && table->unique)
		err = unique_batch_start(&printing.unique);
	if (err == 0)
		err = print_sample(&printing, task);
	unique_batch_end(&printing.unique);
	noted_move(&table->wrong, &printing.totals.wrong);
	free(printing.text);
	return err;
}
