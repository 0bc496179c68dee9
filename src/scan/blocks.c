/* blocks.c - the feed: windows of a file or a stream, cut at line ends
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "file/reader.h"
#include "file/stream.h"
#include "scan/engine.h"
#include "scan/window.h"

#include <mmreader/blocks.h>
#include <mmreader/extents.h>
#include <mmreader/marks.h>

#include <errno.h>
#include <string.h>

struct mmr_blocks {
	struct window window; /* of a stream too, for its buffer */
	int fd;               /* of a stream; -1 for a reader */
	int delimiter;
	bool backward, skip_holes;
	mmr_extents extents; /* where holes are skipped ... */
	uint64_t data_stop;  /* ... the end of the data that is being fed, else of the range */
	size_t window_len, line_limit;
	uint64_t start, stop; /* what is left of the range */
	struct engine engine;
	enum mmr_engine used; /* for the last block, ... */
	uint64_t asked_ns;    /* ... which was asked for at this time ... */
	size_t delivered;     /* ... and has this length */
	size_t passed;        /* of a stream: bytes at the buffer's start that are delivered */
	int error, pending;   /* pending: becomes the error at the next call */
	struct error_note pending_note;
};

static const mmr_blocks_options default_options = MMR_BLOCKS_OPTIONS_INIT;

static int check_options(const mmr_blocks_options *options)
{
	if (options->struct_size >= sizeof(*options) && options->delimiter >= MMR_NO_DELIMITER &&
		options->delimiter <= UINT8_MAX && options->engine <= MMR_ENGINE_COPY &&
		(!options->skip_holes ||
			(options->delimiter == MMR_NO_DELIMITER && !options->backward)))
		return 0;
	error_set(-EINVAL, "feed blocks with these options");
	return error_hint(-EINVAL, "start from MMR_BLOCKS_OPTIONS_INIT");
}

static int blocks_new(const mmr_blocks_options *options, mmr_blocks **ret_blocks)
{
	mmr_blocks *blocks = heap_alloc(sizeof(*blocks));

	if (!blocks)
		return error_set(-ENOMEM, "feed blocks");
	memset(blocks, 0, sizeof(*blocks));
	blocks->fd = -1;
	blocks->delimiter = options->delimiter;
	blocks->backward = options->backward;
	blocks->skip_holes = options->skip_holes;
	blocks->window_len = options->window > 0 ? options->window : WINDOW_DEFAULT;
	blocks->line_limit = options->line_limit > 0 ? options->line_limit : WINDOW_LINE_LIMIT;
	*ret_blocks = blocks;
	return 0;
}

int mmr_blocks_of(mmr_reader *reader, const mmr_blocks_options *options, mmr_blocks **ret_blocks)
{
	uint64_t size = mmr_size(reader);
	const struct backing *backing = reader_backing(reader);
	mmr_blocks *blocks;
	int err;

	if (!options)
		options = &default_options;
	err = check_options(options);
	if (err == 0)
		err = reader_fault(reader);
	if (err == 0)
		err = blocks_new(options, &blocks);
	if (err < 0)
		return err;
	window_start(&blocks->window, reader, backing);
	blocks->start = min_u64(options->offset, size);
	blocks->stop = blocks->start + min_u64(options->length, size - blocks->start);
	blocks->data_stop = blocks->skip_holes ? blocks->start : blocks->stop;
	blocks->extents = mmr_extents_of_range(reader, blocks->start, blocks->stop - blocks->start);
	engine_start(&blocks->engine, backing->kind, options->engine);
	*ret_blocks = blocks;
	return 0;
}

int mmr_blocks_of_fd(int fd, const mmr_blocks_options *options, mmr_blocks **ret_blocks)
{
	mmr_blocks *blocks;
	int err;

	if (!options)
		options = &default_options;
	err = check_options(options);
	if (err < 0)
		return err;
	if (options->backward || options->offset > 0) {
		error_set(-ESPIPE, "feed a stream backward or from an offset");
		return error_hint(-ESPIPE, "save it to a file first");
	}
	err = blocks_new(options, &blocks);
	if (err < 0)
		return err;
	blocks->fd = fd;
	blocks->stop = options->length;
	blocks->used = MMR_ENGINE_COPY;
	*ret_blocks = blocks;
	return 0;
}

/* The last block has been used. */
static void tell_engine(mmr_blocks *blocks, uint64_t now)
{
	if (blocks->delivered > 0)
		engine_tell(
			&blocks->engine, blocks->used, blocks->delivered, now - blocks->asked_ns);
	blocks->delivered = 0;
}

static void end_engine(mmr_blocks *blocks)
{
	tell_engine(blocks, engine_clock_ns());
	engine_end(&blocks->engine, blocks->window.reader);
}

