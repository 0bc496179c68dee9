/* lines.c - the parts of the line iterators that are not inlined, and the line around a byte
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "file/guard.h"
#include "simd/simd.h"
#include "text/tags.h"

#include <mmreader/lines.h>

#include <errno.h>

/* A line whose delimiter is \r has no other \r at its end. */
static mmr_positions ends_of(mmr_slice slice, char delimiter, unsigned flags)
{
	mmr_positions positions = mmr_positions_of(slice, delimiter);

	positions.tags = flags == MMR_LINES_CRLF && delimiter != '\r' ? TAGS_LINES : TAGS_NONE;
	return positions;
}

/* Returns: MMR_LINES_KEEP, MMR_LINES_CRLF or 0. */
static unsigned settle(unsigned flags)
{
	return flags & MMR_LINES_KEEP ? MMR_LINES_KEEP : flags & MMR_LINES_CRLF;
}

mmr_lines mmr_lines_of_flags(mmr_slice slice, char delimiter, unsigned flags)
{
	mmr_lines it;

	it.flags = settle(flags);
	it.positions = ends_of(slice, delimiter, it.flags);
	it.line = it.positions.start;
	return it;
}

mmr_lines mmr_lines_of(mmr_slice slice, char delimiter)
{
	return mmr_lines_of_flags(slice, delimiter, 0);
}

/* No delimiter is left: return the unterminated last line, if there is one. */
static bool last_line(mmr_lines *it, mmr_slice *ret_line)
{
	if (it->positions.error < 0 || it->line == it->positions.stop)
		return false;
	ret_line->ptr = it->line;
	ret_line->len = (size_t)(it->positions.stop - it->line);
	it->line = it->positions.stop;
	return true;
}

bool mmr_lines_more_(mmr_lines *it, mmr_slice *ret_line)
{
	if (!mmr_positions_refill_(&it->positions))
		return last_line(it, ret_line);
	return mmr_lines_next(it, ret_line);
}

/* An offset of 0 from the end of the slice takes the place of a delimiter. */
static bool last_batch(mmr_lines *it, mmr_line_batch *ret_batch)
{
	mmr_positions *positions = &it->positions;
	mmr_slice line;

	if (!last_line(it, &line))
		return false;
	positions->n = positions->next = 0;
	positions->at[0] = 0;
	ret_batch->first = line.ptr;
	ret_batch->base = line.ptr + line.len;
	ret_batch->ends = positions->at;
	ret_batch->n = 1;
	return true;
}

bool mmr_lines_next_batch(mmr_lines *it, mmr_line_batch *ret_batch)
{
	mmr_positions *positions = &it->positions;
	uint16_t last;

	if (positions->next == positions->n && !mmr_positions_refill_(positions))
		return last_batch(it, ret_batch);
	last = positions->at[positions->n - 1];
	ret_batch->first = it->line;
	ret_batch->base = positions->base;
	ret_batch->ends = positions->at + positions->next;
	ret_batch->n = positions->n - positions->next;
	positions->next = positions->n;
	it->line = positions->base + (last & ~MMR_LINE_CR) + 1;
	return true;
}

DEFINE_FILL(mmr_lines_fill, mmr_lines, mmr_slice, mmr_lines_next)

mmr_reverse_lines mmr_reverse_lines_of_flags(mmr_slice slice, char delimiter, unsigned flags)
{
	mmr_reverse_lines it;

	it.flags = settle(flags);
	it.positions = ends_of(slice, delimiter, it.flags);
	it.line_end = NULL;
	it.started = false;
	return it;
}

mmr_reverse_lines mmr_reverse_lines_of(mmr_slice slice, char delimiter)
{
	return mmr_reverse_lines_of_flags(slice, delimiter, 0);
}

/* Before the first line: takes the delimiter that ends the slice, if there is one. */
static void start_back(mmr_reverse_lines *it)
{
	mmr_positions *positions = &it->positions;
	const char *stop = positions->stop, *at;
	uint16_t end;

	it->started = true;
	if (stop == positions->start)
		return;
	/* The line lacks the delimiter that KEEP adds. */
	it->line_end = stop - (it->flags & MMR_LINES_KEEP);
	if (!mmr_positions_refill_back_(positions))
		return;
	end = positions->at[0];
	at = positions->base + (end & ~MMR_LINE_CR);
	if (at + 1 == stop) {
		it->line_end = at - end / MMR_LINE_CR;
		positions->next = 1;
	}
}

/* Handles both ends of the walk: the last line, which may lack its terminator, and the first line,
 * which has no delimiter before it. */
