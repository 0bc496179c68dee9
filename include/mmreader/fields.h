/* fields.h - the fields of a line and the cells of a table
 *
 * There are two iterators. mmr_fields splits one line at a byte, without quoting: n delimiters give
 * n + 1 fields, and "" gives one empty field. mmr_table walks over all rows of a slice. Its cells
 * may be quoted as in RFC 4180, so they may contain delimiters and line ends. Both are built on
 * positions.h, whose rules apply.
 *
 *	mmr_table it = mmr_table_of(bytes, ',');
 *	while (mmr_table_next(&it, &cell))
 *		use(cell.text, cell.last);
 *	err = mmr_table_error(&it);
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_FIELDS_H
#define MMREADER_FIELDS_H

#include <mmreader/positions.h>

MMR_BEGIN_DECLS

/* Iterates over fields. Members are private. At most 608 bytes. */
typedef struct mmr_fields {
	mmr_positions positions;
	const char *field; /* start of the next field; NULL at the end */
	const char *stop;
} mmr_fields;

/* The fields of one line, without its terminator. */
MMR_API mmr_fields mmr_fields_of(mmr_slice line, char delimiter);

/* Private: used by the inline call below. */
MMR_API bool mmr_fields_last_(mmr_fields *it, mmr_slice *ret_field);

/* The next field.
 *
 * Returns: false after the last one or at a fault; mmr_fields_error reports which. */
MMR_INLINE bool mmr_fields_next(mmr_fields *it, mmr_slice *ret_field)
{
	const char *at;

	if (!mmr_positions_next(&it->positions, &at))
		return mmr_fields_last_(it, ret_field);
	ret_field->ptr = it->field;
	ret_field->len = (size_t)(at - it->field);
	it->field = at + 1;
	return true;
}

/* The next fields, up to `n` at once. Returns: like mmr_positions_fill. */
MMR_API size_t mmr_fields_fill(mmr_fields *it, mmr_slice *ret_fields, size_t n);

/* Why the iteration ended.
 *
 * Returns: 0 at the end.
 * Errors: those of mmr_positions_error. */
MMR_INLINE MMR_MUST_CHECK int mmr_fields_error(const mmr_fields *it)
{
	return it->positions.error;
}

/* One cell of a table. */
typedef struct mmr_cell {
	mmr_slice text; /* without the enclosing quotes; quotes inside are still doubled */
	bool quoted;    /* the cell was in quotes */
	bool last;      /* the cell ends its row */
} mmr_cell;

/* Iterates over the cells of a table. Members are private. At most 608 bytes. */
typedef struct mmr_table {
	mmr_positions positions;
	const char *cell; /* start of the next cell */
	const char *stop;
	char delimiter;
	bool open; /* a delimiter precedes `cell`, so one more cell follows, even if it is empty */
} mmr_table;

/* The cells of all rows in a slice, which must start at the start of a row. A row ends at \n or
 * \r\n. The last row may lack its terminator. A \r that is not followed by \n is a byte of its
 * cell: tables whose rows end at \r alone are not supported. An empty line is a row of one empty
 * cell. An empty slice has no rows.
 *
 * A quoted cell may contain line ends. The blocks of a scan and shards (scan.h) start and end with
 * rows if the options of the scan have mmr_split_rows. So tables of any size are read by several
 * threads, from files and from pipes. mmr_each_row (each.h) passes their rows to a function.
 *
 * Without mmr_split_rows, blocks and shards are cut at line ends, so a block can end inside a
 * quoted cell. The next block then starts inside that cell, and its cells are wrong. The table of
 * the first such block ends with MMR_EQUOTE.
 *
 * If a cell is longer than 4 MiB and contains the delimiter, its pages stay in memory once they are
 * read, until mmr_release drops them.
 *
 * Source: RFC 4180. A quote inside a cell that does not begin with one is an ordinary byte. Bytes
 *   between a closing quote and the next delimiter belong to the cell, which then keeps its quotes.
 *   A UTF-8 byte order mark between the start of a row and a quote is skipped; if no quote follows,
 *   the mark is part of the cell. */
MMR_API mmr_table mmr_table_of(mmr_slice slice, char delimiter);

/* The next cell. If a quote is not closed before the end of the slice, the last cell starts with
 * that quote, ends with the slice, and is not `quoted`. mmr_table_error then already reports
 * MMR_EQUOTE.
 *
 * Returns: false after the last cell or at a fault; mmr_table_error reports which.
 * Lifetime: that of the slice, for the text of the cell. */
MMR_API bool mmr_table_next(mmr_table *it, mmr_cell *ret_cell);

/* The next cells, up to `n` at once. Returns: like mmr_positions_fill. */
MMR_API size_t mmr_table_fill(mmr_table *it, mmr_cell *ret_cells, size_t n);

/* Why the iteration ended.
 *
 * Returns: 0 at the end.
 * Errors: MMR_EQUOTE for a quote that is not closed, with the offset of the quote if the slice is
 *   in an open reader; those of mmr_positions_error. */
MMR_INLINE MMR_MUST_CHECK int mmr_table_error(const mmr_table *it)
{
	return it->positions.error;
}

/* Copies the text of a cell and replaces doubled quotes by single ones.
 *
 * Shape: `buffer` has room for `cell.text.len` bytes and does not overlap the text.
 * Returns: 0, with the number of bytes written in `*ret_len`.
 * Errors: MMR_ETRUNCATED, -EIO (a guarded fault). */
MMR_API MMR_MUST_CHECK int mmr_cell_unquote(mmr_cell cell, char *buffer, size_t *ret_len);

MMR_END_DECLS

#endif
