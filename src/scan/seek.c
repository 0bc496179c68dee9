/* seek.c - counting lines until the wanted one starts
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"
#include "scan/options.h"

#include <errno.h>

/* So far a seek goes alone: most are short, and threads take longer to start. */
#define ALONE ((uint64_t)4 << 20)

/* What all workers share, in turn: lines that are still to pass, and where the last one ended. */
struct passage {
	char delimiter;
	uint64_t left, off;
};

struct state {
	struct passage *passage;
	uint64_t found;
};

static int count_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;

	return mmr_slice_count(block->bytes, state->passage->delimiter, &state->found);
}

/* Returns: 1 when the wanted line starts in or right behind this block. */
static int pass_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	struct passage *passage = state->passage;
	size_t at;
	int err;

	if (passage->left > state->found) {
		passage->left -= state->found;
		return 0;
	}
	err = mmr_slice_select(block->bytes, passage->delimiter, passage->left - 1, &at);
	if (err > 0) {
		passage->off = block->off + at + 1;
		passage->left = 0;
	}
	return err;
}

static int start_state(void *argument, void *context)
{
	struct state *state = argument;

	state->passage = context;
	return 0;
}

static int pass(mmr_reader *reader, const mmr_scan_options *scan, struct passage *passage)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_job job = {.work = count_block,
		.collect = pass_block,
		.start = start_state,
		.context = passage,
		.state_size = sizeof(struct state)};

	cut.split_lines = true;
	cut.skip_holes = scan->delimiter != '\0';
	return mmr_scan_run(reader, scan, &cut, &job);
}

static int seek_forward(mmr_reader *reader, uint64_t from, uint64_t stop, uint64_t n_lines,
	const mmr_scan_options *scan, uint64_t *ret_off)
{
	uint64_t alone = min_u64(stop - from, ALONE);
	struct passage passage = {scan->delimiter, n_lines, stop};
	mmr_scan_options how = *scan;
	int err = 0;

	how.offset = from;
	how.length = alone;
	how.n_threads = 1;
	if (n_lines == 0)
		passage.off = from;
	else
		err = pass(reader, &how, &passage);
	how.offset = from + alone;
	how.length = stop - how.offset;
	how.n_threads = scan->n_threads;
	if (err == 0 && passage.left > 0 && how.length > 0)
		err = pass(reader, &how, &passage);
	if (err < 0)
		return err;
	*ret_off = passage.off;
	return 0;
}

/* Looks for the delimiter before the wanted line from the end of each block. `left` counts
 * delimiters; the one right before `from` only ends the first line met. */
static int seek_backward(mmr_reader *reader, uint64_t start, uint64_t from, uint64_t n_lines,
	const mmr_scan_options *scan, uint64_t *ret_off)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_options how = *scan;
	uint64_t left = n_lines, off = start, found;
	mmr_blocks *blocks;
	mmr_block block;
	bool first = true;
	size_t at;
	int err;

	cut.split_lines = true;
	cut.backward = true;
	how.offset = start;
	how.length = from - start;
	how.n_threads = 1;
	err = mmr_blocks_open(reader, &how, &cut, &blocks);
	if (err < 0)
		return err;
	while (mmr_blocks_next(blocks, &block)) {
		mmr_slice end = {block.bytes.ptr + block.bytes.len - 1, 1};

		err = mmr_slice_count(block.bytes, scan->delimiter, &found);
		if (err == 0 && first) {
			uint64_t terminated = 0;

			err = mmr_slice_count(end, scan->delimiter, &terminated);
			left += terminated;
			first = false;
		}
		if (err == 0 && left <= found) {
			err = mmr_slice_select(block.bytes, scan->delimiter, found - left, &at);
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

int mmr_line_seek(mmr_reader *reader, uint64_t from, int64_t n_lines,
	const mmr_scan_options *options, uint64_t *ret_off)
{
	mmr_scan_options scan;
	uint64_t start, stop;
	int err;

	err = scan_options(options, &scan);
	if (err == 0 && (scan.first_line > 0 || scan.n_lines != MMR_REST)) {
		error_set(-EINVAL, "seek lines in a range of lines");
		err = error_hint(-EINVAL, "limit the search by bytes");
	}
	if (err == 0)
		err = scan_locate(reader, &scan, &start, &stop);
	if (err < 0)
		return err;
	from = min_u64(max_u64(from, start), stop);
	if (n_lines >= 0)
		return seek_forward(reader, from, stop, (uint64_t)n_lines, &scan, ret_off);
	/* As unsigned, since -INT64_MIN does not fit. */
	return seek_backward(reader, start, from, 0 - (uint64_t)n_lines, &scan, ret_off);
}
