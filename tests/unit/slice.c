/* slice.c - cutting by Python's rules, comparing and trimming slices
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

/* Whether Python's text[start:stop] contains an index. The length is added to a negative start or
 * stop. Indexes before the start or after the end are outside. */
static bool python_takes(int64_t index, int64_t start, int64_t stop, int64_t len)
{
	if (start < 0 && start >= -len)
		start += len;
	if (stop < 0)
		stop = stop >= -len ? stop + len : 0;
	return index >= start && index < stop;
}

START_TEST(test_slice_cut_matches_python)
{
	static const int64_t extremes[] = {INT64_MIN, INT64_MIN + 1, -(INT64_C(1) << 32) - 1,
		INT64_C(1) << 32, INT64_MAX - 1, MMR_END};
	int64_t indexes[25 + ARRAY_LEN(extremes)], index;
	const char *text = "abcdefgh";
	size_t len, i, k;

	for (i = 0; i < 25; i++)
		indexes[i] = (int64_t)i - 12;
	memcpy(indexes + 25, extremes, sizeof(extremes));
	for (len = 0; len <= 8; len++) {
		mmr_slice whole = {text, len};

		for (i = 0; i < ARRAY_LEN(indexes); i++) {
			for (k = 0; k < ARRAY_LEN(indexes); k++) {
				mmr_slice cut = mmr_slice_cut(whole, indexes[i], indexes[k]);
				char want[9];
				size_t n = 0;

				for (index = 0; index < (int64_t)len; index++)
					if (python_takes(
						    index, indexes[i], indexes[k], (int64_t)len))
						want[n++] = text[index];
				MUST(cut.len == n && memcmp(cut.ptr, want, n) == 0,
					"'%.*s'[%lld:%lld] has %zu bytes, should have %zu",
					(int)len, text, (long long)indexes[i],
					(long long)indexes[k], cut.len, n);
				MUST(cut.ptr >= text && cut.ptr + cut.len <= text + len,
					"outside of the slice");
			}
		}
	}
}
END_TEST

START_TEST(test_slice_cut_examples)
{
	mmr_slice text = mmr_slice_of("hello world"), none = {NULL, 0};

	/* The results of a Python interpreter. */
	ck_assert(mmr_slice_equal(mmr_slice_cut(text, 0, 5), mmr_slice_of("hello")));
	ck_assert(mmr_slice_equal(mmr_slice_cut(text, -5, MMR_END), mmr_slice_of("world")));
	ck_assert(mmr_slice_equal(mmr_slice_cut(text, 0, -6), mmr_slice_of("hello")));
	ck_assert(mmr_slice_equal(mmr_slice_cut(text, -100, 2), mmr_slice_of("he")));
	ck_assert_uint_eq(mmr_slice_cut(text, 5, 5).len, 0);
	ck_assert_uint_eq(mmr_slice_cut(text, 7, 3).len, 0);
	ck_assert_uint_eq(mmr_slice_cut(none, -3, 3).len, 0);
}
END_TEST

START_TEST(test_slice_at_is_strict)
{
	static const uint64_t numbers[] = {
		0, 1, 7, 8, 9, UINT32_MAX, INT64_MAX, UINT64_MAX - 7, UINT64_MAX - 1, UINT64_MAX};
	mmr_slice text = mmr_slice_of("abcdefgh"), none = {NULL, 0}, part;
	size_t i, k;

	for (i = 0; i < ARRAY_LEN(numbers); i++) {
		for (k = 0; k < ARRAY_LEN(numbers); k++) {
			/* Small numbers cannot overflow, and large ones are always outside. */
			bool inside =
				numbers[i] <= 8 && numbers[k] <= 8 && numbers[i] + numbers[k] <= 8;
			mmr_slice mark = {"mark", 4};
			int err;

			part = mark;
			err = mmr_slice_at(text, numbers[i], numbers[k], &part);
			ck_assert_int_eq(err, inside ? 0 : -ERANGE);
			ck_assert_ptr_eq(part.ptr, inside ? text.ptr + numbers[i] : mark.ptr);
			ck_assert_uint_eq(part.len, inside ? numbers[k] : mark.len);
		}
	}
	ck_assert_int_eq(mmr_slice_at(none, 0, 0, &part), 0);
	ck_assert_uint_eq(part.len, 0);
	ck_assert_int_eq(mmr_slice_at(none, 0, 1, &part), -ERANGE);
}
END_TEST

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

