/* bytes_decode.h - converts the set bits of a word to offsets
 *
 * Mark kernels return offsets instead of bits, so that an iterator needs one load and one addition
 * per line. With bits, each line cost a mispredicted branch on an empty word (measured: 4.1 ns
 * against 2.4 ns per line of 14 bytes).
 *
 * Included by bytes_template.h.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SIMD_BYTES_DECODE_H
#define SRC_SIMD_BYTES_DECODE_H

#include "simd/simd.h"

/* The number of the lowest or highest bit that is set. What they return for 0 is not used. The
 * builtins are undefined for 0, and a test for 0 is compiled to a branch, or to a test and a
 * conditional move. The branch is mispredicted where lines are about as long as a word. */
#if defined(BMI) && defined(__x86_64__)
#define LOWEST_SET(word)  ((unsigned)_tzcnt_u64(word))
#define HIGHEST_SET(word) (63 - (unsigned)_lzcnt_u64(word))
#else
#define LOWEST_SET(word)  ((unsigned)__builtin_ctzll((word) | UINT64_C(1) << 63))
#define HIGHEST_SET(word) (63 - (unsigned)__builtin_clzll((word) | 1))
#endif

/* Groups of bits are written without a test whether each bit exists, because a test costs one
 * misprediction per word. Two bits are enough for words of long lines, six for short lines. */
#define FIRST_GROUP  2
#define SECOND_GROUP 6

/* Writes `first` + the number of each set bit, in rising order. `at` needs room for 64 offsets.
 *
 * Returns: the number of set bits. */
TARGET SIMD_INLINE unsigned decode_up(uint64_t word, size_t first, uint16_t *at)
{
	unsigned n = (unsigned)__builtin_popcountll(word), i;

#if defined(DECODE_MANY)
	if (n > FIRST_GROUP) {
		DECODE_MANY(word, n, first, at, false);
		return n;
	}
#endif
	for (i = 0; i < FIRST_GROUP; i++, word &= word - 1)
		at[i] = (uint16_t)(first + LOWEST_SET(word));
	if (n <= FIRST_GROUP)
		return n;
	for (; i < SECOND_GROUP; i++, word &= word - 1)
		at[i] = (uint16_t)(first + LOWEST_SET(word));
	for (; i < n; i++, word &= word - 1)
		at[i] = (uint16_t)(first + LOWEST_SET(word));
	return n;
}

TARGET SIMD_INLINE uint64_t take_highest(uint64_t word, size_t first, uint16_t *at)
{
	unsigned bit = HIGHEST_SET(word);

	*at = (uint16_t)(first + bit);
	return word & ~(UINT64_C(1) << (bit & 63));
}

/* Like decode_up, but in falling order. */
TARGET SIMD_INLINE unsigned decode_down(uint64_t word, size_t first, uint16_t *at)
{
	unsigned n = (unsigned)__builtin_popcountll(word), i;

#if defined(DECODE_MANY)
	if (n > FIRST_GROUP) {
		DECODE_MANY(word, n, first, at, true);
		return n;
	}
#endif
	for (i = 0; i < FIRST_GROUP; i++)
		word = take_highest(word, first, at + i);
	if (n <= FIRST_GROUP)
		return n;
	for (; i < SECOND_GROUP; i++)
		word = take_highest(word, first, at + i);
	for (; i < n; i++)
		word = take_highest(word, first, at + i);
	return n;
}

#endif
