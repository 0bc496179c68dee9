/* search.c - the lines that match texts and regular expressions, on every backing and on streams
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <ctype.h>

#define MIB ((size_t)1 << 20)

/* A pattern, and a naive function that decides whether a line contains it. */
struct sample {
	const char *text;
	bool is_regex;
	bool (*is_in)(mmr_slice line, const mmr_search_options *options);
};

static bool is_word(mmr_slice line, size_t at)
{
	return at < line.len && (isalnum((unsigned char)line.ptr[at]) || line.ptr[at] == '_');
}

static bool is_same(char a, char b, bool caseless)
{
	return caseless ? tolower((unsigned char)a) == tolower((unsigned char)b) : a == b;
}

/* Whether a match at [at, at + len) is one with the options. */
static bool fits(mmr_slice line, size_t at, size_t len, const mmr_search_options *options)
{
	if (options->words && ((at > 0 && is_word(line, at - 1)) || is_word(line, at + len)))
		return false;
	return !options->whole_lines || len == line.len;
}

static bool has_text(mmr_slice line, const char *text, const mmr_search_options *options)
{
	size_t len = strlen(text), at, i;

	for (at = 0; at + len <= line.len; at++) {
		for (i = 0; i < len && is_same(line.ptr[at + i], text[i], options->caseless);)
			i++;
		if (i == len && fits(line, at, len, options))
			return true;
	}
	return false;
}

/* Whether a line contains a+b. */
static bool has_run(mmr_slice line, const mmr_search_options *options)
{
	size_t at, end;

	for (at = 0; at < line.len; at++) {
		for (end = at; end < line.len && is_same(line.ptr[end], 'a', options->caseless);)
			end++;
		if (end > at && end < line.len && is_same(line.ptr[end], 'b', options->caseless) &&
			fits(line, at, end + 1 - at, options))
			return true;
		/* A later start in the same run does not fit either. */
		at = end;
	}
	return false;
}

static bool starts_with_a(mmr_slice line, const mmr_search_options *options)
{
	return line.len > 0 && is_same(line.ptr[0], 'a', options->caseless) &&
	       fits(line, 0, 1, options);
}

static bool ends_with_b(mmr_slice line, const mmr_search_options *options)
{
	return line.len > 0 && is_same(line.ptr[line.len - 1], 'b', options->caseless) &&
	       fits(line, line.len - 1, 1, options);
}

static bool is_empty(mmr_slice line, const mmr_search_options *options)
{
	(void)options;
	return line.len == 0;
}

static bool has_b_before_a(mmr_slice line, const mmr_search_options *options)
{
	size_t at;

	for (at = 0; at + 1 < line.len; at++)
		if (is_same(line.ptr[at], 'b', options->caseless) &&
			is_same(line.ptr[at + 1], 'a', options->caseless) &&
			fits(line, at, 1, options))
			return true;
	return false;
}

static const struct sample samples[] = {
	{"", false, NULL},
	{"a", false, NULL},
	{"ab", false, NULL},
	{"aa", false, NULL},
	{"b.", false, NULL},
	{" ", false, NULL},
	{"nothing of this", false, NULL},
	{"a+b", true, has_run},
	{"^a", true, starts_with_a},
	{"b$", true, ends_with_b},
	{"^$", true, is_empty},
	{"b(?=a)", true, has_b_before_a},
};

/* --- The naive search ------------------------------------------------------------------------- */

struct test_case {
	const struct sample *samples[3];
	size_t n;
	mmr_search_options options;
	mmr_scan_options scan;
	unsigned flags;
};

static bool is_found(mmr_slice line, const struct test_case *test)
{
	size_t n = 0, i;

	for (i = 0; i < test->n; i++) {
		const struct sample *sample = test->samples[i];

		n += sample->is_in ? sample->is_in(line, &test->options)
				   : has_text(line, sample->text, &test->options);
	}
	return (test->options.all ? n == test->n : n > 0) != test->options.invert;
}

/* The lines that must be found, in order. */
struct walk {
	const struct test_case *test;
	mmr_slice bytes;   /* from the start of the reader to the end of the range */
	size_t at;         /* of the next line */
	uint64_t number;   /* of the next line */
	uint64_t n;        /* lines found */
	uint64_t n_wanted; /* return 1 at this line; 0: never */
};

/* Finds the next line. Returns: false after the last one. */
static bool next_found(struct walk *walk, mmr_found_line *ret_line)
{
	while (walk->at < walk->bytes.len) {
		const char *start = walk->bytes.ptr + walk->at;
		size_t rest = walk->bytes.len - walk->at;
		const char *end = memchr(start, walk->test->options.delimiter, rest);
		size_t len = end ? (size_t)(end - start) : rest;

		ret_line->bytes = (mmr_slice){start, len + (end != NULL)};
		ret_line->off = walk->at;
		ret_line->number = walk->number++;
		walk->at += ret_line->bytes.len;
		if (is_found((mmr_slice){start, len}, walk->test))
			return true;
	}
	return false;
}

