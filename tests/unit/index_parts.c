/* index_parts.c - indexes that are made in parts and joined
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "index/format.h"
#include "index/saved.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define KIB  ((size_t)1 << 10)
#define SIZE (300 * KIB)

static char text[SIZE];

/* The path of an index. */
static void path_of(mmr_reader *reader, const mmr_scan_options *scan, char *path, size_t size)
{
	size_t len;

	ck_assert_int_eq(mmr_index_path(reader, scan, NULL, path, size, &len), 0);
	ck_assert_uint_lt(len, size);
}

/* Reads the table of an index. Returns: its size. */
static size_t read_table(const char *path, char *bytes, size_t room)
{
	int fd = open(path, O_RDONLY);
	ssize_t len = pread(fd, bytes, room, (off_t)FORMAT_HEADER);

	ck_assert_int_gt(len, 0);
	close(fd);
	return (size_t)len;
}

static mmr_index *join(mmr_reader *reader, const mmr_scan_options *scan, uint64_t n)
{
	mmr_index *index;

	int err = mmr_index_join(reader, scan, NULL, n, &index);

	MUST(err == 0, "%llu parts: %d %s", (unsigned long long)n, err, mmr_last_error());
	return index;
}

/* Makes an index as a whole and of parts, the last part first. */
static void compare(mmr_reader *reader, const mmr_scan_options *scan)
{
	static const uint64_t ns[] = {1, 2, 3, 7, 19, 30};
	static char whole[4000], joined[4000];
	char path[300], part[340];
	mmr_index *index;
	mmr_index_info want, got;
	size_t len, i;
	uint64_t k;

	path_of(reader, scan, path, sizeof(path));
	ck_assert_int_eq(mmr_index_make(reader, scan, NULL, &index), 0);
	mmr_index_describe(index, &want);
	mmr_index_close(index);
	len = read_table(path, whole, sizeof(whole));
	for (i = 0; i < ARRAY_LEN(ns); i++) {
		ck_assert_int_eq(unlink(path), 0);
		for (k = ns[i]; k > 0; k--)
			MUST(mmr_index_make_part(reader, scan, NULL, k, ns[i]) == 0, "%s",
				mmr_last_error());
		index = join(reader, scan, ns[i]);
		mmr_index_describe(index, &got);
		MUST(got.lines == want.lines && got.covered == want.covered,
			"%llu parts: %llu lines, should be %llu", (unsigned long long)ns[i],
			(unsigned long long)got.lines, (unsigned long long)want.lines);
		ck_assert_int_eq(mmr_index_verify(index, scan), 0);
		mmr_index_close(index);
		MUST(read_table(path, joined, sizeof(joined)) == len &&
				memcmp(whole, joined, len) == 0,
			"%llu parts: another table", (unsigned long long)ns[i]);
		snprintf(part, sizeof(part), "%s.1-%llu", path, (unsigned long long)ns[i]);
		ck_assert_int_eq(access(part, F_OK), -1);
		ck_assert_int_eq(mmr_index_load(reader, scan, NULL, &index), 0);
		mmr_index_close(index);
	}
	ck_assert_int_eq(unlink(path), 0);
}

START_TEST(test_parts_are_joined)
{
	static const size_t sizes[] = {0, 1, 16 * KIB, 16 * KIB + 1, 100000, SIZE};
	static const char *const patterns[] = {NULL, "", "ab"};
	struct chance chance = {701};
	size_t i, k;

	saved_least = 0;
	chance_fill(&chance, text, sizeof(text), mmr_slice_of("\n\nabcdefgh"));
	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		struct temp temp = temp_open(text, sizes[i]);
		mmr_reader *reader;

		ck_assert_int_eq(mmr_open(temp.path, NULL, &reader), 0);
		for (k = 0; k < ARRAY_LEN(patterns); k++) {
			mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
			mmr_split *records = NULL;

			if (patterns[k])
				ck_assert_int_eq(mmr_split_compile(
							 mmr_slice_of(patterns[k]), '\n', &records),
					0);
			scan.records = records;
			compare(reader, &scan);
			mmr_split_close(records);
		}
		mmr_close(reader);
		temp_close(&temp);
	}
}
END_TEST

