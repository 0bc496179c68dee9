/* refresh.c - a file that grows, is truncated or is replaced while it is open
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "file/reader.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define KIB ((uint64_t)1 << 10)
#define MIB ((uint64_t)1 << 20)

static const mmr_reader_options plain_options = MMR_READER_OPTIONS_INIT;

START_TEST(test_refresh_grows_into_the_reserve)
{
	static char bytes[100000];
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	size_t starts[] = {0, 1, 20000}, i;
	struct chance chance = {6};
	mmr_slice any = {NULL, 0};

	chance_fill(&chance, bytes, sizeof(bytes), any);
	for (i = 0; i < ARRAY_LEN(starts); i++) {
		struct setting setting = {"grown", NULL, {bytes, sizeof(bytes)}, true};
		struct temp temp = temp_open(bytes, starts[i]);
		const char *ptr;

		options.reserve = MIB;
		ck_assert_int_eq(mmr_open(temp.path, &options, &setting.reader), 0);
		ck_assert_int_eq(mmr_backing(setting.reader), MMR_BACKING_MAPPED);
		ptr = mmr_bytes(setting.reader).ptr;
		ck_assert_int_eq(mmr_refresh(setting.reader), 0);
		temp_write(&temp, 0, bytes, sizeof(bytes));
		ck_assert_int_eq(mmr_check(setting.reader), MMR_EGROWN);
		/* The size changes only in mmr_refresh. */
		ck_assert_uint_eq(mmr_size(setting.reader), starts[i]);
		ck_assert_int_eq(mmr_refresh(setting.reader), 1);
		ck_assert_ptr_eq(mmr_bytes(setting.reader).ptr, ptr);
		must_read_the_same(&setting, &chance);
		mmr_close(setting.reader);
		temp_close(&temp);
	}
}
END_TEST

/* For each backing and several steps of growth, all bytes are there, and earlier slices keep their
 * bytes. */
START_TEST(test_refresh_grows_by_default)
{
	static const size_t starts[] = {0, 1, 4095, 4096, 16383, 16384, 20000, 1 << 20};
	static const size_t steps[] = {1, 100, 4096, 70000, 1 << 20};
	static const enum mmr_backing_kind kinds[] = {
		MMR_BACKING_AUTO, MMR_BACKING_MAPPED, MMR_BACKING_COPIED, MMR_BACKING_UNMAPPED};
	static char bytes[(1 << 20) + 12 * (1 << 20)];
	struct chance chance = {8};
	size_t i, n_maps = count_maps("mmreader-");
	uint64_t heap = heap_in_use();

	ck_assert_int_eq(mmr_guard_install(), 0);
	chance_fill(&chance, bytes, sizeof(bytes), (mmr_slice){NULL, 0});
	for (i = 0; i < ARRAY_LEN(starts) * ARRAY_LEN(steps) * ARRAY_LEN(kinds); i++) {
		size_t size = starts[i % ARRAY_LEN(starts)], round;
		size_t step = steps[i / ARRAY_LEN(starts) % ARRAY_LEN(steps)];
		enum mmr_backing_kind kind = kinds[i / ARRAY_LEN(starts) / ARRAY_LEN(steps)];
		struct temp temp = temp_open(bytes, size);
		mmr_reader *reader = temp_reader(&temp, kind);
		mmr_slice old[12];
		uint64_t n_lines, wanted;

		for (round = 0; round < ARRAY_LEN(old); round++) {
			old[round] = mmr_bytes(reader);
			temp_write(&temp, size, bytes + size, step);
			size += step;
			MUST(mmr_refresh(reader) == 1, "case %zu, round %zu: %s", i, round,
				mmr_last_error());
			ck_assert_int_eq(mmr_refresh(reader), 0);
			ck_assert_uint_eq(mmr_size(reader), size);
		}
		for (wanted = 0, round = 0; round < size; round++)
			wanted += bytes[round] == '\n';
		if (kind == MMR_BACKING_UNMAPPED) {
			ck_assert_int_eq(mmr_backing(reader), MMR_BACKING_UNMAPPED);
		} else {
			MUST(mmr_slice_equal(mmr_bytes(reader), (mmr_slice){bytes, size}),
				"case %zu", i);
			for (round = 0; round < ARRAY_LEN(old); round++)
				MUST(mmr_slice_equal(
					     old[round], (mmr_slice){bytes, old[round].len}),
					"case %zu, slice %zu", i, round);
			ck_assert_int_eq(mmr_slice_count(mmr_bytes(reader), '\n', &n_lines), 0);
			ck_assert_uint_eq(n_lines, wanted);
			ck_assert_int_eq(mmr_release(reader, 0, MMR_REST), 0);
			ck_assert(mmr_slice_equal(old[0], (mmr_slice){bytes, old[0].len}));
		}
		if (kind == MMR_BACKING_AUTO)
			ck_assert_int_eq(mmr_backing(reader),
				size < 16384 ? MMR_BACKING_COPIED : MMR_BACKING_MAPPED);
		else
			ck_assert_int_eq(mmr_backing(reader), kind);
		mmr_close(reader);
		temp_close(&temp);
	}
	ck_assert_uint_eq(count_maps("mmreader-"), n_maps);
	ck_assert_uint_eq(mmr_heap_bytes(), heap);
}
END_TEST

