/* search_injected.c - searches while memory runs out, and while the file is truncated
 *
 * SPDX-License-Identifier: MIT */
#include "failing_malloc.h"
#include "support.h"

#include <unistd.h>

/* --- What is searched for --- */

#define N_PATTERNS 3

struct wanted {
	const char *name;
	size_t n;
	mmr_pattern patterns[N_PATTERNS];
	const char
		*options; /* the letters of mmcat: I W X v, & for --and, U for UTF-8; F: a filter */
};

static const struct wanted wanted[] = {
	{"a text", 1, {TEXT("beta 7")}, ""},
	{"texts", 3, {TEXT("beta"), TEXT("gamma 1"), TEXT("x9")}, ""},
	{"texts of one byte", 2, {TEXT("7"), TEXT("9")}, ""},
	{"texts with the same start", 3,
		{TEXT("gamma 1"), TEXT("gamma 2"), TEXT("gamma 33333333333")}, ""},
	{"short texts with the same start", 2, {TEXT("gamma 1"), TEXT("gamma 2")}, ""},
	{"words", 2, {TEXT("BETA"), TEXT("alpha")}, "IW"},
	{"words of Unicode", 2, {TEXT("BETA"), TEXT("12")}, "IWU"},
	{"letters of Unicode", 2, {TEXT("BETA"), TEXT("12")}, "IU"},
	{"empty words", 1, {TEXT("")}, "W"},
	{"whole lines", 2, {TEXT("alpha 5"), TEXT("alpha 6")}, "X"},
	{"all texts", 2, {TEXT("a 1"), TEXT("a 17")}, "&"},
	{"an expression with a text", 1, {EXPRESSION("beta [0-9]+7$")}, ""},
	{"an expression with texts", 1, {EXPRESSION("(alpha|beta) [13]+$")}, ""},
	{"an expression without a text", 1, {EXPRESSION("[a-c]+ [0-9]*3")}, ""},
	{"an expression as a word", 1, {EXPRESSION("a.{3}a")}, "W"},
	{"a text and an expression", 2, {TEXT("gamma 8"), EXPRESSION("^a.*5$")}, ""},
	{"a text with an expression", 2, {TEXT("a 8"), EXPRESSION("^a.*5$")}, "&"},
	{"a filter", 1, {TEXT("")}, "F"},
	{"a text and a filter", 1, {TEXT("a 1")}, "F"},
	{"no text", 1, {TEXT("alpha")}, "v"},
	{"no expression", 1, {EXPRESSION("a [1-9]")}, "v"},
};

static bool has(const struct wanted *what, char option)
{
	return strchr(what->options, option) != NULL;
}

static bool has_regex(const struct wanted *what)
{
	size_t i;

	for (i = 0; i < what->n; i++)
		if (what->patterns[i].is_regex)
			return true;
	return has(what, 'U');
}

/* Keeps lines that end with an even number. */
static int keep_even(void *state, mmr_slice line, uint64_t off)
{
	(void)state;
	(void)off;
	return line.ptr[line.len - 2] % 2 == 0;
}

static const mmr_search_filter filter = {.keep = keep_even};

static int compile(const struct wanted *what, const mmr_split *records, mmr_search **ret_search)
{
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;

	options.caseless = has(what, 'I');
	options.words = has(what, 'W');
	options.whole_lines = has(what, 'X');
	options.all = has(what, '&');
	options.invert = has(what, 'v');
	options.utf = has(what, 'U');
	options.filter = has(what, 'F') ? &filter : NULL;
	options.records = records;
	return mmr_search_compile(what->patterns, what->n, &options, ret_search);
}

/* Lines, and records of 1 to 7 lines that start with "alpha". */
static size_t fill(char *text, size_t room)
{
	static const char *const words[] = {"alpha", "beta", "gamma", "delta x"};
	struct chance chance = {71};
	size_t len = 0;

	while (len + 24 <= room)
		len += (size_t)snprintf(text + len, 24, "%s %zu\n", words[chance_below(&chance, 4)],
			chance_below(&chance, 200));
	return len;
}