/* Starts that only the bytes after a part decide about: paragraphs at the ends of blocks. */
START_TEST(test_parts_at_starts_of_records)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_split *records;
	int shift;

	saved_least = 0;
	ck_assert_int_eq(mmr_split_compile(mmr_slice_of(""), '\n', &records), 0);
	scan.records = records;
	for (shift = -3; shift < 4; shift++) {
		struct temp temp;
		mmr_reader *reader;
		size_t i;

		memset(text, 'x', sizeof(text));
		for (i = 16 * KIB; i < sizeof(text); i += 16 * KIB)
			memset(text + i + (size_t)(shift + 8) - 8, '\n', 2);
		temp = temp_open(text, sizeof(text));
		ck_assert_int_eq(mmr_open(temp.path, NULL, &reader), 0);
		compare(reader, &scan);
		mmr_close(reader);
		temp_close(&temp);
	}
	mmr_split_close(records);
}
END_TEST

START_TEST(test_parts_that_do_not_fit)
{
	struct chance chance = {702};
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	struct temp temp;
	mmr_reader *reader;
	mmr_index *index = NULL;
	char path[300], part[340], other[340];
	uint64_t k;

	saved_least = 0;
	chance_fill(&chance, text, sizeof(text), mmr_slice_of("\nabcdefgh"));
	temp = temp_open(text, sizeof(text));
	ck_assert_int_eq(mmr_open(temp.path, NULL, &reader), 0);
	path_of(reader, NULL, path, sizeof(path));
	ck_assert_int_eq(mmr_index_make_part(reader, NULL, NULL, 0, 3), -EINVAL);
	ck_assert_int_eq(mmr_index_make_part(reader, NULL, NULL, 4, 3), -EINVAL);
	ck_assert_int_eq(mmr_index_join(reader, NULL, NULL, 0, &index), -EINVAL);
	/* One is missing. */
	ck_assert_int_eq(mmr_index_make_part(reader, NULL, NULL, 1, 3), 0);
	ck_assert_int_eq(mmr_index_make_part(reader, NULL, NULL, 3, 3), 0);
	ck_assert_int_eq(mmr_index_join(reader, NULL, NULL, 3, &index), -ENOENT);
	/* A part is no index. */
	snprintf(part, sizeof(part), "%s.1-3", path);
	ck_assert_int_eq(rename(part, path), 0);
	ck_assert_int_eq(mmr_index_load(reader, NULL, NULL, &index), MMR_ESTALE);
	ck_assert_int_eq(unlink(path), 0);
	/* One of other lines, and one of another place. */
	scan.delimiter = 'a';
	for (k = 1; k <= 3; k++)
		ck_assert_int_eq(mmr_index_make_part(reader, NULL, NULL, k, 3), 0);
	ck_assert_int_eq(mmr_index_make_part(reader, &scan, NULL, 1, 3), 0);
	ck_assert_int_eq(mmr_index_join(reader, &scan, NULL, 3, &index), -ENOENT);
	snprintf(other, sizeof(other), "%s.2-3", path);
	ck_assert_int_eq(rename(other, part), 0);
	ck_assert_int_eq(mmr_index_make_part(reader, NULL, NULL, 2, 3), 0);
	ck_assert_int_eq(mmr_index_join(reader, NULL, NULL, 3, &index), MMR_ESTALE);
	ck_assert_int_eq(mmr_index_make_part(reader, NULL, NULL, 1, 3), 0);
	/* Parts of a file that has changed since. */
	temp_write(&temp, 5, "x", 1);
	mmr_close(reader);
	ck_assert_int_eq(mmr_open(temp.path, NULL, &reader), 0);
	ck_assert_int_eq(mmr_index_join(reader, NULL, NULL, 3, &index), MMR_ESTALE);
	ck_assert_ptr_null(index);
	ck_assert_int_eq(access(path, F_OK), -1);
	/* They stay. */
	for (k = 1; k <= 3; k++) {
		snprintf(part, sizeof(part), "%s.%llu-3", path, (unsigned long long)k);
		ck_assert_int_eq(unlink(part), 0);
	}
	path_of(reader, &scan, path, sizeof(path));
	snprintf(part, sizeof(part), "%s.1-3", path);
	ck_assert_int_eq(unlink(part), 0);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("index_parts");

	ADD_CASE(suite, "core", test_parts_are_joined, test_parts_at_starts_of_records);
	ADD_CASE(suite, "faults", test_parts_that_do_not_fit);
	return check_main(suite);
}
