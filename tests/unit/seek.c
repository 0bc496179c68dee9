/* seek.c - moves forward or backward by lines from an offset
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
	for (i = 0; i < bytes.len; i++)
		if (i == 0 || bytes.ptr[i - 1] == delimiter)
			table.starts[table.n++] = i;
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
		for (i = 0; i < ARRAY_LEN(extremes); i++)
			must_seek(setting, table, line, extremes[i]);
	}
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
		must_seek(setting, table, table->n, -line);
	}
	must_seek(setting, table, table->n, -1);
	must_seek(setting, table, table->n, -table->n);
	must_seek(setting, table, table->n, -table->n - 1);
	must_seek(setting, table, 0, table->n);
	must_seek(setting, table, 0, INT64_MAX);
	must_seek(setting, table, table->n, INT64_MIN);
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

/* Seeking in a range of bytes ignores lines outside of it. */
START_TEST(test_seek_in_a_range)
{
	static char text[300];
	struct chance chance = {74};
	mmr_scan_options bad = MMR_SCAN_OPTIONS_INIT;
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
		/* An offset outside of the range is like the closer end of the range. */
		MUST(mmr_line_seek(reader, 0, 0, &table.scan, &off) == 0 && off == start,
			"before the range");
		MUST(mmr_line_seek(reader, sizeof(text), 0, &table.scan, &off) == 0 &&
				off == start + len,
			"after the range");
		free(table.starts);
	}
	/* A range of lines is refused. */
	off = 99;
	bad.first_line = 1;
	ck_assert_int_eq(mmr_line_seek(reader, 0, 1, &bad, &off), -EINVAL);
	bad.first_line = 0;
	bad.n_lines = 5;
	ck_assert_int_eq(mmr_line_seek(reader, 0, 1, &bad, &off), -EINVAL);
	bad.n_lines = MMR_REST;
	bad.struct_size--;
	ck_assert_int_eq(mmr_line_seek(reader, 0, 1, &bad, &off), -EINVAL);
	ck_assert_uint_eq(off, 99);
	mmr_close(reader);
}
END_TEST

START_TEST(test_seek_in_a_truncated_file)
{
	static char text[MIB];
	uint64_t off = 99;
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
		ck_assert_uint_eq(off, 99);
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
		test_seek_in_a_range);
	ADD_CASE(suite, "faults", test_seek_in_a_truncated_file);
	return suite;
}

CHECK_MAIN(seek_suite)
