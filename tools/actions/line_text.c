/* line_text.c - makes the output for lines that were found: prefixes, colors, matches
 *
 * SPDX-License-Identifier: MIT */
#include "actions/line_put.h"

#include "output/put.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *line_text_gap(const struct options *options)
{
	return options->color ? COLOR_SEPARATOR "--" COLOR_END "\n" : "--\n";
}

int line_text_start(struct line_text *text, const struct line_style *style)
{
	text->style = style;
	text->room = style->fields ? LINE_TEXT_FIELDS_ROOM : LINE_TEXT_ROOM;
	text->bytes = malloc(text->room);
	if (style->fields)
		text->starts = malloc((style->fields->most + 1) * sizeof(*text->starts));
	if (totals_are_alone(style->options))
		text->totals = totals_new(style->options);
	if (!text->bytes || (style->fields && !text->starts) ||
		(totals_are_alone(style->options) && !text->totals))
		return -ENOMEM;
	return style->matches ? mmr_line_matches_open(style->search, &text->it) : 0;
}

void line_text_end(struct line_text *text)
{
	free(text->bytes);
	free(text->starts);
	free(text->totals);
	mmr_line_matches_close(text->it);
}

int line_text_grow(void *context, struct line_text *text)
{
	char *bytes = realloc(text->bytes, 2 * text->room);

	(void)context;
	if (!bytes)
		return -ENOMEM;
	text->bytes = bytes;
	text->room *= 2;
	return 0;
}

static void put_colored(struct adding *adding, const char *color, const char *bytes, size_t len)
{
	bool colored = adding->text->style->options->color;

	if (colored)
		line_put_text(adding, color);
	line_put(adding, bytes, len);
	if (colored)
		line_put_text(adding, COLOR_END);
}

static const char *separator_of(const struct adding *adding)
{
	return adding->line->is_context ? "-" : ":";
}

static void put_separator(struct adding *adding)
{
	put_colored(adding, COLOR_SEPARATOR, separator_of(adding), 1);
}

static void put_number(struct adding *adding, uint64_t number)
{
	char text[PUT_NUMBER_ROOM];

	put_colored(adding, COLOR_NUMBER, text, (size_t)(put_unsigned(text, number) - text));
}

static void put_number_prefix(struct adding *adding, uint64_t number)
{
	char text[PUT_NUMBER_ROOM + 1], *end;

	if (adding->text->style->options->color) {
		put_number(adding, number);
		put_separator(adding);
		return;
	}
	end = put_unsigned(text, number);
	*end++ = separator_of(adding)[0];
	line_put(adding, text, (size_t)(end - text));
}

void line_put_prefix(struct adding *adding, uint64_t off)
{
	const struct line_style *style = adding->text->style;
	const struct search_options *search = &style->options->search;

	if (style->is_header)
		return;
	if (style->options->names) {
		put_colored(adding, COLOR_FILE, style->input->name, strlen(style->input->name));
		put_separator(adding);
	}
	if (search->numbers)
		put_number_prefix(adding, style->lines_before + adding->line->number + 1);
	if (search->offsets)
		put_number_prefix(adding, style->input->base + off);
}

static void put_member(struct adding *adding, const char *name, uint64_t number)
{
	char text[PUT_NUMBER_ROOM];

	line_put_text(adding, name);
	line_put(adding, text, (size_t)(put_unsigned(text, number) - text));
}

/* {"file":"log","offset":12,"length":3} */
static void put_object(struct adding *adding, uint64_t off, size_t len)
{
	const struct line_style *style = adding->text->style;

	line_put_text(adding, "{\"file\":");
	line_put_text(adding, style->json_name);
	put_member(adding, ",\"offset\":", style->input->base + off);
	put_member(adding, ",\"length\":", len);
	if (style->options->search.numbers)
		put_member(adding, ",\"line\":", style->lines_before + adding->line->number + 1);
	line_put_text(adding, "}\n");
}

static void put_match(struct adding *adding, mmr_slice match)
{
	bool colored = adding->text->style->options->color;

	if (colored)
		line_put_text(adding, COLOR_MATCH);
	line_put_part(adding, match);
	if (colored)
		line_put_text(adding, COLOR_END);
}

