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

/* Adds the texts of an open file. Returns: 0, or errno of reading. */
static int add_lines(struct search_options *search, const char *file, FILE *in)
{
	char *line = NULL;
	size_t room = 0, n;
	ssize_t len;

	for (n = 1; (len = getline(&line, &room, in)) >= 0; n++) {
		if (len > 0 && line[len - 1] == '\n')
			len--;
		if (len == 0)
			file_is_wrong(file, n, "it is empty, and every line contains it");
		if (memchr(line, '\0', (size_t)len))
			file_is_wrong(file, n, "it contains a NUL; use -e '\\0'");
		add(search, (mmr_slice){line, (size_t)len}, false);
		/* The text stays in this line. */
		line = NULL;
		room = 0;
	}
	if (!feof(in))
		return errno;
	free(line);
	if (n == 1)
		exit((int)message(
			"%s: cannot search for its texts: it is empty", message_quote(file)));
	return 0;
}

void pattern_add_file(struct search_options *search, const char *file)
{
	bool is_input = strcmp(file, "-") == 0;
	FILE *in = is_input ? stdin : fopen(file, "re");
	int errnum;

	if (!in)
		exit((int)message("%s: cannot open: %s", message_quote(file), strerror(errno)));
	errnum = add_lines(search, file, in);
	if (errnum != 0)
		exit((int)message("%s: cannot read: %s", message_quote(file), strerror(errnum)));
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
