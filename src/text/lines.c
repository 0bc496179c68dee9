/* lines.c - the parts of the line iterators that are not inlined, and the line around a byte
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "file/guard.h"
#include "simd/simd.h"

#include <mmreader/lines.h>

#include <errno.h>

mmr_lines mmr_lines_of_flags(mmr_slice slice, char delimiter, unsigned flags)
{
	mmr_lines it;

	it.positions = mmr_positions_of(slice, delimiter);
	it.line = it.positions.start;
	it.flags = flags & MMR_LINES_KEEP ? MMR_LINES_KEEP : flags;
	return it;
}

mmr_lines mmr_lines_of(mmr_slice slice, char delimiter)
{
	return mmr_lines_of_flags(slice, delimiter, 0);
}

/* No delimiter is left: return the unterminated last line, if there is one. */
bool mmr_lines_last_(mmr_lines *it, mmr_slice *ret_line)
{
	if (it->positions.error < 0 || it->line == it->positions.stop)
		return false;
	ret_line->ptr = it->line;
	ret_line->len = (size_t)(it->positions.stop - it->line);
	it->line = it->positions.stop;
	return true;
}

/* The line [start, end) without a CR at its end. The file may have been truncated since the line
 * was marked. Returns: false after a fault, which ends the iteration. */
bool mmr_lines_crlf_(
	mmr_positions *positions, const char *start, const char *end, mmr_slice *ret_line)
{
	struct guard guard;
	bool has_cr = false;

	if (end > start) {
		if (!GUARD_ENTER(&guard, end - 1, 1)) {
			positions->error = guard_fault(&guard);
			positions->stop = positions->start;
			positions->n = positions->next = 0;
			return false;
		}
		has_cr = end[-1] == '\r';
		guard_leave(&guard);
	}
	ret_line->ptr = start;
	ret_line->len = (size_t)(end - start) - has_cr;
	return true;
}

mmr_reverse_lines mmr_reverse_lines_of_flags(mmr_slice slice, char delimiter, unsigned flags)
{
	mmr_reverse_lines it;

	it.positions = mmr_positions_of(slice, delimiter);
	it.text_end = NULL;
	it.line_end = NULL;
	it.flags = flags & MMR_LINES_KEEP ? MMR_LINES_KEEP : flags;
	return it;
}

mmr_reverse_lines mmr_reverse_lines_of(mmr_slice slice, char delimiter)
{
	return mmr_reverse_lines_of_flags(slice, delimiter, 0);
}

/* Handles both ends of the walk: the last line, which may lack its terminator, and the first line,
 * which has no delimiter before it. */
bool mmr_reverse_lines_edge_(mmr_reverse_lines *it, mmr_slice *ret_line)
{
	const char *start = it->positions.start, *end, *at;
	bool terminated;

	if (!it->line_end) {
		it->line_end = it->text_end = it->positions.stop;
		if (it->line_end == start)
			return false;
		if (mmr_positions_next_back(&it->positions, &at)) {
			if (at + 1 != it->line_end) {
				ret_line->ptr = at + 1;
				ret_line->len = (size_t)(it->line_end - at - 1);
				it->text_end = at;
				it->line_end = at + 1;
				return true;
			}
			it->text_end = at;
			return mmr_reverse_lines_next(it, ret_line);
		}
	}
	if (it->positions.error < 0 || it->line_end == start)
		return false;
	end = it->text_end;
	terminated = end != it->line_end;
	it->text_end = it->line_end = start;
	if (terminated && it->flags == MMR_LINES_CRLF)
		return mmr_lines_crlf_(&it->positions, start, end, ret_line);
	ret_line->ptr = start;
	ret_line->len = (size_t)(end - start) + (terminated ? it->flags & MMR_LINES_KEEP : 0);
	return true;
}

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
