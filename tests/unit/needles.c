/* needles.c - sets of texts in one pass, with every kernel
 *
 * The oracle compares all texts at all offsets.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "simd/simd.h"
#include "text/needles.h"

#include <ctype.h>

#define N_TEXTS 300

/* A set, and what it is made of. */
struct set {
	struct needles *needles;
	struct edges edges;
	bool caseless;
	size_t n;
	mmr_slice texts[N_TEXTS];
};

static bool is_at(const struct set *set, mmr_slice block, size_t at, mmr_slice text)
{
	size_t i;

	if (text.len > block.len - at)
		return false;
	if (!set->caseless)
		return memcmp(block.ptr + at, text.ptr, text.len) == 0;
	for (i = 0; i < text.len; i++)
		if (tolower((unsigned char)block.ptr[at + i]) !=
			tolower((unsigned char)text.ptr[i]))
			return false;
	return true;
}

static bool may_be_next(const struct edges *edges, mmr_slice block, size_t at)
{
	unsigned char byte;

	if (at >= block.len)
		return true;
	byte = (unsigned char)block.ptr[at];
	if (byte == (unsigned char)edges->delimiter)
		return true;
	return !edges->whole_lines && !(edges->words && (isalnum(byte) || byte == '_'));
}

/* Returns: the longest text that is at an offset and fits; N_TEXTS if there is none. */
static size_t naive_text(const struct set *set, mmr_slice block, size_t at)
{
	size_t best = N_TEXTS, i, end;

	for (i = 0; i < set->n; i++) {
		end = at + set->texts[i].len;
		if ((best < N_TEXTS && set->texts[best].len >= set->texts[i].len) ||
			!is_at(set, block, at, set->texts[i]))
			continue;
		if ((at == 0 || may_be_next(&set->edges, block, at - 1)) &&
			may_be_next(&set->edges, block, end))
			best = i;
	}
	return best;
}

/* Compares the matches from `from` on, with overlaps or without, with those of the oracle. */
static void must_find(
	const struct set *set, mmr_slice block, size_t from, bool overlaps, const char *name)
{
	struct needles_search search;
	struct needle_match match;
	size_t at, which;

	needles_load(&search, set->needles, block);
	for (at = from; at < block.len; at++) {
		which = naive_text(set, block, at);
		if (which == N_TEXTS)
			continue;
		MUST(needles_next(&search, from, &match) == 1,
			"%s: %zu texts in %zu bytes: '%.*s' at %zu is not found", name, set->n,
			block.len, (int)set->texts[which].len, set->texts[which].ptr, at);
		MUST(match.at == at && match.which == which && match.len == set->texts[which].len,
			"%s: %zu texts in %zu bytes: text %zu at %zu instead of %zu at %zu", name,
			set->n, block.len, match.which, match.at, which, at);
		from = overlaps ? at + 1 : at + match.len;
		at = from - 1;
	}
	MUST(needles_next(&search, from, &match) == 0, "%s: one too many at %zu", name, match.at);
}

/* Compares the first match at offsets that grow and fall. */
static void must_jump(
	const struct set *set, mmr_slice block, struct chance *chance, const char *name)
{
	struct needles_search search;
	struct needle_match match;
	size_t n, from, at;
	int found;

	needles_load(&search, set->needles, block);
	for (n = 0; n < 8; n++) {
		from = at = chance_below(chance, block.len + 2);
		while (at < block.len && naive_text(set, block, at) == N_TEXTS)
			at++;
		found = needles_next(&search, from, &match);
		MUST(found == (at < block.len) && (!found || match.at == at),
			"%s: from %zu: %d at %zu instead of %zu", name, from, found, match.at, at);
	}
}

static void for_each_kernel(void (*body)(const char *name))
{
	const struct simd_kernels *const *kernels, *chosen = simd_kernels();

	for (kernels = simd_table; *kernels; kernels++) {
		if (!(*kernels)->usable())
			continue;
		atomic_store(&simd_chosen, *kernels);
		body((*kernels)->name);
	}
	atomic_store(&simd_chosen, chosen);
}

/* Small alphabets give many overlaps, prefixes and equal texts. '@' and '`' differ in the same bit
 * as letters, but are not letters. */
