/* memory_reader.c - memory that a reader holds, for every backing and size
 *
 * unit/memory_residency.c tests which pages of a file are in memory.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <sys/mman.h>
#include <unistd.h>

#define MIB ((uint64_t)1 << 20)

/* --- Memory of the caller and of the heap, on every system --- */

START_TEST(test_residency_of_memory)
{
	static char bytes[3 * 4096 + 5];
	struct temp temp = temp_open(bytes, sizeof(bytes));
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_COPIED);
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader_memory_info info;
	mmr_residency residency;
	uint16_t buckets[9];
	size_t i;

	mmr_reader_memory(reader, &info);
	ck_assert_int_eq(info.backing, MMR_BACKING_COPIED);
	ck_assert_uint_eq(info.mapped, 0);
	ck_assert_uint_ge(info.heap, sizeof(bytes));
	ck_assert_uint_le(info.heap, mmr_heap_bytes());
	ck_assert_int_eq(info.cached.source, MMR_RESIDENCY_HELD);
	ck_assert_int_eq(info.cached.reason, 0);
	ck_assert_uint_eq(info.cached.bytes, (sizeof(bytes) + page - 1) / page * page);
	ck_assert_uint_eq(info.cached.resident, info.cached.bytes);
	ck_assert_int_eq(mmr_reader_residency(reader, 1, 4096, buckets, 9, &residency), 0);
	for (i = 0; i < 9; i++)
		ck_assert_uint_eq(buckets[i], MMR_BUCKET_FULL);
	mmr_close(reader);

	/* A copy may start inside a page, so one page of it may have bytes of two pages of the
	 * file. */
	options.backing = MMR_BACKING_COPIED;
	options.offset = page - 1;
	options.length = 2;
	ck_assert_int_eq(mmr_open(temp.path, &options, &reader), 0);
	mmr_reader_memory(reader, &info);
	ck_assert_uint_eq(info.cached.bytes, page);
	mmr_close(reader);
	temp_close(&temp);

	ck_assert_int_eq(mmr_open_memory(bytes, sizeof(bytes), &reader), 0);
	mmr_reader_memory(reader, &info);
	ck_assert_int_eq(info.backing, MMR_BACKING_CALLER);
	ck_assert_uint_eq(info.mapped, 0);
	ck_assert_uint_gt(info.heap, 0);
	ck_assert_uint_lt(info.heap, 4096);
	ck_assert_int_eq(info.cached.source, MMR_RESIDENCY_UNKNOWN);
	ck_assert_int_eq(info.cached.reason, -ENOTSUP);
	ck_assert(info.cached.resident == MMR_UNKNOWN);
	ck_assert_int_eq(mmr_reader_residency(reader, 0, MMR_REST, buckets, 9, &residency), 0);
	for (i = 0; i < 9; i++)
		ck_assert_uint_eq(buckets[i], MMR_BUCKET_UNKNOWN);
	mmr_close(reader);
}
END_TEST

static void empty_on_backing(const struct setting *setting, void *arg)
{
	static const uint64_t ranges[][2] = {{0, 0}, {7, 0}, {UINT64_MAX, 1},
		{UINT64_MAX, UINT64_MAX}, {20003, 1}, {20004, MMR_REST}};
	mmr_residency residency;
	uint16_t buckets[3];
	size_t i;

	(void)arg;
	for (i = 0; i < ARRAY_LEN(ranges); i++) {
		memset(buckets, 1, sizeof(buckets));
		memset(&residency, 1, sizeof(residency));
		MUST(mmr_reader_residency(setting->reader, ranges[i][0], ranges[i][1], buckets, 2,
			     &residency) == 0,
			"%s", setting->name);
		MUST(residency.bytes == 0 && residency.resident == 0 && residency.reason == 0 &&
				residency.source == MMR_RESIDENCY_HELD,
			"%s: bytes in the empty range %zu", setting->name, i);
		MUST(buckets[0] == 0 && buckets[1] == 0 && buckets[2] == 0x101, "%s: buckets",
			setting->name);
	}
}

START_TEST(test_residency_of_empty_ranges)
{
	static char bytes[20003];
	mmr_slice none = {bytes, 0};

	on_every_backing((mmr_slice){bytes, sizeof(bytes)}, empty_on_backing, NULL);
	on_every_backing(none, empty_on_backing, NULL);
}
END_TEST

