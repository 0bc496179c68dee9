/* public.c - the shared library through its installed headers
 *
 * This test includes nothing of src/. It opens a file, reads it in each way, and closes it.
 *
 * SPDX-License-Identifier: MIT */
#include "check_main.h"

#include <mmreader.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_LINES 100000

static char path[256];

/* Writes "1,0.5\n2,1.0\n3,1.5\n...": a number and its half on each line. */
static void write_table(void)
{
	const char *folder = getenv("TMPDIR");
	FILE *file;
	int fd, i;

	snprintf(path, sizeof(path), "%s/mmreader-public-XXXXXX", folder ? folder : "/tmp");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	file = fdopen(fd, "w");
	ck_assert_ptr_nonnull(file);
	for (i = 1; i <= N_LINES; i++)
		fprintf(file, "%d,%d.%d\n", i, i / 2, i % 2 * 5);
	ck_assert_int_eq(fclose(file), 0);
}

static void remove_table(void)
{
	unlink(path);
}

static mmr_reader *open_table(void)
{
	mmr_reader *file = NULL;

	ck_assert_msg(mmr_open(path, NULL, &file) == 0, "%s", mmr_last_error());
	return file;
}

START_TEST(test_public_lines_and_numbers)
{
	mmr_reader *file;
	mmr_lines it;
	mmr_slice line, left, right;
	int64_t whole, sum = 0, n = 0;
	double half, halves = 0;
	size_t comma;

	ck_assert_int_eq(mmr_guard_install(), 0);
	file = open_table();
	ck_assert_int_eq(mmr_backing(file), MMR_BACKING_MAPPED);
	it = mmr_lines_of(mmr_bytes(file), '\n');
	while (mmr_lines_next(&it, &line)) {
		if (mmr_slice_select(line, ',', 0, &comma) != 1)
			ck_abort_msg("no comma in '%.*s'", (int)line.len, line.ptr);
		left = mmr_slice_cut(line, 0, (int64_t)comma);
		right = mmr_slice_cut(line, (int64_t)comma + 1, MMR_END);
		if (mmr_slice_to_i64(left, &whole) < 0 || mmr_slice_to_f64(right, &half) < 0)
			ck_abort_msg("no numbers in '%.*s'", (int)line.len, line.ptr);
		if (whole != ++n || half * 2 != (double)whole)
			ck_abort_msg("line %d is '%.*s'", (int)n, (int)line.len, line.ptr);
		sum += whole;
		halves += half;
	}
	ck_assert_int_eq(mmr_lines_error(&it), 0);
	ck_assert_int_eq(n, N_LINES);
	ck_assert_int_eq(sum, (int64_t)N_LINES * (N_LINES + 1) / 2);
	ck_assert_double_eq(halves * 2, (double)sum);
	mmr_close(file);
}
END_TEST

START_TEST(test_public_backward_matches_forward)
{
	mmr_reader *file = open_table();
	mmr_reverse_lines it = mmr_reverse_lines_of(mmr_bytes(file), '\n');
	mmr_slice line;
	char text[64];
	int n = N_LINES;

	while (mmr_reverse_lines_next(&it, &line)) {
		snprintf(text, sizeof(text), "%d,%d.%d", n, n / 2, n % 2 * 5);
		if (!mmr_slice_equal(line, mmr_slice_of(text)))
			ck_abort_msg("'%.*s' instead of '%s'", (int)line.len, line.ptr, text);
		n--;
	}
	ck_assert_int_eq(mmr_reverse_lines_error(&it), 0);
	ck_assert_int_eq(n, 0);
	mmr_close(file);
}
END_TEST

