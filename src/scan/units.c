/* units.c - the starts of lines, and the functions of records behind the same calls
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

static struct unit_view whole(mmr_slice bytes)
{
	return (struct unit_view){bytes, true};
}

/* The last unit does not count as a start after it if it is not followed by another one. */
int units_in(const struct units *units, mmr_slice bytes, uint64_t *ret_n)
{
	struct unit_view view = whole(bytes);
	int err;

	*ret_n = 0;
	if (bytes.len == 0)
		return 0;
	err = units_count(units, &view, 1, bytes.len, ret_n);
	*ret_n += 1;
	return err;
}

int records_around(const struct units *units, mmr_slice bytes, size_t at, mmr_slice *ret_unit)
{
	struct unit_view view = whole(bytes);
	size_t start = 0, stop = bytes.len;
	int found;

	found = units_last(units, &view, 1, at + 1, &start);
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

int units_forward(const struct units *units, mmr_slice bytes, size_t *at, uint64_t *n)
{
	struct unit_view view = whole(bytes);
	int found;

	if (!units->records)
		return lines_forward(units->delimiter, bytes, at, n);
	for (; *n > 0 && *at < bytes.len; --*n) {
		found = units_next(units, &view, *at + 1, bytes.len, at);
		if (found < 0)
			return found;
		if (found == 0)
			*at = bytes.len;
	}
	return 0;
}

int units_backward(
	const struct units *units, mmr_slice bytes, size_t least, size_t *at, uint64_t *n)
{
	struct unit_view view = whole(bytes);
	int found;

	if (!units->records)
		return lines_backward(units->delimiter, bytes, least, at, n);
	for (; *n > 0 && *at > least; --*n) {
		found = units_last(units, &view, least + 1, *at, at);
		if (found < 0)
			return found;
		if (found == 0)
			*at = least;
	}
	return 0;
}

/* --- Walks ------------------------------------------------------------------------------------ */

struct unit_walk unit_walk_of(const struct units *units, mmr_slice bytes)
{
	struct unit_walk walk;

	walk.units = units;
	walk.of_records = units->records != NULL;
	walk.bytes = bytes;
	walk.start = 0;
	walk.stop = bytes.len;
	walk.error = 0;
	if (!walk.of_records)
		walk.lines.forward = mmr_lines_of_flags(bytes, units->delimiter, MMR_LINES_KEEP);
	return walk;
}

struct unit_walk unit_walk_back_of(const struct units *units, mmr_slice bytes)
{
	struct unit_walk walk;

	walk.units = units;
	walk.of_records = units->records != NULL;
	walk.bytes = bytes;
	walk.start = 0;
	walk.stop = bytes.len;
	walk.error = 0;
	if (!walk.of_records)
		walk.lines.backward =
			mmr_reverse_lines_of_flags(bytes, units->delimiter, MMR_LINES_KEEP);
	return walk;
}

bool unit_walk_record(struct unit_walk *walk, mmr_slice *ret_unit)
{
	struct unit_view view = whole(walk->bytes);
	size_t start = walk->start, stop = walk->stop;

	if (walk->error < 0 || start == stop)
		return false;
	walk->error = units_next(walk->units, &view, start + 1, stop, &stop);
	if (walk->error < 0)
		return false;
	*ret_unit = (mmr_slice){walk->bytes.ptr + start, stop - start};
	walk->start = stop;
	return true;
}

bool unit_walk_record_back(struct unit_walk *walk, mmr_slice *ret_unit)
{
	struct unit_view view = whole(walk->bytes);
	size_t start = walk->start, stop = walk->stop;

	if (walk->error < 0 || start == stop)
		return false;
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
	return mmr_lines_error(&walk->lines.forward);
}

int unit_walk_back_error(const struct unit_walk *walk)
{
	if (walk->of_records)
		return walk->error < 0 ? walk->error : 0;
	return mmr_reverse_lines_error(&walk->lines.backward);
}
