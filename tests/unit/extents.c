/* extents.c - which ranges of a sparse file have data
 *
 * File systems may round and join extents. The oracle is what the test has written. The holes
 * between are too wide to be joined.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB ((uint64_t)1 << 20)

/* In order, each within one MiB. */
static const struct {
	uint64_t off, len;
} islands[] = {{0, 1}, {3 * MIB + 4096, 8192}, {5 * MIB + 777, 4321}, {10 * MIB, MIB},
	{31 * MIB + MIB / 2, 3}, {40 * MIB - 1, 1}};

/* Makes a file of 48 MiB that contains the islands and ends with a hole. */
static struct temp sparse_open(void)
{
	struct temp temp = temp_open(NULL, 0);
	static char data[MIB];
	size_t i;

	memset(data, 'x', sizeof(data));
	temp_resize(&temp, 48 * MIB);
	for (i = 0; i < ARRAY_LEN(islands); i++)
		temp_write(&temp, islands[i].off, data, (size_t)islands[i].len);
	return temp;
}

/* Checks the extents of [off, off + len). Offset 0 of the reader is `base` in the sparse file. */
static void must_be_extents(const mmr_reader *reader, uint64_t base, uint64_t off, uint64_t len)
{
	mmr_extents it = mmr_extents_of_range(reader, off, len);
	uint64_t start = min_u64(off, mmr_size(reader)), stop, at, lo, hi, sum = 0;
	bool reached[ARRAY_LEN(islands)] = {false};
	mmr_extent extent;
	size_t i;

	stop = start + min_u64(len, mmr_size(reader) - start);
#define CASE \
	"reader at %llu, range %llu + %llu: extent at %llu", (unsigned long long)base, \
		(unsigned long long)off, (unsigned long long)len, (unsigned long long)extent.off

	for (at = start; mmr_extents_next(&it, &extent); at = extent.off + extent.len) {
		/* Extents are in order and in the range, and they are not empty and not
		 * adjacent. */
		MUST(extent.off >= at && (at == start || extent.off > at), CASE);
		MUST(extent.len > 0 && extent.len <= stop - extent.off, CASE);
		for (i = 0; i < ARRAY_LEN(islands); i++) {
			lo = base + extent.off;
			hi = lo + extent.len;
			if (islands[i].off >= hi || islands[i].off + islands[i].len <= lo)
				continue;
			/* An extent contains the whole island, except for bytes outside of the
			 * range. */
			MUST(islands[i].off >= lo || extent.off == start, CASE);
			MUST(islands[i].off + islands[i].len <= hi ||
					extent.off + extent.len == stop,
				CASE);
			reached[i] = true;
		}
		sum += extent.len;
	}
	extent.off = 99;
	MUST(!mmr_extents_next(&it, &extent) && extent.off == 99, CASE);
	for (i = 0; i < ARRAY_LEN(islands); i++)
		MUST(reached[i] == (start < stop && islands[i].off < base + stop &&
					   islands[i].off + islands[i].len > base + start),
			"island %zu of %llu + %llu", i, (unsigned long long)off,
			(unsigned long long)len);
	/* File systems may add up to 64 KiB to each side of an island. */
	MUST(sum <= MIB + ARRAY_LEN(islands) * 2 * 65536, "%llu bytes of data",
		(unsigned long long)sum);
#undef CASE
}

static void must_be_right(const mmr_reader *reader, uint64_t base)
{
	static const uint64_t edges[] = {0, 1, 2, 4096, 5 * MIB + 1000, 10 * MIB + 5, 11 * MIB,
		12 * MIB, 40 * MIB - 1, 40 * MIB, 48 * MIB - 1, 48 * MIB, UINT64_MAX};
	size_t i, k;

	for (i = 0; i < ARRAY_LEN(edges); i++)
		for (k = 0; k < ARRAY_LEN(edges); k++)
			must_be_extents(reader, base, edges[i], edges[k]);
}

