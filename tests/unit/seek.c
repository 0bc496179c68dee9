/* seek.c - moves by lines from an offset, and finds the line of an offset and its number
 *
 * The oracle is a table of the starts of lines, made one byte at a time. The last entry is the end
 * of the file.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#define MIB ((size_t)1 << 20)

struct table {
	uint64_t *starts; /* n + 1 offsets: the last is the size */
	int64_t n;
	uint64_t n_delimiters;
	mmr_scan_options scan;
	struct chance chance;
};

static struct table table_of(mmr_slice bytes, char delimiter)
{
	struct table table = {.starts = malloc((bytes.len + 2) * sizeof(uint64_t)),
		.scan = MMR_SCAN_OPTIONS_INIT,
		.chance = {71}};
	size_t i;

	table.scan.delimiter = delimiter;
	for (i = 0; i < bytes.len; i++) {
		if (i == 0 || bytes.ptr[i - 1] == delimiter)
			table.starts[table.n++] = i;
		table.n_delimiters += bytes.ptr[i] == delimiter;
	}
	table.starts[table.n] = bytes.len;
	return table;
}

static void must_seek(
	const struct setting *setting, const struct table *table, int64_t line, int64_t n_lines)
{
	uint64_t off = UINT64_MAX, want;
	int err = mmr_line_seek(setting->reader, table->starts[line], n_lines, &table->scan, &off);

	if (n_lines >= 0)
		want = table->starts[n_lines < table->n - line ? line + n_lines : table->n];
	else
		want = table->starts[n_lines > -line ? line + n_lines : 0];
	MUST(err == 0, "%s: %s", setting->name, mmr_last_error());
	MUST(off == want, "%s: line %lld of %lld, %lld lines on: %llu, should be %llu",
		setting->name, (long long)line, (long long)table->n, (long long)n_lines,
		(unsigned long long)off, (unsigned long long)want);
}

/* Checks the line with a number. */
static void must_be_found(const struct setting *setting, const struct table *table, int64_t line)
{
	mmr_slice found = {NULL, 99};
	uint64_t number = (uint64_t)line, start;
	int err = mmr_line_find(setting->reader, number, &table->scan, &found);

	if (!setting->addressable) {
		MUST(err == MMR_ENOMAP && found.len == 99, "%s: line %lld without addresses",
			setting->name, (long long)line);
		return;
	}
	if (line >= table->n) {
		MUST(err == -ERANGE && found.len == 99, "%s: line %lld of %lld", setting->name,
			(long long)line, (long long)table->n);
		return;
	}
	start = table->starts[line];
	MUST(err == 0 && found.ptr == mmr_bytes(setting->reader).ptr + start &&
			found.len == table->starts[line + 1] - start,
		"%s: line %lld: %zu bytes; %s", setting->name, (long long)line, found.len,
		mmr_last_error());
}

/* Checks the bounds and the number of the line that contains `off`. */
static void must_be_in(
	const struct setting *setting, const struct table *table, int64_t line, uint64_t off)
{
	uint64_t start = 99, stop = 99, number = 99;
	int err = mmr_line_bounds(setting->reader, off, &table->scan, &start, &stop);

	if (err == 0)
		err = mmr_line_number(setting->reader, off, &table->scan, &number);
	MUST(err == 0, "%s: %s", setting->name, mmr_last_error());
	MUST(start == table->starts[line] && stop == table->starts[line + 1],
		"%s: line %lld, offset %llu: from %llu to %llu", setting->name, (long long)line,
		(unsigned long long)off, (unsigned long long)start, (unsigned long long)stop);
	MUST(number == (uint64_t)line, "%s: line %lld, offset %llu: %llu", setting->name,
		(long long)line, (unsigned long long)off, (unsigned long long)number);
}

