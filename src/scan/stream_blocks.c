/* stream_blocks.c - reads a stream and cuts it into blocks
 *
 * SPDX-License-Identifier: MIT */
#include "scan/stream_blocks.h"

#include "file/stream.h"
#include "scan/options.h"

#include <mmreader/positions.h>

#include <errno.h>
#include <string.h>

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
	blocks->reader = reader;
	blocks->range = mmr_range_of(scan);
	blocks->range.counts_lines = place && place->counts_lines;
	blocks->scan = *scan;
	blocks->cut = *cut;
	blocks->cut.window = min_size(cut->window, WINDOW_COPY);
	blocks->longest = cut->split_lines ? SIZE_MAX : cut->line_limit;
	blocks->place = place;
	blocks->first = blocks->next = atomic_load(&reader->stream->consumed);
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

/* The most bytes that the buffer may hold: the longest line and one byte more. */
static size_t most_bytes(const struct stream_blocks *blocks)
{
	return blocks->longest + (blocks->longest < SIZE_MAX);
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
 * Returns: 1 with the new bytes; 0 if `wait` ended the scan. */
static int read_more(struct stream_blocks *blocks, struct window *window, mmr_slice *ret_fresh)
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
	if (!blocks->placed && fresh.len > 0)
		place_range(blocks, blocks->next + (uint64_t)(fresh.ptr - to));
	blocks->next += got - surplus;
	blocks->ended = got == 0 || blocks->error < 0 || mmr_range_ended(&blocks->range);
	memmove(to, fresh.ptr, fresh.len);
	window->filled += fresh.len;
	ret_fresh->ptr = to;
	ret_fresh->len = fresh.len;
	return 1;
}

/* Refuses a first line in the buffer that is too long. One byte more than the longest line is
 * needed to know that. */
static int check_limit(const struct stream_blocks *blocks, const struct window *window)
{
	mmr_positions positions;
	const char *at;

	if (window->filled <= blocks->longest)
		return 0;
	positions = mmr_positions_of(
		(mmr_slice){window->buffer, blocks->longest}, blocks->scan.delimiter);
	if (mmr_positions_next(&positions, &at) || mmr_positions_error(&positions) < 0)
		return mmr_positions_error(&positions);
	return error_long(blocks->next - window->filled);
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

/* Finds the end of the block; `fresh` are the bytes read last. `*ret_len` is 0 if more bytes are
 * needed. */
static int cut_block(const struct stream_blocks *blocks, const struct window *window,
	mmr_slice fresh, size_t *ret_len)
{
	mmr_positions positions;
	const char *at;

	*ret_len = 0;
	if (blocks->cut.split_lines) {
		if (window->filled > blocks->cut.ahead)
			*ret_len = window->filled - blocks->cut.ahead;
		return 0;
	}
	positions = mmr_positions_of(fresh, blocks->scan.delimiter);
	if (mmr_positions_next_back(&positions, &at))
		*ret_len = (size_t)(at - window->buffer) + 1;
	return mmr_positions_error(&positions);
}

/* Reads until there is a block. Returns: 1 with its length; 0 if `wait` ended the scan. */
static int fill(struct stream_blocks *blocks, struct window *window, size_t *ret_len)
{
	mmr_slice fresh;
	int err;

	*ret_len = 0;
	while (!blocks->ended && *ret_len == 0) {
		err = make_room(blocks, window);
		if (err < 0)
			return err;
		err = read_more(blocks, window, &fresh);
		if (err <= 0)
			return err;
		err = cut_block(blocks, window, fresh, ret_len);
		if (err < 0)
			return err;
	}
	if (blocks->ended)
		*ret_len = window->filled;
	err = check_limit(blocks, window);
	return err < 0 ? err : 1;
}

static int report_error(struct stream_blocks *blocks)
{
	if (blocks->error < 0)
		error_restore(&blocks->note);
	return blocks->error;
}

int stream_blocks_next(struct stream_blocks *blocks, struct window *window, mmr_block *ret_block)
{
	size_t len = 0;
	int err;

	if (blocks->ended && blocks->carry.filled == 0)
		return report_error(blocks);
	err = window_reserve(window, blocks->cut.window + blocks->carry.filled);
	if (err < 0)
		return err;
	if (blocks->carry.filled > 0)
		memcpy(window->buffer, blocks->carry.buffer, blocks->carry.filled);
	window->filled = blocks->carry.filled;
	blocks->carry.filled = 0;
	err = fill(blocks, window, &len);
	if (err <= 0) {
		/* None of these bytes are returned: they stay for the next scan. */
		int kept = carry(blocks, window, 0);

		return err < 0 ? err : kept;
	}
	if (len == 0)
		return report_error(blocks);
	ret_block->off = blocks->next - window->filled;
	ret_block->start = blocks->start;
	ret_block->bytes.ptr = window->buffer;
	ret_block->bytes.len = len;
	ret_block->ahead = 0;
	err = carry(blocks, window, len);
	if (err < 0)
		return err;
	if (blocks->cut.split_lines) {
		ret_block->bytes.len = window->filled;
		ret_block->ahead = window->filled - len;
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
