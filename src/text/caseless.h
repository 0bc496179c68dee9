/* caseless.h - comparisons in which the letters of ASCII are equal in both cases
 *
 * Texts are folded, which makes their letters small, when they are prepared. The bytes of a file
 * are folded while they are compared.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_TEXT_CASELESS_H
#define SRC_TEXT_CASELESS_H

#include "simd/load.h"

#include <mmreader/find.h>

/* The bit in which the two cases of a letter differ. */
#define CASE_BIT 0x20

static inline bool is_letter(char byte)
{
	return (unsigned char)((unsigned char)(byte | CASE_BIT) - 'a') < 26;
}

static inline bool is_small_letter(char byte)
{
	return byte >= 'a' && byte <= 'z';
}

static inline char fold_byte(char byte)
{
	return byte >= 'A' && byte <= 'Z' ? (char)(byte | CASE_BIT) : byte;
}

/* Folds eight bytes. A sum has the highest bit of a byte if the byte is at least 'A', or greater
 * than 'Z'. It cannot carry into the next byte. */
static inline uint64_t fold_word(uint64_t word)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t low = word & (ones * 0x7f), capital;

	capital = (low + ones * (0x80 - 'A')) & ~(low + ones * (0x7f - 'Z')) & ~word & ones * 0x80;
	return word | capital >> 2;
}

/* The number of bytes of a word, from the first one, that are equal. */
static inline size_t equal_in_word(uint64_t bytes, uint64_t text, bool caseless)
{
	uint64_t difference = (caseless ? fold_word(bytes) : bytes) ^ text;

	return difference != 0 ? (size_t)__builtin_ctzll(difference) / 8 : sizeof(difference);
}

/* Like equal_bytes_of, for fewer than eight bytes. */
static inline size_t equal_in_few(const char *bytes, const char *text, size_t len, bool caseless)
{
	size_t i = 0;

	if (len >= 4) {
		i = equal_in_word(load_u32le(bytes), load_u32le(text), caseless);
		if (i < 4)
			return i;
		i = equal_in_word(
			load_u32le(bytes + len - 4), load_u32le(text + len - 4), caseless);
		return i < 4 ? len - 4 + i : len;
	}
	while (i < len && (caseless ? fold_byte(bytes[i]) : bytes[i]) == text[i])
		i++;
	return i;
}

/* The number of bytes at the start that are equal to those of a text, at most `len`. If `caseless`
 * is set, the text is folded. Make it a constant where that matters. */
static inline size_t equal_bytes_of(const char *bytes, const char *text, size_t len, bool caseless)
{
	size_t i, n;

	if (len < 8)
		return equal_in_few(bytes, text, len, caseless);
	for (i = 0; i < len; i += 8) {
		/* The last word overlaps the one before. */
		if (len - i < 8)
			i = len - 8;
		n = equal_in_word(load_u64le(bytes + i), load_u64le(text + i), caseless);
		if (n < 8)
			return i + n;
	}
	return len;
}

/* Prepares a folded text for a caseless search. Shape, Lifetime: as mmr_needle_of. */
mmr_needle needle_of_folded(mmr_slice text);

/* Makes the byte at `place` of a needle's text its rare byte 0 or 1. */
void needle_choose_byte(mmr_needle *needle, unsigned i, size_t place);

#endif
