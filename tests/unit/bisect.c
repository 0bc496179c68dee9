/* bisect.c - searches for keys in sorted files, compared with a walk over all lines
 *
 * The lines of a file are written with their keys: numbers that never decrease, in several forms,
 * between lines without a key. So the oracle needs no parser.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <stdio.h>

#define MIB ((size_t)1 << 20)

/* The longest line without a key. */
#define LONGEST ((size_t)100 << 10)

/* --- Files ------------------------------------------------------------------------------------ */

/* A form of lines with keys, and a form of those without. */
struct form {
	const char *name;
	mmr_key key;
	const char *regex;  /* NULL: none */
	const char *wanted; /* formats of printf(3) for one number */
	const char *keyed;
	const char *keyless; /* NULL: all lines have keys */
};

/* The key after the last '#', for FUNCTION. `context` counts the calls. */
static int find_after_mark(void *context, mmr_slice line, mmr_slice *ret_key)
{
	size_t at = line.len;

	if (context)
		++*(size_t *)context;
	while (at > 0 && line.ptr[at - 1] != '#')
		at--;
	if (at == 0)
		return 0;
	*ret_key = (mmr_slice){line.ptr + at, line.len - at};
	return 1;
}

/* The order of numbers, found without a parser: of the length, then of the bytes. */
static int compare_lengths(void *context, mmr_slice a, mmr_slice b)
{
	(void)context;
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return memcmp(a.ptr, b.ptr, a.len);
}

#define KEY(...) \
	{ \
		.struct_size = sizeof(mmr_key), __VA_ARGS__ \
	}

static const struct form forms[] = {
	{"line", KEY(.kind = MMR_KEY_LINE), NULL, "%06d", "%06d", NULL},
	{"prefix of line", KEY(.kind = MMR_KEY_LINE, .prefix = true), NULL, "%06d", "%06d and more",
		NULL},
	{"form", KEY(.kind = MMR_KEY_FORM), NULL, "2024-%06d", "2024-%06d INFO text",
		"\tat a.b(%d)"},
	{"form", KEY(.kind = MMR_KEY_FORM), NULL, "[b%06d", "[b%06d] text", "Caused by: 2024-%06d"},
	{"fields", KEY(.kind = MMR_KEY_FIELD, .field = 1, .separator = ' '), NULL, "%06d",
		"  a \t %06d b c ", " %06d "},
	{"cells", KEY(.kind = MMR_KEY_FIELD, .field = 2, .separator = ';'), NULL, "%06d",
		"a;;%06d;b", "a;%06d"},
	{"numbers", KEY(.kind = MMR_KEY_FIELD, .field = 0, .separator = ',', .numeric = true), NULL,
		"%d.25", " %d.25,x", "1e%dx,2"},
	{"whole numbers", KEY(.kind = MMR_KEY_FIELD, .field = 1, .separator = ' ', .numeric = true),
		NULL, "+%d", "x %d", "x y%d"},
	{"expression", KEY(.kind = MMR_KEY_REGEX), "t=(\\d+)", "%06d", "a t=%06d t=3", "%d t=x"},
	{"whole match", KEY(.kind = MMR_KEY_REGEX, .numeric = true), "\\d+$", "%d", "a 3 t=%d",
		"%d."},
	{"function", KEY(.kind = MMR_KEY_FUNCTION, .find = find_after_mark), NULL, "%06d", "a#%06d",
		"no mark %d"},
	{"order",
		KEY(.kind = MMR_KEY_FUNCTION, .find = find_after_mark, .compare = compare_lengths),
		NULL, "%d", "a#9#%d", "%d"},
};

/* A file, and the lines with keys in it. */
struct sorted {
	const struct form *form;
	mmr_key key;
	char delimiter;
	char *bytes;
	size_t len, room;
	struct line {
		int key;
		uint64_t off;
	} * lines;
	size_t n;
	int last; /* key */
	struct chance chance;
};

static void add_bytes(struct sorted *sorted, const char *bytes, size_t len)
{
	ck_assert_uint_le(len, sorted->room - sorted->len);
	memcpy(sorted->bytes + sorted->len, bytes, len);
	sorted->len += len;
}

static void add_line(struct sorted *sorted, const char *format, int number, size_t padding)
{
	char text[128];
	int len;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	len = snprintf(text, sizeof(text), format, number);
#pragma GCC diagnostic pop
	add_bytes(sorted, text, (size_t)len);
	/* Not where it would belong to the key. */
	for (; padding > 0 && format == sorted->form->keyless; padding--)
		add_bytes(sorted, " ", 1);
	add_bytes(sorted, &sorted->delimiter, 1);
}

static void draw_end(struct sorted *sorted)
{
	free(sorted->bytes);
	free(sorted->lines);
}

