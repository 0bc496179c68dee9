/* seek.c - finds the starts and the numbers of lines and records by counting starts
 *
 * Rows are found by rows_seek, in their own way, and records of a fixed size by arithmetic.
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"
#include "scan/fixed.h"
#include "scan/index.h"
#include "scan/options.h"
#include "scan/rows.h"
#include "scan/run.h"
#include "scan/units.h"

#include <errno.h>

/* A search has up to three scans of so many bytes. Most lines are near, so the first scan is short.
 * Only the last one has several threads, because threads take longer to start than the others take.
 */
static const uint64_t steps[] = {(uint64_t)64 << 10, (uint64_t)4 << 20, MMR_REST};

/* Starts in a range of bytes. What all workers share; `left` and `off` are changed in turn. */
struct passage {
	struct units units;
	uint64_t start, stop; /* of the range */
	uint64_t from, to;    /* starts in [from, to) of this step are passed; from > start */
	bool backward;
	uint64_t left; /* starts to pass */
	uint64_t off;  /* the last one of them */
};

struct state {
	struct passage *passage;
	struct unit_view view;
	size_t from, to; /* starts that the block owns and that are to be passed */
	uint64_t found;
};

static size_t clamp_to(uint64_t off, const mmr_block *block)
{
	return (size_t)min_u64(off - min_u64(off, block->off), block->bytes.len + 1);
}

static int count_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	const struct passage *passage = state->passage;
	size_t mark = units_mark(&passage->units), own = block->bytes.len - block->ahead;
	bool at_start = block->off == passage->start;

	state->view = (struct unit_view){block->bytes, at_start, 0};
	state->from = clamp_to(passage->from, block);
	state->from = at_start || state->from > mark ? state->from : mark;
	state->to = min_size(clamp_to(passage->to, block), own + mark);
	return units_count(&passage->units, &state->view, state->from, state->to, &state->found);
}

/* Returns: 1 when the wanted start is found. */
static int pass_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	struct passage *passage = state->passage;
	uint64_t nth;
	size_t at;
	int found;

	if (passage->left > state->found) {
		passage->left -= state->found;
		return 0;
	}
	nth = passage->backward ? state->found - passage->left : passage->left - 1;
	found = units_select(&passage->units, &state->view, state->from, state->to, nth, &at);
	if (found > 0) {
		passage->off = block->off + at;
		passage->left = 0;
	}
	return found;
}

/* Scans the bytes that decide about the starts of a step, and those that blocks show ahead. */
static int pass(mmr_reader *reader, const mmr_scan_options *scan, struct passage *passage)
{
	size_t mark = units_mark(&passage->units), ahead = units_ahead(&passage->units);
	uint64_t first = passage->from - min_u64(passage->from, mark);
	uint64_t last = passage->to - min_u64(passage->to, 1) + ahead;
	mmr_scan_options how = *scan;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_job job = {.work = count_block,
		.collect = pass_block,
		.start = scan_keep_context,
		.context = passage,
		.state_size = sizeof(struct state)};

	how.offset = max_u64(first, passage->start);
	how.length = min_u64(last, passage->stop) - how.offset;
	cut.split_lines = true;
	cut.ahead = ahead;
	cut.backward = passage->backward;
	cut.skip_holes = !cut.backward && scan->delimiter != '\0';
	return mmr_scan_run(reader, &how, &cut, &job);
}

/* Passes the starts in [from, to), from the last one where `passage` is backward. */
static int seek(mmr_reader *reader, uint64_t from, uint64_t to, const mmr_scan_options *scan,
	struct passage *passage)
{
	mmr_scan_options how = *scan;
	uint64_t len;
	size_t step;
	int err = 0;

	for (step = 0; err == 0 && from < to; step++) {
		len = min_u64(to - from, steps[step]);
		passage->from = passage->backward ? to - len : from;
		passage->to = passage->from + len;
		how.n_threads = steps[step] == MMR_REST ? scan->n_threads : 1;
		err = pass(reader, &how, passage);
		if (passage->backward)
			to -= len;
		else
			from += len;
	}
	return err;
}

static bool has_rows(const mmr_scan_options *scan)
{
	return scan->records && scan->records->of_rows;
}

/* --- With an index ---------------------------------------------------------------------------- */

/* Adds the starts in (edge, off] that are after the last edge of an index. `entry` is that of the
 * edge. */
