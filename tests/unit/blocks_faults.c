/* blocks_faults.c - blocks of holes, of truncated files and of lost memory
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <sys/mman.h>

#define SIZE   ((size_t)200000)
#define WINDOW ((size_t)8192)

static char bytes[SIZE];

/* The caller's memory is a map of a truncated file. The library has no reader of this file, so it
 * does not know the new size. It delivers the windows before the cut. */
static void must_end_at_the_fault(size_t size, bool backward)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	struct temp temp;
	mmr_reader *reader;
	mmr_blocks *blocks;
	mmr_block block;
	size_t done = 0, i;
	char *map;

	for (i = 0; i < SIZE; i++)
		bytes[i] = i % 10 == 9 ? '\n' : 'x';
	temp = temp_open(bytes, SIZE);
	map = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, temp.fd, 0);
	ck_assert_ptr_ne(map, MAP_FAILED);
	ck_assert_int_eq(mmr_open_memory(map, SIZE, &reader), 0);
	cut.window = WINDOW;
	cut.backward = backward;
	ck_assert_int_eq(mmr_blocks_open(reader, NULL, &cut, &blocks), 0);
	temp_resize(&temp, size);
	while (mmr_blocks_next(blocks, &block)) {
		MUST(block.off == done && block.bytes.len < WINDOW + 10, "block at %zu",
			(size_t)block.off);
		done += block.bytes.len;
		MUST(done <= size &&
				memcmp(block.bytes.ptr, bytes + block.off, block.bytes.len) == 0,
			"%zu bytes before a cut at %zu", done, size);
	}
	ck_assert_int_eq(mmr_blocks_error(blocks), -EFAULT);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "memory at"));
	MUST(backward ? done == 0 : done + WINDOW + 10 > size, "%zu bytes before a cut at %zu",
		done, size);
	/* After an error there are no more blocks. */
	block.off = 77;
	ck_assert(!mmr_blocks_next(blocks, &block));
	ck_assert_int_eq(mmr_blocks_error(blocks), -EFAULT);
	ck_assert_uint_eq(block.off, 77);
	mmr_blocks_close(blocks);
	mmr_close(reader);
	munmap(map, SIZE);
	temp_close(&temp);
}

START_TEST(test_blocks_of_lost_memory)
{
	ck_assert_int_eq(mmr_guard_install(), 0);
	must_end_at_the_fault(0, false);
	must_end_at_the_fault((size_t)64 << 10, false);
	must_end_at_the_fault(0, true);
	must_end_at_the_fault((size_t)64 << 10, true);
}
END_TEST

/* A limit below the size of a buffer does not refuse lines that fit. */
START_TEST(test_blocks_with_a_small_line_limit)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_slice text = mmr_slice_of("a long line\nb\n");
	mmr_reader *reader;
	mmr_blocks *blocks;
	mmr_block block;

	cut.line_limit = 1;
	ck_assert_int_eq(mmr_open_memory(text.ptr, text.len, &reader), 0);
	ck_assert_int_eq(mmr_blocks_open(reader, NULL, &cut, &blocks), 0);
	ck_assert(mmr_blocks_next(blocks, &block));
	ck_assert_uint_eq(block.bytes.len, text.len);
	mmr_blocks_close(blocks);
	mmr_close(reader);
}
END_TEST

/* Holes have no lines, so only blocks that split lines skip them, and only forward. */
START_TEST(test_blocks_skip_holes)
{
	static const struct {
		bool split, backward;
		int err;
	} cases[] = {{true, false, 0}, {true, true, -EINVAL}, {false, false, -EINVAL},
		{false, true, -EINVAL}};
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_reader *reader;
	mmr_blocks *blocks;
	size_t i;

	ck_assert_int_eq(mmr_open_memory("x", 1, &reader), 0);
	cut.skip_holes = true;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		blocks = NULL;
		cut.split_lines = cases[i].split;
		cut.backward = cases[i].backward;
		MUST(mmr_blocks_open(reader, NULL, &cut, &blocks) == cases[i].err, "case %zu", i);
		MUST((blocks == NULL) == (cases[i].err < 0), "case %zu", i);
		mmr_blocks_close(blocks);
	}
	mmr_close(reader);
}
END_TEST

/* Truncates the file after the first block. The bytes before the cut must be delivered, and nothing
 * else. */
static void must_deliver_the_rest(enum mmr_io_mode io_mode, size_t size)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_reader *reader;
	mmr_blocks *blocks;
	mmr_block block;
	struct temp temp;
	size_t done = 0, i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = i % 10 == 9 ? '\n' : 'x';
	temp = temp_open(bytes, sizeof(bytes));
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	cut.window = 32768;
	scan.io_mode = io_mode;
	ck_assert_int_eq(mmr_blocks_open(reader, &scan, &cut, &blocks), 0);
	ck_assert(mmr_blocks_next(blocks, &block));
	done = block.bytes.len;
	temp_resize(&temp, size);
	while (mmr_blocks_next(blocks, &block)) {
		MUST(block.off == done && block.bytes.len <= sizeof(bytes) - done, "block at %zu",
			(size_t)block.off);
		done += block.bytes.len;
		MUST(done <= size, "mode %d: %zu bytes of a file of %zu", (int)io_mode, done, size);
		MUST(memcmp(block.bytes.ptr, bytes + block.off, block.bytes.len) == 0,
			"mode %d: bytes that were not in the file", (int)io_mode);
	}
	ck_assert_int_eq(mmr_blocks_error(blocks), MMR_ETRUNCATED);
	ck_assert_uint_eq(mmr_last_error_offset(), size);
	MUST(done == size, "mode %d: %zu bytes of the %zu that were left", (int)io_mode, done,
		size);
	mmr_blocks_close(blocks);
	mmr_close(reader);
	temp_close(&temp);
}

START_TEST(test_blocks_truncated_copy)
{
	must_deliver_the_rest(MMR_IO_READ, 100005);
	must_deliver_the_rest(MMR_IO_READ, 98304);
	must_deliver_the_rest(MMR_IO_AUTO, 199999);
}
END_TEST

START_TEST(test_blocks_truncated_map)
{
	ck_assert_int_eq(mmr_guard_install(), 0);
	must_deliver_the_rest(MMR_IO_MAP, 98304);
	must_deliver_the_rest(MMR_IO_MAP, 100005);
}
END_TEST

START_TEST(test_blocks_truncated_map_in_the_last_page)
{
	/* The kernel returns zeros after the end of the file in its last page and raises no signal.
	 * These zeros must not be delivered. */
	ck_assert_int_eq(mmr_guard_install(), 0);
	must_deliver_the_rest(MMR_IO_MAP, 199999);
}
END_TEST

static Suite *blocks_faults_suite(void)
{
	Suite *suite = suite_create("blocks_faults");

	ADD_CASE(suite, "faults", test_blocks_of_lost_memory, test_blocks_with_a_small_line_limit,
		test_blocks_skip_holes, test_blocks_truncated_copy, test_blocks_truncated_map,
		test_blocks_truncated_map_in_the_last_page);
	return suite;
}

CHECK_MAIN(blocks_faults_suite)
