/* line_fields.c - adds the fields of -F of each row, as they are in the row or as JSON
 *
 * SPDX-License-Identifier: MIT */
#include "actions/line_put.h"

#include "output/put.h"

#include <string.h>

/* Bytes of a field that are converted to JSON at once. */
#define CHUNK ((size_t)1536)

/* --- Text ------------------------------------------------------------------------------------- */

/* Adds adjacent fields. Those that the row lacks are empty. */
static void put_span(struct adding *adding, const struct row *row, const struct field_span *span)
{
	const struct row_fields *fields = adding->text->style->fields;
	size_t have = row->n, n;
	const char *start, *end = row->end;

	if (span->first <= have) {
		start = row->starts[span->first - 1];
		if (span->last <= have)
			end = row->starts[span->last] - 1;
		line_put_part(adding, (mmr_slice){start, (size_t)(end - start)});
	}
	if (span->last == FIELDS_REST || span->last <= have)
		return;
	/* A separator is between two fields. */
	for (n = span->last - (span->first > have ? span->first : have); n > 0; n--)
		line_put(adding, &fields->options->separator, 1);
}

/* Whether the bytes of a span that is printed last end with the delimiter. */
static bool has_end(
	const struct row_fields *fields, const struct row *row, const struct field_span *span)
{
	bool is_last = span->last == FIELDS_REST
			       ? span->first <= row->n
			       : span->last == row->n && row->starts[row->n] == row->end + 1;

	return is_last && row->end > row->start && row->end[-1] == fields->options->delimiter;
}

static void put_row(struct adding *adding, const struct row *row)
{
	const struct row_fields *fields = adding->text->style->fields;
	const struct field_span *span = fields->spans, *stop = span + fields->n;

	/* A byte order mark stays at the start of a row. */
	if (span->first == 1 && row->start < row->starts[0])
		line_put(adding, row->start, (size_t)(row->starts[0] - row->start));
	for (; span < stop; span++) {
		put_span(adding, row, span);
		if (span + 1 < stop)
			line_put(adding, &fields->options->separator, 1);
	}
	/* The last row may lack its line end. If a quote in it is not closed, a line end may be the
	 * last byte of its last field, and is enough if this field is printed last. */
	if (row->end < row->stop)
		line_put(adding, row->end, (size_t)(row->stop - row->end));
	else if (!has_end(fields, row, span - 1))
		line_put(adding, &fields->options->delimiter, 1);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static bool is_continuation(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

/* How many bytes to convert at once: no character is divided. */
static size_t chunk_of(mmr_slice text)
{
	size_t len = CHUNK;

	if (text.len <= CHUNK)
		return text.len;
	while (len > CHUNK - 4 && is_continuation(text.ptr[len]))
		len--;
	return is_continuation(text.ptr[len]) ? CHUNK : len;
}

/* Adds bytes inside a JSON string. */
static void put_json_bytes(struct adding *adding, mmr_slice text)
{
	char chunk[PUT_JSON_ROOM(CHUNK)], *end;

	while (text.len > 0 && adding->result == 0) {
		size_t len = chunk_of(text);

		end = put_json(chunk, (mmr_slice){text.ptr, len});
		line_put(adding, chunk + 1, (size_t)(end - chunk) - 2);
		text.ptr += len;
		text.len -= len;
	}
}

/* Adds the text of a field without its quotes, if it has any. */
static void put_value(struct adding *adding, mmr_slice field)
{
	const char *at = field.ptr, *stop = at + field.len, *quote;

	line_put(adding, "\"", 1);
	if (row_fields_quoted(adding->text->style->fields, field)) {
		at++;
		stop--;
		/* The first of two quotes is added, the second one is not. */
		while ((quote = memchr(at, '"', (size_t)(stop - at))) && quote + 1 < stop) {
			put_json_bytes(adding, (mmr_slice){at, (size_t)(quote + 1 - at)});
			at = quote + 2;
		}
	}
	put_json_bytes(adding, (mmr_slice){at, (size_t)(stop - at)});
	line_put(adding, "\"", 1);
}

/* Adds the key of a field, counted from 1. */
static void put_key(struct adding *adding, size_t number, bool *first)
{
	const struct row_fields *fields = adding->text->style->fields;
	char text[PUT_NUMBER_ROOM + 8] = "\"", *end;

	line_put_text(adding, *first ? "{" : ",");
	*first = false;
	if (number <= fields->n_keys) {
		line_put_text(adding, fields->keys[number - 1]);
		return;
	}
	end = put_unsigned(text + 1, number);
	memcpy(end, "\":", 2);
	line_put(adding, text, (size_t)(end + 2 - text));
}

static void put_members(
	struct adding *adding, const struct row *row, const struct field_span *span, bool *first)
{
	const struct row_fields *fields = adding->text->style->fields;
	size_t number = span->first;
	const char *at, *end = NULL;

	if (number <= row->n) {
		for (at = row->starts[number - 1];; at = end + 1) {
			end = row_fields_end(fields, at, row->end);
			put_key(adding, number, first);
			put_value(adding, (mmr_slice){at, (size_t)(end - at)});
			if (number++ == span->last || end == row->end)
				break;
		}
	}
	for (; span->last != FIELDS_REST && number <= span->last; number++) {
		put_key(adding, number, first);
		line_put_text(adding, "null");
	}
}

static void put_object(struct adding *adding, const struct row *row)
{
	const struct row_fields *fields = adding->text->style->fields;
	bool first = true;
	size_t i;

	for (i = 0; i < fields->n; i++)
		put_members(adding, row, &fields->spans[i], &first);
	line_put_text(adding, first ? "{}\n" : "}\n");
}

/* --- Rows ------------------------------------------------------------------------------------- */

void line_put_row(struct adding *adding, const struct row *row)
{
	if (adding->text->style->options->json)
		put_object(adding, row);
	else
		put_row(adding, row);
}

void line_put_fields(struct adding *adding)
{
	struct line_text *text = adding->text;
	const struct line_style *style = text->style;
	const mmr_found_line *run = adding->line;
	mmr_found_line line = *run;
	mmr_slice rest = run->bytes;
	struct row row = {.starts = text->starts};

	adding->line = &line;
	while (rest.len > 0 && adding->result == 0) {
		row_fields_find(style->fields, rest, &row);
		line.bytes.len = (size_t)(row.stop - row.start);
		if (!row_fields_are_complete(style->fields, &row) && !style->is_header)
			line_text_lacks(text, line.off);
		if (text->totals) {
			adding->result = line_add_totals(text, &row, line.off);
		} else if (!style->options->count_only) {
			if (line.after_gap)
				line_put_text(adding, line_text_gap(style->options));
			if (!style->options->json)
				line_put_prefix(adding, line.off);
			line_put_row(adding, &row);
		}
		adding->n_lines++;
		rest.ptr += line.bytes.len;
		rest.len -= line.bytes.len;
		line.bytes.ptr = rest.ptr;
		line.off += line.bytes.len;
		line.number += line.number != MMR_NO_LINE;
		line.after_gap = false;
	}
	adding->line = run;
}