/* --- How lines are reported --- */

enum {
	WAYS = 8
};

static mmr_found_options way_of(unsigned way)
{
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;

	how.numbers = way & 1;
	if (way >= 6)
		how.backward = true;
	if (way == 2 || way == 3) {
		how.before = 3;
		how.after = 2;
	}
	if (way == 4) {
		how.before = 40;
		how.runs = true;
	}
	if (way == 5 || way == 7)
		how.max_lines = 9;
	return how;
}

#define MOST_LINES ((size_t)1 << 17)

/* The lines of a search without failures, or those of another one, which are compared with them. */
struct report {
	size_t n, n_wanted;
	bool compares, differs;
	bool lost_differs; /* a line that was cut off */
	mmr_found_line *lines;
	struct temp *temp; /* is truncated to `size` after `n_before` lines */
	size_t n_before;
	uint64_t size;
};

static bool is_same(const mmr_found_line *a, const mmr_found_line *b)
{
	return a->off == b->off && a->bytes.len == b->bytes.len && a->number == b->number &&
	       a->is_context == b->is_context && a->after_gap == b->after_gap;
}

static int take_line(void *context, const mmr_found_line *line)
{
	struct report *report = context;
	bool is_wanted;

	MUST(report->n < MOST_LINES, "too many lines");
	if (!report->compares) {
		report->lines[report->n++] = *line;
		return 0;
	}
	is_wanted = report->n < report->n_wanted && is_same(&report->lines[report->n], line);
	/* The rest of a page that was cut shows zeroes, until the scan checks the size. Context
	 * before a line that was cut off is looked for beyond them. */
	if (report->temp && report->n >= report->n_before &&
		(line->is_context || line->off + line->bytes.len > report->size))
		report->lost_differs |= !is_wanted;
	else
		report->differs |= !is_wanted;
	if (++report->n == report->n_before && report->temp)
		temp_resize(report->temp, report->size);
	return 0;
}

/* Starts to compare with the lines that are reported. */
static void compare_from_here(struct report *report)
{
	report->compares = true;
	report->n_wanted = report->n;
}

static int search_once(const struct wanted *what, const mmr_split *records, unsigned way,
	mmr_reader *reader, struct report *report)
{
	mmr_found_options how = way_of(way);
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_search *search;
	int err = compile(what, records, &search);

	report->n = 0;
	report->differs = report->lost_differs = false;
	if (err < 0)
		return err;
	scan.n_threads = 1;
	scan.records = records;
	/* The filter reads lines without mmr_try. */
	if (has(what, 'F'))
		scan.io_mode = MMR_IO_READ;
	err = mmr_search_lines(search, reader, &scan, &how, take_line, report);
	mmr_search_close(search);
	return err;
}

/* Calls `body` for all that is searched for, in lines and in records. */
static void for_each_search(void (*body)(const struct wanted *what, const mmr_split *records))
{
	mmr_split *records = NULL;
	size_t i;

	if (has_pcre2())
		ck_assert_int_eq(mmr_split_compile(mmr_slice_of("^alpha"), '\n', &records), 0);
	for (i = 0; i < ARRAY_LEN(wanted); i++) {
		if (has_regex(&wanted[i]) && !records)
			continue;
		body(&wanted[i], NULL);
		if (records)
			body(&wanted[i], records);
	}
	mmr_split_close(records);
}

/* --- Memory runs out --- */

#define SMALL 6000

/* A pipe that contains bytes and ends. */
static mmr_reader *stream_of(mmr_slice bytes)
{
	mmr_reader *reader;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	MUST(write(ends[1], bytes.ptr, bytes.len) == (ssize_t)bytes.len, "the pipe is small");
	close(ends[1]);
	ck_assert_int_eq(mmr_open_fd(ends[0], NULL, &reader), 0);
	return reader;
}

