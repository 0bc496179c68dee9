/* hex_rows.h - bytes as rows of a hex view, with `*` for equal ones
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_HEX_ROWS_H
#define TOOLS_ACTIONS_HEX_ROWS_H

#include "actions/block_text.h"

struct hex_style {
	size_t width; /* bytes per row */
	int digits;   /* of an offset, at least */
	bool color;
};

/* Rows of a range as text, with `*` for rows that repeat the one before. `lead` is what the
 * caller omits if the row before the range equals its first row. */
struct hex_rows {
	struct block_text text;
	size_t lead;      /* bytes of the text: the first row, and the `*` for its repetitions */
	bool lead_is_all; /* every row repeats the first */
	bool starred;     /* the text ends with a `*` */
	mmr_slice first, last; /* rows, in the bytes; both full, or of length 0 */
};

/* Makes rows of bytes that start at offset `off`. The last row may be shorter.
 * Returns: 0 or -ENOMEM. */
int hex_rows_make(
	struct hex_rows *rows, const struct hex_style *style, mmr_slice bytes, uint64_t off);

/* Prints an offset and a text. */
void hex_print_offset(const struct hex_style *style, uint64_t off, const char *after);

#endif