static int touch_last(void *arg)
{
	const mmr_slice *slice = arg;

	return slice->ptr[slice->len - 1] == 'x' ? 7 : 8;
}

START_TEST(test_refresh_guards_every_map)
{
	struct temp temp = temp_open("", 0);
	mmr_slice old, lost;
	mmr_reader *reader;
	uint64_t n;
	char *block;

	ck_assert_int_eq(mmr_guard_install(), 0);
	temp_resize(&temp, 64 * KIB);
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	old = mmr_bytes(reader);
	/* Occupies the addresses after the map, if they are free, so that a second map is
	 * needed. */
	block = mmap((char *)(uintptr_t)old.ptr + 64 * KIB, 64 * KIB, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	temp_resize(&temp, 10 * MIB);
	temp_write(&temp, 64 * KIB - 1, "x", 1);
	ck_assert_int_eq(mmr_refresh(reader), 1);
	ck_assert_uint_eq(mmr_bytes(reader).len, 10 * MIB);
	ck_assert_int_eq(mmr_try(reader, touch_last, &old), 7);
	temp_resize(&temp, 4 * KIB);
	lost = mmr_slice_cut(old, 8 * 1024, MMR_END);
	ck_assert_int_eq(mmr_slice_count(lost, 'x', &n), MMR_ETRUNCATED);
	ck_assert_uint_eq(mmr_last_error_offset(), 4 * KIB);
	ck_assert_int_eq(mmr_try(reader, touch_last, &old), MMR_ETRUNCATED);
	mmr_close(reader);
	munmap(block, 64 * KIB);
	temp_close(&temp);
}
END_TEST

struct growing {
	struct temp temp;
	mmr_reader *reader;
};

/* Refreshes after growth, then truncates. */
static int refresh_and_cut(void *arg)
{
	struct growing *growing = arg;
	mmr_slice bytes;

	temp_resize(&growing->temp, 10 * MIB);
	ck_assert_int_eq(mmr_refresh(growing->reader), 1);
	bytes = mmr_bytes(growing->reader);
	ck_assert_uint_eq(bytes.len, 10 * MIB);
	temp_resize(&growing->temp, 4 * KIB);
	return touch_last(&bytes);
}

START_TEST(test_refresh_inside_try)
{
	struct growing growing = {temp_open("", 0), NULL};

	ck_assert_int_eq(mmr_guard_install(), 0);
	temp_resize(&growing.temp, 64 * KIB);
	growing.reader = temp_reader(&growing.temp, MMR_BACKING_MAPPED);
	ck_assert_int_eq(mmr_try(growing.reader, refresh_and_cut, &growing), MMR_ETRUNCATED);
	ck_assert_uint_eq(mmr_last_error_offset(), 4 * KIB);
	mmr_close(growing.reader);
	temp_close(&growing.temp);
}
END_TEST

#define KEPT (64 * KIB)

struct cutter {
	struct temp temp;
	_Atomic(unsigned) asked, done; /* number of truncations; UINT_MAX ends the thread */
};

/* Truncates the file each time it is asked, after a varying delay. */
static void *cut_when_asked(void *arg)
{
	struct cutter *cutter = arg;
	unsigned asked;

	while ((asked = atomic_load(&cutter->asked)) != UINT_MAX) {
		if (asked == atomic_load(&cutter->done))
			continue;
		usleep(asked * 37 % 400);
		temp_resize(&cutter->temp, KEPT + asked % 3);
		atomic_store(&cutter->done, asked);
	}
	return NULL;
}

/* The file is truncated while its growth is copied, but never below the size of the copy. */
START_TEST(test_refresh_while_the_file_is_truncated)
{
	struct cutter cutter = {temp_open("text\n", 5), 0, 0};
	mmr_reader *reader;
	pthread_t thread;
	unsigned round;
	uint64_t n;
	int result;

	ck_assert_int_eq(pthread_create(&thread, NULL, cut_when_asked, &cutter), 0);
	for (round = 1; round <= 100; round++) {
		temp_resize(&cutter.temp, KEPT);
		reader = temp_reader(&cutter.temp, MMR_BACKING_COPIED);
		temp_resize(&cutter.temp, 2 * MIB);
		atomic_store(&cutter.asked, round);
		result = mmr_refresh(reader);
		MUST(result == 0 || result == 1, "%d: %s", result, mmr_last_error());
		ck_assert_int_eq(mmr_size(reader) > KEPT, result);
		ck_assert_int_eq(mmr_slice_count(mmr_bytes(reader), 0, &n), 0);
		ck_assert_uint_eq(n, mmr_size(reader) - 5);
		while (atomic_load(&cutter.done) != round)
			usleep(10);
		/* Growing again to an earlier size is growth, too. */
		n = mmr_size(reader);
		if (n < 2 * MIB) {
			temp_resize(&cutter.temp, 2 * MIB);
			ck_assert_int_eq(mmr_refresh(reader), 1);
			ck_assert_uint_eq(mmr_size(reader), 2 * MIB);
		}
		mmr_close(reader);
	}
	atomic_store(&cutter.asked, UINT_MAX);
	pthread_join(thread, NULL);
	temp_close(&cutter.temp);
}
END_TEST

START_TEST(test_refresh_without_addresses)
{
	struct temp temp = temp_open("text\n", 5);
	struct rlimit before, little;
	mmr_reader *mapped, *copied;
	/* Above the limit below, but not above what 32 bits address. */
	uint64_t grown = 1024 * MIB;

	if (memory_is_shared_with_checker() || getenv("MATRIX_EMULATED"))
		CHECK_SKIP("the address space cannot be limited under this checker or emulator");
	temp_resize(&temp, 64 * KIB);
	mapped = temp_reader(&temp, MMR_BACKING_MAPPED);
	copied = temp_reader(&temp, MMR_BACKING_COPIED);
	temp_resize(&temp, grown);
	getrlimit(RLIMIT_AS, &before);
	little = before;
	little.rlim_cur = 512 * MIB;
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &little), 0);
	ck_assert_int_eq(mmr_refresh(mapped), MMR_ENOROOM);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "ulimit -v"));
	ck_assert_int_eq(mmr_refresh(copied), -ENOMEM);
	ck_assert_int_eq(setrlimit(RLIMIT_AS, &before), 0);
	ck_assert_uint_eq(mmr_size(mapped), 64 * KIB);
	ck_assert_uint_eq(mmr_size(copied), 64 * KIB);
	ck_assert(mmr_slice_has_prefix(mmr_bytes(mapped), mmr_slice_of("text\n")));
	ck_assert_int_eq(mmr_refresh(mapped), 1);
	ck_assert_uint_eq(mmr_size(mapped), grown);
	mmr_close(mapped);
	mmr_close(copied);
	temp_close(&temp);
}
END_TEST

