/* shard.c - shards of a file, which start and end at lines
 *
 * The oracles are the file itself, which the shards partition, and the rule for one line.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <unistd.h>

/* mmr_shard with a delimiter. */
static int shard(mmr_reader *reader, char delimiter, uint64_t k, uint64_t n, uint64_t *ret_start,
	uint64_t *ret_stop)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;

	scan.delimiter = delimiter;
	return mmr_shard(reader, &scan, k, n, ret_start, ret_stop);
}

/* Returns the start of the line that contains a byte. */
static size_t line_start(mmr_slice bytes, char delimiter, size_t at)
{
	while (at > 0 && bytes.ptr[at - 1] != delimiter)
		at--;
	return at;
}

static void must_be_a_partition(const struct setting *setting, char delimiter, uint64_t n)
{
	size_t size = setting->bytes.len;
	uint64_t start, stop, k, before = 0, even;

#define CASE \
	"%s, %zu bytes, delimiter %d: shard %llu of %llu is [%llu, %llu)", setting->name, size, \
		delimiter, (unsigned long long)k, (unsigned long long)n, \
		(unsigned long long)start, (unsigned long long)stop

	for (k = 1; k <= n; k++) {
		start = stop = 99;
		MUST(shard(setting->reader, delimiter, k, n, &start, &stop) == 0, "%s",
			mmr_last_error());
		MUST(start <= stop && stop <= size, CASE);
		MUST(start == before, CASE);
		MUST(start == size || line_start(setting->bytes, delimiter, (size_t)start) == start,
			CASE);
		/* Its first line starts at its even share of the file or later, or one byte
		 * before. */
		even = size / n * (k - 1);
		MUST(start == stop || start + 1 >= even, CASE);
		before = stop;
	}
	MUST(before == size, CASE);
#undef CASE
}

static void shard_every_way(const struct setting *setting, void *arg)
{
	static const uint64_t numbers[] = {1, 2, 3, 5, 7, 16, 97};
	static const char delimiters[] = {'\n', '\0', 'a'};
	size_t size = setting->bytes.len, i, d;

	(void)arg;
	for (d = 0; d < ARRAY_LEN(delimiters); d++) {
		for (i = 0; i < ARRAY_LEN(numbers); i++)
			must_be_a_partition(setting, delimiters[d], numbers[i]);
		if (size < 2000) {
			must_be_a_partition(setting, delimiters[d], size + 1);
			must_be_a_partition(setting, delimiters[d], 2 * size + 3);
		}
	}
}

START_TEST(test_shards_are_a_partition)
{
	static const size_t sizes[] = {0, 1, 2, 13, 300, 5000, 300001};
	struct chance chance = {111};

	ck_assert_int_eq(mmr_guard_install(), 0);
	on_random_lines(sizes, ARRAY_LEN(sizes), shard_every_way, &chance);
}
END_TEST

/* The rule for one line: of n shards, the first size % n are one byte longer than the others, and a
 * line belongs to the shard that contains its first byte.
 *
 * Returns: the number of the shard, from 1. */
static unsigned owner(size_t size, unsigned n, size_t line)
{
	size_t stop = 0;
	unsigned k;

	for (k = 1; k < n; k++) {
		stop += size / n + (k <= size % n ? 1 : 0);
		if (line < stop)
			break;
	}
	return k;
}

START_TEST(test_shard_owns_the_lines_that_start_in_it)
{
	static const struct {
		unsigned n;
		size_t size;
	} cases[] = {{1, 100}, {2, 100}, {3, 99}, {4, 4096}, {5, 60000}, {9, 9}, {20, 20}, {3, 100},
		{7, 60000}, {12, 5}, {11, 21}};
	static const char delimiters[] = {'\n', '\0', 'b'};
	static char bytes[65536];
	struct chance chance = {112};
	uint64_t start, stop;
	size_t i, shape, at;
	unsigned k;

	for (i = 0; i < ARRAY_LEN(cases) * ARRAY_LEN(delimiters); i++) {
		size_t size = cases[i / 3].size, from[32], to[32];
		unsigned n = cases[i / 3].n;
		mmr_slice alphabet = {"\nb\0acdefghijk", 13};
		mmr_reader *reader;

		shape = i % 3;
		alphabet.len = shape == 0 ? 4 : 13;
		chance_fill(&chance, bytes, size, alphabet);
		for (k = 1; k <= n; k++)
			from[k] = to[k] = SIZE_MAX;
		for (at = 0; at < size; at++) {
			if (at == 0 || bytes[at - 1] == delimiters[shape])
				k = owner(size, n, at);
			from[k] = from[k] == SIZE_MAX ? at : from[k];
			to[k] = at + 1;
		}
		ck_assert_int_eq(mmr_open_memory(bytes, size, &reader), 0);
		for (k = 1; k <= n; k++) {
			ck_assert_int_eq(shard(reader, delimiters[shape], k, n, &start, &stop), 0);
			MUST(from[k] == SIZE_MAX ? start == stop
						 : start == from[k] && stop == to[k],
				"%zu bytes, shard %u of %u: [%zu, %zu), not [%zu, %zu)", size, k, n,
				(size_t)start, (size_t)stop, from[k], to[k]);
		}
		mmr_close(reader);
	}
}
END_TEST

