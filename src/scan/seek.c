/* seek.c - counting lines until the wanted one starts
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "scan/workers.h"

#include <mmreader/blocks.h>
#include <mmreader/find.h>
#include <mmreader/parallel.h>
#include <mmreader/seek.h>

static int feed_back(mmr_reader *reader, uint64_t stop, mmr_blocks **ret)
{
	mmr_blocks_options options = MMR_BLOCKS_OPTIONS_INIT;

	options.length = stop;
	options.delimiter = MMR_NO_DELIMITER;
	options.backward = true;
	return mmr_blocks_of(reader, &options, ret);
}

/* So far a seek goes alone: most are short, and threads take longer to start. */
#define ALONE ((uint64_t)4 << 20)

/* Lines that are still to pass, and where the last of them ended: what all blocks share, in turn.
 */
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

static int pass(
	mmr_reader *reader, uint64_t off, uint64_t len, unsigned n_threads, struct passage *passage)
{
	mmr_parallel_options how = MMR_PARALLEL_OPTIONS_INIT;
	struct state states[WORKERS_MAX];
	mmr_parallel_job job = {.work = count_block,
		.collect = pass_block,
		.states = states,
		.state_size = sizeof(*states),
		.n_states = workers_for(reader, n_threads)};
	unsigned i;

	for (i = 0; i < job.n_states; i++)
		states[i].passage = passage;
	how.offset = off;
	how.length = len;
	how.delimiter = MMR_NO_DELIMITER;
	how.skip_holes = passage->delimiter != '\0';
	return mmr_parallel_run(reader, &how, &job);
}

static int seek_forward(mmr_reader *reader, uint64_t from, uint64_t n_lines, char delimiter,
	unsigned n_threads, uint64_t *ret_off)
{
	uint64_t size = mmr_size(reader), alone = min_u64(size - from, ALONE);
	struct passage passage = {delimiter, n_lines, size};
	int err = 0;

	if (n_lines == 0)
		passage.off = from;
	else
		err = pass(reader, from, alone, 1, &passage);
	if (err == 0 && passage.left > 0)
		err = pass(reader, from + alone, MMR_REST, n_threads, &passage);
	if (err < 0)
		return err;
	*ret_off = passage.off;
	return 0;
}

/* The delimiter in front of the wanted line is looked for from the end of each block. `left` counts
 * delimiters; the one right before `from` only ends the first line met. */
static int seek_backward(
	mmr_reader *reader, uint64_t from, uint64_t n_lines, char delimiter, uint64_t *ret_off)
{
	uint64_t left = n_lines, off = 0, found;
	mmr_blocks *blocks;
	mmr_block block;
	bool first = true;
	size_t at;
	int err;

	err = feed_back(reader, from, &blocks);
	if (err < 0)
		return err;
	while (mmr_blocks_next(blocks, &block)) {
		mmr_slice end = {block.bytes.ptr + block.bytes.len - 1, 1};

		err = mmr_slice_count(block.bytes, delimiter, &found);
		if (err == 0 && first) {
			uint64_t terminated = 0;

			err = mmr_slice_count(end, delimiter, &terminated);
			left += terminated;
			first = false;
		}
		if (err == 0 && left <= found) {
			err = mmr_slice_select(block.bytes, delimiter, found - left, &at);
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

int mmr_line_seek(mmr_reader *reader, uint64_t from, int64_t n_lines, char delimiter,
	unsigned n_threads, uint64_t *ret_off)
{
	from = min_u64(from, mmr_size(reader));
	if (n_lines >= 0)
		return seek_forward(reader, from, (uint64_t)n_lines, delimiter, n_threads, ret_off);
	/* As unsigned: INT64_MIN has no positive twin. */
	return seek_backward(reader, from, 0 - (uint64_t)n_lines, delimiter, ret_off);
}
