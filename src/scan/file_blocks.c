/* file_blocks.c - loading the lines that start in a range
 *
 * SPDX-License-Identifier: MIT */
#include "scan/file_blocks.h"

#include "file/reader.h"

#include <mmreader/positions.h>

/* A block is searched so far after its end for the end of its last line, at first. */
#define SLACK ((size_t)4 << 10)

/* Checks the byte before `start` for the end of a line. Not through the map: touching that byte
 * would map a whole folio again that another worker has released. */
static int starts_with_line(const struct file_blocks *blocks, uint64_t start, bool *ret_starts)
{
	size_t got;
	char byte;
	int err;

	err = mmr_read_at(blocks->reader, start - 1, &byte, 1, &got);
	if (err == 0)
		*ret_starts = byte == blocks->delimiter;
	return err;
}

/* Finds the first delimiter. Returns: 1 with its offset, 0 for none, or an error. */
static int find_delimiter(const struct file_blocks *blocks, mmr_slice bytes, size_t *ret_at)
{
	mmr_positions positions = mmr_positions_of(bytes, blocks->delimiter);
	const char *at;

	if (!mmr_positions_next(&positions, &at))
		return mmr_positions_error(&positions);
	*ret_at = (size_t)(at - bytes.ptr);
	return 1;
}

/* Reports a line past the limit with the offset of its start, which is after the last delimiter in
 * `bytes`. These are at `off` and start with a line. Returns: MMR_ELONG, or an error of the search.
 */
static int line_too_long(const struct file_blocks *blocks, mmr_slice bytes, uint64_t off)
{
	mmr_positions positions = mmr_positions_of(bytes, blocks->delimiter);
	const char *at;

	if (mmr_positions_next_back(&positions, &at))
		off += (uint64_t)(at - bytes.ptr) + 1;
	else if (mmr_positions_error(&positions) < 0)
		return mmr_positions_error(&positions);
	error_set_at(MMR_ELONG, blocks->reader->offset + off, "buffer a line");
	return error_hint(MMR_ELONG, "raise line_limit, or split lines");
}

/* Loads the lines that start in [start, stop): from after the first delimiter that is not before
 * `start - 1`, to the first delimiter that is not before `stop - 1`. */
static int load_lines(const struct file_blocks *blocks, struct window *window,
	enum mmr_io_mode io_mode, uint64_t start, uint64_t stop, mmr_block *ret_block)
{
	bool starts = start == blocks->start;
	size_t slack = SLACK, skip = 0, last, len, at;
	uint64_t from = start;
	mmr_slice bytes, part;
	int found, err;

	if (!starts && io_mode == MMR_IO_MAP) {
		err = starts_with_line(blocks, start, &starts);
		if (err < 0)
			return err;
	} else if (!starts) {
		from--;
	}
	last = (size_t)(stop - 1 - from);
	for (;;) {
		len = (size_t)(stop - from + min_u64(blocks->stop - stop, slack));
		err = window_load(window, io_mode, from, len, &bytes);
		if (err < 0)
			return err;
		if (!starts) {
			part.ptr = bytes.ptr;
			part.len = last;
			found = find_delimiter(blocks, part, &at);
			ret_block->bytes.len = 0;
			if (found <= 0)
				return found;
			skip = at + 1;
			starts = true;
		}
		part.ptr = bytes.ptr + last;
		part.len = len - last;
		found = find_delimiter(blocks, part, &at);
		if (found < 0)
			return found;
		if (found > 0)
			len = last + at + 1;
		if (found > 0 || from + len == blocks->stop)
			break;
		if (io_mode == MMR_IO_READ && slack >= blocks->cut.line_limit) {
			if (blocks->may_map) {
				io_mode = MMR_IO_MAP;
				continue;
			}
			part.ptr = bytes.ptr + skip;
			part.len = last - skip;
			return line_too_long(blocks, part, from + skip);
		}
		slack = slack > SIZE_MAX / 8 ? slack : slack * 4;
	}
	ret_block->bytes.ptr = bytes.ptr + skip;
	ret_block->bytes.len = len - skip;
	ret_block->off = from + skip;
	return 0;
}

int file_blocks_load(const struct file_blocks *blocks, struct window *window,
	enum mmr_io_mode io_mode, uint64_t start, uint64_t stop, mmr_block *ret_block)
{
	ret_block->start = blocks->start;
	if (!blocks->cut.split_lines)
		return load_lines(blocks, window, io_mode, start, stop, ret_block);
	ret_block->off = start;
	ret_block->ahead = (size_t)min_u64(blocks->cut.ahead, blocks->stop - stop);
	return window_load(window, io_mode, start, (size_t)(stop - start) + ret_block->ahead,
		&ret_block->bytes);
}