START_TEST(test_refresh_of_ranges)
{
	static char bytes[30000];
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	struct temp temp = temp_open(bytes, 20000);
	mmr_reader *fixed, *beyond;

	options.length = 25000;
	ck_assert_int_eq(mmr_open(temp.path, &options, &fixed), 0);
	options = plain_options;
	options.offset = 25000;
	ck_assert_int_eq(mmr_open(temp.path, &options, &beyond), 0);
	/* The file grows, but not beyond the start of the range. */
	temp_resize(&temp, 25000);
	ck_assert_int_eq(mmr_refresh(beyond), 0);
	ck_assert_uint_eq(mmr_size(beyond), 0);
	temp_resize(&temp, 30000);
	/* The range ended with the file when it was opened. It does not grow, although its length
	 * was larger. */
	ck_assert_int_eq(mmr_refresh(fixed), 0);
	ck_assert_uint_eq(mmr_size(fixed), 20000);
	temp_resize(&temp, 19000);
	ck_assert_int_eq(mmr_refresh(fixed), MMR_ETRUNCATED);
	ck_assert_uint_eq(mmr_size(fixed), 20000);
	ck_assert_uint_eq(mmr_last_error_offset(), 19000);
	ck_assert_int_eq(mmr_check(fixed), MMR_ETRUNCATED);
	/* An empty range cannot be truncated. */
	ck_assert_int_eq(mmr_check(beyond), MMR_ECHANGED);
	ck_assert_int_eq(mmr_refresh(beyond), 0);
	mmr_close(fixed);
	mmr_close(beyond);
	temp_close(&temp);
}
END_TEST

