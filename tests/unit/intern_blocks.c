/* intern_blocks.c - texts in memory that is reused are copied or refused
 *
 * SPDX-License-Identifier: MIT */
#include "intern_list.h"
#include "support.h"

#include <stdio.h>

#define N_HOURS 376

/* Makes a file of lines that start with an hour. Returns: the reader. */
static mmr_reader *hours_open(struct temp *ret_temp)
{
	enum {
		N = 60000,
		LINE = 40
	};
	static char bytes[N * LINE];
	char line[80];
	uint32_t i, hour;

	for (i = 0; i < N; i++) {
		hour = i * 7 % N_HOURS;
		snprintf(line, sizeof(line), "2026-%02u-%02uT%02u %25u\n", 1 + hour / 24 / 28,
			1 + hour / 24 % 28, hour % 24, i);
		memcpy(bytes + (size_t)i * LINE, line, LINE);
	}
	*ret_temp = temp_open(bytes, N * LINE);
	return temp_reader(ret_temp, MMR_BACKING_MAPPED);
}

static int add_hours(mmr_intern *pool, const mmr_block *block)
{
	mmr_lines it = mmr_lines_of(block->bytes, '\n');
	mmr_slice line;
	uint32_t id;
	int err;

	while (mmr_lines_next(&it, &line)) {
		err = mmr_intern_add(pool, mmr_slice_cut(line, 0, 13), &id);
		if (err < 0)
			return err;
	}
	return mmr_lines_error(&it);
}

/* Pools that two workers fill. */
struct pools {
	mmr_intern *pools[2];
	unsigned n;
};

static int start_state(void *state, void *context)
{
	struct pools *all = context;

	*(mmr_intern **)state = all->pools[all->n++];
	return 0;
}

static int work(void *state, const mmr_block *block)
{
	return add_hours(*(mmr_intern **)state, block);
}

/* Adds the hours of all blocks to one pool, then by two workers to two pools. Returns: the first
 * error. */
static int add_blocks(mmr_reader *reader, enum mmr_io_mode io_mode, bool copy)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	struct pools all = {{pool_open(0, copy), pool_open(0, copy)}, 0};
	mmr_scan_job job = {.work = work,
		.start = start_state,
		.context = &all,
		.state_size = sizeof(mmr_intern *)};
	mmr_intern *pool = pool_open(0, copy);
	mmr_blocks *blocks;
	mmr_block block;
	int err = 0;

	cut.window = 4096;
	scan.io_mode = io_mode;
	ck_assert_int_eq(mmr_blocks_open(reader, &scan, &cut, &blocks), 0);
	while (err == 0 && mmr_blocks_next(blocks, &block))
		err = add_hours(pool, &block);
	ck_assert_int_eq(mmr_blocks_error(blocks), 0);
	mmr_blocks_close(blocks);
	if (err == 0)
		ck_assert_uint_eq(mmr_intern_count(pool), N_HOURS);
	scan.n_threads = ARRAY_LEN(all.pools);
	ck_assert_int_eq(mmr_scan_run(reader, &scan, &cut, &job), err);
	ck_assert_uint_eq(all.n, ARRAY_LEN(all.pools));
	if (err == 0) {
		ck_assert_int_eq(mmr_intern_merge(all.pools[0], all.pools[1], NULL), 0);
		ck_assert_uint_eq(mmr_intern_count(all.pools[0]), N_HOURS);
	} else {
		ck_assert_uint_eq(mmr_intern_count(pool), 0);
		ck_assert_ptr_nonnull(strstr(mmr_last_error(), "mmr_open_memory"));
	}
	mmr_intern_close(pool);
	mmr_intern_close(all.pools[0]);
	mmr_intern_close(all.pools[1]);
	return err;
}

/* Blocks are read into one buffer, again and again. A pool that kept pointers into it once counted
 * 751 hours instead of 376. */
START_TEST(test_intern_of_blocks)
{
	struct temp temp;
	mmr_reader *reader = hours_open(&temp);

	ck_assert_int_eq(mmr_guard_install(), 0);
	ck_assert_int_eq(add_blocks(reader, MMR_IO_READ, true), 0);
	ck_assert_int_eq(add_blocks(reader, MMR_IO_MAP, true), 0);
	ck_assert_int_eq(add_blocks(reader, MMR_IO_READ, false), -EINVAL);
	ck_assert_int_eq(add_blocks(reader, MMR_IO_MAP, false), 0);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* A pool without copies accepts only texts that are completely inside an open reader. */
START_TEST(test_intern_without_copies_refuses)
{
	static char bytes[64] = "0123456789";
	mmr_reader *memory = memory_reader(bytes + 8, 16);
	mmr_intern *pool = pool_open(0, false);
	mmr_slice text;
	uint32_t id = 99;

	ck_assert_int_eq(mmr_intern_add(pool, (mmr_slice){bytes + 7, 4}, &id), -EINVAL);
	ck_assert_int_eq(mmr_intern_add(pool, (mmr_slice){bytes + 22, 3}, &id), -EINVAL);
	ck_assert_int_eq(mmr_intern_add(pool, (mmr_slice){bytes + 24, 1}, &id), -EINVAL);
	ck_assert_uint_eq(id, 99);
	ck_assert_uint_eq(mmr_intern_count(pool), 0);
	ck_assert_int_eq(mmr_intern_add(pool, (mmr_slice){bytes + 8, 1}, &id), 1);
	ck_assert_int_eq(mmr_intern_add(pool, (mmr_slice){bytes + 23, 1}, &id), 1);
	ck_assert_int_eq(mmr_intern_text(pool, 1, &text), 0);
	ck_assert_ptr_eq(text.ptr, bytes + 23);
	/* A known text keeps its first pointer, so the new one may be anywhere. */
	ck_assert_int_eq(mmr_intern_add(pool, mmr_slice_of("8"), &id), 0);
	ck_assert_uint_eq(id, 0);
	ck_assert_int_eq(mmr_intern_add(pool, (mmr_slice){NULL, 0}, &id), 1);
	mmr_close(memory);
	ck_assert_int_eq(mmr_intern_add(pool, (mmr_slice){bytes + 9, 1}, &id), -EINVAL);
	mmr_intern_close(pool);
}
END_TEST

static Suite *intern_blocks_suite(void)
{
	Suite *suite = suite_create("intern_blocks");

	ADD_CASE(suite, "core", test_intern_of_blocks, test_intern_without_copies_refuses);
	return suite;
}

CHECK_MAIN(intern_blocks_suite)
