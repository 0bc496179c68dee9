/* exact.c - the long accumulator of doubles
 *
 * SPDX-License-Identifier: MIT */
#include "simd/exact.h"

#include <math.h>
#include <string.h>

#define LIMB_MASK ((int64_t)0xffffffff)

/* Each addition changes a limb by less than 2^32. A merge of two sums may double the limbs. */
#define ADDED_MAX ((uint32_t)1 << 29)

/* Reduces all limbs but the last to [0, 2^32). The last one keeps the sign. */
static void settle(mmr_exact *sum)
{
	int64_t carry = 0;
	size_t i;

	for (i = 0; i < EXACT_LIMBS - 1; i++) {
		sum->limbs[i] += carry;
		/* This division rounds down, so that the remainder is not negative. */
		carry = (sum->limbs[i] - (sum->limbs[i] & LIMB_MASK)) / (LIMB_MASK + 1);
		sum->limbs[i] &= LIMB_MASK;
	}
	sum->limbs[i] += carry;
	sum->n_added = 0;
}

void exact_add(mmr_exact *sum, double value)
{
	uint64_t bits, mantissa, high;
	unsigned exponent, shift;
	int64_t *limb, sign;

	memcpy(&bits, &value, sizeof(bits));
	exponent = (unsigned)(bits >> 52) & 0x7ff;
	mantissa = bits & ((UINT64_C(1) << 52) - 1);
	sign = bits >> 63 ? -1 : 1;
	if (exponent == 0x7ff) {
		sum->nan |= mantissa != 0;
		sum->infinite |= mantissa == 0 && sign > 0;
		sum->minus_infinite |= mantissa == 0 && sign < 0;
		return;
	}
	/* A subnormal has the exponent of the smallest normal double, without the leading 1. */
	if (exponent > 0) {
		mantissa |= UINT64_C(1) << 52;
		exponent--;
	}
	if (sum->n_added++ == ADDED_MAX)
		settle(sum);
	limb = &sum->limbs[exponent / 32];
	shift = exponent % 32;
	/* 53 bits, shifted by up to 31, extend over three limbs. */
	high = shift > 0 ? mantissa >> (64 - shift) : 0;
	mantissa <<= shift;
	limb[0] += sign * (int64_t)(mantissa & 0xffffffff);
	limb[1] += sign * (int64_t)(mantissa >> 32);
	limb[2] += sign * (int64_t)high;
}

void exact_merge(mmr_exact *sum, mmr_exact *other)
{
	size_t i;

	settle(sum);
	settle(other);
	for (i = 0; i < EXACT_LIMBS; i++)
		sum->limbs[i] += other->limbs[i];
	sum->n_added = 1;
	sum->nan |= other->nan;
	sum->infinite |= other->infinite;
	sum->minus_infinite |= other->minus_infinite;
}

/* The nearest double to bits * 2^exponent, ties to even. Bit 63 is set. */
static double nearest(uint64_t bits, int exponent)
{
	int shift = -1074 - exponent;

	/* A normal double has 53 bits. */
	if (shift <= 11)
		return ldexp((double)bits, exponent);
	/* Two bits are kept to round a subnormal, the lowest one set if any lower bit is. */
	shift -= 2;
	if (shift >= 64)
		return 0;
	bits = bits >> shift | ((bits & ((UINT64_C(1) << shift) - 1)) != 0);
	bits = (bits + 1 + (bits >> 2 & 1)) >> 2;
	return ldexp((double)bits, -1074);
}

/* The nearest double to a number of limbs below 2^32, whose lowest bit is 2^exponent. `more`: it is
 * greater by less than this bit.
 *
 * 64 bits are taken from the highest one that is set. The lowest of them is also set if any lower
 * bit is. Rounding them to 53 bits is then the same as rounding the whole number. */
static double nearest_to_limbs(const int64_t *limbs, size_t n, int exponent, bool more)
{
	uint64_t bits, below;
	size_t i, top;
	int shift;

	while (n > 0 && limbs[n - 1] == 0)
		n--;
	if (n == 0)
		return 0;
	top = n - 1;
	bits = (uint64_t)limbs[top] << 32;
	if (top > 0)
		bits |= (uint64_t)limbs[top - 1];
	shift = __builtin_clzll(bits);
	bits <<= shift;
	below = top > 1 ? (uint64_t)limbs[top - 2] : 0;
	if (shift > 0)
		bits |= below >> (32 - shift);
	/* The highest limb is not 0, so shift is below 32. */
	bits |= more || ((below << shift) & 0xffffffff) != 0;
	for (i = 2; i < top; i++)
		bits |= limbs[top - 1 - i] != 0;
	return nearest(bits, exponent + (int)top * 32 - 32 - shift);
}

