/* index.c - indexes in memory: scans with one have the results of scans without
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "scan/index.h"

#include <pthread.h>

#define MIB ((size_t)1 << 20)
#define KIB ((size_t)1 << 10)

static mmr_index *build(mmr_reader *reader, const mmr_scan_options *scan, uint64_t heap)
{
	mmr_index_options options = MMR_INDEX_OPTIONS_INIT;
	mmr_index *index;

	options.heap = heap;
	MUST(mmr_index_build(reader, scan, &options, &index) == 0, "%s", mmr_last_error());
	return index;
}

/* Draws a range: often the whole reader, and often one whose end or start is that of a block. */
static void draw_range(struct chance *chance, uint64_t size, mmr_scan_options *scan)
{
	scan->offset = 0;
	scan->length = MMR_REST;
	if (scan->records || chance_below(chance, 3) == 0)
		return;
	scan->offset = chance_below(chance, (size_t)size + 2);
	scan->length = chance_below(chance, (size_t)size + 2);
	if (chance_below(chance, 3) == 0)
		scan->offset = round_down(scan->offset, 16 * KIB) + chance_below(chance, 3);
	if (chance_below(chance, 3) == 0)
		scan->length = MMR_REST;
}

/* Compares calls with an index to the same calls without one. */
static void must_be_equal(
	mmr_reader *reader, mmr_scan_options scan, mmr_index *index, struct chance *chance)
{
	uint64_t size = mmr_size(reader), from, want[4] = {0}, got[4] = {0};
	mmr_scan_options with;
	mmr_counts counts[2];
	int64_t n_lines;
	int err[2], i;

	draw_range(chance, size, &scan);
	with = scan;
	with.index = index;
	from = chance_below(chance, (size_t)size + 2);
	n_lines = (int64_t)chance_below(chance, (size_t)size / (1 + chance_below(chance, 60)) + 3);
	if (chance_below(chance, 16) == 0)
		n_lines = chance_below(chance, 2) ? INT64_MAX : INT64_MIN;
	for (i = 0; i < 2; i++, n_lines = n_lines == INT64_MIN ? 0 : -n_lines) {
		err[0] = mmr_line_seek(reader, from, n_lines, &scan, &want[0]);
		err[1] = mmr_line_seek(reader, from, n_lines, &with, &got[0]);
		MUST(err[0] == 0 && err[1] == 0 && want[0] == got[0],
			"%lld lines from %llu in [%llu, +%llu): %llu, should be %llu; %s",
			(long long)n_lines, (unsigned long long)from,
			(unsigned long long)scan.offset, (unsigned long long)scan.length,
			(unsigned long long)got[0], (unsigned long long)want[0], mmr_last_error());
	}
	err[0] = mmr_line_number(reader, from, &scan, &want[0]);
	err[1] = mmr_line_number(reader, from, &with, &got[0]);
	MUST(err[0] == err[1] && (err[0] < 0 || want[0] == got[0]),
		"number at %llu: %d %llu, should be %d %llu", (unsigned long long)from, err[1],
		(unsigned long long)got[0], err[0], (unsigned long long)want[0]);
	err[0] = mmr_line_bounds(reader, from, &scan, &want[0], &want[1]);
	err[1] = mmr_line_bounds(reader, from, &with, &got[0], &got[1]);
	MUST(err[0] == err[1] && want[0] == got[0] && want[1] == got[1],
		"bounds at %llu: %llu to %llu, should be %llu to %llu", (unsigned long long)from,
		(unsigned long long)got[0], (unsigned long long)got[1], (unsigned long long)want[0],
		(unsigned long long)want[1]);
	if (chance_below(chance, 2)) {
		scan.first_line = with.first_line = chance_below(chance, (size_t)size / 20 + 2);
		scan.n_lines = with.n_lines = chance_below(chance, (size_t)size / 20 + 2);
	}
	err[0] = mmr_count_lines(reader, &scan, &counts[0]);
	err[1] = mmr_count_lines(reader, &with, &counts[1]);
	/* A quote that is not closed is reported with the counts. */
	MUST(err[0] == err[1] && (err[0] == 0 || err[0] == MMR_EQUOTE) &&
			counts[0].lines == counts[1].lines &&
			counts[0].unterminated == counts[1].unterminated,
		"count of %llu lines from %llu in [%llu, +%llu) of %llu: %llu, should be %llu",
		(unsigned long long)scan.n_lines, (unsigned long long)scan.first_line,
		(unsigned long long)scan.offset, (unsigned long long)scan.length,
		(unsigned long long)size, (unsigned long long)counts[1].lines,
		(unsigned long long)counts[0].lines);
	err[0] = mmr_scan_locate(reader, &scan, &want[0], &want[1]);
	err[1] = mmr_scan_locate(reader, &with, &got[0], &got[1]);
	MUST(err[0] == 0 && err[1] == 0 && want[0] == got[0] && want[1] == got[1],
		"range: %llu to %llu, should be %llu to %llu", (unsigned long long)got[0],
		(unsigned long long)got[1], (unsigned long long)want[0],
		(unsigned long long)want[1]);
}

