/* line_text.c - makes the output for lines that were found: prefixes, colors, matches
 *
 * SPDX-License-Identifier: MIT */
#include "actions/line_text.h"

#include "output/put.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Shorter parts of lines are copied to the buffer. */
#define RANGE_LEAST ((size_t)64 << 10)

/* Colors of ANSI terminals, those of GNU grep. */
#define COLOR_FILE      "\033[35m"
#define COLOR_NUMBER    "\033[32m"
#define COLOR_SEPARATOR "\033[36m"
#define COLOR_MATCH     "\033[01;31m"
#define COLOR_END       "\033[m"

/* A line that is being added. */
struct adding {
	struct line_text *text;
	const mmr_found_line *line;
	line_text_print_fn *print;
	void *context;
	int result; /* 0; why it cannot be added */
};

int line_text_start(struct line_text *text, const struct line_style *style)
{
	text->style = style;
	text->bytes = malloc(LINE_TEXT_ROOM);
	if (!text->bytes)
		return -ENOMEM;
	return style->matches ? mmr_line_matches_open(style->search, &text->it) : 0;
}

void line_text_end(struct line_text *text)
{
	free(text->bytes);
	mmr_line_matches_close(text->it);
}

/* Makes room by printing, if it is the line's turn. */
static bool make_room(struct adding *adding)
{
	if (adding->result == 0)
		adding->result = adding->line->in_turn
					 ? adding->print(adding->context, adding->text)
					 : MMR_FOUND_FULL;
	return adding->result == 0;
}

static void put(struct adding *adding, const char *bytes, size_t len)
{
	struct line_text *text = adding->text;
	size_t part;

	while (len > 0 && adding->result == 0) {
		if (text->len == LINE_TEXT_ROOM && !make_room(adding))
			return;
		part = LINE_TEXT_ROOM - text->len < len ? LINE_TEXT_ROOM - text->len : len;
		memcpy(text->bytes + text->len, bytes, part);
		text->len += part;
		bytes += part;
		len -= part;
	}
}

static void put_text(struct adding *adding, const char *bytes)
{
	put(adding, bytes, strlen(bytes));
}

/* Adds bytes of the line. */
static void put_part(struct adding *adding, mmr_slice part)
{
	struct line_text *text = adding->text;
	const mmr_found_line *line = adding->line;

	if (part.len < RANGE_LEAST || !text->style->has_ranges) {
		put(adding, part.ptr, part.len);
		return;
	}
	if (text->n_ranges == LINE_TEXT_RANGES && !make_room(adding))
		return;
	text->ranges[text->n_ranges++] = (struct line_range){
		text->len, line->off + (uint64_t)(part.ptr - line->bytes.ptr), part.len};
}

static void put_colored(struct adding *adding, const char *color, const char *bytes, size_t len)
{
	bool colored = adding->text->style->options->color;

	if (colored)
		put_text(adding, color);
	put(adding, bytes, len);
	if (colored)
		put_text(adding, COLOR_END);
}

static void put_separator(struct adding *adding)
{
	put_colored(adding, COLOR_SEPARATOR, adding->line->is_context ? "-" : ":", 1);
}

static void put_number(struct adding *adding, uint64_t number)
{
	char text[PUT_NUMBER_ROOM];

	put_colored(adding, COLOR_NUMBER, text, (size_t)(put_unsigned(text, number) - text));
}

static void put_number_prefix(struct adding *adding, uint64_t number)
{
	put_number(adding, number);
	put_separator(adding);
}

static void put_prefix(struct adding *adding, uint64_t off)
{
	const struct line_style *style = adding->text->style;
	const struct search_options *search = &style->options->search;

	if (style->options->names) {
		put_colored(adding, COLOR_FILE, style->input->name, strlen(style->input->name));
		put_separator(adding);
	}
	if (search->numbers)
		put_number_prefix(adding, style->lines_before + adding->line->number + 1);
	if (search->offsets)
		put_number_prefix(adding, style->input->base + off);
}

/* The next match of the line. Returns: false after the last one, and for an error. */
static bool next_match(struct adding *adding, mmr_slice *ret_match)
{
	if (adding->result == 0 && mmr_line_matches_next(adding->text->it, ret_match))
		return true;
	if (adding->result == 0)
		adding->result = mmr_line_matches_error(adding->text->it);
	return false;
}