static int on_line(void *context, const mmr_found_line *line)
{
	struct walk *walk = context;
	bool numbered = walk->test->flags & MMR_MATCH_LINES;
	mmr_found_line wanted;

	if (!next_found(walk, &wanted) || line->off != wanted.off ||
		line->bytes.len != wanted.bytes.len ||
		memcmp(line->bytes.ptr, wanted.bytes.ptr, wanted.bytes.len) != 0 ||
		line->number != (numbered ? wanted.number : MMR_NO_LINE))
		return -EPROTO;
	return ++walk->n == walk->n_wanted;
}

/* The walk from the start of the range. The range starts at a line. */
static struct walk walk_of(const struct test_case *test, mmr_slice bytes)
{
	size_t start = (size_t)min_u64(test->scan.offset, bytes.len);
	size_t stop = start + (size_t)min_u64(test->scan.length, bytes.len - start), i;
	struct walk walk = {.test = test, .bytes = {bytes.ptr, stop}, .at = start};

	for (i = 0; i < start; i++)
		walk.number += bytes.ptr[i] == test->options.delimiter;
	return walk;
}

static mmr_search *compile(const struct test_case *test)
{
	mmr_pattern patterns[3];
	mmr_search *search;
	size_t i;

	for (i = 0; i < test->n; i++)
		patterns[i] = (mmr_pattern){
			mmr_slice_of(test->samples[i]->text), test->samples[i]->is_regex};
	MUST(mmr_search_compile(patterns, test->n, &test->options, &search) == 0, "%s",
		mmr_last_error());
	return search;
}

static void must_find(mmr_reader *reader, mmr_reader *second, mmr_slice bytes,
	const struct test_case *test, const char *name)
{
	struct walk walk = walk_of(test, bytes), all = walk;
	mmr_search *search = compile(test);
	mmr_found_line line;
	uint64_t n = UINT64_MAX;
	int err;

	err = mmr_search_lines(search, reader, &test->scan, test->flags, on_line, &walk);
	MUST(err == 0, "%s: %s %s: %d (%s) after %llu lines", name, test->samples[0]->text,
		test->n > 1 ? test->samples[1]->text : "", err, mmr_last_error(),
		(unsigned long long)walk.n);
	MUST(!next_found(&walk, &line), "%s: %s: line at %llu is not found", name,
		test->samples[0]->text, (unsigned long long)line.off);
	while (next_found(&all, &line))
		all.n++;
	MUST(mmr_search_count(search, second, &test->scan, &n) == 0, "%s: %s", name,
		mmr_last_error());
	MUST(n == all.n, "%s: %s: %llu lines instead of %llu", name, test->samples[0]->text,
		(unsigned long long)n, (unsigned long long)all.n);
	mmr_search_close(search);
}

/* --- Cases ------------------------------------------------------------------------------------ */

static struct test_case draw(struct chance *chance, mmr_slice bytes)
{
	struct test_case test = {.n = 1 + chance_below(chance, 3)};
	size_t options = chance_below(chance, 64), start, i;
	size_t n_samples = has_pcre2() ? ARRAY_LEN(samples) : 7;

	test.options = (mmr_search_options)MMR_SEARCH_OPTIONS_INIT;
	test.scan = (mmr_scan_options)MMR_SCAN_OPTIONS_INIT;
	for (i = 0; i < test.n; i++)
		test.samples[i] = &samples[chance_below(chance, n_samples)];
	if (has_pcre2()) {
		test.options.caseless = options & 1;
		test.options.words = options & 2;
		test.options.whole_lines = options & 4;
	}
	test.options.all = options & 8;
	test.options.invert = options & 16;
	test.options.delimiter = chance_below(chance, 4) ? '\n' : '\0';
	/* Within lines that end with NUL, anchors also match next to '\n'. */
	for (i = 0; test.options.delimiter == '\0' && i < test.n; i++)
		if (test.samples[i]->is_regex && strpbrk(test.samples[i]->text, "^$"))
			test.samples[i] = &samples[1];
	test.flags = options & 32 ? MMR_MATCH_LINES : MMR_MATCH_PLAIN;
	test.scan.delimiter = test.options.delimiter;
	test.scan.n_threads = 1 + (unsigned)chance_below(chance, 4);
	if (chance_below(chance, 3) == 0 && bytes.len > 0) {
		/* The range starts at a line. */
		start = chance_below(chance, bytes.len);
		while (start > 0 && bytes.ptr[start - 1] != test.options.delimiter)
			start--;
		test.scan.offset = start;
		test.scan.length = chance_below(chance, bytes.len - start + 2);
	}
	return test;
}

