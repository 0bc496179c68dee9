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
static void settle(struct exact *sum)
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

void exact_add(struct exact *sum, double value)
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

void exact_merge(struct exact *sum, struct exact *other)
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

/* Takes 64 bits from the highest one that is set. The lowest of them is also set if any lower bit
 * of the sum is. Rounding them to 53 bits is then the same as rounding the whole sum. */
static double top_bits(const int64_t *limbs, size_t top)
{
	uint64_t bits = (uint64_t)limbs[top] << 32, below;
	size_t i;
	int shift;

	if (top > 0)
		bits |= (uint64_t)limbs[top - 1];
	shift = __builtin_clzll(bits);
	bits <<= shift;
	below = top > 1 ? (uint64_t)limbs[top - 2] : 0;
	if (shift > 0)
		bits |= below >> (32 - shift);
	/* The highest limb is not 0, so shift is below 32. */
	bits |= ((below << shift) & 0xffffffff) != 0;
	for (i = 2; i < top; i++)
		bits |= limbs[top - 1 - i] != 0;
	/* Subnormal sums have few bits, so ldexp() does not round them again. */
	return ldexp((double)bits, (int)top * 32 - 32 - shift - 1074);
}

double exact_value(struct exact *sum)
{
	bool negative;
	size_t i;

	if (sum->nan || (sum->infinite && sum->minus_infinite))
		return (double)NAN;
	if (sum->infinite || sum->minus_infinite)
		return sum->infinite ? (double)INFINITY : -(double)INFINITY;
	settle(sum);
	negative = sum->limbs[EXACT_LIMBS - 1] < 0;
	if (negative) {
		for (i = 0; i < EXACT_LIMBS; i++)
			sum->limbs[i] = -sum->limbs[i];
		settle(sum);
	}
	for (i = EXACT_LIMBS; i > 0 && sum->limbs[i - 1] == 0; i--)
		;
	if (i == 0)
		return 0;
	/* The last limb does not exceed 32 bits: 2^64 of the largest doubles are 2^1088, and the
	 * limb ends at 2^1102. */
	return negative ? -top_bits(sum->limbs, i - 1) : top_bits(sum->limbs, i - 1);
}

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