START_TEST(test_residency_of_bad_buckets)
{
	mmr_residency residency;
	mmr_reader *reader;
	uint16_t bucket = 7;

	memset(&residency, 7, sizeof(residency));
	ck_assert_int_eq(mmr_open_memory("text", 4, &reader), 0);
	ck_assert_int_eq(mmr_reader_residency(reader, 0, 4, NULL, 1, &residency), -EINVAL);
	ck_assert(strstr(mmr_last_error(), "NULL"));
	if (SIZE_MAX > UINT32_MAX)
		ck_assert_int_eq(
			mmr_reader_residency(reader, 0, 4, &bucket, SIZE_MAX, &residency), -EINVAL);
	ck_assert_uint_eq(bucket, 7);
	ck_assert_int_eq(residency.reason, 0x07070707);
	ck_assert_int_eq(mmr_reader_residency(reader, 0, 4, NULL, 0, &residency), 0);
	mmr_close(reader);
}
END_TEST

/* --- Size --- */

#if MMR_LINUX_EXTRAS

START_TEST(test_residency_of_8_tib)
{
	struct temp temp = temp_open(NULL, 0);
	static uint16_t buckets[1000];
	mmr_residency residency;
	double started = seconds();
	mmr_reader *reader;
	size_t i, n = 0;

	if (ftruncate(temp.fd, (off_t)(MIB << 23)) < 0) {
		temp_close(&temp);
		CHECK_SKIP("the file system has no files of 8 TiB");
	}
	temp_write(&temp, (MIB << 22) + 5, "island", 6);
	reader = temp_reader(&temp, MMR_BACKING_UNMAPPED);
	ck_assert_int_eq(mmr_reader_residency(reader, 0, 1, buckets, 1, &residency), 0);
	if (residency.source != MMR_RESIDENCY_CACHESTAT) {
		mmr_close(reader);
		temp_close(&temp);
		CHECK_SKIP("no cachestat, and mincore would take too long");
	}
	ck_assert_int_eq(mmr_reader_residency(reader, 0, MMR_REST, buckets, 1000, &residency), 0);
	MUST(seconds() - started < 1, "%.3f seconds", seconds() - started);
	ck_assert_uint_eq(residency.bytes, MIB << 23);
	ck_assert_uint_gt(residency.resident, 0);
	ck_assert_uint_le(residency.resident, 8 * MIB);
	for (i = 0; i < 1000; i++)
		n += buckets[i] > 0;
	/* One page of 2 million must not be rounded to 0. */
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(buckets[500], 1);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* The last page that a file can have. Sums of its offset are close to 2^63. */
START_TEST(test_residency_at_the_last_offset)
{
	int memory = memfd_create("last", MFD_CLOEXEC);
	mmr_residency residency;
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	uint16_t buckets[3];
	mmr_reader *reader;

	ck_assert_int_eq(ftruncate(memory, INT64_MAX), 0);
	ck_assert_int_eq(pwrite(memory, "x", 1, INT64_MAX - 1), 1);
	options.backing = MMR_BACKING_UNMAPPED;
	ck_assert_int_eq(mmr_open_fd(memory, &options, &reader), 0);
	ck_assert_int_eq(mmr_reader_residency(reader, INT64_MAX - 5, 5, buckets, 3, &residency), 0);
	if (residency.source == MMR_RESIDENCY_UNKNOWN && getenv("MATRIX_EMULATED")) {
		mmr_close(reader);
		close(memory);
		CHECK_SKIP("the emulator does not know cachestat");
	}
	ck_assert_int_ne(residency.source, MMR_RESIDENCY_UNKNOWN);
	ck_assert_uint_eq(buckets[0], MMR_BUCKET_FULL);
	ck_assert_uint_eq(buckets[2], MMR_BUCKET_FULL);
	if (residency.source == MMR_RESIDENCY_CACHESTAT) {
		ck_assert_int_eq(
			mmr_reader_residency(reader, 0, MMR_REST, buckets, 3, &residency), 0);
		ck_assert_uint_eq(residency.bytes, (uint64_t)INT64_MAX + 1);
		ck_assert_uint_eq(residency.resident, (uint64_t)sysconf(_SC_PAGESIZE));
		ck_assert_uint_eq(buckets[1], 0);
		ck_assert_uint_eq(buckets[2], 1);
	}
	mmr_close(reader);
	close(memory);
}
END_TEST

#endif

static Suite *memory_reader_suite(void)
{
	Suite *suite = suite_create("memory_reader");

	ADD_CASE(suite, "core", test_residency_of_memory, test_residency_of_empty_ranges);
	ADD_CASE(suite, "limits", test_residency_of_bad_buckets);
#if MMR_LINUX_EXTRAS
	ADD_CASE(suite, "size", test_residency_of_8_tib, test_residency_at_the_last_offset);
#endif
	return suite;
}

CHECK_MAIN(memory_reader_suite)