bool mmr_reverse_lines_more_(mmr_reverse_lines *it, mmr_slice *ret_line)
{
	mmr_positions *positions = &it->positions;

	if (!it->started)
		start_back(it);
	if (!it->line_end)
		return false;
	if (positions->next < positions->n || mmr_positions_refill_back_(positions))
		return mmr_reverse_lines_next(it, ret_line);
	if (positions->error < 0)
		return false;
	ret_line->ptr = positions->start;
	ret_line->len = (size_t)(it->line_end - positions->start) + (it->flags & MMR_LINES_KEEP);
	it->line_end = NULL;
	return true;
}

DEFINE_FILL(mmr_reverse_lines_fill, mmr_reverse_lines, mmr_slice, mmr_reverse_lines_next)

/* Most lines end and start within so many bytes. */
#define NEAR ((size_t)256)

/* Looks for the start and the stop of a line in the bytes near to one of its bytes. Both are
 * unchanged where there is no delimiter. */
static int look_around(
	mmr_slice bytes, size_t off, char delimiter, size_t *ret_start, size_t *ret_stop)
{
	const struct simd_kernels *kernels = simd_kernels();
	struct simd_probe probe = {.n = 1, .bytes = {(unsigned char)delimiter}};
	size_t before = min_size(off, NEAR), after = min_size(bytes.len - off, NEAR);
	const char *at = bytes.ptr + off;
	uint16_t places[SIMD_ROOM];
	struct guard guard;
	size_t used;

	if (!GUARD_ENTER(&guard, at - before, before + after))
		return guard_fault(&guard);
	if (before > 0 && kernels->mark_back(at - before, before, &probe, places, &used) > 0)
		*ret_start = off - before + places[0] + 1;
	if (kernels->mark(at, after, &probe, places, &used) > 0)
		*ret_stop = off + places[0] + 1;
	guard_leave(&guard);
	return 0;
}

int mmr_line_around(mmr_slice bytes, size_t off, char delimiter, mmr_slice *ret_line)
{
	size_t start = SIZE_MAX, stop = SIZE_MAX;
	mmr_positions positions;
	mmr_slice part;
	const char *at;
	int err;

	if (slice_is_nowhere(bytes))
		return error_nowhere();
	if (off >= bytes.len)
		return error_set(-ERANGE, "find the line at offset %zu of a slice of %zu bytes",
			off, bytes.len);
	err = look_around(bytes, off, delimiter, &start, &stop);
	if (err == 0 && start == SIZE_MAX) {
		part = (mmr_slice){bytes.ptr, off - min_size(off, NEAR)};
		positions = mmr_positions_of(part, delimiter);
		start = mmr_positions_next_back(&positions, &at) ? (size_t)(at - bytes.ptr) + 1 : 0;
		err = mmr_positions_error(&positions);
	}
	if (err == 0 && stop == SIZE_MAX) {
		stop = off + min_size(bytes.len - off, NEAR);
		part = (mmr_slice){bytes.ptr + stop, bytes.len - stop};
		positions = mmr_positions_of(part, delimiter);
		stop = mmr_positions_next(&positions, &at) ? (size_t)(at - bytes.ptr) + 1
							   : bytes.len;
		err = mmr_positions_error(&positions);
	}
	if (err < 0)
		return err;
	ret_line->ptr = bytes.ptr + start;
	ret_line->len = stop - start;
	return 0;
}

int mmr_line_around_slice(mmr_slice bytes, mmr_slice slice, char delimiter, mmr_slice *ret_line)
{
	/* Pointers into different objects cannot be compared. */
	uintptr_t start = (uintptr_t)bytes.ptr, at = (uintptr_t)slice.ptr;
	mmr_slice line = {NULL, 0}, last = line;
	size_t off, stop;
	int err;

	if (slice_is_nowhere(bytes))
		return error_nowhere();
	if (at < start || at - start > bytes.len || slice.len > bytes.len - (at - start))
		return error_set(-ERANGE, "find the line around a slice that is not in the bytes");
	off = at - start;
	stop = off + slice.len;
	err = mmr_line_around(bytes, off, delimiter, &line);
	if (err == 0 && stop > (size_t)(line.ptr - bytes.ptr) + line.len) {
		err = mmr_line_around(bytes, stop - 1, delimiter, &last);
		if (err == 0)
			line.len = (size_t)(last.ptr - line.ptr) + last.len;
	}
	if (err == 0)
		*ret_line = line;
	return err;
}
