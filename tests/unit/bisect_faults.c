/* bisect_faults.c - searches for keys in files that are not sorted, with wrong options, and after a
 * truncation
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <stdio.h>

/* A file of lines with keys, which are numbers. */
struct sorted {
	char *bytes;
	size_t len;
	struct line {
		int key;
		uint64_t off;
	} * lines;
	size_t n;
	int last; /* key */
};

#define LINE     "2024-%06d INFO text\n"
#define LINE_LEN ((size_t)22)

static const mmr_key form = {.struct_size = sizeof(mmr_key), .kind = MMR_KEY_FORM};

static void write_lines(struct sorted *sorted)
{
	size_t i;

	sorted->len = 0;
	for (i = 0; i < sorted->n; i++) {
		sorted->lines[i].off = sorted->len;
		sorted->len +=
			(size_t)sprintf(sorted->bytes + sorted->len, LINE, sorted->lines[i].key);
	}
}

/* Draws lines in order, of which the first key is at least 1. */
static struct sorted draw(struct chance *chance, size_t n)
{
	struct sorted sorted = {.bytes = malloc(n * LINE_LEN + 1),
		.lines = malloc(n * sizeof(*sorted.lines)),
		.n = n};
	size_t i;

	for (i = 0; i < n; i++) {
		sorted.last += (int)chance_below(chance, 3) + (i == 0);
		sorted.lines[i].key = sorted.last;
	}
	write_lines(&sorted);
	return sorted;
}

static void draw_end(struct sorted *sorted)
{
	free(sorted->bytes);
	free(sorted->lines);
}

/* The start of a row cannot be found from the middle of a table. */
START_TEST(test_bisect_refuses_rows)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_reader *reader;
	mmr_split *rows;
	uint64_t off = 99;

	ck_assert_int_eq(mmr_open_memory("a,1\nb,2\n", 8, &reader), 0);
	ck_assert_int_eq(mmr_split_rows(',', &rows), 0);
	scan.records = rows;
	ck_assert_int_eq(
		mmr_bisect(reader, &scan, NULL, mmr_slice_of("b"), MMR_BOUND_LOWER, &off), -EINVAL);
	ck_assert_uint_eq(off, 99);
	mmr_split_close(rows);
	mmr_close(reader);
}
END_TEST

static mmr_slice wanted_text(int number, char text[64])
{
	return (mmr_slice){text, (size_t)snprintf(text, 64, "2024-%06d", number)};
}

/* --- Disorder --------------------------------------------------------------------------------- */

static int key_at(const struct sorted *sorted, uint64_t off)
{
	size_t i;

	for (i = 0; i < sorted->n; i++)
		if (sorted->lines[i].off == off)
			return sorted->lines[i].key;
	ck_abort_msg("no line with a key starts at %llu", (unsigned long long)off);
}

/* Searches a file whose lines are not in order. Returns: whether that was noticed. */
static bool search_disorder(const struct sorted *sorted, int number)
{
	uint64_t off = UINT64_MAX, second;
	unsigned long long first;
	mmr_reader *reader;
	const char *at;
	char text[64];
	int found;

	ck_assert_int_eq(mmr_open_memory(sorted->bytes, sorted->len, &reader), 0);
	found = mmr_bisect(reader, NULL, &form, wanted_text(number, text), MMR_BOUND_LOWER, &off);
	mmr_close(reader);
	if (off != sorted->len)
		key_at(sorted, off);
	if (found != MMR_EORDER) {
		ck_assert_int_eq(found, 1);
		return false;
	}
	/* The message has two lines that are indeed not in order. */
	second = mmr_last_error_offset();
	at = strstr(mmr_last_error(), "the key at byte ");
	ck_assert_msg(
		at && sscanf(at, "the key at byte %llu", &first) == 1, "%s", mmr_last_error());
	ck_assert_uint_lt(first, second);
	ck_assert_int_gt(key_at(sorted, first), key_at(sorted, second));
	return true;
}

START_TEST(test_bisect_reports_disorder)
{
	struct chance chance = {5};
	size_t noticed = 0, i;

	for (i = 0; i < 300; i++) {
		struct sorted sorted = draw(&chance, 100 + chance_below(&chance, 3000));
		int number = (int)chance_below(&chance, (size_t)sorted.last + 1);

		ck_assert(!search_disorder(&sorted, number));
		sorted.lines[chance_below(&chance, sorted.n)].key =
			(int)chance_below(&chance, 900000);
		write_lines(&sorted);
		noticed += search_disorder(&sorted, number);
		draw_end(&sorted);
	}
	/* In so small files, single lines are often met. */
	ck_assert_uint_gt(noticed, 30);
	ck_assert_uint_lt(noticed, 270);
}
END_TEST

