/* lines.c - the lines of a slice, forward and backward, and the line around a byte
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#define N_FLAG_COMBINATIONS 4

/* Finds the line that starts at `from`, byte by byte. Returns: the start of the next line, or the
 * end of the bytes. */
static size_t naive_line(
	mmr_slice bytes, size_t from, char delimiter, unsigned flags, mmr_slice *ret_line)
{
	size_t at = from;

	while (at < bytes.len && bytes.ptr[at] != delimiter)
		at++;
	ret_line->ptr = bytes.ptr + from;
	ret_line->len = at - from;
	if (at == bytes.len)
		return at;
	if (flags & MMR_LINES_KEEP)
		ret_line->len++;
	else if ((flags & MMR_LINES_CRLF) && at > from && bytes.ptr[at - 1] == '\r')
		ret_line->len--;
	return at + 1;
}

static void must_be_lines(mmr_slice bytes, char delimiter, unsigned flags, const char *name)
{
	/* The lines, for the check in the other direction. */
	static mmr_slice lines[40000];
	mmr_lines it = mmr_lines_of_flags(bytes, delimiter, flags);
	mmr_reverse_lines back = mmr_reverse_lines_of_flags(bytes, delimiter, flags);
	mmr_slice line = {NULL, 0}, mark = {"mark", 4};
	size_t from = 0, n = 0;

#define CASE "%s, %zu bytes, delimiter %d, flags %u: line %zu", name, bytes.len, delimiter, flags, n

	while (from < bytes.len) {
		mmr_slice rest = mmr_lines_rest(&it);

		MUST(n < ARRAY_LEN(lines), "too many lines for this test");
		MUST(rest.ptr == bytes.ptr + from && rest.len == bytes.len - from, CASE);
		from = naive_line(bytes, from, delimiter, flags, &lines[n]);
		MUST(mmr_lines_next(&it, &line), CASE);
		MUST(line.ptr == lines[n].ptr && line.len == lines[n].len, CASE);
		n++;
	}
	line = mark;
	MUST(!mmr_lines_next(&it, &line), CASE);
	MUST(!mmr_lines_next(&it, &line), CASE);
	MUST(line.ptr == mark.ptr && line.len == mark.len, CASE);
	MUST(mmr_lines_rest(&it).len == 0, CASE);
	MUST(mmr_lines_error(&it) == 0, CASE);
	while (n-- > 0) {
		MUST(mmr_reverse_lines_next(&back, &line), CASE);
		MUST(line.ptr == lines[n].ptr && line.len == lines[n].len, CASE);
	}
	line = mark;
	MUST(!mmr_reverse_lines_next(&back, &line), CASE);
	MUST(!mmr_reverse_lines_next(&back, &line), CASE);
	MUST(line.ptr == mark.ptr && line.len == mark.len, CASE);
	MUST(mmr_reverse_lines_error(&back) == 0, CASE);
#undef CASE
}

START_TEST(test_lines_examples)
{
	static const struct {
		const char *text, *lines; /* lines joined by '|' */
		unsigned flags;
	} cases[] = {
		{"", "", 0},
		{"\n", "|", 0},
		{"\n\n", "||", 0},
		{"a", "a|", 0},
		{"a\n", "a|", 0},
		{"a\nb", "a|b|", 0},
		{"a\nb\n", "a|b|", 0},
		{"\na\n\nb", "|a||b|", 0},
		{"a\nb", "a\n|b|", MMR_LINES_KEEP},
		{"a\r\nb\r\n", "a\r|b\r|", 0},
		{"a\r\nb\r\n", "a|b|", MMR_LINES_CRLF},
		{"a\r\nb\r", "a|b\r|", MMR_LINES_CRLF},
		{"\r\n\r\r\n", "|\r|", MMR_LINES_CRLF},
		{"a\r\nb\r\n", "a\r\n|b\r\n|", MMR_LINES_KEEP | MMR_LINES_CRLF},
		{"a\rb\n", "a\rb|", MMR_LINES_CRLF},
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		mmr_slice bytes = mmr_slice_of(cases[i].text), line;
		mmr_lines it = mmr_lines_of_flags(bytes, '\n', cases[i].flags);
		mmr_reverse_lines back = mmr_reverse_lines_of_flags(bytes, '\n', cases[i].flags);
		char joined[64] = "", mirrored[64] = "";

		while (mmr_lines_next(&it, &line)) {
			strncat(joined, line.ptr, line.len);
			strcat(joined, "|");
		}
		while (mmr_reverse_lines_next(&back, &line)) {
			memmove(mirrored + line.len + 1, mirrored, strlen(mirrored) + 1);
			memcpy(mirrored, line.ptr, line.len);
			mirrored[line.len] = '|';
		}
		ck_assert_str_eq(joined, cases[i].lines);
		ck_assert_str_eq(mirrored, cases[i].lines);
	}
}
END_TEST

