/* blocks.c - a range in blocks, one after the other
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"
#include "scan/io_mode.h"
#include "scan/options.h"
#include "scan/stream_blocks.h"
#include "scan/window.h"

#include <mmreader/reader.h>
#include <mmreader/positions.h>

#include <errno.h>
#include <string.h>

struct mmr_blocks {
	struct window window; /* of a stream, its buffer alone */
	mmr_scan_options scan;
	mmr_block_options cut;
	bool is_stream;
	struct stream_blocks stream;
	mmr_extents extents;  /* where holes are skipped */
	uint64_t data_stop;   /* end of the data that is being read, else of the range */
	uint64_t start, stop; /* what is left of the range */
	uint64_t range_start, range_stop;
	struct io_choice io;
	enum mmr_io_mode used; /* for the last block, ... */
	uint64_t asked_ns;     /* ... which was asked for at this time ... */
	size_t delivered;      /* ... and has this length */
	int error, pending;    /* pending: becomes the error at the next call */
	struct error_note pending_note;
};

static bool wait_for_stream(void *context)
{
	const mmr_blocks *blocks = context;

	if (blocks->scan.before_wait)
		blocks->scan.before_wait(blocks->scan.wait_context);
	return true;
}

static int start_range(mmr_blocks *blocks, mmr_reader *reader)
{
	int err;

	blocks->is_stream = reader_is_stream(reader);
	if (blocks->is_stream) {
		err = stream_blocks_start(&blocks->stream, reader, &blocks->scan, &blocks->cut);
		blocks->stream.wait = wait_for_stream;
		blocks->stream.wait_context = blocks;
		return err;
	}
	err = scan_locate(reader, &blocks->scan, &blocks->start, &blocks->stop);
	if (err < 0)
		return err;
	blocks->range_start = blocks->start;
	blocks->range_stop = blocks->stop;
	blocks->data_stop = blocks->cut.skip_holes ? blocks->start : blocks->stop;
	blocks->extents = mmr_extents_of_range(reader, blocks->start, blocks->stop - blocks->start);
	return 0;
}

int mmr_blocks_open(mmr_reader *reader, const mmr_scan_options *scan, const mmr_block_options *cut,
	mmr_blocks **ret_blocks)
{
	const struct backing *backing = reader_backing(reader);
	mmr_blocks *blocks;
	int err;

	blocks = heap_alloc(sizeof(*blocks));
	if (!blocks)
		return error_set(-ENOMEM, "read '%s' in blocks", reader->name);
	memset(blocks, 0, sizeof(*blocks));
	err = scan_options(scan, &blocks->scan);
	if (err == 0 && blocks->scan.n_threads > 1) {
		error_set(-EINVAL, "read blocks with %u threads", blocks->scan.n_threads);
		err = error_hint(-EINVAL, "use mmr_scan_run");
	}
	if (err == 0)
		err = block_options(cut, &blocks->cut);
	if (err == 0)
		err = reader_fault(reader);
	if (err == 0)
		err = start_range(blocks, reader);
	if (err < 0) {
		heap_free(blocks);
		return err;
	}
	window_start(&blocks->window, reader, backing);
	io_choice_start(&blocks->io, backing->kind, blocks->scan.io_mode);
	blocks->used = blocks->io.current;
	scan_progress_start(
		blocks->scan.progress, blocks->is_stream ? MMR_REST : blocks->stop - blocks->start);
	*ret_blocks = blocks;
	return 0;
}

/* The last block has been used. */
static void record_io(mmr_blocks *blocks, uint64_t now)
{
	if (blocks->delivered > 0)
		io_choice_record(
			&blocks->io, blocks->used, blocks->delivered, now - blocks->asked_ns);
	blocks->delivered = 0;
}

/* Bytes before the next block. */
static uint64_t passed(const mmr_blocks *blocks)
{
	if (blocks->is_stream)
		return blocks->stream.next - blocks->stream.first;
	return blocks->cut.backward ? blocks->range_stop - blocks->stop
				    : blocks->start - blocks->range_start;
}