static void put_member(struct adding *adding, const char *name, uint64_t number)
{
	char text[PUT_NUMBER_ROOM];

	put_text(adding, name);
	put(adding, text, (size_t)(put_unsigned(text, number) - text));
}

/* {"file":"log","offset":12,"length":3} */
static void put_object(struct adding *adding, uint64_t off, size_t len)
{
	const struct line_style *style = adding->text->style;

	put_text(adding, "{\"file\":");
	put(adding, style->json_name.ptr, style->json_name.len);
	put_member(adding, ",\"offset\":", style->input->base + off);
	put_member(adding, ",\"length\":", len);
	if (style->options->search.numbers)
		put_member(adding, ",\"line\":", style->lines_before + adding->line->number + 1);
	put_text(adding, "}\n");
}

static void put_match(struct adding *adding, mmr_slice match)
{
	bool colored = adding->text->style->options->color;

	if (colored)
		put_text(adding, COLOR_MATCH);
	put_part(adding, match);
	if (colored)
		put_text(adding, COLOR_END);
}

/* Adds each match, or its offset, on a line of its own. */
static void put_matches(struct adding *adding)
{
	const struct line_style *style = adding->text->style;
	const mmr_found_line *line = adding->line;
	mmr_slice match;

	while (next_match(adding, &match)) {
		uint64_t off = line->off + (uint64_t)(match.ptr - line->bytes.ptr);

		adding->text->n_matches++;
		if (style->options->json) {
			put_object(adding, off, match.len);
			continue;
		}
		put_prefix(adding, off);
		if (style->options->search.only_offsets) {
			put_number(adding, style->input->base + off);
			put_text(adding, "\n");
		} else {
			put_match(adding, match);
			put(adding, &style->options->delimiter, 1);
		}
	}
}

/* Adds a line whose matches have a color. */
static void put_colored_line(struct adding *adding)
{
	mmr_slice rest = adding->line->bytes, match;
	const char *stop = rest.ptr + rest.len;

	while (next_match(adding, &match)) {
		put_part(adding, (mmr_slice){rest.ptr, (size_t)(match.ptr - rest.ptr)});
		put_match(adding, match);
		rest.ptr = match.ptr + match.len;
	}
	put_part(adding, (mmr_slice){rest.ptr, (size_t)(stop - rest.ptr)});
}

static void put_line(struct adding *adding)
{
	const struct line_style *style = adding->text->style;
	const mmr_found_line *line = adding->line;
	char delimiter = style->options->delimiter;

	if (line->after_gap) {
		put_colored(adding, COLOR_SEPARATOR, "--", 2);
		put_text(adding, "\n");
	}
	if (style->matches && !line->is_context)
		adding->result = mmr_line_matches_load(adding->text->it, line->bytes);
	if (style->options->search.only_matches || style->options->search.only_offsets) {
		put_matches(adding);
		return;
	}
	put_prefix(adding, line->off);
	if (style->matches && !line->is_context)
		put_colored_line(adding);
	else
		put_part(adding, line->bytes);
	/* The last line of the input may lack its delimiter. */
	if (line->bytes.ptr[line->bytes.len - 1] != delimiter)
		put(adding, &delimiter, 1);
}

/* Counts the matches, if those are wanted. */
static void count_line(struct adding *adding)
{
	mmr_slice match;

	if (!adding->text->style->matches)
		return;
	adding->result = mmr_line_matches_load(adding->text->it, adding->line->bytes);
	while (next_match(adding, &match))
		adding->text->n_matches++;
}

static bool is_binary(mmr_slice bytes)
{
	return memchr(bytes.ptr, '\0', bytes.len) || memchr(bytes.ptr, '\033', bytes.len);
}

int line_text_add(struct line_text *text, const mmr_found_line *line, line_text_print_fn *print,
	void *context)
{
	struct adding adding = {text, line, print, context, 0};
	size_t len = text->len, n_ranges = text->n_ranges;
	uint64_t n_matches = text->n_matches;

	if (text->style->refuses_binary && is_binary(line->bytes)) {
		text->is_binary = true;
		return 1;
	}
	if (text->style->options->count_only)
		count_line(&adding);
	else
		put_line(&adding);
	if (adding.result == 0) {
		text->n_lines += !line->is_context;
	} else if (adding.result == MMR_FOUND_FULL) {
		text->len = len;
		text->n_ranges = n_ranges;
		text->n_matches = n_matches;
	}
	return adding.result;
}
