/* fault_slices.c - calls that scan a slice: count, find, compare, numbers in text, positions,
 * lines, fields
 *
 * SPDX-License-Identifier: MIT */
#include "fault_scene.h"

#include <string.h>

static int count(const struct scene *scene)
{
	uint64_t n = 0;
	int err = mmr_slice_count(scene->bytes, '\n', &n);

	return judge(err, n == scene_lines(scene));
}

static int select_last(const struct scene *scene)
{
	size_t off = 0;
	int err = mmr_slice_select(scene->bytes, '\n', scene_lines(scene) - 1, &off);

	return judge(err, err == 1 && off == scene->bytes.len - 1);
}

static int compare(const struct scene *scene)
{
	mmr_slice same = {scene->same.ptr, scene->bytes.len};

	return judge_by_reader(scene, mmr_slice_compare(scene->bytes, same) == 0);
}

static int equal(const struct scene *scene)
{
	mmr_slice same = {scene->same.ptr, scene->bytes.len};

	return judge_by_reader(scene, mmr_slice_equal(same, scene->bytes));
}

static int has_prefix(const struct scene *scene)
{
	mmr_slice same = {scene->same.ptr, scene->bytes.len};

	return judge_by_reader(scene, mmr_slice_has_prefix(same, scene->bytes));
}

static int has_suffix(const struct scene *scene)
{
	mmr_slice same = {scene->same.ptr, scene->bytes.len};

	return judge_by_reader(scene, mmr_slice_has_suffix(scene->bytes, same));
}

static int trim(const struct scene *scene)
{
	mmr_slice end = mmr_slice_cut(scene->word, -3, MMR_END); /* "9\r\n" */

	return judge_by_reader(scene, mmr_slice_trim(end).len == 1);
}

static int trim_end(const struct scene *scene)
{
	return judge_by_reader(scene, mmr_slice_trim_end(scene->word).len == FAULT_LINE_LEN - 2);
}

static int trim_start(const struct scene *scene)
{
	mmr_slice end = mmr_slice_cut(scene->word, -2, MMR_END);

	return judge_by_reader(scene, mmr_slice_trim_start(end).len == 0);
}

static int number(const struct scene *scene)
{
	int64_t value = 0;
	int err = mmr_slice_to_i64(mmr_slice_cut(scene->word, 2, 4), &value);

	return judge(err, value == 71);
}

static int number_u64(const struct scene *scene)
{
	uint64_t value = 0;
	int err = mmr_slice_to_u64(mmr_slice_cut(scene->word, 2, 4), &value);

	return judge(err, value == 71);
}

static int number_f64(const struct scene *scene)
{
	double value = 0;
	int err = mmr_slice_to_f64(mmr_slice_cut(scene->word, 2, 4), &value);

	return judge(err, value > 70.5 && value < 71.5);
}

static int number_decimal(const struct scene *scene)
{
	mmr_decimal value = {.digits = 0};
	int err = mmr_slice_to_decimal(mmr_slice_cut(scene->word, 2, 4), &value);

	return judge(err, value.digits == 71 && value.exponent == 0);
}

static int find_text(const struct scene *scene, const char *text, bool back)
{
	mmr_needle needle = mmr_needle_of(mmr_slice_of(text));
	mmr_matches it = mmr_matches_of(scene->bytes, &needle);
	mmr_slice match;
	uint64_t n = 0;

	while (back ? mmr_matches_next_back(&it, &match) : mmr_matches_next(&it, &match))
		n++;
	return judge(mmr_matches_error(&it), n == scene_lines(scene));
}

static int find(const struct scene *scene)
{
	return find_text(scene, "needle", false);
}

static int find_back(const struct scene *scene)
{
	return find_text(scene, "needle", true);
}

/* Parts of the text occur everywhere, but the whole text never does: the search becomes linear. */
static int find_linear(const struct scene *scene)
{
	char text[1024];
	mmr_slice slice = {text, sizeof(text)}, match;
	mmr_needle needle;
	mmr_matches it;

	fault_fill(0, text, sizeof(text));
	text[sizeof(text) / 2] = 'n';
	needle = mmr_needle_of(slice);
	it = mmr_matches_of(scene->bytes, &needle);
	if (mmr_matches_next(&it, &match))
		return WRONG;
	return mmr_matches_error(&it);
}

