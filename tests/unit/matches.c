/* matches.c - occurrences of a text in a slice, forward and backward
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "simd/simd.h"

#include <time.h>
#include <unistd.h>

/* Returns the first match at or after `from`, or the last one that ends at or before it. SIZE_MAX
 * if there is none. */
static size_t naive_match(mmr_slice bytes, mmr_slice text, size_t from, bool backward)
{
	size_t at = from;

	if (text.len == 0 || text.len > bytes.len)
		return SIZE_MAX;
	if (!backward) {
		for (; at <= bytes.len - text.len; at++)
			if (memcmp(bytes.ptr + at, text.ptr, text.len) == 0)
				return at;
		return SIZE_MAX;
	}
	while (at >= text.len)
		if (memcmp(bytes.ptr + --at + 1 - text.len, text.ptr, text.len) == 0)
			return at + 1 - text.len;
	return SIZE_MAX;
}

/* Searches in both directions, by the pair of rare bytes and by the linear algorithm. */
static void must_match(mmr_slice bytes, mmr_slice text, const char *name)
{
	mmr_needle needle = mmr_needle_of(text);
	mmr_slice match, mark = {"mark", 4};
	size_t from, at, n;
	int way;

#define CASE "%s, needle of %zu, %zu bytes, way %d: match %zu", name, text.len, bytes.len, way, n

	for (way = 0; way < 4; way++) {
		mmr_matches it = mmr_matches_of(bytes, &needle);
		bool backward = way % 2;

		/* A single byte is never searched for by the linear algorithm. */
		it.linear = way / 2 && text.len > 1;
		from = backward ? bytes.len : 0;
		for (n = 0;; n++) {
			at = naive_match(bytes, text, from, backward);
			if (at == SIZE_MAX)
				break;
			MUST(backward ? mmr_matches_next_back(&it, &match)
				      : mmr_matches_next(&it, &match),
				CASE);
			MUST(match.ptr == bytes.ptr + at && match.len == text.len, CASE);
			from = backward ? at : at + text.len;
		}
		match = mark;
		for (at = 0; at < 2; at++)
			MUST(!(backward ? mmr_matches_next_back(&it, &match)
					: mmr_matches_next(&it, &match)),
				CASE);
		MUST(match.ptr == mark.ptr && match.len == mark.len, CASE);
		MUST(mmr_matches_error(&it) == 0, CASE);
	}
#undef CASE
}

START_TEST(test_matches_examples)
{
	static const struct {
		const char *text, *needle, *offsets, *back;
	} cases[] = {
		{"", "", "", ""},
		{"", "a", "", ""},
		{"a", "", "", ""},
		{"a", "a", "0", "0"},
		{"aaaaa", "aa", "02", "31"},
		{"ababa", "aba", "0", "2"},
		{"xaxbx", "x", "024", "420"},
		{"abcabcab", "abc", "03", "30"},
		{"ERROR", "ERRORS", "", ""},
	};
	mmr_slice match;
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		mmr_slice bytes = mmr_slice_of(cases[i].text);
		mmr_needle needle = mmr_needle_of(mmr_slice_of(cases[i].needle));
		mmr_matches it = mmr_matches_of(bytes, &needle);
		mmr_matches back = mmr_matches_of(bytes, &needle);
		char offsets[16] = "", mirrored[16] = "";
		size_t n = 0;

		while (mmr_matches_next(&it, &match))
			offsets[n++] = (char)('0' + (match.ptr - bytes.ptr));
		n = 0;
		while (mmr_matches_next_back(&back, &match))
			mirrored[n++] = (char)('0' + (match.ptr - bytes.ptr));
		ck_assert_str_eq(offsets, cases[i].offsets);
		ck_assert_str_eq(mirrored, cases[i].back);
	}
	must_match((mmr_slice){NULL, 0}, mmr_slice_of("a"), "NULL");
	must_match(mmr_slice_of("abc"), (mmr_slice){NULL, 0}, "NULL");
}
END_TEST

START_TEST(test_matches_of_every_short_text)
{
	char text[16], word[8];
	size_t len, n, i;
	unsigned t, w;

	for (n = 1; n <= 4; n++)
		for (w = 0; w < 1U << n; w++)
			for (len = 0; len <= 9; len++)
				for (t = 0; t < 1U << len; t++) {
					for (i = 0; i < n; i++)
						word[i] = (w >> i) & 1 ? 'b' : 'a';
					for (i = 0; i < len; i++)
						text[i] = (t >> i) & 1 ? 'b' : 'a';
					must_match((mmr_slice){text, len}, (mmr_slice){word, n},
						"short");
				}
}
END_TEST

