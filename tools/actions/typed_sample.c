/* typed_sample.c - prints a random sample of the records of the selection, or adds those that are
 * drawn, or that --where finds, to a table or to totals
 *
 * A search for an empty text finds all records, and chooses some of them.
 *
 * SPDX-License-Identifier: MIT */
#include "actions/typed_totals.h"

#include "output/output.h"
#include "status/report.h"

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

static int print_sample(
	struct printing *printing, const struct task *task, const mmr_scan_options *scan)
{
	mmr_pattern any = {{"", 0}, false};
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	mmr_search *search;
	int err;

	options.records = scan->records;
	options.filter = printing->table->filter;
	how.backward = printing->table->backward;
	how.max_lines = task->maximum;
	how.sample = task->options->sample;
	how.seed = task->options->seed;
	err = mmr_search_compile(&any, 1, &options, &search);
	if (err < 0)
		return err;
	err = mmr_search_lines(search, task->input->reader, scan, &how, print_record, printing);
	mmr_search_close(search);
	return err;
}

int typed_print_sample(struct table *table, struct task *task)
{
	struct printing printing = {
		.table = table, .text = malloc(table->room), .totals = {.table = table}};
	mmr_scan_options scan = task->scan;
	mmr_split *records = NULL;
	int err = printing.text ? 0 : -ENOMEM;

	if (err == 0 && table->unique)
		err = unique_batch_start(&printing.unique);
	/* The caller reports the bytes after the last whole record. */
	table->n_bytes = scan.length;
	scan.length -= scan.length % table->size;
	/* Records start where the selection starts. */
	if (err == 0)
		err = mmr_split_size(table->size, scan.offset, &records);
	scan.records = records;
	scan.io_mode = MMR_IO_READ;
	if (err == 0)
		err = print_sample(&printing, task, &scan);
	/* What follows the last record that -m wants is not looked at. */
	if (table->filter && !table->backward && table->n_records == task->maximum)
		table->n_bytes = 0;
	mmr_split_close(records);
	unique_batch_end(&printing.unique);
	noted_move(&table->wrong, &printing.totals.wrong);
	free(printing.text);
	report_scan();
	return err;
}
