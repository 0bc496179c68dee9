/* blocks.c - a range in blocks, one after the other
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"
#include "scan/options.h"
#include "scan/source.h"

#include <errno.h>
#include <string.h>

struct mmr_blocks {
	struct source source;
	struct window window;
	struct claim claim; /* of the last block, ... */
	uint64_t asked_ns;  /* ... which was asked for at this time ... */
	size_t delivered;   /* ... and has this length */
	int error;
	int truncated; /* the error to report after what is left of a file */
	struct error_note truncated_note;
};

static int check_threads(const mmr_scan_options *given)
{
	mmr_scan_options scan;
	int err = scan_options(given, &scan);

	if (err < 0 || scan.n_threads <= 1)
		return err;
	error_set(-EINVAL, "read blocks with %u threads", scan.n_threads);
	return error_hint(-EINVAL, "use mmr_scan_run");
}

int mmr_blocks_open(mmr_reader *reader, const mmr_scan_options *scan, const mmr_block_options *cut,
	mmr_blocks **ret_blocks)
{
	mmr_blocks *blocks;
	int err;

	blocks = heap_alloc(sizeof(*blocks));
	if (!blocks)
		return error_set(-ENOMEM, "read '%s' in blocks", reader->name);
	memset(blocks, 0, sizeof(*blocks));
	err = check_threads(scan);
	if (err == 0)
		err = source_start(&blocks->source, reader, scan, cut, NULL);
	if (err < 0) {
		heap_free(blocks);
		return err;
	}
	blocks->source.is_alone = true;
	window_start(&blocks->window, reader, blocks->source.backing);
	blocks->claim.io_mode = blocks->source.io.warm.ways[0].io_mode;
	*ret_blocks = blocks;
	return 0;
}

/* The last block has been used. */
static void record_io(mmr_blocks *blocks, uint64_t now)
{
	if (blocks->delivered > 0) {
		source_release(&blocks->source, &blocks->claim);
		source_record(
			&blocks->source, &blocks->claim, blocks->delivered, now - blocks->asked_ns);
	}
	blocks->delivered = 0;
}

void mmr_blocks_close(mmr_blocks *blocks)
{
	if (!blocks)
		return;
	record_io(blocks, io_clock_ns());
	source_end(&blocks->source);
	window_end(&blocks->window);
	heap_free(blocks);
}

int mmr_blocks_error(const mmr_blocks *blocks)
{
	return blocks->error;
}

enum mmr_io_mode mmr_blocks_io_mode(const mmr_blocks *blocks)
{
	return blocks->claim.io_mode;
}

/* A file has become shorter: limits the range to what is left, and keeps the error until that has
 * been read. Returns: false if nothing is left of the claim. */
static bool keep_rest(mmr_blocks *blocks, int err)
{
	struct source *source = &blocks->source;
	uint64_t base = source->reader->offset, stop = mmr_last_error_offset();

	if (err != MMR_ETRUNCATED || source->cut.backward || stop <= base + blocks->claim.start ||
		stop >= base + source->stop)
		return false;
	blocks->truncated = err;
	error_save(&blocks->truncated_note);
	source->stop = stop - base;
	extent_union_cut(&source->extents, source->stop);
	source->data_stop = min_u64(source->data_stop, source->stop);
	blocks->claim.stop = min_u64(blocks->claim.stop, source->stop);
	return true;
}

/* The search for the end of a line faulted in the map: from here on, pread reports what is wrong,
 * if anything is. Returns: whether to load again. */
static bool turn_to_copies(mmr_blocks *blocks, int err)
{
	struct io_choice *io = &blocks->source.io;

	if (err != -EIO || blocks->claim.io_mode != MMR_IO_MAP)
		return false;
	blocks->claim.io_mode = MMR_IO_READ;
	io_choice_remove_map(io);
	return true;
}

static int load(mmr_blocks *blocks, mmr_block *ret_block)
{
	int err;

	do
		err = source_load(
			&blocks->source, &blocks->window, &blocks->claim, NULL, ret_block);
	while (err < 0 && (keep_rest(blocks, err) || turn_to_copies(blocks, err)));
	return err;
}

/* Claims without the start of a line are passed over. Returns: 1, 0 at the end, or an error. */
static int next_block(mmr_blocks *blocks, mmr_block *ret_block)
{
	static const struct claim none = {.io_mode = MMR_IO_AUTO};
	const struct source *source = &blocks->source;
	struct window *window = &blocks->window;
	struct claim claim;
	int result;

	do {
		if (window->held_stop - window->held_start >= source->cut.window)
			window_drop_outside(window, source->next, source->data_stop);
		claim = none;
		result = window_verify(window);
		if (result == 0)
			result = source_claim(&blocks->source, window, &claim);
		if (result <= 0)
			return result;
		blocks->claim = claim;
		result = load(blocks, ret_block);
	} while (result == 0 && ret_block->bytes.len == 0);
	return result < 0 ? result : 1;
}

/* What is reported at the end of the range. */
static int end_error(const mmr_blocks *blocks)
{
	if (blocks->truncated == 0)
		return source_check_end(&blocks->source);
	error_restore(&blocks->truncated_note);
	return blocks->truncated;
}

bool mmr_blocks_next(mmr_blocks *blocks, mmr_block *ret_block)
{
	mmr_block block;
	int result;

	if (blocks->error < 0)
		return false;
	record_io(blocks, io_clock_ns());
	blocks->asked_ns = io_clock_ns();
	result = next_block(blocks, &block);
	if (result <= 0) {
		blocks->error = result < 0 ? result : end_error(blocks);
		return false;
	}
	blocks->delivered = block.bytes.len - block.ahead;
	*ret_block = block;
	return true;
}