static void must_serve(mmr_index *index, mmr_reader *reader, const mmr_scan_options *scan)
{
	mmr_index_info info;
	mmr_counts counts;

	int err = mmr_count_lines(reader, scan, &counts);

	mmr_index_describe(index, &info);
	ck_assert(err == 0 || err == MMR_EQUOTE);
	MUST(info.failure == 0, "the index failed: %s", mmr_strerror(info.failure));
	MUST(info.covered == mmr_size(reader), "%llu bytes of %llu",
		(unsigned long long)info.covered, (unsigned long long)mmr_size(reader));
	MUST(info.lines == counts.lines, "%llu lines, should be %llu",
		(unsigned long long)info.lines, (unsigned long long)counts.lines);
}

static void compare(const struct setting *setting, void *argument)
{
	static const char delimiters[] = {'\n', '\0', 'a'};
	struct chance *chance = argument;
	unsigned i, k;

	for (i = 0; i < 4; i++) {
		mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
		mmr_index *index;

		scan.delimiter = delimiters[i % 3];
		scan.n_threads = i == 3 ? 4 : 1;
		index = build(setting->reader, &scan, 0);
		for (k = 0; k < 12; k++)
			must_be_equal(setting->reader, scan, index, chance);
		must_serve(index, setting->reader, &scan);
		mmr_index_close(index);
	}
}

START_TEST(test_index_of_random_lines)
{
	static const size_t sizes[] = {0, 1, 2, 100, 16 * KIB - 1, 16 * KIB, 16 * KIB + 1, 32 * KIB,
		100000, 2 * MIB, 3 * MIB + 5};
	struct chance chance = {501};

	ck_assert_int_eq(mmr_guard_install(), 0);
	on_random_lines(sizes, ARRAY_LEN(sizes), compare, &chance);
}
END_TEST

/* The offsets and numbers of what a search reports, as one number. */
static int add_match(void *context, const mmr_match *match)
{
	uint64_t *sum = context;

	*sum = (*sum + match->off) * 31 + match->line;
	return 0;
}

static int add_line(void *context, const mmr_found_line *line)
{
	uint64_t *sum = context;

	*sum = (*sum + line->off) * 31 + line->number;
	return 0;
}

static uint64_t numbers_of(mmr_reader *reader, const mmr_scan_options *scan, bool backward)
{
	static const mmr_pattern patterns[] = {TEXT("abc")};
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	mmr_needle needle = mmr_needle_of(mmr_slice_of("bcd"));
	mmr_search *search;
	uint64_t sum = 0;

	how.numbers = true;
	how.backward = backward;
	ck_assert_int_eq(mmr_search_compile(patterns, 1, NULL, &search), 0);
	MUST(mmr_search_lines(search, reader, scan, &how, add_line, &sum) == 0, "%s",
		mmr_last_error());
	MUST(mmr_each_match(reader, &needle, scan, MMR_MATCH_LINES, add_match, &sum) == 0, "%s",
		mmr_last_error());
	mmr_search_close(search);
	return sum;
}

