/* search_faults.c - searches that stop early or fail, and the lines that are reported before
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

struct lines_before {
	uint64_t n, stop, number; /* lines; end and number of the last one */
};

static int count_line(void *context, const mmr_found_line *line)
{
	struct lines_before *before = context;

	before->n++;
	before->number = line->number;
	before->stop = line->off + line->bytes.len;
	return 0;
}

/* Stops at a line. Lines have 4 bytes. */
struct stop {
	uint64_t n, n_wanted;
	bool wrong;
};

static int stop_at_line(void *context, const mmr_found_line *line)
{
	struct stop *stop = context;

	stop->wrong |= line->off != 4 * stop->n;
	return ++stop->n == stop->n_wanted;
}

static void stop_at_each(const struct setting *setting, void *arg)
{
	mmr_pattern pattern = {mmr_slice_of("a"), false};
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	struct stop stop = {.n_wanted = 1};
	mmr_search *search;

	(void)arg;
	scan.n_threads = 4;
	ck_assert_int_eq(mmr_search_compile(&pattern, 1, NULL, &search), 0);
	for (; stop.n_wanted <= 9000; stop.n_wanted += 1 + stop.n_wanted * 3 / 2) {
		stop.n = 0;
		MUST(mmr_search_lines(search, setting->reader, &scan, NULL, stop_at_line, &stop) ==
					1 &&
				stop.n == stop.n_wanted && !stop.wrong,
			"%s: stopped at line %llu", setting->name, (unsigned long long)stop.n);
	}
	mmr_search_close(search);
}

/* More lines than a worker keeps for a block. */
START_TEST(test_search_stops_early)
{
	size_t len = (size_t)5 << 20, i;
	char *text = malloc(len);

	for (i = 0; i < len; i++)
		text[i] = i % 4 == 3 ? '\n' : 'a';
	on_every_backing((mmr_slice){text, len}, stop_at_each, NULL);
	free(text);
}
END_TEST

/* A line in which a pattern reaches its limits: the lines before it are reported, wherever blocks
 * end, and however many runs there are. */
