/* compile.c - compiles the patterns of a search
 *
 * SPDX-License-Identifier: MIT */
#include "search/search.h"
#include "text/caseless.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const mmr_search_options default_options = MMR_SEARCH_OPTIONS_INIT;

void mmr_search_close(mmr_search *search)
{
	size_t i;

	if (!search)
		return;
	for (i = 0; i < search->n_terms; i++) {
		mmr_regex_close(search->terms[i].regex);
		needles_close(search->terms[i].needles);
		heap_free(search->terms[i].copy);
	}
	heap_free(search);
}

static int check(const mmr_pattern *patterns, size_t n, const mmr_search_options *options)
{
	size_t i;

	if (options->struct_size < sizeof(*options)) {
		error_set(-EINVAL, "compile a search with these options");
		return error_hint(-EINVAL, "start from MMR_SEARCH_OPTIONS_INIT");
	}
	if (options->records && !split_is_fixed(options->records) &&
		options->records->delimiter != options->delimiter)
		return error_set(-EINVAL, "search in records of lines that end with another byte");
	if (options->filter && !options->filter->keep)
		return error_set(-EINVAL, "compile a search with a filter without a function");
	if (n == 0)
		return error_set(-EINVAL, "compile a search without patterns");
	for (i = 0; i < n; i++) {
		if (slice_is_nowhere(patterns[i].text))
			return error_nowhere();
		if (options->records || patterns[i].is_regex || patterns[i].text.len == 0 ||
			!memchr(patterns[i].text.ptr, options->delimiter, patterns[i].text.len))
			continue;
		error_explain_at(-EINVAL, UINT64_MAX,
			"cannot find lines that contain text %zu: it contains their delimiter",
			i + 1);
		return error_hint(-EINVAL, "search for it with mmr_each_match");
	}
	return 0;
}

static bool has_cases(mmr_slice text)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		if (is_letter(text.ptr[i]) || (unsigned char)text.ptr[i] >= 0x80)
			return true;
	return false;
}

/* Whether a pattern is compiled by PCRE2. Only PCRE2 knows the words and the cases of Unicode. */
static bool needs_regex(const mmr_pattern *pattern, const mmr_search_options *options)
{
	bool words = options->words && !options->whole_lines;

	/* Next to a record of a fixed size, there is a byte of another one. */
	return pattern->is_regex || (options->records && options->whole_lines) ||
	       (words && split_is_fixed(options->records)) ||
	       (options->utf && (words || (options->caseless && has_cases(pattern->text))));
}

/* The room for a literal byte, with a NUL after it. */
#define LITERAL_ROOM 5

/* A literal byte in a pattern. Bytes of UTF-8 characters stay together. */
static char *put_literal(char *to, unsigned char byte, bool utf)
{
	static const char plain[] = "0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";

	if ((utf && byte >= 0x80) || (byte != 0 && strchr(plain, byte)))
		*to++ = (char)byte;
	else
		to += snprintf(to, LITERAL_ROOM, "\\x%02x", byte);
	return to;
}

static char *put_text(char *to, const char *text)
{
	size_t len = strlen(text);

	memcpy(to, text, len);
	return to + len;
}

/* The most bytes of an expression besides those of its pattern, and a NUL. */
#define WRAPPING 64

/* The pattern may end in \Q, or in a comment. */
#define AFTER_QUOTE   "\\E)"
#define AFTER_COMMENT "\n)"

/* Writes the expression of a pattern with the options for its surroundings. `close` ends the group
 * that the pattern is put in. */
static mmr_slice put_expression(
	char *to, const mmr_pattern *pattern, const mmr_search_options *options, const char *close)
{
	bool wrap = options->words || options->whole_lines;
	const char *start = to;
	size_t i;

	if (options->whole_lines)
		to = put_text(to, "\\A");
	if (options->words)
		to = put_text(to, "(?<!\\w)");
	if (wrap)
		to = put_text(to, "(?:");
	for (i = 0; i < pattern->text.len; i++) {
		if (pattern->is_regex)
			*to++ = pattern->text.ptr[i];
		else
			to = put_literal(to, (unsigned char)pattern->text.ptr[i], options->utf);
	}
	if (wrap)
		to = put_text(to, close);
	if (options->words)
		to = put_text(to, "(?!\\w)");
	if (options->whole_lines)
		to = put_text(to, "\\z");
	return (mmr_slice){start, (size_t)(to - start)};
}

