/* units.c - the starts of lines, and the same calls for records and rows
 *
 * SPDX-License-Identifier: MIT */
#include "scan/units.h"

#include <errno.h>

/* The delimiters before the starts in [from, to). */
static mmr_slice ends_of(const struct unit_view *view, size_t from, size_t to)
{
	size_t stop = min_size(to - 1, view->bytes.len);

	return (mmr_slice){view->bytes.ptr + from - 1, stop > from - 1 ? stop - (from - 1) : 0};
}

int units_next(const struct units *units, const struct unit_view *view, size_t from, size_t to,
	size_t *ret_at)
{
	uint64_t left = 1;
	mmr_positions ends;
	const char *at;

	if (from >= to)
		return 0;
	if (units->records)
		return units->records->forward(units->records, view, from, to, &left, ret_at);
	ends = mmr_positions_of(ends_of(view, from, to), units->delimiter);
	if (!mmr_positions_next(&ends, &at))
		return mmr_positions_error(&ends);
	*ret_at = (size_t)(at - view->bytes.ptr) + 1;
	return 1;
}

int units_last(const struct units *units, const struct unit_view *view, size_t from, size_t to,
	size_t *ret_at)
{
	uint64_t left = 1;
	mmr_positions ends;
	const char *at;

	if (from >= to)
		return 0;
	if (units->records)
		return units->records->backward(units->records, view, from, to, &left, ret_at);
	ends = mmr_positions_of(ends_of(view, from, to), units->delimiter);
	if (!mmr_positions_next_back(&ends, &at))
		return mmr_positions_error(&ends);
	*ret_at = (size_t)(at - view->bytes.ptr) + 1;
	return 1;
}

int units_count(const struct units *units, const struct unit_view *view, size_t from, size_t to,
	uint64_t *ret_n)
{
	uint64_t left = UINT64_MAX;
	size_t at;
	int err;

	*ret_n = 0;
	if (from >= to)
		return 0;
	if (!units->records)
		return mmr_slice_count(ends_of(view, from, to), units->delimiter, ret_n);
	err = units->records->forward(units->records, view, from, to, &left, &at);
	*ret_n = UINT64_MAX - left;
	return err;
}

int units_select(const struct units *units, const struct unit_view *view, size_t from, size_t to,
	uint64_t n, size_t *ret_at)
{
	uint64_t left = n + 1;
	int found;

	if (from >= to)
		return 0;
	if (units->records)
		return units->records->forward(units->records, view, from, to, &left, ret_at);
	found = mmr_slice_select(ends_of(view, from, to), units->delimiter, n, ret_at);
	*ret_at += from;
	return found;
}

/* --- Whole units ------------------------------------------------------------------------------ */

static struct unit_view whole(mmr_slice bytes, size_t known)
{
	return (struct unit_view){bytes, true, known};
}

/* The last unit does not count as a start after it if it is not followed by another one. */
int units_in(const struct units *units, mmr_slice bytes, uint64_t *ret_n)
{
	struct unit_view view = whole(bytes, 0);
	int err;

	*ret_n = 0;
	if (bytes.len == 0)
		return 0;
	err = units_count(units, &view, 1, bytes.len, ret_n);
	*ret_n += 1;
	return err;
}

int records_around(
	const struct units *units, mmr_slice bytes, size_t known, size_t at, mmr_slice *ret_unit)
{
	struct unit_view view = whole(bytes, known);
	size_t start = known, stop = bytes.len;
	int found;

	found = units_last(units, &view, known + 1, at + 1, &start);
	view.known = start;
	if (found >= 0)
		found = units_next(units, &view, at + 1, bytes.len, &stop);
	if (found < 0)
		return found;
	*ret_unit = (mmr_slice){bytes.ptr + start, stop - start};
	return 0;
}

