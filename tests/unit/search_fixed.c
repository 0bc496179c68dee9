/* search_fixed.c - searches in records of a fixed size, compared with a naive search
 *
 * SPDX-License-Identifier: MIT */
#include "naive_filter.h"
#include "naive_found.h"
#include "support.h"

#define MIB ((size_t)1 << 20)

/* --- The naive search ------------------------------------------------------------------------- */

static bool is_word(char byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || byte == '_';
}

/* Whether a text is in a record, with no byte of a word next to it. Bytes of other records are not
 * next to it. */
static bool has_text(mmr_slice record, mmr_slice text, bool word)
{
	size_t at, stop;

	for (at = 0; at + text.len <= record.len; at++) {
		stop = at + text.len;
		if (text.len > 0 && memcmp(record.ptr + at, text.ptr, text.len) != 0)
			continue;
		if (!word || ((at == 0 || !is_word(record.ptr[at - 1])) &&
				     (stop == record.len || !is_word(record.ptr[stop]))))
			return true;
	}
	return false;
}

static char byte_at(mmr_slice record, size_t at)
{
	return at < record.len ? record.ptr[at] : '\0';
}

/* Each of these decides whether an expression matches at an offset. */

static bool a_dot_b(mmr_slice record, size_t at)
{
	return byte_at(record, at) == 'a' && at + 1 < record.len && record.ptr[at + 1] != '\n' &&
	       byte_at(record, at + 2) == 'b';
}

static bool first_b(mmr_slice record, size_t at)
{
	return at == 0 && byte_at(record, 0) == 'b';
}

static bool last_a(mmr_slice record, size_t at)
{
	return at + 1 == record.len && record.ptr[at] == 'a';
}

static bool b_line_a(mmr_slice record, size_t at)
{
	return byte_at(record, at) == 'b' && byte_at(record, at + 1) == '\n' &&
	       byte_at(record, at + 2) == 'a';
}

static bool bb_or_ab(mmr_slice record, size_t at)
{
	return (byte_at(record, at) == 'a' || byte_at(record, at) == 'b') &&
	       byte_at(record, at + 1) == 'b';
}

static bool only_a(mmr_slice record, size_t at)
{
	size_t i = 0;

	while (i < record.len && record.ptr[i] == 'a')
		i++;
	return at == 0 && i == record.len;
}

struct sample {
	mmr_slice text;
	bool (*matches)(mmr_slice record, size_t at); /* NULL for a text */
};

#define SAMPLE(text) \
	{ \
		text, sizeof(text) - 1 \
	}
#define N_TEXTS 9

static const struct sample samples[] = {
	{SAMPLE(""), NULL},
	{SAMPLE("a"), NULL},
	{SAMPLE("\n"), NULL},
	{SAMPLE("ab"), NULL},
	{SAMPLE("aa"), NULL},
	{SAMPLE("b\na"), NULL},
	{SAMPLE("\n\n"), NULL},
	{SAMPLE("aba"), NULL},
	{SAMPLE("nothing of this"), NULL},
	/* The texts are first. */
	{SAMPLE("a.b"), a_dot_b},
	{SAMPLE("\\Ab"), first_b},
	{SAMPLE("a\\z"), last_a},
	{SAMPLE("b\\na"), b_line_a},
	{SAMPLE("bb|ab"), bb_or_ab},
	{SAMPLE("\\Aa+\\z"), only_a},
};

struct test_case {
	struct chance *chance;
	size_t size, header;
	const struct sample *samples[3];
	size_t n_samples;
	mmr_search_options options;
	mmr_scan_options scan;
	mmr_found_options how;
	mmr_split *records;
	/* The naive search. */
	struct naive_found naive;
	int error;
};

static bool is_in(const struct test_case *test, mmr_slice record, const struct sample *sample)
{
	size_t at;

	if (!sample->matches)
		return has_text(record, sample->text, test->options.words);
	for (at = 0; at <= record.len; at++)
		if (sample->matches(record, at))
			return true;
	return false;
}

