/* fields.c - one line split at a byte
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <unistd.h>

/* Splits byte by byte. Each delimiter ends a field, and one more field follows the last
 * delimiter. */
static void must_split(mmr_slice line, char delimiter, const char *name)
{
	mmr_fields it = mmr_fields_of(line, delimiter);
	mmr_slice field, mark = {"mark", 4};
	size_t from = 0, at, n = 0;

#define CASE "%s, %zu bytes, delimiter %d: field %zu at %zu", name, line.len, delimiter, n, from

	for (at = 0; at <= line.len; at++) {
		if (at < line.len && line.ptr[at] != delimiter)
			continue;
		MUST(mmr_fields_next(&it, &field), CASE);
		MUST(field.len == at - from, CASE);
		MUST(!line.ptr || field.ptr == line.ptr + from, CASE);
		from = at + 1;
		n++;
	}
	field = mark;
	MUST(!mmr_fields_next(&it, &field), CASE);
	MUST(!mmr_fields_next(&it, &field), CASE);
	MUST(field.ptr == mark.ptr && field.len == mark.len, CASE);
	MUST(mmr_fields_error(&it) == 0, CASE);
#undef CASE
}

START_TEST(test_fields_examples)
{
	static const struct {
		const char *line, *fields; /* each field followed by '|' */
	} cases[] = {
		{"", "|"},
		{",", "||"},
		{"a", "a|"},
		{"a,b", "a|b|"},
		{"a,", "a||"},
		{",a", "|a|"},
		{"a,,b", "a||b|"},
		{",,", "|||"},
		{"\"a,b\"", "\"a|b\"|"}, /* quotes have no meaning */
		{"a\r", "a\r|"},
	};
	mmr_slice field;
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		mmr_fields it = mmr_fields_of(mmr_slice_of(cases[i].line), ',');
		char joined[64] = "";

		while (mmr_fields_next(&it, &field))
			strcat(strncat(joined, field.ptr, field.len), "|");
		ck_assert_str_eq(joined, cases[i].fields);
	}
	must_split((mmr_slice){NULL, 0}, ',', "NULL");
}
END_TEST

START_TEST(test_fields_of_every_short_line)
{
	char line[10];
	size_t len, i;
	unsigned bits;

	for (len = 0; len <= 10; len++) {
		for (bits = 0; bits < 1U << len; bits++) {
			for (i = 0; i < len; i++)
				line[i] = (bits >> i) & 1 ? ',' : 'x';
			must_split((mmr_slice){line, len}, ',', "short");
		}
	}
}
END_TEST

START_TEST(test_fields_sizes_at_fences)
{
	struct fence fence = fence_open(4096);
	struct chance chance = {91};
	size_t len, shift;

	for (len = 0; len <= 257; len++) {
		for (shift = 0; shift <= 64; shift++) {
			mmr_slice before = {fence.stop - shift - len, len};
			mmr_slice after = {fence.start + shift, len};

			/* The line is surrounded by delimiters that do not belong to it. */
			memset(fence.start, ';', 4096);
			chance_fill(&chance, fence.stop - shift - len, len, mmr_slice_of(";abc"));
			must_split(before, ';', "before a fence");
			chance_fill(&chance, fence.start + shift, len, mmr_slice_of(";abc"));
			must_split(after, ';', "after a fence");
		}
	}
	fence_close(&fence);
}
END_TEST

START_TEST(test_fields_of_long_lines)
{
	static char line[300007];
	struct chance chance = {92};
	mmr_slice all = {line, sizeof(line)};
	int byte;

	memset(line, ',', sizeof(line));
	must_split(all, ',', "only delimiters");
	must_split(all, ';', "none");
	chance_fill(&chance, line, sizeof(line), (mmr_slice){NULL, 0});
	for (byte = 0; byte < 256; byte += 15)
		must_split(all, (char)byte, "any byte");
	chance_fill(&chance, line, sizeof(line), mmr_slice_of(",ab"));
	must_split(all, ',', "short fields");
}
END_TEST

static void split_on_backing(const struct setting *setting, void *arg)
{
	mmr_slice bytes = mmr_bytes(setting->reader), field = {"mark", 4};
	mmr_fields it = mmr_fields_of(bytes, ',');

	(void)arg;
	if (setting->addressable) {
		must_split(bytes, ',', setting->name);
		return;
	}
	MUST(!mmr_fields_next(&it, &field) && field.len == 4, "%s: a field", setting->name);
	MUST(mmr_fields_error(&it) == MMR_ENOMAP, "%s: no error", setting->name);
}

START_TEST(test_fields_on_every_backing)
{
	static char line[50003];
	struct chance chance = {93};

	chance_fill(&chance, line, sizeof(line), mmr_slice_of(",abcdefgh"));
	on_every_backing((mmr_slice){line, sizeof(line)}, split_on_backing, NULL);
	on_every_backing((mmr_slice){line, 0}, split_on_backing, NULL);
}
END_TEST

START_TEST(test_fields_use_no_heap)
{
	mmr_fields it = mmr_fields_of(mmr_slice_of("a,b,c"), ','), bookmark;
	mmr_slice field;

	ck_assert_uint_le(sizeof(mmr_fields), 608);
	ck_assert(mmr_fields_next(&it, &field));
	bookmark = it;
	while (mmr_fields_next(&it, &field))
		;
	ck_assert(mmr_fields_next(&bookmark, &field));
	ck_assert(mmr_slice_equal(field, mmr_slice_of("b")));
	ck_assert_uint_eq(mmr_heap_peak(), 0);
}
END_TEST

START_TEST(test_fields_truncated)
{
	static char line[100000];
	size_t page = (size_t)sysconf(_SC_PAGESIZE), n = 0;
	mmr_slice field;
	mmr_reader *reader;
	struct temp temp;
	mmr_fields it;

	ck_assert_int_eq(mmr_guard_install(), 0);
	memset(line, 'x', sizeof(line));
	line[9] = ',';
	temp = temp_open(line, sizeof(line));
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	it = mmr_fields_of(mmr_bytes(reader), ',');
	temp_resize(&temp, page);
	/* The incomplete second field is not returned. */
	for (; mmr_fields_next(&it, &field); n++)
		ck_assert_uint_eq(field.len, 9);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(mmr_fields_error(&it), MMR_ETRUNCATED);
	ck_assert_uint_eq(mmr_last_error_offset(), page);
	ck_assert(!mmr_fields_next(&it, &field));
	ck_assert_int_eq(mmr_fields_error(&it), MMR_ETRUNCATED);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

static Suite *fields_suite(void)
{
	Suite *suite = suite_create("fields");

	ADD_CASE(suite, "core", test_fields_examples, test_fields_of_every_short_line,
		test_fields_sizes_at_fences, test_fields_on_every_backing, test_fields_use_no_heap);
	ADD_CASE(suite, "limits", test_fields_of_long_lines);
	ADD_CASE(suite, "faults", test_fields_truncated);
	return suite;
}

CHECK_MAIN(fields_suite)