static void must_be_outside(const struct setting *setting, const struct table *table, uint64_t off)
{
	uint64_t start = 77, stop = 88, number = 99, end = table->starts[table->n];

	MUST(mmr_line_bounds(setting->reader, off, &table->scan, &start, &stop) == -ERANGE,
		"%s: bounds at %llu", setting->name, (unsigned long long)off);
	MUST(start == 77 && stop == 88, "%s: the outputs were touched", setting->name);
	if (off != end) {
		MUST(mmr_line_number(setting->reader, off, &table->scan, &number) == -ERANGE,
			"%s: number at %llu", setting->name, (unsigned long long)off);
		MUST(number == 99, "%s: the output was touched", setting->name);
		return;
	}
	MUST(mmr_line_number(setting->reader, off, &table->scan, &number) == 0 &&
			number == table->n_delimiters,
		"%s: number at the end: %llu", setting->name, (unsigned long long)number);
}

/* Checks the lines of all offsets, and of some outside of the range. */
static void must_be_lines(const struct setting *setting, const struct table *table)
{
	uint64_t end = table->starts[table->n], off;
	int64_t line;

	for (line = 0; line < table->n; line++)
		for (off = table->starts[line]; off < table->starts[line + 1]; off++)
			must_be_in(setting, table, line, off);
	for (off = 0; off < table->scan.offset; off++)
		must_be_outside(setting, table, off);
	for (off = end; off < end + 3; off++)
		must_be_outside(setting, table, off);
	must_be_outside(setting, table, UINT64_MAX);
}

static void must_be_random_lines(const struct setting *setting, struct table *table)
{
	int64_t line;
	uint64_t off;
	size_t i;

	for (i = 0; i < 20; i++) {
		line = (int64_t)chance_below(&table->chance, (size_t)table->n);
		off = table->starts[line];
		table->scan.n_threads = i % 2 ? 4 : 1;
		must_be_in(setting, table, line, off);
		off += chance_below(&table->chance, (size_t)(table->starts[line + 1] - off));
		must_be_in(setting, table, line, off);
		must_be_in(setting, table, line, table->starts[line + 1] - 1);
	}
	must_be_outside(setting, table, table->starts[table->n]);
	table->scan.n_threads = 0;
}

static void seek_from_everywhere(const struct setting *setting, void *arg)
{
	static const int64_t extremes[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX, 1000000, -1000000};
	const struct table *table = arg;
	int64_t line, n_lines;
	uint64_t off;
	size_t i;

	for (line = 0; line <= table->n; line++) {
		for (n_lines = -table->n - 2; n_lines <= table->n + 2; n_lines++)
			must_seek(setting, table, line, n_lines);
		must_be_found(setting, table, line);
		for (i = 0; i < ARRAY_LEN(extremes); i++)
			must_seek(setting, table, line, extremes[i]);
	}
	must_be_lines(setting, table);
	/* An offset after the end is like the end. */
	MUST(mmr_line_seek(setting->reader, UINT64_MAX, 0, &table->scan, &off) == 0 &&
			off == setting->bytes.len,
		"%s: from after the end", setting->name);
	MUST(mmr_line_seek(setting->reader, setting->bytes.len + 1, -1, &table->scan, &off) == 0 &&
			off == table->starts[table->n > 0 ? table->n - 1 : 0],
		"%s: the last line from after the end", setting->name);
}

START_TEST(test_seek_in_small_files)
{
	static const char *const texts[] = {"", "\n", "a", "a\n", "\n\n", "a\nb", "a\nb\n",
		"\na\n\nb\n\n", "one\ntwo\nthree\nfour", "\n\n\n\nx"};
	struct chance chance = {72};
	char text[300];
	size_t i;

	for (i = 0; i < ARRAY_LEN(texts) + 20; i++) {
		mmr_slice bytes = {text, chance_below(&chance, sizeof(text))};
		struct table table;

		chance_fill(&chance, text, sizeof(text), mmr_slice_of("\nabcdefghijklmno"));
		if (i < ARRAY_LEN(texts))
			bytes = mmr_slice_of(texts[i]);
		table = table_of(bytes, i % 5 == 4 ? 'a' : '\n');
		on_every_backing(bytes, seek_from_everywhere, &table);
		free(table.starts);
	}
}
END_TEST