void mmr_blocks_close(mmr_blocks *blocks)
{
	if (!blocks)
		return;
	if (blocks->fd < 0)
		end_engine(blocks);
	window_end(&blocks->window);
	heap_free(blocks);
}

int mmr_blocks_error(const mmr_blocks *blocks)
{
	return blocks->error;
}

enum mmr_engine mmr_blocks_engine(const mmr_blocks *blocks)
{
	return blocks->used;
}

/* Loads bytes of the reader. Of a file that has become shorter, what is left of them comes first
 * and the error with the next call. */
static int load(mmr_blocks *blocks, uint64_t off, size_t len, mmr_slice *ret_bytes)
{
	int err = window_load(&blocks->window, blocks->used, off, len, ret_bytes);

	if (err != MMR_ETRUNCATED || ret_bytes->len == 0 || blocks->backward)
		return err;
	blocks->pending = err;
	error_save(&blocks->pending_note);
	return 0;
}

/* Length of the longest prefix of `bytes` that ends behind a delimiter; 0 when there is none. */
static int cut_end(const mmr_blocks *blocks, mmr_slice bytes, size_t *ret_len)
{
	mmr_marks marks = mmr_marks_of(bytes, (char)blocks->delimiter);
	const char *at;

	*ret_len = mmr_marks_next_back(&marks, &at) ? (size_t)(at - bytes.ptr) + 1 : 0;
	return mmr_marks_error(&marks);
}

/* Where the first line that starts in `bytes` starts, 0 not counted; its length when there is none.
 */
static int cut_start(const mmr_blocks *blocks, mmr_slice bytes, size_t *ret_off)
{
	mmr_marks marks = mmr_marks_of(bytes, (char)blocks->delimiter);
	const char *at;

	*ret_off = mmr_marks_next(&marks, &at) ? (size_t)(at - bytes.ptr) + 1 : bytes.len;
	return mmr_marks_error(&marks);
}

/* How much of the range the next window takes at first. */
static size_t first_window(const mmr_blocks *blocks)
{
	if (blocks->used == MMR_ENGINE_COPY)
		return min_size(blocks->window_len, WINDOW_COPY);
	return blocks->window_len;
}

/* A line is longer than the window. A map just shows more of it; a copy has a limit, and passes the
 * line to the map where there is one. */
static int widen(mmr_blocks *blocks, size_t *window)
{
	size_t wider = *window > SIZE_MAX / 2 ? SIZE_MAX : *window * 2;

	if (blocks->used == MMR_ENGINE_MAP) {
		*window = wider;
		return 0;
	}
	if (*window < blocks->line_limit) {
		*window = min_size(wider, blocks->line_limit);
		return 0;
	}
	if (blocks->engine.may_map) {
		blocks->used = MMR_ENGINE_MAP;
		return 0;
	}
	error_set_at(MMR_ELONG,
		blocks->window.reader->offset + (blocks->backward ? blocks->stop : blocks->start),
		"buffer a line");
	return error_hint(MMR_ELONG, "raise line_limit, or feed without a delimiter");
}

/* The search for a line's end faulted, in the map if it is the file's fault: from here on pread
 * tells what is left, and why. Returns: whether to load again. */
static bool turn_to_copies(mmr_blocks *blocks, int err)
{
	if (err != MMR_ETRUNCATED && err != -EIO)
		return false;
	blocks->used = MMR_ENGINE_COPY;
	blocks->engine.fixed = true;
	blocks->engine.may_map = false;
	blocks->engine.current = MMR_ENGINE_COPY;
	return true;
}

/* Goes on to the next data where holes are skipped. What a truncation cut off looks like a hole: at
 * the end the file must still reach so far. */
static int next_data(mmr_blocks *blocks)
{
	uint64_t reached;
	mmr_extent extent;

	if (!blocks->skip_holes || blocks->start < blocks->data_stop)
		return 0;
	if (!mmr_extents_next(&blocks->extents, &extent)) {
		blocks->start = blocks->data_stop = blocks->stop;
		return reader_reaches(
			blocks->window.reader, blocks->window.backing, blocks->stop, &reached);
	}
	blocks->start = extent.off;
	blocks->data_stop = extent.off + extent.len;
	return 0;
}

static int next_forward(mmr_blocks *blocks, mmr_slice *ret_bytes)
{
	size_t window = first_window(blocks), n;
	mmr_slice bytes;
	uint64_t left;
	int err;

	err = next_data(blocks);
	if (err < 0)
		return err;
	left = blocks->data_stop - blocks->start;
	while (left > 0) {
		n = (size_t)min_u64(left, window);
		err = load(blocks, blocks->start, n, &bytes);
		if (err < 0)
			return err;
		if (n == left || blocks->delimiter == MMR_NO_DELIMITER || blocks->pending < 0)
			break;
		err = cut_end(blocks, bytes, &n);
		if (err < 0 && turn_to_copies(blocks, err)) {
			window = first_window(blocks);
			continue;
		}
		if (err < 0)
			return err;
		bytes.len = n;
		if (n > 0)
			break;
		err = widen(blocks, &window);
		if (err < 0)
			return err;
	}
	if (left == 0)
		return 0;
	blocks->start += bytes.len;
	*ret_bytes = bytes;
	return 0;
}

