/* count.c - counts lines in parallel, and measures them in the order of the file
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"
#include "scan/fixed.h"
#include "scan/index.h"
#include "scan/options.h"
#include "scan/rows.h"
#include "scan/run.h"
#include "scan/units.h"

#include <mmreader/lines.h>

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
	struct unit_view view = {block->bytes, block->off == block->start, 0};
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

/* Counts the \r\n in a slice. */
static int count_crlf(struct state *state, mmr_slice bytes)
{
	mmr_needle needle = mmr_needle_of((mmr_slice){"\r\n", 2});
	mmr_matches matches = mmr_matches_of(bytes, &needle);
	mmr_slice match;

	while (mmr_matches_next(&matches, &match))
		state->n_crlf++;
	return mmr_matches_error(&matches);
}

/* Measures the lines between the ends of a batch. `line` is where the first of them starts; NULL if
 * that is before the block. Returns: where the next one starts. */
static const char *measure_batch(
	struct state *state, const mmr_block *block, const mmr_line_batch *batch, const char *line)
{
	uint64_t longest = state->longest, n_crlf = 0;
	const char *end;
	size_t i;

	for (i = 0; i < batch->n; i++) {
		end = batch->base + (batch->ends[i] & ~MMR_LINE_CR);
		n_crlf += batch->ends[i] / MMR_LINE_CR;
		if (line)
			longest = max_u64(longest, (uint64_t)(end - line));
		else
			state->first_end = block->off + (uint64_t)(end - block->bytes.ptr);
		line = end + 1;
	}
	state->n_starts += batch->n;
	state->n_crlf += n_crlf;
	state->longest = longest;
	return line;
}

/* One byte ahead shows the \n of a \r at the end of the block. */
static int measure_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	mmr_slice own = {block->bytes.ptr, block->bytes.len - block->ahead}, last = block->bytes;
	char delimiter = state->common->units.delimiter;
	mmr_lines it = mmr_lines_of_flags(own, delimiter, delimiter == '\n' ? MMR_LINES_CRLF : 0);
	const char *line = NULL, *stop = own.ptr + own.len;
	mmr_line_batch batch;

	state->longest = 0;
	while (mmr_lines_next_batch(&it, &batch)) {
		/* The last line may go on in the next block. */
		if (batch.base + (batch.ends[0] & ~MMR_LINE_CR) == stop)
			break;
		line = measure_batch(state, block, &batch, line);
	}
	state->found = line != NULL;
	if (line)
		state->line_start = block->off + (uint64_t)(line - block->bytes.ptr);
	if (mmr_lines_error(&it) < 0)
		return mmr_lines_error(&it);
	if (delimiter != '\n')
		return count_crlf(state, block->bytes);
	last.ptr += own.len - 1;
	last.len = block->ahead + 1;
	return count_crlf(state, last);
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

/* The same for rows of the whole reader. A quote that is not closed is reported by a scan. */
static int count_indexed_rows(
	mmr_reader *reader, const mmr_scan_options *scan, mmr_counts *ret_counts)
{
	const mmr_index *index = scan->index;
	uint64_t n;

	if (index->covered != mmr_size(reader) || index->end.state == ROW_QUOTED ||
		scan->first_line > 0 || scan->n_lines != MMR_REST ||
		!index_count_starts(reader, scan, 0, index->covered, &n))
		return 0;
	*ret_counts =
		(mmr_counts){.lines = n + index->unterminated, .unterminated = index->unterminated};
	return 1;
}

/* Counts by the index of a scan. Returns: 1; 0 if that is not possible. */
static int count_indexed(mmr_reader *reader, const mmr_scan_options *scan, mmr_counts *ret_counts)
{
	uint64_t start, stop, n;
	char last = scan->delimiter;
	size_t got;
	int err;

	if (!scan->index)
		return 0;
	if (units_are_rows(&scan->index->units))
		return count_indexed_rows(reader, scan, ret_counts);
	err = scan_locate(reader, scan, &start, &stop);
	/* The start of a record at the end of the range is not in the range. */
	if (err < 0 || !index_count_starts(reader, scan, start,
			       scan->records && start < stop ? stop - 1 : stop, &n))
		return err;
	if (start < stop)
		err = mmr_read_at(reader, stop - 1, &last, 1, &got);
	if (err < 0)
		return err;
	*ret_counts = (mmr_counts){.unterminated = last != scan->delimiter};
	ret_counts->lines = n + (start < stop && (ret_counts->unterminated || scan->records));
	return 1;
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
	if (split_is_fixed(scan.records))
		return fixed_count_lines(reader, &scan, ret_counts);
	err = measure ? 0 : count_indexed(reader, &scan, ret_counts);
	if (err != 0)
		return err < 0 ? err : 0;
	common.units = units_of(&scan);
	if (units_are_rows(&common.units))
		return rows_count(reader, &scan, ret_counts);
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
