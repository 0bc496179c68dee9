/* report.c - reports the lines of a block: its runs, line by line, and the context around them
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"
#include "search/lines.h"

#include <errno.h>

/* Waits until all earlier blocks are collected. Returns: 0; 1 when the scan was stopped; a code. */
static int take_turn(struct lines_worker *lines)
{
	int got = lines->in_turn ? 1 : scan_wait_turn(lines->worker);

	if (got <= 0)
		return got < 0 ? got : 1;
	lines->in_turn = true;
	return 0;
}

/* Calls the job for a line. */
static int call_job(struct lines_worker *lines, mmr_found_line *line)
{
	const mmr_found_job *job = lines->scan->job;
	int result = job->collect ? 0 : take_turn(lines);

	line->in_turn = lines->in_turn;
	if (result == 0)
		result = job->line(lines->user, line);
	if (result == MMR_FOUND_FULL && job->collect) {
		result = take_turn(lines);
		line->in_turn = true;
		if (result == 0)
			result = job->collect(lines->user);
		if (result == 0)
			result = job->line(lines->user, line);
	}
	if (result == MMR_FOUND_FULL)
		return error_set(-EINVAL, "process a line that is returned as too long");
	lines->stopped |= result > 0;
	return result;
}

static int report(struct lines_worker *lines, mmr_found_line *line)
{
	if (lines_have_context(lines->scan)) {
		line->after_gap = lines->reported != NOTHING && lines->reported != line->off;
		lines->reported = line->off + line->bytes.len;
	}
	return call_job(lines, line);
}

/* Reports lines at `off`, the first of which has a number. */
static int report_lines(
	struct lines_worker *lines, mmr_slice bytes, uint64_t off, uint64_t number, bool is_context)
{
	mmr_found_line line = {.off = off, .number = number, .is_context = is_context};
	struct unit_walk walk;
	int result = 0;

	if (lines->scan->how.runs) {
		line.bytes = bytes;
		return bytes.len > 0 ? report(lines, &line) : 0;
	}
	unit_walk_start(&walk, lines_units(lines), bytes);
	while (result == 0 && unit_walk_next(&walk, &line.bytes)) {
		result = report(lines, &line);
		line.off += line.bytes.len;
		line.number += number != MMR_NO_LINE;
	}
	return result != 0 ? result : unit_walk_error(&walk);
}

/* Moves the number to the line at byte `at`, which may be before or after the last one. */
static int move_number(struct lines_worker *lines, size_t at)
{
	bool back = at < lines->at;
	size_t start = back ? at : lines->at, stop = back ? lines->at : at;
	mmr_slice between = {lines->block->bytes.ptr + start, stop - start};
	uint64_t n_lines;
	int err;

	if (lines->number == MMR_NO_LINE)
		return 0;
	err = units_in(lines_units(lines), between, &n_lines);
	if (err < 0)
		return err;
	lines->number += back ? 0 - n_lines : n_lines;
	lines->at = at;
	return 0;
}

/* Reports lines of the block, which are whole. */
static int report_part(struct lines_worker *lines, size_t start, size_t stop, bool is_context)
{
	const mmr_block *block = lines->block;
	mmr_slice part = {block->bytes.ptr + start, stop - start};
	int err = move_number(lines, start);

	if (err < 0)
		return err;
	return report_lines(lines, part, block->off + start, lines->number, is_context);
}

/* Reports lines that match. */
static int report_run(struct lines_worker *lines, const struct run *run)
{
	const char *start = lines->block->bytes.ptr + run->start;
	mmr_found_line line = {.bytes = {start, run->stop - run->start}};
	int err;

	if (lines->number != MMR_NO_LINE && run->n_before != NOT_COUNTED) {
		lines->number = lines->first_number + run->n_before;
		lines->at = run->start;
	}
	if (run->n_lines != 1)
		return report_part(lines, run->start, run->stop, false);
	err = move_number(lines, run->start);
	line.off = lines->block->off + run->start;
	line.number = lines->number;
	return err < 0 ? err : report(lines, &line);
}

/* --- Context before the block ----------------------------------------------------------------- */

