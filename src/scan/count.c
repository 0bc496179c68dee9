/* count.c - counts lines in parallel, and measures them in the order of the file
 *
 * SPDX-License-Identifier: MIT */
#include "scan/options.h"
#include "scan/run.h"
#include "scan/units.h"

#include <mmreader/positions.h>

#include <errno.h>

/* What all workers share. */
struct common {
	struct units units;
	struct scan_place place;
	uint64_t n_starts, n_crlf; /* starts after the one of the range */
	uint64_t line_start;       /* of the line after the last delimiter */
	uint64_t longest;          /* changed in turn */
};

struct state {
	struct common *common;
	uint64_t n_starts, n_crlf;
	/* The last block: the end of its first line, the start of a line after its last delimiter,
	 * and the longest line between them. */
	bool found;
	uint64_t first_end, line_start, longest;
};

/* Only a delimiter at the end of a block matters for `line_start`: it may be the end of the range.
 */
static int count_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	const struct units *units = &state->common->units;
	struct unit_view view = {block->bytes, block->off == block->start};
	size_t own = block->bytes.len - block->ahead, mark = units_mark(units);
	mmr_slice last = {block->bytes.ptr + own - 1, 1};
	uint64_t found, terminated;
	int err;

	err = units_count(units, &view, view.at_start ? 1 : mark, own + mark, &found);
	if (err == 0)
		err = mmr_slice_count(last, units->delimiter, &terminated);
	if (err < 0)
		return err;
	state->n_starts += found;
	if (terminated > 0)
		state->line_start = block->off + own;
	return 0;
}

/* One byte ahead shows the LF of a CR at the end of the block. */
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
	mmr_positions positions = mmr_positions_of(own, state->common->units.delimiter);
	const char *at, *line = NULL;

	state->longest = 0;
	while (mmr_positions_next(&positions, &at)) {
		if (!line)
			state->first_end = block->off + (uint64_t)(at - block->bytes.ptr);
		else if ((uint64_t)(at - line) > state->longest)
			state->longest = (uint64_t)(at - line);
		line = at + 1;
		state->n_starts++;
	}
	state->found = line != NULL;
	if (line)
		state->line_start = block->off + (uint64_t)(line - block->bytes.ptr);
	if (mmr_positions_error(&positions) < 0)
		return mmr_positions_error(&positions);
	return count_crlf(state, block);
}

/* Joins a block to those before it: the line that they left open ends in this one, or goes on. */
static int join_block(void *argument, const mmr_block *block)
{
	const struct state *state = argument;
	struct common *common = state->common;
	uint64_t line_start = max_u64(common->line_start, block->start);

	if (!state->found)
		return 0;
	common->longest = max_u64(common->longest, state->first_end - line_start);
	common->longest = max_u64(common->longest, state->longest);
	common->line_start = state->line_start;
	return 0;
}

static void end_state(void *argument, void *context)
{
	const struct state *state = argument;
	struct common *common = context;

	common->n_starts += state->n_starts;
	common->n_crlf += state->n_crlf;
	common->line_start = max_u64(common->line_start, state->line_start);
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
	uint64_t rest;
	int err;

	err = scan_options(options, &scan);
	if (err < 0)
		return err;
	if (measure && scan.records)
		return error_set(-EINVAL, "measure records");
	common.units = units_of(&scan);
	cut.split_lines = true;
	cut.ahead = measure ? 1 : units_ahead(&common.units);
	/* Where lines end with NUL, a hole is full of lines. */
	cut.skip_holes = scan.delimiter != '\0';
	err = scan_run(reader, &scan, &cut, &job, &common.place);
	if (err < 0)
		return err;
	/* A hole that ends the range has no delimiter. */
	rest = common.place.stop - max_u64(common.line_start, common.place.start);
	counts.unterminated = rest > 0;
	counts.lines = common.n_starts + counts.unterminated;
	/* No record starts at the end of the range. */
	if (scan.records)
		counts.lines = common.n_starts + (common.place.stop > common.place.start);
	if (measure) {
		counts.longest = max_u64(common.longest, rest);
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