/* Compares unsigned bytes, one at a time. */
static int naive_compare(mmr_slice a, mmr_slice b)
{
	size_t i;

	for (i = 0; i < a.len && i < b.len; i++)
		if (a.ptr[i] != b.ptr[i])
			return (unsigned char)a.ptr[i] < (unsigned char)b.ptr[i] ? -1 : 1;
	return a.len == b.len ? 0 : a.len < b.len ? -1 : 1;
}

START_TEST(test_slice_compare_orders_unsigned_bytes)
{
	struct fence left = fence_open(100), right = fence_open(100);
	struct chance chance = {7};
	size_t i;

	for (i = 0; i < 50000; i++) {
		size_t common = chance_below(&chance, 70);
		mmr_slice a = {NULL, common + chance_below(&chance, 3)};
		mmr_slice b = {NULL, common + chance_below(&chance, 3)};
		mmr_slice alphabet = {"\0\x7f\x80\xff", 4};
		int want;

		/* Both slices end before a page that must not be read. */
		a.ptr = left.stop - a.len;
		b.ptr = right.stop - b.len;
		chance_fill(&chance, left.stop - a.len, a.len, alphabet);
		chance_fill(&chance, right.stop - b.len, b.len, alphabet);
		if (common > 0 && i % 4) {
			/* The first difference, if there is one, is at any offset. */
			memcpy(right.stop - b.len, a.ptr, common);
			if (i % 4 > 1)
				right.stop[-(ptrdiff_t)b.len +
					   (ptrdiff_t)chance_below(&chance, common)] ^= 1;
		}
		want = naive_compare(a, b);
		MUST(sign(mmr_slice_compare(a, b)) == want, "%zu and %zu bytes", a.len, b.len);
		MUST(sign(mmr_slice_compare(b, a)) == -want, "%zu and %zu bytes", b.len, a.len);
		MUST(mmr_slice_equal(a, b) == (want == 0), "equal: %zu and %zu", a.len, b.len);
		MUST(mmr_slice_has_prefix(a, b) ==
				(b.len <= a.len &&
					naive_compare((mmr_slice){a.ptr, b.len}, b) == 0),
			"prefix: %zu and %zu", a.len, b.len);
		MUST(mmr_slice_has_suffix(a, b) ==
				(b.len <= a.len &&
					naive_compare(
						(mmr_slice){a.ptr + (b.len <= a.len ? a.len - b.len
										    : 0),
							b.len},
						b) == 0),
			"suffix: %zu and %zu", a.len, b.len);
	}
	fence_close(&left);
	fence_close(&right);
}
END_TEST

START_TEST(test_slice_empty_slices)
{
	mmr_slice none = {NULL, 0}, empty = {"x", 0}, text = {"x", 1};

	ck_assert_int_eq(mmr_slice_compare(none, empty), 0);
	ck_assert(mmr_slice_equal(empty, none));
	ck_assert_int_lt(mmr_slice_compare(none, text), 0);
	ck_assert_int_gt(mmr_slice_compare(text, none), 0);
	ck_assert(mmr_slice_has_prefix(text, none));
	ck_assert(mmr_slice_has_suffix(text, none));
	ck_assert(mmr_slice_has_prefix(none, empty));
	ck_assert(mmr_slice_has_suffix(none, none));
	ck_assert(!mmr_slice_has_prefix(none, text));
	ck_assert(!mmr_slice_has_suffix(none, text));
	ck_assert_uint_eq(mmr_slice_trim(none).len, 0);
	ck_assert_uint_eq(mmr_slice_of("").len, 0);
}
END_TEST

