/* progress.c - progress of scans
 *
 * unit/run.c tests that a scan of a file ends with its whole range done.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

START_TEST(test_progress_of_a_stream)
{
	static char bytes[300000];
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT, other = MMR_SCAN_OPTIONS_INIT;
	struct piped piped = piped_open((mmr_slice){bytes, sizeof(bytes)}, 4096, false);
	uint64_t done = 77, total = 78;
	mmr_io_summary io;
	mmr_blocks *blocks;
	mmr_counts counts;
	mmr_block block;

	scan.progress = mmr_progress_new();
	other.progress = mmr_progress_new();
	ck_assert(scan.progress && other.progress);
	mmr_progress_read(scan.progress, &done, &total);
	ck_assert_uint_eq(done + total, 0);
	mmr_progress_io(scan.progress, &io);
	ck_assert_int_eq(io.io_mode, MMR_IO_AUTO);
	scan.offset = 50000;
	scan.length = 100000;
	ck_assert_int_eq(mmr_count_lines(piped.reader, &scan, &counts), 0);
	mmr_progress_read(scan.progress, &done, &total);
	ck_assert_uint_eq(done, 150000);
	ck_assert_uint_eq(total, MMR_REST);
	mmr_progress_io(scan.progress, &io);
	ck_assert_int_eq(io.io_mode, MMR_IO_READ);
	ck_assert_uint_eq(io.bytes[MMR_IO_READ], 100000);
	ck_assert_uint_eq(io.bytes[MMR_IO_MAP] + io.device + io.kept, 0);
	/* Each scan starts at 0 and does not change other progress objects. */
	other.length = 30000;
	ck_assert_int_eq(mmr_count_lines(piped.reader, &other, &counts), 0);
	mmr_progress_read(other.progress, &done, &total);
	ck_assert_uint_eq(done, 30000);
	mmr_progress_read(scan.progress, &done, &total);
	ck_assert_uint_eq(done, 150000);
	scan.offset = 0;
	scan.length = 20000;
	ck_assert_int_eq(mmr_blocks_open(piped.reader, &scan, NULL, &blocks), 0);
	mmr_progress_read(scan.progress, &done, &total);
	ck_assert_uint_eq(done, 0);
	while (mmr_blocks_next(blocks, &block))
		;
	mmr_blocks_close(blocks);
	mmr_progress_read(scan.progress, &done, &total);
	ck_assert_uint_eq(done, 20000);
	mmr_progress_free(scan.progress);
	mmr_progress_free(other.progress);
	mmr_progress_free(NULL);
	piped_close(&piped);
}
END_TEST

/* Two scans of one file at once. The second runs inside the first. */
static int count_within(void *state, const mmr_block *block)
{
	mmr_scan_options *inner = *(mmr_scan_options **)state;
	mmr_reader *reader = inner->wait_context;
	mmr_counts counts;

	inner->length = block->off + block->bytes.len;
	return mmr_count_lines(reader, inner, &counts);
}

START_TEST(test_progress_of_two_scans_at_once)
{
	static char bytes[100000];
	mmr_scan_options outer = MMR_SCAN_OPTIONS_INIT, inner = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_job job = {.work = count_within,
		.start = keep_context,
		.context = &inner,
		.state_size = sizeof(void *)};
	uint64_t done, total;
	mmr_reader *reader;

	ck_assert_int_eq(mmr_open_memory(bytes, sizeof(bytes), &reader), 0);
	outer.progress = mmr_progress_new();
	inner.progress = mmr_progress_new();
	inner.wait_context = reader;
	outer.n_threads = 1;
	outer.offset = 1000;
	outer.length = 90000;
	cut.window = 7000;
	cut.split_lines = true;
	ck_assert_int_eq(mmr_scan_run(reader, &outer, &cut, &job), 0);
	mmr_progress_read(outer.progress, &done, &total);
	ck_assert_uint_eq(done, 90000);
	ck_assert_uint_eq(total, 90000);
	mmr_progress_read(inner.progress, &done, &total);
	ck_assert_uint_eq(done, 91000);
	ck_assert_uint_eq(total, 91000);
	mmr_progress_free(outer.progress);
	mmr_progress_free(inner.progress);
	mmr_close(reader);
}
END_TEST

/* A callback reads the progress while the scan runs. */
static int check_progress(void *state, const mmr_block *block)
{
	const mmr_progress *progress = *(mmr_progress **)state;
	uint64_t done, total;

	mmr_progress_read(progress, &done, &total);
	MUST(total == 90000, "%llu bytes in all", (unsigned long long)total);
	MUST(done >= block->off + block->bytes.len - 1000 && done <= total,
		"%llu bytes at the block at %llu", (unsigned long long)done,
		(unsigned long long)block->off);
	return block->off + block->bytes.len > 50000;
}

START_TEST(test_progress_within_a_scan)
{
	static char bytes[100000];
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_job job = {
		.work = check_progress, .start = keep_context, .state_size = sizeof(void *)};
	uint64_t done, total;
	mmr_reader *reader;

	ck_assert_int_eq(mmr_open_memory(bytes, sizeof(bytes), &reader), 0);
	job.context = scan.progress = mmr_progress_new();
	scan.offset = 1000;
	scan.length = 90000;
	cut.window = 7000;
	cut.split_lines = true;
	for (scan.n_threads = 1; scan.n_threads <= 4; scan.n_threads++) {
		/* A scan that was stopped has not done its whole range. */
		ck_assert_int_eq(mmr_scan_run(reader, &scan, &cut, &job), 1);
		mmr_progress_read(scan.progress, &done, &total);
		ck_assert_uint_ge(done, 50000 - 1000);
		ck_assert_uint_eq(total, 90000);
	}
	mmr_progress_free(scan.progress);
	mmr_close(reader);
}
END_TEST

static Suite *progress_suite(void)
{
	Suite *suite = suite_create("progress");

	ADD_CASE(suite, "core", test_progress_of_a_stream, test_progress_of_two_scans_at_once,
		test_progress_within_a_scan);
	return suite;
}

CHECK_MAIN(progress_suite)
