/* line_json.c - ripgrep's JSON: an object for each line, and for the start and end of each search
 *
 * SPDX-License-Identifier: MIT */
#include "actions/line_json.h"

#include "actions/line_put.h"
#include "output/output.h"
#include "output/put.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of a line that are converted at once; a multiple of 3, for base64. */
#define CHUNK ((size_t)1536)

/* --- Lines ------------------------------------------------------------------------------------ */

static void put_bytes(struct adding *adding, mmr_slice bytes)
{
	bool is_text = put_is_utf8(bytes);
	char chunk[PUT_JSON_PART_ROOM(CHUNK)], *end;

	line_put_text(adding, is_text ? "{\"text\":\"" : "{\"bytes\":\"");
	while (bytes.len > 0 && adding->result == 0) {
		mmr_slice part = {bytes.ptr, bytes.len < CHUNK ? bytes.len : CHUNK};

		end = is_text ? put_json_part(chunk, part) : put_base64(chunk, part);
		line_put(adding, chunk, (size_t)(end - chunk));
		bytes.ptr += part.len;
		bytes.len -= part.len;
	}
	line_put_text(adding, "\"}");
}

static void put_number(struct adding *adding, const char *name, uint64_t number)
{
	char text[PUT_NUMBER_ROOM];

	line_put_text(adding, name);
	line_put(adding, text, (size_t)(put_unsigned(text, number) - text));
}

static void put_matches(struct adding *adding)
{
	const mmr_found_line *line = adding->line;
	const char *separator = "";
	mmr_slice match;

	while (line_next_match(adding, &match)) {
		uint64_t start = (uint64_t)(match.ptr - line->bytes.ptr);

		line_put_text(adding, separator);
		line_put_text(adding, "{\"match\":");
		put_bytes(adding, match);
		put_number(adding, ",\"start\":", start);
		put_number(adding, ",\"end\":", start + match.len);
		line_put_text(adding, "}");
		adding->text->n_matches++;
		separator = ",";
	}
}

void line_put_json(struct adding *adding)
{
	const struct line_style *style = adding->text->style;
	const mmr_found_line *line = adding->line;

	line_put_text(adding, line->is_context ? "{\"type\":\"context\",\"data\":{\"path\":"
					       : "{\"type\":\"match\",\"data\":{\"path\":");
	line_put_text(adding, style->json_path);
	line_put_text(adding, ",\"lines\":");
	put_bytes(adding, line->bytes);
	put_number(adding, ",\"line_number\":", style->lines_before + line->number + 1);
	put_number(adding, ",\"absolute_offset\":", style->input->base + line->off);
	line_put_text(adding, ",\"submatches\":[");
	if (style->matches && !line->is_context)
		put_matches(adding);
	line_put_text(adding, "]}}\n");
}

/* --- Searches --------------------------------------------------------------------------------- */

char *json_path(const char *name)
{
	mmr_slice bytes = {name, strnlen(name, PATH_MAX)};
	bool is_text = put_is_utf8(bytes);
	const char *start = is_text ? "{\"text\":\"" : "{\"bytes\":\"";
	char *path = malloc(PUT_JSON_PART_ROOM(bytes.len) + 32), *to;

	if (!path)
		return NULL;
	memcpy(path, start, strlen(start));
	to = path + strlen(start);
	to = is_text ? put_json_part(to, bytes) : put_base64(to, bytes);
	memcpy(to, "\"}", sizeof("\"}"));
	return path;
}

static size_t print(const char *text)
{
	output_write(text, strlen(text));
	return strlen(text);
}

size_t json_print_begin(const char *path)
{
	return print("{\"type\":\"begin\",\"data\":{\"path\":") + print(path) + print("}}\n");
}

static void print_elapsed(const char *name, double seconds)
{
	char text[128];
	uint64_t whole = (uint64_t)seconds;

	snprintf(text, sizeof(text),
		"\"%s\":{\"secs\":%" PRIu64 ",\"nanos\":%" PRIu64 ",\"human\":\"%.6fs\"}", name,
		whole, (uint64_t)((seconds - (double)whole) * 1e9), seconds);
	print(text);
}

static void print_stats(const struct json_stats *stats)
{
	char text[320];

	print("\"stats\":{");
	print_elapsed("elapsed", stats->seconds);
	snprintf(text, sizeof(text),
		",\"searches\":%" PRIu64 ",\"searches_with_match\":%" PRIu64
		",\"bytes_searched\":%" PRIu64 ",\"bytes_printed\":%" PRIu64
		",\"matched_lines\":%" PRIu64 ",\"matches\":%" PRIu64 "}",
		stats->searches, stats->searches_with_match, stats->bytes_searched,
		stats->bytes_printed, stats->lines, stats->matches);
	print(text);
}

void json_add_stats(struct json_stats *sum, const struct json_stats *stats)
{
	sum->seconds += stats->seconds;
	sum->searches += stats->searches;
	sum->searches_with_match += stats->searches_with_match;
	sum->bytes_searched += stats->bytes_searched;
	sum->bytes_printed += stats->bytes_printed;
	sum->lines += stats->lines;
	sum->matches += stats->matches;
}

void json_print_end(const char *path, const struct json_stats *stats, uint64_t next_offset)
{
	char text[64];

	print("{\"type\":\"end\",\"data\":{\"path\":");
	print(path);
	snprintf(text, sizeof(text), ",\"binary_offset\":null,\"next_offset\":%" PRIu64 ",",
		next_offset);
	print(text);
	print_stats(stats);
	print("}}\n");
}

void json_print_summary(double seconds, const struct json_stats *stats)
{
	print("{\"type\":\"summary\",\"data\":{");
	print_elapsed("elapsed_total", seconds);
	print(",");
	print_stats(stats);
	print("}}\n");
}