static void seek_at_random(const struct setting *setting, void *arg)
{
	struct table *table = arg;
	int64_t line, reach;
	size_t i;

	for (i = 0; i < 60; i++) {
		line = (int64_t)chance_below(&table->chance, (size_t)table->n + 1);
		reach = i % 2 ? table->n + 10 : 50;
		must_seek(setting, table, line,
			(int64_t)chance_below(&table->chance, (size_t)reach) - reach / 2);
		/* From either end to every line. */
		must_seek(setting, table, 0, line);
		must_be_found(setting, table, line);
		must_seek(setting, table, table->n, -line);
	}
	must_seek(setting, table, table->n, -1);
	must_seek(setting, table, table->n, -table->n);
	must_seek(setting, table, table->n, -table->n - 1);
	must_seek(setting, table, 0, table->n);
	must_seek(setting, table, 0, INT64_MAX);
	must_seek(setting, table, table->n, INT64_MIN);
	must_be_random_lines(setting, table);
}

START_TEST(test_seek_across_blocks)
{
	static char text[5 * MIB + 77];
	struct chance chance = {73};
	size_t i, shape;

	ck_assert_int_eq(mmr_guard_install(), 0);
	for (shape = 0; shape < 3; shape++) {
		mmr_slice bytes = {text, sizeof(text)};
		struct table table;

		/* Short lines, a few lines that are longer than a block, and a last line with a
		 * delimiter. */
		memset(text, 'x', sizeof(text));
		for (i = 0; i < (shape == 1 ? 4 : 60000); i++)
			text[chance_below(&chance, sizeof(text))] = '\n';
		text[2 * MIB - 1] = text[3 * MIB] = '\n';
		if (shape == 2)
			text[sizeof(text) - 1] = '\n';
		table = table_of(bytes, '\n');
		on_every_backing(bytes, seek_at_random, &table);
		free(table.starts);
	}
}
END_TEST

static void locate_the_middle(const struct setting *setting, void *arg)
{
	struct table *table = arg;
	unsigned i;

	for (i = 0; i < 4; i++) {
		table->scan.n_threads = i % 2 ? 4 : 1;
		table->scan.io_mode = i / 2 ? MMR_IO_MAP : MMR_IO_READ;
		must_be_in(setting, table, 1, 5 * MIB + 333);
	}
}

/* The delimiters are as far from the offset as windows and the scans of a search reach. */
START_TEST(test_seek_line_at_the_ends_of_scans)
{
	static const size_t edges[] = {MIB / 16, MIB / 8, 2 * MIB, 4 * MIB + MIB / 16};
	static char text[10 * MIB];
	size_t i, before, after;

	ck_assert_int_eq(mmr_guard_install(), 0);
	for (i = 0; i < 12; i++) {
		mmr_slice bytes = {text, sizeof(text)};
		struct table table;

		before = edges[i / 3] - 1 + i % 3;
		after = edges[i * 5 % 12 / 3] - 1 + i * 5 % 3;
		memset(text, 'x', sizeof(text));
		text[5 * MIB + 333 - before] = text[5 * MIB + 333 + after] = '\n';
		table = table_of(bytes, '\n');
		on_every_backing(bytes, locate_the_middle, &table);
		free(table.starts);
	}
}
END_TEST

