/* reverse.c - prints the lines of the selection, last to first
 *
 * Workers reverse blocks of lines in their own buffers, which are printed from the end of the
 * selection to its start. When a line is too long for a buffer, one thread does the rest: it reads
 * windows backward, and reads a line that spans windows again when its start is known.
 *
 * SPDX-License-Identifier: MIT */
#include "actions/action.h"
#include "actions/block_text.h"
#include "actions/reverse.h"
#include "input/copy.h"
#include "status/message.h"
#include "output/output.h"
#include "status/report.h"

#include <string.h>

/* Longer lines are not collected in buffers. */
#define LINE_LIMIT ((size_t)256 << 10)

struct reversal {
	struct input *input;
	char delimiter;
	mmr_block window;
	uint64_t line_end; /* of the next line to print, its delimiter included */
	bool first;        /* nothing is printed yet: the next line may lack its delimiter */
};

/* Prints the line [start, line_end). Returns: 0 or a code of reading, with `*ret_at`. */
static int print_line(struct reversal *reversal, uint64_t start, uint64_t *ret_at)
{
	const mmr_block *window = &reversal->window;
	uint64_t len = reversal->line_end - start, done;
	int err;

	if (start >= window->off && reversal->line_end - window->off <= window->bytes.len) {
		output_write(window->bytes.ptr + (start - window->off), (size_t)len);
	} else {
		err = output_range(reversal->input->fd, reversal->input->base + start, len, &done);
		if (err < 0) {
			*ret_at = reversal->input->base + start + done;
			return err;
		}
	}
	/* Only the last line of the selection can lack its delimiter. */
	if (reversal->first)
		output_write(&reversal->delimiter, 1);
	reversal->first = false;
	reversal->line_end = start;
	return 0;
}

static int reverse_window(struct reversal *reversal, uint64_t *ret_at)
{
	const mmr_block *window = &reversal->window;
	mmr_positions positions = mmr_positions_of(window->bytes, reversal->delimiter);
	const char *at;
	int err;

	while (mmr_positions_next_back(&positions, &at)) {
		uint64_t start = window->off + (uint64_t)(at - window->bytes.ptr) + 1;

		if (reversal->first && start == reversal->line_end) {
			reversal->first = false;
			continue;
		}
		err = print_line(reversal, start, ret_at);
		if (err < 0)
			return err;
	}
	return mmr_positions_error(&positions);
}

/* Prints the lines from `reversal->line_end` back to the start of the scan. Returns: 0 or a code of
 * reading, with `*ret_at`. */
static int reverse_by_offsets(
	struct reversal *reversal, const mmr_scan_options *scan, uint64_t *ret_at)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_options how = *scan;
	mmr_blocks *blocks;
	int err;

	how.length = reversal->line_end - how.offset;
	how.io_mode = MMR_IO_READ;
	how.n_threads = 1;
	cut.split_lines = true;
	cut.backward = true;
	err = mmr_blocks_open(reversal->input->reader, &how, &cut, &blocks);
	if (err < 0)
		return err;
	while (err == 0 && mmr_blocks_next(blocks, &reversal->window))
		err = reverse_window(reversal, ret_at);
	if (err == 0) {
		err = mmr_blocks_error(blocks);
		*ret_at = mmr_last_error_offset();
	}
	/* The last window is not valid any more: the first line is read by its offsets. */
	reversal->window.bytes.len = 0;
	if (err == 0 && reversal->line_end > how.offset)
		err = print_line(reversal, how.offset, ret_at);
	mmr_blocks_close(blocks);
	return err;
}

/* Copies the lines of a block from the end of the buffer on. A forward walk over lines is faster
 * than a backward one. */
static int reverse_block(void *state, const mmr_block *block)
{
	struct block_text *text = state;
	const struct reversal *reversal = text->context;
	char delimiter = reversal->delimiter, *out;
	mmr_lines it = mmr_lines_of_flags(block->bytes, delimiter, MMR_LINES_KEEP);
	mmr_slice line;
	int err;

	text->len = block->bytes.len;
	text->len += block->bytes.ptr[block->bytes.len - 1] != delimiter;
	err = block_text_reserve(text, text->len);
	if (err < 0)
		return err;
	out = text->bytes + text->len;
	while (mmr_lines_next(&it, &line)) {
		if (line.ptr[line.len - 1] != delimiter)
			*--out = delimiter;
		out -= line.len;
		memcpy(out, line.ptr, line.len);
	}
	return mmr_lines_error(&it);
}

static int print_block(void *state, const mmr_block *block)
{
	const struct block_text *text = state;
	struct reversal *reversal = text->context;

	output_write(text->bytes, text->len);
	reversal->line_end = block->off;
	reversal->first = false;
	return 0;
}

/* Returns: 0 when all is printed; MMR_ELONG when a line before `reversal->line_end` is too long;
 * another code of reading. */
static int reverse_in_parallel(struct reversal *reversal, const mmr_scan_options *scan)
{
	mmr_scan_job job = {.work = reverse_block,
		.collect = print_block,
		.context = reversal,
		.state_size = sizeof(struct block_text)};
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;

	cut.line_limit = LINE_LIMIT;
	cut.backward = true;
	return block_text_scan(reversal->input->reader, scan, &cut, job);
}

enum status action_reverse(struct task *task)
{
	struct input *input = task->input;
	const struct options *options = task->options;
	uint64_t start = task->scan.offset, stop = start + task->scan.length, at;
	struct reversal reversal = {
		.input = input, .delimiter = options->delimiter, .line_end = stop, .first = true};
	int err;

	selection_report(input, &task->scan);
	if (output_is_input(&input->st, input->base + start, input->base + stop, true))
		return message(
			"%s: cannot print: input file is output file", message_quote(input->name));
	if (copy_is_refused(input, &task->scan, options))
		return STATUS_TROUBLE;
	if (options->records) {
		err = reverse_records(task, &at);
		input->rest = err == MMR_EQUOTE;
		return err < 0 ? message_file_at(input->name, err, at) : STATUS_DONE;
	}
	err = reverse_in_parallel(&reversal, &task->scan);
	at = mmr_last_error_offset();
	if (err == MMR_ELONG)
		err = reverse_by_offsets(&reversal, &task->scan, &at);
	return err < 0 ? message_file_at(input->name, err, at) : STATUS_DONE;
}