/* Reports lines that end at the start of the block. */
static int report_tail(struct lines_worker *lines, mmr_slice bytes)
{
	uint64_t number = lines->number, n_lines;
	int err;

	if (number != MMR_NO_LINE) {
		err = units_in(lines_units(lines), bytes, &n_lines);
		if (err < 0)
			return err;
		number -= n_lines;
	}
	return report_lines(lines, bytes, lines->block->off - bytes.len, number, true);
}

/* Reports the lines of a file from `start` to the start of the block. */
static int report_range(struct lines_worker *lines, const mmr_scan_options *range, uint64_t number)
{
	mmr_blocks *blocks;
	mmr_block block;
	uint64_t n_lines;
	int result = mmr_blocks_open(lines->scan->reader, range, NULL, &blocks);

	if (result < 0)
		return result;
	while (result == 0 && mmr_blocks_next(blocks, &block)) {
		result = report_lines(lines, block.bytes, block.off, number, true);
		if (result != 0 || number == MMR_NO_LINE)
			continue;
		result = units_in(lines_units(lines), block.bytes, &n_lines);
		number += n_lines;
	}
	if (result == 0)
		result = mmr_blocks_error(blocks);
	mmr_blocks_close(blocks);
	return result;
}

/* Reports the last `n_lines` lines of a file before the block. */
static int report_file_before(struct lines_worker *lines, uint64_t n_lines)
{
	uint64_t stop = lines->block->off, start, number = lines->number;
	mmr_scan_options range = lines->scan->scan;
	mmr_reader *reader = lines->scan->reader;
	mmr_counts counts = {0, false, 0, 0};
	int err;

	range.offset = lines_unreported(lines->scan, lines->reported);
	range.length = stop - range.offset;
	range.n_threads = 1;
	range.progress = NULL;
	err = mmr_line_seek(reader, stop, -(int64_t)min_u64(n_lines, INT64_MAX), &range, &start);
	range.offset = start;
	range.length = stop - start;
	if (err == 0 && number != MMR_NO_LINE) {
		err = mmr_count_lines(reader, &range, &counts);
		number -= counts.lines;
	}
	return err < 0 ? err : report_range(lines, &range, number);
}

static int report_before(struct lines_worker *lines, uint64_t n_lines)
{
	if (!reader_is_stream(lines->scan->reader))
		return report_file_before(lines, n_lines);
	return report_tail(lines, (mmr_slice){lines->tail.bytes, lines->tail.len});
}

/* --- Forward ---------------------------------------------------------------------------------- */

/* Reports the context between two runs: up to `after` lines from `at` on, and lines before
 * `stop`. */
static int report_between(struct lines_worker *lines, size_t at, uint64_t after, size_t stop)
{
	mmr_slice bytes = {lines->block->bytes.ptr, stop};
	uint64_t before = lines->scan->how.before;
	size_t first = at, start = stop;
	int result = units_forward(lines_units(lines), bytes, &first, &after);

	if (result == 0)
		result = report_part(lines, at, first, true);
	if (result == 0)
		result = units_backward(lines_units(lines), bytes, first, &start, &before);
	if (result == 0 && start == 0 && before > 0)
		result = report_before(lines, before);
	return result != 0 ? result : report_part(lines, start, stop, true);
}

/* Reports the context after the last run. */
static int report_after(struct lines_worker *lines, size_t at, uint64_t after)
{
	mmr_slice bytes = {lines->block->bytes.ptr, lines->runs.decided};
	size_t stop = at;
	int err = units_forward(lines_units(lines), bytes, &stop, &after);

	return err < 0 ? err : report_part(lines, at, stop, true);
}

int report_forward(struct lines_worker *lines)
{
	struct run_walk walk = run_walk_of(&lines->runs, lines->allowed);
	bool context = lines_have_context(lines->scan);
	uint64_t after = lines->after_left;
	struct run run;
	size_t at = 0;
	int result = 0, found;

	while ((found = run_walk_next(&walk, &run)) > 0) {
		if (context)
			result = report_between(lines, at, after, run.start);
		if (result == 0)
			result = report_run(lines, &run);
		if (result != 0)
			return result;
		at = run.stop;
		after = lines->scan->how.after;
	}
	if (found < 0)
		return found;
	if (context)
		result = report_after(lines, at, after);
	if (result == 0 && lines->runs.error < 0) {
		error_restore(&lines->runs.note);
		result = lines->runs.error;
	}
	return result;
}

