/* line_matches.c - the matches of several patterns in one line
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <ctype.h>

/* Patterns, and the bytes of a naive match at a place of a line. */
struct sample {
	const char *text;
	bool is_regex;
};

static const struct sample samples[] = {{"a", false}, {"ab", false}, {"aa", false}, {"aba", false},
	{"b.", false}, {"a a", false}, {"", false}, {"a+b", true}, {"x*", true}};

static bool is_word(mmr_slice line, size_t at)
{
	return at < line.len && (isalnum((unsigned char)line.ptr[at]) || line.ptr[at] == '_');
}

/* The length of a match at `at`, or 0. */
static size_t match_at(mmr_slice line, size_t at, const struct sample *sample, bool words)
{
	size_t len = strlen(sample->text), end = at;

	if (strcmp(sample->text, "a+b") == 0) {
		while (end < line.len && line.ptr[end] == 'a')
			end++;
		len = end > at && end < line.len && line.ptr[end] == 'b' ? end + 1 - at : 0;
	} else if (sample->is_regex) {
		while (end < line.len && line.ptr[end] == 'x')
			end++;
		len = end - at;
	} else if (len > line.len - at || memcmp(line.ptr + at, sample->text, len) != 0) {
		len = 0;
	}
	if (words && ((at > 0 && is_word(line, at - 1)) || is_word(line, at + len)))
		return 0;
	return len;
}

/* Whether a pattern has a match, which may be empty. */
static bool has_match(mmr_slice line, const struct sample *sample, bool words)
{
	bool may_be_empty = !*sample->text || strcmp(sample->text, "x*") == 0;
	size_t at;

	for (at = 0; at < line.len; at++)
		if (match_at(line, at, sample, words) > 0)
			return true;
	for (at = 0; may_be_empty && at <= line.len; at++)
		if (!words || !((at > 0 && is_word(line, at - 1)) || is_word(line, at)))
			return true;
	return false;
}

static void must_test(mmr_line_matches *it, mmr_slice line, bool terminated,
	const struct sample *const *chosen, size_t n, const mmr_search_options *options)
{
	size_t n_found = 0, i;

	for (i = 0; i < n; i++)
		n_found += has_match(line, chosen[i], options->words);
	line.len += terminated;
	MUST(mmr_line_matches_test(it, line) == (options->all ? n_found == n : n_found > 0),
		"'%.*s', pattern '%s'", (int)line.len, line.ptr, chosen[0]->text);
}

static void must_match(mmr_line_matches *it, mmr_slice line, bool terminated,
	const struct sample *const *chosen, size_t n, bool words)
{
	mmr_slice whole = {line.ptr, line.len + terminated}, match;
	size_t at, len, one, i;

	ck_assert_int_eq(mmr_line_matches_load(it, whole), 0);
	for (at = 0; at<line.len; at += len> 0 ? len : 1) {
		len = 0;
		for (i = 0; i < n; i++) {
			one = match_at(line, at, chosen[i], words);
			len = one > len ? one : len;
		}
		if (len == 0)
			continue;
		MUST(mmr_line_matches_next(it, &match), "'%.*s': no match at %zu", (int)line.len,
			line.ptr, at);
		MUST(match.ptr == line.ptr + at && match.len == len,
			"'%.*s': match at %zu of %zu instead of %zu of %zu", (int)line.len,
			line.ptr, (size_t)(match.ptr - line.ptr), match.len, at, len);
	}
	ck_assert(!mmr_line_matches_next(it, &match));
	ck_assert(!mmr_line_matches_next(it, &match));
	ck_assert_int_eq(mmr_line_matches_error(it), 0);
}

START_TEST(test_line_matches)
{
	struct chance chance = {75};
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
	size_t n_samples = has_pcre2() ? ARRAY_LEN(samples) : 7, i, k;
	char text[61];

	for (i = 0; i < 2000; i++) {
		const struct sample *chosen[3];
		mmr_pattern patterns[3];
		size_t n = 1 + chance_below(&chance, 3);
		mmr_line_matches *it;
		mmr_search *search;

		for (k = 0; k < n; k++) {
			chosen[k] = &samples[chance_below(&chance, n_samples)];
			patterns[k] =
				(mmr_pattern){mmr_slice_of(chosen[k]->text), chosen[k]->is_regex};
		}
		options.invert = i % 2;
		/* A word cannot be matched in part, as a+b could be. */
		options.words = i % 5 == 0;
		options.all = i % 3 == 0;
		ck_assert_int_eq(mmr_search_compile(patterns, n, &options, &search), 0);
		ck_assert_int_eq(mmr_line_matches_open(search, &it), 0);
		for (k = 0; k < 10; k++) {
			mmr_slice line = {text, chance_below(&chance, 60)};

			chance_fill(&chance, text, line.len, (mmr_slice){"aaabbb.x ", 9});
			text[line.len] = '\n';
			must_test(it, line, k % 2, chosen, n, &options);
			must_match(it, line, k % 2, chosen, n, options.words);
			must_test(it, line, k % 2, chosen, n, &options);
		}
		mmr_line_matches_close(it);
		mmr_search_close(search);
	}
	mmr_line_matches_close(NULL);
}
END_TEST

