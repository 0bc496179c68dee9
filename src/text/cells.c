/* cells.c - reads the cells of a table in batches
 *
 * The rules are those of table.c, which returns one cell at a time and keeps no array.
 *
 * SPDX-License-Identifier: MIT */
#include "text/cells.h"

#include "file/guard.h"

#include <errno.h>
#include <string.h>

void cells_load(struct cells *cells, char separator, mmr_slice bytes)
{
	cells->separator = separator;
	cells->at = cells->row = cells->cell = bytes.ptr;
	cells->stop = bytes.len > 0 ? bytes.ptr + bytes.len : bytes.ptr;
	cells->closing = NULL;
	cells->open = cells->inside = cells->opened = cells->malformed = false;
	cells->ended = bytes.len == 0;
	cells->n = cells->first = 0;
	cells->n_rows = 0;
}

void cells_free(struct cells *cells)
{
	heap_free(cells->found);
}

/* Drops the cells of rows that were returned, and makes room for those of a batch. */
static int make_room(struct cells *cells)
{
	size_t kept = cells->n - cells->first, room = cells->room;
	mmr_cell *larger;

	if (cells->first > 0 && kept > 0)
		memmove(cells->found, cells->found + cells->first, kept * sizeof(mmr_cell));
	cells->n = kept;
	cells->first = 0;
	if (room - kept > SIMD_ROOM)
		return 0;
	room = 2 * room + 2 * (SIMD_ROOM + 1);
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

/* Whether a row starts with a UTF-8 byte order mark, which a quote at `at` follows. */
static bool has_mark(const struct cells *cells, const char *at)
{
	return !cells->open && at == cells->cell + 3 && memcmp(cells->cell, "\xef\xbb\xbf", 3) == 0;
}

static void take_quote(struct cells *cells, const char *at)
{
	if (!cells->inside && !cells->closing && has_mark(cells, at))
		cells->cell = at;
	if (at == cells->cell || (cells->closing && at == cells->closing + 1)) {
		/* An opening quote, or the second of a doubled quote. */
		cells->inside = cells->opened = true;
		cells->closing = NULL;
	} else if (cells->inside) {
		cells->inside = false;
		cells->closing = at;
	}
}

/* Adds the cell that ends at `end`, before its quotes are known. */
SIMD_INLINE void add_cell(struct cells *cells, const char *end, bool last)
{
	mmr_cell *cell = &cells->found[cells->n++];

	cell->text.ptr = cells->cell;
	cell->text.len = (size_t)(end - cells->cell);
	cell->quoted = false;
	cell->last = last;
	if (last && end < cells->stop && cell->text.len > 0)
		cell->text.len -= end[-1] == '\r';
	if (!cells->opened)
		return;
	if (cells->closing && cells->closing + 1 == cell->text.ptr + cell->text.len) {
		cell->text.ptr++;
		cell->text.len -= 2;
		cell->quoted = true;
	}
	cells->malformed |= !cell->quoted;
	cells->opened = cells->inside = false;
	cells->closing = NULL;
}

/* Ends the row under way. */
SIMD_INLINE void add_row(struct cells *cells, const char *next)
{
	struct found_row *row = &cells->rows[cells->n_rows++];

	row->start = cells->row;
	row->stop = next;
	row->first = cells->first;
	row->n = cells->n - cells->first;
	row->malformed = cells->malformed;
	cells->first = cells->n;
	cells->row = next;
	cells->malformed = false;
}

/* A quote, or what ends a cell that starts with one. */
static void add_quoted(struct cells *cells, const char *at)
{
	if (*at == '"') {
		take_quote(cells, at);
		return;
	}
	if (cells->inside)
		return;
	add_cell(cells, at, *at == '\n');
	cells->open = *at != '\n';
	cells->cell = at + 1;
	if (!cells->open)
		add_row(cells, at + 1);
}

/* Adds the cells up to the first quote. Variables are not written back for each cell, which takes a
 * quarter less time. Returns: the number of marks that were passed. */
static unsigned add_plain(struct cells *cells, const uint16_t *places, unsigned n)
{
	const char *base = cells->at, *cell = cells->cell, *at;
	mmr_cell *to = cells->found + cells->n;
	bool last = !cells->open;
	unsigned i;

	for (i = 0; i < n; i++) {
		at = base + places[i];
		if (*at == '"')
			break;
		last = *at == '\n';
		to->text.ptr = cell;
		to->text.len = (size_t)(at - cell);
		to->quoted = false;
		to->last = last;
		if (last) {
			to->text.len -= at > cell && at[-1] == '\r';
			cells->n = (size_t)(to + 1 - cells->found);
			add_row(cells, at + 1);
		}
		cell = at + 1;
		to++;
	}
	cells->n = (size_t)(to - cells->found);
	cells->cell = cell;
	cells->open = !last;
	return i;
}

static void add_batch(struct cells *cells, const uint16_t *places, unsigned n)
{
	unsigned i = 0;

	while (i < n) {
		if (!cells->opened)
			i += add_plain(cells, places + i, n - i);
		for (; i < n && (cells->opened || cells->at[places[i]] == '"'); i++)
			add_quoted(cells, cells->at + places[i]);
	}
}

/* The rest of the bytes is the last row, unless there is none. */
static void add_rest(struct cells *cells)
{
	cells->ended = true;
	if (cells->cell == cells->stop && !cells->open)
		return;
	add_cell(cells, cells->stop, true);
	add_row(cells, cells->stop);
}

/* --- Batches ---------------------------------------------------------------------------------- */

/* Reads a batch, and the end of the bytes if it is reached. */
static int read_batch(struct cells *cells)
{
	const struct simd_probe probe = {
		.n = 3, .bytes = {(unsigned char)cells->separator, '"', '\n'}};
	size_t len = min_size((size_t)(cells->stop - cells->at), SIMD_BATCH), used = 0;
	uint16_t places[SIMD_ROOM];
	struct guard guard;
	unsigned n;

	/* The start of the row, and of the cell, are looked at again. */
	if (!GUARD_ENTER(&guard, cells->row, (size_t)(cells->at - cells->row) + len))
		return guard_fault(&guard);
	n = simd_kernels()->mark(cells->at, len, &probe, places, &used);
	add_batch(cells, places, n);
	if (cells->at + used == cells->stop)
		add_rest(cells);
	guard_leave(&guard);
	cells->at += used;
	return 0;
}

int cells_next(struct cells *cells)
{
	int err = 0;

	cells->n_rows = 0;
	while (err == 0 && cells->n_rows == 0 && !cells->ended) {
		err = make_room(cells);
		if (err == 0)
			err = read_batch(cells);
	}
	return err < 0 ? err : cells->n_rows > 0;
}
