/* fuzz_literals.c - the texts that patterns require, and the search for lines by these texts
 *
 * The input is a byte of options, a pattern, a NUL, and a text. The oracle is PCRE2's interpreter,
 * called for each line alone, without its optimizations of the start of a search. Each line in
 * which it finds a match must contain a text of each set, and must be found by regex_lines, which
 * looks for the texts first. No other line may be found. A pattern that is refused because it needs
 * the delimiter must match nowhere.
 *
 * Length: 128
 *
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

#if defined(HAVE_CONFIG_H)
#include "config.h"
#endif

#if MMR_PCRE2_LAZY

#include "optional/regex_lines.h"
#include "optional/regex_literals.h"

#include <ctype.h>
#include <errno.h>

/* The limits of the oracle. The library adds to the first one for each byte. */
#define MATCH_LIMIT 1000
#define HEAP_LIMIT  64

#define LINES_MAX 300

struct question {
	mmr_regex_options options;
	mmr_slice pattern, text;
	bool is_private;
	size_t starts[LINES_MAX]; /* offsets of the lines that match */
	size_t n_starts;
	bool limited; /* a limit was reached */
};

/* --- Oracle --- */

static bool is_same(char a, char b, bool caseless)
{
	return a == b || (caseless && isalpha((unsigned char)b) && tolower((unsigned char)a) == b);
}

static bool has_text(mmr_slice line, const struct literal *text, bool caseless)
{
	size_t at, k;

	for (at = 0; at + text->len <= line.len; at++) {
		for (k = 0; k < text->len && is_same(line.ptr[at + k], text->bytes[k], caseless);)
			k++;
		if (k == text->len)
			return true;
	}
	return false;
}

/* Checks all sets for a line, which matches or not. */
static void check_sets(const struct regex_literals *literals, mmr_slice line, bool matches)
{
	unsigned i, k;
	size_t at;

	for (i = 0; literals && i < literals->n_sets; i++) {
		const struct literal_set *set = &literals->sets[i];

		if (set->high) {
			for (at = 0; at < line.len && (unsigned char)line.ptr[at] < 0x80; at++)
				;
			MUST(at < line.len || !matches, "a match in '%.*s'", (int)line.len,
				line.ptr);
			continue;
		}
		for (k = 0; k < set->n && !has_text(line, &set->texts[k], set->caseless); k++)
			;
		MUST(k < set->n || !matches, "a match in '%.*s' without a text of set %u",
			(int)line.len, line.ptr, i);
		MUST(k == set->n || matches || !set->exact, "no match in '%.*s'", (int)line.len,
			line.ptr);
	}
}

/* Without the optimizations, a verb such as (*COMMIT) has another effect. */
static uint32_t flags_for(const struct question *question)
{
	uint32_t flags = question->options.utf ? REGEX_INVALID_UTF : 0;
	mmr_slice pattern = question->pattern;
	size_t i;

	for (i = 0; i + 1 < pattern.len; i++)
		if (memcmp(pattern.ptr + i, "(*", 2) == 0)
			return flags;
	return flags | PCRE2_NO_START_OPTIMIZE | PCRE2_NO_DOTSTAR_ANCHOR;
}

/* Finds the lines that match. `literals` may be NULL. */
static void find_naively(struct question *question, const struct regex_literals *literals)
{
	mmr_slice text = question->text, line;
	pcre2_match_context *context;
	pcre2_match_data *data;
	pcre2_code *code;
	size_t start, end;
	int cause, found;

	code = regex_code_of(
		question->pattern, &question->options, flags_for(question), &cause, &start);
	MUST(code, "an invalid pattern was compiled");
	data = pcre2.pcre2_match_data_create_from_pattern_8(code, regex_memory);
	context = pcre2.pcre2_match_context_create_8(regex_memory);
	MUST(data && context, "out of memory");
	pcre2.pcre2_set_match_limit_8(context, MATCH_LIMIT);
	pcre2.pcre2_set_heap_limit_8(context, HEAP_LIMIT);
	for (start = 0; start < text.len; start = end + 1) {
		for (end = start; end < text.len && text.ptr[end] != question->options.delimiter;)
			end++;
		line = (mmr_slice){text.ptr + start, end - start};
		found = pcre2.pcre2_match_8(
			code, (PCRE2_SPTR)line.ptr, line.len, 0, 0, data, context);
		if (found < 0 && found != PCRE2_ERROR_NOMATCH) {
			question->limited = true;
			continue;
		}
		check_sets(literals, line, found >= 0);
		if (found >= 0 && question->n_starts < LINES_MAX)
			question->starts[question->n_starts++] = start;
	}
	pcre2.pcre2_match_data_free_8(data);
	pcre2.pcre2_match_context_free_8(context);
	pcre2.pcre2_code_free_8(code);
}