static int positions(const struct scene *scene)
{
	mmr_positions it = mmr_positions_of(scene->bytes, ',');
	const char *at;
	uint64_t n = 0;

	while (mmr_positions_next(&it, &at))
		n++;
	return judge(mmr_positions_error(&it), n == 3 * scene_lines(scene));
}

static int marks_back(const struct scene *scene)
{
	mmr_positions it = mmr_positions_of_set(scene->bytes, mmr_slice_of("7\n"));
	const char *at;
	uint64_t n = 0;

	while (mmr_positions_next_back(&it, &at))
		n++;
	return judge(mmr_positions_error(&it), n == 2 * scene_lines(scene));
}

static int walk_lines(const struct scene *scene, mmr_lines it, size_t wanted)
{
	mmr_slice line;
	uint64_t n = 0;

	while (mmr_lines_next(&it, &line)) {
		if (line.len != wanted)
			return WRONG;
		n++;
	}
	return judge(mmr_lines_error(&it), n == scene_lines(scene));
}

static int lines(const struct scene *scene)
{
	return walk_lines(scene, mmr_lines_of(scene->bytes, '\n'), FAULT_LINE_LEN - 1);
}

static int lines_crlf(const struct scene *scene)
{
	return walk_lines(
		scene, mmr_lines_of_flags(scene->bytes, '\n', MMR_LINES_CRLF), FAULT_LINE_LEN - 2);
}

static int lines_batched(const struct scene *scene)
{
	mmr_lines it = mmr_lines_of_flags(scene->bytes, '\n', MMR_LINES_CRLF);
	mmr_line_batch batch;
	uint64_t n = 0;

	while (mmr_lines_next_batch(&it, &batch)) {
		if (batch.first != scene->bytes.ptr + n * FAULT_LINE_LEN)
			return WRONG;
		n += batch.n;
	}
	return judge(mmr_lines_error(&it), n == scene_lines(scene));
}

static int lines_filled(const struct scene *scene)
{
	mmr_lines it = mmr_lines_of(scene->bytes, '\n');
	mmr_slice lines[37];
	uint64_t n = 0;
	size_t got, i;

	do {
		got = mmr_lines_fill(&it, lines, ARRAY_LEN(lines));
		for (i = 0; i < got; i++)
			if (lines[i].ptr != scene->bytes.ptr + n++ * FAULT_LINE_LEN)
				return WRONG;
	} while (got == ARRAY_LEN(lines));
	return judge(mmr_lines_error(&it), n == scene_lines(scene));
}

/* Pairs of lines: from one byte of the first to one of the second. */
static int lines_around_slices(const struct scene *scene)
{
	size_t off = 0;
	mmr_slice slice, pair;
	int err;

	do {
		slice = (mmr_slice){scene->bytes.ptr + off + 3, FAULT_LINE_LEN};
		err = mmr_line_around_slice(scene->bytes, slice, '\n', &pair);
		if (err < 0)
			return err;
		if (pair.ptr != scene->bytes.ptr + off || pair.len != 2 * FAULT_LINE_LEN)
			return WRONG;
		off += FAULT_LINE_LEN;
	} while (off + FAULT_LINE_LEN < scene->bytes.len);
	return 0;
}

/* The slice is searched as one line. */
static int line_matches(const struct scene *scene)
{
	mmr_pattern patterns[] = {{mmr_slice_of("needle"), false}, {mmr_slice_of("nee+d"), true}};
	mmr_line_matches *it;
	mmr_search *search;
	mmr_slice match;
	uint64_t n = 0;
	int err = mmr_search_compile(patterns, 2, NULL, &search);

	if (err < 0)
		return err;
	err = mmr_line_matches_open(search, &it);
	if (err == 0) {
		err = mmr_line_matches_load(it, scene->bytes);
		while (err == 0 && mmr_line_matches_next(it, &match))
			n += match.len == 6;
		if (err == 0)
			err = mmr_line_matches_error(it);
		mmr_line_matches_close(it);
	}
	mmr_search_close(search);
	return judge(err, n == scene_lines(scene));
}

