/* check_blocks_faults.c - feeds of memory that is lost, and feeds after their end
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <sys/mman.h>

#define SIZE   ((size_t)200000)
#define WINDOW ((size_t)8192)

static char bytes[SIZE];

/* The caller's memory is a map of a file that is cut: no reader of that file is there to tell what
 * is left, but whole windows in front of the cut are delivered. */
static void must_end_at_the_fault(size_t cut, bool backward)
{
	mmr_blocks_options options = MMR_BLOCKS_OPTIONS_INIT;
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
	options.window = WINDOW;
	options.backward = backward;
	ck_assert_int_eq(mmr_blocks_of(reader, &options, &blocks), 0);
	temp_resize(&temp, cut);
	while (mmr_blocks_next(blocks, &block)) {
		MUST(block.off == done && block.bytes.len <= WINDOW, "block at %zu",
			(size_t)block.off);
		done += block.bytes.len;
		MUST(done <= cut &&
				memcmp(block.bytes.ptr, bytes + block.off, block.bytes.len) == 0,
			"%zu bytes before a cut at %zu", done, cut);
	}
	ck_assert_int_eq(mmr_blocks_error(blocks), -EFAULT);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "memory at"));
	MUST(backward ? done == 0 : done + WINDOW + 10 > cut, "%zu bytes before a cut at %zu", done,
		cut);
	/* That was its end. */
	block.off = 77;
	ck_assert(!mmr_blocks_next(blocks, &block));
	ck_assert_int_eq(mmr_blocks_error(blocks), -EFAULT);
	ck_assert_uint_eq(block.off, 77);
	mmr_blocks_close(blocks);
	mmr_close(reader);
	munmap(map, SIZE);
	temp_close(&temp);
}

START_TEST(test_blocks_of_memory_that_is_lost)
{
	ck_assert_int_eq(mmr_guard_install(), 0);
	must_end_at_the_fault(0, false);
	must_end_at_the_fault((size_t)64 << 10, false);
	must_end_at_the_fault(0, true);
	must_end_at_the_fault((size_t)64 << 10, true);
}
END_TEST

/* Holes are no lines, and are passed forward only. */
START_TEST(test_blocks_skip_holes_alone)
{
	static const struct {
		int delimiter;
		bool backward;
		int err;
	} cases[] = {{MMR_NO_DELIMITER, false, 0}, {MMR_NO_DELIMITER, true, -EINVAL},
		{'\n', false, -EINVAL}, {'\n', true, -EINVAL}};
	mmr_blocks_options options = MMR_BLOCKS_OPTIONS_INIT;
	mmr_reader *reader;
	mmr_blocks *blocks;
	size_t i;

	ck_assert_int_eq(mmr_open_memory("x", 1, &reader), 0);
	options.skip_holes = true;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		blocks = NULL;
		options.delimiter = cases[i].delimiter;
		options.backward = cases[i].backward;
		MUST(mmr_blocks_of(reader, &options, &blocks) == cases[i].err, "case %zu", i);
		MUST((blocks == NULL) == (cases[i].err < 0), "case %zu", i);
		mmr_blocks_close(blocks);
	}
	mmr_close(reader);
}
END_TEST

static Suite *blocks_faults_suite(void)
{
	Suite *suite = suite_create("blocks_faults");

	ADD_CASE(suite, "faults", test_blocks_of_memory_that_is_lost, test_blocks_skip_holes_alone);
	return suite;
}

CHECK_MAIN(blocks_faults_suite)
