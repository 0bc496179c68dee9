/* reverse_records.c - prints the records of the selection, last to first
 *
 * SPDX-License-Identifier: MIT */
#include "actions/reverse.h"

#include "output/output.h"

#include <string.h>

/* Longer records are copied by their offset. */
#define ROOM ((size_t)64 << 10)

struct reversal {
	struct input *input;
	char delimiter;
	const mmr_found_line *record;
	uint64_t fault_off; /* of a record that could not be copied by its offset */
	char last;
	char bytes[ROOM];
};

/* A fault of the map jumps out of this. */
static int copy(void *argument)
{
	struct reversal *reversal = argument;
	mmr_slice bytes = reversal->record->bytes;

	reversal->last = bytes.ptr[bytes.len - 1];
	if (bytes.len <= ROOM)
		memcpy(reversal->bytes, bytes.ptr, bytes.len);
	return 0;
}

static int print_record(void *context, const mmr_found_line *record)
{
	struct reversal *reversal = context;
	struct input *input = reversal->input;
	uint64_t start = input->base + record->off, done;
	int err;

	reversal->record = record;
	err = mmr_try(input->reader, copy, reversal);
	/* A map shows zeroes in a page that was truncated. */
	if (err == 0 && mmr_check(input->reader) == MMR_ETRUNCATED)
		err = MMR_ETRUNCATED;
	if (err < 0)
		return err;
	if (record->bytes.len <= ROOM) {
		output_write(reversal->bytes, record->bytes.len);
	} else {
		err = output_range(input->fd, start, record->bytes.len, &done);
		if (err < 0)
			reversal->fault_off = start + done;
	}
	/* Only the last record of the selection can lack its delimiter. */
	if (err == 0 && reversal->last != reversal->delimiter)
		output_write(&reversal->delimiter, 1);
	return err;
}

int reverse_records(struct task *task, uint64_t *ret_at)
{
	mmr_pattern any = {{"", 0}, false};
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	static struct reversal reversal;
	mmr_search *search;
	int err;

	options.delimiter = task->options->delimiter;
	options.records = task->options->records;
	how.backward = true;
	reversal.input = task->input;
	reversal.delimiter = options.delimiter;
	reversal.fault_off = UINT64_MAX;
	err = mmr_search_compile(&any, 1, &options, &search);
	if (err == 0) {
		err = mmr_search_lines(
			search, task->input->reader, &task->scan, &how, print_record, &reversal);
		mmr_search_close(search);
	}
	*ret_at = reversal.fault_off == UINT64_MAX ? mmr_last_error_offset() : reversal.fault_off;
	return err;
}