static void mark_found(struct test_case *test, mmr_slice bytes)
{
	size_t i, k, n;

	for (i = 0; i < test->naive.n; i++) {
		mmr_slice record = {bytes.ptr + test->naive.starts[i], test->size};
		bool keeps = !test->options.filter || naive_filter_keeps(record), found;

		for (k = 0, n = 0; k < test->n_samples; k++)
			n += is_in(test, record, test->samples[k]);
		found = keeps && (test->options.all ? n == test->n_samples : n > 0);
		test->naive.found[i] = found != test->options.invert;
	}
}

/* Searches [start, stop) naively. */
static void search(struct test_case *test, mmr_slice bytes, size_t start, size_t stop)
{
	size_t i, end;

	start = start < test->header ? min_size(test->header, stop) : start;
	test->naive.starts = malloc((stop - start + 1) * sizeof(size_t));
	for (end = start; stop - end >= test->size; end += test->size)
		test->naive.starts[test->naive.n++] = end;
	test->naive.starts[test->naive.n] = end;
	for (i = test->header; i < start; i += test->size)
		test->naive.number++;
	test->error = end < stop ? -EBADMSG : 0;
	naive_found_make(&test->naive);
	mark_found(test, bytes);
	if (naive_found_choose(&test->naive, &test->how))
		test->error = 0;
}

static int on_record(void *context, const mmr_found_line *found)
{
	struct test_case *test = context;

	return naive_found_check(&test->naive, &test->how, found);
}

static struct test_case draw(struct chance *chance, size_t most, mmr_slice bytes)
{
	struct test_case test = {.chance = chance};
	size_t options = chance_below(chance, 128), i;
	size_t n_samples = has_pcre2() ? ARRAY_LEN(samples) : N_TEXTS;

	test.size = 1 + chance_below(chance, chance_below(chance, 3) ? 7 : most);
	test.header = chance_below(chance, 2) ? 0 : chance_below(chance, 12);
	test.options = (mmr_search_options)MMR_SEARCH_OPTIONS_INIT;
	test.scan = (mmr_scan_options)MMR_SCAN_OPTIONS_INIT;
	test.how = (mmr_found_options)MMR_FOUND_OPTIONS_INIT;
	test.n_samples = 1 + chance_below(chance, 3);
	test.options.words = has_pcre2() && chance_below(chance, 4) == 0;
	if (test.options.words)
		n_samples = N_TEXTS;
	for (i = 0; i < test.n_samples; i++)
		test.samples[i] = &samples[chance_below(chance, n_samples)];
	test.options.all = options & 1;
	test.options.invert = options & 2;
	if (chance_below(chance, 2))
		test.options.filter = naive_filter_of(bytes);
	test.how.numbers = options & 4;
	if (options & 8)
		test.how.max_lines = chance_below(chance, 1 + chance_below(chance, 100));
	if (options & 16) {
		test.how.before = chance_below(chance, 4);
		test.how.after = chance_below(chance, 4);
	} else {
		test.how.backward = options & 32;
	}
	test.how.runs = (options & 64) && !test.how.backward;
	test.scan.n_threads = 1 + (unsigned)chance_below(chance, 4);
	test.scan.io_mode = chance_below(chance, 2) ? MMR_IO_MAP : MMR_IO_AUTO;
	return test;
}

static mmr_search *compile(struct test_case *test)
{
	mmr_pattern patterns[3];
	mmr_search *made;
	size_t i;

	MUST(mmr_split_size(test->size, test->header, &test->records) == 0, "%s", mmr_last_error());
	test->options.records = test->scan.records = test->records;
	for (i = 0; i < test->n_samples; i++)
		patterns[i] =
			(mmr_pattern){test->samples[i]->text, test->samples[i]->matches != NULL};
	MUST(mmr_search_compile(patterns, test->n_samples, &test->options, &made) == 0, "%s",
		mmr_last_error());
	return made;
}

static void end(struct test_case *test, mmr_search *made)
{
	mmr_search_close(made);
	mmr_split_close(test->records);
	naive_found_free(&test->naive);
}

#define CASE    "%s, %zu bytes, records of %zu after %zu, pattern '%s'"
#define CASE_OF name, size, test->size, test->header, test->samples[0]->text.ptr

