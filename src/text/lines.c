/* lines.c - the parts of the line iterators that are not inlined, and the line around a byte
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "file/guard.h"

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

int mmr_line_around(mmr_slice bytes, size_t off, char delimiter, mmr_slice *ret_line)
{
	const char *start = bytes.ptr, *stop, *at;
	mmr_slice before = {bytes.ptr, off}, rest;
	mmr_positions positions;

	if (slice_is_nowhere(bytes))
		return error_nowhere();
	if (off >= bytes.len)
		return error_set(-ERANGE, "find the line at offset %zu of a slice of %zu bytes",
			off, bytes.len);
	rest.ptr = bytes.ptr + off;
	rest.len = bytes.len - off;
	positions = mmr_positions_of(before, delimiter);
	if (mmr_positions_next_back(&positions, &at))
		start = at + 1;
	if (mmr_positions_error(&positions) < 0)
		return mmr_positions_error(&positions);
	positions = mmr_positions_of(rest, delimiter);
	stop = mmr_positions_next(&positions, &at) ? at + 1 : bytes.ptr + bytes.len;
	if (mmr_positions_error(&positions) < 0)
		return mmr_positions_error(&positions);
	ret_line->ptr = start;
	ret_line->len = (size_t)(stop - start);
	return 0;
}