/* Checks the extents where holes are not known: one for all bytes, or none for an empty reader. */
static void must_be_one_extent(const mmr_reader *reader, const char *name)
{
	mmr_extents it = mmr_extents_of(reader);
	mmr_extent extent;

	if (mmr_size(reader) > 0) {
		MUST(mmr_extents_next(&it, &extent), "%s: no extent", name);
		MUST(extent.off == 0 && extent.len == mmr_size(reader), "%s: %llu bytes at %llu",
			name, (unsigned long long)extent.len, (unsigned long long)extent.off);
	}
	MUST(!mmr_extents_next(&it, &extent), "%s: more than one extent", name);
}

START_TEST(test_extents_of_a_sparse_file)
{
	static const uint64_t bases[] = {0, 1, 4096, 3 * MIB + 5000, 40 * MIB};
	static const enum mmr_backing_kind backings[] = {MMR_BACKING_MAPPED, MMR_BACKING_UNMAPPED};
	struct temp temp = sparse_open();
	size_t i, k;

	ck_assert_uint_le(sizeof(mmr_extents), 32);
	if (!temp_has_hole(&temp, MIB)) {
		temp_close(&temp);
		CHECK_SKIP("no holes on this file system");
	}
	for (i = 0; i < ARRAY_LEN(bases); i++) {
		for (k = 0; k < ARRAY_LEN(backings); k++) {
			mmr_reader_options options = MMR_READER_OPTIONS_INIT;
			mmr_reader *reader;

			options.offset = bases[i];
			options.backing = backings[k];
			ck_assert_int_eq(mmr_open(temp.path, &options, &reader), 0);
			must_be_right(reader, bases[i]);
			mmr_close(reader);
		}
	}
	temp_close(&temp);
}
END_TEST

START_TEST(test_extents_leave_the_offset_alone)
{
	struct temp temp = sparse_open();
	size_t n_descriptors = count_descriptors();
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader *reader;

	if (!temp_has_hole(&temp, MIB)) {
		temp_close(&temp);
		CHECK_SKIP("no holes on this file system");
	}
	ck_assert_int_eq(lseek(temp.fd, 123, SEEK_SET), 123);
	options.offset = 4096;
	ck_assert_int_eq(mmr_open_fd(temp.fd, &options, &reader), 0);
	must_be_right(reader, 4096);
	ck_assert_int_eq(lseek(temp.fd, 0, SEEK_CUR), 123);
	mmr_close(reader);
	ck_assert_uint_eq(count_descriptors(), n_descriptors);
	/* This also holds when the path is deleted. */
	ck_assert_int_eq(unlink(temp.path), 0);
	ck_assert_int_eq(mmr_open_fd(temp.fd, NULL, &reader), 0);
	must_be_right(reader, 0);
	ck_assert_int_eq(lseek(temp.fd, 0, SEEK_CUR), 123);
	mmr_close(reader);
	close(temp.fd);
}
END_TEST