static const mmr_slice alphabets[] = {{"ab", 2}, {"aA.\n", 4}, {"@`aAbB[{-_", 10},
	{"abcdefghijklmnop 0123456789\n", 28}, {NULL, 0}};

/* Makes a set of texts of `least` to `most` bytes. */
static void set_open(struct set *set, struct chance *chance, size_t n, mmr_slice alphabet,
	size_t least, size_t most)
{
	size_t i, len;
	char *text;

	set->n = n;
	set->caseless = chance_below(chance, 3) == 0;
	set->edges.words = chance_below(chance, 4) == 0;
	set->edges.whole_lines = chance_below(chance, 5) == 0;
	set->edges.delimiter = '\n';
	for (i = 0; i < n; i++) {
		len = least + chance_below(chance, most - least + 1);
		text = malloc(len);
		chance_fill(chance, text, len, alphabet);
		set->texts[i] = (mmr_slice){text, len};
	}
	MUST(needles_open(set->texts, n, set->caseless, &set->edges, &set->needles) == 0, "%s",
		mmr_last_error());
}

static void set_close(struct set *set)
{
	size_t i;

	needles_close(set->needles);
	for (i = 0; i < set->n; i++)
		free((char *)set->texts[i].ptr);
}

/* Copies some texts into a block. */
static void plant(const struct set *set, struct chance *chance, char *block, size_t len)
{
	size_t n, i;

	for (n = 0; n < 4; n++) {
		i = chance_below(chance, set->n);
		if (set->texts[i].len <= len)
			memcpy(block + chance_below(chance, len - set->texts[i].len + 1),
				set->texts[i].ptr, set->texts[i].len);
	}
}

/* Blocks of every size and alignment, before a fence. */
static void sweep(const char *name)
{
	static const size_t most[] = {1, 2, 3, 4, 5, 8, 12, 40};
	struct fence fence = fence_open(4096);
	struct chance chance = {91};
	struct set set;
	size_t len, n, i;

	for (len = 0; len <= 320; len++) {
		for (i = 0; i < 6; i++) {
			size_t longest = most[chance_below(&chance, ARRAY_LEN(most))];
			size_t least = 1 + chance_below(&chance, longest);
			char *ptr = fence.stop - len - i * len % 3;
			mmr_slice alphabet = alphabets[chance_below(&chance, 5)];

			n = 1 + chance_below(&chance, i % 3 ? 10 : N_TEXTS);
			set_open(&set, &chance, n, alphabet, least, longest);
			memset(fence.stop - 400, 'a', 400);
			chance_fill(&chance, ptr, len, alphabet);
			plant(&set, &chance, ptr, len);
			must_find(&set, (mmr_slice){ptr, len}, chance_below(&chance, len + 2),
				i & 1, name);
			must_jump(&set, (mmr_slice){ptr, len}, &chance, name);
			set_close(&set);
		}
	}
	fence_close(&fence);
}

START_TEST(test_needles_sizes_at_fences)
{
	for_each_kernel(sweep);
}
END_TEST

/* Long blocks: large batches, and kernels that hit often, so that the filter takes over. */
static void sweep_long(const char *name)
{
	struct chance chance = {92};
	size_t len = 40000, i;
	char *block = malloc(len);
	struct set set;

	for (i = 0; i < 40; i++) {
		mmr_slice alphabet = alphabets[i % 5];
		size_t least = 1 + i % 9, n = 1 + chance_below(&chance, i % 3 ? 20 : 100);

		/* Most texts of a small alphabet would be at each offset. */
		least += alphabet.len > 0 && alphabet.len < 12 ? 12 : 0;
		set_open(&set, &chance, n, alphabet, least, least + i % 7);
		chance_fill(&chance, block, len, alphabet);
		plant(&set, &chance, block, len);
		must_find(&set, (mmr_slice){block, len}, 0, i & 8, name);
		set_close(&set);
	}
	free(block);
}

START_TEST(test_needles_long_blocks)
{
	for_each_kernel(sweep_long);
}
END_TEST