/* The first and the last key are compared in any case. */
START_TEST(test_bisect_compares_the_ends)
{
	struct chance chance = {6};
	size_t i;

	for (i = 0; i < 100; i++) {
		struct sorted sorted = draw(&chance, 100 + chance_below(&chance, 3000));

		sorted.lines[i % 2 ? 0 : sorted.n - 1].key = i % 2 ? 900000 : 0;
		write_lines(&sorted);
		ck_assert(search_disorder(
			&sorted, (int)chance_below(&chance, (size_t)sorted.last + 1)));
		draw_end(&sorted);
	}
}
END_TEST

/* --- Failures --------------------------------------------------------------------------------- */

#define KEY(...) \
	{ \
		.struct_size = sizeof(mmr_key), __VA_ARGS__ \
	}

static int find_nothing(void *context, mmr_slice line, mmr_slice *ret_key)
{
	(void)context, (void)line, (void)ret_key;
	return 0;
}

static int compare_nothing(void *context, mmr_slice a, mmr_slice b)
{
	(void)context, (void)a, (void)b;
	return 0;
}

static int fail_to_find(void *context, mmr_slice line, mmr_slice *ret_key)
{
	(void)context, (void)line, (void)ret_key;
	return -ENOTTY;
}

static void must_refuse(
	mmr_reader *reader, const mmr_key *key, mmr_slice wanted, enum mmr_bound bound, int want)
{
	uint64_t off = 77;

	ck_assert_int_eq(mmr_bisect(reader, NULL, key, wanted, bound, &off), want);
	ck_assert_uint_eq(off, 77);
}

START_TEST(test_bisect_refuses_wrong_options)
{
	const mmr_key wrong[] = {KEY(.kind = MMR_KEY_FUNCTION), KEY(.kind = MMR_KEY_REGEX),
		KEY(.kind = (enum mmr_key_kind)9), {.struct_size = 4},
		KEY(.kind = MMR_KEY_LINE, .find = find_nothing),
		KEY(.kind = MMR_KEY_FORM, .numeric = true),
		KEY(.kind = MMR_KEY_LINE, .numeric = true, .prefix = true),
		KEY(.kind = MMR_KEY_LINE, .numeric = true, .compare = compare_nothing),
		KEY(.kind = MMR_KEY_LINE, .prefix = true, .compare = compare_nothing)};
	const mmr_key number = KEY(.kind = MMR_KEY_LINE, .numeric = true),
		      failing = KEY(.kind = MMR_KEY_FUNCTION, .find = fail_to_find);
	mmr_slice some = mmr_slice_of("1");
	char *large = malloc(MMR_KEY_ROOM + 1);
	struct piped piped;
	mmr_reader *reader;
	size_t i;

	memset(large, 'x', MMR_KEY_ROOM + 1);
	ck_assert_int_eq(mmr_open_memory("1\n", 2, &reader), 0);
	for (i = 0; i < ARRAY_LEN(wrong); i++)
		must_refuse(reader, &wrong[i], some, MMR_BOUND_LOWER, -EINVAL);
	must_refuse(reader, NULL, some, (enum mmr_bound)2, -EINVAL);
	must_refuse(reader, NULL, (mmr_slice){large, MMR_KEY_ROOM + 1}, MMR_BOUND_LOWER, -EINVAL);
	must_refuse(reader, &form, (mmr_slice){NULL, 0}, MMR_BOUND_LOWER, -EINVAL);
	must_refuse(reader, &number, mmr_slice_of("nan"), MMR_BOUND_LOWER, -EINVAL);
	must_refuse(reader, &number, mmr_slice_of("x"), MMR_BOUND_LOWER, -EINVAL);
	must_refuse(reader, &failing, some, MMR_BOUND_LOWER, -ENOTTY);
	mmr_close(reader);
	piped = piped_open(some, 0, false);
	must_refuse(piped.reader, NULL, some, MMR_BOUND_LOWER, -ESPIPE);
	piped_close(&piped);
	free(large);
}
END_TEST

START_TEST(test_bisect_reports_truncation)
{
	struct chance chance = {7};
	struct sorted sorted = draw(&chance, 50000);
	struct temp temp = temp_open(sorted.bytes, sorted.len);
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	uint64_t off = 77;
	char text[64];

	temp_resize(&temp, 5000);
	ck_assert_int_eq(mmr_bisect(reader, NULL, &form, wanted_text(sorted.last / 2, text),
				 MMR_BOUND_LOWER, &off),
		MMR_ETRUNCATED);
	ck_assert_uint_eq(off, 77);
	mmr_close(reader);
	temp_close(&temp);
	draw_end(&sorted);
}
END_TEST

static Suite *bisect_faults_suite(void)
{
	Suite *suite = suite_create("bisect_faults");

	ADD_CASE(suite, "faults", test_bisect_reports_disorder, test_bisect_compares_the_ends,
		test_bisect_refuses_wrong_options, test_bisect_reports_truncation,
		test_bisect_refuses_rows);
	return suite;
}

CHECK_MAIN(bisect_faults_suite)
