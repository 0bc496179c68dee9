/* put_float.c - writes floats with the fewest digits that are read back as the same float
 *
 * The notation is that of Python's repr without a final ".0": an exponent from 1e16 on and below
 * 1e-4. Numbers with few digits, which are common, are found with two multiplications. Those of 16
 * or 17 digits are left to the C library, which is exact and slow.
 *
 * SPDX-License-Identifier: MIT */
#include "output/put.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two decimals of this many digits are never the same double. */
#define SAFE_DIGITS 15
#define SAFE_LIMIT  1e15
/* Smaller numbers, and those from the limit on, are written with an exponent. */
#define LEAST_PLAIN 1e-4
#define PLAIN_LIMIT 1e16

static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
	1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19};

/* The f16 that is nearest to a positive number, ties to even. */
static double nearest_f16(double number)
{
	double unit, rest;
	unsigned n_units;
	int exponent;

	frexp(number, &exponent);
	/* 11 bits; fewer if the number is subnormal. */
	unit = ldexp(1, exponent > -13 ? exponent - 11 : -24);
	n_units = (unsigned)(number / unit);
	rest = number / unit - n_units;
	if (rest > 0.5 || (rest == 0.5 && n_units % 2 == 1))
		n_units++;
	return n_units * unit;
}

/* Whether a decimal, as the nearest double, is read back as `value`, which is positive. */
static bool reads_back(double decimal, double value, enum mmr_type type)
{
	switch (type) {
	case MMR_F16:
		return nearest_f16(decimal) == value;
	case MMR_F32:
		/* The decimal may be slightly smaller or larger than the double: try both. */
		return (float)(decimal * (1 - 0x1p-52)) == (float)value &&
		       (float)(decimal * (1 + 0x1p-52)) == (float)value;
	default:
		return decimal == value;
	}
}

/* `number` / 10^`n_decimals`, with its point. */
static char *put_decimal(char *to, uint64_t number, unsigned n_decimals)
{
	char digits[PUT_NUMBER_ROOM], *end = put_unsigned(digits, number);
	size_t n = (size_t)(end - digits), before = n > n_decimals ? n - n_decimals : 0, i;

	if (before == 0)
		*to++ = '0';
	memcpy(to, digits, before);
	to += before;
	*to++ = '.';
	for (i = n; i < n_decimals; i++)
		*to++ = '0';
	memcpy(to, digits + before, n - before);
	return to + (n - before);
}

/* Writes a positive value that is no whole number, if at most `n_digits` digits are enough.
 *
 * The scaled value is off by less than half a unit, so rounding finds the only possible decimal.
 * The quotient of two whole numbers below 2^53 and 10^22 is rounded as the decimal is when read.
 * Returns: NULL if the digits are not enough. */
static char *put_short(char *to, double value, enum mmr_type type, unsigned n_digits)
{
	unsigned n_decimals = 0;
	double scaled, rest;
	uint64_t number;

	while (value * powers[n_decimals] < powers[n_digits - 1])
		n_decimals++;
	scaled = value * powers[n_decimals];
	number = (uint64_t)scaled;
	/* As printf does it: ties to even. */
	rest = scaled - (double)number;
	number += rest > 0.5 || (rest == 0.5 && number % 2 == 1);
	if (!reads_back((double)number / powers[n_decimals], value, type)) {
		/* As in put_whole. In an f64 of so many digits, powers of two are exact. */
		if (type == MMR_F64 || (double)number > scaled)
			return NULL;
		number++;
		if (!reads_back((double)number / powers[n_decimals], value, type))
			return NULL;
	}
	while (number % 10 == 0) {
		number /= 10;
		n_decimals--;
	}
	return put_decimal(to, number, n_decimals);
}

/* Like reads_back, of a number below PLAIN_LIMIT that is exact as a double. */
static bool whole_reads_back(uint64_t number, uint64_t value, enum mmr_type type)
{
	return type == MMR_F16 ? nearest_f16((double)number) == (double)value
			       : (float)number == (float)value;
}