/* Each text is the start of the next one. */
START_TEST(test_needles_of_prefixes)
{
	struct set set = {.n = N_TEXTS};
	char text[N_TEXTS + 1], block[2 * N_TEXTS];
	size_t i;

	memset(text, 'x', sizeof(text));
	for (i = 0; i < N_TEXTS; i++)
		set.texts[i] = (mmr_slice){text, N_TEXTS - i};
	for (i = 0; i < sizeof(block); i++)
		block[i] = i % 100 == 7 || i == 590 ? '-' : 'x';
	ck_assert_int_eq(needles_open(set.texts, set.n, false, NULL, &set.needles), 0);
	must_find(&set, (mmr_slice){block, sizeof(block)}, 0, true, "prefixes");
	needles_close(set.needles);
	/* Words: the longest one that fits. */
	set.edges.words = true;
	ck_assert_int_eq(needles_open(set.texts, set.n, false, &set.edges, &set.needles), 0);
	must_find(&set, (mmr_slice){block, sizeof(block)}, 0, true, "words");
	needles_close(set.needles);
}
END_TEST

/* Numbers as texts: each has a list of its own, or nearly. */
START_TEST(test_needles_of_many_texts)
{
	enum {
		N = 100000
	};
	char(*texts)[16] = malloc(N * sizeof(*texts)), block[64];
	mmr_slice *slices = malloc(N * sizeof(*slices));
	struct needles *needles;
	struct needles_search search;
	struct needle_match match;
	size_t i;
	int len;

	for (i = 0; i < N; i++) {
		len = snprintf(texts[i], sizeof(texts[i]), "id%zu", i * 3);
		slices[i] = (mmr_slice){texts[i], (size_t)len};
	}
	ck_assert_int_eq(needles_open(slices, N, true, NULL, &needles), 0);
	for (i = 0; i < 3 * N; i += 7) {
		len = snprintf(block, sizeof(block), "..ID%zu..", i);
		needles_load(&search, needles, (mmr_slice){block, (size_t)len});
		if (i % 3 != 0 && i < 10) {
			ck_assert_int_eq(needles_next(&search, 0, &match), 0);
			continue;
		}
		if (i % 3 != 0)
			continue;
		ck_assert_int_eq(needles_next(&search, 0, &match), 1);
		MUST(match.at == 2 && match.which == i / 3, "%zu: text %zu at %zu", i, match.which,
			match.at);
	}
	needles_close(needles);
	free(slices);
	free(texts);
}
END_TEST

static void find_on_backing(const struct setting *setting, void *arg)
{
	const struct set *set = arg;

	if (setting->addressable)
		must_find(set, mmr_bytes(setting->reader), 0, true, setting->name);
}

START_TEST(test_needles_on_every_backing)
{
	struct chance chance = {93};
	size_t len = 70001;
	char *text = malloc(len);
	struct set set;

	set_open(&set, &chance, 30, alphabets[3], 2, 6);
	chance_fill(&chance, text, len, alphabets[3]);
	on_every_backing((mmr_slice){text, len}, find_on_backing, &set);
	set_close(&set);
	free(text);
}
END_TEST

START_TEST(test_needles_return_faults)
{
	mmr_slice texts[] = {mmr_slice_of("abc"), mmr_slice_of("xyz")}, bytes;
	size_t len = 100000;
	char *zeroes = calloc(1, len);
	struct temp temp = temp_open(zeroes, len);
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	struct needles *needles;
	struct needles_search search;
	struct needle_match match;

	ck_assert_int_eq(mmr_guard_install(), 0);
	ck_assert_int_eq(needles_open(texts, 2, false, NULL, &needles), 0);
	bytes = mmr_bytes(reader);
	needles_load(&search, needles, bytes);
	ck_assert_int_eq(needles_next(&search, 5000, &match), 0);
	temp_resize(&temp, 0);
	ck_assert_int_eq(needles_next(&search, 0, &match), MMR_ETRUNCATED);
	needles_close(needles);
	mmr_close(reader);
	temp_close(&temp);
	free(zeroes);
}
END_TEST

static Suite *needles_suite(void)
{
	Suite *suite = suite_create("needles");

	ADD_CASE(suite, "core", test_needles_sizes_at_fences, test_needles_of_prefixes,
		test_needles_on_every_backing);
	ADD_CASE(suite, "limits", test_needles_long_blocks, test_needles_of_many_texts);
	ADD_CASE(suite, "faults", test_needles_return_faults);
	return suite;
}

CHECK_MAIN(needles_suite)