static void must_find(mmr_reader *reader, const mmr_search *made, struct test_case *test,
	const char *name, size_t size)
{
	int err = mmr_search_lines(made, reader, &test->scan, &test->how, on_record, test);

	MUST(err == test->error, CASE ": %d, not %d (%s) at record %zu", CASE_OF, err, test->error,
		mmr_last_error(), test->naive.at);
	MUST(naive_found_next(&test->naive, &test->how) == SIZE_MAX,
		CASE ": record %zu is not found", CASE_OF, test->naive.at);
}

static void must_count(mmr_reader *reader, const mmr_search *made, const struct test_case *test,
	const char *name, size_t size)
{
	uint64_t n = 0, want = 0;
	size_t i;
	int err;

	if (test->how.max_lines != UINT64_MAX)
		return;
	err = mmr_search_count(made, reader, &test->scan, &n);
	MUST(err == test->error, CASE ": %s", CASE_OF, mmr_last_error());
	for (i = 0; i < test->naive.n; i++)
		want += test->naive.found[i];
	MUST(n == want, CASE ": %zu, not %zu", CASE_OF, (size_t)n, (size_t)want);
}

/* With a sample that is large enough, all are reported. */
static void must_sample(mmr_reader *reader, const mmr_search *made, struct test_case *test,
	const char *name, size_t size)
{
	test->how.sample = test->naive.n + 1;
	test->naive.at = 0;
	test->naive.previous = SIZE_MAX;
	must_find(reader, made, test, name, size);
}

static void search_setting(const struct setting *setting, void *arg)
{
	struct test_case test = draw(arg, 30, setting->bytes);
	size_t len = setting->bytes.len, start = 0, stop = len;
	mmr_search *made = compile(&test);

	if (chance_below(arg, 3) == 0) {
		start = chance_below(arg, len + 1);
		start -= start < test.header ? 0 : (start - test.header) % test.size;
		stop = start + chance_below(arg, len - start + 1);
		test.scan.offset = start;
		test.scan.length = stop - start;
	}
	search(&test, setting->bytes, start, stop);
	must_find(setting->reader, made, &test, setting->name, len);
	must_count(setting->reader, made, &test, setting->name, len);
	if (test.how.max_lines == UINT64_MAX && chance_below(arg, 4) == 0)
		must_sample(setting->reader, made, &test, setting->name, len);
	end(&test, made);
}

static void fill(struct chance *chance, char *text, size_t len)
{
	static const mmr_slice alphabets[] = {
		{"ab\n", 3}, {"ab.\n\n", 5}, {"a", 1}, {"aab", 3}, {"b.\n", 3}};

	chance_fill(chance, text, len, alphabets[chance_below(chance, ARRAY_LEN(alphabets))]);
}

START_TEST(test_search_fixed_small)
{
	struct chance chance = {181};
	char text[120];
	size_t i;

	for (i = 0; i < 2500; i++) {
		mmr_slice bytes = {text, chance_below(&chance, i % 4 ? 30 : sizeof(text))};

		fill(&chance, text, bytes.len);
		on_every_backing(bytes, search_setting, &chance);
	}
}
END_TEST

START_TEST(test_search_fixed_blocks)
{
	struct chance chance = {182};
	char *text = malloc(3 * MIB);
	size_t i;

	for (i = 0; i < 4; i++) {
		mmr_slice bytes = {
			text, 200000 + chance_below(&chance, (i % 3 ? 1 : 3) * MIB - 200000)};

		chance_fill(&chance, text, bytes.len,
			i % 2 ? (mmr_slice){"ab............................\n", 31}
			      : (mmr_slice){"aaabbb....\n\n", 12});
		on_every_backing(bytes, search_setting, &chance);
	}
	free(text);
}
END_TEST

START_TEST(test_search_fixed_streams)
{
	static const size_t pieces[] = {1, 3, 0, 64, 4096, 65536};
	struct chance chance = {183};
	char *text = malloc(MIB);
	mmr_search *made;
	size_t i;

	for (i = 0; i < 400; i++) {
		size_t piece = pieces[i % ARRAY_LEN(pieces)], start = 0;
		mmr_slice bytes = {text, chance_below(&chance, i % 6 < 2 ? 100
							       : i < 350 ? 5000
									 : MIB / 4)};
		struct test_case test = draw(&chance, 300, bytes);
		struct piped piped;

		test.how.backward = false;
		fill(&chance, text, bytes.len);
		made = compile(&test);
		/* Numbers are known after any number of bytes, too. */
		if (i % 4 == 0 && bytes.len > test.header) {
			start = chance_below(&chance, bytes.len - test.header) / test.size;
			start = test.header + start * test.size;
			test.scan.offset = start;
		}
		search(&test, bytes, start, bytes.len);
		piped = piped_open(bytes, piece, false);
		if (i % 3 == 0)
			must_count(piped.reader, made, &test, "stream", bytes.len);
		else
			must_find(piped.reader, made, &test, "stream", bytes.len);
		piped_close(&piped);
		end(&test, made);
	}
	free(text);
}
END_TEST