/* A search takes the numbers of lines from the index, which may turn out to be stale. */
START_TEST(test_index_numbers_matches)
{
	static char text[3 * MIB];
	struct chance chance = {508};
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT, with;
	mmr_index_info info;
	mmr_reader *reader;
	mmr_index *index;
	unsigned i;

	chance_fill(&chance, text, sizeof(text), mmr_slice_of("\nabcdefgh"));
	ck_assert_int_eq(mmr_open_memory(text, sizeof(text), &reader), 0);
	index = build(reader, NULL, 0);
	for (i = 0; i < 12; i++) {
		if (i == 10)
			memset(text + 2 * MIB, '\n', 5000);
		draw_range(&chance, sizeof(text), &scan);
		scan.n_threads = 1 + i % 3;
		with = scan;
		with.index = index;
		MUST(numbers_of(reader, &with, i % 4 == 3) == numbers_of(reader, &scan, i % 4 == 3),
			"numbers in [%llu, +%llu)", (unsigned long long)scan.offset,
			(unsigned long long)scan.length);
	}
	mmr_index_describe(index, &info);
	ck_assert_int_eq(info.failure, MMR_ESTALE);
	mmr_index_close(index);
	mmr_close(reader);
}
END_TEST

struct of_records {
	struct chance chance;
	mmr_split *records;
};

static void compare_records(const struct setting *setting, void *argument)
{
	struct of_records *with = argument;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_index *index;
	unsigned k;

	scan.records = with->records;
	index = build(setting->reader, &scan, 0);
	for (k = 0; k < 6; k++)
		must_be_equal(setting->reader, scan, index, &with->chance);
	must_serve(index, setting->reader, &scan);
	mmr_index_close(index);
}

START_TEST(test_index_of_records)
{
	static const char *const patterns[] = {"", "ab", "[a-c]{3}"};
	static char text[200000];
	struct of_records with = {.chance = {502}};
	mmr_slice bytes = {text, sizeof(text)};
	size_t i;

	ck_assert_int_eq(mmr_guard_install(), 0);
	for (i = 0; i < ARRAY_LEN(patterns); i++) {
		if (i == 2 && !has_pcre2())
			continue;
		ck_assert_int_eq(
			mmr_split_compile(mmr_slice_of(patterns[i]), '\n', &with.records), 0);
		chance_fill(&with.chance, text, sizeof(text), mmr_slice_of("\n\nabcd"));
		/* A line that is longer than a block. */
		memset(text + 50000, 'x', 40000);
		on_every_backing(bytes, compare_records, &with);
		mmr_split_close(with.records);
	}
}
END_TEST

/* Tables with many quotes: cells that are longer than a block, words in quotes, and noise. */
START_TEST(test_index_of_rows)
{
	static const char *const alphabets[] = {"\n\",a", "\n\n\",,abcdefghijkl", "\n,ab"};
	static char text[200000];
	struct of_records with = {.chance = {509}};
	mmr_slice bytes = {text, sizeof(text)};
	size_t i;

	ck_assert_int_eq(mmr_guard_install(), 0);
	ck_assert_int_eq(mmr_split_rows(',', &with.records), 0);
	for (i = 0; i < 9; i++) {
		chance_fill(&with.chance, text, sizeof(text), mmr_slice_of(alphabets[i % 3]));
		if (i > 2)
			memcpy(text + 40000, "\n\"", 2);
		if (i > 5) {
			/* All of it is one cell, but for the ends. */
			memset(text + 40002, '\n', 60000);
			memcpy(text + 100002, "\"\n", 2);
		}
		on_every_backing(bytes, compare_records, &with);
	}
	mmr_split_close(with.records);
}
END_TEST

