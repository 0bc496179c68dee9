/* tune.c - counts the bytes of a needle in a sample
 *
 * SPDX-License-Identifier: MIT */
#include "text/tune.h"

#include <string.h>

/* The bytes are chosen from the first bytes of a text, at most this many. */
#define TUNE_LOOK ((size_t)64)

/* Counts how often each byte of the text is at its place where the one at `place` is. */
static void count_pairs(
	mmr_slice text, mmr_slice sample, size_t place, uint32_t ret_counts[TUNE_LOOK])
{
	size_t len = min_size(text.len, TUNE_LOOK), i;
	const char *at = sample.ptr + place;
	const char *stop = sample.ptr + sample.len - (len - 1 - place);

	memset(ret_counts, 0, TUNE_LOOK * sizeof(*ret_counts));
	while (at < stop && (at = memchr(at, text.ptr[place], (size_t)(stop - at)))) {
		for (i = 0; i < len; i++)
			ret_counts[i] += at[i - place] == text.ptr[i];
		at++;
	}
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
	size_t len = min_size(needle->text.len, TUNE_LOOK), i, k;
	uint32_t all[256] = {0}, counts[TUNE_LOOK];

	if (len < 2 || sample.len < len)
		return;
	for (i = 0; i < sample.len; i++)
		all[(unsigned char)sample.ptr[i]]++;
	for (i = 0; i < len; i++)
		counts[i] = all[(unsigned char)needle->text.ptr[i]];
	needle->places[0] = least(counts, len);
	/* The second byte is the best one for the first, then the first one for the second. */
	for (k = 1; k < 3; k++) {
		count_pairs(needle->text, sample, needle->places[(k - 1) % 2], counts);
		needle->places[k % 2] = least(counts, len);
	}
	for (i = 0; i < 2; i++)
		needle->bytes[i] = (unsigned char)needle->text.ptr[needle->places[i]];
}