static int lines_forward(char delimiter, mmr_slice bytes, size_t *at, uint64_t *n)
{
	mmr_positions ends;
	const char *end;

	/* Without bytes there is no address. */
	if (*at >= bytes.len)
		return 0;
	ends = mmr_positions_of((mmr_slice){bytes.ptr + *at, bytes.len - *at}, delimiter);
	for (; *n > 0 && *at < bytes.len; --*n) {
		if (mmr_positions_next(&ends, &end))
			*at = (size_t)(end - bytes.ptr) + 1;
		else if (mmr_positions_error(&ends) < 0)
			return mmr_positions_error(&ends);
		else
			*at = bytes.len;
	}
	return 0;
}

static int lines_backward(char delimiter, mmr_slice bytes, size_t least, size_t *at, uint64_t *n)
{
	mmr_positions ends;
	const char *end;

	/* Without bytes there is no address. */
	if (*at <= least)
		return 0;
	/* The delimiter before `*at` ends the first line on the way. */
	ends = mmr_positions_of((mmr_slice){bytes.ptr + least, *at - least - 1}, delimiter);
	for (; *n > 0 && *at > least; --*n) {
		if (mmr_positions_next_back(&ends, &end))
			*at = (size_t)(end - bytes.ptr) + 1;
		else if (mmr_positions_error(&ends) < 0)
			return mmr_positions_error(&ends);
		else
			*at = least;
	}
	return 0;
}

/* The last unit is not followed by a start. */
int units_forward(const struct units *units, mmr_slice bytes, size_t *at, uint64_t *n)
{
	const mmr_split *records = units->records;
	struct unit_view view = whole(bytes, *at);
	int found;

	if (!records)
		return lines_forward(units->delimiter, bytes, at, n);
	if (*n == 0 || *at >= bytes.len)
		return 0;
	found = records->forward(records, &view, *at + 1, bytes.len, n, at);
	if (found != 0)
		return found < 0 ? found : 0;
	*at = bytes.len;
	--*n;
	return 0;
}

int units_backward(
	const struct units *units, mmr_slice bytes, size_t least, size_t *at, uint64_t *n)
{
	const mmr_split *records = units->records;
	struct unit_view view = whole(bytes, least);
	int found;

	if (!records)
		return lines_backward(units->delimiter, bytes, least, at, n);
	if (*n == 0 || *at <= least)
		return 0;
	found = records->backward(records, &view, least + 1, *at, n, at);
	if (found != 0)
		return found < 0 ? found : 0;
	*at = least;
	--*n;
	return 0;
}

/* --- Marks ------------------------------------------------------------------------------------ */

/* Closer marks are not worth their time. */
#define MARK_STEP ((size_t)4096)

int unit_marks_of(const struct units *units, mmr_slice bytes, struct unit_marks *ret_marks)
{
	size_t step = bytes.len / UNIT_MARKS + MARK_STEP, at = 0;
	struct unit_view view = whole(bytes, 0);
	int found = 1;

	ret_marks->at[0] = 0;
	ret_marks->n = 1;
	while (units_are_rows(units) && step < bytes.len - at) {
		view.known = at;
		found = units_next(units, &view, at + step, bytes.len, &at);
		if (found <= 0)
			return found;
		ret_marks->at[ret_marks->n++] = at;
	}
	return 0;
}

size_t unit_marks_before(const struct unit_marks *marks, size_t at)
{
	unsigned i = marks->n;

	while (i > 1 && marks->at[i - 1] >= at)
		i--;
	return marks->at[i - 1];
}

/* --- Walks ------------------------------------------------------------------------------------ */

/* The iterator is not cleared: it is large. */
static void start_walk(struct unit_walk *walk, const struct units *units, mmr_slice bytes)
{
	walk->units = units;
	walk->of_records = units->records != NULL;
	walk->bytes = bytes;
	walk->start = 0;
	walk->stop = bytes.len;
	walk->error = 0;
}

void unit_walk_start(struct unit_walk *walk, const struct units *units, mmr_slice bytes)
{
	start_walk(walk, units, bytes);
	if (units_are_rows(units))
		walk->by.rows = row_ends_of(units->records->separator, bytes);
	else if (!walk->of_records)
		walk->by.forward = mmr_lines_of_flags(bytes, units->delimiter, MMR_LINES_KEEP);
}

