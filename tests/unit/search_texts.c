/* search_texts.c - lines that contain literal texts: words, both cases, many texts
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <ctype.h>

#define N_TEXTS 100

/* Texts, and the lines that must be found. */
struct set {
	mmr_search_options options;
	size_t n;
	mmr_pattern patterns[N_TEXTS];
};

static bool is_word(mmr_slice line, size_t at)
{
	return at < line.len && (isalnum((unsigned char)line.ptr[at]) || line.ptr[at] == '_');
}

static bool is_at(const struct set *set, mmr_slice line, size_t at, mmr_slice text)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		if (set->options.caseless ? tolower((unsigned char)line.ptr[at + i]) !=
						    tolower((unsigned char)text.ptr[i])
					  : line.ptr[at + i] != text.ptr[i])
			return false;
	if (set->options.words &&
		((at > 0 && is_word(line, at - 1)) || is_word(line, at + text.len)))
		return false;
	return !set->options.whole_lines || text.len == line.len;
}

static bool has_text(const struct set *set, mmr_slice line, mmr_slice text)
{
	size_t at;

	for (at = 0; at + text.len <= line.len; at++)
		if (is_at(set, line, at, text))
			return true;
	return false;
}

static bool is_found(const struct set *set, mmr_slice line)
{
	size_t n = 0, i;

	for (i = 0; i < set->n; i++)
		n += has_text(set, line, set->patterns[i].text);
	return set->options.all ? n == set->n : n > 0;
}

/* The lines that must be found, in order. */
struct walk {
	const struct set *set;
	mmr_slice rest;
	uint64_t off;
};

static bool next_found(struct walk *walk, mmr_slice *ret_line)
{
	while (walk->rest.len > 0) {
		const char *start = walk->rest.ptr;
		const char *end = memchr(start, '\n', walk->rest.len);
		size_t len = end ? (size_t)(end - start) : walk->rest.len;

		*ret_line = (mmr_slice){start, len + (end != NULL)};
		walk->rest.ptr += ret_line->len;
		walk->rest.len -= ret_line->len;
		walk->off += ret_line->len;
		if (is_found(walk->set, (mmr_slice){start, len}))
			return true;
	}
	return false;
}

static int on_line(void *context, const mmr_found_line *line)
{
	struct walk *walk = context;
	mmr_slice wanted;

	if (!next_found(walk, &wanted) || line->off != walk->off - wanted.len ||
		line->bytes.len != wanted.len)
		return -EPROTO;
	return 0;
}

static void search_setting(const struct setting *setting, void *arg)
{
	const struct set *set = arg;
	struct walk walk = {set, setting->bytes, 0}, all = walk;
	mmr_search *search;
	uint64_t n = 0, counted;
	mmr_slice line;

	MUST(mmr_search_compile(set->patterns, set->n, &set->options, &search) == 0, "%s",
		mmr_last_error());
	MUST(mmr_search_lines(search, setting->reader, NULL, NULL, on_line, &walk) == 0,
		"%s: %zu texts: line before %llu (%s)", setting->name, set->n,
		(unsigned long long)walk.off, mmr_last_error());
	MUST(!next_found(&walk, &line), "%s: %zu texts: line at %llu is not found", setting->name,
		set->n, (unsigned long long)(walk.off - line.len));
	while (next_found(&all, &line))
		n++;
	MUST(mmr_search_count(search, setting->reader, NULL, &counted) == 0, "%s",
		mmr_last_error());
	MUST(counted == n, "%s: %zu texts: %llu lines instead of %llu", setting->name, set->n,
		(unsigned long long)counted, (unsigned long long)n);
	mmr_search_close(search);
}

/* Texts of all lengths, which have sets of their own, with the same start or not. */
static void draw(struct set *set, struct chance *chance, mmr_slice alphabet)
{
	size_t i, start = chance_below(chance, 3) ? 0 : 20, len;
	char *text;

	set->options = (mmr_search_options)MMR_SEARCH_OPTIONS_INIT;
	set->options.caseless = chance_below(chance, 3) == 0;
	set->options.words = chance_below(chance, 3) == 0;
	set->options.whole_lines = chance_below(chance, 5) == 0;
	set->options.all = chance_below(chance, 5) == 0;
	set->n = 1 + chance_below(chance, set->options.all ? 3 : chance_below(chance, 2) ? 8 : 100);
	for (i = 0; i < set->n; i++) {
		len = 1 + chance_below(chance, i % 4 ? 30 : 5);
		text = malloc(len);
		chance_fill(chance, text, len, alphabet);
		memset(text, 'x', start < len - 1 ? start : len - 1);
		set->patterns[i] = (mmr_pattern){{text, len}, false};
	}
}

static void release(struct set *set)
{
	size_t i;

	for (i = 0; i < set->n; i++)
		free((char *)set->patterns[i].text.ptr);
}

/* Fills a file with lines, many of which contain texts. */
static void fill(
	const struct set *set, struct chance *chance, char *text, size_t len, mmr_slice alphabet)
{
	size_t at, i;

	chance_fill(chance, text, len, alphabet);
	for (at = 0; at + 40 < len; at += 1 + chance_below(chance, 60)) {
		i = chance_below(chance, set->n);
		memcpy(text + at, set->patterns[i].text.ptr, set->patterns[i].text.len);
		text[at + 35] = '\n';
	}
}

START_TEST(test_search_sets_of_texts)
{
	static const mmr_slice alphabets[] = {
		{"ab", 2}, {"abcAB_. -xX", 11}, {"ABCDEFGHIJKLMNOPQRST", 20}};
	struct chance chance = {76};
	char text[3000];
	struct set set;
	size_t i;

	for (i = 0; i < 150; i++) {
		mmr_slice bytes = {text, chance_below(&chance, sizeof(text))};

		draw(&set, &chance, alphabets[i % 3]);
		fill(&set, &chance, text, bytes.len, alphabets[i % 3]);
		on_every_backing(bytes, search_setting, &set);
		release(&set);
	}
}
END_TEST

/* A text that is searched for alone. */
START_TEST(test_search_long_texts)
{
	size_t len = 30000, i;
	char *text = malloc(len);
	struct set set = {.n = 4};

	for (i = 0; i < len; i++)
		text[i] = i % 10000 == 9999 ? '\n' : (char)('a' + i % 7);
	set.options = (mmr_search_options)MMR_SEARCH_OPTIONS_INIT;
	set.patterns[0].text = (mmr_slice){text + 10003, 5000};
	set.patterns[1].text = (mmr_slice){text + 20004, 4097};
	set.patterns[2].text = mmr_slice_of("abd");
	set.patterns[3].text = mmr_slice_of("b");
	for (set.n = 1; set.n <= 4; set.n++)
		on_every_backing((mmr_slice){text, len}, search_setting, &set);
	free(text);
}
END_TEST

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

	ADD_CASE(suite, "core", test_search_sets_of_texts, test_search_words_of_unicode);
	ADD_CASE(suite, "limits", test_search_long_texts, test_search_words_in_long_runs);
	return suite;
}

CHECK_MAIN(search_texts_suite)