void mmr_blocks_close(mmr_blocks *blocks)
{
	if (!blocks)
		return;
	record_io(blocks, io_clock_ns());
	if (blocks->is_stream) {
		stream_blocks_end(&blocks->stream);
		scan_progress_set(blocks->scan.progress, passed(blocks));
	}
	scan_progress_end(blocks->scan.progress, io_choice_main(&blocks->io));
	window_end(&blocks->window);
	heap_free(blocks);
}

int mmr_blocks_error(const mmr_blocks *blocks)
{
	return blocks->error;
}

enum mmr_io_mode mmr_blocks_io_mode(const mmr_blocks *blocks)
{
	return blocks->used;
}

/* Loads bytes of the reader. Of a file that has become shorter, what is left of them comes first
 * and the error with the next call. */
static int load(mmr_blocks *blocks, uint64_t off, size_t len, mmr_slice *ret_bytes)
{
	int err = window_load(&blocks->window, blocks->used, off, len, ret_bytes);

	if (err != MMR_ETRUNCATED || ret_bytes->len == 0 || blocks->cut.backward)
		return err;
	blocks->pending = err;
	error_save(&blocks->pending_note);
	return 0;
}

/* Length of the longest prefix of `bytes` that ends behind a delimiter; 0 when there is none. */
static int cut_end(const mmr_blocks *blocks, mmr_slice bytes, size_t *ret_len)
{
	mmr_positions positions = mmr_positions_of(bytes, blocks->scan.delimiter);
	const char *at;

	*ret_len = mmr_positions_next_back(&positions, &at) ? (size_t)(at - bytes.ptr) + 1 : 0;
	return mmr_positions_error(&positions);
}

/* Where the first line that starts in `bytes` starts, 0 not counted; its length when there is none.
 */
static int cut_start(const mmr_blocks *blocks, mmr_slice bytes, size_t *ret_off)
{
	mmr_positions positions = mmr_positions_of(bytes, blocks->scan.delimiter);
	const char *at;

	*ret_off = mmr_positions_next(&positions, &at) ? (size_t)(at - bytes.ptr) + 1 : bytes.len;
	return mmr_positions_error(&positions);
}

/* How much of the range the next window takes at first. */
static size_t first_window(const mmr_blocks *blocks)
{
	if (blocks->used == MMR_IO_READ)
		return min_size(blocks->cut.window, WINDOW_COPY);
	return blocks->cut.window;
}

/* A line is longer than the window. A map just shows more of it; a copy has a limit, and passes the
 * line to the map where there is one. */
static int widen(mmr_blocks *blocks, size_t *window)
{
	size_t wider = *window > SIZE_MAX / 2 ? SIZE_MAX : *window * 2;

	if (blocks->used == MMR_IO_MAP) {
		*window = wider;
		return 0;
	}
	if (*window < blocks->cut.line_limit) {
		*window = min_size(wider, blocks->cut.line_limit);
		return 0;
	}
	if (blocks->io.may_map) {
		blocks->used = MMR_IO_MAP;
		return 0;
	}
	error_set_at(MMR_ELONG,
		blocks->window.reader->offset +
			(blocks->cut.backward ? blocks->stop : blocks->start),
		"buffer a line");
	return error_hint(MMR_ELONG, "raise line_limit, or split lines");
}

/* The search for a line's end faulted, in the map if it is the file's fault: from here on pread
 * tells what is left, and why. Returns: whether to load again. */
static bool turn_to_copies(mmr_blocks *blocks, int err)
{
	if (err != MMR_ETRUNCATED && err != -EIO)
		return false;
	blocks->used = MMR_IO_READ;
	blocks->io.fixed = true;
	blocks->io.may_map = false;
	blocks->io.current = MMR_IO_READ;
	return true;
}

/* Goes on to the next data where holes are skipped. What a truncation cut off looks like a hole: at
 * the end the file must still reach so far. */
