/* fixed_limits.c - records of a fixed size: extreme numbers, long records, and what is refused
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

START_TEST(test_fixed_refuses)
{
	static const char text[] = "0123456789abcdefghij";
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_reader *reader;
	uint64_t start, stop;
	mmr_split *records;
	mmr_counts counts;
	mmr_index *index;
	struct piped piped;

	ck_assert_int_eq(mmr_split_size(0, 0, &records), -EINVAL);
	ck_assert_int_eq(mmr_split_size(SIZE_MAX, 0, &records), -EINVAL);
	ck_assert_int_eq(mmr_split_size(4, 3, &records), 0);
	ck_assert_int_eq(mmr_open_memory(text, 20, &reader), 0);
	scan.records = records;
	ck_assert_int_eq(mmr_index_build(reader, &scan, NULL, &index), -EINVAL);
	ck_assert_int_eq(mmr_measure_lines(reader, &scan, &counts), -EINVAL);
	/* Within a record. */
	scan.offset = 5;
	ck_assert_int_eq(mmr_scan_locate(reader, &scan, &start, &stop), -EINVAL);
	ck_assert_int_eq(mmr_count_lines(reader, &scan, &counts), -EINVAL);
	ck_assert_int_eq(mmr_shard(reader, &scan, 1, 2, &start, &stop), -EINVAL);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "within a record of 4 bytes"));
	piped = piped_open(mmr_slice_of(text), 0, false);
	ck_assert_int_eq(mmr_count_lines(piped.reader, &scan, &counts), -EINVAL);
	/* The stream is free again, and none of its bytes is lost. */
	scan.offset = 7;
	scan.length = 12;
	ck_assert_int_eq(mmr_count_lines(piped.reader, &scan, &counts), 0);
	ck_assert_uint_eq(counts.lines, 3);
	piped_close(&piped);
	mmr_close(reader);
	mmr_split_close(records);
}
END_TEST

/* Numbers that do not fit. */
START_TEST(test_fixed_extremes)
{
	static const char text[] = "0123456789abcdefghij";
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	static const struct {
		size_t size;
		uint64_t header, first, n, start, stop;
		int error;
	} cases[] = {
		{4, 0, UINT64_MAX, MMR_REST, 20, 20, 0},
		{4, 0, UINT64_MAX / 4 + 1, 1, 20, 20, 0},
		{4, UINT64_MAX, 0, MMR_REST, 20, 20, 0},
		{4, UINT64_MAX, UINT64_MAX, UINT64_MAX - 1, 20, 20, 0},
		{4, 0, 1, UINT64_MAX - 1, 4, 20, 0},
		{4, 0, 1, UINT64_MAX / 4 + 1, 4, 20, 0},
		{PTRDIFF_MAX, 0, 0, MMR_REST, 0, 20, -EBADMSG},
		{PTRDIFF_MAX, 0, 3, MMR_REST, 20, 20, 0},
		{PTRDIFF_MAX, 1, 0, 3, 1, 20, -EBADMSG},
	};
	uint64_t start, stop, off;
	mmr_reader *reader;
	mmr_split *records;
	mmr_counts counts;
	struct piped piped;
	size_t i;

	ck_assert_int_eq(mmr_open_memory(text, 20, &reader), 0);
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		ck_assert_int_eq(mmr_split_size(cases[i].size, cases[i].header, &records), 0);
		scan.records = records;
		scan.first_line = cases[i].first;
		scan.n_lines = cases[i].n;
		ck_assert_int_eq(mmr_scan_locate(reader, &scan, &start, &stop), 0);
		ck_assert_uint_eq(start, cases[i].start);
		ck_assert_uint_eq(stop, cases[i].stop);
		ck_assert_int_eq(mmr_count_lines(reader, &scan, &counts), cases[i].error);
		ck_assert_uint_eq(counts.lines, (stop - start) / cases[i].size);
		piped = piped_open(mmr_slice_of(text), 0, false);
		ck_assert_int_eq(mmr_count_lines(piped.reader, &scan, &counts), cases[i].error);
		ck_assert_uint_eq(counts.lines, (stop - start) / cases[i].size);
		piped_close(&piped);
		mmr_split_close(records);
	}
	scan = (mmr_scan_options)MMR_SCAN_OPTIONS_INIT;
	ck_assert_int_eq(mmr_split_size(3, 2, &records), 0);
	scan.records = records;
	ck_assert_int_eq(mmr_line_seek(reader, 5, INT64_MAX, &scan, &off), 0);
	ck_assert_uint_eq(off, 20);
	ck_assert_int_eq(mmr_line_seek(reader, 5, INT64_MIN, &scan, &off), 0);
	ck_assert_uint_eq(off, 2);
	mmr_split_close(records);
	mmr_close(reader);
}
END_TEST

