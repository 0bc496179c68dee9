/* walk.c - walks over a mapped file keep only a few MiB resident
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "file/reader.h"
#include "file/walk.h"

#include <pthread.h>
#include <stdlib.h>

#define KIB     ((size_t)1 << 10)
#define MIB     ((size_t)1 << 20)
#define GIB     ((uint64_t)1 << 30)
#define LINE    ((size_t)128)
#define SIZE    (20 * MIB)
#define N_LINES (SIZE / LINE)

/* Makes lines of 128 bytes: a number, a comma, and bytes that make a search for "aaa...b"
 * expensive. */
static void fill(char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len / LINE; i++) {
		char *line = bytes + i * LINE;
		int n = snprintf(line, LINE, "%08zu,", i);

		memset(line + n, 'a', LINE - (size_t)n);
		line[LINE - 2] = 'b';
		line[LINE - 1] = '\n';
	}
}

static struct temp open_file(void)
{
	char *bytes = malloc(SIZE);
	struct temp temp;

	MUST(bytes != NULL, "no memory");
	fill(bytes, SIZE);
	temp = temp_open(bytes, SIZE);
	free(bytes);
	walk_small = SIZE / 2;
	return temp;
}

/* Results of a walk, and the peak of the resident memory. */
struct found {
	uint64_t n;
	uint64_t sum; /* of the first bytes of lines */
	size_t peak;
};

static void find(struct found *found, const char *ptr)
{
	size_t now;

	found->sum += (unsigned char)*ptr;
	if (found->n++ % (MIB / LINE) != 0)
		return;
	now = resident_kib();
	found->peak = now > found->peak ? now : found->peak;
}

static void lines(mmr_slice bytes, struct found *found)
{
	mmr_lines it = mmr_lines_of(bytes, '\n');
	mmr_slice line;

	while (mmr_lines_next(&it, &line))
		find(found, line.ptr);
	ck_assert_int_eq(mmr_lines_error(&it), 0);
}

/* Compares each line with the previous one. */
static void neighbours(mmr_slice bytes, struct found *found)
{
	mmr_lines it = mmr_lines_of_flags(bytes, '\n', MMR_LINES_CRLF);
	mmr_slice line, before = bytes;

	while (mmr_lines_next(&it, &line)) {
		ck_assert(*(const volatile char *)before.ptr <= line.ptr[0]);
		before = line;
		find(found, line.ptr);
	}
}

static void reverse_lines(mmr_slice bytes, struct found *found)
{
	mmr_reverse_lines it = mmr_reverse_lines_of(bytes, '\n');
	mmr_slice line;

	while (mmr_reverse_lines_next(&it, &line))
		find(found, line.ptr);
	ck_assert_int_eq(mmr_reverse_lines_error(&it), 0);
}

static void fields(mmr_slice bytes, struct found *found)
{
	mmr_fields it = mmr_fields_of(mmr_slice_cut(bytes, 0, -1), '\n');
	mmr_slice field;

	while (mmr_fields_next(&it, &field))
		find(found, field.ptr);
}

/* Reads the first of the two cells of each line. */
static void table(mmr_slice bytes, struct found *found)
{
	mmr_table it = mmr_table_of(bytes, ',');
	mmr_cell cell;

	while (mmr_table_next(&it, &cell))
		if (!cell.last)
			find(found, cell.text.ptr);
	ck_assert_int_eq(mmr_table_error(&it), 0);
}

static void search(mmr_slice bytes, struct found *found, bool backward, bool linear)
{
	mmr_needle needle = mmr_needle_of(mmr_slice_of("aaaaaaaab"));
	mmr_matches it = mmr_matches_of(bytes, &needle);
	mmr_slice match;

	it.linear = linear;
	while (backward ? mmr_matches_next_back(&it, &match) : mmr_matches_next(&it, &match))
		find(found, match.ptr + needle.text.len - LINE + 1);
	ck_assert_int_eq(mmr_matches_error(&it), 0);
}

static void matches(mmr_slice bytes, struct found *found)
{
	search(bytes, found, false, false);
}

static void matches_back(mmr_slice bytes, struct found *found)
{
	search(bytes, found, true, false);
}

static void matches_linear(mmr_slice bytes, struct found *found)
{
	search(bytes, found, false, true);
}

static void matches_linear_back(mmr_slice bytes, struct found *found)
{
	search(bytes, found, true, true);
}

