/* unique.c - -u: the table of all inputs, and printing it
 *
 * SPDX-License-Identifier: MIT */
#include "actions/unique.h"

#include "actions/totals.h"
#include "output/output.h"
#include "output/put.h"
#include "status/message.h"
#include "status/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of a value that are converted to JSON at once; a multiple of 3, for base64. */
#define CHUNK ((size_t)1536)

static struct {
	struct distinct *table;
	uint64_t base;    /* of the next selection */
	size_t n_columns; /* of totals */
	bool has_failed;
} unique;

/* Half of the memory that is available, so that other processes and the page cache have some. */
static uint64_t default_memory(void)
{
	return mmr_memory_available() / 2;
}

void unique_open(const struct options *options)
{
	struct distinct_options how = {
		.memory = options->memory > 0 ? options->memory : default_memory(),
		.spill = options->spill};

	if (options->totals.n > 0) {
		unique.n_columns = totals_columns(options);
		how.item_size = unique.n_columns * sizeof(struct total_value);
		how.extra = (struct distinct_extra){
			unique.n_columns * sizeof(struct total), totals_add_values, totals_merge};
	}
	if (distinct_open(&how, &unique.table) < 0)
		exit((int)message("cannot count distinct values: %s", mmr_strerror(-ENOMEM)));
}

void unique_fail(void)
{
	unique.has_failed = true;
}

bool unique_has_failed(void)
{
	return unique.has_failed;
}

struct unique_place unique_place_of(const struct task *task)
{
	const mmr_scan_options *scan = &task->scan;

	return (struct unique_place){
		unique.base, scan->offset, scan->offset + scan->length, task->options->reverse};
}

void unique_advance(uint64_t n)
{
	unique.base += n;
}

/* --- Batches ---------------------------------------------------------------------------------- */

int unique_batch_start(struct unique_batch *batch)
{
	batch->n = 0;
	if (unique.n_columns > 0 && !batch->values) {
		batch->values = malloc(DISTINCT_BATCH * unique.n_columns * sizeof(*batch->values));
		if (!batch->values)
			return -ENOMEM;
	}
	return distinct_begin(unique.table, &batch->part);
}

struct total_value *unique_values(struct unique_batch *batch)
{
	return batch->values + batch->n * unique.n_columns;
}

void unique_batch_end(struct unique_batch *batch)
{
	distinct_end(batch->part);
	free(batch->values);
}

int unique_batch_add(struct unique_batch *batch)
{
	size_t n = batch->n;

	batch->n = 0;
	return n > 0 ? distinct_add(batch->part, batch->texts, batch->positions, batch->values, n)
		     : 0;
}

/* --- Output ----------------------------------------------------------------------------------- */

struct printing {
	const struct options *options;
	bool refuses_binary; /* the output is a terminal ... */
	bool is_binary;      /* ... and a value was not printed */
};

static void print(const char *text)
{
	output_write(text, strlen(text));
}

static void print_number(uint64_t number)
{
	char text[PUT_NUMBER_ROOM];

	output_write(text, (size_t)(put_unsigned(text, number) - text));
}

/* Prints the rest of an object that starts with the count. */
static void print_text(mmr_slice text)
{
	char chunk[PUT_JSON_PART_ROOM(CHUNK)], *end;
	bool is_text = put_is_utf8(text);

	print(is_text ? ",\"text\":\"" : ",\"bytes\":\"");
	while (text.len > 0) {
		mmr_slice part = {text.ptr, text.len < CHUNK ? text.len : CHUNK};

		end = is_text ? put_json_part(chunk, part) : put_base64(chunk, part);
		output_write(chunk, (size_t)(end - chunk));
		text.ptr += part.len;
		text.len -= part.len;
	}
	print("\"}\n");
}

/* Prints an object. The values of fields and records are objects, too: {"city":"Oslo"}. */
static void print_object(const struct options *options, const struct distinct_value *value)
{
	mmr_slice text = value->text;

	print("{\"count\":");
	print_number(value->count);
	if (options->fields.n == 0 && options->action != ACTION_TYPE) {
		print_text(text);
		return;
	}
	if (text.len > 2)
		print(",");
	output_write(text.ptr + 1, text.len - 2);
	totals_put(options, value->extra, true);
	print("}\n");
}

static bool is_binary(mmr_slice text)
{
	return memchr(text.ptr, '\0', text.len) || memchr(text.ptr, '\033', text.len);
}

static int print_value(void *context, const struct distinct_value *value)
{
	struct printing *printing = context;
	const struct options *options = printing->options;

	if (options->json) {
		print_object(options, value);
		return 0;
	}
	if (printing->refuses_binary && is_binary(value->text)) {
		printing->is_binary = true;
		return 1;
	}
	print_number(value->count);
	print("\t");
	output_write(value->text.ptr, value->text.len);
	totals_put(options, value->extra, true);
	output_write(options->action == ACTION_TYPE ? "\n" : &options->delimiter, 1);
	return 0;
}

static void print_count(const struct options *options, uint64_t n)
{
	if (options->json)
		print("{\"values\":");
	print_number(n);
	print(options->json ? "}\n" : "\n");
}

/* Returns: like distinct_each. */
static int print_values(struct printing *printing)
{
	const struct options *options = printing->options;
	int err;

	if (!options->count_only)
		return distinct_each(unique.table, options->order, print_value, printing);
	err = distinct_each(unique.table, DISTINCT_BY_FIRST, NULL, NULL);
	if (err == 0)
		print_count(options, distinct_count(unique.table));
	return err;
}

enum status unique_print(const struct options *options)
{
	struct printing printing = {options, binary_matters(options->binary), false};
	int err = 0;

	/* Numbers that could not be kept are missing in totals. */
	if (total_lacks_memory())
		err = -ENOMEM;
	else if (!unique.has_failed)
		err = print_values(&printing);
	report_values(distinct_count(unique.table), distinct_bytes(unique.table));
	distinct_close(unique.table);
	if (printing.is_binary) {
		output_flush();
		return message("cannot print binary data to a terminal; use -a to print it");
	}
	if (err < 0)
		return message("cannot print distinct values: %s", mmr_strerror(err));
	return err > 0 || unique.has_failed ? STATUS_TROUBLE : STATUS_DONE;
}

void unique_print_column(void)
{
	print("count\t");
}