/* --- Backward --------------------------------------------------------------------------------- */

/* Of whole lines. No more runs are in it than are kept, unless it is a longer line. */
#define PIECE ((size_t)RUNS_KEPT)

/* The start of the line before byte `stop`, which is the end of a line. */
static int find_line(const struct lines_worker *lines, size_t stop, size_t *ret_start)
{
	size_t known = unit_marks_before(&lines->marks, stop);
	mmr_slice bytes = {lines->block->bytes.ptr, stop};
	uint64_t n_lines = 1;

	*ret_start = stop;
	return units_backward(lines_units(lines), bytes, known, ret_start, &n_lines);
}

/* The start of a piece that ends at `stop`: several lines, or one. */
static int find_piece(const struct lines_worker *lines, size_t stop, bool one, size_t *ret_start)
{
	size_t least = stop > PIECE ? stop - PIECE : 0;
	struct unit_view view = {{lines->block->bytes.ptr, stop}, true, 0};
	int found;

	if (one)
		return find_line(lines, stop, ret_start);
	*ret_start = 0;
	if (least == 0)
		return 0;
	/* The first line that starts in the piece; or the only line. */
	view.known = unit_marks_before(&lines->marks, least);
	found = units_next(lines_units(lines), &view, least, stop, ret_start);
	return found == 0 ? find_line(lines, stop, ret_start) : found < 0 ? found : 0;
}

/* Reports the lines of a part of the block, from the last to the first. */
static int reverse_part(struct lines_worker *lines, size_t start, size_t stop)
{
	const mmr_block *block = lines->block;
	mmr_slice part = {block->bytes.ptr + start, stop - start};
	mmr_found_line line = {.off = 0};
	struct unit_walk walk;
	int result = 0;

	unit_walk_start_back(&walk, lines_units(lines), part);
	while (result == 0 && unit_walk_back(&walk, &line.bytes)) {
		size_t at = (size_t)(line.bytes.ptr - block->bytes.ptr);

		if (lines_have_limit(lines->scan))
			result = take_turn(lines);
		if (result == 0)
			result = move_number(lines, at);
		line.off = block->off + at;
		line.number = lines->number;
		if (result == 0)
			result = report(lines, &line);
		if (result == 0 && lines_have_limit(lines->scan))
			result = --lines->scan->left == 0;
	}
	return result != 0 ? result : unit_walk_back_error(&walk);
}

/* Reports the runs of a piece at byte `start` of the block, from the last to the first. */
static int reverse_piece(struct lines_worker *lines, size_t start)
{
	const struct runs *runs = &lines->runs;
	bool invert = lines->scan->search->options.invert;
	size_t n = runs->n_kept + invert, from, to;
	int result = 0;

	while (n-- > 0 && result == 0) {
		if (invert) {
			from = n > 0 ? runs->kept[n - 1].stop : 0;
			to = n < runs->n_kept ? runs->kept[n].start : runs->decided;
		} else {
			from = runs->kept[n].start;
			to = runs->kept[n].stop;
		}
		if (from < to)
			result = reverse_part(lines, start + from, start + to);
	}
	return result;
}

int report_backward(struct lines_worker *lines)
{
	const mmr_block *block = lines->block;
	struct runs *runs = &lines->runs;
	size_t stop = block->bytes.len, start;
	bool one = false;
	int result;

	if (runs->n_kept == 0 && runs->error == 0 && !lines->scan->search->options.invert)
		return 0;
	result = unit_marks_of(lines_units(lines), block->bytes, &lines->marks);
	if (lines->number != MMR_NO_LINE)
		lines->number += lines->runs.n_units;
	lines->at = stop;
	while (stop > 0 && result == 0) {
		result = find_piece(lines, stop, one, &start);
		if (result == 0)
			result =
				runs_find(runs, (mmr_slice){block->bytes.ptr + start, stop - start},
					lines->scan->reader->offset + block->off + start, 0);
		if (result < 0)
			return result;
		/* The lines after one in which the search failed come first. */
		if (runs->error < 0 && !one) {
			one = true;
			continue;
		}
		if (runs->error < 0) {
			error_restore(&runs->note);
			return runs->error;
		}
		result = reverse_piece(lines, start);
		stop = start;
	}
	return result;
}