static void records(mmr_slice bytes, struct found *found)
{
	mmr_layout *layout;
	mmr_slice record;
	mmr_records it;

	ck_assert_int_eq(mmr_layout_parse(mmr_slice_of("key:8s,rest:120s"), &layout), 0);
	it = mmr_records_of(layout, bytes, 0);
	while (mmr_records_next(&it, &record))
		find(found, record.ptr);
	ck_assert_int_eq(mmr_records_error(&it), 0);
	mmr_layout_close(layout);
}

static void chunks(mmr_slice bytes, struct found *found)
{
	mmr_chunks it = mmr_chunks_of(bytes, 2 * LINE, LINE);
	const char *last = bytes.ptr + bytes.len - LINE;
	mmr_slice chunk;

	while (mmr_chunks_next(&it, &chunk))
		find(found, chunk.ptr);
	/* The last line is in the last two chunks. */
	find(found, last);
}

static void regex(mmr_slice bytes, struct found *found)
{
	mmr_regex_matches *it;
	mmr_regex_match match;
	mmr_regex *pattern;

	ck_assert_int_eq(mmr_regex_compile(mmr_slice_of("^[0-9]"), NULL, &pattern), 0);
	ck_assert_int_eq(mmr_regex_matches_of(pattern, bytes, &it), 0);
	while (mmr_regex_matches_next(it, &match))
		find(found, bytes.ptr + match.off);
	ck_assert_int_eq(mmr_regex_matches_error(it), 0);
	mmr_regex_matches_close(it);
	mmr_regex_close(pattern);
}

static const struct way {
	const char *name;
	void (*walk)(mmr_slice bytes, struct found *found);
} ways[] = {{"lines", lines}, {"neighbours", neighbours}, {"reverse lines", reverse_lines},
	{"fields", fields}, {"table", table}, {"matches", matches},
	{"matches backward", matches_back}, {"linear matches", matches_linear},
	{"linear matches backward", matches_linear_back}, {"records", records}, {"chunks", chunks},
	{"matches of a regex", regex}};

/* Returns the sum of the first bytes of `n` lines from line `first` on. */
static uint64_t first_bytes(size_t first, size_t n)
{
	char text[24];
	uint64_t sum = 0;

	for (; n > 0; n--, first++) {
		snprintf(text, sizeof(text), "%08zu", first);
		sum += (unsigned char)text[0];
	}
	return sum;
}

/* `first`: the line at which the reader's range starts. */
static void walk_all(mmr_reader *reader, size_t first, size_t least, size_t most)
{
	size_t n = (size_t)(mmr_size(reader) / LINE), i, before;
	uint64_t sum = first_bytes(first, n);
	mmr_slice bytes = mmr_bytes(reader);

	for (i = 0; i < ARRAY_LEN(ways); i++) {
		struct found found = {0, 0, 0};

		if (ways[i].walk == regex && !has_pcre2())
			continue;
		ck_assert_int_eq(mmr_release(reader, 0, MMR_REST), 0);
		before = resident_kib();
		ways[i].walk(bytes, &found);
		MUST(found.n == n && found.sum == sum, "%s: %llu of %zu", ways[i].name,
			(unsigned long long)found.n, n);
		if (before == 0 || !reader_releases() || memory_is_shared_with_checker())
			continue;
		MUST(found.peak >= before + least && found.peak <= before + most,
			"%s: %zu KiB resident, %zu before", ways[i].name, found.peak, before);
	}
}

START_TEST(test_walks_are_bounded)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader *reader;
	struct temp temp;

	if (!reader_releases())
		CHECK_SKIP("POSIX calls may not drop pages");
	temp = open_file();
	ck_assert_int_eq(mmr_guard_install(), 0);
	ck_assert_int_eq(mmr_open(temp.path, &options, &reader), 0);
	walk_all(reader, 0, 0, 14 * KIB);
	mmr_close(reader);
	/* A map that does not start at a folio boundary. */
	options.offset = 3 * MIB + 81 * LINE;
	ck_assert_int_eq(mmr_open(temp.path, &options, &reader), 0);
	walk_all(reader, (size_t)(options.offset / LINE), 0, 14 * KIB);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

#define LONG_LINE (8 * MIB)
#define N_LONG    12

/* Reads a whole line and measures the resident memory. */
static void read_line(struct found *found, mmr_slice line)
{
	const volatile char *at;
	size_t now;

	for (at = line.ptr; at < line.ptr + line.len; at += 512)
		found->sum += (unsigned char)*at;
	found->n++;
	now = resident_kib();
	found->peak = now > found->peak ? now : found->peak;
}

