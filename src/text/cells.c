/* cells.c - reads the cells of a table in pieces
 *
 * The rules are those of table.c, which returns one cell at a time and keeps no array.
 *
 * SPDX-License-Identifier: MIT */
#include "text/cells.h"

#include "file/guard.h"
#include "simd/simd.h"

#include <errno.h>
#include <string.h>

#define MARK "\xef\xbb\xbf"

void cells_load(struct cells *cells, char separator, mmr_slice bytes)
{
	cells->separator = separator;
	cells->at = cells->row = cells->cell = bytes.ptr;
	cells->stop = bytes.len > 0 ? bytes.ptr + bytes.len : bytes.ptr;
	cells->state = ROW_START;
	cells->open = cells->malformed = false;
	cells->has_quotes = cells->has_text_quotes = cells->had_text_quotes = false;
	cells->ended = bytes.len == 0;
	cells->n = cells->first = 0;
	cells->n_rows = cells->place = cells->n_places = 0;
	cells->piece = bytes.ptr;
}

void cells_free(struct cells *cells)
{
	heap_free(cells->found);
}

/* Drops the cells of rows that were returned, and makes room for those of a piece. */
static int make_room(struct cells *cells)
{
	size_t kept = cells->n - cells->first, wanted = kept + cells->n_places - cells->place + 1;
	size_t room = cells->room;
	mmr_cell *larger;

	if (cells->first > 0 && kept > 0)
		memmove(cells->found, cells->found + cells->first, kept * sizeof(mmr_cell));
	cells->n = kept;
	cells->first = 0;
	if (wanted <= room)
		return 0;
	room = 2 * wanted;
	larger = room > SIZE_MAX / sizeof(mmr_cell) ? NULL : heap_alloc(room * sizeof(mmr_cell));
	if (!larger)
		return error_set(-ENOMEM, "keep the %zu cells of a row", kept);
	if (kept > 0)
		memcpy(larger, cells->found, kept * sizeof(mmr_cell));
	heap_free(cells->found);
	cells->found = larger;
	cells->room = room;
	return 0;
}

/* --- Inside a guard --------------------------------------------------------------------------- */

/* Reads a piece of `len` bytes. */
static void read_piece(struct cells *cells, size_t len)
{
	bool goes_on = cells->cell < cells->at, had_quotes;
	struct row_marks marks;

	/* The cell under way may have quotes before the piece. */
	had_quotes =
		goes_on && cells->has_quotes && (*cells->cell == '"' || *cells->cell == MARK[0]);
	/* If a quote of a cell is an ordinary byte, so is each one after it, and only the last one
	 * matters. It is in the piece in which the cell ends, or at the end of the one before. */
	cells->had_text_quotes = goes_on && cells->has_text_quotes;
	rows_mark(cells->separator, (mmr_slice){cells->at, len}, &cells->state, &marks);
	cells->n_places = simd_kernels()->decode(marks.cells, marks.n_words, cells->places);
	cells->place = 0;
	cells->piece = cells->at;
	cells->at += len;
	cells->has_quotes = marks.has_quotes || had_quotes;
	cells->has_text_quotes = marks.has_text_quotes;
}

/* Whether the quotes of a cell enclose it. They may not if some are ordinary bytes. */
static bool is_enclosed(const char *cell, const char *end)
{
	const char *at = cell + 1;

	for (;;) {
		at = memchr(at, '"', (size_t)(end - at));
		if (!at || at + 1 == end)
			return at != NULL;
		if (at[1] != '"')
			return false;
		at += 2;
	}
}

SIMD_INLINE void make_plain(const char *cell, const char *end, mmr_cell *to)
{
	to->text.ptr = cell;
	to->text.len = (size_t)(end - cell);
	to->quoted = false;
}

/* Makes a cell of [cell, end), which starts with a row if `first` is set. `*cell` is readable.
 *
 * Returns: whether it is malformed. Bytes that another process changes meanwhile make other cells,
 * but none beyond [cell, end). */
SIMD_INLINE bool make_quoted(
	const char *cell, const char *end, bool first, bool has_text_quotes, mmr_cell *to)
{
	if (first && end - cell > 3 && memcmp(cell, MARK "\"", 4) == 0)
		cell += 3;
	make_plain(cell, end, to);
	if (*cell != '"' || cell == end)
		return false;
	if (end - cell < 2 || end[-1] != '"' || (has_text_quotes && !is_enclosed(cell, end)))
		return true;
	to->text.ptr++;
	to->text.len -= 2;
	to->quoted = true;
	return false;
}

