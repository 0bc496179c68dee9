/* stream_blocks.c - reads a stream and cuts it into blocks
 *
 * SPDX-License-Identifier: MIT */
#include "scan/stream_blocks.h"

#include "file/stream.h"
#include "scan/fixed.h"
#include "scan/options.h"
#include "scan/rows.h"

#include <errno.h>
#include <string.h>

/* Finds the bytes of a range of records, and the records that are skipped. */
static int start_fixed(struct stream_blocks *blocks, const mmr_scan_options *scan)
{
	mmr_scan_options bytes = *scan;
	int err = fixed_range(&bytes, blocks->next);

	bytes.records = NULL;
	blocks->range = mmr_range_of(&bytes);
	blocks->range.skipped_lines = fixed_count(scan->records, blocks->next,
		blocks->next + min_u64(bytes.offset, UINT64_MAX - blocks->next));
	return err;
}

int stream_blocks_start(struct stream_blocks *blocks, struct mmr_reader *reader,
	const mmr_scan_options *scan, const mmr_block_options *cut, struct scan_place *place)
{
	int err;

	if (cut->backward) {
		error_set(-ESPIPE, "scan '%s' backward", reader->name);
		return error_hint(-ESPIPE, "save the stream to a file first");
	}
	err = stream_take(reader);
	if (err < 0)
		return err;
	memset(blocks, 0, sizeof(*blocks));
	blocks->first = blocks->next = atomic_load(&reader->stream->consumed);
	if (split_is_fixed(scan->records))
		err = start_fixed(blocks, scan);
	else
		blocks->range = mmr_range_of(scan);
	if (err < 0) {
		stream_give(reader);
		return err;
	}
	blocks->reader = reader;
	blocks->range.counts_lines = place && place->counts_lines && !scan->records;
	blocks->scan = *scan;
	blocks->cut = *cut;
	blocks->cut.window = min_size(cut->window, WINDOW_COPY);
	blocks->units = units_of(scan);
	blocks->left = MMR_REST;
	if (scan->records && !split_is_fixed(scan->records)) {
		blocks->skip = scan->first_line;
		blocks->left = scan->n_lines;
		blocks->range.skip_lines = 0;
		blocks->range.lines = blocks->left == 0 ? 0 : MMR_REST;
		blocks->range.of_records = false;
	}
	blocks->whole = !cut->split_lines || blocks->skip > 0 || blocks->left != MMR_REST;
	blocks->longest = blocks->whole ? cut->line_limit : SIZE_MAX;
	blocks->undecided = 1;
	blocks->row = row_place_start();
	blocks->place = place;
	return 0;
}

/* Copies the bytes of a window's buffer after the first `from` into the carry buffer. */
static int carry(struct stream_blocks *blocks, const struct window *window, size_t from)
{
	size_t len = window->filled - from;
	int err;

	err = window_reserve(&blocks->carry, len);
	if (err < 0)
		return err;
	if (len > 0)
		memcpy(blocks->carry.buffer, window->buffer + from, len);
	blocks->carry.filled = len;
	return 0;
}

static void place_range(struct stream_blocks *blocks, uint64_t start)
{
	blocks->placed = true;
	blocks->start = start;
	if (!blocks->place)
		return;
	blocks->place->start = start;
	blocks->place->lines = blocks->range.skipped_lines;
}

/* The bytes after the end of a block that decide about it, or that it shows. */
static size_t bytes_after(const struct stream_blocks *blocks)
{
	size_t head = units_head(&blocks->units), ahead = blocks->cut.ahead;

	return blocks->cut.split_lines && ahead > head ? ahead : head;
}

/* The most bytes that the buffer may hold: the longest unit, and what shows that it is longer. */
static size_t most_bytes(const struct stream_blocks *blocks)
{
	size_t after = bytes_after(blocks);

	if (!blocks->whole)
		return SIZE_MAX;
	return blocks->longest + min_size(SIZE_MAX - blocks->longest, after > 0 ? after : 1);
}

/* The end of the offsets in the buffer at which a block may end so far. */
static size_t decided(const struct stream_blocks *blocks, const struct window *window)
{
	size_t after = bytes_after(blocks);

	if (blocks->ended)
		return window->filled + 1;
	return window->filled >= after ? window->filled - after + 1 : 0;
}

static struct unit_view view_of(const struct window *window)
{
	return (struct unit_view){{window->buffer, window->filled}, true, 0};
}

/* Returns: false when the scan is to end instead. */
static bool wait_for_bytes(const struct stream_blocks *blocks)
{
	if (blocks->wait && !blocks->wait(blocks->wait_context))
		return false;
	if (blocks->scan.before_wait)
		blocks->scan.before_wait(blocks->scan.wait_context);
	return true;
}

/* Reads once, after what is in the window, and keeps what is in the range.
 *
 * Returns: 1; 0 if `wait` ended the scan. */
