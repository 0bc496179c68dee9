/* lines.h - the lines of a slice, forward and backward
 *
 * A line ends with its delimiter. The last line may lack the delimiter and still counts. "" has no
 * lines, "\n" has one empty line. The lines joined with their terminators are the input. Backward
 * iteration returns the same lines in reverse order. Both are built on positions.h, whose rules
 * apply.
 *
 *	mmr_lines it = mmr_lines_of(bytes, '\n');
 *	while (mmr_lines_next(&it, &line))
 *		use(line);
 *	err = mmr_lines_error(&it);
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_LINES_H
#define MMREADER_LINES_H

#include <mmreader/positions.h>

MMR_BEGIN_DECLS

/* Flags of lines. */
enum {
	MMR_LINES_KEEP = 1, /* lines include their terminator */
	MMR_LINES_CRLF = 2  /* a \r before the delimiter is removed too */
};

/* Iterates over lines. Members are private. At most 600 bytes. */
typedef struct mmr_lines {
	mmr_positions positions;
	const char *line; /* start of the next line */
	unsigned flags;
} mmr_lines;

/* The lines of a slice, without their terminators. `delimiter` may be any byte. */
MMR_API mmr_lines mmr_lines_of(mmr_slice slice, char delimiter);

/* Like mmr_lines_of, with MMR_LINES_... flags; KEEP overrides CRLF. */
MMR_API mmr_lines mmr_lines_of_flags(mmr_slice slice, char delimiter, unsigned flags);

/* In the end of a line: a \r before the delimiter is to be removed. */
#define MMR_LINE_CR ((uint16_t)0x8000)

/* Private: used by the inline call below. */
MMR_API bool mmr_lines_more_(mmr_lines *it, mmr_slice *ret_line);

/* The next line.
 *
 * Returns: false at the end or at a fault; mmr_lines_error reports which. `*ret_line` is then
 *   unchanged.
 * Lifetime: that of the slice. */
MMR_INLINE bool mmr_lines_next(mmr_lines *it, mmr_slice *ret_line)
{
	const char *start = it->line, *at;
	uint16_t end;

	if (it->positions.next == it->positions.n)
		return mmr_lines_more_(it, ret_line);
	end = it->positions.at[it->positions.next++];
	ret_line->ptr = start;
	if (it->flags == MMR_LINES_CRLF) {
		at = it->positions.base + (end & ~MMR_LINE_CR);
		ret_line->len = (size_t)(at - start) - end / MMR_LINE_CR;
	} else {
		at = it->positions.base + end;
		ret_line->len = (size_t)(at - start) + it->flags;
	}
	it->line = at + 1;
	return true;
}

/* Up to 256 lines. Line i ends before the byte at base + ends[i], which is its delimiter. The first
 * line starts at `first`, each other one after the delimiter of the line before. */
typedef struct mmr_line_batch {
	const char *first;
	const char *base;
	const uint16_t *ends;
	size_t n;
} mmr_line_batch;

/* The ends of the next lines, as many as one scan of 4 KiB finds. A loop over them keeps its state
 * in registers, so it is faster than mmr_lines_next where it does little for each line. Calls of
 * both for one iterator may be mixed.
 *
 *	while (mmr_lines_next_batch(&it, &batch)) {
 *		line = batch.first;
 *		for (i = 0; i < batch.n; i++) {
 *			end = batch.base + batch.ends[i];
 *			use(line, (size_t)(end - line));
 *			line = end + 1;
 *		}
 *	}
 *
 * Shape: an unterminated last line is the only line of its batch; base + ends[0] is then the end of
 *   the slice. KEEP has no effect. With CRLF, the offset is ends[i] & ~MMR_LINE_CR, and the bit
 *   MMR_LINE_CR of ends[i] is set if the last byte of the line is a \r to remove.
 * Returns: false at the end or at a fault, like mmr_lines_next.
 * Lifetime: `ends` until the next call with this iterator; the lines like the slice. */
MMR_API bool mmr_lines_next_batch(mmr_lines *it, mmr_line_batch *ret_batch);

/* The next lines, up to `n` at once, as mmr_lines_next returns them: for other languages, in which
 * a call takes longer than a line. In C, a loop over mmr_lines_next takes less time. Calls of all
 * three may be mixed.
 *
 * Returns: how many there were; fewer than `n` only at the end or at a fault.
 * Lifetime: that of the slice. */
