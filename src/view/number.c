/* number.c - numbers out of text that ends without a NUL
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "open/guard.h"

#include <mmreader/slice.h>

#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* What is read of a text, once and under the guard: the file may change between two looks. */
struct whole {
	bool negative, too_large;
	uint64_t magnitude;
};

static int read_whole(const char *text, size_t len, struct whole *whole)
{
	char first = len > 0 ? text[0] : '\0';
	size_t i = first == '+' || first == '-';

	memset(whole, 0, sizeof(*whole));
	whole->negative = first == '-';
	if (i >= len)
		return -EINVAL;
	for (; i < len; i++) {
		char byte = text[i];
		uint64_t digit = (uint64_t)(byte - '0');

		if (!is_digit(byte))
			return -EINVAL;
		/* -EINVAL wins over -ERANGE: "99999999999999999999x" is no number. */
		if (whole->magnitude > (UINT64_MAX - digit) / 10)
			whole->too_large = true;
		else
			whole->magnitude = whole->magnitude * 10 + digit;
	}
	return 0;
}

static int parse_whole(mmr_slice text, struct whole *whole)
{
	struct guard guard;
	int err;

	if (slice_is_nowhere(text))
		return error_nowhere();
	if (!GUARD_ENTER(&guard, text.ptr, text.len))
		return guard_fault(&guard);
	err = read_whole(text.ptr, text.len, whole);
	guard_leave(&guard);
	if (err < 0)
		return err;
	return whole->too_large ? -ERANGE : 0;
}

int mmr_slice_to_i64(mmr_slice text, int64_t *ret_value)
{
	struct whole whole;
	int err;

	err = parse_whole(text, &whole);
	if (err < 0)
		return err;
	if (whole.magnitude > (uint64_t)INT64_MAX + whole.negative)
		return -ERANGE;
	/* Negated as unsigned: INT64_MIN has no positive twin. */
	*ret_value = (int64_t)(whole.negative ? 0 - whole.magnitude : whole.magnitude);
	return 0;
}

int mmr_slice_to_u64(mmr_slice text, uint64_t *ret_value)
{
	struct whole whole;
	int err;

	err = parse_whole(text, &whole);
	if (err < 0)
		return err;
	if (whole.negative && whole.magnitude > 0)
		return -ERANGE;
	*ret_value = whole.magnitude;
	return 0;
}

/* 767 digits decide about every double; what follows them only matters by not being 0. */
#define DIGITS_MAX 800

/* What a decimal number is made of: its digits without the point, and a power of ten. */
struct decimal {
	bool negative, infinite, not_a_number;
	char digits[DIGITS_MAX + 32]; /* room for the exponent that strtod wants to see */
	size_t n_digits;
	int64_t exponent;
};

/* "inf", "infinity" and "nan", in any case of letters. */
static bool read_word(const char *text, size_t len, struct decimal *decimal)
{
	char word[9] = "";
	size_t i;

	if (len != 3 && len != 8)
		return false;
	for (i = 0; i < len; i++)
		word[i] = (char)(text[i] | 0x20);
	decimal->infinite = strcmp(word, "inf") == 0 || strcmp(word, "infinity") == 0;
	decimal->not_a_number = strcmp(word, "nan") == 0;
	return decimal->infinite || decimal->not_a_number;
}

/* "[+-]?[0-9]+". Far beyond every double, and far from overflowing, it stops to grow. */
static int read_exponent(const char *text, size_t len, int64_t *exponent)
{
	char first = len > 0 ? text[0] : '\0';
	size_t i = first == '+' || first == '-';
	int64_t value = 0;

	if (i >= len)
		return -EINVAL;
	for (; i < len; i++) {
		char byte = text[i];

		if (!is_digit(byte))
			return -EINVAL;
		if (value < INT64_C(1000000000000))
			value = value * 10 + (byte - '0');
	}
	*exponent += first == '-' ? -value : value;
	return 0;
}

/* "[0-9]*.?[0-9]*([eE][+-]?[0-9]+)?" with a digit in front of the exponent. */
static int read_digits(const char *text, size_t len, struct decimal *decimal)
{
	bool point = false, digit_seen = false, sticky = false;
	size_t i;

	for (i = 0; i < len; i++) {
		char byte = text[i];

		if (byte == '.' && !point) {
			point = true;
			continue;
		}
		if (!is_digit(byte)) {
			if (!digit_seen || (byte | 0x20) != 'e')
				return -EINVAL;
			break;
		}
		digit_seen = true;
		if (decimal->n_digits == DIGITS_MAX) {
			sticky |= byte != '0';
			decimal->exponent += !point;
			continue;
		}
		decimal->exponent -= point;
		if (decimal->n_digits > 0 || byte != '0')
			decimal->digits[decimal->n_digits++] = byte;
	}
	if (!digit_seen)
		return -EINVAL;
	if (sticky) {
		decimal->digits[decimal->n_digits++] = '1';
		decimal->exponent--;
	}
	return i < len ? read_exponent(text + i + 1, len - i - 1, &decimal->exponent) : 0;
}

static int read_decimal(const char *text, size_t len, struct decimal *decimal)
{
	char first = len > 0 ? text[0] : '\0';
	size_t sign = first == '+' || first == '-';

	decimal->negative = first == '-';
	decimal->infinite = decimal->not_a_number = false;
	decimal->n_digits = 0;
	decimal->exponent = 0;
	if (read_word(text + sign, len - sign, decimal))
		return 0;
	return read_digits(text + sign, len - sign, decimal);
}

/* Powers of ten that a double holds exactly. */
static const double exact_tens[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* The nearest double. Short numbers are exact in one operation (Clinger's fast path), where
 * operations are not carried out in a wider format, as by the x87; the others go to strtod as an
 * integer with an exponent, so that no locale's decimal point is asked for. */
static double decimal_value(struct decimal *decimal)
{
	uint64_t whole = 0;
	size_t i;

	if (decimal->infinite)
		return (double)INFINITY;
	if (decimal->not_a_number)
		return (double)NAN;
	if (decimal->n_digits == 0)
		return 0;
	if (FLT_EVAL_METHOD == 0 && decimal->n_digits <= 15 && decimal->exponent >= -22 &&
		decimal->exponent <= 22) {
		for (i = 0; i < decimal->n_digits; i++)
			whole = whole * 10 + (uint64_t)(decimal->digits[i] - '0');
		if (decimal->exponent < 0)
			return (double)whole / exact_tens[-decimal->exponent];
		return (double)whole * exact_tens[decimal->exponent];
	}
	snprintf(decimal->digits + decimal->n_digits, 24, "e%" PRId64, decimal->exponent);
	return strtod(decimal->digits, NULL);
}

int mmr_slice_to_f64(mmr_slice text, double *ret_value)
{
	struct decimal decimal;
	struct guard guard;
	double value;
	int err;

	if (slice_is_nowhere(text))
		return error_nowhere();
	if (!GUARD_ENTER(&guard, text.ptr, text.len))
		return guard_fault(&guard);
	err = read_decimal(text.ptr, text.len, &decimal);
	guard_leave(&guard);
	if (err < 0)
		return err;
	value = decimal_value(&decimal);
	if (isinf(value) && !decimal.infinite)
		return -ERANGE;
	*ret_value = decimal.negative ? -value : value;
	return 0;
}