static int compile_regex(
	struct term *term, const mmr_pattern *pattern, const mmr_search_options *options)
{
	mmr_regex_options how = MMR_REGEX_OPTIONS_INIT;
	mmr_slice expression;
	char *text;
	int err;

	how.caseless = options->caseless;
	how.utf = options->utf;
	how.delimiter = options->delimiter;
	if (pattern->is_regex) {
		/* An error is explained for the pattern as it was given. */
		err = regex_lines_compile(pattern->text, &how, options->records, &term->regex);
		if (err < 0 || !(options->words || options->whole_lines))
			return err;
		mmr_regex_close(term->regex);
		term->regex = NULL;
	}
	if (pattern->text.len > (SIZE_MAX - WRAPPING) / 4)
		return error_set(-ENOMEM, "compile a text of %zu bytes", pattern->text.len);
	text = heap_alloc(4 * pattern->text.len + WRAPPING);
	if (!text)
		return error_set(-ENOMEM, "compile a text of %zu bytes", pattern->text.len);
	expression = put_expression(text, pattern, options, AFTER_QUOTE);
	err = regex_lines_compile(expression, &how, options->records, &term->regex);
	/* A comment hides the end of the group; a newline ends it. */
	if (err == -EINVAL && pattern->is_regex) {
		expression = put_expression(text, pattern, options, AFTER_COMMENT);
		err = regex_lines_compile(expression, &how, options->records, &term->regex);
	}
	heap_free(text);
	return err;
}

static int compile_terms(
	struct mmr_search *search, const mmr_pattern *patterns, const bool *is_text, size_t n)
{
	int err = 0;
	size_t i;

	for (i = 0; i < n && err == 0; i++) {
		if (is_text[i])
			continue;
		search->has_regex = true;
		err = compile_regex(
			&search->terms[search->n_terms], &patterns[i], &search->options);
		search->n_terms += err == 0;
	}
	return err < 0 ? err : terms_of_texts(search, patterns, is_text, n);
}

/* Allocates a search for up to so many terms. */
static struct mmr_search *allocate(size_t n, const mmr_search_options *options)
{
	struct mmr_search *search;
	size_t size;

	if (n > (SIZE_MAX - sizeof(*search)) / sizeof(search->terms[0]))
		return NULL;
	size = sizeof(*search) + n * sizeof(search->terms[0]);
	search = heap_alloc(size);
	if (!search)
		return NULL;
	memset(search, 0, size);
	search->options = *options;
	search->units = (struct units){options->delimiter, options->records};
	search->edges = (struct edges){options->words, options->whole_lines, options->delimiter};
	return search;
}

static int compile(const mmr_pattern *patterns, bool *is_text, size_t n,
	const mmr_search_options *options, mmr_search **ret_search)
{
	mmr_search *search;
	size_t i;
	int err;

	for (i = 0; i < n; i++)
		is_text[i] = !needs_regex(&patterns[i], options);
	search = allocate(terms_most(options, patterns, is_text, n), options);
	if (!search)
		return error_set(-ENOMEM, "compile %zu patterns", n);
	err = compile_terms(search, patterns, is_text, n);
	if (err < 0)
		mmr_search_close(search);
	else
		*ret_search = search;
	return err;
}

int mmr_search_compile(const mmr_pattern *patterns, size_t n_patterns,
	const mmr_search_options *options, mmr_search **ret_search)
{
	bool *is_text;
	int err;

	if (!options)
		options = &default_options;
	err = check(patterns, n_patterns, options);
	if (err < 0)
		return err;
	is_text = heap_alloc(n_patterns * sizeof(*is_text));
	if (!is_text)
		return error_set(-ENOMEM, "compile %zu patterns", n_patterns);
	err = compile(patterns, is_text, n_patterns, options, ret_search);
	heap_free(is_text);
	return err;
}
