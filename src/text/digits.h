/* digits.h - runs of decimal digits, eight at a time where there are eight
 *
 * Nothing is read at or after `end`. No byte is used that was not checked in the same copy, since a
 * mapped file may change at any time.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_TEXT_DIGITS_H
#define SRC_TEXT_DIGITS_H

#include "common.h"
#include "simd/load.h"

/* Every number of so many digits fits into 64 bits. */
#define DIGITS_U64 19

static inline bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* Whether all bytes of a word are '0' to '9': their upper half is 3, also after adding 6. */
static inline bool digits_are_eight(uint64_t word)
{
	return ((word & UINT64_C(0xf0f0f0f0f0f0f0f0)) |
		       ((word + UINT64_C(0x0606060606060606)) & UINT64_C(0xf0f0f0f0f0f0f0f0)) >>
			       4) == UINT64_C(0x3333333333333333);
}

/* The number that eight digits make, the first of them in the lowest byte. Digits are joined to
 * pairs, pairs to fours, and fours to eight, each by one multiplication for all of them. */
static inline uint64_t digits_join_eight(uint64_t word)
{
	const uint64_t pairs = UINT64_C(0x000000ff000000ff);

	word -= UINT64_C(0x3030303030303030);
	word = word * 10 + (word >> 8);
	return ((word & pairs) * (100 + (UINT64_C(1000000) << 32)) +
		       (word >> 16 & pairs) * (1 + (UINT64_C(10000) << 32))) >>
	       32;
}

static inline const char *digits_skip_zeros(const char *at, const char *end)
{
	while (at < end && *at == '0')
		at++;
	return at;
}

/* Appends the digits from `at` on to `*number`, which wraps where they are too many.
 *
 * Returns: the first byte that is no digit, or `end`. */
static inline const char *digits_read(const char *at, const char *end, uint64_t *number)
{
	uint64_t value = *number, word;

	while (end - at >= 8) {
		word = load_u64le(at);
		if (!digits_are_eight(word))
			break;
		value = value * 100000000 + digits_join_eight(word);
		at += 8;
	}
	for (; at < end; at++) {
		char byte = *at;

		if (!is_digit(byte))
			break;
		value = value * 10 + (uint64_t)(byte - '0');
	}
	*number = value;
	return at;
}

/* One to eight bytes, the first in the lowest bits; the bits above are 0. */
static inline uint64_t digits_load_few(const char *at, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)at;

	if (len >= 4)
		return load_u32le(at) | (uint64_t)load_u32le(at + len - 4) << 8 * (len - 4);
	return bytes[0] | (uint64_t)bytes[len / 2] << 8 * (len / 2) |
	       (uint64_t)bytes[len - 1] << 8 * (len - 1);
}

/* Moves one to eight digits to the end of eight, with '0' before them. */
static inline uint64_t digits_fill(uint64_t word, size_t n_digits)
{
	const uint64_t zeros = UINT64_C(0x3030303030303030);

	return word << 8 * (8 - n_digits) | zeros >> 8 >> 8 * (n_digits - 1);
}

/* A number of 1 to 19 digits and nothing else. Returns: false for every other text. */
static inline bool digits_read_short(const char *at, const char *end, uint64_t *ret_number)
{
	size_t len = (size_t)(end - at);
	uint64_t word;

	if (len == 0 || len > DIGITS_U64)
		return false;
	if (len <= 8) {
		word = digits_fill(digits_load_few(at, len), len);
		*ret_number = digits_join_eight(word);
		return digits_are_eight(word);
	}
	*ret_number = 0;
	return digits_read(at, end, ret_number) == end;
}

#endif