START_TEST(test_public_blocks_and_seek)
{
	mmr_block_options options = MMR_BLOCK_OPTIONS_INIT;
	mmr_reader *file = open_table();
	mmr_line_batch batch;
	mmr_blocks *blocks;
	mmr_block block;
	mmr_lines lines;
	uint64_t sum = 0, count, start, stop, bytes = 0;
	mmr_slice line;
	char text[8];
	size_t len;

	options.window = 4096;
	ck_assert_int_eq(mmr_blocks_open(file, NULL, &options, &blocks), 0);
	while (mmr_blocks_next(blocks, &block)) {
		ck_assert_int_eq(mmr_slice_count(block.bytes, '\n', &count), 0);
		sum += count;
		bytes += block.bytes.len;
	}
	ck_assert_int_eq(mmr_blocks_error(blocks), 0);
	mmr_blocks_close(blocks);
	ck_assert_uint_eq(sum, N_LINES);
	ck_assert_uint_eq(bytes, mmr_size(file));

	ck_assert_int_eq(mmr_line_seek(file, 0, 50000, NULL, &start), 0);
	ck_assert_int_eq(mmr_read_at(file, start, text, sizeof(text), &len), 0);
	ck_assert_uint_eq(len, sizeof(text));
	ck_assert_mem_eq(text, "50001,25", 8);
	ck_assert_int_eq(mmr_line_number(file, start + 3, NULL, &count), 0);
	ck_assert_uint_eq(count, 50000);
	lines = mmr_lines_of(mmr_bytes(file), '\n');
	for (sum = 0; mmr_lines_next_batch(&lines, &batch);)
		sum += batch.n;
	ck_assert_uint_eq(sum, N_LINES);
	ck_assert_int_eq(mmr_line_around(mmr_bytes(file), (size_t)start + 3, '\n', &line), 0);
	ck_assert_ptr_eq(line.ptr, mmr_bytes(file).ptr + start);
	ck_assert_int_eq(mmr_line_bounds(file, start + 3, NULL, &count, &stop), 0);
	ck_assert_uint_eq(count, start);
	ck_assert_uint_eq(stop, start + line.len);
	ck_assert_int_eq(mmr_line_seek(file, mmr_size(file), -1, NULL, &start), 0);
	ck_assert_int_eq(mmr_read_at(file, start, text, sizeof(text), &len), 0);
	ck_assert_mem_eq(text, "100000,5", 8);
	mmr_close(file);
}
END_TEST

START_TEST(test_public_memory_is_freed)
{
	uint64_t heap = mmr_heap_bytes();
	mmr_reader *file = open_table();

	ck_assert_uint_gt(mmr_heap_bytes(), heap);
	ck_assert_uint_lt(mmr_heap_bytes(), heap + 4096);
	mmr_close(file);
	ck_assert_uint_eq(mmr_heap_bytes(), heap);
	ck_assert_uint_ge(mmr_heap_peak(), heap);
}
END_TEST

START_TEST(test_public_errors_are_reported)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader *file = NULL;

	ck_assert_str_eq(mmr_last_error(), "");
	ck_assert_int_lt(mmr_open("/nonexistent/log", NULL, &file), 0);
	ck_assert_ptr_null(file);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "/nonexistent/log"));
	options.backing = MMR_BACKING_MAPPED;
	ck_assert_int_eq(mmr_open("/dev/null", &options, &file), MMR_ESTREAM);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), mmr_strerror(MMR_ESTREAM)));
	ck_assert_uint_eq(mmr_last_error_offset(), UINT64_MAX);
	ck_assert_uint_gt(strlen(mmr_version()), 0);
	ck_assert_uint_gt(strlen(mmr_kernel_name()), 0);
	ck_assert_uint_gt(strlen(mmr_kernel_order()), 0);
}
END_TEST

static Suite *public_suite(void)
{
	Suite *suite = suite_create("public");
	TCase *core = tcase_create("core"), *faults = tcase_create("faults");

	tcase_add_unchecked_fixture(core, write_table, remove_table);
	tcase_add_test(core, test_public_lines_and_numbers);
	tcase_add_test(core, test_public_backward_matches_forward);
	tcase_add_test(core, test_public_blocks_and_seek);
	tcase_add_test(core, test_public_memory_is_freed);
	suite_add_tcase(suite, core);
	tcase_add_test(faults, test_public_errors_are_reported);
	suite_add_tcase(suite, faults);
	return suite;
}

CHECK_MAIN(public_suite)