static void search_setting(const struct setting *setting, void *arg)
{
	struct chance *chance = arg;
	struct test_case test = draw(chance, setting->bytes);

	must_find(setting->reader, setting->reader, setting->bytes, &test, setting->name);
}

static void fill(struct chance *chance, char *text, size_t len)
{
	static const mmr_slice alphabets[] = {
		{"ab\n", 3}, {"aAbB. \n", 7}, {"aaaaaaaabb_..   \n\0", 18}, {"ab", 2}, {"\n", 1}};

	chance_fill(chance, text, len, alphabets[chance_below(chance, ARRAY_LEN(alphabets))]);
}

START_TEST(test_search_small_inputs)
{
	struct chance chance = {71};
	char text[130];
	size_t i;

	for (i = 0; i < 1000; i++) {
		mmr_slice bytes = {text, chance_below(&chance, i % 4 ? 40 : sizeof(text))};

		fill(&chance, text, bytes.len);
		on_every_backing(bytes, search_setting, &chance);
	}
}
END_TEST

static void join_lines(char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (text[i] == '\n' || text[i] == '\0')
			text[i] = '.';
}

/* Blocks have 2 MiB or, for regular expressions, 128 KiB. */
START_TEST(test_search_several_blocks)
{
	struct chance chance = {72};
	size_t len = 3 * MIB, i, at;
	char *text = malloc(len);
	mmr_slice bytes = {text, len};

	for (i = 0; i < 4; i++) {
		fill(&chance, text, len);
		/* Long lines over the ends of blocks. */
		for (at = 100000; i % 2 && at + 70000 < len; at += 130000)
			join_lines(text + at, 70000);
		on_every_backing(bytes, search_setting, &chance);
	}
	free(text);
}
END_TEST

START_TEST(test_search_streams)
{
	static const size_t pieces[] = {1, 7, 4096, 65537, 0};
	struct chance chance = {73};
	size_t len = 300000, i;
	char *text = malloc(len);

	for (i = 0; i < 60; i++) {
		mmr_slice bytes = {text, i % 3 ? chance_below(&chance, 200) : len};
		size_t piece = pieces[bytes.len == len ? 2 + i % 3 : i % 5];
		struct piped first, second;
		struct test_case test;

		fill(&chance, text, bytes.len);
		test = draw(&chance, bytes);
		first = piped_open(bytes, piece, false);
		second = piped_open(bytes, piece, false);
		must_find(first.reader, second.reader, bytes, &test, "stream");
		piped_close(&first);
		piped_close(&second);
	}
	free(text);
}
END_TEST

static void stop_at_each(const struct setting *setting, void *arg)
{
	static const struct sample *const only = &samples[1];
	struct test_case test = {.samples = {only}, .n = 1};
	uint64_t i;

	(void)arg;
	test.options = (mmr_search_options)MMR_SEARCH_OPTIONS_INIT;
	test.scan = (mmr_scan_options)MMR_SCAN_OPTIONS_INIT;
	test.scan.n_threads = 4;
	for (i = 1; i <= 9000; i += 1 + i * 3 / 2) {
		struct walk walk = walk_of(&test, setting->bytes);
		mmr_search *search = compile(&test);

		walk.n_wanted = i;
		MUST(mmr_search_lines(search, setting->reader, &test.scan, MMR_MATCH_PLAIN, on_line,
			     &walk) == 1 &&
				walk.n == i,
			"%s: stopped at line %llu", setting->name, (unsigned long long)walk.n);
		mmr_search_close(search);
	}
}

/* More lines than a worker keeps for a block. */
START_TEST(test_search_stops_early)
{
	size_t len = 5 * MIB, i;
	char *text = malloc(len);

	for (i = 0; i < len; i++)
		text[i] = i % 4 == 3 ? '\n' : 'a';
	on_every_backing((mmr_slice){text, len}, stop_at_each, NULL);
	free(text);
}
END_TEST

/* --- Errors ----------------------------------------------------------------------------------- */

struct lines_before {
	uint64_t n, stop; /* lines; end of the last one */
};

static int count_line(void *context, const mmr_found_line *line)
{
	struct lines_before *before = context;

	before->n++;
	before->stop = line->off + line->bytes.len;
	return 0;
}

/* A line in which a pattern reaches its limits: the lines before it are reported, wherever blocks
 * end. */
