/* naive_rows.h - the rows of a table that is read naively, cell by cell
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_NAIVE_ROWS_H
#define TESTS_NAIVE_ROWS_H

#include "support.h"

/* The offsets of the \n that end rows, and the quote that is not closed, or UINT64_MAX. */
struct naive_rows {
	size_t *ends; /* to be freed */
	size_t n;
	uint64_t quote;
};

struct naive_rows naive_rows_of(const char *text, size_t len, char separator);

/* Fills a buffer with a table: a regular one, or one with quotes anywhere. */
void naive_rows_draw(struct chance *chance, char separator, char *text, size_t len);

#endif