/* The first pattern is nowhere, so all of the slice is read. */
static int line_test(const struct scene *scene)
{
	mmr_pattern patterns[] = {{mmr_slice_of("no needle"), false}, {mmr_slice_of("e\\z"), true}};
	mmr_line_matches *it;
	mmr_search *search;
	int err = mmr_search_compile(patterns, 2, NULL, &search);

	if (err < 0)
		return err;
	err = mmr_line_matches_open(search, &it);
	if (err == 0) {
		err = mmr_line_matches_test(it, scene->bytes);
		mmr_line_matches_close(it);
	}
	mmr_search_close(search);
	return err < 0 ? err : judge(0, err == 0);
}

static int lines_around(const struct scene *scene)
{
	size_t off = 0;
	mmr_slice line;
	int err;

	do {
		err = mmr_line_around(scene->bytes, off + 3, '\n', &line);
		if (err < 0)
			return err;
		if (line.ptr != scene->bytes.ptr + off || line.len != FAULT_LINE_LEN)
			return WRONG;
		off += FAULT_LINE_LEN;
	} while (off < scene->bytes.len);
	return 0;
}

static int walk_back(const struct scene *scene, mmr_reverse_lines it, size_t wanted)
{
	mmr_slice line;
	uint64_t n = 0;

	while (mmr_reverse_lines_next(&it, &line)) {
		if (line.len != wanted)
			return WRONG;
		n++;
	}
	return judge(mmr_reverse_lines_error(&it), n == scene_lines(scene));
}

static int lines_back(const struct scene *scene)
{
	return walk_back(scene, mmr_reverse_lines_of(scene->bytes, '\n'), FAULT_LINE_LEN - 1);
}

static int lines_back_crlf(const struct scene *scene)
{
	return walk_back(scene, mmr_reverse_lines_of_flags(scene->bytes, '\n', MMR_LINES_CRLF),
		FAULT_LINE_LEN - 2);
}

static int fields(const struct scene *scene)
{
	mmr_fields it = mmr_fields_of(scene->bytes, ',');
	mmr_slice field;
	uint64_t n = 0;

	while (mmr_fields_next(&it, &field))
		n++;
	return judge(mmr_fields_error(&it), n == 3 * scene_lines(scene) + 1);
}

static int table(const struct scene *scene)
{
	mmr_table it = mmr_table_of(scene->bytes, ',');
	mmr_cell cell;
	uint64_t n = 0;

	while (mmr_table_next(&it, &cell)) {
		if (cell.last != (n % 4 == 3) || (cell.last && cell.text.len != 2))
			return WRONG;
		n++;
	}
	return judge(mmr_table_error(&it), n == 4 * scene_lines(scene));
}

static int unquote(const struct scene *scene)
{
	mmr_cell cell = {scene->word, false, false};
	char text[FAULT_LINE_LEN];
	size_t len = 0;
	int err = mmr_cell_unquote(cell, text, &len);

	return judge(err, len == sizeof(text) && memcmp(text, FAULT_LINE, len) == 0);
}

/* Iterates over all lines but the first and the last. */
static int cut_range(const struct scene *scene)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_slice bytes = scene->bytes;
	mmr_range range;
	int err;

	scan.first_line = 1;
	scan.n_lines = scene_lines(scene) - 2;
	range = mmr_range_of(&scan);
	err = mmr_range_cut(&range, &bytes);
	return judge(err, bytes.ptr == scene->bytes.ptr + FAULT_LINE_LEN &&
				  bytes.len == scene->bytes.len - 2 * FAULT_LINE_LEN);
}

