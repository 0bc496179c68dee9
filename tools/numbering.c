/* numbering.c - counting delimiters between matches
 *
 * SPDX-License-Identifier: MIT */
#include "numbering.h"

/* Between two matches that are farther apart, all threads count; this leaves out holes, too. */
#define FAR    ((uint64_t)4 << 20)
#define WINDOW ((size_t)256 << 10)

/* Passes the first `len` bytes that are at hand. */
static int pass(struct numbering *numbering, size_t len)
{
	mmr_slice bytes = {numbering->bytes.ptr, len};
	uint64_t found = 0;
	int err;

	if (len == 0)
		return 0;
	err = mmr_slice_count(bytes, numbering->delimiter, &found);
	numbering->line += found;
	numbering->off += len;
	numbering->bytes.ptr += len;
	numbering->bytes.len -= len;
	return err;
}

/* Passes bytes [start, stop) of a reader, by all threads. */
static int count(struct numbering *numbering, mmr_reader *reader, uint64_t start, uint64_t stop)
{
	mmr_count_options how = MMR_COUNT_OPTIONS_INIT;
	mmr_counts counts;
	int err;

	how.offset = start;
	how.length = stop - start;
	how.n_threads = numbering->n_threads;
	how.delimiter = numbering->delimiter;
	err = mmr_count_lines(reader, &how, &counts);
	if (err == 0)
		numbering->line += counts.lines - counts.unterminated;
	return err;
}

/* Standard input may stand anywhere in its file; lines are numbered from the file's start. */
static int count_before_input(struct numbering *numbering, const struct input *input)
{
	mmr_reader_options how = MMR_READER_OPTIONS_INIT;
	mmr_reader *before;
	int err;

	if (input->base == 0)
		return 0;
	how.length = input->base;
	err = mmr_open_fd(input->fd, &how, &before);
	if (err < 0)
		return err;
	err = count(numbering, before, 0, input->base);
	mmr_close(before);
	return err;
}

/* Goes far, and goes on in blocks from there. */
static int jump(struct numbering *numbering, const struct input *input, uint64_t off)
{
	mmr_blocks_options how = MMR_BLOCKS_OPTIONS_INIT;
	int err = numbering->blocks ? 0 : count_before_input(numbering, input);

	numbering_close(numbering);
	if (err == 0)
		err = count(numbering, input->reader, numbering->off, off);
	if (err < 0)
		return err;
	numbering->off = off;
	numbering->bytes = (mmr_slice){NULL, 0};
	how.offset = off;
	how.window = WINDOW;
	how.delimiter = MMR_NO_DELIMITER;
	return mmr_blocks_of(input->reader, &how, &numbering->blocks);
}

int numbering_go(struct numbering *numbering, const struct input *input, uint64_t off)
{
	mmr_block block;
	int err = 0;

	if (input->reader && (!numbering->blocks || off - numbering->off > FAR))
		err = jump(numbering, input, off);
	while (err == 0 && off - numbering->off > numbering->bytes.len) {
		err = pass(numbering, numbering->bytes.len);
		if (err < 0)
			break;
		if (!mmr_blocks_next(numbering->blocks, &block)) {
			err = mmr_blocks_error(numbering->blocks);
			return err < 0 ? err : MMR_ETRUNCATED;
		}
		numbering->bytes = block.bytes;
	}
	return err < 0 ? err : pass(numbering, (size_t)(off - numbering->off));
}

void numbering_close(struct numbering *numbering)
{
	mmr_blocks_close(numbering->blocks);
	numbering->blocks = NULL;
}