START_TEST(test_lines_of_every_short_text)
{
	static const char alphabet[] = {'\n', '\r', 'x'};
	char text[8];
	size_t len, code, i, rest;
	unsigned flags;

	/* All 3^0 + ... + 3^7 of them. */
	for (len = 0; len <= 7; len++) {
		size_t n_codes = 1;

		for (i = 0; i < len; i++)
			n_codes *= 3;
		for (code = 0; code < n_codes; code++) {
			for (i = 0, rest = code; i < len; i++, rest /= 3)
				text[i] = alphabet[rest % 3];
			for (flags = 0; flags < N_FLAG_COMBINATIONS; flags++)
				must_be_lines((mmr_slice){text, len}, '\n', flags, "short");
		}
	}
	must_be_lines((mmr_slice){NULL, 0}, '\n', 0, "NULL");
}
END_TEST

START_TEST(test_lines_next_to_guard_pages)
{
	struct fence fence = fence_open(4096);
	struct chance chance = {51};
	size_t len, shift;

	for (len = 0; len <= 257; len++) {
		for (shift = 0; shift <= 64; shift++) {
			mmr_slice before = {fence.stop - shift - len, len};
			mmr_slice after = {fence.start + shift, len};

			memset(fence.start, '\n', 400);
			memset(fence.stop - 400, '\n', 400);
			chance_fill(
				&chance, fence.stop - shift - len, len, mmr_slice_of("\n\rabcd"));
			chance_fill(&chance, fence.start + shift, len, mmr_slice_of("\n\rabcd"));
			must_be_lines(before, '\n', shift % N_FLAG_COMBINATIONS, "before a fence");
			must_be_lines(
				after, '\n', (shift + 1) % N_FLAG_COMBINATIONS, "after a fence");
		}
	}
	fence_close(&fence);
}
END_TEST

START_TEST(test_lines_at_batch_boundaries)
{
	/* Offsets at which the iterator reads its next batch, and one between them. */
	static const size_t edges[] = {256, 1280, 5376, 9472, 20480};
	static const mmr_slice alphabets[] = {
		{"\n\rabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP", 44}, {"\n\r", 2}};
	struct fence fence = fence_open(20600);
	struct chance chance = {52};
	size_t i, len, k;

	for (i = 0; i < ARRAY_LEN(edges); i++) {
		for (len = edges[i] - 3; len <= edges[i] + 3; len++) {
			mmr_slice bytes = {fence.stop - len, len};
			char *text = fence.stop - len;

			/* One delimiter next to an edge, one more as far from the end, and random
			 * ones. */
			for (k = edges[i] - 3; k < len; k++) {
				memset(text, '\r', len);
				text[k] = '\n';
				must_be_lines(bytes, '\n', MMR_LINES_CRLF, "one");
				text[len - 1 - k] = '\n';
				must_be_lines(bytes, '\n', 0, "two");
			}
			for (k = 0; k < 4; k++) {
				chance_fill(&chance, text, len, alphabets[k % 2]);
				must_be_lines(bytes, '\n', (unsigned)k, "many");
			}
		}
	}
	fence_close(&fence);
}
END_TEST

START_TEST(test_lines_of_every_delimiter)
{
	char text[700];
	struct chance chance = {53};
	mmr_slice any = {NULL, 0}, bytes = {text, sizeof(text)};
	int byte;

	for (byte = 0; byte < 256; byte++) {
		char few[4] = {(char)byte, '\r', 0, (char)0xff};

		chance_fill(&chance, text, sizeof(text), any);
		must_be_lines(bytes, (char)byte, 0, "random");
		chance_fill(&chance, text, sizeof(text), (mmr_slice){few, 4});
		must_be_lines(bytes, (char)byte, MMR_LINES_CRLF, "few");
	}
}
END_TEST

