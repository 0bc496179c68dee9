/* file_blocks.c - loads the lines, or records, that start in a range of a file
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"
#include "scan/options.h"
#include "scan/source.h"
#include "scan/units.h"

/* The end of the last unit is first searched for in so many bytes after the range. */
#define SLACK ((size_t)4 << 10)

/* The most bytes that decide about the starts at the start of a claim. */
#define EDGE (2 * (size_t)4096)

/* Finds a start at the start of a claim, or so near that bytes before the claim decide about it.
 * Not through the map of a file: touching these bytes would map a whole folio again that another
 * worker has released.
 *
 * Returns: 1 with the offset in the claim; 0 if there is none. Errors: those of mmr_read_at. */
static int find_near(const struct source *source, const struct claim *claim, size_t *ret_at)
{
	struct units units = units_of(&source->scan);
	uint64_t back = min_u64(units_mark(&units), claim->start - source->start);
	uint64_t from = claim->start - back, most = back + units_ahead(&units);
	struct unit_view view = {.at_start = from == source->start};
	char bytes[EDGE];
	size_t at;
	int err;

	err = mmr_read_at(source->reader, from, bytes, (size_t)min_u64(most, source->stop - from),
		&view.bytes.len);
	if (err < 0)
		return err;
	view.bytes.ptr = bytes;
	err = units_next(&units, &view, (size_t)back, (size_t)back + units_mark(&units), &at);
	if (err > 0)
		*ret_at = at - (size_t)back;
	return err;
}

/* A part of a claim that has been loaded. */
struct loading {
	struct units units;
	struct unit_view view;
	uint64_t off; /* of its first byte */
	bool is_last; /* it reaches the end of the range */
};

/* The end of the offsets that can be decided. */
static size_t decided(const struct loading *loading)
{
	size_t len = loading->view.bytes.len, head = units_head(&loading->units);

	if (loading->is_last)
		return len + 1;
	return len >= head ? len - head + 1 : 0;
}

/* Refuses a block whose last unit, which starts before `stop`, is longer than may be buffered. All
 * others are shorter than a window. */
static int check_limit(const struct source *source, const mmr_block *block, size_t stop)
{
	struct units units = units_of(&source->scan);
	struct unit_view view = {block->bytes, true};
	size_t len = block->bytes.len, at = 0;
	int err;

	if (len <= source->cut.line_limit)
		return 0;
	err = units_last(&units, &view, 1, stop, &at);
	if (err < 0)
		return err;
	return len - at > source->cut.line_limit
		       ? error_long(source->reader->offset + block->off + at, &units)
		       : 0;
}

/* Loads from the first start in the claim to the first one that is not before its end. */
int file_blocks_load(const struct source *source, struct window *window, struct claim *claim,
	mmr_block *ret_block)
{
	struct loading loading = {.units = units_of(&source->scan), .off = claim->start};
	size_t mark = units_mark(&loading.units), slack = SLACK + units_head(&loading.units);
	size_t skip = 0, first = mark, stop, len;
	int found = claim->start == source->start, err;

	if (!found && claim->io_mode == MMR_IO_MAP && source->backing->kind == MMR_BACKING_MAPPED) {
		found = find_near(source, claim, &skip);
		if (found < 0)
			return found;
		found = found && skip < claim->stop - claim->start;
	} else if (!found) {
		first = (size_t)min_u64(mark, claim->start - source->start);
		loading.off -= first;
	}
	loading.view.at_start = loading.off == source->start;
	stop = (size_t)(claim->stop - loading.off);
	for (;;) {
		len = stop + (size_t)min_u64(source->stop - claim->stop, slack);
		err = window_load(window, claim->io_mode, loading.off, len, &loading.view.bytes);
		claim->io_mode = window->io_mode;
		claim->taken.is_first |= window->is_new;
		if (err < 0)
			return err;
		loading.is_last = loading.off + len == source->stop;
		if (!found) {
			found = units_next(&loading.units, &loading.view, first, stop, &skip);
			if (found <= 0)
				return found;
		}
		found = units_next(&loading.units, &loading.view, stop, decided(&loading), &len);
		if (found < 0)
			return found;
		if (found > 0 || loading.is_last)
			break;
		found = 1;
		if (claim->io_mode != MMR_IO_MAP && slack >= source->cut.line_limit) {
			if (!source->io.may_map)
				break;
			claim->io_mode = MMR_IO_MAP;
		} else {
			slack = slack > SIZE_MAX / 4 ? SIZE_MAX : slack * 4;
		}
	}
	window_use(window, loading.off + len);
	ret_block->bytes.ptr = loading.view.bytes.ptr + skip;
	ret_block->bytes.len = len - skip;
	ret_block->off = loading.off + skip;
	if (claim->io_mode == MMR_IO_MAP || source->io.may_map)
		return 0;
	return check_limit(source, ret_block, stop - skip);
}