/* Appends to a file in steps, some of which end within a line or a block. The index is extended
 * after some of them. */
static void grow(struct chance *chance, mmr_split *records)
{
	static char text[4 * MIB];
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	size_t size = chance_below(chance, 100000), more, i;
	struct temp temp;
	mmr_reader *reader;
	mmr_index *index;

	chance_fill(chance, text, sizeof(text), mmr_slice_of("\n\nabcdefghijkl\""));
	temp = temp_open(text, size);
	scan.records = records;
	reader = temp_reader(&temp, MMR_BACKING_AUTO);
	index = build(reader, &scan, 0);
	while (size < sizeof(text)) {
		more = chance_below(chance, chance_below(chance, 8) ? 20000 : MIB);
		more = min_size(more, sizeof(text) - size);
		temp_write(&temp, size, text + size, more);
		size += more;
		ck_assert_int_ge(mmr_refresh(reader), 0);
		for (i = 0; i < 3; i++)
			must_be_equal(reader, scan, index, chance);
		if (chance_below(chance, 2) == 0)
			continue;
		ck_assert_int_eq(mmr_index_extend(index, &scan), 0);
		must_serve(index, reader, &scan);
		must_be_equal(reader, scan, index, chance);
	}
	mmr_index_close(index);
	mmr_close(reader);
	temp_close(&temp);
}

START_TEST(test_index_of_a_file_that_grows)
{
	struct chance chance = {503};
	mmr_split *records;

	grow(&chance, NULL);
	ck_assert_int_eq(mmr_split_compile(mmr_slice_of("ab"), '\n', &records), 0);
	grow(&chance, records);
	mmr_split_close(records);
	ck_assert_int_eq(mmr_split_compile(mmr_slice_of(""), '\n', &records), 0);
	grow(&chance, records);
	mmr_split_close(records);
	ck_assert_int_eq(mmr_split_rows('a', &records), 0);
	grow(&chance, records);
	mmr_split_close(records);
}
END_TEST

/* A table that may not be larger has larger blocks. */
START_TEST(test_index_in_little_memory)
{
	static char text[64 * KIB];
	const uint64_t sizes[] = {0, 3 * MIB, 20 * MIB, 200 * MIB, 5 * (uint64_t)1024 * MIB};
	struct chance chance = {504};
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	struct temp temp = temp_open(text, 0);
	mmr_index *index = NULL;
	mmr_index_info info;
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_AUTO);
	size_t i, k;

	chance_fill(&chance, text, sizeof(text), mmr_slice_of("\nabcdefghijkl"));
	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		temp_resize(&temp, sizes[i]);
		if (sizes[i] > 0)
			temp_write(&temp, sizes[i] - sizeof(text), text, sizeof(text));
		if (i == 3 && !temp_has_hole(&temp, 100 * MIB))
			break;
		if (i > 0) {
			ck_assert_int_eq(mmr_refresh(reader), 1);
			ck_assert_int_eq(mmr_index_extend(index, NULL), 0);
		} else {
			index = build(reader, NULL, 4096);
		}
		mmr_index_describe(index, &info);
		ck_assert_uint_le(info.table, 4096);
		ck_assert(info.block == 16 * KIB || info.table > 2000);
		must_serve(index, reader, NULL);
		/* Each block is read as a whole, so not many. */
		for (k = 0; k < 3 && sizes[i] > 0; k++) {
			uint64_t off, line, other;

			scan.index = index;
			off = sizes[i] - 1 - chance_below(&chance, 20000);
			ck_assert_int_eq(mmr_line_number(reader, off, &scan, &line), 0);
			ck_assert_int_eq(mmr_line_seek(reader, 0, (int64_t)line, &scan, &off), 0);
			scan.index = NULL;
			ck_assert_int_eq(mmr_line_seek(reader, 0, (int64_t)line, &scan, &other), 0);
			ck_assert_uint_eq(off, other);
		}
		must_serve(index, reader, NULL);
	}
	mmr_index_close(index);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* An index whose bytes have changed is not used any more, and no result is wrong. */