MMR_API size_t mmr_lines_fill(mmr_lines *it, mmr_slice *ret_lines, size_t n);

/* The bytes that have not been returned yet. */
MMR_INLINE mmr_slice mmr_lines_rest(const mmr_lines *it)
{
	mmr_slice rest = {it->line, (size_t)(it->positions.stop - it->line)};

	return rest;
}

/* Why the iteration ended.
 *
 * Returns: 0 at the end.
 * Errors: those of mmr_positions_error. */
MMR_INLINE MMR_MUST_CHECK int mmr_lines_error(const mmr_lines *it)
{
	return it->positions.error;
}

/* Iterates over lines backward. Members are private. At most 608 bytes. */
typedef struct mmr_reverse_lines {
	mmr_positions positions;
	const char *line_end; /* end of the next line, less the byte that KEEP adds; NULL if none */
	unsigned flags;
	bool started;
} mmr_reverse_lines;

/* Like mmr_lines_of, from the last line to the first. */
MMR_API mmr_reverse_lines mmr_reverse_lines_of(mmr_slice slice, char delimiter);

/* Like mmr_lines_of_flags, from the last line to the first. */
MMR_API mmr_reverse_lines mmr_reverse_lines_of_flags(
	mmr_slice slice, char delimiter, unsigned flags);

/* Private: used by the inline call below. */
MMR_API bool mmr_reverse_lines_more_(mmr_reverse_lines *it, mmr_slice *ret_line);

/* Like mmr_lines_next, from the last line to the first. */
MMR_INLINE bool mmr_reverse_lines_next(mmr_reverse_lines *it, mmr_slice *ret_line)
{
	const char *at;
	uint16_t end;

	if (it->positions.next == it->positions.n)
		return mmr_reverse_lines_more_(it, ret_line);
	end = it->positions.at[it->positions.next++];
	if (it->flags == MMR_LINES_CRLF) {
		at = it->positions.base + (end & ~MMR_LINE_CR);
		ret_line->len = (size_t)(it->line_end - at) - 1;
		it->line_end = at - end / MMR_LINE_CR;
	} else {
		at = it->positions.base + end;
		ret_line->len = (size_t)(it->line_end - at) - 1 + it->flags;
		it->line_end = at;
	}
	ret_line->ptr = at + 1;
	return true;
}

/* Like mmr_lines_fill, from the last line to the first. */
MMR_API size_t mmr_reverse_lines_fill(mmr_reverse_lines *it, mmr_slice *ret_lines, size_t n);

/* Why the iteration ended.
 *
 * Returns: 0 at the end.
 * Errors: those of mmr_positions_error. */
MMR_INLINE MMR_MUST_CHECK int mmr_reverse_lines_error(const mmr_reverse_lines *it)
{
	return it->positions.error;
}

/* --- The line around a byte ------------------------------------------------------------------- */

/* The line of a slice that contains byte `off`, with its delimiter if it has one. A delimiter
 * belongs to the line that it ends. Only the line and at most 4 KiB on each side of it are read.
 *
 * Returns: 0.
 * Errors: -ERANGE unless `off` is less than `bytes.len`; those of mmr_positions_error. `*ret_line`
 *   is then unchanged.
 * Lifetime: that of the slice. */
MMR_API MMR_MUST_CHECK int mmr_line_around(
	mmr_slice bytes, size_t off, char delimiter, mmr_slice *ret_line);

/* Like mmr_line_around, but of a slice of the bytes, such as a match in them: from the start of the
 * line of its first byte to the end of the line of its last one.
 *
 *	while (mmr_matches_next(&it, &match))
 *		if ((err = mmr_line_around_slice(bytes, match, '\n', &line)) < 0)
 *			break;
 *
 * Shape: an empty slice is in the line of the byte that it is before.
 * Errors: -ERANGE unless the slice is in `bytes`, and for an empty one at their end; otherwise like
 *   mmr_line_around. */
MMR_API MMR_MUST_CHECK int mmr_line_around_slice(
	mmr_slice bytes, mmr_slice slice, char delimiter, mmr_slice *ret_line);

MMR_END_DECLS

#endif
