/* records_limits.c - records that are too long, and what is refused
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

/* A record of exactly so many bytes is the second one. Returns: what the blocks end with. */
static int read_record(mmr_reader *reader, const mmr_scan_options *scan, uint64_t *ret_off)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_blocks *blocks;
	mmr_block block;
	int err;

	cut.window = 4096;
	cut.line_limit = 8192;
	ck_assert_int_eq(mmr_blocks_open(reader, scan, &cut, &blocks), 0);
	while (mmr_blocks_next(blocks, &block))
		;
	err = mmr_blocks_error(blocks);
	*ret_off = mmr_last_error_offset();
	mmr_blocks_close(blocks);
	return err;
}

/* The second record of a text starts at byte 102 and has `size` bytes. */
static void must_limit(mmr_slice text, size_t size, const mmr_split *records, const char *name)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	struct temp temp = temp_open(text.ptr, text.len);
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_UNMAPPED);
	struct piped piped = piped_open(text, 0, false);
	int want = size > 8192 ? MMR_ELONG : 0;
	uint64_t off;

	scan.records = records;
	scan.n_threads = 1;
	scan.io_mode = MMR_IO_READ;
	MUST(read_record(reader, &scan, &off) == want, "'%s', %zu: file", name, size);
	MUST(want == 0 || off == 102, "'%s', %zu: file: %zu", name, size, (size_t)off);
	MUST(read_record(piped.reader, &scan, &off) == want, "'%s', %zu: stream", name, size);
	MUST(want == 0 || off == 102, "'%s', %zu: stream: %zu", name, size, (size_t)off);
	ck_assert(want == 0 || strstr(mmr_last_error(), strcmp(name, "rows") ? "record" : "row"));
	mmr_close(reader);
	temp_close(&temp);
	piped_close(&piped);
}

static void limit_records(const char *pattern)
{
	size_t len = 40000, size;
	char *text = malloc(len);
	mmr_split *records;

	ck_assert_int_eq(mmr_split_compile(mmr_slice_of(pattern), '\n', &records), 0);
	for (size = 8190; size < 8195; size++) {
		memset(text, 'c', len);
		memcpy(text, "ab\n\n", 4);
		memcpy(text + 100, "\n\nab", 4);
		memcpy(text + 102 + size - 2, "\n\nab", 4);
		memcpy(text + 102 + size + 20, "\n\nab", 4);
		must_limit((mmr_slice){text, 102 + size + 100}, size, records, pattern);
	}
	mmr_split_close(records);
	free(text);
}

/* A row of many lines in quotes. */
static void limit_rows(void)
{
	size_t len = 40000, size, at;
	char *text = malloc(len);
	mmr_split *rows;

	ck_assert_int_eq(mmr_split_rows(',', &rows), 0);
	for (size = 8190; size < 8195; size++) {
		memset(text, 'c', len);
		for (at = 150; at < 102 + size; at += 50)
			text[at] = '\n';
		memcpy(text + 101, "\n\"", 2);
		memcpy(text + 102 + size - 2, "\"\n", 2);
		text[102 + size + 20] = '\n';
		must_limit((mmr_slice){text, 102 + size + 100}, size, rows, "rows");
	}
	mmr_split_close(rows);
	free(text);
}

START_TEST(test_records_past_the_limit)
{
	limit_records("");
	limit_records("ab");
	if (has_pcre2())
		limit_records("a+b");
	limit_rows();
}
END_TEST

/* An expression that reaches a limit fails the scan. */
START_TEST(test_records_past_the_limit_of_a_pattern)
{
	static char text[100];
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_split *records;
	mmr_counts counts;
	mmr_reader *reader;

	if (!has_pcre2())
		return;
	memset(text, 'a', sizeof(text));
	text[9] = '\n';
	text[99] = 'b';
	ck_assert_int_eq(mmr_split_compile(mmr_slice_of("(a|a?)+$"), '\n', &records), 0);
	ck_assert_int_eq(mmr_open_memory(text, sizeof(text), &reader), 0);
	scan.records = records;
	ck_assert_int_eq(mmr_count_lines(reader, &scan, &counts), -ECANCELED);
	mmr_close(reader);
	mmr_split_close(records);
}
END_TEST

static int on_match(void *context, const mmr_match *match)
{
	(void)context;
	(void)match;
	return 0;
}

