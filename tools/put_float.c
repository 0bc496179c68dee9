/* put_float.c - floats in the fewest digits that give the same float back
 *
 * Measured and typed numbers have few digits, and are found with two multiplications. What has 16
 * or 17 is left to the C library, which is exact and slow.
 *
 * SPDX-License-Identifier: MIT */
#include "put.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every decimal of so many digits is told apart from its neighbours by a double. */
#define SAFE_DIGITS 15
#define SAFE_LIMIT  1e15
/* Smaller ones are written with an exponent. */
#define LEAST_PLAIN 1e-4

static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
	1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19};

/* How far from an f16 a number may lie to be rounded to it: half the distance of two neighbours,
 * and half of that below a power of two. */
static double f16_reach(double value)
{
	int exponent;
	double mantissa = frexp(value, &exponent);

	/* 11 bits, of which subnormal ones lack some. */
	exponent = exponent - 12 > -25 ? exponent - 12 : -25;
	return ldexp(mantissa == 0.5 ? 0.5 : 1, exponent);
}

/* Whether a decimal, as the nearest double, is read back as `value`, which is positive. */
static bool reads_back(double decimal, double value, enum mmr_type type)
{
	switch (type) {
	case MMR_F16:
		return fabs(decimal - value) < f16_reach(value);
	case MMR_F32:
		/* So must be the decimal itself, which may lie next to the double. */
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
 * Scaled to so many digits it is off by less than half a unit, so rounding finds the only decimal
 * that it can be; the quotient of two whole numbers below 2^53 and 10^22 is rounded as reading the
 * decimal would be. Returns: NULL if they are not enough. */
static char *put_short(char *to, double value, enum mmr_type type, unsigned n_digits)
{
	unsigned n_decimals = 0;
	uint64_t number;

	while (value * powers[n_decimals] < powers[n_digits - 1])
		n_decimals++;
	number = (uint64_t)(value * powers[n_decimals] + 0.5);
	if (!reads_back((double)number / powers[n_decimals], value, type))
		return NULL;
	while (number % 10 == 0) {
		number /= 10;
		n_decimals--;
	}
	return put_decimal(to, number, n_decimals);
}

static char *put_exact(char *to, double value, enum mmr_type type, int n_digits, int most)
{
	int len;

	for (;; n_digits++) {
		len = snprintf(to, PUT_FLOAT_ROOM, "%.*g", n_digits, value);
		if (n_digits >= most || reads_back(strtod(to, NULL), value, type))
			return to + len;
	}
}

static char *put_positive(char *to, double value, enum mmr_type type)
{
	unsigned least = 1, most, n_digits;
	char *end;

	/* Normal floats tell decimals of so many digits apart: fewer need not be tried. */
	if (type == MMR_F64) {
		least = value < DBL_MIN ? 1 : DBL_DIG;
		most = SAFE_DIGITS;
	} else if (type == MMR_F32) {
		least = value < FLT_MIN ? 1 : FLT_DIG;
		most = 9;
	} else {
		most = 5;
	}
	/* Where the machine rounds twice, a quotient is not what reading gives. */
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
	/* -0 is not whole: it has a sign to keep. */
	if (fabs(value) < SAFE_LIMIT && value == (double)(int64_t)value &&
		!(value == 0 && signbit(value)))
		return put_signed(to, (int64_t)value);
	if (signbit(value)) {
		*to++ = '-';
		value = -value;
	}
	return put_positive(to, value, type);
}
