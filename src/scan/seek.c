/* seek.c - finds the starts and the numbers of lines by counting delimiters
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"
#include "scan/options.h"
#include "scan/run.h"

#include <errno.h>

/* A search has up to three scans of so many bytes. Most lines are near, so the first scan is short.
 * Only the last one has several threads, because threads take longer to start than the others take.
 */
static const uint64_t steps[] = {(uint64_t)64 << 10, (uint64_t)4 << 20, MMR_REST};

/* What all workers share; changed in turn. */
struct passage {
	char delimiter;
	bool backward, started;
	uint64_t left; /* delimiters to pass */
	uint64_t off;  /* of the line that starts after the last one of them */
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

/* Backward, the first delimiter is passed in addition if it ends the range: it ends the first line
 * that is passed. */
static int start_passage(struct passage *passage, const mmr_block *block)
{
	mmr_slice last = {block->bytes.ptr + block->bytes.len - 1, 1};
	uint64_t terminated = 0;
	int err = 0;

	if (passage->backward && !passage->started)
		err = mmr_slice_count(last, passage->delimiter, &terminated);
	passage->started = true;
	passage->left += terminated;
	return err;
}

/* Returns: 1 when the wanted line starts in this block or right after it. */
static int pass_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	struct passage *passage = state->passage;
	uint64_t nth;
	size_t at;
	int err = start_passage(passage, block);

	if (err < 0)
		return err;
	if (passage->left > state->found) {
		passage->left -= state->found;
		return 0;
	}
	nth = passage->backward ? state->found - passage->left : passage->left - 1;
	err = mmr_slice_select(block->bytes, passage->delimiter, nth, &at);
	if (err > 0) {
		passage->off = block->off + at + 1;
		passage->left = 0;
	}
	return err;
}

static int pass(mmr_reader *reader, const mmr_scan_options *scan, struct passage *passage)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_job job = {.work = count_block,
		.collect = pass_block,
		.start = scan_keep_context,
		.context = passage,
		.state_size = sizeof(struct state)};

	cut.split_lines = true;
	cut.backward = passage->backward;
	cut.skip_holes = !cut.backward && scan->delimiter != '\0';
	return mmr_scan_run(reader, scan, &cut, &job);
}

/* Passes the lines of [start, stop), from its end where `passage` is backward. */
static int seek(mmr_reader *reader, uint64_t start, uint64_t stop, const mmr_scan_options *scan,
	struct passage *passage)
{
	mmr_scan_options how = *scan;
	size_t step = 0;
	int err;

	do {
		how.length = min_u64(stop - start, steps[step]);
		how.offset = passage->backward ? stop - how.length : start;
		how.n_threads = steps[step] == MMR_REST ? scan->n_threads : 1;
		err = pass(reader, &how, passage);
		if (passage->backward)
			stop -= how.length;
		else
			start += how.length;
		step++;
	} while (err == 0 && start < stop);
	return err;
}

/* Checks the options of a search for lines, and finds the bytes of its range. */
static int find_range(mmr_reader *reader, const mmr_scan_options *options,
	mmr_scan_options *ret_scan, uint64_t *ret_start, uint64_t *ret_stop)
{
	int err = scan_options(options, ret_scan);

	if (err < 0)
		return err;
	if (ret_scan->first_line > 0 || ret_scan->n_lines != MMR_REST) {
		error_set(-EINVAL, "seek lines in a range of lines");
		return error_hint(-EINVAL, "limit the search by bytes");
	}
	return scan_locate(reader, ret_scan, ret_start, ret_stop);
}

int mmr_line_seek(mmr_reader *reader, uint64_t from, int64_t n_lines,
	const mmr_scan_options *options, uint64_t *ret_off)
{
	struct passage passage;
	mmr_scan_options scan;
	uint64_t start, stop;
	int err;

	err = find_range(reader, options, &scan, &start, &stop);
	if (err < 0)
		return err;
	from = min_u64(max_u64(from, start), stop);
	passage = (struct passage){.delimiter = scan.delimiter, .backward = n_lines < 0};
	if (n_lines == 0) {
		passage.off = from;
	} else if (n_lines > 0) {
		passage.left = (uint64_t)n_lines;
		passage.off = stop;
		err = seek(reader, from, stop, &scan, &passage);
	} else {
		/* As unsigned, since -INT64_MIN does not fit. */
		passage.left = 0 - (uint64_t)n_lines;
		passage.off = start;
		err = seek(reader, start, from, &scan, &passage);
	}
	if (err < 0)
		return err;
	*ret_off = passage.off;
	return 0;
}

/* Checks that start <= off < stop. */
static int check_offset(uint64_t off, uint64_t start, uint64_t stop)
{
	if (off >= start && off < stop)
		return 0;
	return error_set(-ERANGE, "find the line at offset %llu in the range from %llu to %llu",
		(unsigned long long)off, (unsigned long long)start, (unsigned long long)stop);
}

int mmr_line_bounds(mmr_reader *reader, uint64_t off, const mmr_scan_options *options,
	uint64_t *ret_start, uint64_t *ret_stop)
{
	uint64_t start, stop;
	mmr_scan_options scan;
	int err;

	err = find_range(reader, options, &scan, &start, &stop);
	if (err == 0)
		err = check_offset(off, start, stop);
	/* The last line of the bytes up to `off` starts where the line around `off` does. */
	if (err == 0)
		err = mmr_line_seek(reader, off + 1, -1, &scan, &start);
	if (err == 0)
		err = mmr_line_seek(reader, off, 1, &scan, &stop);
	if (err < 0)
		return err;
	*ret_start = start;
	*ret_stop = stop;
	return 0;
}

int mmr_line_number(
	mmr_reader *reader, uint64_t off, const mmr_scan_options *options, uint64_t *ret_number)
{
	uint64_t start, stop;
	mmr_scan_options scan;
	mmr_counts counts;
	int err;

	err = find_range(reader, options, &scan, &start, &stop);
	if (err == 0 && off != stop)
		err = check_offset(off, start, stop);
	if (err < 0)
		return err;
	scan.offset = start;
	scan.length = off - start;
	err = mmr_count_lines(reader, &scan, &counts);
	if (err == 0)
		*ret_number = counts.lines - counts.unterminated;
	return err;
}