START_TEST(test_index_of_changed_bytes)
{
	static char text[MIB];
	struct chance chance = {505};
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_index_info info;
	mmr_reader *reader;
	mmr_index *index;
	uint64_t off;

	chance_fill(&chance, text, sizeof(text), mmr_slice_of("\nabcdefghijkl"));
	ck_assert_int_eq(mmr_open_memory(text, sizeof(text), &reader), 0);
	index = build(reader, NULL, 0);
	text[500000] = text[500000] == '\n' ? 'x' : '\n';
	scan.index = index;
	ck_assert_int_eq(mmr_line_seek(reader, 100, 20, &scan, &off), 0);
	mmr_index_describe(index, &info);
	ck_assert_int_eq(info.failure, 0);
	error_set(-EINVAL, "fail before");
	ck_assert_int_eq(mmr_line_number(reader, 500010, &scan, &off), 0);
	ck_assert_str_eq(mmr_last_error(), "cannot fail before: Invalid argument");
	mmr_index_describe(index, &info);
	ck_assert_int_eq(info.failure, MMR_ESTALE);
	must_be_equal(reader, (mmr_scan_options)MMR_SCAN_OPTIONS_INIT, index, &chance);
	mmr_index_close(index);
	mmr_close(reader);
}
END_TEST

static void serve_all(const struct setting *setting, void *argument)
{
	mmr_scan_options scan = *(const mmr_scan_options *)argument;
	uint64_t off;

	(void)setting;
	ck_assert_int_eq(mmr_line_seek(setting->reader, 0, 9, &scan, &off), -EINVAL);
}

START_TEST(test_index_with_wrong_options)
{
	mmr_index_options how = MMR_INDEX_OPTIONS_INIT;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT, bad;
	struct piped piped = piped_open(mmr_slice_of("a\nb\n"), 0, false);
	mmr_index *index, *other = NULL;
	mmr_reader *reader;
	mmr_split *rows;
	uint64_t off = 99;
	int i;

	ck_assert_int_eq(mmr_open_memory("one\ntwo\n", 8, &reader), 0);
	index = build(reader, NULL, 0);
	for (i = 0; i < 5; i++) {
		bad = scan;
		bad.offset = i == 0;
		bad.length = i == 1 ? 3 : MMR_REST;
		bad.first_line = i == 2;
		bad.n_lines = i == 3 ? 1 : MMR_REST;
		bad.index = i == 4 ? index : NULL;
		ck_assert_int_eq(mmr_index_build(reader, &bad, NULL, &other), -EINVAL);
		ck_assert_int_eq(mmr_index_extend(index, &bad), -EINVAL);
	}
	bad = scan;
	ck_assert_int_eq(mmr_split_rows(',', &rows), 0);
	bad.records = rows;
	ck_assert_int_eq(mmr_index_extend(index, &bad), -EINVAL);
	bad.index = index;
	ck_assert_int_eq(mmr_count_lines(reader, &bad, &(mmr_counts){0}), -EINVAL);
	mmr_split_close(rows);
	how.heap = 4095;
	ck_assert_int_eq(mmr_index_build(reader, NULL, &how, &other), -EINVAL);
	how.heap = 0;
	how.struct_size--;
	ck_assert_int_eq(mmr_index_build(reader, NULL, &how, &other), -EINVAL);
	ck_assert_int_eq(mmr_index_build(piped.reader, NULL, NULL, &other), -ESPIPE);
	ck_assert_ptr_null(other);
	/* An index serves one reader, and one delimiter. */
	scan.index = index;
	scan.delimiter = ';';
	ck_assert_int_eq(mmr_line_seek(reader, 0, 1, &scan, &off), -EINVAL);
	scan.delimiter = '\n';
	on_every_backing(mmr_slice_of("one\ntwo\n"), serve_all, &scan);
	ck_assert_int_eq(mmr_count_lines(piped.reader, &scan, &(mmr_counts){0}), -EINVAL);
	ck_assert_uint_eq(off, 99);
	mmr_index_close(index);
	mmr_index_close(NULL);
	mmr_close(reader);
	piped_close(&piped);
}
END_TEST