void unit_walk_start_back(struct unit_walk *walk, const struct units *units, mmr_slice bytes)
{
	start_walk(walk, units, bytes);
	if (units_are_rows(units)) {
		walk->error = unit_marks_of(units, bytes, &walk->by.rows_back.marks);
		walk->by.rows_back.n = 0;
	} else if (!walk->of_records) {
		walk->by.backward =
			mmr_reverse_lines_of_flags(bytes, units->delimiter, MMR_LINES_KEEP);
	}
}

static int next_row(struct unit_walk *walk, size_t *stop)
{
	const char *end;

	if (row_ends_next(&walk->by.rows, &end))
		*stop = (size_t)(end - walk->bytes.ptr) + 1;
	return walk->by.rows.error;
}

bool unit_walk_record(struct unit_walk *walk, mmr_slice *ret_unit)
{
	struct unit_view view = whole(walk->bytes, 0);
	size_t start = walk->start, stop = walk->stop;

	if (walk->error < 0 || start == stop)
		return false;
	if (units_are_rows(walk->units))
		walk->error = next_row(walk, &stop);
	else
		walk->error = units_next(walk->units, &view, start + 1, stop, &stop);
	if (walk->error < 0)
		return false;
	*ret_unit = (mmr_slice){walk->bytes.ptr + start, stop - start};
	walk->start = stop;
	return true;
}

/* Keeps the starts of the last rows between the last mark before the end and the end. */
static int keep_rows(struct unit_walk *walk)
{
	struct row_walk *rows = &walk->by.rows_back;
	size_t known = unit_marks_before(&rows->marks, walk->stop), at = known;
	struct unit_view view = whole(walk->bytes, known);
	uint64_t n_starts;
	struct row_ends ends;
	const char *end;
	int found;

	found = units_count(walk->units, &view, known + 1, walk->stop, &n_starts);
	if (found == 0 && n_starts >= UNIT_MARKS)
		found = units_select(
			walk->units, &view, known + 1, walk->stop, n_starts - UNIT_MARKS, &at);
	if (found < 0)
		return found;
	ends = row_ends_of(walk->units->records->separator,
		(mmr_slice){walk->bytes.ptr + at, walk->stop - at});
	for (rows->n = 0; rows->n < UNIT_MARKS && at < walk->stop;) {
		rows->starts[rows->n++] = at;
		if (!row_ends_next(&ends, &end))
			break;
		at = (size_t)(end - walk->bytes.ptr) + 1;
	}
	return ends.error;
}

static int last_row(struct unit_walk *walk, size_t *start)
{
	struct row_walk *rows = &walk->by.rows_back;
	int err = rows->n == 0 ? keep_rows(walk) : 0;

	if (err == 0)
		*start = rows->starts[--rows->n];
	return err;
}

bool unit_walk_record_back(struct unit_walk *walk, mmr_slice *ret_unit)
{
	struct unit_view view = whole(walk->bytes, 0);
	size_t start = walk->start, stop = walk->stop;

	if (walk->error < 0 || start == stop)
		return false;
	if (units_are_rows(walk->units))
		walk->error = last_row(walk, &start);
	else
		walk->error = units_last(walk->units, &view, start + 1, stop, &start);
	if (walk->error < 0)
		return false;
	*ret_unit = (mmr_slice){walk->bytes.ptr + start, stop - start};
	walk->stop = start;
	return true;
}

int unit_walk_error(const struct unit_walk *walk)
{
	if (walk->of_records)
		return walk->error < 0 ? walk->error : 0;
	return mmr_lines_error(&walk->by.forward);
}

int unit_walk_back_error(const struct unit_walk *walk)
{
	if (walk->of_records)
		return walk->error < 0 ? walk->error : 0;
	return mmr_reverse_lines_error(&walk->by.backward);
}