static int next_backward(mmr_blocks *blocks, mmr_slice *ret_bytes)
{
	uint64_t left = blocks->stop - blocks->start;
	size_t window = first_window(blocks), n, cut;
	mmr_slice bytes;
	int err;

	for (;;) {
		n = (size_t)min_u64(left, window);
		err = load(blocks, blocks->stop - n, n, &bytes);
		if (err < 0)
			return err;
		if (n == left || blocks->delimiter == MMR_NO_DELIMITER)
			break;
		err = cut_start(blocks, bytes, &cut);
		if (err < 0)
			return err;
		if (cut < n) {
			bytes.ptr += cut;
			bytes.len -= cut;
			break;
		}
		err = widen(blocks, &window);
		if (err < 0)
			return err;
	}
	blocks->stop -= bytes.len;
	*ret_bytes = bytes;
	return 0;
}

/* Reads on until there is a whole line, or anything without a delimiter. */
static int read_stream(mmr_blocks *blocks, size_t *ret_len)
{
	struct window *window = &blocks->window;
	mmr_slice fresh;
	size_t cut = 0;
	int err;

	do {
		if (window->filled == window->room) {
			if (window->room >= blocks->line_limit) {
				error_set_at(MMR_ELONG, blocks->start, "buffer a line");
				return error_hint(MMR_ELONG, "raise line_limit");
			}
			err = window_reserve(
				window, min_size(window->room * 2, blocks->line_limit));
			if (err < 0)
				return err;
		}
		fresh.ptr = window->buffer + window->filled;
		fresh.len = (size_t)min_u64(window->room - window->filled,
			blocks->stop - blocks->start - window->filled);
		if (fresh.len > 0) {
			err = stream_read(blocks->fd, blocks->start + window->filled,
				window->buffer + window->filled, fresh.len, &fresh.len);
			if (err < 0)
				return err;
		}
		window->filled += fresh.len;
		if (fresh.len == 0)
			blocks->stop = blocks->start + window->filled;
		if (fresh.len == 0 || blocks->delimiter == MMR_NO_DELIMITER) {
			*ret_len = window->filled;
			return 0;
		}
		err = cut_end(blocks, fresh, &cut);
		if (err < 0) /* of the buffer: memory that has failed */
			return err;
	} while (cut == 0);
	*ret_len = window->filled - fresh.len + cut;
	return 0;
}

static int next_of_stream(mmr_blocks *blocks, mmr_slice *ret_bytes)
{
	struct window *window = &blocks->window;
	int err;

	err = window_reserve(window, min_size(blocks->window_len, WINDOW_COPY));
	if (err < 0)
		return err;
	window->filled -= blocks->passed;
	memmove(window->buffer, window->buffer + blocks->passed, window->filled);
	blocks->passed = 0;
	err = read_stream(blocks, &blocks->passed);
	if (err < 0)
		return err;
	blocks->start += blocks->passed;
	ret_bytes->ptr = window->buffer;
	ret_bytes->len = blocks->passed;
	return 0;
}

static int next_of_reader(mmr_blocks *blocks, mmr_slice *ret_bytes)
{
	struct window *window = &blocks->window;
	uint64_t now = engine_clock_ns();

	if (blocks->delivered > 0)
		engine_tell(
			&blocks->engine, blocks->used, blocks->delivered, now - blocks->asked_ns);
	if (window->held_stop - window->held_start >= blocks->window_len)
		window_drop_outside(window, blocks->start, blocks->stop);
	blocks->asked_ns = now;
	blocks->used = engine_ask(&blocks->engine);
	return blocks->backward ? next_backward(blocks, ret_bytes)
				: next_forward(blocks, ret_bytes);
}

bool mmr_blocks_next(mmr_blocks *blocks, mmr_block *ret_block)
{
	mmr_slice bytes = {NULL, 0};

	if (blocks->error < 0)
		return false;
	blocks->error = blocks->pending;
	if (blocks->error < 0)
		error_restore(&blocks->pending_note);
	else
		blocks->error = window_verify(&blocks->window);
	if (blocks->error == 0 && blocks->start < blocks->stop)
		blocks->error = blocks->fd < 0 ? next_of_reader(blocks, &bytes)
					       : next_of_stream(blocks, &bytes);
	blocks->delivered = bytes.len;
	if (blocks->error < 0 || bytes.len == 0)
		return false;
	ret_block->bytes = bytes;
	ret_block->ahead = 0;
	ret_block->off = blocks->backward ? blocks->stop : blocks->start - bytes.len;
	return true;
}