static void lines_on_backing(const struct setting *setting, void *arg)
{
	mmr_slice bytes = mmr_bytes(setting->reader), line;
	mmr_lines it = mmr_lines_of_flags(bytes, '\n', MMR_LINES_KEEP);
	mmr_reverse_lines back = mmr_reverse_lines_of(bytes, '\n');
	char *joined = malloc(setting->bytes.len + 1);
	size_t done = 0;
	unsigned flags;

	(void)arg;
	while (mmr_lines_next(&it, &line)) {
		MUST(line.len > 0 && line.len <= setting->bytes.len - done, "%s", setting->name);
		memcpy(joined + done, line.ptr, line.len);
		done += line.len;
	}
	if (setting->addressable) {
		/* Concatenated lines with their terminators are the input. */
		MUST(done == setting->bytes.len &&
				(done == 0 || memcmp(joined, setting->bytes.ptr, done) == 0),
			"%s: concatenated lines are not the input", setting->name);
		for (flags = 0; flags < N_FLAG_COMBINATIONS; flags++)
			must_be_lines(bytes, '\n', flags, setting->name);
	} else {
		MUST(done == 0 && mmr_lines_error(&it) == MMR_ENOMAP, "%s: forward", setting->name);
		MUST(!mmr_reverse_lines_next(&back, &line), "%s: backward", setting->name);
		MUST(mmr_reverse_lines_error(&back) == MMR_ENOMAP, "%s", setting->name);
	}
	free(joined);
}

START_TEST(test_lines_on_every_backing)
{
	static char text[60013];
	static const size_t sizes[] = {0, 1, 16384, 60013};
	struct chance chance = {54};
	size_t i, shape;

	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		for (shape = 0; shape < 3; shape++) {
			mmr_slice alphabets[] = {
				{"\nx\r", 3}, {NULL, 0}, {"\nabcdefghijklmnopqrstuvwxyz\0\r", 29}};

			chance_fill(&chance, text, sizes[i], alphabets[shape]);
			on_every_backing((mmr_slice){text, sizes[i]}, lines_on_backing, NULL);
		}
	}
}
END_TEST

/* --- The line around a byte --- */

/* Asks for the line around its first byte, its last one, and each `step`-th one. */
static void must_be_around(mmr_slice bytes, char delimiter, size_t step, const char *name)
{
	mmr_slice wanted, line;
	size_t from, next, off;

	for (from = 0; from < bytes.len; from = next) {
		next = naive_line(bytes, from, delimiter, MMR_LINES_KEEP, &wanted);
		for (off = from; off < next; off += off + step < next ? step : 1) {
			MUST(mmr_line_around(bytes, off, delimiter, &line) == 0, "%s: %s", name,
				mmr_last_error());
			MUST(line.ptr == wanted.ptr && line.len == wanted.len,
				"%s, %zu bytes: %zu bytes from %zu around %zu", name, bytes.len,
				line.len, (size_t)(line.ptr - bytes.ptr), off);
		}
	}
	line = wanted = (mmr_slice){"mark", 4};
	MUST(mmr_line_around(bytes, bytes.len, delimiter, &line) == -ERANGE, "%s", name);
	MUST(mmr_line_around(bytes, SIZE_MAX, delimiter, &line) == -ERANGE, "%s", name);
	MUST(line.ptr == wanted.ptr && line.len == wanted.len, "%s: the output was touched", name);
}