START_TEST(test_slice_trim)
{
	struct fence fence = fence_open(64);
	struct chance chance = {8};
	size_t i, from, to;
	int byte;

	/* Exactly the six characters of isspace(3) in the C locale. */
	for (byte = 0; byte < 256; byte++) {
		char text[3] = {(char)byte, 'x', (char)byte};
		mmr_slice whole = {text, 3};
		bool space = byte != 0 && strchr(" \t\n\v\f\r", byte);

		ck_assert_uint_eq(mmr_slice_trim_start(whole).len, space ? 2 : 3);
		ck_assert_uint_eq(mmr_slice_trim_end(whole).len, space ? 2 : 3);
		ck_assert_uint_eq(mmr_slice_trim(whole).len, space ? 1 : 3);
	}
	for (i = 0; i < 20000; i++) {
		size_t len = chance_below(&chance, 12);
		mmr_slice whole = {fence.stop - len, len}, start, end, both;

		chance_fill(&chance, fence.stop - len, len, mmr_slice_of(" \t\nx"));
		for (from = 0; from < len && whole.ptr[from] != 'x'; from++)
			;
		for (to = len; to > from && whole.ptr[to - 1] != 'x'; to--)
			;
		start = mmr_slice_trim_start(whole);
		end = mmr_slice_trim_end(whole);
		both = mmr_slice_trim(whole);
		MUST(start.ptr == whole.ptr + from && start.len == len - from, "start");
		MUST(end.ptr == whole.ptr && end.len == (from == len ? 0 : to), "end");
		MUST(both.ptr == whole.ptr + from && both.len == to - from, "both");
	}
	fence_close(&fence);
}
END_TEST

static void views_of_unmapped_readers_fail(const struct setting *setting, void *arg)
{
	mmr_slice bytes = mmr_bytes(setting->reader), part = {"mark", 4};
	int want = setting->addressable ? 0 : MMR_ENOMAP;
	int64_t whole;
	double real;

	(void)arg;
	MUST(mmr_slice_at(bytes, 0, 0, &part) == want, "%s: at", setting->name);
	MUST(want == 0 || part.len == 4, "%s: the output was touched", setting->name);
	MUST(mmr_slice_to_i64(bytes, &whole) == want, "%s: i64", setting->name);
	MUST(mmr_slice_to_f64(bytes, &real) == want, "%s: f64", setting->name);
	if (want < 0)
		MUST(strstr(mmr_last_error(), "mmr_read_at"), "'%s'", mmr_last_error());
	else
		MUST(whole == 1234 && real == 1234, "%s: value", setting->name);
	/* A cut is an error, too, and not only an empty slice. */
	bytes = mmr_slice_cut(bytes, 1, 3);
	MUST(mmr_slice_at(bytes, 0, 0, &part) == want, "%s: at of a cut", setting->name);
	MUST(mmr_slice_at(mmr_slice_trim(bytes), 0, 0, &part) == want, "%s: trim", setting->name);
}

START_TEST(test_slice_of_an_unmapped_reader_fails)
{
	on_every_backing(mmr_slice_of("1234"), views_of_unmapped_readers_fail, NULL);
}
END_TEST

static Suite *slice_suite(void)
{
	Suite *suite = suite_create("slice");

	ADD_CASE(suite, "core", test_slice_cut_matches_python, test_slice_cut_examples,
		test_slice_at_is_strict, test_slice_compare_orders_unsigned_bytes, test_slice_trim);
	ADD_CASE(suite, "limits", test_slice_empty_slices);
	ADD_CASE(suite, "faults", test_slice_of_an_unmapped_reader_fails);
	return suite;
}

CHECK_MAIN(slice_suite)