/* Writes a file of up to `size` bytes. Some have long lines, or many lines with one key. */
static void draw(struct sorted *sorted, size_t size)
{
	struct chance *chance = &sorted->chance;
	size_t keyless = chance_below(chance, 5), step = chance_below(chance, 4) + 1;
	bool has_long = chance_below(chance, 4) == 0;
	int key = (int)chance_below(chance, 20);

	if (sorted->room < size + LONGEST + 200) {
		draw_end(sorted);
		sorted->room = size + LONGEST + 200;
		sorted->bytes = malloc(sorted->room);
		sorted->lines = malloc((size / 4 + 2) * sizeof(*sorted->lines));
	}
	sorted->len = sorted->n = 0;
	while (sorted->len < size) {
		bool without = sorted->form->keyless && chance_below(chance, 6) < keyless;

		if (without) {
			size_t padding = has_long && chance_below(chance, 20) == 0
						 ? chance_below(chance, LONGEST)
						 : 0;

			add_line(sorted, sorted->form->keyless, (int)chance_below(chance, 1000),
				padding);
			continue;
		}
		key += (int)chance_below(chance, step);
		sorted->lines[sorted->n++] = (struct line){key, sorted->len};
		add_line(sorted, sorted->form->keyed, key, 0);
	}
	sorted->last = key;
	if (sorted->len > 0 && chance_below(chance, 2))
		sorted->len--;
}

/* --- The oracle ------------------------------------------------------------------------------- */

static uint64_t bound_of(
	const struct sorted *sorted, size_t first, int wanted, enum mmr_bound bound, uint64_t stop)
{
	size_t i;

	for (i = first; i < sorted->n && sorted->lines[i].off < stop; i++)
		if (sorted->lines[i].key > wanted ||
			(sorted->lines[i].key == wanted && bound == MMR_BOUND_LOWER))
			return sorted->lines[i].off;
	return stop;
}

static mmr_slice wanted_text(const struct sorted *sorted, int number, char text[64])
{
	int len;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	len = snprintf(text, 64, sorted->form->wanted, number);
#pragma GCC diagnostic pop
	return (mmr_slice){text, (size_t)len};
}

/* Searches for one key in the range from the start of line `first` on. */
static void must_find(const struct setting *setting, const struct sorted *sorted,
	const mmr_scan_options *scan, size_t first, int number, enum mmr_bound bound)
{
	uint64_t off = 99, stop = min_u64(setting->bytes.len - scan->offset, scan->length), want;
	bool any;
	char text[64];
	int found = mmr_bisect(setting->reader, scan, &sorted->key,
		wanted_text(sorted, number, text), bound, &off);

	stop += scan->offset;
	any = first < sorted->n && sorted->lines[first].off < stop;
	want = bound_of(sorted, first, number, bound, stop);
	MUST(found >= 0, "%s, %s: %s", setting->name, sorted->form->name, mmr_last_error());
	MUST(found == any && off == want,
		"%s, %s: key %s, bound %d of %zu bytes with %zu keys from %llu to %llu: %d, %llu, "
		"should be %d, %llu",
		setting->name, sorted->form->name, text, bound, sorted->len, sorted->n,
		(unsigned long long)scan->offset, (unsigned long long)stop, found,
		(unsigned long long)off, any, (unsigned long long)want);
}

static void search_each(const struct setting *setting, void *arg)
{
	struct sorted *sorted = arg;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	size_t i, first;

	scan.delimiter = sorted->delimiter;
	must_find(setting, sorted, &scan, 0, 0, MMR_BOUND_LOWER);
	must_find(setting, sorted, &scan, 0, sorted->last, MMR_BOUND_UPPER);
	for (i = 0; i < 6; i++) {
		int number = (int)chance_below(&sorted->chance, (size_t)sorted->last + 2);

		must_find(setting, sorted, &scan, 0, number, i % 2);
		if (sorted->n == 0)
			continue;
		/* A range that starts with a line. */
		first = chance_below(&sorted->chance, sorted->n);
		scan.offset = sorted->lines[first].off;
		if (i > 2)
			scan.length = chance_below(
				&sorted->chance, (size_t)(sorted->len - scan.offset) + 1);
		/* It must not end in a key. */
		while (scan.length < sorted->len - scan.offset && scan.length > 0 &&
			sorted->bytes[scan.offset + scan.length - 1] != sorted->delimiter)
			scan.length--;
		must_find(setting, sorted, &scan, first, number, i % 2);
		scan.offset = 0;
		scan.length = MMR_REST;
	}
}