/* --- The library --- */

static void search(const struct question *question, const mmr_regex *regex)
{
	struct regex_filter *filter;
	struct regex_lines *lines;
	mmr_slice text = question->text, none = {NULL, 0};
	size_t from = 0, at = 0, i = 0;
	int found;

	MUST(regex_filter_open(regex, none, &filter) == 0, "%s", mmr_last_error());
	MUST(regex_lines_open(regex, filter, &lines) == 0, "%s", mmr_last_error());
	regex_lines_load(lines, text, 0, question->is_private);
	while ((found = regex_lines_next(lines, from, &at)) > 0) {
		at = at < text.len ? at : text.len - 1;
		MUST(at >= from, "a match at %zu before %zu", at, from);
		while (at > 0 && text.ptr[at - 1] != question->options.delimiter)
			at--;
		MUST(question->limited || (i < question->n_starts && question->starts[i] == at),
			"line %zu at %zu", i, at);
		i++;
		from = at;
		while (from < text.len && text.ptr[from] != question->options.delimiter)
			from++;
		from += from < text.len;
	}
	/* Machine code counts its steps differently. */
	MUST(found == 0 || found == -ECANCELED || (found == -EIO && question->limited), "%s",
		mmr_last_error());
	MUST(found < 0 || question->limited || i == question->n_starts, "%zu lines, not %zu", i,
		question->n_starts);
	regex_lines_close(lines);
	regex_filter_close(filter);
}

static void check(struct question *question)
{
	mmr_regex *plain = NULL, *regex = NULL;
	int err;

	if (mmr_regex_compile(question->pattern, &question->options, &plain) < 0)
		return;
	mmr_regex_close(plain);
	err = regex_lines_compile(question->pattern, &question->options, NULL, &regex);
	MUST(err == 0 || err == -EINVAL, "%s", mmr_last_error());
	find_naively(question, err == 0 ? regex->literals : NULL);
	if (err == 0)
		search(question, regex);
	else
		MUST(question->n_starts == 0, "%s", mmr_last_error());
	mmr_regex_close(regex);
}

/* The text, and a line of the pattern without most of its signs, which is likely to match. */
static char *make_text(struct question *question, mmr_slice rest)
{
	char *text = malloc(rest.len + question->pattern.len + 1);
	size_t n = rest.len, i;

	MUST(text, "out of memory");
	if (n > 0)
		memcpy(text, rest.ptr, n);
	text[n++] = question->options.delimiter;
	for (i = 0; i < question->pattern.len; i++)
		if (!ispunct((unsigned char)question->pattern.ptr[i]))
			text[n++] = question->pattern.ptr[i];
	question->text = (mmr_slice){text, n};
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct question question = {.options = MMR_REGEX_OPTIONS_INIT};
	struct taker taker = {data, size};
	unsigned flags = take_byte(&taker);
	mmr_slice rest = take_rest(&taker);
	const char *end = rest.len > 0 ? memchr(rest.ptr, '\0', rest.len) : NULL;
	char *text;

	/* PCRE2 is not installed, so there is nothing to test. */
	if (!end || mmr_library_load(MMR_LIBRARY_PCRE2) < 0)
		return 0;
	question.options.caseless = flags & 1;
	question.options.extended = flags & 2;
	question.options.dot_all = flags & 4;
	question.options.utf = flags & 8;
	question.options.no_jit = flags & 0x18; /* see fuzz_regex.c */
	question.options.delimiter = flags & 0x20 ? ';' : '\n';
	question.options.match_limit = MATCH_LIMIT;
	question.options.heap_limit = HEAP_LIMIT;
	question.is_private = flags & 0x40;
	question.pattern = (mmr_slice){rest.ptr, (size_t)(end - rest.ptr)};
	rest.ptr += question.pattern.len + 1;
	rest.len -= question.pattern.len + 1;
	text = make_text(&question, rest);
	check(&question);
	free(text);
	return 0;
}

#else

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)data;
	(void)size;
	return 0;
}

#endif