static int count_rest(mmr_reader *reader, const mmr_scan_options *scan, uint64_t edge, uint64_t off,
	struct index_entry *entry)
{
	struct passage passage = {.units = units_of(scan),
		.stop = mmr_size(reader),
		.from = edge + 1,
		.to = off + 1,
		.left = UINT64_MAX};
	mmr_scan_options all = *scan;
	int err;

	all.first_line = 0;
	all.n_lines = MMR_REST;
	all.progress = NULL;
	if (has_rows(scan))
		return rows_count_from(reader, &all, entry->state, edge, off, &entry->rank);
	err = pass(reader, &all, &passage);
	entry->rank += UINT64_MAX - passage.left;
	return err;
}

/* Finds the number of starts in [1, off]. */
static int rank_of(
	mmr_reader *reader, const mmr_scan_options *scan, uint64_t off, uint64_t *ret_rank)
{
	struct index_entry entry = {0, ROW_START};
	uint64_t edge;
	int found = index_floor(scan->index, off, &edge, &entry);

	if (found == 0)
		found = index_count(scan->index, edge, off, &entry.rank);
	if (found == 0)
		found = count_rest(reader, scan, edge, off, &entry);
	*ret_rank = entry.rank;
	return found < 0 ? found : 0;
}

/* Finds the start whose rank is wanted. It is after the last edge of the index. */
static int seek_rest(
	mmr_reader *reader, const mmr_scan_options *scan, uint64_t rank, struct passage *passage)
{
	struct index_entry entry;
	uint64_t edge;
	int err = index_floor(scan->index, passage->stop, &edge, &entry);

	passage->off = passage->stop;
	if (err < 0 || edge >= passage->stop)
		return err;
	if (has_rows(scan))
		return rows_seek_from(reader, scan, entry.state, edge, passage->stop,
			rank - entry.rank, &passage->off);
	passage->left = rank - entry.rank;
	passage->start = 0;
	passage->backward = false;
	return seek(reader, edge + 1, passage->stop + 1, scan, passage);
}

/* Does the work of mmr_line_seek by an index. */
static int seek_indexed(mmr_reader *reader, uint64_t from, uint64_t n_lines,
	const mmr_scan_options *scan, struct passage *passage)
{
	struct passage range = *passage;
	uint64_t rank;
	int found;

	if (passage->backward && from <= range.start) {
		passage->off = range.start;
		return 0;
	}
	if (!passage->backward) {
		found = index_near(scan->index, from, n_lines, &passage->off);
		passage->off = min_u64(passage->off, range.stop);
		if (found != 0)
			return found < 0 ? found : 0;
	}
	found = rank_of(reader, scan, from - passage->backward, &rank);
	if (found < 0)
		return found;
	if (passage->backward && n_lines > rank) {
		passage->off = range.start;
		return 0;
	}
	rank = passage->backward ? rank - n_lines + 1 : rank + n_lines;
	found = index_select(scan->index, rank, &passage->off);
	if (found == 0)
		found = seek_rest(reader, scan, rank, passage);
	passage->off = min_u64(max_u64(passage->off, range.start), range.stop);
	return found < 0 ? found : 0;
}

/* Errors are left to the scan that is done instead. It reports those of the file. */
static bool has_result(mmr_index *index, int err, const struct error_note *note)
{
	if (err == 0)
		return true;
	atomic_store(&index->failure, err);
	error_restore(note);
	return false;
}

/* Queries the index of a scan. Returns: whether it has set `passage->off`. */
static bool query_index(mmr_reader *reader, uint64_t from, int64_t n_lines,
	const mmr_scan_options *scan, struct passage *passage)
{
	/* As unsigned, since -INT64_MIN does not fit. */
	uint64_t n = n_lines < 0 ? 0 - (uint64_t)n_lines : (uint64_t)n_lines;
	struct passage asked = *passage;
	struct error_note note;
	int err;

	if (!index_serves(scan->index, reader, scan))
		return false;
	error_save(&note);
	err = seek_indexed(reader, from, n, scan, &asked);
	passage->off = asked.off;
	return has_result(scan->index, err, &note);
}

bool index_count_starts(mmr_reader *reader, const mmr_scan_options *scan, uint64_t start,
	uint64_t stop, uint64_t *ret_n)
{
	uint64_t before, up_to;
	struct error_note note;
	int err;

	if (!index_serves(scan->index, reader, scan))
		return false;
	error_save(&note);
	err = rank_of(reader, scan, start, &before);
	if (err == 0)
		err = rank_of(reader, scan, stop, &up_to);
	if (err == 0)
		*ret_n = up_to - before;
	return has_result(scan->index, err, &note);
}