START_TEST(test_line_around_every_byte)
{
	static const char *const texts[] = {"", "\n", "\n\n", "a", "a\n", "a\nb", "\na\n\nb"};
	struct fence fence = fence_open(4096);
	struct chance chance = {56};
	char text[700];
	size_t len, i;

	for (i = 0; i < ARRAY_LEN(texts); i++)
		must_be_around(mmr_slice_of(texts[i]), '\n', 1, "short");
	must_be_around((mmr_slice){NULL, 0}, '\n', 1, "NULL");
	for (len = 0; len <= 257; len++) {
		/* Bytes outside of the slice belong to no line of it. */
		memset(fence.start, 'x', 600);
		memset(fence.stop - 600, 'x', 600);
		chance_fill(&chance, fence.start, len, mmr_slice_of("\nabcdefg"));
		chance_fill(&chance, fence.stop - len, len, mmr_slice_of("\nabcdefg"));
		must_be_around((mmr_slice){fence.start, len}, '\n', 1, "after a fence");
		must_be_around((mmr_slice){fence.stop - len, len}, '\n', 1, "before a fence");
	}
	for (i = 0; i < 256; i++) {
		char few[2] = {(char)i, (char)(i + 1)};

		chance_fill(&chance, text, sizeof(text), (mmr_slice){NULL, 0});
		must_be_around((mmr_slice){text, sizeof(text)}, (char)i, 1, "random");
		chance_fill(&chance, text, sizeof(text), (mmr_slice){few, 2});
		must_be_around((mmr_slice){text, sizeof(text)}, (char)i, 1, "few");
	}
	fence_close(&fence);
}
END_TEST

/* The delimiters are as far from the byte as the batches of a search reach. */
START_TEST(test_line_around_at_batch_boundaries)
{
	static const size_t edges[] = {256, 1280, 5376, 9472};
	static char text[20000];
	size_t i, before, after;
	mmr_slice line;

	for (i = 0; i < ARRAY_LEN(edges) * ARRAY_LEN(edges) * 49; i++) {
		before = edges[i / 49 % 4] - 3 + i % 7;
		after = edges[i / 49 / 4] - 3 + i / 7 % 7;
		memset(text, 'x', sizeof(text));
		text[10000 - before] = text[10000 + after] = '\n';
		MUST(mmr_line_around((mmr_slice){text, sizeof(text)}, 10000, '\n', &line) == 0,
			"%s", mmr_last_error());
		MUST(line.ptr == text + 10001 - before && line.len == before + after,
			"%zu before, %zu after", before, after);
	}
}
END_TEST

/* Every slice of a short text: the lines of its first and of its last byte, and all between. */
static void must_be_around_slices(mmr_slice bytes)
{
	mmr_slice line, first, last, slice;
	size_t from, len, next;

	for (from = 0; from < bytes.len; from++) {
		for (len = 0; len <= bytes.len - from; len++) {
			slice = (mmr_slice){bytes.ptr + from, len};
			for (next = 0; next <= from;)
				next = naive_line(bytes, next, '\n', MMR_LINES_KEEP, &first);
			last = first;
			while (next < from + len)
				next = naive_line(bytes, next, '\n', MMR_LINES_KEEP, &last);
			MUST(mmr_line_around_slice(bytes, slice, '\n', &line) == 0, "%s",
				mmr_last_error());
			MUST(line.ptr == first.ptr && line.ptr + line.len == last.ptr + last.len,
				"%zu bytes from %zu of %zu", len, from, bytes.len);
		}
	}
}

START_TEST(test_line_around_every_slice)
{
	struct chance chance = {57};
	char text[60];
	size_t len;

	for (len = 1; len <= sizeof(text); len++) {
		chance_fill(&chance, text, len, mmr_slice_of("\nabc"));
		must_be_around_slices((mmr_slice){text, len});
	}
}
END_TEST

START_TEST(test_line_around_other_slices)
{
	static const char text[] = "xone\ntwo\nx";
	mmr_slice bytes = {text + 1, 8}, line = {"mark", 4}, wanted = line;
	const mmr_slice others[] = {{text, 1}, {text, 3}, {text + 9, 0}, {text + 8, 2},
		{text + 9, 1}, {text + 1, 9}, {text + 1, SIZE_MAX}, {text + 4, SIZE_MAX - 2},
		{NULL, 0}, {(const char *)&bytes, 4}, {(const char *)others, 4}};
	mmr_needle needle = mmr_needle_of(mmr_slice_of("w"));
	mmr_matches it = mmr_matches_of(bytes, &needle);
	size_t i;

	for (i = 0; i < ARRAY_LEN(others); i++)
		MUST(mmr_line_around_slice(bytes, others[i], '\n', &line) == -ERANGE, "%zu", i);
	ck_assert_mem_eq(&line, &wanted, sizeof(line));
	ck_assert_int_eq(mmr_line_around_slice((mmr_slice){NULL, 0}, bytes, '\n', &line), -ERANGE);
	ck_assert(mmr_matches_next(&it, &wanted));
	ck_assert_int_eq(mmr_line_around_slice(bytes, wanted, '\n', &line), 0);
	ck_assert(mmr_slice_equal(line, mmr_slice_of("two\n")));
}
END_TEST

