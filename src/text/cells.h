/* cells.h - the rows of a table as arrays of cells
 *
 * The cells are those of mmr_table (fields.h). A batch of about 4 KiB is read inside one guard, and
 * all cells that end in it are added to an array. So a cell takes no call and no guard of its own.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_TEXT_CELLS_H
#define SRC_TEXT_CELLS_H

#include "common.h"

#include "simd/simd.h"

#include <mmreader/fields.h>

/* A row whose end has been found. */
struct found_row {
	const char *start, *stop;
	size_t first, n; /* its cells */
	bool malformed;
};

struct cells {
	char separator;
	const char *at, *stop; /* bytes that have not been read */
	const char *row;       /* the row under way, ... */
	const char *cell;      /* ... its next cell, ... */
	size_t first;          /* ... and the first one of those that are complete */
	const char *closing;   /* a quote that may close the cell, or NULL */
	bool open;             /* a separator precedes the cell */
	bool inside;           /* quotes */
	bool opened;           /* the cell starts with a quote */
	bool malformed;        /* the row under way */
	bool ended;            /* the last row has been found */
	mmr_cell *found;       /* from the heap */
	size_t n, room;
	unsigned n_rows; /* whose ends are in the last batch */
	struct found_row rows[SIMD_ROOM + 1];
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