/* Chunks are cut without reading them; another call reads them. */
static int chunks(const struct scene *scene)
{
	mmr_chunks it = mmr_chunks_of(scene->bytes, 1000, 0);
	uint64_t n = 0, found;
	mmr_slice chunk;
	int err;

	while (mmr_chunks_next(&it, &chunk)) {
		err = mmr_slice_count(chunk, '\n', &found);
		if (err < 0)
			return err;
		n += found;
	}
	return judge(mmr_chunks_error(&it), n == scene_lines(scene));
}

static int sniff(const struct scene *scene)
{
	mmr_filetype kind = {.mime = ""};
	int err = mmr_filetype_sniff(scene->bytes, &kind);

	return judge(err, strcmp(kind.mime, "text/plain") == 0);
}

const struct row slice_rows[] = {
	{"mmr_slice_count", ROW_SLICE, count},
	{"mmr_slice_select", ROW_SLICE, select_last},
	{"mmr_slice_compare", ROW_SLICE | ROW_NO_CODE, compare},
	{"mmr_slice_equal", ROW_SLICE | ROW_NO_CODE, equal},
	{"mmr_slice_has_prefix", ROW_SLICE | ROW_NO_CODE, has_prefix},
	{"mmr_slice_has_suffix", ROW_SLICE | ROW_NO_CODE, has_suffix},
	{"mmr_slice_trim", ROW_SLICE | ROW_ONCE | ROW_NO_CODE, trim},
	{"mmr_slice_trim_start", ROW_SLICE | ROW_ONCE | ROW_NO_CODE, trim_start},
	{"mmr_slice_trim_end", ROW_SLICE | ROW_ONCE | ROW_NO_CODE, trim_end},
	{"mmr_slice_to_i64", ROW_SLICE | ROW_ONCE, number},
	{"mmr_slice_to_u64", ROW_SLICE | ROW_ONCE, number_u64},
	{"mmr_slice_to_f64", ROW_SLICE | ROW_ONCE, number_f64},
	{"mmr_slice_to_decimal", ROW_SLICE | ROW_ONCE, number_decimal},
	{"mmr_matches_of mmr_matches_next mmr_matches_error", ROW_SLICE, find},
	{"mmr_matches_next_back", ROW_SLICE, find_back},
	{"mmr_matches_of mmr_matches_next", ROW_SLICE | ROW_ONCE, find_linear},
	{"mmr_positions_of mmr_positions_next mmr_positions_error", ROW_SLICE, positions},
	{"mmr_positions_of_set mmr_positions_next_back", ROW_SLICE, marks_back},
	{"mmr_lines_of mmr_lines_next mmr_lines_error", ROW_SLICE, lines},
	{"mmr_lines_of_flags", ROW_SLICE, lines_crlf},
	{"mmr_lines_next_batch", ROW_SLICE, lines_batched},
	{"mmr_lines_fill", ROW_SLICE, lines_filled},
	{"mmr_reverse_lines_of mmr_reverse_lines_next mmr_reverse_lines_error", ROW_SLICE,
		lines_back},
	{"mmr_reverse_lines_of_flags", ROW_SLICE, lines_back_crlf},
	{"mmr_line_around", ROW_SLICE, lines_around},
	{"mmr_line_around_slice", ROW_SLICE, lines_around_slices},
	{"mmr_line_matches_load mmr_line_matches_next mmr_line_matches_error", ROW_SLICE,
		line_matches},
	{"mmr_line_matches_test", ROW_SLICE, line_test},
	{"mmr_fields_of mmr_fields_next mmr_fields_error", ROW_SLICE, fields},
	{"mmr_table_of mmr_table_next mmr_table_error", ROW_SLICE, table},
	{"mmr_cell_unquote", ROW_SLICE | ROW_ONCE | ROW_NO_CODE, unquote},
	{"mmr_filetype_sniff", ROW_SLICE, sniff},
	{"mmr_range_of mmr_range_cut", ROW_SLICE, cut_range},
	{"mmr_chunks_of mmr_chunks_next mmr_chunks_error", ROW_SLICE, chunks},
};
const size_t n_slice_rows = ARRAY_LEN(slice_rows);