/* Writes a whole f16 or f32 below PLAIN_LIMIT: at least its first `n_digits` digits, then zeros. */
static char *put_whole(char *to, uint64_t value, enum mmr_type type, unsigned n_digits)
{
	uint64_t unit = 1, number;

	while (value / unit >= (uint64_t)powers[n_digits])
		unit *= 10;
	for (; unit > 1; unit /= 10) {
		number = (value + unit / 2) / unit * unit;
		if (whole_reads_back(number, value, type))
			return put_unsigned(to, number);
		/* A power of two is closer to its neighbour below it than to the one above. */
		if (number < value && whole_reads_back(number + unit, value, type))
			return put_unsigned(to, number + unit);
	}
	return put_unsigned(to, value);
}

/* Writes `n_digits` digits, the last digit one more than rounding gives. */
static char *put_next(char *to, double value, bool plain, int n_digits)
{
	/* %#g keeps the zeros at the end: a zero may be the last digit. */
	int len = plain ? snprintf(to, PUT_FLOAT_ROOM, "%#.*g", n_digits, value)
			: snprintf(to, PUT_FLOAT_ROOM, "%.*e", n_digits - 1, value);
	char *last = plain ? to + len - 1 : strchr(to, 'e') - 1;

	/* A 9 would become a 0, which was tried with one digit less. */
	if (*last < '9')
		++*last;
	return to + len;
}

static char *put_exact(char *to, double value, enum mmr_type type, int n_digits, int most)
{
	bool plain = value >= LEAST_PLAIN && value < PLAIN_LIMIT;
	int exponent, len;
	/* As in put_whole. */
	bool uneven = frexp(value, &exponent) == 0.5;
	char *end;

	for (;; n_digits++) {
		/* %g would print 17 digits without an exponent. */
		if (n_digits == 17 && !plain)
			len = snprintf(to, PUT_FLOAT_ROOM, "%.16e", value);
		else
			len = snprintf(to, PUT_FLOAT_ROOM, "%.*g", n_digits, value);
		if (n_digits >= most || reads_back(strtod(to, NULL), value, type))
			return to + len;
		if (!uneven)
			continue;
		end = put_next(to, value, plain, n_digits);
		if (reads_back(strtod(to, NULL), value, type))
			return end;
	}
}

static char *put_positive(char *to, double value, enum mmr_type type)
{
	unsigned least = 1, most, n_digits;
	char *end;

	/* Decimals of `least` digits are different normal floats: fewer need not be tried. */
	if (type == MMR_F64) {
		least = value < DBL_MIN ? 1 : DBL_DIG;
		most = SAFE_DIGITS;
	} else if (type == MMR_F32) {
		least = value < FLT_MIN ? 1 : FLT_DIG;
		most = 9;
	} else {
		most = 5;
	}
	/* A processor that calculates with more bits than a double has, such as the x87, rounds
	 * twice: the quotient may differ from the decimal that is read. put_exact does not depend
	 * on that. */
	if (FLT_EVAL_METHOD == 0 && value >= LEAST_PLAIN && value < SAFE_LIMIT) {
		for (n_digits = least; n_digits <= most; n_digits++) {
			end = put_short(to, value, type, n_digits);
			if (end)
				return end;
		}
		least = n_digits;
	}
	return put_exact(to, value, type, (int)least, type == MMR_F64 ? 17 : (int)most);
}

char *put_float(char *to, double value, enum mmr_type type)
{
	if (isnan(value)) {
		memcpy(to, "nan", 3);
		return to + 3;
	}
	/* -0 has a sign too. */
	if (signbit(value)) {
		*to++ = '-';
		value = -value;
	}
	if (value < PLAIN_LIMIT && value == (double)(int64_t)value) {
		/* Neighbours that are 1 apart, or 2 as those of an f64 up to 10^16, differ in their
		 * last digit. */
		if (type == MMR_F64 || value < (type == MMR_F32 ? 0x1p24 : 0x1p11))
			return put_unsigned(to, (uint64_t)value);
		return put_whole(to, (uint64_t)value, type, type == MMR_F32 ? FLT_DIG : 1);
	}
	return put_positive(to, value, type);
}

static char *put_plain(char *to, const char *text)
{
	size_t len = strlen(text);

	memcpy(to, text, len);
	return to + len;
}

char *put_json_float(char *to, double value, enum mmr_type type)
{
	/* A JSON parser may read "-0" as an integer, and the integer 0 has no sign. */
	if (value == 0 && signbit(value))
		return put_plain(to, "-0.0");
	if (isfinite(value))
		return put_float(to, value, type);
	return put_plain(to, value != value ? "\"NaN\""
			     : value > 0    ? "\"Infinity\""
					    : "\"-Infinity\"");
}
