/* typed_found.c - prints or counts the records of the selection that --where finds
 *
 * A search for an empty text matches all records, and a filter keeps some of them.
 *
 * SPDX-License-Identifier: MIT */
#include "actions/typed.h"

#include "output/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The text of a worker has room for many records, so that it seldom waits for its turn. */
#define ROOM ((size_t)256 << 10)

/* Records as lines of their own, of one worker. */
struct lines {
	struct table *table;
	char *bytes;
	size_t len, room;
	uint64_t n;
};

static int start(void *state, void *context)
{
	struct lines *lines = state;

	lines->table = context;
	lines->room = lines->table->room > ROOM ? lines->table->room : ROOM;
	lines->bytes = malloc(lines->room);
	return lines->bytes ? 0 : -ENOMEM;
}

static void end(void *state, void *context)
{
	struct lines *lines = state;

	(void)context;
	free(lines->bytes);
}

static int add_record(void *state, const mmr_found_line *record)
{
	struct lines *lines = state;
	const struct table *table = lines->table;
	char *to = lines->bytes + lines->len;
	int err;

	if (lines->room - lines->len < table->room)
		return MMR_FOUND_FULL;
	err = typed_row_put(&to, &table->fields, record->bytes, table->json);
	if (err < 0)
		return err;
	*to++ = '\n';
	lines->len = (size_t)(to - lines->bytes);
	lines->n++;
	return 0;
}

/* Prints records as lines of several. The text of a record contains no line end. */
static void print_joined(const struct table *table, char *bytes, size_t len)
{
	char *at = bytes, *stop = bytes + len;
	uint64_t number = table->n_records;

	if (len > 0 && number % table->per_row > 0)
		output_write("\t", 1);
	for (; at < stop; at++) {
		at = memchr(at, '\n', (size_t)(stop - at));
		if (++number % table->per_row == 0)
			continue;
		/* A tab is written when a record follows. */
		*at = '\t';
		len -= at + 1 == stop;
	}
	output_write(bytes, len);
}

static int print_lines(void *state)
{
	struct lines *lines = state;
	struct table *table = lines->table;

	if (table->per_row > 1)
		print_joined(table, lines->bytes, lines->len);
	else
		output_write(lines->bytes, lines->len);
	table->n_records += lines->n;
	lines->len = 0;
	lines->n = 0;
	return 0;
}

static int print_records(const mmr_search *search, struct table *table, struct task *task)
{
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	mmr_found_job job = {.line = add_record,
		.collect = print_lines,
		.start = start,
		.end = end,
		.context = table,
		.state_size = sizeof(struct lines)};

	how.backward = table->backward;
	how.max_lines = task->maximum;
	how.sample = task->options->sample;
	how.seed = task->options->seed;
	return mmr_search_run(search, task->input->reader, &table->scan, &how, &job);
}

static int count_records(const mmr_search *search, struct table *table, struct task *task)
{
	uint64_t n = 0;
	int err = mmr_search_count(search, task->input->reader, &table->scan, &n);

	table->n_records = min_u64(n, min_u64(task->maximum, task->options->sample));
	return err;
}

int typed_find(struct table *table, struct task *task)
{
	mmr_pattern any = {{"", 0}, false};
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
	mmr_search *search;
	int err;

	options.records = table->scan.records;
	options.filter = table->filter;
	err = mmr_search_compile(&any, 1, &options, &search);
	if (err < 0)
		return err;
	err = task->options->count_only ? count_records(search, table, task)
					: print_records(search, table, task);
	mmr_search_close(search);
	return err;
}
