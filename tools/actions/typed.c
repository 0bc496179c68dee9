/* typed.c - the part as numbers or records, one a line
 *
 * Workers make lines of the records that start in their blocks, in buffers of their own, which are
 * printed in order. All is read by pread: nothing can fault, and nothing is shown that was not in
 * the file.
 *
 * SPDX-License-Identifier: MIT */
#include "actions/action.h"
#include "status/message.h"
#include "output/output.h"
#include "status/report.h"
#include "actions/typed_row.h"

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
	size_t room;          /* that a record's values may take */
	uint64_t n_bytes;     /* that were printed, and after them */
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
	struct table *table;
	struct lines lines;
};

static int make_block(void *state, const mmr_block *block)
{
	struct worker *worker = state;
	const struct table *table = worker->table;
	size_t own = block->bytes.len - block->ahead, size = table->size, skip, n;
	uint64_t before = block->off - block->start;

	skip = (size_t)((size - before % size) % size);
	worker->lines.len = 0;
	if (skip >= own)
		return 0;
	/* Records that start here. The last one may lack bytes. */
	n = (own - skip + size - 1) / size;
	if (n > (block->bytes.len - skip) / size)
		n = (block->bytes.len - skip) / size;
	return make_lines(&worker->lines, table, (mmr_slice){block->bytes.ptr + skip, n * size},
		(before + skip) / size);
}

static int print_block(void *state, const mmr_block *block)
{
	struct worker *worker = state;

	worker->table->n_bytes += block->bytes.len - block->ahead;
	output_write(worker->lines.text, worker->lines.len);
	return 0;
}

static int start_worker(void *state, void *context)
{
	struct worker *worker = state;

	worker->table = context;
	return 0;
}

static void end_worker(void *state, void *context)
{
	struct worker *worker = state;

	(void)context;
	free(worker->lines.text);
}

/* A last line that is not full ends too. */
static void end_line(const struct table *table, uint64_t n_records)
{
	if (n_records % table->per_row > 0)
		output_write("\n", 1);
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
	return message("%s: %" PRIu64 " %s left over at byte %" PRIu64, message_quote(input->name),
		rest, rest == 1 ? "byte is" : "bytes are", end - rest);
}

static int print_records(struct table *table, struct task *task)
{
	mmr_scan_job job = {.work = make_block,
		.collect = print_block,
		.start = start_worker,
		.end = end_worker,
		.context = table,
		.state_size = sizeof(struct worker)};
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_options how = task->scan;
	int err;

	how.io_mode = MMR_IO_READ;
	cut.split_lines = true;
	cut.window = WINDOW;
	cut.ahead = table->size - 1;
	err = mmr_scan_run(task->input->reader, &how, &cut, &job);
	report_scan();
	return err;
}

size_t type_record_size(const struct options *options)
{
	return mmr_layout_size(parsed(options));
}

enum status action_type(struct task *task)
{
	const struct options *options = task->options;
	struct table table = {.layout = parsed(options)};
	int err;

	table.size = mmr_layout_size(table.layout);
	table.per_row = options->width > 0 ? options->width : 1;
	table.json = options->json != JSON_NONE;
	table.room = table.json ? typed_row_json_room(table.layout) : typed_row_room(table.layout);
	if (!table.json && !options->count_only)
		print_header(table.layout);
	if (options->count_only)
		err = selection_size(task->input, &task->scan, &table.n_bytes);
	else
		err = print_records(&table, task);
	if (!options->count_only)
		end_line(&table, table.n_bytes / table.size);
	task->input->n += table.n_bytes / table.size;
	if (err < 0)
		return message_file(task->input->name, err);
	return report_rest(task, table.n_bytes % table.size);
}