static void around_on_backing(const struct setting *setting, void *arg)
{
	mmr_slice bytes = mmr_bytes(setting->reader), line;

	(void)arg;
	if (setting->addressable)
		must_be_around(bytes, '\n', 37, setting->name);
	else
		MUST(mmr_line_around(bytes, 0, '\n', &line) == MMR_ENOMAP &&
				mmr_line_around_slice(bytes, bytes, '\n', &line) == MMR_ENOMAP,
			"%s", setting->name);
}

START_TEST(test_line_around_on_every_backing)
{
	static char text[60013];
	struct chance chance = {57};
	size_t i;

	for (i = 0; i < 3; i++) {
		chance_fill(&chance, text, sizeof(text), (mmr_slice){NULL, 0});
		/* The last line is longer than some batches. */
		memset(text + 50000, 'x', 10000);
		if (i == 2)
			memset(text, 'x', sizeof(text));
		on_every_backing((mmr_slice){text, i * 30000}, around_on_backing, NULL);
		on_every_backing((mmr_slice){text, sizeof(text)}, around_on_backing, NULL);
	}
}
END_TEST

START_TEST(test_line_around_in_a_truncated_file)
{
	static char text[(size_t)1 << 18];
	mmr_slice line = {"mark", 4}, bytes;
	size_t half = sizeof(text) / 2;
	struct temp temp;
	mmr_reader *reader;

	ck_assert_int_eq(mmr_guard_install(), 0);
	memset(text, 'x', sizeof(text));
	text[20] = '\n';
	temp = temp_open(text, sizeof(text));
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	bytes = mmr_bytes(reader);
	/* The end of the line is lost, then its start. */
	temp_resize(&temp, half);
	ck_assert_int_eq(mmr_line_around(bytes, half - 1, '\n', &line), MMR_ETRUNCATED);
	ck_assert_uint_eq(mmr_last_error_offset(), half);
	ck_assert(strstr(mmr_last_error(), temp.path));
	ck_assert_str_eq(line.ptr, "mark");
	ck_assert_int_eq(mmr_line_around(bytes, 7, '\n', &line), 0);
	ck_assert_uint_eq(line.len, 21);
	temp_resize(&temp, 0);
	ck_assert_int_eq(mmr_line_around(bytes, half, '\n', &line), MMR_ETRUNCATED);
	ck_assert_uint_eq(line.len, 21);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* A mapped file of lines "012345\r\n", which is truncated after the first line was returned. */
struct lost {
	struct temp temp;
	mmr_reader *reader;
	mmr_slice bytes; /* its last ones */
	mmr_lines it;
	mmr_reverse_lines back;
};

static struct lost lost_open(size_t len)
{
	static char text[(size_t)1 << 18];
	struct lost lost;
	size_t i;

	for (i = 0; i < sizeof(text); i += 8)
		memcpy(text + i, "012345\r\n", 8);
	lost.temp = temp_open(text, sizeof(text));
	lost.reader = temp_reader(&lost.temp, MMR_BACKING_MAPPED);
	lost.bytes = mmr_slice_cut(mmr_bytes(lost.reader), -(int64_t)len, MMR_END);
	lost.it = mmr_lines_of_flags(lost.bytes, '\n', MMR_LINES_CRLF);
	lost.back = mmr_reverse_lines_of_flags(lost.bytes, '\n', MMR_LINES_CRLF);
	return lost;
}

static bool lost_next(struct lost *lost, bool backward, mmr_slice *ret_line)
{
	return backward ? mmr_reverse_lines_next(&lost->back, ret_line)
			: mmr_lines_next(&lost->it, ret_line);
}

static int lost_error(const struct lost *lost, bool backward)
{
	return backward ? mmr_reverse_lines_error(&lost->back) : mmr_lines_error(&lost->it);
}

/* One refill finds the ends of `len` / 8 lines and the \r before each. They are returned without an
 * access to the file. The next refill is the next access. */
static void must_end_after(size_t len, size_t n_found, bool backward)
{
	struct lost lost = lost_open(len);
	mmr_slice line = {NULL, 0}, mark = {"mark", 4};
	size_t n;
	int err;

	for (n = 0; n < n_found; n++) {
		MUST(lost_next(&lost, backward, &line), "%zu of %zu lines", n, n_found);
		MUST(line.ptr == lost.bytes.ptr + 8 * (backward ? len / 8 - 1 - n : n), "%zu", n);
		MUST(line.len == 6, "%zu: %zu bytes", n, line.len);
		temp_resize(&lost.temp, 4096);
	}
	line = mark;
	MUST(!lost_next(&lost, backward, &line) && !lost_next(&lost, backward, &line), "%zu", n);
	MUST(line.ptr == mark.ptr && line.len == mark.len, "%zu", n);
	err = lost_error(&lost, backward);
	MUST(err == (n_found == len / 8 ? 0 : MMR_ETRUNCATED), "%d after %zu of %zu bytes", err,
		8 * n_found, len);
	mmr_close(lost.reader);
	temp_close(&lost.temp);
}

START_TEST(test_lines_in_a_truncated_file)
{
	ck_assert_int_eq(mmr_guard_install(), 0);
	must_end_after(24, 3, false);
	must_end_after(24, 3, true);
	/* The first refill examines 256 bytes. Backward, it finds the delimiter before the first of
	 * 31 lines. */
	must_end_after((size_t)1 << 17, 32, false);
	must_end_after((size_t)1 << 17, 31, true);
}
END_TEST

START_TEST(test_lines_copy_resumes_at_its_position)
{
	static char text[30000];
	struct chance chance = {55};
	mmr_slice bytes = {text, sizeof(text)}, line, again;
	uint64_t heap = heap_in_use(), peak = mmr_heap_peak();
	mmr_lines it, bookmark;
	mmr_reverse_lines back, back_mark;
	size_t n;

	chance_fill(&chance, text, sizeof(text), mmr_slice_of("\nabcdefg"));
	it = mmr_lines_of(bytes, '\n');
	back = mmr_reverse_lines_of(bytes, '\n');
	for (;;) {
		bookmark = it;
		if (!mmr_lines_next(&it, &line))
			break;
		for (n = 0; n < 20 && mmr_lines_next(&bookmark, &again); n++)
			MUST(n > 0 || (again.ptr == line.ptr && again.len == line.len), "forward");
	}
	for (;;) {
		back_mark = back;
		if (!mmr_reverse_lines_next(&back, &line))
			break;
		for (n = 0; n < 20 && mmr_reverse_lines_next(&back_mark, &again); n++)
			MUST(n > 0 || (again.ptr == line.ptr && again.len == line.len), "backward");
	}
	/* Neither the iteration nor a copy of it allocates. */
	ck_assert_uint_eq(mmr_heap_bytes(), heap);
	ck_assert_uint_eq(mmr_heap_peak(), peak);
}
END_TEST

START_TEST(test_lines_struct_sizes_are_as_documented)
{
	ck_assert_uint_le(sizeof(mmr_slice), 16);
	ck_assert_uint_le(sizeof(mmr_positions), 576);
	ck_assert_uint_le(sizeof(mmr_lines), 616);
	ck_assert_uint_le(sizeof(mmr_reverse_lines), 624);
}
END_TEST

static Suite *lines_suite(void)
{
	Suite *suite = suite_create("lines");

	ADD_CASE(suite, "core", test_lines_examples, test_lines_of_every_short_text,
		test_lines_of_every_delimiter, test_lines_on_every_backing,
		test_lines_copy_resumes_at_its_position, test_line_around_every_byte,
		test_line_around_on_every_backing);
	ADD_CASE(suite, "limits", test_lines_next_to_guard_pages, test_lines_at_batch_boundaries,
		test_line_around_at_batch_boundaries, test_line_around_every_slice,
		test_line_around_other_slices, test_lines_struct_sizes_are_as_documented);
	ADD_CASE(suite, "faults", test_line_around_in_a_truncated_file,
		test_lines_in_a_truncated_file);
	return suite;
}

CHECK_MAIN(lines_suite)
