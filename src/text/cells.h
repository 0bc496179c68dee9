/* cells.h - the rows of a table as arrays of cells
 *
 * The cells are those of mmr_table (fields.h). A piece of 4 KiB is read inside one guard: rows.h
 * finds the ends of its cells, and these become an array of cells. So a cell takes no call and no
 * guard of its own, and quotes are not visited one by one.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_TEXT_CELLS_H
#define SRC_TEXT_CELLS_H

#include "common.h"

#include "text/rows.h"

#include <mmreader/fields.h>

/* A row whose end has been found. */
struct found_row {
	const char *start, *stop;
	size_t first, n; /* its cells */
	bool malformed;
};

/* Rows that are found at a time. */
#define CELLS_ROWS 256

struct cells {
	char separator;
	const char *at, *stop; /* bytes that have not been read */
	enum row_state state;  /* before them */
	const char *row;       /* the row under way, ... */
	const char *cell;      /* ... its next cell, ... */
	size_t first;          /* ... and the first one of those that are complete */
	bool open;             /* a separator precedes the cell */
	bool malformed;        /* the row under way */
	bool ended;            /* the last row has been found */
	/* The piece, or a cell that starts before it, has quotes. */
	bool has_quotes;
	/* Quotes are ordinary bytes of a cell in the piece, or in the one before it. */
	bool has_text_quotes, had_text_quotes;
	mmr_cell *found; /* from the heap */
	size_t n, room;
	unsigned n_rows; /* the last ones that were found */
	struct found_row rows[CELLS_ROWS];
	/* Offsets in the piece, which starts at `piece`, of the ends of cells. */
	const char *piece;
	unsigned place, n_places;
	uint16_t places[ROW_PIECE];
};

/* Starts with bytes that start with a row. The array of a zeroed object, or of one that was used
 * before, is used on. */
void cells_load(struct cells *cells, char separator, mmr_slice bytes);

/* Finds the next rows, at least one. They and their cells stay valid until the next call.
 *
 * Returns: 1; 0 after the last row. Errors: -ENOMEM; of a guarded fault. */
int cells_next(struct cells *cells);

/* Frees the array. */
void cells_free(struct cells *cells);

#endif