/* Each change alone, and together with a change whose code has a lower rank. */
START_TEST(test_check_distinguishes_changes)
{
	static char bytes[20000];
	static const struct {
		off_t size; /* afterwards */
		bool moved;
		int by_path, by_descriptor; /* of a reader that ends with the file */
		int fixed;                  /* of one of the first 10000 bytes, by path */
	} cases[] = {
		{20001, false, MMR_EGROWN, MMR_EGROWN, MMR_EGROWN},
		{20001, true, MMR_EREPLACED, MMR_EGROWN, MMR_EREPLACED},
		{20000, false, MMR_ECHANGED, MMR_ECHANGED, MMR_ECHANGED},
		{20000, true, MMR_EREPLACED, MMR_ECHANGED, MMR_EREPLACED},
		{19999, false, MMR_ETRUNCATED, MMR_ETRUNCATED, MMR_ECHANGED},
		{19999, true, MMR_ETRUNCATED, MMR_ETRUNCATED, MMR_EREPLACED},
		{9999, true, MMR_ETRUNCATED, MMR_ETRUNCATED, MMR_ETRUNCATED},
	};
	struct timespec long_ago[2] = {{1000, 0}, {1000, 0}};
	mmr_reader_options first = MMR_READER_OPTIONS_INIT;
	mmr_reader *by_path, *by_descriptor, *fixed;
	size_t i;

	first.length = 10000;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		struct temp temp = temp_open(bytes, sizeof(bytes));
		char moved[sizeof(temp.path) + 8];

		snprintf(moved, sizeof(moved), "%s.moved", temp.path);
		ck_assert_int_eq(mmr_open(temp.path, NULL, &by_path), 0);
		ck_assert_int_eq(mmr_open_fd(temp.fd, NULL, &by_descriptor), 0);
		ck_assert_int_eq(mmr_open(temp.path, &first, &fixed), 0);
		ck_assert_int_eq(mmr_check(by_path), 0);
		temp_resize(&temp, (uint64_t)cases[i].size);
		ck_assert_int_eq(futimens(temp.fd, long_ago), 0);
		if (cases[i].moved)
			ck_assert_int_eq(rename(temp.path, moved), 0);
		ck_assert_int_eq(mmr_check(by_path), cases[i].by_path);
		ck_assert_int_eq(mmr_check(by_descriptor), cases[i].by_descriptor);
		ck_assert_int_eq(mmr_check(fixed), cases[i].fixed);
		mmr_close(by_path);
		mmr_close(by_descriptor);
		mmr_close(fixed);
		unlink(moved);
		temp_close(&temp);
	}
}
END_TEST

START_TEST(test_check_reports_changes)
{
	static char bytes[20000];
	struct temp temp = temp_open(bytes, sizeof(bytes)), other = temp_open(bytes, sizeof(bytes));
	struct timespec long_ago[2] = {{1000, 0}, {1000, 0}};
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_AUTO);
	char copy[100], link[sizeof(temp.path) + 8];
	size_t got;

	ck_assert_int_eq(mmr_check(reader), 0);
	ck_assert_int_eq(futimens(temp.fd, long_ago), 0);
	ck_assert_int_eq(mmr_check(reader), MMR_ECHANGED);
	mmr_close(reader);

	/* The path leads to another file, and the opened file has not changed. */
	snprintf(link, sizeof(link), "%s.link", temp.path);
	ck_assert_int_eq(symlink(temp.path, link), 0);
	ck_assert_int_eq(mmr_open(link, NULL, &reader), 0);
	ck_assert_int_eq(mmr_check(reader), 0);
	ck_assert_int_eq(unlink(link), 0);
	ck_assert_int_eq(symlink(other.path, link), 0);
	ck_assert_int_eq(mmr_check(reader), MMR_EREPLACED);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), link));
	/* The path leads to a file of another device, or to no file. */
	ck_assert_int_eq(unlink(link), 0);
	ck_assert_int_eq(symlink("/dev/null", link), 0);
	ck_assert_int_eq(mmr_check(reader), MMR_EREPLACED);
	ck_assert_int_eq(unlink(link), 0);
	ck_assert_int_eq(mmr_check(reader), MMR_EREPLACED);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "another file"));
	ck_assert_int_eq(symlink(temp.path, link), 0);
	ck_assert_int_eq(mmr_check(reader), 0);
	mmr_close(reader);
	unlink(link);
	temp_close(&other);

	reader = temp_reader(&temp, MMR_BACKING_AUTO);
	temp_resize(&temp, 19000);
	ck_assert_int_eq(mmr_check(reader), MMR_ETRUNCATED);
	ck_assert_uint_eq(mmr_last_error_offset(), 19000);
	ck_assert_int_eq(mmr_read_at(reader, 18950, copy, 100, &got), MMR_ETRUNCATED);
	ck_assert_uint_eq(mmr_last_error_offset(), 19000);
	ck_assert_int_eq(mmr_read_at(reader, 18950, copy, 50, &got), 0);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* Without a reserve, a map grows in place if the addresses after it are free. */