/* --- Without one ------------------------------------------------------------------------------ */

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
	err = scan_locate(reader, ret_scan, ret_start, ret_stop);
	if (err < 0)
		return err;
	ret_scan->offset = *ret_start;
	ret_scan->length = *ret_stop - *ret_start;
	return 0;
}

int scan_seek(mmr_reader *reader, uint64_t known, uint64_t from, int64_t n_lines,
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
	passage = (struct passage){
		.units = units_of(&scan), .start = start, .stop = stop, .backward = n_lines < 0};
	if (n_lines == 0) {
		passage.off = from;
	} else if (split_is_fixed(scan.records)) {
		passage.off = fixed_seek(scan.records, start, stop, from, n_lines);
	} else if (query_index(reader, from, n_lines, &scan, &passage)) {
		err = 0;
	} else if (has_rows(&scan)) {
		return rows_seek(reader, &scan, max_u64(known, start), from, n_lines, ret_off);
	} else if (n_lines > 0) {
		passage.left = (uint64_t)n_lines;
		passage.off = stop;
		err = seek(reader, from + 1, stop + 1, &scan, &passage);
	} else {
		/* As unsigned, since -INT64_MIN does not fit. */
		passage.left = 0 - (uint64_t)n_lines;
		passage.off = start;
		err = seek(reader, start + 1, from, &scan, &passage);
	}
	if (err < 0)
		return err;
	*ret_off = passage.off;
	return 0;
}

int mmr_line_seek(mmr_reader *reader, uint64_t from, int64_t n_lines,
	const mmr_scan_options *options, uint64_t *ret_off)
{
	return scan_seek(reader, 0, from, n_lines, options, ret_off);
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
	/* The last start up to `off` is the one of the line around `off`. */
	if (err == 0)
		err = mmr_line_seek(reader, off + 1, -1, &scan, &start);
	if (err == 0)
		err = scan_seek(reader, start, has_rows(&scan) ? start : off, 1, &scan, &stop);
	if (err < 0)
		return err;
	*ret_start = start;
	*ret_stop = stop;
	return 0;
}

int mmr_line_find(
	mmr_reader *reader, uint64_t number, const mmr_scan_options *options, mmr_slice *ret_line)
{
	uint64_t start, stop, off, end;
	mmr_slice all = mmr_bytes(reader);
	mmr_scan_options scan;
	int err;

	err = find_range(reader, options, &scan, &start, &stop);
	if (err == 0 && slice_is_nowhere(all))
		err = error_nowhere();
	if (err == 0)
		err = mmr_line_seek(
			reader, start, (int64_t)min_u64(number, INT64_MAX), &scan, &off);
	if (err < 0)
		return err;
	/* Only whole records are found. */
	if (off == stop || (split_is_fixed(scan.records) && stop - off < scan.records->size))
		return error_set(-ERANGE, "find line %llu of '%s'", (unsigned long long)number,
			reader->name);
	err = scan_seek(reader, off, off, 1, &scan, &end);
	if (err == 0)
		*ret_line = (mmr_slice){all.ptr + off, (size_t)(end - off)};
	return err;
}

int mmr_line_number(
	mmr_reader *reader, uint64_t off, const mmr_scan_options *options, uint64_t *ret_number)
{
	struct passage passage = {.left = UINT64_MAX};
	mmr_scan_options scan;
	int err;

	err = find_range(reader, options, &scan, &passage.start, &passage.stop);
	if (err == 0 && off != passage.stop)
		err = check_offset(off, passage.start, passage.stop);
	if (err < 0)
		return err;
	if (split_is_fixed(scan.records)) {
		*ret_number = fixed_count(scan.records, passage.start, off);
		return 0;
	}
	if (index_count_starts(reader, &scan, passage.start, off, ret_number))
		return 0;
	if (has_rows(&scan))
		return rows_number(reader, &scan, off, ret_number);
	passage.units = units_of(&scan);
	passage.from = passage.start + 1;
	passage.to = off + 1;
	err = off > passage.start ? pass(reader, &scan, &passage) : 0;
	if (err == 0)
		*ret_number = UINT64_MAX - passage.left;
	return err;
}