/* The start of a long line is dropped before its end is found. Pages of the line that the caller
 * reads after that must be dropped, too. */
START_TEST(test_walks_over_long_lines_are_bounded)
{
	struct temp temp;
	struct found found[2] = {{0, 0, 0}, {0, 0, 0}};
	mmr_reverse_lines back;
	mmr_reader *reader;
	mmr_slice line;
	mmr_lines it;
	size_t i, before;

	if (!reader_releases())
		CHECK_SKIP("POSIX calls may not drop pages");
	temp = temp_open(NULL, 0);
	for (i = 1; i <= N_LONG; i++)
		temp_write(&temp, i * LONG_LINE - 1, "\n", 1);
	walk_small = 0;
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	before = resident_kib();
	it = mmr_lines_of(mmr_bytes(reader), '\n');
	while (mmr_lines_next(&it, &line))
		read_line(&found[0], line);
	ck_assert_int_eq(mmr_release(reader, 0, MMR_REST), 0);
	back = mmr_reverse_lines_of(mmr_bytes(reader), '\n');
	while (mmr_reverse_lines_next(&back, &line))
		read_line(&found[1], line);
	for (i = 0; i < ARRAY_LEN(found); i++) {
		ck_assert_uint_eq(found[i].n, N_LONG);
		ck_assert_uint_eq(found[i].sum, 0);
		if (before > 0 && !memory_is_shared_with_checker())
			MUST(found[i].peak <= before + 24 * KIB, "%zu KiB resident, %zu before",
				found[i].peak, before);
	}
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

START_TEST(test_walks_keep_pages_on_request)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	struct temp temp = open_file();
	mmr_reader *reader;

	options.keep_pages = true;
	ck_assert_int_eq(mmr_open(temp.path, &options, &reader), 0);
	walk_all(reader, 0, SIZE / KIB - 2 * KIB, SIZE / KIB + 2 * KIB);
	mmr_close(reader);
	/* A file of up to 64 MiB keeps its pages without the option. */
	walk_small = WALK_SMALL;
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	walk_all(reader, 0, SIZE / KIB - 2 * KIB, SIZE / KIB + 2 * KIB);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* Dropped pages of the caller's memory would lose their contents. */
START_TEST(test_walks_keep_pages_of_caller_memory)
{
	char *bytes = malloc(SIZE), *same = malloc(SIZE);
	struct temp temp = temp_open("in the registry\n", 16);
	mmr_reader *mapped = temp_reader(&temp, MMR_BACKING_MAPPED), *reader;
	mmr_reader *copied;

	MUST(bytes && same, "no memory");
	fill(bytes, SIZE);
	memcpy(same, bytes, SIZE);
	ck_assert_int_eq(mmr_open_memory(bytes, SIZE, &reader), 0);
	walk_all(reader, 0, 0, SIZE);
	ck_assert_int_eq(memcmp(bytes, same, SIZE), 0);
	ck_assert_uint_eq(walk_drop(bytes + SIZE, SIZE, false), 0);
	ck_assert_uint_eq(walk_drop(bytes, SIZE, true), 0);
	ck_assert_int_eq(memcmp(bytes, same, SIZE), 0);
	mmr_close(reader);
	mmr_close(mapped);
	temp_close(&temp);

	temp = temp_open(bytes, SIZE);
	copied = temp_reader(&temp, MMR_BACKING_COPIED);
	walk_all(copied, 0, 0, SIZE);
	ck_assert_int_eq(memcmp(mmr_bytes(copied).ptr, same, SIZE), 0);
	mmr_close(copied);
	temp_close(&temp);
	free(bytes);
	free(same);
}
END_TEST

/* Any range on a map with any start. The pages that are kept are less than two folios and at least
 * one, and all bytes are those of the file afterwards. */
START_TEST(test_walk_drop_of_every_range)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	size_t offsets[] = {0, 1, 4095, 4096, 2 * MIB, 3 * MIB + 5}, o, n, kept;
	struct temp temp = open_file();
	struct chance chance = {12};
	char *bytes = malloc(SIZE);

	MUST(bytes != NULL, "no memory");
	fill(bytes, SIZE);
	for (o = 0; o < ARRAY_LEN(offsets); o++) {
		mmr_reader *reader;
		mmr_slice all;

		options.offset = offsets[o];
		ck_assert_int_eq(mmr_open(temp.path, &options, &reader), 0);
		all = mmr_bytes(reader);
		for (n = 0; n < 200; n++) {
			size_t len = WALK_LIMIT + chance_below(&chance, all.len - WALK_LIMIT + 1);
			size_t off = chance_below(&chance, all.len - len + 1);
			bool backward = n % 2;

			kept = walk_drop(all.ptr + off + (backward ? 0 : len), len, backward);
			MUST(kept >= 2 * MIB && kept < 4 * MIB, "%zu of %zu at %zu", kept, len,
				off);
		}
		MUST(memcmp(all.ptr, bytes + offsets[o], all.len) == 0, "other bytes");
		mmr_close(reader);
	}
	free(bytes);
	temp_close(&temp);
}
END_TEST