START_TEST(test_records_that_are_refused)
{
	static char text[4097];
	mmr_needle needle = mmr_needle_of(mmr_slice_of("a"));
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_split *records = NULL;
	mmr_slice bytes = mmr_slice_of("a\nb\n");
	mmr_range range;
	mmr_counts counts;
	mmr_reader *reader;

	memset(text, 'a', sizeof(text));
	ck_assert_int_eq(mmr_split_compile((mmr_slice){text, 4096}, '\n', &records), 0);
	mmr_split_close(records);
	mmr_split_close(NULL);
	ck_assert_int_eq(mmr_split_compile((mmr_slice){text, 4097}, '\n', &records), -EINVAL);
	ck_assert_int_eq(
		mmr_split_compile((mmr_slice){slice_nowhere, 1}, '\n', &records), MMR_ENOMAP);
	ck_assert_int_eq(mmr_split_compile(mmr_slice_of("a\nb"), '\n', &records), -EINVAL);
	ck_assert_int_eq(mmr_split_compile(mmr_slice_of("a"), 'a', &records), -EINVAL);
	if (has_pcre2()) {
		ck_assert_int_eq(mmr_split_compile(mmr_slice_of("(a"), '\n', &records), -EINVAL);
		ck_assert_int_eq(mmr_split_compile(mmr_slice_of("a.\\n"), '\n', &records), -EINVAL);
	}
	ck_assert_int_eq(mmr_split_compile(mmr_slice_of("b"), '\n', &records), 0);
	ck_assert_int_eq(mmr_open_memory(bytes.ptr, bytes.len, &reader), 0);
	scan.records = records;
	scan.delimiter = '\0';
	ck_assert_int_eq(mmr_count_lines(reader, &scan, &counts), -EINVAL);
	scan.delimiter = '\n';
	ck_assert_int_eq(mmr_count_lines(reader, &scan, &counts), 0);
	ck_assert_uint_eq(counts.lines, 2);
	ck_assert_int_eq(mmr_measure_lines(reader, &scan, &counts), -EINVAL);
	ck_assert_int_eq(
		mmr_each_match(reader, &needle, &scan, MMR_MATCH_LINES, on_match, NULL), -EINVAL);
	ck_assert_int_eq(
		mmr_each_match(reader, &needle, &scan, MMR_MATCH_PLAIN, on_match, NULL), 0);
	scan.first_line = 1;
	range = mmr_range_of(&scan);
	ck_assert_int_eq(mmr_range_cut(&range, &bytes), -EINVAL);
	mmr_close(reader);
	mmr_split_close(records);
}
END_TEST

START_TEST(test_rows_that_are_refused)
{
	mmr_needle needle = mmr_needle_of(mmr_slice_of("a"));
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_slice bytes = mmr_slice_of("\"a\nb\"\n");
	mmr_split *rows = NULL;
	mmr_counts counts;
	mmr_reader *reader;

	ck_assert_int_eq(mmr_split_rows('"', &rows), -EINVAL);
	ck_assert_int_eq(mmr_split_rows('\n', &rows), -EINVAL);
	ck_assert_int_eq(mmr_split_rows('\r', &rows), -EINVAL);
	ck_assert_ptr_null(rows);
	ck_assert_int_eq(mmr_split_rows('\0', &rows), 0);
	ck_assert_int_eq(mmr_open_memory(bytes.ptr, bytes.len, &reader), 0);
	scan.records = rows;
	scan.delimiter = '\0';
	ck_assert_int_eq(mmr_count_lines(reader, &scan, &counts), -EINVAL);
	scan.delimiter = '\n';
	ck_assert_int_eq(mmr_count_lines(reader, &scan, &counts), 0);
	ck_assert_uint_eq(counts.lines, 1);
	ck_assert_int_eq(mmr_measure_lines(reader, &scan, &counts), -EINVAL);
	ck_assert_int_eq(
		mmr_each_match(reader, &needle, &scan, MMR_MATCH_LINES, on_match, NULL), -EINVAL);
	mmr_close(reader);
	mmr_split_close(rows);
}
END_TEST

/* Lines that end with NUL. */
START_TEST(test_records_with_another_delimiter)
{
	static const char text[] = "a\n\0b\0\0a\0\0\0a\0b";
	mmr_slice bytes = {text, sizeof(text) - 1};
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_split *records;
	mmr_counts counts;
	mmr_reader *reader;
	size_t i;

	ck_assert_int_eq(mmr_open_memory(bytes.ptr, bytes.len, &reader), 0);
	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(
			mmr_split_compile(mmr_slice_of(i == 0 ? "a" : ""), '\0', &records), 0);
		scan.records = records;
		scan.delimiter = '\0';
		ck_assert_int_eq(mmr_count_lines(reader, &scan, &counts), 0);
		ck_assert_uint_eq(counts.lines, 3);
		mmr_split_close(records);
	}
	mmr_close(reader);
}
END_TEST

static Suite *records_limits_suite(void)
{
	Suite *suite = suite_create("records_limits");

	ADD_CASE(suite, "core", test_records_with_another_delimiter);
	ADD_CASE(suite, "limits", test_records_past_the_limit,
		test_records_past_the_limit_of_a_pattern, test_records_that_are_refused,
		test_rows_that_are_refused);
	return suite;
}

CHECK_MAIN(records_limits_suite)
