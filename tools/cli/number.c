/* number.c - parsing a number of the command line
 *
 * SPDX-License-Identifier: MIT */
#include "cli/number.h"

#include <string.h>

/* Larger exponents are clamped to this one. */
#define LARGEST_EXPONENT 99

/* A decimal number before its unit is applied: digits * 10^exponent. */
struct decimal {
	uint64_t digits; /* at most INT64_MAX */
	int exponent;
	bool clamped; /* there were more digits than fit */
};

static int digit_value(char byte, unsigned base)
{
	int value = -1;

	if (byte >= '0' && byte <= '9')
		value = byte - '0';
	else if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f')
		value = (byte | 0x20) - 'a' + 10;
	return value < (int)base ? value : -1;
}

/* Appends a run of digits, with single underscores between them. Returns: what follows; NULL
 * where there is no digit. */
static const char *parse_digits(
	const char *text, unsigned base, struct decimal *decimal, int *ret_n_digits)
{
	int digit;

	*ret_n_digits = 0;
	if (digit_value(*text, base) < 0)
		return NULL;
	for (; (digit = digit_value(*text, base)) >= 0; text++) {
		if (decimal->digits > ((uint64_t)INT64_MAX - (uint64_t)digit) / base) {
			decimal->digits = (uint64_t)INT64_MAX;
			decimal->clamped = true;
		} else {
			decimal->digits = decimal->digits * base + (uint64_t)digit;
		}
		if (*ret_n_digits < INT16_MAX)
			++*ret_n_digits;
		if (text[1] == '_' && digit_value(text[2], base) >= 0)
			text++;
	}
	return text;
}

/* Parses an optional fraction, as in ".5", and an optional exponent, as in "e6". */
static const char *parse_fraction(const char *text, struct decimal *decimal)
{
	struct decimal exponent = {0};
	const char *digits;
	int n;

	if (*text == '.') {
		text = parse_digits(text + 1, 10, decimal, &n);
		if (!text)
			return NULL;
		decimal->exponent = -n;
	}
	/* An E without digits after it is a unit. */
	digits = (*text | 0x20) == 'e' ? text + 1 + (text[1] == '+') : text;
	if (digits == text || digit_value(*digits, 10) < 0)
		return text;
	text = parse_digits(digits, 10, &exponent, &n);
	decimal->exponent += (int)min_u64(exponent.digits, LARGEST_EXPONENT);
	return text;
}

/* Parses an optional unit: "K", "KB" or "KiB". Returns: what follows. */
static const char *parse_unit(const char *text, enum number_unit unit, uint64_t *ret_factor)
{
	static const char letters[] = "KMGTPE";
	/* A space would become the NUL that ends the letters. */
	const char *letter = *text > ' ' ? strchr(letters, *text & ~0x20) : NULL;
	uint64_t step = unit == NUMBER_OF_BYTES ? 1024 : 1000;
	long steps;

	*ret_factor = 1;
	if (!letter)
		return text;
	text++;
	if (*text == 'B') {
		step = 1000;
		text++;
	} else if (text[0] == 'i' && text[1] == 'B') {
		step = 1024;
		text += 2;
	}
	/* 1024^6 is 2^60: no factor overflows. */
	for (steps = letter - letters; steps >= 0; steps--)
		*ret_factor *= step;
	return text;
}

/* Divides one of two factors by a prime. Returns: false if neither is a multiple of it. */
static bool divide(uint64_t *a, uint64_t *b, uint64_t prime)
{
	if (*a % prime == 0)
		*a /= prime;
	else if (*b % prime == 0)
		*b /= prime;
	else
		return false;
	return true;
}

/* Returns: false when the number is not whole, or has a fraction of too many digits. */
static bool apply(struct decimal decimal, uint64_t factor, uint64_t *ret_number)
{
	if (decimal.digits == 0)
		decimal.exponent = 0;
	if (decimal.exponent < 0 && decimal.clamped)
		return false;
	for (; decimal.exponent < 0; decimal.exponent++)
		if (!divide(&factor, &decimal.digits, 2) || !divide(&factor, &decimal.digits, 5))
			return false;
	for (; decimal.exponent > 0; decimal.exponent--)
		decimal.digits = multiply_clamped(decimal.digits, 10);
	*ret_number = min_u64(multiply_clamped(decimal.digits, factor), INT64_MAX);
	return true;
}

const char *number_parse(const char *text, enum number_unit unit, uint64_t *ret_number)
{
	unsigned base = text[0] == '0' && (text[1] | 0x20) == 'x' ? 16 : 10;
	struct decimal decimal = {0};
	uint64_t factor;
	int n_digits;

	text = parse_digits(base == 16 ? text + 2 : text, base, &decimal, &n_digits);
	if (text && base == 10)
		text = parse_fraction(text, &decimal);
	if (!text)
		return NULL;
	text = parse_unit(text, unit, &factor);
	return apply(decimal, factor, ret_number) ? text : NULL;
}

bool number_parse_all(const char *text, enum number_unit unit, uint64_t *ret_number)
{
	text = number_parse(text, unit, ret_number);
	return text && *text == '\0';
}
