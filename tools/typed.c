/* typed.c - the part as numbers or records, one a line
 *
 * Workers make lines of the records that start in their blocks, in buffers of their own, which are
 * printed in order. All is read by pread: nothing can fault, and nothing is shown that was not in
 * the file.
 *
 * SPDX-License-Identifier: MIT */
#include "actions.h"
#include "message.h"
#include "output.h"
#include "pending.h"
#include "report.h"
#include "typed_row.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW ((size_t)128 << 10)

/* Records of an input as lines. */
struct table {
	const mmr_layout *layout;
	bool json;
	size_t size, per_row; /* bytes of a record; records a line */
	uint64_t start;       /* of the first record */
	size_t room;          /* that a record's values may take */
};

/* Compiled once, for all inputs. */
static const mmr_layout *parsed(const struct options *options)
{
	static mmr_layout *layout;

	if (!layout && mmr_layout_parse(mmr_slice_of(options->layout), &layout) < 0) {
		message("%s", message_quote(mmr_last_error()));
		exit(STATUS_TROUBLE);
	}
	return layout;
}

/* The names of the fields, once, if there are any. */
static void print_header(const mmr_layout *layout)
{
	static bool printed;
	size_t n = mmr_layout_n_fields(layout), i;
	bool named = false;

	for (i = 0; i < n; i++)
		named |= !isdigit((unsigned char)mmr_layout_field(layout, i)->name[0]);
	for (i = 0; named && !printed && i < n; i++) {
		const char *name = mmr_layout_field(layout, i)->name;

		output_write(name, strlen(name));
		output_write(i + 1 < n ? "\t" : "\n", 1);
	}
	printed = true;
}

struct lines {
	char *text;
	size_t len, room;
};

/* Lines of whole records, the first of which is `number`. Returns: 0 or -ENOMEM. */
static int make_lines(
	struct lines *lines, const struct table *table, mmr_slice records, uint64_t number)
{
	size_t n = records.len / table->size, room = n * table->room, i;
	char *to;

	if (room > lines->room) {
		free(lines->text);
		lines->room = 0;
		lines->text = malloc(room);
		if (!lines->text)
			return -ENOMEM;
		lines->room = room;
	}
	to = lines->text;
	for (i = 0; i < n; i++) {
		mmr_slice record = {records.ptr + i * table->size, table->size};

		if ((number + i) % table->per_row > 0)
			*to++ = '\t';
		to = table->json ? typed_row_put_json(to, table->layout, record)
				 : typed_row_put(to, table->layout, record);
		if ((number + i + 1) % table->per_row == 0)
			*to++ = '\n';
	}
	lines->len = (size_t)(to - lines->text);
	return 0;
}

struct worker {
	const struct table *table;
	struct lines lines;
};

static int make_block(void *state, const mmr_block *block)
{
	struct worker *worker = state;
	const struct table *table = worker->table;
	size_t own = block->bytes.len - block->ahead, size = table->size, skip, n;
	uint64_t before = block->off - table->start;

	skip = (size_t)((size - before % size) % size);
	worker->lines.len = 0;
	if (skip >= own)
		return 0;
	/* Those that start here; the run ends behind a whole one. */
	n = (own - skip + size - 1) / size;
	return make_lines(&worker->lines, table, (mmr_slice){block->bytes.ptr + skip, n * size},
		(before + skip) / size);
}

static int print_block(void *state, const mmr_block *block)
{
	struct worker *worker = state;

	(void)block;
	output_write(worker->lines.text, worker->lines.len);
	return 0;
}

/* A last line that is not full ends too. */
static void end_line(const struct table *table, uint64_t n_records)
{
	if (n_records % table->per_row > 0)
		output_write("\n", 1);
}

/* Reports the last `rest` bytes that were used. */
static enum status tell_rest(struct input *input, uint64_t rest)
{
	input->rest = rest > 0;
	if (rest == 0)
		return STATUS_DONE;
	output_flush();
	return message("%s: %" PRIu64 " %s left over at byte %" PRIu64, message_quote(input->name),
		rest, rest == 1 ? "byte is" : "bytes are", input->base + input->used - rest);
}