/* PCRE2 is given a copy, which has a limit. */
START_TEST(test_line_matches_of_a_long_line)
{
	mmr_pattern patterns[] = {{mmr_slice_of("b"), false}, {mmr_slice_of("c+"), true}};
	size_t len = ((size_t)64 << 20) + 1;
	char *text = malloc(len);
	mmr_line_matches *it;
	mmr_search *search;
	mmr_slice match;
	size_t n;

	memset(text, 'a', len);
	text[len - 2] = 'b';
	for (n = 1; n <= 1 + (size_t)has_pcre2(); n++) {
		ck_assert_int_eq(mmr_search_compile(patterns, n, NULL, &search), 0);
		ck_assert_int_eq(mmr_line_matches_open(search, &it), 0);
		ck_assert_int_eq(
			mmr_line_matches_load(it, (mmr_slice){text, len}), n == 1 ? 0 : MMR_ELONG);
		ck_assert_int_eq(mmr_line_matches_next(it, &match), n == 1);
		ck_assert_int_eq(
			mmr_line_matches_test(it, (mmr_slice){text, len}), n == 1 ? 1 : MMR_ELONG);
		ck_assert_int_eq(mmr_line_matches_load(it, (mmr_slice){text, len - 1}), 0);
		ck_assert(mmr_line_matches_next(it, &match));
		ck_assert_ptr_eq(match.ptr, text + len - 2);
		mmr_line_matches_close(it);
		mmr_search_close(search);
	}
	free(text);
}
END_TEST

/* A word may be empty, and so may the last line of a record. */
START_TEST(test_line_matches_of_nothing)
{
	static const struct {
		const char *record;
		int found;
	} cases[] = {{"", 1}, {"\n", 1}, {"ab", 0}, {"ab\n", 0}, {"ab\n\n", 1}, {"a b", 0},
		{"a  b", 1}, {"ab ", 1}, {"\na\n", 1}, {"a\nb\n", 0}};
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
	mmr_pattern nothing = {mmr_slice_of(""), false};
	mmr_line_matches *it;
	mmr_search *search;
	mmr_split *rows;
	size_t i;

	ck_assert_int_eq(mmr_split_rows(',', &rows), 0);
	options.records = rows;
	options.words = true;
	ck_assert_int_eq(mmr_search_compile(&nothing, 1, &options, &search), 0);
	ck_assert_int_eq(mmr_line_matches_open(search, &it), 0);
	for (i = 0; i < ARRAY_LEN(cases); i++)
		MUST(mmr_line_matches_test(it, mmr_slice_of(cases[i].record)) == cases[i].found,
			"'%s'", cases[i].record);
	mmr_line_matches_close(it);
	mmr_search_close(search);
	mmr_split_close(rows);
}
END_TEST

START_TEST(test_line_matches_at_a_limit)
{
	static const char text[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac";
	mmr_pattern pattern = {mmr_slice_of("(a|aa)+$"), true};
	mmr_line_matches *it;
	mmr_search *search;
	mmr_slice match;

	if (!has_pcre2())
		return;
	ck_assert_int_eq(mmr_search_compile(&pattern, 1, NULL, &search), 0);
	ck_assert_int_eq(mmr_line_matches_open(search, &it), 0);
	ck_assert_int_eq(mmr_line_matches_load(it, mmr_slice_of(text)), -ECANCELED);
	ck_assert(!mmr_line_matches_next(it, &match));
	ck_assert_int_eq(mmr_line_matches_error(it), -ECANCELED);
	ck_assert_int_eq(mmr_line_matches_test(it, mmr_slice_of(text)), -ECANCELED);
	ck_assert_int_eq(mmr_line_matches_error(it), -ECANCELED);
	ck_assert_int_eq(mmr_line_matches_test(it, mmr_slice_of("aaac")), 0);
	ck_assert_int_eq(mmr_line_matches_load(it, mmr_slice_of("caa")), 0);
	ck_assert(mmr_line_matches_next(it, &match));
	mmr_line_matches_close(it);
	mmr_search_close(search);
}
END_TEST

static Suite *line_matches_suite(void)
{
	Suite *suite = suite_create("line_matches");

	ADD_CASE(suite, "core", test_line_matches, test_line_matches_of_nothing);
	ADD_CASE(suite, "limits", test_line_matches_of_a_long_line);
	ADD_CASE(suite, "faults", test_line_matches_at_a_limit);
	return suite;
}

CHECK_MAIN(line_matches_suite)
