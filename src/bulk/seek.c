/* seek.c - counting lines until the wanted one starts
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"

#include <mmreader/blocks.h>
#include <mmreader/find.h>
#include <mmreader/marks.h>
#include <mmreader/seek.h>

static int feed(mmr_reader *reader, uint64_t off, uint64_t len, bool backward, mmr_blocks **ret)
{
	mmr_blocks_options options = MMR_BLOCKS_OPTIONS_INIT;

	options.offset = off;
	options.length = len;
	options.delimiter = MMR_NO_DELIMITER;
	options.backward = backward;
	return mmr_blocks_of(reader, &options, ret);
}

static int seek_forward(
	mmr_reader *reader, uint64_t from, uint64_t n_lines, char delimiter, uint64_t *ret_off)
{
	uint64_t off = mmr_size(reader), left = n_lines, found;
	mmr_blocks *blocks;
	mmr_block block;
	size_t at;
	int err;

	err = feed(reader, from, MMR_REST, false, &blocks);
	if (err < 0)
		return err;
	while (left > 0 && mmr_blocks_next(blocks, &block)) {
		err = mmr_slice_count(block.bytes, delimiter, &found);
		if (err == 0 && left <= found) {
			err = mmr_slice_select(block.bytes, delimiter, left - 1, &at);
			off = err > 0 ? block.off + at + 1 : off;
			left = 0;
		}
		if (err < 0)
			goto close_blocks;
		left -= min_u64(left, found);
	}
	err = mmr_blocks_error(blocks);
	if (err == 0)
		*ret_off = n_lines > 0 ? off : from;

close_blocks:
	mmr_blocks_close(blocks);
	return err;
}

/* The delimiter in front of the wanted line is looked for from the end of each block. `left` counts
 * delimiters; the one right before `from` only ends the first line met. */
static int seek_backward(
	mmr_reader *reader, uint64_t from, uint64_t n_lines, char delimiter, uint64_t *ret_off)
{
	uint64_t left = n_lines, off = 0, found;
	mmr_blocks *blocks;
	mmr_block block;
	bool first = true;
	size_t at;
	int err;

	err = feed(reader, 0, from, true, &blocks);
	if (err < 0)
		return err;
	while (mmr_blocks_next(blocks, &block)) {
		mmr_slice end = {block.bytes.ptr + block.bytes.len - 1, 1};

		err = mmr_slice_count(block.bytes, delimiter, &found);
		if (err == 0 && first) {
			uint64_t terminated = 0;

			err = mmr_slice_count(end, delimiter, &terminated);
			left += terminated;
			first = false;
		}
		if (err == 0 && left <= found) {
			err = mmr_slice_select(block.bytes, delimiter, found - left, &at);
			off = err > 0 ? block.off + at + 1 : off;
		}
		if (err < 0)
			goto close_blocks;
		if (left <= found)
			break;
		left -= found;
	}
	err = mmr_blocks_error(blocks);
	if (err == 0)
		*ret_off = off;

close_blocks:
	mmr_blocks_close(blocks);
	return err;
}

int mmr_line_seek(
	mmr_reader *reader, uint64_t from, int64_t n_lines, char delimiter, uint64_t *ret_off)
{
	from = min_u64(from, mmr_size(reader));
	if (n_lines >= 0)
		return seek_forward(reader, from, (uint64_t)n_lines, delimiter, ret_off);
	/* As unsigned: INT64_MIN has no positive twin. */
	return seek_backward(reader, from, 0 - (uint64_t)n_lines, delimiter, ret_off);
}