static int run(
	struct table *table, struct input *input, const struct options *options, uint64_t length)
{
	mmr_parallel_options how = MMR_PARALLEL_OPTIONS_INIT;
	mmr_parallel_job job = {.work = make_block, .collect = print_block};
	struct worker *workers;
	unsigned n, i;
	int err;

	n = options->n_threads > 0 ? options->n_threads : mmr_processors();
	workers = calloc(n, sizeof(*workers));
	if (!workers)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		workers[i].table = table;
	job.states = workers;
	job.state_size = sizeof(*workers);
	job.n_states = n;
	how.offset = table->start;
	how.length = length;
	how.delimiter = MMR_NO_DELIMITER;
	how.engine = MMR_ENGINE_COPY;
	how.window = WINDOW;
	how.ahead = table->size - 1;
	err = mmr_parallel_run(input->reader, &how, &job);
	for (i = 0; i < n; i++)
		free(workers[i].lines.text);
	free(workers);
	return err;
}

static enum status show_reader(
	struct table *table, struct input *input, const struct options *options)
{
	uint64_t n_records, rest;
	struct span span;
	int err;

	err = part_locate(input, options, &span);
	if (err < 0)
		return message_file(input->name, err);
	n_records = (span.stop - span.start) / table->size;
	rest = (span.stop - span.start) % table->size;
	/* Who wants no more than these does not ask what lies behind. */
	if (n_records >= options->maximum) {
		n_records = options->maximum;
		rest = 0;
	}
	table->start = span.start;
	input->used = span.start + n_records * table->size + rest;
	input->n += n_records;
	if (options->count_only)
		return tell_rest(input, rest);
	report_bytes(n_records * table->size);
	err = run(table, input, options, n_records * table->size);
	if (err < 0)
		return message_file(input->name, err);
	end_line(table, n_records);
	return tell_rest(input, rest);
}

static enum status show_stream(
	struct table *table, struct input *input, const struct options *options)
{
	struct pending pending = {NULL, 0, 0};
	struct lines lines = {NULL, 0, 0};
	uint64_t n_records = 0, n;
	struct feed feed;
	mmr_slice bytes;
	int err, end;

	err = feed_open(&feed, input, options);
	if (err < 0)
		return message_file(input->name, err);
	while (err == 0 && n_records < options->maximum && feed_next(&feed, &bytes)) {
		report_bytes(bytes.len);
		err = pending_add(&pending, bytes);
		if (err < 0)
			break;
		n = min_u64(pending.len / table->size, options->maximum - n_records);
		bytes = (mmr_slice){pending.bytes, (size_t)n * table->size};
		err = options->count_only ? 0 : make_lines(&lines, table, bytes, n_records);
		if (err < 0)
			break;
		output_write(lines.text, lines.len);
		output_flush();
		n_records += n;
		pending_drop(&pending, bytes.len);
	}
	if (n_records == options->maximum)
		pending.len = 0;
	input->n += n_records;
	if (!options->count_only)
		end_line(table, n_records);
	free(pending.bytes);
	free(lines.text);
	end = feed_close(&feed);
	err = err < 0 ? err : end;
	return err < 0 ? message_file(input->name, err) : tell_rest(input, pending.len);
}

size_t type_record_size(const struct options *options)
{
	return mmr_layout_size(parsed(options));
}

enum status action_type(struct input *input, const struct options *options)
{
	struct table table = {.layout = parsed(options)};

	table.size = mmr_layout_size(table.layout);
	table.per_row = options->width > 0 ? options->width : 1;
	table.json = options->json != JSON_NONE;
	table.room = table.json ? typed_row_json_room(table.layout) : typed_row_room(table.layout);
	if (!table.json && !options->count_only)
		print_header(table.layout);
	return input->reader ? show_reader(&table, input, options)
			     : show_stream(&table, input, options);
}