START_TEST(test_search_reports_lines_before_an_error)
{
	static const char bad[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac\nx\n";
	static const size_t sizes[] = {0, 3, 90000, 131070, 131073, 200001};
	mmr_pattern patterns[] = {{mmr_slice_of("x"), false}, {mmr_slice_of("(a|aa)+$"), true}};
	size_t len = 200001 + sizeof(bad), i, k;
	char *text = malloc(len);
	unsigned invert;

	for (i = 0; has_pcre2() && i < 2 * ARRAY_LEN(sizes); i++) {
		mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
		mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
		struct lines_before before = {0, 0};
		size_t size = sizes[i / 2];
		mmr_search *search;
		mmr_reader *reader;

		invert = i % 2;
		for (k = 0; k < size; k++)
			text[k] = k % 3 == 2 ? '\n' : invert ? '-' : 'x';
		memcpy(text + size, bad, sizeof(bad) - 1);
		options.invert = invert;
		scan.n_threads = 2;
		ck_assert_int_eq(mmr_search_compile(patterns, 2, &options, &search), 0);
		ck_assert_int_eq(mmr_open_memory(text, size + sizeof(bad) - 1, &reader), 0);
		MUST(mmr_search_lines(search, reader, &scan, 0, count_line, &before) == -ECANCELED,
			"%zu: no error", size);
		MUST(before.stop == size / 3 * 3 && before.n == size / 3,
			"%zu: %llu lines, to %llu", size, (unsigned long long)before.n,
			(unsigned long long)before.stop);
		mmr_close(reader);
		mmr_search_close(search);
	}
	free(text);
}
END_TEST

START_TEST(test_search_of_bad_patterns)
{
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
	mmr_pattern text = {mmr_slice_of("a\nb"), false};
	mmr_search *search = NULL;

	ck_assert_int_eq(mmr_search_compile(&text, 0, NULL, &search), -EINVAL);
	ck_assert_int_eq(mmr_search_compile(&text, 1, NULL, &search), -EINVAL);
	ck_assert_str_eq(mmr_last_error(),
		"cannot find lines that contain text 1: it contains their delimiter; search for it "
		"with mmr_each_match");
	options.delimiter = '\0';
	ck_assert_int_eq(mmr_search_compile(&text, 1, &options, &search), 0);
	mmr_search_close(search);
	options.struct_size = 0;
	ck_assert_int_eq(mmr_search_compile(&text, 1, &options, &search), -EINVAL);
	mmr_search_close(NULL);
}
END_TEST

START_TEST(test_search_of_a_bad_regex)
{
	mmr_pattern patterns[] = {{mmr_slice_of("a"), false}, {mmr_slice_of("x("), true}};
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
	mmr_search *search;

	if (!has_pcre2())
		return;
	ck_assert_int_eq(mmr_search_compile(patterns, 2, NULL, &search), -EINVAL);
	ck_assert_uint_eq(mmr_last_error_offset(), 2);
	options.words = true;
	ck_assert_int_eq(mmr_search_compile(patterns, 2, &options, &search), -EINVAL);
	ck_assert_uint_eq(mmr_last_error_offset(), 2);
}
END_TEST

START_TEST(test_search_without_pcre2)
{
	mmr_pattern regex = {mmr_slice_of("a"), true};
	mmr_search *search;

	if (is_built_with_pcre2())
		return;
	ck_assert_int_eq(mmr_search_compile(&regex, 1, NULL, &search), MMR_ENOLIB);
}
END_TEST

START_TEST(test_search_of_other_lines)
{
	mmr_pattern text = {mmr_slice_of("a"), false};
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_search *search;
	mmr_reader *reader;
	uint64_t n;

	ck_assert_int_eq(mmr_search_compile(&text, 1, NULL, &search), 0);
	ck_assert_int_eq(mmr_open_memory("a\n", 2, &reader), 0);
	scan.delimiter = ' ';
	ck_assert_int_eq(mmr_search_count(search, reader, &scan, &n), -EINVAL);
	scan.delimiter = '\n';
	ck_assert_int_eq(mmr_search_lines(search, reader, &scan, 99, on_line, NULL), -EINVAL);
	mmr_close(reader);
	mmr_search_close(search);
}
END_TEST

static Suite *search_suite(void)
{
	Suite *suite = suite_create("search");

	ADD_CASE(suite, "core", test_search_small_inputs, test_search_several_blocks,
		test_search_streams, test_search_stops_early);
	ADD_CASE(suite, "faults", test_search_reports_lines_before_an_error,
		test_search_of_bad_patterns, test_search_of_a_bad_regex, test_search_without_pcre2,
		test_search_of_other_lines);
	return suite;
}

CHECK_MAIN(search_suite)