/* The size of a file that was truncated is that of when it was opened. */
START_TEST(test_index_of_a_truncated_file)
{
	static char text[MIB];
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	struct temp temp;
	mmr_reader *reader;
	mmr_index *index;
	uint64_t off = 99;
	int backing;

	ck_assert_int_eq(mmr_guard_install(), 0);
	memset(text, '\n', sizeof(text));
	for (backing = 0; backing < 2; backing++) {
		temp = temp_open(text, sizeof(text));
		reader = temp_reader(&temp, backing ? MMR_BACKING_UNMAPPED : MMR_BACKING_MAPPED);
		index = build(reader, NULL, 0);
		scan.index = index;
		temp_resize(&temp, 500000);
		ck_assert_int_eq(mmr_line_seek(reader, 0, 900000, &scan, &off), MMR_ETRUNCATED);
		ck_assert_int_eq(mmr_line_number(reader, 500001, &scan, &off), MMR_ETRUNCATED);
		ck_assert_uint_eq(off, 99);
		mmr_index_close(index);
		mmr_close(reader);
		temp_close(&temp);
	}
}
END_TEST

struct asker {
	mmr_reader *reader;
	mmr_scan_options scan;
	uint64_t n_lines;
	pthread_t thread;
};

static void *ask(void *argument)
{
	struct asker *asker = argument;
	struct chance chance = {(uintptr_t)asker};
	uint64_t line, off, back;
	unsigned i;

	for (i = 0; i < 2000; i++) {
		line = chance_below(&chance, (size_t)asker->n_lines);
		if (mmr_line_seek(asker->reader, 0, (int64_t)line, &asker->scan, &off) < 0 ||
			mmr_line_number(asker->reader, off, &asker->scan, &back) < 0 ||
			back != line)
			return asker;
	}
	return NULL;
}

START_TEST(test_index_asked_by_several_threads)
{
	static char text[2 * MIB];
	struct chance chance = {507};
	struct asker askers[4] = {0};
	struct temp temp;
	mmr_index_info info;
	void *result;
	size_t i;

	chance_fill(&chance, text, sizeof(text), mmr_slice_of("\nabcdefghijkl"));
	temp = temp_open(text, sizeof(text));
	askers[0].reader = temp_reader(&temp, MMR_BACKING_AUTO);
	askers[0].scan = (mmr_scan_options)MMR_SCAN_OPTIONS_INIT;
	askers[0].scan.index = build(askers[0].reader, NULL, 0);
	mmr_index_describe(askers[0].scan.index, &info);
	askers[0].n_lines = info.lines;
	for (i = 0; i < ARRAY_LEN(askers); i++) {
		askers[i] = askers[0];
		ck_assert_int_eq(pthread_create(&askers[i].thread, NULL, ask, &askers[i]), 0);
	}
	for (i = 0; i < ARRAY_LEN(askers); i++) {
		ck_assert_int_eq(pthread_join(askers[i].thread, &result), 0);
		ck_assert_ptr_null(result);
	}
	mmr_index_close(askers[0].scan.index);
	mmr_close(askers[0].reader);
	temp_close(&temp);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("index");

	ADD_CASE(suite, "core", test_index_of_random_lines, test_index_of_records,
		test_index_of_rows, test_index_of_a_file_that_grows, test_index_numbers_matches,
		test_index_asked_by_several_threads);
	ADD_CASE(suite, "limits", test_index_in_little_memory, test_index_with_wrong_options);
	ADD_CASE(suite, "faults", test_index_of_changed_bytes, test_index_of_a_truncated_file);
	return check_main(suite);
}