static int next_data(mmr_blocks *blocks)
{
	uint64_t reached;
	mmr_extent extent;

	if (!blocks->cut.skip_holes || blocks->start < blocks->data_stop)
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

/* The bytes to show after a block that ends at `stop`. */
static size_t ahead_of(const mmr_blocks *blocks, uint64_t stop)
{
	return (size_t)min_u64(blocks->cut.ahead, blocks->range_stop - stop);
}

static int next_forward(mmr_blocks *blocks, mmr_block *ret_block)
{
	size_t window = first_window(blocks), n, ahead = 0;
	mmr_slice bytes;
	uint64_t left;
	int err;

	err = next_data(blocks);
	if (err < 0)
		return err;
	left = blocks->data_stop - blocks->start;
	if (left == 0)
		return 0;
	for (;;) {
		n = (size_t)min_u64(left, window);
		ahead = ahead_of(blocks, blocks->start + n);
		err = load(blocks, blocks->start, n + ahead, &bytes);
		if (err < 0)
			return err;
		if (n == left || blocks->cut.split_lines || blocks->pending < 0)
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
	/* A file that has become shorter has less to show, or nothing. */
	ret_block->ahead = bytes.len > n ? bytes.len - n : 0;
	ret_block->bytes = bytes;
	ret_block->off = blocks->start;
	blocks->start += bytes.len - ret_block->ahead;
	return 0;
}

static int next_backward(mmr_blocks *blocks, mmr_block *ret_block)
{
	uint64_t left = blocks->stop - blocks->start;
	size_t window = first_window(blocks), n, cut = 0, ahead = ahead_of(blocks, blocks->stop);
	mmr_slice bytes;
	int err;

	for (;;) {
		n = (size_t)min_u64(left, window);
		err = load(blocks, blocks->stop - n, n + ahead, &bytes);
		if (err < 0)
			return err;
		if (n == left || blocks->cut.split_lines)
			break;
		err = cut_start(blocks, bytes, &cut);
		if (err < 0)
			return err;
		if (cut < n) {
			n -= cut;
			bytes.ptr += cut;
			bytes.len -= cut;
			break;
		}
		err = widen(blocks, &window);
		if (err < 0)
			return err;
	}
	blocks->stop -= n;
	ret_block->bytes = bytes;
	ret_block->off = blocks->stop;
	ret_block->ahead = bytes.len - n;
	return 0;
}

static int next_of_range(mmr_blocks *blocks, mmr_block *ret_block)
{
	struct window *window = &blocks->window;

	if (blocks->start >= blocks->stop)
		return 0;
	if (window->held_stop - window->held_start >= blocks->cut.window)
		window_drop_outside(window, blocks->start, blocks->stop);
	blocks->used = io_choice_next(&blocks->io);
	return blocks->cut.backward ? next_backward(blocks, ret_block)
				    : next_forward(blocks, ret_block);
}

bool mmr_blocks_next(mmr_blocks *blocks, mmr_block *ret_block)
{
	mmr_block block = {{NULL, 0}, 0, 0, 0};

	if (blocks->error < 0)
		return false;
	record_io(blocks, io_clock_ns());
	blocks->asked_ns = io_clock_ns();
	blocks->error = blocks->pending;
	if (blocks->error < 0)
		error_restore(&blocks->pending_note);
	else
		blocks->error = window_verify(&blocks->window);
	if (blocks->error == 0)
		blocks->error = blocks->is_stream ? stream_blocks_next(&blocks->stream,
							    &blocks->window, &block)
						  : next_of_range(blocks, &block);
	scan_progress_set(blocks->scan.progress, passed(blocks));
	blocks->delivered = block.bytes.len - block.ahead;
	if (blocks->error < 0 || block.bytes.len == 0)
		return false;
	blocks->error = 0;
	if (!blocks->is_stream)
		block.start = blocks->range_start;
	*ret_block = block;
	return true;
}
