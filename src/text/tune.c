/* tune.c - counts the bytes of a needle in a sample
 *
 * SPDX-License-Identifier: MIT */
#include "text/tune.h"

#include "text/caseless.h"

#include <string.h>

/* The bytes are chosen from the first bytes of a text, at most this many. */
#define TUNE_LOOK ((size_t)64)

static bool is_same(const mmr_needle *needle, char byte, size_t place)
{
	return (needle->caseless ? fold_byte(byte) : byte) == needle->text.ptr[place];
}

/* Counts how often each byte of the text is at its place where the one at `place` is. */
static void count_pairs(
	const mmr_needle *needle, mmr_slice sample, size_t place, uint32_t ret_counts[TUNE_LOOK])
{
	size_t len = min_size(needle->text.len, TUNE_LOOK), at, i;

	memset(ret_counts, 0, TUNE_LOOK * sizeof(*ret_counts));
	for (at = 0; at + len <= sample.len; at++)
		for (i = 0; is_same(needle, sample.ptr[at + place], place) && i < len; i++)
			ret_counts[i] += is_same(needle, sample.ptr[at + i], i);
}

static size_t least(const uint32_t *counts, size_t n)
{
	size_t best = 0, i;

	for (i = 1; i < n; i++)
		if (counts[i] < counts[best])
			best = i;
	return best;
}

void needle_tune(mmr_needle *needle, mmr_slice sample)
{
	size_t len = min_size(needle->text.len, TUNE_LOOK), first, second, i;
	uint32_t all[256] = {0}, counts[TUNE_LOOK];

	if (len < 2 || sample.len < len)
		return;
	for (i = 0; i < sample.len; i++)
		all[(unsigned char)(needle->caseless ? fold_byte(sample.ptr[i]) : sample.ptr[i])]++;
	for (i = 0; i < len; i++)
		counts[i] = all[(unsigned char)needle->text.ptr[i]];
	first = least(counts, len);
	count_pairs(needle, sample, first, counts);
	second = least(counts, len);
	/* Another first byte may be better together with this one. */
	count_pairs(needle, sample, second, counts);
	needle_choose_byte(needle, 0, least(counts, len));
	needle_choose_byte(needle, 1, second);
}