/* Texts and needles that start and end at pages which must not be touched, with every kernel. */
START_TEST(test_matches_sizes_at_fences)
{
	struct fence fence = fence_open(4096), needles = fence_open(4096);
	static const char *const alphabets[] = {"a", "ab", "abcd", "\n0123456789 "};
	const struct simd_kernels *const *kernels;
	struct chance chance = {81};
	size_t n, len, round;

	for (kernels = simd_table; *kernels; kernels++) {
		if (!(*kernels)->usable())
			continue;
		atomic_store(&simd_chosen, *kernels);
		for (n = 0; n <= 200; n++) {
			for (round = 0; round < 12; round++) {
				mmr_slice alphabet = mmr_slice_of(
					alphabets[chance_below(&chance, ARRAY_LEN(alphabets))]);
				char *needle = round % 2 ? needles.stop - n : needles.start;
				char *text;

				len = chance_below(&chance, round % 3 ? 258 : 4096);
				text = round % 2 ? fence.stop - len : fence.start;
				chance_fill(&chance, fence.start, 4096, alphabet);
				chance_fill(&chance, needle, n, alphabet);
				/* Most needles occur in the text. */
				if (n <= len && round % 4)
					memcpy(needle, text + chance_below(&chance, len - n + 1),
						n);
				must_match((mmr_slice){text, len}, (mmr_slice){needle, n},
					(*kernels)->name);
			}
		}
	}
	fence_close(&fence);
	fence_close(&needles);
}
END_TEST

START_TEST(test_matches_in_long_slices)
{
	static char text[300007];
	static const char *const alphabets[] = {"ab", "aaaaaaaaaaaaaaaab", "abcdefgh \n", ""};
	struct chance chance = {82};
	size_t i, round, n;

	for (i = 0; i < ARRAY_LEN(alphabets); i++) {
		chance_fill(&chance, text, sizeof(text), mmr_slice_of(alphabets[i]));
		for (round = 0; round < 12; round++) {
			mmr_slice word = {
				text + chance_below(&chance, sizeof(text) / 2), 1 + 3 * round};

			must_match((mmr_slice){text, sizeof(text)}, word, "long");
		}
		/* Needles longer than the part that is examined for rare bytes. */
		for (n = 255; n <= 5000; n = n * 4 + 1)
			must_match((mmr_slice){text, sizeof(text)},
				(mmr_slice){text + sizeof(text) - n, n}, "long needle");
	}
	memset(text, 'a', sizeof(text));
	must_match((mmr_slice){text, sizeof(text)}, mmr_slice_of("a"), "only 'a'");
	must_match((mmr_slice){text, sizeof(text)}, mmr_slice_of("aaa"), "only 'a'");
	must_match((mmr_slice){text, sizeof(text)}, (mmr_slice){text, sizeof(text)}, "itself");
	must_match((mmr_slice){text, sizeof(text) - 1}, (mmr_slice){text, sizeof(text)}, "longer");
}
END_TEST

static void match_on_backing(const struct setting *setting, void *arg)
{
	mmr_needle needle = mmr_needle_of(mmr_slice_of("ab"));
	mmr_matches it = mmr_matches_of(mmr_bytes(setting->reader), &needle), back = it;
	mmr_slice match;

	(void)arg;
	if (setting->addressable) {
		must_match(mmr_bytes(setting->reader), needle.text, setting->name);
		return;
	}
	MUST(!mmr_matches_next(&it, &match), "%s: a match", setting->name);
	MUST(mmr_matches_error(&it) == MMR_ENOMAP, "%s: forward", setting->name);
	MUST(!mmr_matches_next_back(&back, &match), "%s: a match", setting->name);
	MUST(mmr_matches_error(&back) == MMR_ENOMAP, "%s: backward", setting->name);
}

START_TEST(test_matches_on_every_backing)
{
	static char text[100003];
	struct chance chance = {83};

	chance_fill(&chance, text, sizeof(text), mmr_slice_of("abcde"));
	on_every_backing((mmr_slice){text, sizeof(text)}, match_on_backing, NULL);
	on_every_backing((mmr_slice){text, 0}, match_on_backing, NULL);
}
END_TEST

START_TEST(test_matches_use_no_heap)
{
	static char text[20000];
	mmr_needle needle = mmr_needle_of(mmr_slice_of("aab"));
	mmr_matches it = mmr_matches_of((mmr_slice){text, sizeof(text)}, &needle), bookmark;
	mmr_slice match, again;

	ck_assert_uint_le(sizeof(mmr_matches), 704);
	memset(text, 'a', sizeof(text));
	text[9] = text[19999] = 'b';
	ck_assert(mmr_matches_next(&it, &match));
	bookmark = it;
	ck_assert(mmr_matches_next(&it, &match));
	ck_assert_ptr_eq(match.ptr, text + 19997);
	ck_assert(!mmr_matches_next(&it, &match));
	ck_assert(mmr_matches_next(&bookmark, &again));
	ck_assert_ptr_eq(again.ptr, match.ptr);
	ck_assert_uint_eq(mmr_heap_peak(), 0);
}
END_TEST