static void search_drawn(uint64_t seed, size_t n_files, size_t size)
{
	struct sorted sorted = {.chance = {seed}};
	mmr_regex_options how = MMR_REGEX_OPTIONS_INIT;
	mmr_regex *regex;
	size_t i;

	for (i = 0; i < n_files; i++) {
		sorted.form = &forms[i % ARRAY_LEN(forms)];
		if (sorted.form->regex && !is_built_with_pcre2())
			continue;
		sorted.key = sorted.form->key;
		sorted.delimiter = chance_below(&sorted.chance, 4) == 0 ? '\0' : '\n';
		how.delimiter = sorted.delimiter;
		regex = NULL;
		if (sorted.form->regex)
			ck_assert_int_eq(
				mmr_regex_compile(mmr_slice_of(sorted.form->regex), &how, &regex),
				0);
		sorted.key.regex = regex;
		draw(&sorted, chance_below(&sorted.chance, size));
		on_every_backing((mmr_slice){sorted.bytes, sorted.len}, search_each, &sorted);
		mmr_regex_close(regex);
	}
	draw_end(&sorted);
}

START_TEST(test_bisect_in_small_files)
{
	search_drawn(1, 960, 300);
}
END_TEST

START_TEST(test_bisect_in_larger_files)
{
	search_drawn(2, 48, 100 * 1024);
}
END_TEST

/* --- Records ---------------------------------------------------------------------------------- */

/* Records that begin with the lines with keys have the same bounds as these lines. */
static void search_records(const struct setting *setting, void *arg)
{
	struct sorted *sorted = arg;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_split *records;
	size_t i;

	ck_assert_int_eq(mmr_split_compile(mmr_slice_of("2024-"), '\n', &records), 0);
	scan.records = records;
	for (i = 0; i < 10; i++)
		must_find(setting, sorted, &scan, 0,
			(int)chance_below(&sorted->chance, (size_t)sorted->last + 2), i % 2);
	mmr_split_close(records);
}

START_TEST(test_bisect_in_records)
{
	struct sorted sorted = {.form = &forms[2], .delimiter = '\n', .chance = {3}};
	size_t i;

	sorted.key = sorted.form->key;
	for (i = 0; i < 40; i++) {
		draw(&sorted, chance_below(&sorted.chance, i % 2 ? 300 : 100 * 1024));
		on_every_backing((mmr_slice){sorted.bytes, sorted.len}, search_records, &sorted);
	}
	draw_end(&sorted);
}
END_TEST

/* --- Long lines, and few reads ---------------------------------------------------------------- */

/* One line with a key between long lines, or at an end of one. */
START_TEST(test_bisect_passes_long_lines)
{
	static const char *const lines[] = {"5 a\n", "7 b\n"};
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	size_t len = 3 * MIB, at, i;
	char *bytes = malloc(len + 8), text[2] = "";
	mmr_key key = MMR_KEY_INIT;
	mmr_reader *reader;
	uint64_t off;

	key.kind = MMR_KEY_FORM;
	for (at = 0; at <= len; at += MIB - 1) {
		memset(bytes, '.', len + 8);
		if (at > 0)
			bytes[at - 1] = '\n';
		memcpy(bytes + at, lines[0], 4);
		memcpy(bytes + len + 4, lines[1], 4);
		bytes[len + 3] = '\n';
		ck_assert_int_eq(mmr_open_memory(bytes, len + 8, &reader), 0);
		for (i = 4; i < 9; i++) {
			text[0] = (char)('0' + i);
			ck_assert_int_eq(mmr_bisect(reader, &scan, &key, mmr_slice_of(text),
						 MMR_BOUND_LOWER, &off),
				1);
			ck_assert_uint_eq(off, i <= 5 ? at : i <= 7 ? len + 4 : len + 8);
		}
		mmr_close(reader);
	}
	free(bytes);
}
END_TEST

/* A key after MMR_KEY_ROOM bytes is not found; one that reaches beyond is cut. */
START_TEST(test_bisect_cuts_lines)
{
	size_t len = 2 * MMR_KEY_ROOM + 2, i;
	char *bytes = malloc(len);
	mmr_key key = KEY(.kind = MMR_KEY_FUNCTION, .find = find_after_mark);
	mmr_reader *reader;
	uint64_t off;
	int found;

	for (i = MMR_KEY_ROOM - 2; i <= MMR_KEY_ROOM; i++) {
		memset(bytes, '.', len);
		memcpy(bytes + i, "#55\n", 4);
		ck_assert_int_eq(mmr_open_memory(bytes, len, &reader), 0);
		found = mmr_bisect(reader, NULL, &key, mmr_slice_of("5"), MMR_BOUND_LOWER, &off);
		ck_assert_int_eq(found, i < MMR_KEY_ROOM);
		/* The key is "5", or empty. */
		ck_assert_uint_eq(off, i + 2 == MMR_KEY_ROOM ? 0 : len);
		mmr_close(reader);
	}
	free(bytes);
}
END_TEST