START_TEST(test_refresh_grows_in_place)
{
	size_t len = (size_t)(256 * MIB), n_maps = count_maps("mmreader-");
	struct temp temp = temp_open("first", 5);
	mmr_reader *reader;
	const char *ptr;
	uint64_t count;
	char *above;

	ck_assert_int_eq(mmr_guard_install(), 0);
	temp_resize(&temp, len);
	/* Addresses are assigned downward, so the file is mapped before these. */
	above = mmap(NULL, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	ck_assert_ptr_ne(above, MAP_FAILED);
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	ptr = mmr_bytes(reader).ptr;
	munmap(above, len);
	if (ptr + len != above) {
		mmr_close(reader);
		temp_close(&temp);
		CHECK_SKIP("addresses are not assigned downward");
	}
	temp_resize(&temp, len + 5 * MIB);
	temp_write(&temp, len + 5 * MIB - 4, "last", 4);
	ck_assert_int_eq(mmr_refresh(reader), 1);
	ck_assert_uint_eq(mmr_size(reader), len + 5 * MIB);
	ck_assert_ptr_eq(mmr_bytes(reader).ptr, ptr);
	ck_assert(mmr_slice_has_prefix(mmr_bytes(reader), mmr_slice_of("first")));
	ck_assert(mmr_slice_has_suffix(mmr_bytes(reader), mmr_slice_of("last")));
	/* The new pages belong to the reader: a fault in them is reported, and they are unmapped
	 * with it. */
	temp_resize(&temp, len + MIB);
	ck_assert_int_eq(
		mmr_slice_count(mmr_slice_cut(mmr_bytes(reader), -99, MMR_END), 'x', &count),
		MMR_ETRUNCATED);
	ck_assert_uint_eq(mmr_last_error_offset(), len + MIB);
	mmr_close(reader);
	ck_assert_uint_eq(count_maps("mmreader-"), n_maps);
	temp_close(&temp);
}
END_TEST

/* The file has grown between the query of its size and the copy. */
START_TEST(test_refresh_of_a_complete_copy)
{
	struct temp temp = temp_open("0123456789", 10);
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_COPIED);

	reader->stat.size = 4;
	ck_assert_int_eq(mmr_refresh(reader), 0);
	ck_assert(mmr_slice_equal(mmr_bytes(reader), mmr_slice_of("0123456789")));
	temp_resize(&temp, 11);
	ck_assert_int_eq(mmr_refresh(reader), 1);
	ck_assert_uint_eq(mmr_size(reader), 11);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

static Suite *refresh_suite(void)
{
	Suite *suite = suite_create("refresh");

	ADD_CASE(suite, "core", test_refresh_grows_into_the_reserve, test_refresh_grows_by_default,
		test_refresh_of_ranges, test_check_reports_changes,
		test_check_distinguishes_changes);
	ADD_CASE(suite, "limits", test_refresh_without_addresses, test_refresh_grows_in_place,
		test_refresh_of_a_complete_copy);
	ADD_CASE(suite, "faults", test_refresh_guards_every_map, test_refresh_inside_try,
		test_refresh_while_the_file_is_truncated);
	return suite;
}

CHECK_MAIN(refresh_suite)
