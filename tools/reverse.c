/* reverse.c - the lines of the part, last to first
 *
 * Windows come from the end by pread, so that nothing can fault and no line is too long: a line
 * that lies in one window is copied from there, one that spans windows is read again by its
 * offsets.
 *
 * SPDX-License-Identifier: MIT */
#include "actions.h"
#include "message.h"
#include "output.h"

#include <string.h>

struct reversal {
	struct input *input;
	char delimiter;
	mmr_block window;
	uint64_t line_end; /* of the next line to print, its delimiter included */
	bool first;        /* nothing is printed yet: the last line may lack its delimiter */
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
	/* Only the last line of the part can lack its delimiter. */
	if (reversal->first)
		output_write(&reversal->delimiter, 1);
	reversal->first = false;
	reversal->line_end = start;
	return 0;
}

static int reverse_window(struct reversal *reversal, uint64_t *ret_at)
{
	const mmr_block *window = &reversal->window;
	mmr_marks marks = mmr_marks_of(window->bytes, reversal->delimiter);
	const char *at;
	int err;

	while (mmr_marks_next_back(&marks, &at)) {
		uint64_t start = window->off + (uint64_t)(at - window->bytes.ptr) + 1;

		if (reversal->first && start == reversal->line_end) {
			reversal->first = false;
			continue;
		}
		err = print_line(reversal, start, ret_at);
		if (err < 0)
			return err;
	}
	return mmr_marks_error(&marks);
}

static enum status reverse_span(
	struct input *input, const struct options *options, struct span span)
{
	mmr_blocks_options how = MMR_BLOCKS_OPTIONS_INIT;
	struct reversal reversal = {.input = input,
		.delimiter = options->delimiter,
		.line_end = span.stop,
		.first = true};
	mmr_blocks *blocks;
	uint64_t at = 0;
	int err;

	how.offset = span.start;
	how.length = span.stop - span.start;
	how.delimiter = MMR_NO_DELIMITER;
	how.engine = MMR_ENGINE_COPY;
	how.backward = true;
	err = mmr_blocks_of(input->reader, &how, &blocks);
	if (err < 0)
		return message_file(input->name, err);
	while (err == 0 && mmr_blocks_next(blocks, &reversal.window))
		err = reverse_window(&reversal, &at);
	if (err == 0 && mmr_blocks_error(blocks) == 0 && reversal.line_end > span.start)
		err = print_line(&reversal, span.start, &at);
	if (err < 0) {
		message_file_at(input->name, err, at);
	} else {
		err = mmr_blocks_error(blocks);
		if (err < 0)
			message_file(input->name, err);
	}
	mmr_blocks_close(blocks);
	return err < 0 ? STATUS_TROUBLE : STATUS_DONE;
}

enum status action_reverse(struct input *input, const struct options *options)
{
	struct span span;
	int err;

	err = part_locate(input, options, &span);
	if (err < 0)
		return message_file(input->name, err);
	input->used = span.stop;
	if (output_is_input(input->fd, input->base + span.start, input->base + span.stop, true))
		return message("%s: input file is output file", message_quote(input->name));
	return reverse_span(input, options, span);
}
