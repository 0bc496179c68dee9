/* fuzz_find.c - literal search in both directions and byte counting, against loops over bytes
 *
 * Length: 512
 *
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

static bool occurs_at(mmr_slice all, mmr_slice text, size_t at)
{
	return text.len <= all.len - at && memcmp(all.ptr + at, text.ptr, text.len) == 0;
}

static void search(mmr_slice all, mmr_slice text)
{
	mmr_needle needle = mmr_needle_of(text);
	mmr_matches it = mmr_matches_of(all, &needle), back = mmr_matches_of(all, &needle);
	mmr_slice match;
	size_t at;

	for (at = 0; text.len > 0 && at < all.len;) {
		if (!occurs_at(all, text, at)) {
			at++;
			continue;
		}
		MUST(mmr_matches_next(&it, &match), "the match at %zu is missing", at);
		MUST(match.ptr == all.ptr + at && match.len == text.len, "match at %zu", at);
		at += text.len;
	}
	MUST(!mmr_matches_next(&it, &match) && mmr_matches_error(&it) == 0, "one match too many");
	for (at = all.len; text.len > 0 && at >= text.len;) {
		if (!occurs_at(all, text, at - text.len)) {
			at--;
			continue;
		}
		at -= text.len;
		MUST(mmr_matches_next_back(&back, &match), "the match back at %zu is missing", at);
		MUST(match.ptr == all.ptr + at && match.len == text.len, "match back at %zu", at);
	}
	MUST(!mmr_matches_next_back(&back, &match) && mmr_matches_error(&back) == 0,
		"one match too many, backward");
}

static void count(mmr_slice all, char byte, uint64_t wanted)
{
	uint64_t n = 0, counted;
	size_t at, nth = 0, found;

	for (at = 0; at < all.len; at++) {
		if (all.ptr[at] != byte)
			continue;
		if (n++ == wanted)
			nth = at;
	}
	MUST(mmr_slice_count(all, byte, &counted) == 0 && counted == n, "%llu instead of %llu",
		(unsigned long long)counted, (unsigned long long)n);
	MUST(mmr_slice_select(all, byte, wanted, &found) == (n > wanted), "select %llu of %llu",
		(unsigned long long)wanted, (unsigned long long)n);
	MUST(n <= wanted || found == nth, "at %zu instead of %zu", found, nth);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct taker taker = {data, size};
	char byte = (char)take_byte(&taker);
	uint64_t wanted = take_byte(&taker);
	size_t text_len = take_byte(&taker) % 40;
	mmr_slice all, text = {(const char *)taker.at, text_len};
	char *copy;

	if (text.len > taker.left)
		text.len = taker.left;
	taker.at += text.len;
	taker.left -= text.len;
	copy = take_copy(&taker, &all.len);
	all.ptr = copy;
	search(all, text);
	count(all, byte, wanted);
	free(copy);
	return 0;
}