/* Memory runs out at each allocation. The lines before that are reported. */
static void run_out(const struct wanted *what, const mmr_split *records, unsigned way,
	mmr_slice text, bool stream, struct report *report)
{
	mmr_reader *reader = NULL;
	/* Where code is slow, some of the allocations fail. */
	long step = memory_is_shadowed() || getenv("MATRIX_EMULATED") ? 7 : 1, n;
	bool failed = true;
	uint64_t heap;
	int err;

	*report = (struct report){.lines = report->lines};
	for (n = -1; failed; n += n < 0 ? 1 : step) {
		heap = heap_in_use();
		if (stream)
			reader = stream_of(text);
		else
			ck_assert_int_eq(mmr_open_memory(text.ptr, text.len, &reader), 0);
		mallocs_left = n;
		err = search_once(what, records, way, reader, report);
		failed = mallocs_left <= 0;
		mallocs_left = -1;
		mmr_close(reader);
		if (n < 0)
			compare_from_here(report);
		MUST(!report->differs &&
				(err == -ENOMEM || (err == 0 && report->n == report->n_wanted)),
			"%s, way %u, allocation %ld: %d, %zu lines", what->name, way, n, err,
			report->n);
		MUST(heap_in_use() == heap, "%s, way %u, allocation %ld: memory is lost",
			what->name, way, n);
	}
}

static void run_out_each(const struct wanted *what, const mmr_split *records)
{
	static char text[SMALL];
	struct report report = {.lines = malloc(MOST_LINES * sizeof(*report.lines))};
	mmr_slice bytes = {text, fill(text, sizeof(text))};
	unsigned way;

	for (way = 0; way < WAYS; way++) {
		run_out(what, records, way, bytes, false, &report);
		if (!way_of(way).backward)
			run_out(what, records, way, bytes, true, &report);
	}
	free(report.lines);
}

START_TEST(test_search_without_memory)
{
	for_each_search(run_out_each);
}
END_TEST

/* --- The file is truncated --- */

#define LARGE 400000

static void truncate_each(const struct wanted *what, const mmr_split *records)
{
	static char text[LARGE];
	static const size_t after[] = {1, 9, 300};
	size_t len = fill(text, sizeof(text)), i;
	struct temp temp = temp_open(text, len);
	struct report report = {.lines = malloc(MOST_LINES * sizeof(*report.lines))};
	mmr_reader *reader;
	unsigned way, size;
	int err;

	for (way = 0; way < WAYS; way++) {
		report = (struct report){.lines = report.lines};
		reader = temp_reader(&temp, MMR_BACKING_MAPPED);
		ck_assert_int_eq(search_once(what, records, way, reader, &report), 0);
		mmr_close(reader);
		compare_from_here(&report);
		for (i = 0; i < ARRAY_LEN(after); i++) {
			for (size = 0; size < 2; size++) {
				reader = temp_reader(&temp, MMR_BACKING_MAPPED);
				report.temp = &temp;
				report.n_before = after[i];
				report.size = len / 2 * size;
				err = search_once(what, records, way, reader, &report);
				mmr_close(reader);
				MUST(!report.differs && (err < 0 || !report.lost_differs) &&
						(err == MMR_ETRUNCATED ||
							(err == 0 && report.n == report.n_wanted)),
					"%s, way %u, after line %zu: %d, %zu lines", what->name,
					way, after[i], err, report.n);
				temp_write(&temp, 0, text, len);
			}
		}
	}
	free(report.lines);
	temp_close(&temp);
}

START_TEST(test_search_of_truncated_files)
{
	ck_assert_int_eq(mmr_guard_install(), 0);
	for_each_search(truncate_each);
}
END_TEST

static Suite *search_injected_suite(void)
{
	Suite *suite = suite_create("search_injected");

	ADD_CASE(suite, "faults", test_search_without_memory, test_search_of_truncated_files);
	return suite;
}

CHECK_MAIN(search_injected_suite)
