/* units.h - the units of a scan: lines, records of several lines, rows of a table, or records of a
 * fixed size
 *
 * All code that divides bytes asks these functions. They look for the starts of units: offsets in
 * some bytes. Lines are the fast case: a line starts after each delimiter. So one may start at the
 * end of the bytes, where there is no byte yet. A record never starts there.
 *
 * Nothing depends on which bytes are seen together: whether a record starts at an offset is decided
 * by `mark` bytes before it and `head` bytes from it on. Only a unit at the start of a range is one
 * whatever its bytes are.
 *
 * Rows are the exception: all bytes before an offset decide whether a row starts there. So the
 * calls below take bytes that begin with a row, and scans pass on what they know (rows.h).
 *
 * Records of a fixed size are found by arithmetic, and no byte of theirs is looked at (fixed.h).
 * The calls below take bytes that begin with a record, too.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_UNITS_H
#define SRC_SCAN_UNITS_H

#include "common.h"

#include "text/rows.h"

#include <mmreader/lines.h>
#include <mmreader/scan.h>

#include <errno.h>

/* Some bytes of a range. */
struct unit_view {
	mmr_slice bytes;
	bool at_start; /* they begin with a unit: at the start of the range, or within it */
	size_t known;  /* a unit starts here, so the bytes before need not be read; often 0 */
};

/* How the starts of one kind of records are found. Each function passes the starts in [from, to),
 * at most `*left`, which it reduces by those that it has passed.
 *
 * Shape: from >= 1, and from >= mark unless the view is at a start; from > known; the bytes that
 *   decide about these offsets are in the view, unless the range ends before. Views of rows and of
 *   records of a fixed size are at a start.
 * Returns: 1 with the offset of the last one in `*ret_at` when `*left` has become 0, else 0.
 * Errors: MMR_ETRUNCATED, -EIO (a guarded fault); those of mmr_regex_matches_error. */
typedef int records_pass_fn(const mmr_split *records, const struct unit_view *view, size_t from,
	size_t to, uint64_t *left, size_t *ret_at);

struct mmr_split {
	records_pass_fn *forward, *backward;
	void (*close)(mmr_split *records);
	bool of_rows;
	char delimiter; /* of the lines of a record */
	char separator; /* of the cells of a row */
	size_t mark, head;
	size_t size;       /* of a record of a fixed size, else 0 */
	uint64_t header;   /* bytes before the first one */
	uint64_t identity; /* not 0; that of another pattern differs */
};

/* What a range is divided into. */
struct units {
	char delimiter;
	const mmr_split *records; /* NULL: lines */
};

static inline struct units units_of(const mmr_scan_options *scan)
{
	return (struct units){scan->delimiter, scan->records};
}

static inline bool units_are_rows(const struct units *units)
{
	return units->records && units->records->of_rows;
}

static inline bool split_is_fixed(const mmr_split *split)
{
	return split && split->size > 0;
}

static inline bool units_are_fixed(const struct units *units)
{
	return split_is_fixed(units->records);
}

/* Whether an error is one of the end of a range, before which all units have been reported: a quote
 * that is not closed, or an incomplete record. */
static inline bool units_end_error(const struct units *units, int err)
{
	return (err == MMR_EQUOTE && units_are_rows(units)) ||
	       (err == -EBADMSG && units_are_fixed(units));
}

/* Whether a byte is one that ends units of this kind. Other records have no delimiter. */
static inline bool units_end_with(const struct units *units, char byte)
{
	return byte == units->delimiter && !units_are_fixed(units);
}

/* Bytes before a start that decide about it. */
static inline size_t units_mark(const struct units *units)
{
	return units->records ? units->records->mark : 1;
}

/* Bytes from a start on that decide about it. */
static inline size_t units_head(const struct units *units)
{
	return units->records ? units->records->head : 0;
}

/* The last few bytes that a block must show ahead so that all starts which it owns are decided. A
 * block of split lines owns the starts up to `mark` bytes after its first byte to those up to
 * `mark` bytes after its last one. */
static inline size_t units_ahead(const struct units *units)
{
	return units->records ? units->records->mark - 1 + units->records->head : 0;
}

/* The first and the last start in [from, to). `to` may be greater than the length of the bytes.
 *
 * Returns: 1 with `*ret_at`; 0 if there is none. Errors: as records_pass_fn. */
int units_next(const struct units *units, const struct unit_view *view, size_t from, size_t to,
	size_t *ret_at);
int units_last(const struct units *units, const struct unit_view *view, size_t from, size_t to,
	size_t *ret_at);