START_TEST(test_shard_of_extreme_numbers)
{
	static const uint64_t bad[][2] = {{0, 0}, {0, 1}, {2, 1}, {1, 0}, {0, UINT64_MAX},
		{UINT64_MAX, 0}, {UINT64_MAX, UINT64_MAX - 1}};
	static const uint64_t huge[] = {1000, UINT32_MAX, INT64_MAX, UINT64_MAX - 1, UINT64_MAX};
	mmr_slice bytes = mmr_slice_of("a\nbc\ndef");
	uint64_t start = 77, stop = 78;
	struct setting setting = {"memory", NULL, bytes, true};
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	size_t i;

	ck_assert_int_eq(mmr_open_memory(bytes.ptr, bytes.len, &setting.reader), 0);
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_int_eq(
			mmr_shard(setting.reader, NULL, bad[i][0], bad[i][1], &start, &stop),
			-EINVAL);
		ck_assert_uint_eq(start, 77);
		ck_assert_uint_eq(stop, 78);
	}
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "from 1"));
	scan.first_line = 1;
	ck_assert_int_eq(mmr_shard(setting.reader, &scan, 1, 2, &start, &stop), -EINVAL);
	ck_assert_uint_eq(start, 77);
	for (i = 0; i < ARRAY_LEN(huge); i++) {
		uint64_t k, before = 0;

		/* Each shard has one byte: it owns the line that starts there, or nothing. */
		for (k = 1; k <= bytes.len; k++, before = stop) {
			ck_assert_int_eq(
				mmr_shard(setting.reader, NULL, k, huge[i], &start, &stop), 0);
			ck_assert_uint_eq(start, before);
		}
		ck_assert_uint_eq(before, bytes.len);
		for (k = 0; k < 3; k++) {
			ck_assert_int_eq(mmr_shard(setting.reader, NULL, huge[i] - k, huge[i],
						 &start, &stop),
				0);
			ck_assert_uint_eq(start, bytes.len);
			ck_assert_uint_eq(stop, bytes.len);
		}
	}
	mmr_close(setting.reader);
}
END_TEST

START_TEST(test_shard_of_an_unterminated_line)
{
	static char bytes[3 << 20];
	struct temp temp;
	mmr_reader *reader;
	uint64_t start, stop, k;

	/* A short line, and one over many windows. Each belongs to the shard in which it starts. */
	memset(bytes, 'x', sizeof(bytes));
	bytes[sizeof(bytes) / 2 - 1] = '\n';
	temp = temp_open(bytes, sizeof(bytes));
	reader = temp_reader(&temp, MMR_BACKING_UNMAPPED);
	for (k = 1; k <= 8; k++) {
		ck_assert_int_eq(mmr_shard(reader, NULL, k, 8, &start, &stop), 0);
		ck_assert_uint_eq(start, k == 1 ? 0 : k <= 5 ? sizeof(bytes) / 2 : sizeof(bytes));
		ck_assert_uint_eq(stop, k <= 4 ? sizeof(bytes) / 2 : sizeof(bytes));
	}
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

START_TEST(test_shard_truncated)
{
	static char bytes[1 << 20];
	struct temp temp = temp_open(bytes, sizeof(bytes));
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	uint64_t start = 77, stop = 78;

	ck_assert_int_eq(mmr_guard_install(), 0);
	temp_resize(&temp, 65536);
	ck_assert_int_eq(mmr_shard(reader, NULL, 2, 3, &start, &stop), MMR_ETRUNCATED);
	ck_assert_uint_eq(start, 77);
	ck_assert_uint_eq(stop, 78);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), temp.path));
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

static Suite *shard_suite(void)
{
	Suite *suite = suite_create("shard");

	ADD_CASE(suite, "core", test_shards_are_a_partition,
		test_shard_owns_the_lines_that_start_in_it);
	ADD_CASE(
		suite, "limits", test_shard_of_extreme_numbers, test_shard_of_an_unterminated_line);
	ADD_CASE(suite, "faults", test_shard_truncated);
	return suite;
}

CHECK_MAIN(shard_suite)
