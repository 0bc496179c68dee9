/* count.c - counts of lines of whole files, and the longest line
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)
#define TIB ((uint64_t)1 << 40)

static const mmr_scan_options plain_options = MMR_SCAN_OPTIONS_INIT;

static void range_of(mmr_slice bytes, const mmr_scan_options *options, mmr_slice *ret_range)
{
	size_t start = (size_t)min_u64(options->offset, bytes.len);

	ret_range->ptr = bytes.len > 0 ? bytes.ptr + start : bytes.ptr;
	ret_range->len = (size_t)min_u64(options->length, bytes.len - start);
}

static mmr_counts naive_counts(mmr_slice bytes, char delimiter)
{
	mmr_counts counts = {0, false, 0, 0};
	uint64_t len = 0;
	size_t i;

	for (i = 0; i < bytes.len; i++) {
		bool end = bytes.ptr[i] == delimiter;

		counts.lines += end;
		counts.crlf += i > 0 && bytes.ptr[i - 1] == '\r' && bytes.ptr[i] == '\n';
		len = end ? 0 : len + 1;
		if (len > counts.longest)
			counts.longest = len;
	}
	counts.unterminated = len > 0;
	counts.lines += counts.unterminated;
	return counts;
}

static int count(
	mmr_reader *reader, const mmr_scan_options *options, bool measure, mmr_counts *ret_counts)
{
	return measure ? mmr_measure_lines(reader, options, ret_counts)
		       : mmr_count_lines(reader, options, ret_counts);
}

static void must_count(mmr_reader *reader, const mmr_scan_options *options, bool measure,
	mmr_counts wanted, const char *name)
{
	mmr_counts counts = {99, false, 99, 99};

	MUST(count(reader, options, measure, &counts) == 0, "%s: %s", name, mmr_last_error());
	MUST(counts.lines == wanted.lines && counts.unterminated == wanted.unterminated &&
			counts.longest == (measure ? wanted.longest : 0) &&
			counts.crlf == (measure ? wanted.crlf : 0),
		"%s, delimiter %d, mode %d, %u threads, from %zu: %zu lines, longest %zu, should "
		"be %zu and %zu",
		name, options->delimiter, (int)options->io_mode, options->n_threads,
		(size_t)options->offset, (size_t)counts.lines, (size_t)counts.longest,
		(size_t)wanted.lines, (size_t)wanted.longest);
}

static void count_every_way(const struct setting *setting, void *arg)
{
	static const char delimiters[] = {'\n', '\0', 'a', (char)0xff};
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	struct chance *chance = arg;
	size_t len = setting->bytes.len, d;
	int ways, range;
	mmr_slice part;

	for (d = 0; d < ARRAY_LEN(delimiters); d++) {
		for (range = 0; range < 2; range++) {
			mmr_counts wanted;

			options.delimiter = delimiters[d];
			options.offset = range ? chance_below(chance, len + 2) : 0;
			options.length = range ? chance_below(chance, len + 2) : MMR_REST;
			range_of(setting->bytes, &options, &part);
			wanted = naive_counts(part, delimiters[d]);
			for (ways = 0; ways < 6; ways++) {
				options.io_mode = (enum mmr_io_mode)(ways / 2);
				options.n_threads = (unsigned)chance_below(chance, 9);
				must_count(
					setting->reader, &options, ways % 2, wanted, setting->name);
			}
		}
	}
}

START_TEST(test_count_lines_of_every_backing)
{
	static const size_t sizes[] = {0, 1, 2, 300, 70001, 700003, 5 * MIB + 3};
	struct chance chance = {131};
	size_t i, shape;

	ck_assert_int_eq(mmr_guard_install(), 0);
	for (i = 0; i < ARRAY_LEN(sizes) - memory_is_shadowed(); i++) {
		char *bytes = malloc(sizes[i] + 1);

		for (shape = 0; shape < (sizes[i] > MIB ? 1 : 4); shape++) {
			mmr_slice alphabets[] = {
				{NULL, 0}, {"\n\n\rbc", 5}, {"\0xyz", 4}, {"x", 1}};

			chance_fill(&chance, bytes, sizes[i], alphabets[shape]);
			on_every_backing((mmr_slice){bytes, sizes[i]}, count_every_way, &chance);
		}
		free(bytes);
	}
	ck_assert_uint_eq(mmr_heap_bytes(), 0);
}
END_TEST

START_TEST(test_count_lines_over_many_windows)
{
	static char bytes[9 * MIB];
	static const size_t ends[] = {0, 1, 262143, 262144, 524287, 2 * MIB - 1, 2 * MIB,
		4 * MIB - 2, 4 * MIB, 9 * MIB - 2, 9 * MIB - 1};
	struct chance chance = {132};
	size_t n;

	/* Lines start and end at the edges of windows. The longest line is longer than 5 MiB. */
	memset(bytes, 'x', sizeof(bytes));
	for (n = 0; n < ARRAY_LEN(ends); n++)
		bytes[ends[n]] = '\n';
	/* A CR LF is split by the edge at 4 MiB. */
	for (n = 0; n < ARRAY_LEN(ends); n++)
		if (ends[n] > 0 && bytes[ends[n] - 1] != '\n')
			bytes[ends[n] - 1] = '\r';
	on_every_backing((mmr_slice){bytes, sizeof(bytes)}, count_every_way, &chance);
	on_every_backing((mmr_slice){bytes, sizeof(bytes) - 2}, count_every_way, &chance);
}
END_TEST

