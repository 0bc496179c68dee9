/* tune.c - the bytes by which a text is searched for, chosen from a sample
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "text/tune.h"

static size_t naive_pairs(mmr_slice text, mmr_slice sample, size_t first, size_t second)
{
	size_t n = 0, at;

	for (at = 0; at + text.len <= sample.len; at++)
		n += sample.ptr[at + first] == text.ptr[first] &&
		     sample.ptr[at + second] == text.ptr[second];
	return n;
}

/* The bytes are those of the text, and no other second byte is rarer together with the first. */
START_TEST(test_tune_chooses_a_rare_pair)
{
	struct chance chance = {91};
	char text[65], bytes[600];
	size_t i, k;

	for (i = 0; i < 3000; i++) {
		mmr_slice sample = {bytes, chance_below(&chance, sizeof(bytes))};
		mmr_slice wanted = {text, 1 + chance_below(&chance, sizeof(text) - 1)};
		mmr_slice alphabet = {"aaabbcd=", 1 + chance_below(&chance, 8)};
		mmr_needle needle;

		chance_fill(&chance, bytes, sample.len, alphabet);
		chance_fill(&chance, text, wanted.len, alphabet);
		needle = mmr_needle_of(wanted);
		needle_tune(&needle, sample);
		for (k = 0; k < 2; k++) {
			ck_assert_uint_lt(needle.places[k], wanted.len);
			ck_assert_int_eq(needle.bytes[k], (unsigned char)text[needle.places[k]]);
		}
		for (k = 0; k < wanted.len && k < 64 && wanted.len > 1; k++)
			MUST(naive_pairs(wanted, sample, needle.places[0], needle.places[1]) <=
					naive_pairs(wanted, sample, k, needle.places[1]),
				"%zu: place %zu is rarer", i, k);
	}
}
END_TEST

START_TEST(test_tune_does_not_change_matches)
{
	struct chance chance = {92};
	char text[8], bytes[4000];
	size_t i;

	for (i = 0; i < 3000; i++) {
		mmr_slice all = {bytes, chance_below(&chance, sizeof(bytes))};
		mmr_slice wanted = {text, 1 + chance_below(&chance, sizeof(text) - 1)}, a, b;
		mmr_needle needle, tuned;
		mmr_matches plain, other;
		bool found;

		chance_fill(&chance, bytes, all.len, (mmr_slice){"aab", 3});
		chance_fill(&chance, text, wanted.len, (mmr_slice){"aab", 3});
		needle = tuned = mmr_needle_of(wanted);
		needle_tune(&tuned, (mmr_slice){bytes, all.len / 2});
		plain = mmr_matches_of(all, &needle);
		other = mmr_matches_of(all, &tuned);
		do {
			found = mmr_matches_next(&plain, &a);
			ck_assert_int_eq(mmr_matches_next(&other, &b), found);
			ck_assert(!found || a.ptr == b.ptr);
		} while (found);
	}
}
END_TEST

static Suite *tune_suite(void)
{
	Suite *suite = suite_create("tune");

	ADD_CASE(suite, "core", test_tune_chooses_a_rare_pair, test_tune_does_not_change_matches);
	return suite;
}

CHECK_MAIN(tune_suite)