/* Counts the starts in [from, to). */
int units_count(const struct units *units, const struct unit_view *view, size_t from, size_t to,
	uint64_t *ret_n);

/* Finds start `n` of those in [from, to), counted from 0. Returns: like units_next. */
int units_select(const struct units *units, const struct unit_view *view, size_t from, size_t to,
	uint64_t n, size_t *ret_at);

/* --- Whole units ------------------------------------------------------------------------------ */

/* For bytes that begin and end with a unit, of which the last may lack its delimiter. */

/* Counts the units. */
int units_in(const struct units *units, mmr_slice bytes, uint64_t *ret_n);

/* Private: for units_around. */
int records_around(
	const struct units *units, mmr_slice bytes, size_t known, size_t at, mmr_slice *ret_unit);

/* The unit that contains byte `at`. `known` is the start of this unit or of one before. */
static inline int units_around(
	const struct units *units, mmr_slice bytes, size_t known, size_t at, mmr_slice *ret_unit)
{
	return units->records ? records_around(units, bytes, known, at, ret_unit)
			      : mmr_line_around(bytes, at, units->delimiter, ret_unit);
}

/* The ends of the rows of some bytes, for units_around_next. Other units need none. */
static inline void units_load(const struct units *units, mmr_slice bytes, struct row_ends *ret_ends)
{
	if (units_are_rows(units))
		*ret_ends = row_ends_of(units->records->separator, bytes);
}

/* Like units_around, for calls that never go back before the unit that was found last. So each row
 * is read once. */
static inline int units_around_next(const struct units *units, mmr_slice bytes, size_t known,
	size_t at, struct row_ends *ends, mmr_slice *ret_unit)
{
	return units_are_rows(units) ? row_ends_around(ends, bytes.ptr + at, ret_unit)
				     : units_around(units, bytes, known, at, ret_unit);
}

/* Moves `*at`, the start of a unit, forward over up to `*n` units, and subtracts those from `*n`.
 */
int units_forward(const struct units *units, mmr_slice bytes, size_t *at, uint64_t *n);

/* The same backward, but not past `least`, which is the start of a unit, too. */
int units_backward(
	const struct units *units, mmr_slice bytes, size_t least, size_t *at, uint64_t *n);

/* Starts of some units, about the same number of bytes apart, for searches from the end: rows are
 * only found from a start on. There is one at 0, and for lines and records, no other. */
#define UNIT_MARKS 128

struct unit_marks {
	unsigned n;
	size_t at[UNIT_MARKS];
};

/* Errors: as records_pass_fn. */
int unit_marks_of(const struct units *units, mmr_slice bytes, struct unit_marks *ret_marks);

/* The last mark that is before `at`; 0 if there is none. */
size_t unit_marks_before(const struct unit_marks *marks, size_t at);

/* Rows from the last to the first: the starts of some are kept. */
struct row_walk {
	struct unit_marks marks;
	unsigned n;
	size_t starts[UNIT_MARKS];
};

/* Iterates over units, from the first to the last or from the last to the first. */
struct unit_walk {
	const struct units *units;
	bool of_records;
	mmr_slice bytes;
	size_t start, stop; /* of the units that are left */
	int error;
	union {
		mmr_lines forward;
		mmr_reverse_lines backward;
		struct row_ends rows;
		struct row_walk rows_back;
	} by;
};

void unit_walk_start(struct unit_walk *walk, const struct units *units, mmr_slice bytes);
void unit_walk_start_back(struct unit_walk *walk, const struct units *units, mmr_slice bytes);

/* Private: used by the inline calls below. */
bool unit_walk_record(struct unit_walk *walk, mmr_slice *ret_unit);
bool unit_walk_record_back(struct unit_walk *walk, mmr_slice *ret_unit);

/* The next unit, with its delimiter. Returns: false at the end, and after an error. */
static inline bool unit_walk_next(struct unit_walk *walk, mmr_slice *ret_unit)
{
	return walk->of_records ? unit_walk_record(walk, ret_unit)
				: mmr_lines_next(&walk->by.forward, ret_unit);
}

static inline bool unit_walk_back(struct unit_walk *walk, mmr_slice *ret_unit)
{
	return walk->of_records ? unit_walk_record_back(walk, ret_unit)
				: mmr_reverse_lines_next(&walk->by.backward, ret_unit);
}

/* Why a walk ended. Returns: 0 at the end of the bytes. */
int unit_walk_error(const struct unit_walk *walk);
int unit_walk_back_error(const struct unit_walk *walk);

#endif