/* Adds each match, or its offset, on a line of its own. */
static void put_matches(struct adding *adding)
{
	const struct line_style *style = adding->text->style;
	const mmr_found_line *line = adding->line;
	mmr_slice match;

	while (line_next_match(adding, &match)) {
		uint64_t off = line->off + (uint64_t)(match.ptr - line->bytes.ptr);

		adding->text->n_matches++;
		if (style->options->json) {
			put_object(adding, off, match.len);
			continue;
		}
		line_put_prefix(adding, off);
		if (style->options->search.only_offsets) {
			put_number(adding, style->input->base + off);
			line_put_text(adding, "\n");
		} else {
			put_match(adding, match);
			line_put(adding, &style->options->delimiter, 1);
		}
	}
}

/* Adds a line whose matches have a color. */
static void put_colored_line(struct adding *adding)
{
	mmr_slice rest = adding->line->bytes, match;
	const char *stop = rest.ptr + rest.len;

	while (line_next_match(adding, &match)) {
		line_put_part(adding, (mmr_slice){rest.ptr, (size_t)(match.ptr - rest.ptr)});
		put_match(adding, match);
		rest.ptr = match.ptr + match.len;
	}
	line_put_part(adding, (mmr_slice){rest.ptr, (size_t)(stop - rest.ptr)});
}

static void put_line(struct adding *adding)
{
	const struct line_style *style = adding->text->style;
	const mmr_found_line *line = adding->line;
	char delimiter = style->options->delimiter;

	if (style->matches && !line->is_context)
		adding->result = mmr_line_matches_load(adding->text->it, line->bytes);
	if (style->as_json) {
		line_put_json(adding);
		return;
	}
	if (line->after_gap)
		line_put_text(adding, line_text_gap(style->options));
	if (style->options->search.only_matches || style->options->search.only_offsets) {
		put_matches(adding);
		return;
	}
	line_put_prefix(adding, line->off);
	if (style->matches && !line->is_context)
		put_colored_line(adding);
	else
		line_put_part(adding, line->bytes);
	/* The last line of the input may lack its delimiter. */
	if (line->bytes.ptr[line->bytes.len - 1] != delimiter)
		line_put(adding, &delimiter, 1);
}

/* Counts the matches, if those are wanted. */
static void count_line(struct adding *adding)
{
	mmr_slice match;

	if (!adding->text->style->matches)
		return;
	adding->result = mmr_line_matches_load(adding->text->it, adding->line->bytes);
	while (line_next_match(adding, &match))
		adding->text->n_matches++;
}

void line_text_lacks(struct line_text *text, uint64_t off)
{
	noted_add(&text->lacking, off);
}

static bool is_binary(mmr_slice bytes)
{
	return memchr(bytes.ptr, '\0', bytes.len) || memchr(bytes.ptr, '\033', bytes.len);
}

/* A fault of the map jumps out of this. It can only happen where bytes of the line are copied or
 * looked at: nothing is held then. */
static int add(void *argument)
{
	struct adding *adding = argument;
	const struct line_style *style = adding->text->style;

	if (style->refuses_binary && is_binary(adding->line->bytes)) {
		adding->text->is_binary = true;
		adding->result = 1;
	} else if (style->fields) {
		line_put_fields(adding);
	} else if (style->options->count_only) {
		count_line(adding);
		adding->n_lines = 1;
	} else {
		put_line(adding);
		adding->n_lines = 1;
	}
	return 0;
}

int line_text_add(struct line_text *text, const mmr_found_line *line, line_text_print_fn *print,
	void *context)
{
	struct adding adding = {text, line, print, context, 0, 0};
	struct noted lacking = text->lacking;
	size_t len = text->len, n_ranges = text->n_ranges;
	uint64_t n_matches = text->n_matches;
	int err = mmr_try(text->style->input->reader, add, &adding);

	if (err < 0)
		adding.result = err;
	if (adding.result == 0) {
		if (line->is_context)
			return 0;
		text->n_lines += adding.n_lines;
		text->start = line->off;
		text->stop = line->off + line->bytes.len;
		return 0;
	}
	/* Nothing of the line is printed, unless it is so long that its start was. */
	text->len = text->len < len ? 0 : len;
	text->n_ranges = text->n_ranges < n_ranges ? 0 : n_ranges;
	text->n_matches = n_matches;
	text->lacking = lacking;
	return adding.result;
}
