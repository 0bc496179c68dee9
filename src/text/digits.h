/* digits.h - reads decimal digits, eight at a time if possible
 *
 * Nothing is read at or after `end`. Bytes are checked and used in the same copy, since a mapped
 * file may change at any time.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_TEXT_DIGITS_H
#define SRC_TEXT_DIGITS_H

#include "common.h"
#include "simd/load.h"

/* Every number of this many digits fits into 64 bits. */
#define DIGITS_U64 19

static inline bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* Whether all bytes of a word are '0' to '9': the upper half is 3, before and after adding 6. */
static inline bool digits_are_eight(uint64_t word)
{
	return ((word & UINT64_C(0xf0f0f0f0f0f0f0f0)) |
		       ((word + UINT64_C(0x0606060606060606)) & UINT64_C(0xf0f0f0f0f0f0f0f0)) >>
			       4) == UINT64_C(0x3333333333333333);
}

/* The value of eight digits, the first of them in the lowest byte. Digits are joined to pairs,
 * pairs to fours, and fours to eight. One multiplication joins several of them at once. */
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

/* Appends the digits from `at` on to `*number`, which wraps if there are too many.
 *
 * Returns: the first byte that is not a digit, or `end`. */
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

/* Loads one to eight bytes, the first into the lowest bits. The other bits are 0. */
static inline uint64_t digits_load_few(const char *at, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)at;

	if (len >= 4)
		return load_u32le(at) | (uint64_t)load_u32le(at + len - 4) << 8 * (len - 4);
	return bytes[0] | (uint64_t)bytes[len / 2] << 8 * (len / 2) |
	       (uint64_t)bytes[len - 1] << 8 * (len - 1);
}

/* Pads one to eight digits with leading '0' to eight digits. */
static inline uint64_t digits_fill(uint64_t word, size_t n_digits)
{
	const uint64_t zeros = UINT64_C(0x3030303030303030);

	return word << 8 * (8 - n_digits) | zeros >> 8 >> 8 * (n_digits - 1);
}

/* Reads a number of 1 to 19 digits. Returns: false for any other text. */
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