SIMD_INLINE void add_row(struct cells *cells, const char *next, size_t n, bool malformed)
{
	struct found_row *row = &cells->rows[cells->n_rows++];

	row->start = cells->row;
	row->stop = next;
	row->first = cells->first;
	row->n = n - cells->first;
	row->malformed = malformed;
	cells->first = n;
	cells->row = next;
}

/* Adds the cells that end in the piece, until there is no room for another row. `has_quotes` is a
 * constant in every call. */
SIMD_INLINE void add_cells(struct cells *cells, bool has_quotes)
{
	const uint16_t *place = cells->places + cells->place;
	const uint16_t *stop = cells->places + cells->n_places;
	const char *piece = cells->piece, *cell = cells->cell, *at, *end;
	mmr_cell *to = cells->found + cells->n;
	bool last = !cells->open, first, malformed = cells->malformed;
	bool has_text_quotes = cells->has_text_quotes || cells->had_text_quotes;

	while (place < stop) {
		first = last;
		at = end = piece + *place++;
		last = *at == '\n';
		if (last)
			end -= at > cell && at[-1] == '\r';
		to->last = last;
		if (has_quotes)
			malformed |= make_quoted(cell, end, first, has_text_quotes, to);
		else
			make_plain(cell, end, to);
		to++;
		cell = at + 1;
		if (!last)
			continue;
		add_row(cells, cell, (size_t)(to - cells->found), malformed);
		malformed = false;
		if (cells->n_rows == CELLS_ROWS)
			break;
	}
	cells->place = (unsigned)(place - cells->places);
	cells->n = (size_t)(to - cells->found);
	cells->cell = cell;
	cells->open = !last;
	cells->malformed = malformed;
}

/* The rest of the bytes is the last row, unless there is none. */
static void add_rest(struct cells *cells)
{
	bool text_quotes = cells->has_text_quotes || cells->had_text_quotes;
	bool unclosed = cells->state == ROW_QUOTED;
	mmr_cell *to = &cells->found[cells->n];

	cells->ended = true;
	if (cells->cell == cells->stop && !cells->open)
		return;
	*to = (mmr_cell){.text = {cells->stop, 0}, .last = true};
	if (cells->cell < cells->stop)
		cells->malformed |=
			make_quoted(cells->cell, cells->stop, !cells->open, text_quotes, to);
	if (unclosed && to->quoted) {
		/* The last quote opens the cell again. */
		to->text.ptr--;
		to->text.len += 2;
		to->quoted = false;
	}
	add_row(cells, cells->stop, ++cells->n, cells->malformed || unclosed);
}

/* Adds the cells of the piece, and the end of the bytes if it is reached. Not inlined, because gcc
 * keeps variables of a function that calls sigsetjmp in memory. */
static __attribute__((noinline)) void add_piece(struct cells *cells)
{
	if (cells->has_quotes)
		add_cells(cells, true);
	else
		add_cells(cells, false);
	if (cells->at == cells->stop && cells->place == cells->n_places &&
		cells->n_rows < CELLS_ROWS)
		add_rest(cells);
}

/* --- Pieces ----------------------------------------------------------------------------------- */

/* Reads the next piece. */
static int find_cells(struct cells *cells)
{
	size_t len = min_size((size_t)(cells->stop - cells->at), ROW_PIECE);
	struct guard guard;

	/* The start of the cell under way is looked at again. */
	if (!GUARD_ENTER(&guard, cells->cell, (size_t)(cells->at - cells->cell) + len))
		return guard_fault(&guard);
	read_piece(cells, len);
	guard_leave(&guard);
	return 0;
}

static int take_cells(struct cells *cells)
{
	struct guard guard;

	if (!GUARD_ENTER(&guard, cells->cell, (size_t)(cells->at - cells->cell)))
		return guard_fault(&guard);
	add_piece(cells);
	guard_leave(&guard);
	return 0;
}

int cells_next(struct cells *cells)
{
	int err = 0;

	cells->n_rows = 0;
	while (err == 0 && cells->n_rows == 0 && !cells->ended) {
		if (cells->place == cells->n_places && cells->at < cells->stop)
			err = find_cells(cells);
		if (err == 0)
			err = make_room(cells);
		if (err == 0)
			err = take_cells(cells);
	}
	return err < 0 ? err : cells->n_rows > 0;
}
