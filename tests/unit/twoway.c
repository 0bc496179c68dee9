/* twoway.c - the search whose time is linear for every text
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "text/twoway.h"

#include <time.h>

/* Returns the number of bytes before the first match, or after the last one; SIZE_MAX if there is
 * none. */
static size_t naive_find(mmr_slice haystack, mmr_slice needle, bool backward)
{
	size_t at, off;

	for (at = 0; at + needle.len <= haystack.len; at++) {
		off = backward ? haystack.len - needle.len - at : at;
		if (memcmp(haystack.ptr + off, needle.ptr, needle.len) == 0)
			return at;
	}
	return SIZE_MAX;
}

static void must_find(mmr_slice haystack, mmr_slice needle, const char *name)
{
	struct twoway twoway;
	size_t wanted, before;
	int backward;
	bool found;

	for (backward = 0; backward < 2; backward++) {
		wanted = naive_find(haystack, needle, backward);
		before = 77777;
		twoway_prepare(&twoway, needle, false, backward);
		found = twoway_find(&twoway, haystack, &before);
		MUST(found == (wanted != SIZE_MAX) && before == (found ? wanted : 77777),
			"%s, backward %d: '%.*s' in '%.*s': %d %zu, should be %zu", name, backward,
			(int)needle.len, needle.ptr, (int)haystack.len, haystack.ptr, found, before,
			wanted);
	}
}

/* Makes a word of 'a' and 'b' from the bits of a number. */
static mmr_slice word_of(unsigned bits, size_t len, char *buffer)
{
	size_t i;

	for (i = 0; i < len; i++)
		buffer[i] = (bits >> i) & 1 ? 'b' : 'a';
	return (mmr_slice){buffer, len};
}

START_TEST(test_twoway_of_every_short_text)
{
	char one[16], other[16];
	size_t n, h;
	unsigned i, k;

	for (n = 2; n <= 6; n++)
		for (i = 0; i < 1U << n; i++)
			for (h = 0; h <= 10; h++)
				for (k = 0; k < 1U << h; k++)
					must_find(
						word_of(k, h, other), word_of(i, n, one), "short");
}
END_TEST

START_TEST(test_twoway_of_long_periods)
{
	struct fence fence = fence_open(2000), needles = fence_open(400);
	struct chance chance = {71};
	size_t round, i, n, h, period;

	for (round = 0; round < 4000; round++) {
		char *needle, *haystack;

		n = 2 + chance_below(&chance, 199);
		h = chance_below(&chance, 2001);
		period = 1 + chance_below(&chance, n);
		needle = needles.stop - n;
		haystack = fence.stop - h;
		/* Both repeat one word with few changed bytes, so there are near matches
		 * everywhere. */
		chance_fill(&chance, needle, n, mmr_slice_of("ab"));
		for (i = period; i < n; i++)
			needle[i] = needle[i - period];
		for (i = 0; i < h; i++)
			haystack[i] = needle[i % period];
		for (i = chance_below(&chance, 3); i > 0; i--)
			needle[chance_below(&chance, n)] = 'a';
		for (i = chance_below(&chance, 20); i > 0 && h > 0; i--)
			haystack[chance_below(&chance, h)] = chance_below(&chance, 2) ? 'a' : 'b';
		must_find((mmr_slice){haystack, h}, (mmr_slice){needle, n}, "before a fence");
		memmove(fence.start, haystack, h);
		memmove(needles.start, needle, n);
		must_find((mmr_slice){fence.start, h}, (mmr_slice){needles.start, n},
			"after a fence");
	}
	fence_close(&fence);
	fence_close(&needles);
}
END_TEST

START_TEST(test_twoway_of_all_bytes)
{
	static char text[3000];
	struct chance chance = {72};
	size_t round, at, len;

	chance_fill(&chance, text, sizeof(text), (mmr_slice){NULL, 0});
	for (round = 0; round < 2000; round++) {
		len = 2 + chance_below(&chance, 300);
		at = chance_below(&chance, sizeof(text) - len);
		must_find((mmr_slice){text, sizeof(text)}, (mmr_slice){text + at, len}, "bytes");
	}
}
END_TEST

START_TEST(test_twoway_is_linear)
{
	enum {
		N_NEEDLE = 1 << 16,
		N_HAYSTACK = 1 << 22
	};
	static char needle[N_NEEDLE], haystack[N_HAYSTACK];
	mmr_slice wanted = {needle, N_NEEDLE}, all = {haystack, N_HAYSTACK};
	static const size_t odd[] = {0, N_NEEDLE / 2, N_NEEDLE - 1};
	struct twoway twoway;
	size_t i, before;
	clock_t started;
	int backward;

	/* A comparison byte by byte takes 10^11 steps for each of these. */
	memset(needle, 'a', N_NEEDLE);
	memset(haystack, 'a', N_HAYSTACK);
	started = clock();
	for (i = 0; i < ARRAY_LEN(odd); i++) {
		needle[odd[i]] = 'b';
		for (backward = 0; backward < 2; backward++) {
			twoway_prepare(&twoway, wanted, false, backward);
			ck_assert(!twoway_find(&twoway, all, &before));
		}
		needle[odd[i]] = 'a';
	}
	ck_assert_int_lt((clock() - started) / CLOCKS_PER_SEC, 5);
}
END_TEST

static Suite *twoway_suite(void)
{
	Suite *suite = suite_create("twoway");

	ADD_CASE(suite, "core", test_twoway_of_every_short_text, test_twoway_of_all_bytes);
	ADD_CASE(suite, "limits", test_twoway_of_long_periods, test_twoway_is_linear);
	return suite;
}

CHECK_MAIN(twoway_suite)