/* Whether a sum is not a number or not finite. */
static bool is_special(const mmr_exact *sum, double *ret_value)
{
	if (sum->nan || (sum->infinite && sum->minus_infinite))
		*ret_value = (double)NAN;
	else
		*ret_value = sum->infinite ? (double)INFINITY : -(double)INFINITY;
	return sum->nan || sum->infinite || sum->minus_infinite;
}

/* Changes the limbs to the magnitude of the sum, each below 2^32. The last one does not exceed 32
 * bits: 2^64 of the largest doubles are 2^1088, and the limb ends at 2^1102.
 *
 * Returns: whether the sum is negative. */
static bool take_sign(mmr_exact *sum)
{
	bool negative;
	size_t i;

	settle(sum);
	negative = sum->limbs[EXACT_LIMBS - 1] < 0;
	if (negative) {
		for (i = 0; i < EXACT_LIMBS; i++)
			sum->limbs[i] = -sum->limbs[i];
		settle(sum);
	}
	return negative;
}

double exact_value(mmr_exact *sum)
{
	bool negative;
	double value;

	if (is_special(sum, &value))
		return value;
	negative = take_sign(sum);
	value = nearest_to_limbs(sum->limbs, EXACT_LIMBS, -1074, false);
	return negative ? -value : value;
}

/* Divides rest * 2^32 + limb by `n`, of which rest is a remainder. Returns: the quotient. */
static uint32_t divide_limb(uint64_t *rest, uint32_t limb, uint64_t n)
{
	uint32_t quotient = 0;
	bool carry;
	int bit;

	if (n <= UINT32_MAX) {
		uint64_t value = *rest << 32 | limb;

		*rest = value % n;
		return (uint32_t)(value / n);
	}
	for (bit = 31; bit >= 0; bit--) {
		carry = *rest >> 63;
		*rest = *rest << 1 | (limb >> bit & 1);
		quotient <<= 1;
		if (carry || *rest >= n) {
			*rest -= n;
			quotient |= 1;
		}
	}
	return quotient;
}

/* --- Public calls ----------------------------------------------------------------------------- */

void mmr_exact_add(mmr_exact *sum, double value)
{
	exact_add(sum, value);
}

void mmr_exact_merge(mmr_exact *sum, const mmr_exact *other)
{
	mmr_exact copy = *other;

	exact_merge(sum, &copy);
}

double mmr_exact_value(const mmr_exact *sum)
{
	mmr_exact copy = *sum;

	return exact_value(&copy);
}

/* Two limbs below the sum: the quotient has 64 bits after those of the lowest double, so that each
 * double has more bits than are rounded to. */
#define BELOW ((size_t)2)

double mmr_exact_mean(const mmr_exact *sum, uint64_t n)
{
	int64_t quotient[BELOW + EXACT_LIMBS];
	mmr_exact copy = *sum;
	uint64_t rest = 0;
	bool negative;
	double value;
	size_t i;

	if (n == 0)
		return (double)NAN;
	if (is_special(sum, &value))
		return value;
	negative = take_sign(&copy);
	for (i = BELOW + EXACT_LIMBS; i > 0; i--) {
		int64_t limb = i > BELOW ? copy.limbs[i - 1 - BELOW] : 0;

		quotient[i - 1] = divide_limb(&rest, (uint32_t)limb, n);
	}
	value = nearest_to_limbs(quotient, BELOW + EXACT_LIMBS, -1074 - 32 * (int)BELOW, rest > 0);
	return negative ? -value : value;
}

/* --- Integers --------------------------------------------------------------------------------- */

double wide_value(struct wide sum)
{
	struct wide zero = {0, 0};
	bool negative = sum.high < 0;
	uint64_t bits;
	int shift;

	if (negative) {
		zero.low = 0 - sum.low;
		zero.high = (int64_t)(0 - (uint64_t)sum.high - (sum.low != 0));
		sum = zero;
	}
	if (sum.high == 0)
		return negative ? -(double)sum.low : (double)sum.low;
	/* Like top_bits(): 64 bits, the lowest one set if any lower bit is. */
	shift = __builtin_clzll((uint64_t)sum.high);
	bits = (uint64_t)sum.high << shift;
	if (shift > 0)
		bits |= sum.low >> (64 - shift);
	bits |= (sum.low << shift) != 0;
	return ldexp(negative ? -(double)bits : (double)bits, 64 - shift);
}
