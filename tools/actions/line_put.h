/* line_put.h - adds bytes of a line to a text, and prints the text when it is full
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_LINE_PUT_H
#define TOOLS_ACTIONS_LINE_PUT_H

#include "actions/line_text.h"

/* A line that is being added. */
struct adding {
	struct line_text *text;
	const mmr_found_line *line;
	line_text_print_fn *print;
	void *context;
	uint64_t n_lines; /* that were added */
	int result;       /* 0; why it cannot be added */
};

/* After `result` is set, these functions add nothing. */
void line_put(struct adding *adding, const char *bytes, size_t len);
void line_put_text(struct adding *adding, const char *text);

/* Adds bytes of the line itself: a long part as a range of the file. */
void line_put_part(struct adding *adding, mmr_slice part);

/* The next match of the line. Returns: false after the last one, and for an error. */
bool line_next_match(struct adding *adding, mmr_slice *ret_match);

/* Adds the name of the file, the number and the offset, as far as they are wanted. */
void line_put_prefix(struct adding *adding, uint64_t off);

/* Adds the fields of -F of each row of a run of lines (line_fields.c). */
void line_put_fields(struct adding *adding);

/* Adds the fields of -F of a row, without a prefix, and their line end. */
void line_put_row(struct adding *adding, const struct row *row);

/* Adds the fields of a row at `off` in the reader to the totals of a text (line_totals.c). Notes
 * those that are no numbers. Returns: 0; an error of the library. */
int line_add_totals(struct line_text *text, const struct row *row, uint64_t off);

/* Likewise, but reads one value for each column. */
int line_read_totals(struct line_text *text, const struct row *row, uint64_t off,
	struct total_value *ret_values);

/* Adds a line as an object of ripgrep's JSON (line_json.c). */
void line_put_json(struct adding *adding);

#endif