START_TEST(test_bisect_reads_few_lines)
{
	struct sorted sorted = {.form = &forms[10], .delimiter = '\n', .chance = {4}};
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	struct setting setting = {.name = "memory"};
	size_t n_calls, i;

	sorted.key = sorted.form->key;
	sorted.key.context = &n_calls;
	draw(&sorted, 4 * MIB);
	setting.bytes = (mmr_slice){sorted.bytes, sorted.len};
	ck_assert_int_eq(mmr_open_memory(sorted.bytes, sorted.len, &setting.reader), 0);
	ck_assert_uint_gt(sorted.n, 100000);
	for (i = 0; i < 50; i++) {
		n_calls = 0;
		must_find(&setting, &sorted, &scan, 0,
			(int)chance_below(&sorted.chance, (size_t)sorted.last + 2), i % 2);
		/* Reads of the last 16 KiB, of the last half, and of eight halvings. */
		ck_assert_uint_le(n_calls, 2 * (16384 / 8) + 8 * 20);
	}
	mmr_close(setting.reader);
	draw_end(&sorted);
}
END_TEST

/* --- Numbers ---------------------------------------------------------------------------------- */

/* Numbers in order. Some differ by less than the precision of a double, or exceed its range. */
START_TEST(test_bisect_compares_numbers)
{
	static const char *const numbers[] = {"-inf", "-1e400", "-9223372036854775809",
		"-9223372036854775808", "-9223372036854775807", "-1e3", "-2.5", "-2", "-1.5",
		"-0.5", "0", "0.5", "1", "1.5", "9007199254740992", "9007199254740993",
		"9223372036854775806", "9223372036854775807", "9223372036854775808", "1e300",
		"1e400", "inf"};
	/* Equal to the one before: its double is. */
	static const char *const equal[] = {"-1e400", "-9223372036854775808", "1e400", "inf"};
	mmr_key key = KEY(.kind = MMR_KEY_LINE, .numeric = true);
	char bytes[1024];
	size_t len = 0, offs[ARRAY_LEN(numbers)], i, j;
	mmr_reader *reader;
	uint64_t off;

	for (i = 0; i < ARRAY_LEN(numbers); i++) {
		offs[i] = len;
		for (j = 0; j < ARRAY_LEN(equal); j++)
			if (strcmp(numbers[i], equal[j]) == 0 && strcmp(equal[j], "1e400") != 0)
				offs[i] = offs[i - 1];
		len += (size_t)snprintf(
			bytes + len, sizeof(bytes) - len, " %s\r\nnan\n\n", numbers[i]);
	}
	ck_assert_int_eq(mmr_open_memory(bytes, len, &reader), 0);
	for (i = 0; i < ARRAY_LEN(numbers); i++) {
		ck_assert_int_eq(mmr_bisect(reader, NULL, &key, mmr_slice_of(numbers[i]),
					 MMR_BOUND_LOWER, &off),
			1);
		MUST(off == offs[i], "%s: %llu, should be %zu", numbers[i], (unsigned long long)off,
			offs[i]);
	}
	mmr_close(reader);
}
END_TEST

/* --- Forms ------------------------------------------------------------------------------------ */

START_TEST(test_bisect_compares_forms)
{
	static const struct {
		const char *wanted;
		uint64_t off;
	} cases[] = {{"a00", 0}, {"A00", 0}, {"Z99", 0}, {"a11", 13}, {"b05", 13}, {"b06", 17},
		{"b07", 21}, {"b1", 21}, {"b10-", 21}, {"b13", 37}, {"c01", 37}, {"c02", 40},
		{"b12-1", 40}};
	/* The lines with keys for most of these start at 0, 13, 17, 21 and 37. */
	const char *bytes = "a10\na-1\nabcd\nb05\nb06\nb12-\nat x.y:1 0\nc01";
	mmr_key key = KEY(.kind = MMR_KEY_FORM);
	mmr_reader *reader;
	uint64_t off;
	size_t i;

	ck_assert_int_eq(mmr_open_memory(bytes, strlen(bytes), &reader), 0);
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		MUST(mmr_bisect(reader, NULL, &key, mmr_slice_of(cases[i].wanted), MMR_BOUND_LOWER,
			     &off) >= 0,
			"%s", mmr_last_error());
		MUST(off == cases[i].off, "%s: %llu", cases[i].wanted, (unsigned long long)off);
	}
	mmr_close(reader);
}
END_TEST

static Suite *bisect_suite(void)
{
	Suite *suite = suite_create("bisect");

	ADD_CASE(suite, "core", test_bisect_in_small_files, test_bisect_in_larger_files,
		test_bisect_in_records, test_bisect_compares_numbers, test_bisect_compares_forms);
	ADD_CASE(suite, "limits", test_bisect_passes_long_lines, test_bisect_cuts_lines,
		test_bisect_reads_few_lines);
	return suite;
}

CHECK_MAIN(bisect_suite)
