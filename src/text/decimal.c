/* decimal.c - converts the text of a decimal number to the nearest double
 *
 * Nearly all numbers have at most 19 digits, which fit into 64 bits. read_few reads some of these,
 * read_short reads all of them. Any other text is read again by read_long, which also rejects texts
 * that are not numbers.
 *
 * SPDX-License-Identifier: MIT */
#include "text/decimal.h"

#include "text/decimal_nearest.h"
#include "text/digits.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Reads "[+-]?[0-9]+" up to `end` and adds it to `*exponent`. Returns: false for any other text. */
static bool read_exponent(const char *at, const char *end, int64_t *exponent)
{
	char byte = at < end ? *at : '\0';
	bool negative = byte == '-';
	int64_t value = 0;

	at += byte == '-' || byte == '+';
	if (at == end)
		return false;
	for (; at < end; at++) {
		byte = *at;
		if (!is_digit(byte))
			return false;
		/* This limit is far outside the range of double, and far below an overflow. */
		if (value < INT64_C(1000000000000))
			value = value * 10 + (byte - '0');
	}
	*exponent += negative ? -value : value;
	return true;
}

/* Reads a number of one to eight bytes without an exponent. No branch depends on the position of
 * the decimal point. Returns: false for any other text. */
static inline bool read_few(const char *at, size_t len, uint64_t *ret_whole, int64_t *ret_exponent)
{
	const uint64_t points = UINT64_C(0x2e2e2e2e2e2e2e2e),
		       low_bits = UINT64_C(0x7f7f7f7f7f7f7f7f);
	uint64_t word = digits_load_few(at, len), other = word ^ points, before;
	unsigned shift;

	*ret_exponent = 0;
	/* Sets the highest bit of each byte that is a point. */
	other = ~(((other & low_bits) + low_bits) | other | low_bits);
	if (other) {
		shift = (unsigned)__builtin_ctzll(other) - 7;
		before = word & ((UINT64_C(1) << shift) - 1);
		word = before | word >> 8 >> shift << shift;
		len--;
		*ret_exponent = (int64_t)(shift / 8) - (int64_t)len;
		if (len == 0)
			return false;
	}
	word = digits_fill(word, len);
	*ret_whole = digits_join_eight(word);
	return digits_are_eight(word);
}

/* Reads a number of at most 19 digits as whole * 10^exponent. Returns: false for any other text. */
static inline bool read_short(
	const char *at, const char *end, uint64_t *ret_whole, int64_t *ret_exponent)
{
	const char *start = at, *first;
	ptrdiff_t n_digits, n_zeros;
	uint64_t whole = 0;
	int64_t exponent = 0;

	at = first = digits_skip_zeros(at, end);
	n_zeros = at - start;
	at = digits_read(at, end, &whole);
	n_digits = at - first;
	if (at < end && *at == '.') {
		start = first = ++at;
		/* Zeros after the point are significant only if another digit precedes them. */
		if (n_digits == 0)
			at = first = digits_skip_zeros(at, end);
		n_zeros += at - start;
		at = digits_read(at, end, &whole);
		n_digits += at - first;
		exponent = start - at;
	}
	if (n_digits > DIGITS_U64 || n_digits + n_zeros == 0)
		return false;
	if (at < end && ((*at | 0x20) != 'e' || !read_exponent(at + 1, end, &exponent)))
		return false;
	*ret_whole = whole;
	*ret_exponent = exponent;
	return true;
}

/* Returns: whether a digit that is not 0 was left out. */
static bool add_digit(struct decimal *decimal, char byte, bool after_point)
{
	if (decimal->n == DECIMAL_DIGITS) {
		decimal->exponent += !after_point;
		return byte != '0';
	}
	decimal->exponent -= after_point;
	if (decimal->n > 0 || byte != '0')
		decimal->digits[decimal->n++] = byte;
	return false;
}

/* Appends a digit 1 if nonzero digits were left out, and removes trailing zeros. */
static void end_digits(struct decimal *decimal, bool more)
{
	if (more) {
		decimal->digits[decimal->n++] = '1';
		decimal->exponent--;
	}
	while (decimal->n > 0 && decimal->digits[decimal->n - 1] == '0') {
		decimal->n--;
		decimal->exponent++;
	}
}

