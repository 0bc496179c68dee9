/* file_blocks.c - loads the lines that start in a range of a file
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"
#include "scan/options.h"
#include "scan/source.h"

#include <mmreader/positions.h>

/* The end of the last line is first searched for in so many bytes after the range. */
#define SLACK ((size_t)4 << 10)

/* Checks the byte before `start` for the end of a line. Not through the map of a file: touching
 * that byte would map a whole folio again that another worker has released. */
static int starts_with_line(const struct source *source, uint64_t start, bool *ret_starts)
{
	size_t got;
	char byte;
	int err;

	err = mmr_read_at(source->reader, start - 1, &byte, 1, &got);
	if (err == 0)
		*ret_starts = byte == source->scan.delimiter;
	return err;
}

/* Finds the first delimiter in bytes [from, to). Returns: 1 with its offset, 0, or an error. */
static int find_delimiter(
	const struct source *source, mmr_slice bytes, size_t from, size_t to, size_t *ret_at)
{
	mmr_slice part = {bytes.ptr + from, to - from};
	mmr_positions positions = mmr_positions_of(part, source->scan.delimiter);
	const char *at;

	if (!mmr_positions_next(&positions, &at))
		return mmr_positions_error(&positions);
	*ret_at = (size_t)(at - bytes.ptr);
	return 1;
}

/* Refuses a block whose last line is longer than may be buffered. All others are shorter than a
 * window. */
static int check_limit(const struct source *source, const mmr_block *block)
{
	mmr_slice before = {block->bytes.ptr, block->bytes.len - 1};
	uint64_t line = block->off, stop = block->off + block->bytes.len;
	mmr_positions positions;
	const char *at;

	if (block->bytes.len <= source->cut.line_limit)
		return 0;
	positions = mmr_positions_of(before, source->scan.delimiter);
	if (mmr_positions_next_back(&positions, &at))
		line += (uint64_t)(at - before.ptr) + 1;
	if (mmr_positions_error(&positions) < 0)
		return mmr_positions_error(&positions);
	return stop - line > source->cut.line_limit ? error_long(source->reader->offset + line) : 0;
}

/* Loads from after the first delimiter that is not before `start - 1` to the first delimiter that
 * is not before `stop - 1`. */
int file_blocks_load(const struct source *source, struct window *window, struct claim *claim,
	mmr_block *ret_block)
{
	bool starts = claim->start == source->start;
	size_t slack = SLACK, skip = 0, last, len, at;
	uint64_t from = claim->start;
	mmr_slice bytes;
	int found, err;

	if (!starts && claim->io_mode == MMR_IO_MAP &&
		source->backing->kind == MMR_BACKING_MAPPED) {
		err = starts_with_line(source, from, &starts);
		if (err < 0)
			return err;
	} else if (!starts) {
		from--;
	}
	last = (size_t)(claim->stop - 1 - from);
	for (;;) {
		len = last + 1 + (size_t)min_u64(source->stop - claim->stop, slack);
		err = window_load(window, claim->io_mode, from, len, &bytes);
		if (err < 0)
			return err;
		if (!starts) {
			found = find_delimiter(source, bytes, 0, last, &at);
			if (found <= 0)
				return found;
			skip = at + 1;
			starts = true;
		}
		found = find_delimiter(source, bytes, last, len, &at);
		if (found < 0)
			return found;
		if (found > 0)
			len = at + 1;
		if (found > 0 || from + len == source->stop)
			break;
		if (claim->io_mode == MMR_IO_READ && slack >= source->cut.line_limit) {
			if (!source->io.may_map)
				break;
			claim->io_mode = MMR_IO_MAP;
		} else {
			slack = slack > SIZE_MAX / 4 ? SIZE_MAX : slack * 4;
		}
	}
	window_use(window, from + len);
	ret_block->bytes.ptr = bytes.ptr + skip;
	ret_block->bytes.len = len - skip;
	ret_block->off = from + skip;
	if (claim->io_mode == MMR_IO_MAP || source->io.may_map)
		return 0;
	return check_limit(source, ret_block);
}