static void fail_after(size_t n_lines, bool invert, bool alternate)
{
	static const char bad[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac\nx\n";
	mmr_pattern patterns[] = {{mmr_slice_of("x"), false}, {mmr_slice_of("(a|aa)+$"), true}};
	size_t len = 2 * n_lines + sizeof(bad) - 1, stop = 0, n = 0, i;
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	struct lines_before before = {0, 0, 0};
	char *text = malloc(len);
	mmr_search *search;
	mmr_reader *reader;

	for (i = 0; i < n_lines; i++) {
		bool found = alternate ? i % 2 == 0 : !invert;

		text[2 * i] = found ? 'x' : '-';
		text[2 * i + 1] = '\n';
		if (found == invert)
			continue;
		n++;
		stop = 2 * i + 2;
	}
	memcpy(text + 2 * n_lines, bad, sizeof(bad) - 1);
	options.invert = invert;
	scan.n_threads = 2;
	ck_assert_int_eq(mmr_search_compile(patterns, 2, &options, &search), 0);
	ck_assert_int_eq(mmr_open_memory(text, len, &reader), 0);
	MUST(mmr_search_lines(search, reader, &scan, NULL, count_line, &before) == -ECANCELED,
		"%zu: no error", n_lines);
	MUST(before.stop == stop && before.n == n, "%zu: %llu lines, to %llu", n_lines,
		(unsigned long long)before.n, (unsigned long long)before.stop);
	mmr_close(reader);
	mmr_search_close(search);
	free(text);
}

START_TEST(test_search_reports_lines_before_an_error)
{
	static const size_t sizes[] = {0, 1, 2, 45000, 65535, 65536, 65537, 100000};
	unsigned i;

	for (i = 0; has_pcre2() && i < 4 * ARRAY_LEN(sizes); i++)
		fail_after(sizes[i / 4], i & 1, i & 2);
}
END_TEST

/* Backward, the lines after the one in which the search fails come first. */
START_TEST(test_search_backward_to_an_error)
{
	static const char text[] = "x\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac\nx\n-\nx\n";
	mmr_pattern patterns[] = {{mmr_slice_of("x"), false}, {mmr_slice_of("(a|aa)+$"), true}};
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	struct lines_before before = {0, 0, 0};
	mmr_search *search;
	mmr_reader *reader;

	if (!has_pcre2())
		return;
	how.backward = how.numbers = true;
	ck_assert_int_eq(mmr_search_compile(patterns, 2, NULL, &search), 0);
	ck_assert_int_eq(mmr_open_memory(text, sizeof(text) - 1, &reader), 0);
	ck_assert_int_eq(
		mmr_search_lines(search, reader, NULL, &how, count_line, &before), -ECANCELED);
	ck_assert_uint_eq(before.n, 2);
	how.max_lines = 2;
	before.n = 0;
	ck_assert_int_eq(mmr_search_lines(search, reader, NULL, &how, count_line, &before), 0);
	ck_assert_uint_eq(before.n, 2);
	mmr_close(reader);
	/* No line before it matches. */
	how.max_lines = UINT64_MAX;
	ck_assert_int_eq(mmr_open_memory(text + 2, sizeof(text) - 3, &reader), 0);
	ck_assert_int_eq(
		mmr_search_lines(search, reader, NULL, &how, count_line, &before), -ECANCELED);
	ck_assert_uint_eq(before.n, 4);
	ck_assert_uint_eq(before.number, 1);
	mmr_close(reader);
	mmr_search_close(search);
}
END_TEST

/* --- Filters that fail ------------------------------------------------------------------------ */

/* Keeps lines of an 'x', up to one at an offset, at which it fails. */
struct limit {
	uint64_t off;
	int started, ended;
};

static int start_limit(void *state, void *context)
{
	struct limit *limit = context;

	*(struct limit **)state = limit;
	return limit->started++ > 0 && limit->off == 0 ? -EXDEV : 0;
}

static void end_limit(void *state, void *context)
{
	struct limit *limit = context;

	MUST(*(struct limit **)state == limit, "another state");
	limit->ended++;
}

static int keep_to_limit(void *state, mmr_slice line, uint64_t off)
{
	return off == (*(struct limit **)state)->off ? -EDOM : line.ptr[0] == 'x';
}

START_TEST(test_search_with_a_filter_that_fails)
{
	static const char text[] = "x\ny\nx\ny\nx\ny\nx\n";
	struct limit limit = {8, 0, 0};
	mmr_search_filter filter = {
		keep_to_limit, start_limit, end_limit, &limit, sizeof(struct limit *)};
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_pattern any = {mmr_slice_of(""), false};
	struct lines_before before = {0, 0, 0};
	mmr_search *search;
	mmr_reader *reader;
	uint64_t n;

	scan.n_threads = 1;
	options.filter = &filter;
	ck_assert_int_eq(mmr_search_compile(&any, 1, &options, &search), 0);
	ck_assert_int_eq(mmr_open_memory(text, sizeof(text) - 1, &reader), 0);
	ck_assert_int_eq(mmr_search_count(search, reader, &scan, &n), -EDOM);
	ck_assert_int_eq(mmr_search_lines(search, reader, &scan, NULL, count_line, &before), -EDOM);
	ck_assert_uint_eq(before.n, 2);
	ck_assert_uint_eq(before.stop, 6);
	/* What follows the last line that is wanted is not reported. */
	how.max_lines = 2;
	ck_assert_int_eq(mmr_search_lines(search, reader, &scan, &how, count_line, &before), 0);
	ck_assert_uint_eq(before.n, 4);
	how.max_lines = UINT64_MAX;
	how.backward = true;
	ck_assert_int_eq(mmr_search_lines(search, reader, &scan, &how, count_line, &before), -EDOM);
	ck_assert_uint_eq(before.n, 5);
	ck_assert_uint_eq(before.stop, 14);
	how.sample = 1;
	ck_assert_int_eq(mmr_search_lines(search, reader, &scan, &how, count_line, &before), -EDOM);
	ck_assert_int_eq(limit.started, limit.ended);
	/* From now on it cannot be started. */
	limit.off = 0;
	ck_assert_int_eq(
		mmr_search_lines(search, reader, &scan, NULL, count_line, &before), -EXDEV);
	ck_assert_int_eq(limit.started, limit.ended + 1);
	ck_assert_int_eq(mmr_search_count(search, reader, &scan, &n), -EXDEV);
	mmr_close(reader);
	mmr_search_close(search);
	filter.keep = NULL;
	ck_assert_int_eq(mmr_search_compile(&any, 1, &options, &search), -EINVAL);
}
END_TEST

START_TEST(test_search_of_bad_patterns)
{
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
	mmr_pattern text = {mmr_slice_of("a\nb"), false};
	mmr_pattern nowhere = {{slice_nowhere, 1}, false};
	mmr_search *search = NULL;

	ck_assert_int_eq(mmr_search_compile(&nowhere, 1, NULL, &search), MMR_ENOMAP);
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
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_search *search;
	mmr_reader *reader;
	uint64_t n;

	ck_assert_int_eq(mmr_search_compile(&text, 1, NULL, &search), 0);
	ck_assert_int_eq(mmr_open_memory("a\n", 2, &reader), 0);
	scan.delimiter = ' ';
	ck_assert_int_eq(mmr_search_count(search, reader, &scan, &n), -EINVAL);
	scan.delimiter = '\n';
	how.struct_size = 0;
	ck_assert_int_eq(mmr_search_lines(search, reader, &scan, &how, count_line, NULL), -EINVAL);
	how = (mmr_found_options)MMR_FOUND_OPTIONS_INIT;
	how.backward = true;
	how.after = 1;
	ck_assert_int_eq(mmr_search_lines(search, reader, &scan, &how, count_line, NULL), -EINVAL);
	mmr_close(reader);
	mmr_search_close(search);
}
END_TEST

static int refuse_line(void *state, const mmr_found_line *line)
{
	(void)state;
	(void)line;
	return MMR_FOUND_FULL;
}

static int collect_nothing(void *state)
{
	(void)state;
	return 0;
}

/* A job without functions, and one that never has room for a line. */
START_TEST(test_search_with_a_bad_job)
{
	mmr_pattern text = {mmr_slice_of("a"), false};
	mmr_found_job job = {.collect = collect_nothing};
	mmr_search *search;
	mmr_reader *reader;

	ck_assert_int_eq(mmr_search_compile(&text, 1, NULL, &search), 0);
	ck_assert_int_eq(mmr_open_memory("a\n", 2, &reader), 0);
	ck_assert_int_eq(mmr_search_run(search, reader, NULL, NULL, &job), -EINVAL);
	job.line = refuse_line;
	ck_assert_int_eq(mmr_search_run(search, reader, NULL, NULL, &job), -EINVAL);
	job.collect = NULL;
	ck_assert_int_eq(mmr_search_run(search, reader, NULL, NULL, &job), -EINVAL);
	mmr_close(reader);
	mmr_search_close(search);
}
END_TEST

static Suite *search_faults_suite(void)
{
	Suite *suite = suite_create("search_faults");

	ADD_CASE(suite, "core", test_search_stops_early);
	ADD_CASE(suite, "faults", test_search_reports_lines_before_an_error,
		test_search_backward_to_an_error, test_search_with_a_filter_that_fails,
		test_search_of_bad_patterns, test_search_of_a_bad_regex, test_search_without_pcre2,
		test_search_of_other_lines, test_search_with_a_bad_job);
	return suite;
}

CHECK_MAIN(search_faults_suite)
