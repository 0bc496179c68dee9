/* fields.h - what stands between the delimiters of a line or a table
 *
 * Two walks. Plain: one line split at a byte, nothing quoted; n delimiters give n + 1 fields, and
 * "" gives one empty field. Table: a whole slice of records, whose fields may be quoted as RFC 4180
 * has it, so that a field may hold delimiters and line ends. Both are built on marks.h, whose rules
 * hold.
 *
 *	mmr_table it = mmr_table_of(bytes, ',');
 *	while (mmr_table_next(&it, &cell))
 *		use(cell.text, cell.last);
 *	err = mmr_table_error(&it);
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_FIELDS_H
#define MMREADER_FIELDS_H

#include <mmreader/marks.h>

MMR_BEGIN_DECLS

/* Fields are the library's. 608 bytes or less. */
typedef struct mmr_fields {
	mmr_marks marks;
	const char *field; /* where the next field starts; NULL at the end */
	const char *stop;
} mmr_fields;

/* The fields of one line, which comes without its terminator. */
MMR_API mmr_fields mmr_fields_of(mmr_slice line, char delimiter);

/* For the inline call below. */
MMR_API bool mmr_fields_last_(mmr_fields *it, mmr_slice *ret_field);

/* The next field.
 *
 * Returns: false behind the last one or at a fault; mmr_fields_error tells which. */
static inline bool mmr_fields_next(mmr_fields *it, mmr_slice *ret_field)
{
	const char *at;

	if (!mmr_marks_next(&it->marks, &at))
		return mmr_fields_last_(it, ret_field);
	ret_field->ptr = it->field;
	ret_field->len = (size_t)(at - it->field);
	it->field = at + 1;
	return true;
}

/* Why the iteration ended. Returns and Errors: like mmr_marks_error. */
static inline int mmr_fields_error(const mmr_fields *it)
{
	return it->marks.error;
}

/* One field of a table. */
typedef struct mmr_cell {
	mmr_slice text; /* without the quotes around it; "" inside still stands doubled */
	bool quoted;    /* it was in quotes */
	bool last;      /* it ends its record */
} mmr_cell;

/* Fields are the library's. 608 bytes or less. */
typedef struct mmr_table {
	mmr_marks marks;
	const char *cell; /* where the next cell starts */
	const char *stop;
	char delimiter;
	bool open; /* a delimiter stands before `cell`: there is one more cell, even an empty one */
} mmr_table;

/* The cells of all records in a slice, which starts at the start of a record. A record ends at \n
 * or \r\n; the last one may lack it. A \r that no \n follows is a byte of its cell: tables whose
 * records end at \r alone are not supported. An empty line is a record of one empty cell; an empty
 * slice has no record.
 *
 * A quoted cell may contain line ends. Blocks (scan.h) and shards are cut at line
 * ends, so a block can end inside a quoted cell, and the next block then starts inside it, where
 * its cells are wrong. The table of the first such block ends with MMR_EQUOTE. So a run over all
 * blocks of a file is right if no mmr_table_error reports MMR_EQUOTE, and a callback must return
 * what mmr_table_error reports. It is wrong to use results of a run that failed, of one shard
 * alone, or of a run whose callback stops it early. Tables whose quoted cells contain line ends are
 * walked as one slice: mmr_bytes of a mapped reader. Pages of a cell that is longer than 4 MiB and
 * contains the delimiter stay in memory once they are read, until mmr_release drops them.
 *
 * Source: RFC 4180. A quote inside a cell that does not begin with one is a byte like any other;
 * what follows a closing quote up to the delimiter belongs to the cell, which then keeps its
 * quotes. A UTF-8 byte order mark between the start of a record and a quote is skipped; without the
 * quote it is a part of the cell. */
MMR_API mmr_table mmr_table_of(mmr_slice slice, char delimiter);

/* The next cell. A quote that is not closed before the end of the slice makes a last cell: it
 * starts with the quote, ends with the slice, and is not `quoted`. mmr_table_error then already
 * reports MMR_EQUOTE.
 *
 * Returns: false after the last cell or at a fault; mmr_table_error reports which.
 * Lifetime: of the cell's text, as long as the slice. */
MMR_API bool mmr_table_next(mmr_table *it, mmr_cell *ret_cell);

/* Why the iteration ended.
 *
 * Returns: 0 at the end.
 * Errors: MMR_EQUOTE for a quote that is not closed, with the offset of the quote if the slice is
 *   in an open reader; those of mmr_marks_error. */
static inline int mmr_table_error(const mmr_table *it)
{
	return it->marks.error;
}

/* Copies a cell's text with its doubled quotes made single.
 *
 * Shape: `buffer` has room for `cell.text.len` bytes and does not overlap it.
 * Returns: 0, with the bytes written in `*ret_len`.
 * Errors: MMR_ETRUNCATED, -EIO (a guarded fault). */
MMR_API int mmr_cell_unquote(mmr_cell cell, char *buffer, size_t *ret_len);

MMR_END_DECLS

#endif
