/* search_texts.c - lines that contain literal texts: words, both cases, many texts
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

static uint64_t count(mmr_slice text, mmr_slice bytes, const mmr_search_options *options)
{
	mmr_pattern pattern = {text, false};
	mmr_search *search;
	mmr_reader *reader;
	uint64_t n = UINT64_MAX;

	MUST(mmr_search_compile(&pattern, 1, options, &search) == 0, "%s", mmr_last_error());
	MUST(mmr_open_memory(bytes.ptr, bytes.len, &reader) == 0, "%s", mmr_last_error());
	MUST(mmr_search_count(search, reader, NULL, &n) == 0, "%s", mmr_last_error());
	mmr_close(reader);
	mmr_search_close(search);
	return n;
}

/* Letters that are not of ASCII are parts of words with `utf` only. */
START_TEST(test_search_words_of_unicode)
{
	static const char lines[] = "na\n\xc3\xa9na\nna\xc3\xa9\nana\n";
	mmr_slice bytes = {lines, sizeof(lines) - 1};
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;

	options.words = true;
	ck_assert_uint_eq(count(mmr_slice_of("na"), bytes, &options), 3);
	ck_assert_uint_eq(count(mmr_slice_of("\xa9na"), bytes, &options), 1);
	options.whole_lines = true;
	ck_assert_uint_eq(count(mmr_slice_of("\xc3\xa9na"), bytes, &options), 1);
	options.utf = true;
	ck_assert_uint_eq(count(mmr_slice_of("\xc3\xa9na"), bytes, &options), 1);
	options.whole_lines = false;
	if (has_pcre2())
		ck_assert_uint_eq(count(mmr_slice_of("na"), bytes, &options), 1);
}
END_TEST

/* A text that overlaps itself and does not fit, many times in a line: the search turns linear. */
START_TEST(test_search_words_in_long_runs)
{
	size_t len = 200000, i;
	char *line = malloc(len);
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
	mmr_slice text = {line, 40}, bytes = {line, len};

	options.words = true;
	memset(line, 'a', len);
	ck_assert_uint_eq(count(text, bytes, &options), 0);
	line[len - 41] = '-';
	ck_assert_uint_eq(count((mmr_slice){line + len - 40, 40}, bytes, &options), 1);
	/* "-a-a-a", but for the last one. */
	for (i = 0; i < len; i++)
		line[i] = i % 2 ? 'a' : '-';
	text = (mmr_slice){line + 1, 41};
	ck_assert_uint_eq(count(text, bytes, &options), 1);
	for (i = 0; i < len - 42; i += 2)
		line[i] = 'b';
	ck_assert_uint_eq(count(text, bytes, &options), 0);
	line[len - 42] = '-';
	line[len - 2] = '-';
	ck_assert_uint_eq(count((mmr_slice){line + len - 41, 41}, bytes, &options), 1);
	free(line);
}
END_TEST

static Suite *search_texts_suite(void)
{
	Suite *suite = suite_create("search_texts");

	ADD_CASE(suite, "core", test_search_words_of_unicode);
	ADD_CASE(suite, "limits", test_search_words_in_long_runs);
	return suite;
}

CHECK_MAIN(search_texts_suite)