static int read_more(struct stream_blocks *blocks, struct window *window)
{
	char *to = window->buffer + window->filled;
	uint64_t wanted = mmr_range_wanted(&blocks->range);
	size_t room = min_size(window->room, most_bytes(blocks)) - window->filled, got = 0, surplus;
	mmr_slice fresh = {to, 0};
	int err = 0;

	room = (size_t)min_u64(room, wanted);
	if (room > 0) {
		if (!stream_is_ready(blocks->reader) && !wait_for_bytes(blocks))
			return 0;
		err = stream_read(blocks->reader, blocks->next, to, room, &got);
	}
	fresh.len = got;
	if (err == 0 && got > 0)
		err = mmr_range_cut(&blocks->range, &fresh);
	if (err < 0) {
		blocks->error = err;
		error_save(&blocks->note);
		fresh.len = 0;
	}
	surplus = (size_t)(to + got - (fresh.ptr + fresh.len));
	err = stream_unread(blocks->reader, fresh.ptr + fresh.len, surplus);
	if (err < 0)
		return err;
	if (!blocks->placed && fresh.len > 0 && blocks->skip == 0)
		place_range(blocks, blocks->next + (uint64_t)(fresh.ptr - to));
	blocks->next += got - surplus;
	blocks->ended = got == 0 || blocks->error < 0 || mmr_range_ended(&blocks->range);
	memmove(to, fresh.ptr, fresh.len);
	window->filled += fresh.len;
	return 1;
}

/* Refuses a first unit in the buffer that is too long. */
static int check_limit(const struct stream_blocks *blocks, const struct window *window)
{
	struct unit_view view = view_of(window);
	size_t at;
	int found;

	if (window->filled <= blocks->longest)
		return 0;
	found = units_next(&blocks->units, &view, 1,
		min_size(decided(blocks, window), blocks->longest + 1), &at);
	if (found != 0)
		return found < 0 ? found : 0;
	if (decided(blocks, window) <= blocks->longest)
		return 0;
	return error_long(blocks->next - window->filled, &blocks->units);
}

/* Makes room for a read, unless the line is too long. */
static int make_room(const struct stream_blocks *blocks, struct window *window)
{
	int err;

	if (window->filled < min_size(window->room, most_bytes(blocks)))
		return 0;
	err = check_limit(blocks, window);
	return err < 0 ? err
		       : window_reserve(window, min_size(window->room * 2, most_bytes(blocks)));
}

/* Finds the end of the last row that ends in [from, to) of the buffer, which is read once. */
static int cut_rows(struct stream_blocks *blocks, const struct window *window, size_t from,
	size_t to, size_t *ret_len)
{
	mmr_slice bytes = {window->buffer + from, to - from};
	uint64_t off = blocks->next - window->filled + from, n_ends, passed;
	enum row_state state = blocks->row.state;
	char separator = blocks->units.records->separator;
	int found = rows_pass(separator, bytes, off, &blocks->row, &n_ends);

	if (found < 0 || n_ends == 0)
		return found;
	blocks->n_ended += n_ends;
	found = rows_select(separator, bytes, &state, n_ends - 1, ret_len, &passed);
	*ret_len += from + 1;
	return found;
}

/* The bytes of whole records of a fixed size; all bytes of other units. */
static size_t whole_records(const struct stream_blocks *blocks, size_t len)
{
	if (!blocks->whole || !units_are_fixed(&blocks->units))
		return len;
	return len - len % blocks->units.records->size;
}

/* Finds the end of the block. `*ret_len` is 0 if more bytes are needed. */
static int cut_block(struct stream_blocks *blocks, const struct window *window, size_t *ret_len)
{
	struct unit_view view = view_of(window);
	size_t from = blocks->undecided, to = decided(blocks, window);
	int found;

	*ret_len = 0;
	if (!blocks->whole) {
		if (window->filled > blocks->cut.ahead)
			*ret_len = window->filled - blocks->cut.ahead;
		return 0;
	}
	if (units_are_fixed(&blocks->units)) {
		*ret_len = whole_records(blocks, window->filled);
		return 0;
	}
	if (from >= to)
		return 0;
	blocks->undecided = to;
	if (units_are_rows(&blocks->units))
		return cut_rows(blocks, window, from - 1, to - 1, ret_len);
	found = units_last(&blocks->units, &view, from, to, ret_len);
	return found < 0 ? found : 0;
}

/* Reads until there is a block. Returns: 1 with its length; 0 if `wait` ended the scan. */
static int fill(struct stream_blocks *blocks, struct window *window, size_t *ret_len)
{
	int err;

	*ret_len = 0;
	while (!blocks->ended && *ret_len == 0) {
		err = make_room(blocks, window);
		if (err < 0)
			return err;
		err = read_more(blocks, window);
		if (err <= 0)
			return err;
		err = cut_block(blocks, window, ret_len);
		if (err < 0)
			return err;
	}
	if (blocks->ended)
		*ret_len = whole_records(blocks, window->filled);
	err = check_limit(blocks, window);
	return err < 0 ? err : 1;
}

/* Drops `len` bytes at the start of the buffer. */
static void drop_start(struct stream_blocks *blocks, struct window *window, size_t len)
{
	window->filled -= len;
	memmove(window->buffer, window->buffer + len, window->filled);
	blocks->undecided = blocks->undecided > len ? blocks->undecided - len : 1;
}

