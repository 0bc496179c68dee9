/* count.c - counting in parallel, merged at the end or in the order of the file
 *
 * SPDX-License-Identifier: MIT */
#include "scan/options.h"
#include "scan/run.h"

#include <mmreader/positions.h>

/* What is known of the blocks so far. */
struct common {
	char delimiter;
	uint64_t n_delimiters, n_crlf;
	struct scan_place place;
	uint64_t stop;   /* end of the last block */
	bool terminated; /* a delimiter ends it */
	/* The longest line, across blocks; changed in turn. */
	bool started;
	uint64_t line_start; /* of the line that the last block left open */
	uint64_t longest;
};

struct state {
	struct common *common;
	uint64_t n_delimiters, n_crlf;
	uint64_t stop; /* as in common, for the last block of this worker */
	bool terminated;
	/* Of one block: where its first line ends and its last, open one begins. */
	bool found;
	uint64_t first_end, last_start, longest;
};

static int keep_end(struct state *state, mmr_slice own, uint64_t off)
{
	mmr_slice last = {own.ptr + own.len - 1, 1};
	uint64_t found;
	int err;

	err = mmr_slice_count(last, state->common->delimiter, &found);
	if (err == 0 && state->stop <= off) {
		state->stop = off + own.len;
		state->terminated = found > 0;
	}
	return err;
}

static int count_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	uint64_t found;
	int err;

	err = mmr_slice_count(block->bytes, state->common->delimiter, &found);
	if (err < 0)
		return err;
	state->n_delimiters += found;
	return keep_end(state, block->bytes, block->off);
}

/* One byte ahead shows the LF of a CR at the block's end. */
static int count_crlf(struct state *state, const mmr_block *block)
{
	mmr_needle needle = mmr_needle_of((mmr_slice){"\r\n", 2});
	mmr_matches matches = mmr_matches_of(block->bytes, &needle);
	mmr_slice match;

	while (mmr_matches_next(&matches, &match))
		state->n_crlf++;
	return mmr_matches_error(&matches);
}

static int measure_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	mmr_slice own = {block->bytes.ptr, block->bytes.len - block->ahead};
	mmr_positions positions = mmr_positions_of(own, state->common->delimiter);
	const char *at, *line = NULL;
	int err;

	state->found = false;
	state->longest = 0;
	while (mmr_positions_next(&positions, &at)) {
		if (!line)
			state->first_end = block->off + (uint64_t)(at - block->bytes.ptr);
		else if ((uint64_t)(at - line) > state->longest)
			state->longest = (uint64_t)(at - line);
		line = at + 1;
		state->n_delimiters++;
	}
	if (line) {
		state->found = true;
		state->last_start = block->off + (uint64_t)(line - block->bytes.ptr);
	}
	err = mmr_positions_error(&positions);
	if (err == 0)
		err = keep_end(state, own, block->off);
	return err < 0 ? err : count_crlf(state, block);
}

static void longer(struct common *common, uint64_t len)
{
	if (common->longest < len)
		common->longest = len;
}

/* Joins a block to those before it: the line that they left open ends in this one, or goes on. */
static int join_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	struct common *common = state->common;

	(void)block;
	if (!common->started)
		common->line_start = common->place.start;
	common->started = true;
	if (!state->found)
		return 0;
	longer(common, state->first_end - common->line_start);
	longer(common, state->longest);
	common->line_start = state->last_start;
	return 0;
}

static void end_state(void *argument, void *context)
{
	const struct state *state = argument;
	struct common *common = context;

	common->n_delimiters += state->n_delimiters;
	common->n_crlf += state->n_crlf;
	if (common->stop < state->stop) {
		common->stop = state->stop;
		common->terminated = state->terminated;
	}
}

static int count(
	mmr_reader *reader, const mmr_scan_options *options, bool measure, mmr_counts *ret_counts)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	struct common common = {0};
	mmr_scan_job job = {.work = measure ? measure_block : count_block,
		.collect = measure ? join_block : NULL,
		.start = scan_keep_context,
		.end = end_state,
		.context = &common,
		.state_size = sizeof(struct state)};
	mmr_counts counts = {0, false, 0, 0};
	mmr_scan_options scan;
	uint64_t stop;
	int err;

	err = scan_options(options, &scan);
	if (err < 0)
		return err;
	common.delimiter = scan.delimiter;
	cut.split_lines = true;
	cut.ahead = measure;
	/* Where lines end with NUL, a hole is full of lines. */
	cut.skip_holes = scan.delimiter != '\0';
	err = scan_run(reader, &scan, &cut, &job, &common.place);
	if (err < 0)
		return err;
	stop = common.place.stop;
	/* A hole that ends the range has no delimiter. */
	counts.unterminated =
		stop > common.place.start && (common.stop < stop || !common.terminated);
	counts.lines = common.n_delimiters + counts.unterminated;
	if (measure) {
		if (counts.unterminated)
			longer(&common,
				stop - (common.started ? common.line_start : common.place.start));
		counts.longest = common.longest;
		counts.crlf = common.n_crlf;
	}
	*ret_counts = counts;
	return 0;
}

int mmr_count_lines(mmr_reader *reader, const mmr_scan_options *scan, mmr_counts *ret_counts)
{
	return count(reader, scan, false, ret_counts);
}

int mmr_measure_lines(mmr_reader *reader, const mmr_scan_options *scan, mmr_counts *ret_counts)
{
	return count(reader, scan, true, ret_counts);
}
