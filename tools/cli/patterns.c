/* patterns.c - collects and checks the patterns of a search
 *
 * SPDX-License-Identifier: MIT */
#include "cli/patterns.h"

#include "cli/values.h"
#include "status/message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct search_options *search, mmr_slice text, bool is_regex)
{
	size_t n = search->n_patterns;
	mmr_pattern *patterns = search->patterns;

	/* The room doubles when it is full. */
	if ((n & (n - 1)) == 0) {
		patterns = realloc(patterns, 2 * (n + 1) * sizeof(*patterns));
		if (!patterns)
			exit((int)message("cannot keep %zu patterns: %s", n + 1, strerror(errno)));
	}
	patterns[n] = (mmr_pattern){text, is_regex};
	search->patterns = patterns;
	search->n_patterns++;
}

void pattern_add(struct search_options *search, char *argument, bool is_regex)
{
	add(search, mmr_slice_of(argument), is_regex);
}

void pattern_unescape(struct search_options *search)
{
	size_t i;

	for (i = 0; i < search->n_patterns; i++)
		if (!search->patterns[i].is_regex)
			search->patterns[i].text =
				value_bytes("text", (char *)search->patterns[i].text.ptr);
}

static _Noreturn void file_is_wrong(const char *file, size_t line, const char *reason)
{
	exit((int)message(
		"%s: cannot use line %zu as a text: %s", message_quote(file), line, reason));
}

/* Reads a file to its end. Exits with a message if that fails. */
static mmr_slice read_file(const char *file, FILE *in)
{
	size_t room = (size_t)16 << 10, len = 0;
	char *bytes = NULL, *larger;

	while (!feof(in) && !ferror(in)) {
		larger = realloc(bytes, room);
		if (!larger)
			exit((int)message("%s: cannot keep %zu bytes of it: %s",
				message_quote(file), room, strerror(errno)));
		bytes = larger;
		len += fread(bytes + len, 1, room - len, in);
		room *= 2;
	}
	if (ferror(in))
		exit((int)message("%s: cannot read: %s", message_quote(file), strerror(errno)));
	return (mmr_slice){bytes, len};
}

/* Adds the lines of a file. They stay where they are. */
static void add_lines(struct search_options *search, const char *file, mmr_slice bytes)
{
	const char *at = bytes.ptr, *stop, *end;
	size_t n;

	/* `bytes.ptr` may be NULL then. */
	if (bytes.len == 0)
		exit((int)message(
			"%s: cannot search for its texts: it is empty", message_quote(file)));
	stop = at + bytes.len;
	for (n = 1; at < stop; n++) {
		end = memchr(at, '\n', (size_t)(stop - at));
		if (!end)
			end = stop;
		if (end == at)
			file_is_wrong(file, n, "it is empty, and every line contains it");
		if (memchr(at, '\0', (size_t)(end - at)))
			file_is_wrong(file, n, "it contains a NUL; use -e '\\0'");
		add(search, (mmr_slice){at, (size_t)(end - at)}, false);
		at = end + 1;
	}
}

void pattern_add_file(struct search_options *search, const char *file)
{
	bool is_input = strcmp(file, "-") == 0;
	FILE *in = is_input ? stdin : fopen(file, "re");

	if (!in)
		exit((int)message("%s: cannot open: %s", message_quote(file), strerror(errno)));
	add_lines(search, file, read_file(file, in));
	if (!is_input)
		fclose(in);
}

bool pattern_is_plain(const struct search_options *search)
{
	return search->n_patterns == 1 && !search->patterns[0].is_regex && !search->caseless &&
	       !search->words && !search->whole_lines;
}

bool pattern_has_delimiter(const struct search_options *search, char delimiter)
{
	size_t i;

	for (i = 0; i < search->n_patterns; i++) {
		mmr_slice text = search->patterns[i].text;

		if (!search->patterns[i].is_regex && text.len > 0 &&
			memchr(text.ptr, delimiter, text.len))
			return true;
	}
	return false;
}

bool pattern_crosses_lines(const struct options *options)
{
	return !options->records && pattern_has_delimiter(&options->search, options->delimiter);
}
