/* reverse_records.c - prints the records of the selection, last to first
 *
 * A search finds all records backward. Workers copy them into their own buffers, which are printed
 * in turn.
 *
 * SPDX-License-Identifier: MIT */
#include "actions/reverse.h"

#include "output/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Longer records are copied by their offset. */
#define ROOM ((size_t)128 << 10)

struct reversal {
	struct input *input;
	char delimiter;
	uint64_t fault_off; /* of a record that could not be copied by its offset */
};

struct worker {
	struct reversal *reversal;
	char *bytes;
	size_t len;
	const mmr_found_line *record;
	bool lacks_end; /* the record has no delimiter: it is the last one of the selection */
};

static int start(void *state, void *context)
{
	struct worker *worker = state;

	worker->reversal = context;
	worker->bytes = malloc(ROOM);
	return worker->bytes ? 0 : -ENOMEM;
}

static void end(void *state, void *context)
{
	struct worker *worker = state;

	(void)context;
	free(worker->bytes);
}

/* Copies a record if there is room. A fault of the map jumps out of this. */
static int copy(void *argument)
{
	struct worker *worker = argument;
	mmr_slice bytes = worker->record->bytes;

	worker->lacks_end = bytes.ptr[bytes.len - 1] != worker->reversal->delimiter;
	if (bytes.len < ROOM - worker->len)
		memcpy(worker->bytes + worker->len, bytes.ptr, bytes.len);
	return 0;
}

static int print_long(struct reversal *reversal, const mmr_found_line *record, bool lacks_end)
{
	uint64_t off = reversal->input->base + record->off, done;
	int err = output_range(reversal->input->fd, off, record->bytes.len, &done);

	if (err < 0)
		reversal->fault_off = off + done;
	else if (lacks_end)
		output_write(&reversal->delimiter, 1);
	return err;
}

static int add_record(void *state, const mmr_found_line *record)
{
	struct worker *worker = state;
	int err;

	worker->record = record;
	err = mmr_try(worker->reversal->input->reader, copy, worker);
	if (err < 0)
		return err;
	if (record->bytes.len < ROOM - worker->len) {
		worker->len += record->bytes.len;
		if (worker->lacks_end)
			worker->bytes[worker->len++] = worker->reversal->delimiter;
		return 0;
	}
	if (worker->len > 0 || !record->in_turn)
		return MMR_FOUND_FULL;
	return print_long(worker->reversal, record, worker->lacks_end);
}

static int collect(void *state)
{
	struct worker *worker = state;

	/* A map shows zeroes in a page that was truncated. */
	if (worker->len > 0 && mmr_check(worker->reversal->input->reader) == MMR_ETRUNCATED)
		return MMR_ETRUNCATED;
	output_write(worker->bytes, worker->len);
	worker->len = 0;
	return 0;
}

int reverse_records(struct task *task, uint64_t *ret_at)
{
	struct reversal reversal = {task->input, task->options->delimiter, UINT64_MAX};
	mmr_found_job job = {.line = add_record,
		.collect = collect,
		.start = start,
		.end = end,
		.context = &reversal,
		.state_size = sizeof(struct worker)};
	mmr_pattern any = {{"", 0}, false};
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	mmr_search *search;
	int err;

	options.delimiter = task->options->delimiter;
	options.records = task->options->records;
	how.backward = true;
	err = mmr_search_compile(&any, 1, &options, &search);
	if (err == 0) {
		err = mmr_search_run(search, task->input->reader, &task->scan, &how, &job);
		mmr_search_close(search);
	}
	*ret_at = reversal.fault_off == UINT64_MAX ? mmr_last_error_offset() : reversal.fault_off;
	return err;
}