START_TEST(test_extents_without_holes)
{
	static char bytes[100000];
	struct temp temp = temp_open(bytes, sizeof(bytes));
	mmr_reader *reader;

	ck_assert_int_eq(mmr_open_memory(bytes, sizeof(bytes), &reader), 0);
	must_be_one_extent(reader, "memory");
	mmr_close(reader);
	ck_assert_int_eq(mmr_open_memory(NULL, 0, &reader), 0);
	must_be_one_extent(reader, "no memory");
	mmr_close(reader);
	ck_assert_int_eq(mmr_open("/proc/self/status", NULL, &reader), 0);
	must_be_one_extent(reader, "/proc");
	mmr_close(reader);
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	must_be_one_extent(reader, "zeroes that were written");
	mmr_close(reader);
	temp_resize(&temp, 0);
	temp_resize(&temp, 200000);
	reader = temp_reader(&temp, MMR_BACKING_COPIED);
	must_be_one_extent(reader, "a copy of a hole");
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

START_TEST(test_extents_of_an_empty_sparse_file)
{
	struct temp temp = sparse_open();
	mmr_extent extent = {99, 99};
	mmr_reader *reader;
	mmr_extents it;

	if (!temp_has_hole(&temp, MIB)) {
		temp_close(&temp);
		CHECK_SKIP("no holes on this file system");
	}
	temp_resize(&temp, 0);
	/* As large as the file system permits, because a size must not make it slower. */
	if (ftruncate(temp.fd, (off_t)(8 * MIB * MIB)) < 0)
		temp_resize(&temp, 1024 * MIB);
	reader = temp_reader(&temp, MMR_BACKING_UNMAPPED);
	it = mmr_extents_of(reader);
	ck_assert(!mmr_extents_next(&it, &extent));
	ck_assert_uint_eq(extent.off, 99);
	temp_write(&temp, mmr_size(reader) - 1, "x", 1);
	it = mmr_extents_of(reader);
	ck_assert(mmr_extents_next(&it, &extent));
	ck_assert_uint_eq(extent.off + extent.len, mmr_size(reader));
	ck_assert_uint_le(extent.len, 65536);
	ck_assert(!mmr_extents_next(&it, &extent));
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

static void *iterate(void *arg)
{
	const mmr_reader *reader = arg;
	size_t round;

	for (round = 0; round < 200; round++) {
		mmr_extents it = mmr_extents_of(reader);
		uint64_t sum = 0, n = 0;
		mmr_extent extent;

		for (; mmr_extents_next(&it, &extent); n++)
			sum += extent.len;
		if (n != ARRAY_LEN(islands) || sum > 2 * MIB)
			return arg;
	}
	return NULL;
}

START_TEST(test_extents_from_many_threads)
{
	struct temp temp = sparse_open();
	size_t n_descriptors = count_descriptors(), i;
	pthread_t threads[4];
	mmr_reader *reader;
	void *failed;

	if (!temp_has_hole(&temp, MIB)) {
		temp_close(&temp);
		CHECK_SKIP("no holes on this file system");
	}
	/* All threads ask at the same time, and each may open the second descriptor. */
	ck_assert_int_eq(mmr_open_fd(temp.fd, NULL, &reader), 0);
	for (i = 0; i < ARRAY_LEN(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, iterate, reader), 0);
	for (i = 0; i < ARRAY_LEN(threads); i++) {
		ck_assert_int_eq(pthread_join(threads[i], &failed), 0);
		ck_assert_ptr_null(failed);
	}
	mmr_close(reader);
	ck_assert_uint_eq(count_descriptors(), n_descriptors);
	temp_close(&temp);
}
END_TEST

struct asker {
	const mmr_reader *reader;
	pthread_barrier_t *start;
	uint64_t first;
};

static void *ask_at_once(void *arg)
{
	struct asker *asker = arg;
	mmr_extents it = mmr_extents_of(asker->reader);
	mmr_extent extent = {99, 0};

	pthread_barrier_wait(asker->start);
	mmr_extents_next(&it, &extent);
	asker->first = extent.off;
	return NULL;
}

/* Threads that ask at the same time may each open a second descriptor. Only one is kept. */
START_TEST(test_extents_first_asked_by_many_threads)
{
	struct temp temp = sparse_open();
	size_t n_descriptors, round, i;
	struct asker askers[4];
	pthread_barrier_t start;
	pthread_t threads[4];
	mmr_reader *reader;

	if (!temp_has_hole(&temp, MIB)) {
		temp_close(&temp);
		CHECK_SKIP("no holes on this file system");
	}
	ck_assert_int_eq(pthread_barrier_init(&start, NULL, ARRAY_LEN(threads)), 0);
	for (round = 0; round < 300; round++) {
		ck_assert_int_eq(mmr_open_fd(temp.fd, NULL, &reader), 0);
		n_descriptors = count_descriptors();
		for (i = 0; i < ARRAY_LEN(threads); i++) {
			askers[i] = (struct asker){reader, &start, 99};
			ck_assert_int_eq(
				pthread_create(&threads[i], NULL, ask_at_once, &askers[i]), 0);
		}
		for (i = 0; i < ARRAY_LEN(threads); i++)
			ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
		for (i = 1; i < ARRAY_LEN(threads); i++)
			MUST(askers[i].first == askers[0].first && askers[i].first != 99,
				"round %zu: %llu", round, (unsigned long long)askers[i].first);
		MUST(count_descriptors() == n_descriptors + 1, "round %zu: %zu descriptors", round,
			count_descriptors() - n_descriptors);
		mmr_close(reader);
	}
	pthread_barrier_destroy(&start);
	temp_close(&temp);
}
END_TEST

/* Asks as a user that may not open the file, so that no second descriptor can be opened. */
static void ask_as_nobody(void *arg)
{
	const struct temp *temp = arg;
	mmr_extents it;
	mmr_extent extent;
	mmr_reader *reader;

	if (setgid(65534) < 0 || setuid(65534) < 0 || open(temp->path, O_RDONLY) >= 0)
		_exit(77);
	if (mmr_open_fd(temp->fd, NULL, &reader) < 0 || lseek(temp->fd, 123, SEEK_SET) != 123)
		_exit(1);
	it = mmr_extents_of(reader);
	if (!mmr_extents_next(&it, &extent) || extent.off != 0 || extent.len != 48 * MIB)
		_exit(2);
	if (mmr_extents_next(&it, &extent) || lseek(temp->fd, 0, SEEK_CUR) != 123)
		_exit(3);
}

START_TEST(test_extents_without_a_second_descriptor)
{
	struct temp temp = sparse_open();
	int status = in_child(ask_as_nobody, &temp);

	temp_close(&temp);
	ck_assert(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		CHECK_SKIP("needs root to become another user");
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

START_TEST(test_extents_of_a_truncated_file)
{
	struct temp temp = sparse_open();
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	mmr_extents it = mmr_extents_of(reader);
	mmr_extent extent;
	uint64_t at = 0;

	ck_assert(mmr_extents_next(&it, &extent));
	temp_resize(&temp, 4 * MIB);
	while (mmr_extents_next(&it, &extent)) {
		ck_assert_uint_ge(extent.off, at);
		at = extent.off + extent.len;
		ck_assert_uint_le(at, 48 * MIB);
	}
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* Reads all data without the holes, and counts bytes and 'x'. Returns: the error. */
static int read_data(mmr_reader *reader, uint64_t *ret_xs, uint64_t *ret_bytes)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	uint64_t found, next = 0;
	mmr_blocks *blocks;
	mmr_block block;
	int err;

	*ret_xs = *ret_bytes = 0;
	cut.split_lines = true;
	cut.skip_holes = true;
	ck_assert_int_eq(mmr_blocks_open(reader, NULL, &cut, &blocks), 0);
	while (mmr_blocks_next(blocks, &block)) {
		MUST(block.off >= next, "block at %llu overlaps the previous one",
			(unsigned long long)block.off);
		next = block.off + block.bytes.len;
		ck_assert_int_eq(mmr_slice_count(block.bytes, 'x', &found), 0);
		*ret_xs += found;
		*ret_bytes += block.bytes.len;
	}
	err = mmr_blocks_error(blocks);
	mmr_blocks_close(blocks);
	return err;
}

START_TEST(test_extents_are_all_that_blocks_read)
{
	struct temp temp = sparse_open();
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	uint64_t xs, n_bytes, wanted = 0;
	size_t i;

	for (i = 0; i < ARRAY_LEN(islands); i++)
		wanted += islands[i].len;
	ck_assert_int_eq(read_data(reader, &xs, &n_bytes), 0);
	ck_assert_uint_eq(xs, wanted);
	if (temp_has_hole(&temp, MIB))
		ck_assert_uint_lt(n_bytes, 20 * MIB);
	/* Bytes after the end of the file are not treated as a hole. */
	temp_resize(&temp, 20 * MIB);
	ck_assert_int_eq(read_data(reader, &xs, &n_bytes), MMR_ETRUNCATED);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

static Suite *extents_suite(void)
{
	Suite *suite = suite_create("extents");

	ADD_CASE(suite, "core", test_extents_of_a_sparse_file,
		test_extents_are_all_that_blocks_read, test_extents_leave_the_offset_alone,
		test_extents_without_holes, test_extents_from_many_threads,
		test_extents_first_asked_by_many_threads);
	ADD_CASE(suite, "limits", test_extents_of_an_empty_sparse_file);
	ADD_CASE(suite, "faults", test_extents_without_a_second_descriptor,
		test_extents_of_a_truncated_file);
	return suite;
}

CHECK_MAIN(extents_suite)