/* Texts in which each rare byte is a false candidate, and each candidate needs a long
 * comparison. */
START_TEST(test_matches_hostile_texts_take_linear_time)
{
	enum {
		N_NEEDLE = 1 << 15,
		N_TEXT = 1 << 22
	};
	static char text[N_TEXT], word[N_NEEDLE];
	static const size_t odd[] = {0, 1, N_NEEDLE / 2, N_NEEDLE - 1};
	mmr_slice bytes = {text, N_TEXT}, match;
	clock_t started;
	size_t i, k;
	int way;

	for (i = 0; i < N_TEXT; i++)
		text[i] = i % 2 ? 'b' : 'a';
	memcpy(word, text, N_NEEDLE);
	started = clock();
	for (i = 0; i < ARRAY_LEN(odd); i++) {
		word[odd[i]] ^= 'a' ^ 'b';
		for (way = 0; way < 2; way++) {
			mmr_needle needle = mmr_needle_of((mmr_slice){word, N_NEEDLE});
			mmr_matches it = mmr_matches_of(bytes, &needle);

			ck_assert(!(way ? mmr_matches_next_back(&it, &match)
					: mmr_matches_next(&it, &match)));
			ck_assert_int_eq(mmr_matches_error(&it), 0);
		}
		word[odd[i]] ^= 'a' ^ 'b';
	}
	/* Adjacent matches, found by the linear algorithm. */
	memset(text, 'a', N_TEXT);
	memset(word, 'a', N_NEEDLE);
	for (way = 0; way < 2; way++) {
		mmr_needle needle = mmr_needle_of((mmr_slice){word, 1000});
		mmr_matches it = mmr_matches_of(bytes, &needle);

		it.linear = true;
		for (k = 0;
			way ? mmr_matches_next_back(&it, &match) : mmr_matches_next(&it, &match);
			k++)
			;
		ck_assert_uint_eq(k, N_TEXT / 1000);
	}
	/* A search that is not linear takes 10^11 comparisons, which takes longer. */
	ck_assert_int_lt((clock() - started) / CLOCKS_PER_SEC, 5);
}
END_TEST

/* Truncates the file and searches it. A forward search finds the matches before the cut. */
static void must_end_matches(bool backward, bool linear)
{
	static char text[1 << 20];
	size_t cut = 8 * (size_t)sysconf(_SC_PAGESIZE), n = 0, i;
	mmr_needle needle = mmr_needle_of(mmr_slice_of("4567"));
	mmr_reader *reader;
	struct temp temp;
	mmr_matches it;
	mmr_slice match;

	for (i = 0; i < sizeof(text); i++)
		text[i] = (char)('0' + i % 8);
	temp = temp_open(text, sizeof(text));
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	it = mmr_matches_of(mmr_bytes(reader), &needle);
	it.linear = linear;
	temp_resize(&temp, cut);
	for (; backward ? mmr_matches_next_back(&it, &match) : mmr_matches_next(&it, &match); n++)
		MUST(match.ptr == mmr_bytes(reader).ptr + 8 * n + 4, "match %zu", n);
	MUST(mmr_matches_error(&it) == MMR_ETRUNCATED, "%d", mmr_matches_error(&it));
	ck_assert_uint_eq(mmr_last_error_offset(), cut);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), temp.path));
	/* The matches of the refill that faulted are lost. A refill covers 4 KiB of offsets. */
	MUST(backward ? n == 0 : n <= cut / 8 && (linear ? n == cut / 8 : n + 512 >= cut / 8),
		"%zu matches", n);
	ck_assert(!mmr_matches_next(&it, &match));
	ck_assert(!mmr_matches_next_back(&it, &match));
	ck_assert_int_eq(mmr_matches_error(&it), MMR_ETRUNCATED);
	mmr_close(reader);
	temp_close(&temp);
}

START_TEST(test_matches_truncated)
{
	int way;

	ck_assert_int_eq(mmr_guard_install(), 0);
	for (way = 0; way < 4; way++)
		must_end_matches(way % 2, way / 2);
}
END_TEST

static Suite *matches_suite(void)
{
	Suite *suite = suite_create("matches");

	ADD_CASE(suite, "core", test_matches_examples, test_matches_of_every_short_text,
		test_matches_sizes_at_fences, test_matches_on_every_backing,
		test_matches_use_no_heap);
	ADD_CASE(suite, "limits", test_matches_in_long_slices,
		test_matches_hostile_texts_take_linear_time);
	ADD_CASE(suite, "faults", test_matches_truncated);
	return suite;
}

CHECK_MAIN(matches_suite)