/* In a batch of line ends, the bit of a CR is 32 KiB. */
START_TEST(test_count_crlf_32k_before_the_end)
{
	static char bytes[3 * 32768];
	mmr_reader *reader;
	size_t len, i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = "a\r\nbc\r\n"[i % 7];
	for (len = 32768 - 300; len < sizeof(bytes); len += len % 16384 < 8192 ? 1 : 8191) {
		mmr_slice part = {bytes, len};

		ck_assert_int_eq(mmr_open_memory(part.ptr, part.len, &reader), 0);
		must_count(reader, &plain_options, true, naive_counts(part, '\n'), "CR LF");
		mmr_close(reader);
	}
}
END_TEST

START_TEST(test_count_lines_of_a_sparse_file)
{
	static char bytes[40 * MIB];
	struct temp temp = temp_open(NULL, 0);
	static const char delimiters[] = {'\n', '\0', 'b'};
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_reader *reader;
	size_t i, d;

	ck_assert_int_eq(mmr_guard_install(), 0);
	temp_resize(&temp, sizeof(bytes));
	for (i = 3 * MIB; i < sizeof(bytes); i += 7 * MIB + 777) {
		memcpy(bytes + i, "abc\nab\n\nb", 9);
		temp_write(&temp, i, bytes + i, 9);
	}
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	for (d = 0; d < 3 * 3; d++) {
		mmr_slice part;

		options.delimiter = delimiters[d % 3];
		options.offset = d / 3 * 100003;
		options.length = sizeof(bytes) - 5 * options.offset;
		range_of((mmr_slice){bytes, sizeof(bytes)}, &options, &part);
		must_count(reader, &options, d / 3 % 2, naive_counts(part, options.delimiter),
			"sparse");
	}
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

START_TEST(test_count_skips_holes)
{
	mmr_needle needle = mmr_needle_of(mmr_slice_of("xyz"));
	struct temp temp = temp_open("a\nb", 3);
	mmr_counts wanted = {4, true, 4 * TIB - 2, 0};
	uint64_t found = 0;
	mmr_reader *reader;
	double started;
	int backing;

	if (ftruncate(temp.fd, (off_t)(8 * TIB)) < 0 || !temp_has_hole(&temp, MIB)) {
		temp_close(&temp);
		CHECK_SKIP("no files of 8 TiB, or no holes, on this file system");
	}
	temp_write(&temp, 4 * TIB, "\nxyz\n", 5);
	temp_write(&temp, 8 * TIB - 3, "end", 3);
	for (backing = 0; backing < 2; backing++) {
		reader = temp_reader(&temp, backing ? MMR_BACKING_UNMAPPED : MMR_BACKING_AUTO);
		started = seconds();
		must_count(reader, &plain_options, false, wanted, "8 TiB");
		must_count(reader, &plain_options, true, wanted, "8 TiB");
		ck_assert_int_eq(mmr_count_matches(reader, &needle, NULL, &found), 0);
		ck_assert_uint_eq(found, 1);
		MUST(seconds() - started < 1, "it took %.1f s", seconds() - started);
		mmr_close(reader);
	}
	temp_close(&temp);
}
END_TEST

START_TEST(test_count_bad_options)
{
	mmr_scan_options bad[2] = {plain_options, plain_options}, absurd = plain_options;
	mmr_counts counts = {77, true, 78, 79};
	mmr_reader *reader;
	size_t i;

	ck_assert_int_eq(mmr_open_memory("a\nb", 3, &reader), 0);
	bad[0].struct_size--;
	bad[1].io_mode = (enum mmr_io_mode)9;
	for (i = 0; i < ARRAY_LEN(bad) * 2; i++)
		MUST(count(reader, &bad[i / 2], i % 2, &counts) == -EINVAL, "options %zu", i / 2);
	ck_assert(counts.lines == 77 && counts.longest == 78 && counts.crlf == 79 &&
		  counts.unterminated);
	absurd.n_threads = UINT_MAX;
	must_count(reader, &absurd, true, (mmr_counts){2, true, 1, 0}, "absurd");
	absurd.offset = absurd.length = UINT64_MAX - 1;
	must_count(reader, &absurd, true, (mmr_counts){0, false, 0, 0}, "absurd");
	mmr_close(reader);
}
END_TEST

/* The range of such a reader is empty, and the file is not shorter than when it was opened. */
START_TEST(test_count_after_the_end)
{
	static const enum mmr_backing_kind kinds[] = {
		MMR_BACKING_AUTO, MMR_BACKING_MAPPED, MMR_BACKING_COPIED, MMR_BACKING_UNMAPPED};
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	struct temp temp = temp_open("a\nb", 3);
	mmr_reader *reader;
	size_t i;

	options.offset = 100000;
	for (i = 0; i < ARRAY_LEN(kinds); i++) {
		options.backing = kinds[i];
		ck_assert_int_eq(mmr_open(temp.path, &options, &reader), 0);
		must_count(reader, &plain_options, i % 2, (mmr_counts){0, false, 0, 0}, "after");
		mmr_close(reader);
	}
	temp_close(&temp);
}
END_TEST

START_TEST(test_count_lines_truncated)
{
	static char bytes[5 * MIB];
	static const size_t cuts[] = {0, 65536, 3 * MIB + 5, 5 * MIB - 1};
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_counts counts = {77, true, 78, 79};
	size_t i;

	ck_assert_int_eq(mmr_guard_install(), 0);
	for (i = 0; i < ARRAY_LEN(cuts) * 6; i++) {
		struct temp temp = temp_open(bytes, sizeof(bytes));
		mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
		int err;

		options.io_mode = (enum mmr_io_mode)(i % 3);
		options.n_threads = 1 + (unsigned)i % 4;
		temp_resize(&temp, cuts[i / 6]);
		err = count(reader, &options, i % 2, &counts);
		MUST(err == MMR_ETRUNCATED, "cut at %zu, mode %zu: %d", cuts[i / 6], i % 3, err);
		MUST(counts.lines == 77 && counts.longest == 78 && counts.crlf == 79 &&
				counts.unterminated,
			"touched");
		MUST(mmr_last_error_offset() >= cuts[i / 6], "%s", mmr_last_error());
		MUST(strstr(mmr_last_error(), temp.path), "%s", mmr_last_error());
		mmr_close(reader);
		temp_close(&temp);
	}
}
END_TEST

static Suite *count_suite(void)
{
	Suite *suite = suite_create("count");

	ADD_CASE(suite, "core", test_count_lines_of_every_backing,
		test_count_lines_over_many_windows, test_count_lines_of_a_sparse_file);
	ADD_CASE(suite, "limits", test_count_skips_holes, test_count_bad_options,
		test_count_crlf_32k_before_the_end, test_count_after_the_end);
	ADD_CASE(suite, "faults", test_count_lines_truncated);
	return suite;
}

CHECK_MAIN(count_suite)
