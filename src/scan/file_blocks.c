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
	struct unit_view view = {block->bytes, true, 0};
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

/* Looks further for the end of the last unit. Returns: false if that is not allowed. */
static bool look_further(const struct source *source, struct claim *claim, size_t *slack)
{
	if (claim->io_mode == MMR_IO_MAP || *slack < source->cut.line_limit)
		*slack = *slack > SIZE_MAX / 4 ? SIZE_MAX : *slack * 4;
	else if (source->io.may_map)
		claim->io_mode = MMR_IO_MAP;
	else
		return false;
	return true;
}

/* Sets the block to a part of the bytes that were loaded, the last unit of which starts before
 * `last`. `off` is that of the bytes. */
static int set_block(const struct source *source, struct window *window, const struct claim *claim,
	uint64_t off, mmr_slice part, size_t skip, size_t last, mmr_block *ret_block)
{
	window_use(window, off + part.len);
	ret_block->bytes.ptr = part.ptr + skip;
	ret_block->bytes.len = part.len - skip;
	ret_block->off = off + skip;
	if (claim->io_mode == MMR_IO_MAP || source->io.may_map)
		return 0;
	return check_limit(source, ret_block, last - skip);
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
		if (!look_further(source, claim, &slack))
			break;
	}
	loading.view.bytes.len = len;
	return set_block(
		source, window, claim, loading.off, loading.view.bytes, skip, stop, ret_block);
}

/* --- Records of a fixed size ------------------------------------------------------------------ */

/* The first start of a record at `off` or after it. */
static uint64_t next_fixed(const struct source *source, uint64_t off)
{
	size_t size = source->scan.records->size;
	uint64_t after = (off - source->start) % size;

	return after > 0 ? off + (size - after) : off;
}

/* Refuses records that may not be buffered, or takes them from the map. */
static int check_size(const struct source *source, struct claim *claim, uint64_t start)
{
	struct units units = units_of(&source->scan);

	if (units.records->size <= source->cut.line_limit || claim->io_mode == MMR_IO_MAP)
		return 0;
	if (!source->io.may_map)
		return error_long(source->reader->offset + start, &units);
	claim->io_mode = MMR_IO_MAP;
	return 0;
}

int fixed_blocks_load(const struct source *source, struct window *window, struct claim *claim,
	mmr_block *ret_block)
{
	size_t size = source->scan.records->size;
	uint64_t start = next_fixed(source, claim->start), stop = next_fixed(source, claim->stop);
	mmr_slice bytes;
	int err;

	/* A file that was truncated ends within a record. */
	stop = min_u64(stop, source->stop - (source->stop - source->start) % size);
	if (start >= min_u64(stop, claim->stop))
		return 0;
	err = check_size(source, claim, source->cut.backward ? stop - size : start);
	if (err < 0)
		return err;
	err = window_load(window, claim->io_mode, start, (size_t)(stop - start), &bytes);
	claim->io_mode = window->io_mode;
	claim->taken.is_first = window->is_new;
	return err < 0 ? err
		       : set_block(source, window, claim, start, bytes, 0, bytes.len, ret_block);
}

/* --- Rows ------------------------------------------------------------------------------------- */

/* Finds out which state is before a claim that has been loaded, and which is after it. */
static int enter(struct source *source, struct claim *claim, mmr_slice bytes, void *context)
{
	char separator = source->scan.records->separator;
	struct row_function function;
	uint64_t n;
	int err;

	if (source->cut.backward) {
		claim->before = row_place_start();
		err = row_states_at(&source->states, source->reader, separator, claim->start,
			&claim->before.state);
		claim->after = claim->before;
		return err < 0 ? err : rows_pass(separator, bytes, claim->start, &claim->after, &n);
	}
	err = rows_function(separator, bytes, &function);
	if (err < 0)
		return err;
	if (source->enter)
		return source->enter(context, claim, &function);
	/* The claim may be loaded again, as a shorter one. */
	if (claim->entered) {
		source->reached = claim->before;
		source->n_rows = claim->n_before;
	}
	claim_enter(source, claim, &function);
	return 0;
}

/* The first start of a row in some bytes, from 0 on. Returns: 1; 0 if there is none. */
static int first_row(
	const struct source *source, mmr_slice bytes, enum row_state state, size_t *ret_at)
{
	uint64_t passed;
	int found;

	*ret_at = 0;
	if (state == ROW_START)
		return 1;
	found = rows_select(source->scan.records->separator, bytes, &state, 0, ret_at, &passed);
	*ret_at += 1;
	return found;
}

/* Like file_blocks_load, for rows. */
int row_blocks_load(struct source *source, struct window *window, struct claim *claim,
	void *context, mmr_block *ret_block)
{
	size_t own = (size_t)(claim->stop - claim->start), slack = SLACK, skip = 0, len, at;
	bool entered = false;
	mmr_slice bytes;
	int found = 0;

	do {
		len = own + (size_t)min_u64(source->stop - claim->stop, slack);
		found = window_load(window, claim->io_mode, claim->start, len, &bytes);
		claim->io_mode = window->io_mode;
		claim->taken.is_first |= window->is_new;
		if (found == 0 && !entered)
			found = enter(source, claim, (mmr_slice){bytes.ptr, own}, context);
		if (found != 0)
			return found;
		if (!entered)
			found = first_row(source, (mmr_slice){bytes.ptr, own - 1},
				claim->before.state, &skip);
		if (!entered && found <= 0)
			return found;
		claim->first_row = claim->n_before + (claim->before.state != ROW_START);
		entered = true;
		found = first_row(
			source, (mmr_slice){bytes.ptr + own, len - own}, claim->after.state, &at);
		if (found < 0)
			return found;
		bytes.len = found > 0 ? own + at : len;
	} while (found == 0 && claim->start + len < source->stop &&
		 look_further(source, claim, &slack));
	return set_block(source, window, claim, claim->start, bytes, skip, own, ret_block);
}