/* --- Matches in a record, and keys ------------------------------------------------------------ */

/* The last byte of a record is searched, whatever it is. */
START_TEST(test_search_fixed_matches)
{
	mmr_pattern patterns[] = {{mmr_slice_of("b\n"), false}, {mmr_slice_of("b\\n\\z"), true}};
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
	mmr_slice record = {"b\nab\n", 5}, match;
	mmr_line_matches *it;
	mmr_split *records;
	mmr_search *made;
	size_t i, n;

	ck_assert_int_eq(mmr_split_size(5, 0, &records), 0);
	options.records = records;
	for (i = 0; i < 1 + (size_t)has_pcre2(); i++) {
		ck_assert_int_eq(mmr_search_compile(&patterns[i], 1, &options, &made), 0);
		ck_assert_int_eq(mmr_line_matches_open(made, &it), 0);
		ck_assert_int_eq(mmr_line_matches_load(it, record), 0);
		for (n = 0; mmr_line_matches_next(it, &match); n++)
			ck_assert_uint_eq((size_t)(match.ptr - record.ptr), n + i > 0 ? 3 : 0);
		ck_assert_int_eq(mmr_line_matches_error(it), 0);
		ck_assert_uint_eq(n, 2 - i);
		mmr_line_matches_close(it);
		mmr_search_close(made);
	}
	mmr_split_close(records);
}
END_TEST

/* Sorted records are found by their bytes. An incomplete one at the end is not searched. */
static void bisect_setting(const struct setting *setting, void *arg)
{
	struct chance *chance = arg;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	size_t size = 3, n = (setting->bytes.len - 2) / size, i, want;
	mmr_key key = MMR_KEY_INIT;
	mmr_split *records;
	uint64_t off;
	char wanted[3];
	int round;

	MUST(mmr_split_size(size, 2, &records) == 0, "%s", mmr_last_error());
	scan.records = records;
	for (round = 0; round < 8; round++) {
		chance_fill(chance, wanted, size, (mmr_slice){"ab\n", 3});
		MUST(mmr_bisect(setting->reader, &scan, &key, (mmr_slice){wanted, size},
			     round % 2 ? MMR_BOUND_UPPER : MMR_BOUND_LOWER, &off) == (n > 0),
			"%s", mmr_last_error());
		for (i = 0; i < n; i++) {
			int order = memcmp(setting->bytes.ptr + 2 + i * size, wanted, size);

			if (order > 0 || (order == 0 && round % 2 == 0))
				break;
		}
		want = 2 + i * size;
		MUST(off == want, "%s: record at %zu of %zu, not %zu", setting->name, (size_t)off,
			setting->bytes.len, want);
	}
	mmr_split_close(records);
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, 3);
}

START_TEST(test_search_fixed_keys)
{
	struct chance chance = {184};
	size_t len, i, most = 200000;
	char *text = malloc(most);

	for (i = 0; i < 12; i++) {
		len = 2 + chance_below(&chance, i % 3 ? 40 : most - 2);
		chance_fill(&chance, text, len, (mmr_slice){"ab\n", 3});
		qsort(text + 2, (len - 2) / 3, 3, compare);
		on_every_backing((mmr_slice){text, len}, bisect_setting, &chance);
	}
	free(text);
}
END_TEST

static Suite *search_fixed_suite(void)
{
	Suite *suite = suite_create("search_fixed");

	ADD_CASE(suite, "core", test_search_fixed_small, test_search_fixed_blocks,
		test_search_fixed_streams, test_search_fixed_matches, test_search_fixed_keys);
	return suite;
}

CHECK_MAIN(search_fixed_suite)