/* Limits a block to the records of the range. */
static int cut_records(struct stream_blocks *blocks, struct window *window, size_t *len)
{
	mmr_slice bytes = {window->buffer, *len};
	uint64_t before = blocks->skip;
	size_t at = 0;
	int err = units_forward(&blocks->units, bytes, &at, &blocks->skip);

	if (err < 0)
		return err;
	blocks->range.skipped_lines += before - blocks->skip;
	drop_start(blocks, window, at);
	*len -= at;
	if (!blocks->placed && blocks->skip == 0)
		place_range(blocks, blocks->next - window->filled);
	if (blocks->left == MMR_REST)
		return 0;
	bytes.len = *len;
	at = 0;
	err = units_forward(&blocks->units, bytes, &at, &blocks->left);
	if (err < 0)
		return err;
	*len = at;
	blocks->finished = blocks->left == 0;
	/* An error after the range is left to the next scan. */
	if (blocks->finished && at < window->filled)
		blocks->error = 0;
	return 0;
}

/* Reads until there are bytes of the range. Returns: like fill. */
static int fill_range(struct stream_blocks *blocks, struct window *window, size_t *ret_len)
{
	int err;

	do {
		err = fill(blocks, window, ret_len);
		if (err > 0 && (blocks->skip > 0 || blocks->left != MMR_REST)) {
			int cut = cut_records(blocks, window, ret_len);

			err = cut < 0 ? cut : err;
		}
	} while (err > 0 && *ret_len == 0 && !blocks->ended);
	return err;
}

static int report_error(struct stream_blocks *blocks)
{
	size_t rest = blocks->carry.filled;

	if (blocks->error < 0)
		error_restore(&blocks->note);
	else if (rest > 0 && blocks->ended && units_are_fixed(&blocks->units))
		return fixed_check_end(
			blocks->reader, blocks->units.records, blocks->next - rest, rest);
	else if (blocks->ended && blocks->carry.filled == 0 && blocks->returned &&
		 !blocks->cut.split_lines)
		return rows_check_end(blocks->reader, &blocks->row);
	return blocks->error;
}

int stream_blocks_next(struct stream_blocks *blocks, struct window *window, mmr_block *ret_block,
	uint64_t *ret_row)
{
	size_t len = 0;
	int err;

	if (blocks->finished || (blocks->ended && whole_records(blocks, blocks->carry.filled) == 0))
		return report_error(blocks);
	err = window_reserve(window, blocks->cut.window + blocks->carry.filled);
	if (err < 0)
		return err;
	if (blocks->carry.filled > 0)
		memcpy(window->buffer, blocks->carry.buffer, blocks->carry.filled);
	window->filled = blocks->carry.filled;
	blocks->carry.filled = 0;
	err = fill_range(blocks, window, &len);
	if (err <= 0) {
		/* None of these bytes are returned: they stay for the next scan. */
		int kept = carry(blocks, window, 0);

		return err < 0 ? err : kept;
	}
	/* An incomplete record stays for the next scan. */
	if (len == 0) {
		err = carry(blocks, window, 0);
		return err < 0 ? err : report_error(blocks);
	}
	ret_block->off = blocks->next - window->filled;
	ret_block->start = blocks->start;
	ret_block->bytes.ptr = window->buffer;
	ret_block->bytes.len = len;
	ret_block->ahead = 0;
	err = carry(blocks, window, len);
	if (err < 0)
		return err;
	*ret_row = blocks->n_returned;
	blocks->n_returned = blocks->n_ended - blocks->range.skipped_lines;
	blocks->returned = true;
	blocks->undecided = blocks->undecided > len ? blocks->undecided - len : 1;
	/* To find the end of a record, more bytes may have been read than are to be shown. */
	if (blocks->cut.split_lines && !blocks->finished) {
		ret_block->ahead = min_size(window->filled - len, blocks->cut.ahead);
		ret_block->bytes.len += ret_block->ahead;
	}
	return 1;
}

int stream_blocks_unread(struct stream_blocks *blocks, const mmr_block *block)
{
	size_t own = block->bytes.len - block->ahead;
	int err;

	err = stream_unread(blocks->reader, blocks->carry.buffer, blocks->carry.filled);
	if (err == 0) {
		blocks->next -= blocks->carry.filled;
		blocks->carry.filled = 0;
		err = stream_unread(blocks->reader, block->bytes.ptr, own);
	}
	if (err == 0)
		blocks->next -= own;
	return err;
}

void stream_blocks_end(struct stream_blocks *blocks)
{
	static const mmr_block none = {{NULL, 0}, 0, 0, 0};

	if (!blocks->reader)
		return;
	/* Unused bytes are lost if there is no memory to keep them: the next scan starts after
	 * them. */
	(void)stream_blocks_unread(blocks, &none);
	if (!blocks->placed)
		place_range(blocks, blocks->next);
	if (blocks->place)
		blocks->place->stop = blocks->next;
	atomic_store(&blocks->reader->stream->consumed, blocks->next);
	stream_give(blocks->reader);
	heap_free(blocks->carry.buffer);
}