static bool read_long(const char *at, const char *end, struct decimal *ret_decimal)
{
	bool point = false, digit_seen = false, more = false;

	ret_decimal->n = 0;
	ret_decimal->exponent = 0;
	for (; at < end; at++) {
		char byte = *at;

		if (byte == '.' && !point) {
			point = true;
		} else if (is_digit(byte)) {
			digit_seen = true;
			more |= add_digit(ret_decimal, byte, point);
		} else {
			break;
		}
	}
	if (!digit_seen)
		return false;
	end_digits(ret_decimal, more);
	return at == end ||
	       ((*at | 0x20) == 'e' && read_exponent(at + 1, end, &ret_decimal->exponent));
}

/* Reads "inf", "infinity" and "nan" in upper or lower case. */
static bool read_word(const char *text, size_t len, uint64_t *ret_bits)
{
	const double not_a_number = (double)NAN;
	char word[9] = "";
	size_t i;

	if (len != 3 && len != 8)
		return false;
	for (i = 0; i < len; i++)
		word[i] = (char)(text[i] | 0x20);
	if (strcmp(word, "inf") == 0 || strcmp(word, "infinity") == 0)
		*ret_bits = DECIMAL_INFINITE;
	else if (strcmp(word, "nan") == 0)
		memcpy(ret_bits, &not_a_number, sizeof(*ret_bits));
	else
		return false;
	return true;
}

static inline int end_short(uint64_t whole, int64_t exponent, uint64_t sign, uint64_t *ret_bits)
{
	uint64_t bits = decimal_nearest(whole, exponent);

	if (bits == DECIMAL_INFINITE)
		return -ERANGE;
	*ret_bits = sign | bits;
	return 0;
}

/* Neither of these is inlined, because its locals would take registers from the fast path. */
static __attribute__((noinline)) int read_word_or_long(
	const char *at, const char *end, uint64_t sign, uint64_t *ret_bits)
{
	struct decimal decimal;
	uint64_t bits;

	if (!read_word(at, (size_t)(end - at), &bits)) {
		if (!read_long(at, end, &decimal))
			return -EINVAL;
		bits = decimal_nearest_long(&decimal);
		if (bits == DECIMAL_INFINITE)
			return -ERANGE;
	}
	*ret_bits = sign | bits;
	return 0;
}

static __attribute__((noinline)) int read_any(
	const char *at, const char *end, uint64_t sign, uint64_t *ret_bits)
{
	uint64_t whole;
	int64_t exponent;

	if (!read_short(at, end, &whole, &exponent))
		return read_word_or_long(at, end, sign, ret_bits);
	return end_short(whole, exponent, sign, ret_bits);
}

int decimal_read(const char *text, size_t len, uint64_t *ret_bits)
{
	uint64_t whole, sign = 0;
	int64_t exponent;
	const char *end;
	char first;

	if (len == 0)
		return -EINVAL;
	end = text + len;
	first = *text;
	if (first == '-' || first == '+') {
		sign = first == '-' ? DECIMAL_SIGN : 0;
		text++;
		len--;
	}
	if (len == 0 || len > 8 || !read_few(text, len, &whole, &exponent))
		return read_any(text, end, sign, ret_bits);
	return end_short(whole, exponent, sign, ret_bits);
}

/* Not inlined, like read_word_or_long. */
static __attribute__((noinline)) int split_any(
	const char *at, const char *end, bool negative, mmr_decimal *ret_value)
{
	struct decimal decimal;
	uint64_t whole;
	int64_t exponent;

	if (!read_short(at, end, &whole, &exponent))
		return read_long(at, end, &decimal) ? -ERANGE : -EINVAL;
	if (exponent != (int32_t)exponent)
		return -ERANGE;
	*ret_value = (mmr_decimal){whole, (int32_t)exponent, negative};
	return 0;
}

int decimal_split(const char *text, size_t len, mmr_decimal *ret_value)
{
	uint64_t whole;
	int64_t exponent;
	const char *end;
	char first;

	if (len == 0)
		return -EINVAL;
	end = text + len;
	first = *text;
	if (first == '-' || first == '+') {
		text++;
		len--;
	}
	if (len == 0 || len > 8 || !read_few(text, len, &whole, &exponent))
		return split_any(text, end, first == '-', ret_value);
	*ret_value = (mmr_decimal){whole, (int32_t)exponent, first == '-'};
	return 0;
}