/* Seeking in a range of bytes ignores lines outside of it. */
START_TEST(test_seek_in_a_range)
{
	static char text[300];
	struct chance chance = {74};
	mmr_reader *reader;
	uint64_t off = 99;
	size_t i;

	chance_fill(&chance, text, sizeof(text), mmr_slice_of("\nabcdefg"));
	ck_assert_int_eq(mmr_open_memory(text, sizeof(text), &reader), 0);
	for (i = 0; i < 50; i++) {
		size_t start = chance_below(&chance, sizeof(text) + 1);
		size_t len = chance_below(&chance, sizeof(text) + 1 - start);
		struct table table = table_of((mmr_slice){text + start, len}, '\n');
		struct setting setting = {"range", reader, {text, sizeof(text)}, true};
		int64_t line, n_lines;

		table.scan.offset = start;
		table.scan.length = len;
		table.scan.n_threads = 1 + (unsigned)i % 3;
		for (line = 0; line <= table.n; line++)
			table.starts[line] += start;
		for (line = 0; line <= table.n; line++)
			for (n_lines = -table.n - 2; n_lines <= table.n + 2; n_lines++)
				must_seek(&setting, &table, line, n_lines);
		for (line = 0; line <= table.n; line++)
			must_be_found(&setting, &table, line);
		must_be_lines(&setting, &table);
		/* An offset outside of the range is like the closer end of the range. */
		MUST(mmr_line_seek(reader, 0, 0, &table.scan, &off) == 0 && off == start,
			"before the range");
		MUST(mmr_line_seek(reader, sizeof(text), 0, &table.scan, &off) == 0 &&
				off == start + len,
			"after the range");
		free(table.starts);
	}
	mmr_close(reader);
}
END_TEST

/* A range of lines is refused. */
START_TEST(test_seek_with_wrong_options)
{
	mmr_scan_options bad[3] = {
		MMR_SCAN_OPTIONS_INIT, MMR_SCAN_OPTIONS_INIT, MMR_SCAN_OPTIONS_INIT};
	uint64_t off = 99, other = 99;
	mmr_reader *reader;
	size_t i;

	bad[0].first_line = 1;
	bad[1].n_lines = 5;
	bad[2].struct_size--;
	ck_assert_int_eq(mmr_open_memory("one\ntwo\n", 8, &reader), 0);
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_int_eq(mmr_line_seek(reader, 0, 1, &bad[i], &off), -EINVAL);
		ck_assert_int_eq(mmr_line_bounds(reader, 0, &bad[i], &off, &other), -EINVAL);
		ck_assert_int_eq(mmr_line_number(reader, 0, &bad[i], &off), -EINVAL);
	}
	ck_assert_uint_eq(off, 99);
	ck_assert_uint_eq(other, 99);
	mmr_close(reader);
}
END_TEST

START_TEST(test_seek_in_a_truncated_file)
{
	static char text[MIB];
	uint64_t off = 99, other = 99;
	struct temp temp;
	mmr_reader *reader;
	int way;

	memset(text, '\n', sizeof(text));
	for (way = 0; way < 2; way++) {
		temp = temp_open(text, sizeof(text));
		reader = temp_reader(&temp, MMR_BACKING_MAPPED);
		temp_resize(&temp, 500000);
		ck_assert_int_eq(
			mmr_line_seek(reader, way ? MIB : 0, way ? -900000 : 900000, NULL, &off),
			MMR_ETRUNCATED);
		ck_assert_int_eq(
			mmr_line_bounds(reader, 700000, NULL, &off, &other), MMR_ETRUNCATED);
		ck_assert_int_eq(mmr_line_number(reader, 700000, NULL, &off), MMR_ETRUNCATED);
		ck_assert_uint_eq(off, 99);
		ck_assert_uint_eq(other, 99);
		mmr_close(reader);
		temp_close(&temp);
		/* First with copies, then with the map. */
		ck_assert_int_eq(mmr_guard_install(), 0);
	}
}
END_TEST

static Suite *seek_suite(void)
{
	Suite *suite = suite_create("seek");

	ADD_CASE(suite, "core", test_seek_in_small_files, test_seek_across_blocks,
		test_seek_line_at_the_ends_of_scans, test_seek_in_a_range,
		test_seek_with_wrong_options);
	ADD_CASE(suite, "faults", test_seek_in_a_truncated_file);
	return suite;
}

CHECK_MAIN(seek_suite)
