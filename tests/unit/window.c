/* window.c - pages that a window keeps or drops, and its checks for truncation
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "file/reader.h"
#include "scan/window.h"

#define GIB ((uint64_t)1 << 30)

/* Returns the KiB of page tables of this process. */
static size_t page_tables(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	size_t kib = 0;

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "VmPTE: %zu kB", &kib) == 1)
			break;
	fclose(file);
	return kib;
}

static uint64_t zeroes_of(mmr_reader *reader)
{
	struct window window;
	uint64_t off, zeroes = 0, count;
	mmr_slice bytes;

	window_start(&window, reader, reader_backing(reader));
	for (off = 0; off < mmr_size(reader); off += WINDOW_DEFAULT) {
		ck_assert_int_eq(window_load(&window, MMR_IO_MAP, off, WINDOW_DEFAULT, &bytes), 0);
		ck_assert_int_eq(mmr_slice_count(bytes, '\0', &count), 0);
		zeroes += count;
		window_drop_outside(&window, off + WINDOW_DEFAULT, UINT64_MAX);
	}
	window_end(&window);
	return zeroes;
}

/* Some kernels free page tables by themselves. On these, the test checks only that the replacement
 * gives the same bytes at the same addresses and no larger tables. */
START_TEST(test_window_frees_page_tables)
{
	struct temp temp;
	size_t before, after;
	mmr_reader *reader;
	mmr_slice slice;

	if (SIZE_MAX < 4 * GIB)
		CHECK_SKIP("no room for a map of 3 GiB");
	temp = temp_open(NULL, 0);
	temp_resize(&temp, 3 * GIB);
	temp_write(&temp, 5, "mark", 4);
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	slice = mmr_slice_cut(mmr_bytes(reader), 5, 9);
	before = page_tables();
	atomic_store(&reader_tables_kept, 1);
	ck_assert_uint_eq(zeroes_of(reader), 3 * GIB - 4);
	after = page_tables();
	MUST(mmr_slice_equal(slice, mmr_slice_of("mark")), "an old slice has other bytes");
	MUST(after <= before + 2048 + 512, "%zu KiB of page tables, %zu before", after, before);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

START_TEST(test_window_detects_truncation)
{
	static char bytes[70000];
	struct temp temp = temp_open(bytes, sizeof(bytes));
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	struct window window;
	mmr_slice loaded;

	window_start(&window, reader, reader_backing(reader));
	ck_assert_int_eq(window_load(&window, MMR_IO_MAP, 0, sizeof(bytes), &loaded), 0);
	ck_assert_int_eq(window_verify(&window), 0);
	/* A cut inside the last page raises no fault: the byte reads as 0. */
	temp_resize(&temp, sizeof(bytes) - 1);
	ck_assert_int_eq(window_verify(&window), MMR_ETRUNCATED);
	ck_assert_uint_eq(mmr_last_error_offset(), sizeof(bytes) - 1);
	ck_assert_int_eq(
		window_load(&window, MMR_IO_MAP, 0, sizeof(bytes), &loaded), MMR_ETRUNCATED);
	ck_assert_uint_eq(loaded.len, sizeof(bytes) - 1);
	ck_assert_int_eq(window_load(&window, MMR_IO_READ, 10, 20, &loaded), 0);
	ck_assert_int_eq(window_verify(&window), 0);
	window_end(&window);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* The pages that are held start and end at boundaries of the largest folio and still have the bytes
 * of the file. */
START_TEST(test_window_holds_whole_folios)
{
	const uint64_t folio = WINDOW_DEFAULT;
	const struct {
		uint64_t start, stop, held_start, held_stop;
	} cases[] = {{0, 3 * folio, 0, 3 * folio}, {0, 2 * folio, 0, 2 * folio},
		{0, 2 * folio + 1, 0, 3 * folio}, {folio, 3 * folio, folio, 3 * folio},
		{folio + 1, 3 * folio, folio, 3 * folio},
		{2 * folio - 1, 2 * folio, folio, 2 * folio}, {10, folio - 10, 0, folio},
		{0, 0, 0, 0}, {3 * folio, 4 * folio, 0, 0}};
	struct temp temp = temp_open("first", 5);
	struct window window;
	mmr_reader *reader;
	mmr_slice loaded;
	size_t i;

	temp_resize(&temp, 3 * folio);
	temp_write(&temp, 3 * folio - 4, "last", 4);
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		window_start(&window, reader, reader_backing(reader));
		ck_assert_int_eq(
			window_load(&window, MMR_IO_MAP, 0, (size_t)(3 * folio), &loaded), 0);
		window_drop_outside(&window, cases[i].start, cases[i].stop);
		MUST(window.held_start == cases[i].held_start &&
				window.held_stop == cases[i].held_stop,
			"case %zu: [%llu, %llu)", i, (unsigned long long)window.held_start,
			(unsigned long long)window.held_stop);
		MUST(memcmp(loaded.ptr, "first", 5) == 0, "case %zu: the first bytes", i);
		MUST(memcmp(loaded.ptr + loaded.len - 4, "last", 4) == 0, "case %zu: the last", i);
		window_end(&window);
	}
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

START_TEST(test_window_io_mode_is_reported)
{
	static char bytes[300000];
	static const enum mmr_io_mode io_modes[] = {MMR_IO_MAP, MMR_IO_READ};
	mmr_io_summary io;
	struct temp temp = temp_open(bytes, sizeof(bytes));
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_progress *progress = mmr_progress_new();
	mmr_counts counts;
	size_t i;

	ck_assert_ptr_nonnull(progress);
	mmr_progress_io(progress, &io);
	ck_assert_int_eq(io.io_mode, MMR_IO_AUTO);
	options.progress = progress;
	for (i = 0; i < ARRAY_LEN(io_modes); i++) {
		/* The sum of all scans: the second one reads twice as many bytes. */
		options.length = (i + 1) * sizeof(bytes) / 2;
		options.io_mode = io_modes[i];
		options.delimiter = '\0';
		ck_assert_int_eq(mmr_count_lines(reader, &options, &counts), 0);
		ck_assert_uint_eq(counts.lines, options.length);
		mmr_progress_io(progress, &io);
		ck_assert_int_eq(io.io_mode, io_modes[i]);
		ck_assert_uint_eq(io.bytes[io_modes[i]], options.length);
	}
	mmr_progress_free(progress);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

static Suite *window_suite(void)
{
	Suite *suite = suite_create("window");

	ADD_CASE(suite, "core", test_window_io_mode_is_reported);
	ADD_CASE(suite, "limits", test_window_holds_whole_folios, test_window_frees_page_tables);
	ADD_CASE(suite, "faults", test_window_detects_truncation);
	return suite;
}

CHECK_MAIN(window_suite)