/* A range for a caller that reads the bytes itself is one of bytes. */
START_TEST(test_fixed_in_pieces)
{
	static const char text[] = "0123456789abcdefghij";
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_split *records;
	mmr_range range;
	size_t at, n = 0;

	ck_assert_int_eq(mmr_split_size(4, 3, &records), 0);
	scan.records = records;
	scan.first_line = 1;
	scan.n_lines = 2;
	range = mmr_range_of(&scan);
	for (at = 0; at < 20; at++) {
		mmr_slice piece = {text + at, 1};

		ck_assert_int_eq(mmr_range_cut(&range, &piece), 0);
		ck_assert_uint_eq(piece.len, at >= 7 && at < 15);
		n += piece.len;
	}
	ck_assert_uint_eq(n, 8);
	ck_assert(mmr_range_ended(&range));
	mmr_split_close(records);
}
END_TEST

/* A record that is longer than may be buffered is refused where it cannot be mapped. */
START_TEST(test_fixed_limits)
{
	size_t size = 200000;
	mmr_block_options how = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	char *text = calloc(3, size);
	struct temp temp = temp_open(text, 3 * size);
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_UNMAPPED);
	struct piped piped = piped_open((mmr_slice){text, 3 * size}, 0, false);
	mmr_split *records;
	mmr_blocks *blocks;
	mmr_block block;

	ck_assert_int_eq(mmr_split_size(size, 0, &records), 0);
	scan.records = records;
	how.line_limit = 1;
	for (how.backward = false;; how.backward = true) {
		ck_assert_int_eq(mmr_blocks_open(reader, &scan, &how, &blocks), 0);
		ck_assert(!mmr_blocks_next(blocks, &block));
		ck_assert_int_eq(mmr_blocks_error(blocks), MMR_ELONG);
		ck_assert_uint_eq(mmr_last_error_offset(), how.backward ? 2 * size : 0);
		mmr_blocks_close(blocks);
		if (how.backward)
			break;
	}
	how.backward = false;
	ck_assert_int_eq(mmr_blocks_open(piped.reader, &scan, &how, &blocks), 0);
	ck_assert(!mmr_blocks_next(blocks, &block));
	ck_assert_int_eq(mmr_blocks_error(blocks), MMR_ELONG);
	mmr_blocks_close(blocks);
	how.line_limit = size;
	ck_assert_int_eq(mmr_blocks_open(reader, &scan, &how, &blocks), 0);
	ck_assert(mmr_blocks_next(blocks, &block));
	mmr_blocks_close(blocks);
	ck_assert_int_eq(mmr_blocks_open(piped.reader, &scan, &how, &blocks), 0);
	ck_assert(mmr_blocks_next(blocks, &block));
	mmr_blocks_close(blocks);
	mmr_split_close(records);
	piped_close(&piped);
	mmr_close(reader);
	temp_close(&temp);
	free(text);
}
END_TEST

static Suite *fixed_limits_suite(void)
{
	Suite *suite = suite_create("fixed_limits");

	ADD_CASE(suite, "core", test_fixed_in_pieces);
	ADD_CASE(suite, "limits", test_fixed_extremes, test_fixed_limits);
	ADD_CASE(suite, "faults", test_fixed_refuses);
	return suite;
}

CHECK_MAIN(fixed_limits_suite)
