/* decode.h - the bits of a word as places
 *
 * Marks are decoded as they are found: what the inline iterators then do per line is one load and
 * one add. Left as bits, each line cost a mispredicted "is this word empty?" (measured: 4.1 ns
 * against 2.4 ns per 14-byte line).
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SIMD_DECODE_H
#define SRC_SIMD_DECODE_H

#include "common.h"

/* Of 0 too: the compilers make one instruction of it where the machine has it. */
static inline unsigned lowest_bit(uint64_t word)
{
	return word ? (unsigned)__builtin_ctzll(word) : 64;
}

static inline unsigned highest_bit(uint64_t word)
{
	return word ? 63 - (unsigned)__builtin_clzll(word) : 64;
}

/* Bits are written in groups, wanted or not: to ask for each one whether it is there costs a
 * misprediction a word. Two cover the words of long lines, six those of short ones. */
#define FIRST_GROUP  2
#define SECOND_GROUP 6

/* Writes `first` + the place of every bit, rising. Needs room for 64. Returns: how many bits. */
__attribute__((always_inline)) static inline unsigned decode_up(
	uint64_t word, size_t first, uint16_t *at)
{
	unsigned n = (unsigned)__builtin_popcountll(word), i;

	for (i = 0; i < FIRST_GROUP; i++, word &= word - 1)
		at[i] = (uint16_t)(first + lowest_bit(word));
	if (n <= FIRST_GROUP)
		return n;
	for (; i < SECOND_GROUP; i++, word &= word - 1)
		at[i] = (uint16_t)(first + lowest_bit(word));
	for (; i < n; i++, word &= word - 1)
		at[i] = (uint16_t)(first + lowest_bit(word));
	return n;
}

__attribute__((always_inline)) static inline uint64_t take_highest(
	uint64_t word, size_t first, uint16_t *at)
{
	unsigned bit = highest_bit(word);

	*at = (uint16_t)(first + bit);
	return word & ~(UINT64_C(1) << (bit & 63));
}

/* Like decode_up, falling. */
__attribute__((always_inline)) static inline unsigned decode_down(
	uint64_t word, size_t first, uint16_t *at)
{
	unsigned n = (unsigned)__builtin_popcountll(word), i;

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
