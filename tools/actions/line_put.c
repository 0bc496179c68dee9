/* line_put.c - adds bytes of a line to a text, and prints the text when it is full
 *
 * SPDX-License-Identifier: MIT */
#include "actions/line_put.h"

#include <string.h>

/* Shorter parts of lines are copied to the buffer. */
#define RANGE_LEAST ((size_t)64 << 10)

/* Makes room by printing, if it is the line's turn. */
static bool make_room(struct adding *adding)
{
	if (adding->result == 0)
		adding->result = adding->line->in_turn
					 ? adding->print(adding->context, adding->text)
					 : MMR_FOUND_FULL;
	return adding->result == 0;
}

void line_put(struct adding *adding, const char *bytes, size_t len)
{
	struct line_text *text = adding->text;
	size_t part;

	while (len > 0 && adding->result == 0) {
		if (text->len == text->room && !make_room(adding))
			return;
		part = text->room - text->len < len ? text->room - text->len : len;
		memcpy(text->bytes + text->len, bytes, part);
		text->len += part;
		bytes += part;
		len -= part;
	}
}

void line_put_text(struct adding *adding, const char *bytes)
{
	line_put(adding, bytes, strlen(bytes));
}

void line_put_part(struct adding *adding, mmr_slice part)
{
	struct line_text *text = adding->text;
	const mmr_found_line *line = adding->line;

	if (part.len < RANGE_LEAST || !text->style->has_ranges) {
		line_put(adding, part.ptr, part.len);
		return;
	}
	if (text->n_ranges == LINE_TEXT_RANGES && !make_room(adding))
		return;
	text->ranges[text->n_ranges++] = (struct line_range){
		text->len, line->off + (uint64_t)(part.ptr - line->bytes.ptr), part.len};
}

bool line_next_match(struct adding *adding, mmr_slice *ret_match)
{
	if (adding->result == 0 && mmr_line_matches_next(adding->text->it, ret_match))
		return true;
	if (adding->result == 0)
		adding->result = mmr_line_matches_error(adding->text->it);
	return false;
}
