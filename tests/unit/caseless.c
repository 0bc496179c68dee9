/* caseless.c - texts whose letters match in both cases, in both directions, with every kernel
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "simd/simd.h"
#include "text/caseless.h"

#include <ctype.h>

START_TEST(test_caseless_every_byte)
{
	uint64_t word, wanted;
	unsigned byte, other, i;

	for (byte = 0; byte < 256; byte++) {
		ck_assert_int_eq((unsigned char)fold_byte((char)byte), tolower((int)byte));
		ck_assert_int_eq(is_letter((char)byte), isalpha((int)byte) != 0);
		ck_assert_int_eq(is_small_letter((char)byte), islower((int)byte) != 0);
		for (other = 0; other < 256; other++) {
			word = wanted = 0;
			for (i = 0; i < 8; i++) {
				word |= (uint64_t)(i % 3 ? byte : other) << 8 * i;
				wanted |= (uint64_t)tolower((int)(i % 3 ? byte : other)) << 8 * i;
			}
			MUST(fold_word(word) == wanted, "bytes %u and %u", byte, other);
		}
	}
}
END_TEST

static bool is_at(mmr_slice bytes, mmr_slice text, size_t at)
{
	size_t i;

	if (text.len > bytes.len - at)
		return false;
	for (i = 0; i < text.len; i++)
		if (tolower((unsigned char)bytes.ptr[at + i]) != text.ptr[i])
			return false;
	return true;
}

/* Compares all matches of a folded text with those that a loop finds. */
static void must_find(mmr_slice bytes, mmr_slice text, bool overlapping, const char *name)
{
	mmr_needle needle = needle_of_folded(text);
	mmr_matches it = mmr_matches_of(bytes, &needle), back = it;
	mmr_slice match;
	size_t at, step = overlapping ? 1 : text.len;

	it.overlapping = back.overlapping = overlapping;
	for (at = 0; at < bytes.len;) {
		if (!is_at(bytes, text, at)) {
			at++;
			continue;
		}
		MUST(mmr_matches_next(&it, &match) && match.ptr == bytes.ptr + at &&
				match.len == text.len,
			"%s: '%.*s' at %zu of %zu", name, (int)text.len, text.ptr, at, bytes.len);
		at += step;
	}
	MUST(!mmr_matches_next(&it, &match) && mmr_matches_error(&it) == 0,
		"%s: '%.*s': one too many", name, (int)text.len, text.ptr);
	for (at = bytes.len; at >= text.len;) {
		if (!is_at(bytes, text, at - text.len)) {
			at--;
			continue;
		}
		MUST(mmr_matches_next_back(&back, &match) && match.ptr == bytes.ptr + at - text.len,
			"%s: '%.*s' ends at %zu of %zu", name, (int)text.len, text.ptr, at,
			bytes.len);
		at -= step;
	}
	MUST(!mmr_matches_next_back(&back, &match), "%s: '%.*s': one too many, backward", name,
		(int)text.len, text.ptr);
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

/* '@' and '`', '[' and '{' differ in the same bit as letters, but are not letters. */
static const mmr_slice alphabets[] = {{"aA", 2}, {"aAbB", 4}, {"@`aA[{", 6}, {"abcXYZ.-", 8}};

static void fold(char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		text[i] = fold_byte(text[i]);
}

/* Every size, at a fence. */
static void sweep(const char *name)
{
	struct fence fence = fence_open(4096), texts = fence_open(512);
	struct chance chance = {81};
	size_t len, round;

	for (len = 0; len <= 257; len++) {
		for (round = 0; round < 24; round++) {
			size_t text_len = 1 + chance_below(&chance, round % 4 ? 5 : 300);
			char *text = texts.stop - text_len;
			mmr_slice bytes = {fence.stop - len, len};

			memset(fence.stop - 600, 'a', 600);
			chance_fill(&chance, fence.stop - len, len, alphabets[round % 4]);
			chance_fill(&chance, text, text_len, alphabets[round % 4]);
			if (round % 3 == 0 && text_len <= len)
				memcpy(text, bytes.ptr + chance_below(&chance, len - text_len + 1),
					text_len);
			fold(text, text_len);
			must_find(bytes, (mmr_slice){text, text_len}, round & 4, name);
		}
	}
	fence_close(&texts);
	fence_close(&fence);
}

START_TEST(test_caseless_sizes_at_fences)
{
	for_each_kernel(sweep);
}
END_TEST

/* Texts that overlap themselves, so that the search turns linear. */
static void sweep_runs(const char *name)
{
	struct chance chance = {82};
	size_t len = 300000, i, text_len;
	char *bytes = malloc(len), text[200];

	for (i = 0; i < 12; i++) {
		text_len = 2 + chance_below(&chance, sizeof(text) - 1);
		memset(text, 'a', text_len);
		if (i % 3)
			text[chance_below(&chance, text_len)] = 'b';
		chance_fill(&chance, bytes, len, alphabets[0]);
		if (i % 3 == 2)
			bytes[chance_below(&chance, len)] = 'B';
		must_find((mmr_slice){bytes, len}, (mmr_slice){text, text_len}, i & 4, name);
	}
	free(bytes);
}

START_TEST(test_caseless_turns_linear)
{
	for_each_kernel(sweep_runs);
}
END_TEST

static Suite *caseless_suite(void)
{
	Suite *suite = suite_create("caseless");

	ADD_CASE(suite, "core", test_caseless_every_byte, test_caseless_sizes_at_fences);
	ADD_CASE(suite, "limits", test_caseless_turns_linear);
	return suite;
}

CHECK_MAIN(caseless_suite)