/* As on kernels that keep the page tables of dropped pages. */
START_TEST(test_walk_drop_frees_page_tables)
{
	struct temp temp;
	mmr_reader *reader;
	mmr_slice all, first, last;
	size_t n_maps;

	if (SIZE_MAX < 4 * GIB)
		CHECK_SKIP("no room for a map of 3 GiB");
	temp = temp_open("first", 5);
	temp_resize(&temp, 3 * GIB + 4 * MIB);
	temp_write(&temp, 3 * GIB - 4, "last", 4);
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	all = mmr_bytes(reader);
	first = mmr_slice_cut(all, 0, 5);
	last = mmr_slice_cut(all, (int64_t)(3 * GIB - 4), (int64_t)(3 * GIB));
	n_maps = count_maps("mmreader-");
	atomic_store(&reader_tables_kept, 1);
	ck_assert(mmr_slice_equal(first, mmr_slice_of("first")));
	ck_assert_uint_ge(walk_drop(all.ptr + GIB + 5 * MIB, GIB / 2, false), 2 * MIB);
	ck_assert_uint_ge(walk_drop(all.ptr + 3 * GIB + 4 * MIB, GIB, false), 2 * MIB);
	ck_assert_uint_ge(walk_drop(all.ptr + GIB - 5 * MIB, GIB / 2, true), 2 * MIB);
	ck_assert_uint_ge(walk_drop(all.ptr, 3 * GIB, true), 2 * MIB);
	ck_assert(mmr_slice_equal(first, mmr_slice_of("first")));
	ck_assert(mmr_slice_equal(last, mmr_slice_of("last")));
	ck_assert_uint_eq(count_maps("mmreader-"), n_maps);
	atomic_store(&reader_tables_kept, -1);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

static void *walk_forward(void *reader)
{
	struct found found = {1, 0, 0};

	lines(mmr_bytes(reader), &found);
	return found.n == N_LINES + 1 ? reader : NULL;
}

static void *walk_backward(void *reader)
{
	struct found found = {1, 0, 0};

	reverse_lines(mmr_bytes(reader), &found);
	return found.n == N_LINES + 1 ? reader : NULL;
}

START_TEST(test_walks_at_the_same_time)
{
	struct temp temp = open_file();
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	pthread_t threads[4];
	void *result;
	size_t i;

	for (i = 0; i < ARRAY_LEN(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL,
					 i % 2 ? walk_backward : walk_forward, reader),
			0);
	for (i = 0; i < ARRAY_LEN(threads); i++) {
		ck_assert_int_eq(pthread_join(threads[i], &result), 0);
		ck_assert_ptr_eq(result, reader);
	}
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* A map from before the file grew also drops pages. */
START_TEST(test_walk_over_an_old_map)
{
	struct temp temp = open_file();
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	struct found found = {0, 0, 0};
	mmr_slice old = mmr_bytes(reader);
	size_t before;

	temp_resize(&temp, 3 * SIZE);
	ck_assert_int_eq(mmr_refresh(reader), 1);
	before = resident_kib();
	lines(old, &found);
	ck_assert_uint_eq(found.n, N_LINES);
	ck_assert_uint_eq(found.sum, first_bytes(0, N_LINES));
	if (before > 0 && reader_releases() && !memory_is_shared_with_checker())
		ck_assert_uint_le(found.peak, before + 14 * KIB);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

static Suite *walk_suite(void)
{
	Suite *suite = suite_create("walk");

	ADD_CASE(suite, "core", test_walks_are_bounded, test_walks_over_long_lines_are_bounded,
		test_walks_keep_pages_on_request, test_walks_keep_pages_of_caller_memory);
	ADD_CASE(suite, "limits", test_walk_drop_of_every_range, test_walk_drop_frees_page_tables,
		test_walks_at_the_same_time, test_walk_over_an_old_map);
	return suite;
}

CHECK_MAIN(walk_suite)
