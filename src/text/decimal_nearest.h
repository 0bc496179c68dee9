/* decimal_nearest.h - the double that is nearest to whole * 10^exponent
 *
 * No floating-point operation is used, so the result depends neither on the rounding mode nor on
 * the precision of the processor (x87). No other library is called.
 *
 * Source: D. Lemire, "Number Parsing at a Gigabyte per Second", Software: Practice and Experience
 * 51 (8), 2021, for the algorithm; N. Mushtak and D. Lemire, "Fast Number Parsing Without
 * Fallback", Software: Practice and Experience 53 (7), 2023, for the proof that 128 bits of a power
 * of five are enough for every number of 64 bits.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_TEXT_DECIMAL_NEAREST_H
#define SRC_TEXT_DECIMAL_NEAREST_H

#include "text/decimal.h"

/* The format of a double. */
#define MANTISSA_BITS 52
#define IMPLICIT_BIT  (UINT64_C(1) << MANTISSA_BITS)
#define BIAS          1023

struct product {
	uint64_t high, low;
};

static inline struct product multiply(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
	__extension__ typedef unsigned __int128 u128;
	u128 all = (u128)a * b;

	return (struct product){(uint64_t)(all >> 64), (uint64_t)all};
#else
	uint64_t a_low = (uint32_t)a, a_high = a >> 32, b_low = (uint32_t)b, b_high = b >> 32;
	uint64_t low = a_low * b_low, cross = a_high * b_low + (low >> 32);
	uint64_t middle = a_low * b_high + (uint32_t)cross;

	return (struct product){
		a_high * b_high + (cross >> 32) + (middle >> 32), middle << 32 | (uint32_t)low};
#endif
}

/* The highest bits of whole * 5^exponent. Bit 63 of `whole` is set. The lower half of the power is
 * needed only if it may carry into the bits that are kept. */
static inline struct product scale(uint64_t whole, int exponent)
{
	const struct decimal_power *power = &decimal_powers[exponent - DECIMAL_POWER_MIN];
	struct product product = multiply(whole, power->high);
	uint64_t lower;

	/* 55 bits are kept. The highest of them may be 0. */
	if ((product.high & 0x1ff) == 0x1ff) {
		lower = multiply(whole, power->low).high;
		product.low += lower;
		product.high += product.low < lower;
	}
	return product;
}

/* Rounds off the lowest bit of the mantissa of a number below the smallest normal double. */
static inline uint64_t subnormal_bits(uint64_t mantissa, int exponent)
{
	int shift = 1 - exponent;

	if (shift >= 64)
		return 0;
	/* No such number of 64 bits is halfway between two doubles, since that takes more digits.
	 * Rounding up to IMPLICIT_BIT correctly gives the smallest normal double. */
	mantissa >>= shift;
	return (mantissa + 1) >> 1;
}

/* floor(log2(10^tens)) for the powers in the table. `above` makes the shifted number positive,
 * because a shift of a negative number does not round down portably. */
static inline int floor_log2_of_tens(int tens)
{
	const int above = 1200;

	return (int)((uint32_t)(217706 * tens + 65536 * above) >> 16) - above;
}

/* The bits of the double that is nearest to whole * 10^tens, ties to even. */
static inline uint64_t decimal_nearest(uint64_t whole, int64_t tens)
{
	struct product product;
	uint64_t mantissa;
	int zeros, upper, shift, exponent;

	/* 10^19 * 10^-343 rounds to 0, and 1 * 10^309 to infinity. */
	if (whole == 0 || tens < DECIMAL_POWER_MIN || tens > DECIMAL_POWER_MAX)
		return whole == 0 || tens < 0 ? 0 : DECIMAL_INFINITE;
	zeros = __builtin_clzll(whole);
	product = scale(whole << zeros, (int)tens);

	/* 53 bits and one for rounding. They start at bit 63 or at bit 62 of the product. */
	upper = (int)(product.high >> 63);
	shift = upper + 64 - MANTISSA_BITS - 3;
	mantissa = product.high >> shift;
	exponent = floor_log2_of_tens((int)tens) + 63 + upper - zeros + BIAS;
	if (exponent <= 0)
		return subnormal_bits(mantissa, exponent);
	/* A tie rounds to even. It needs an exact 5^tens: then all bits that are shifted out are 0,
	 * and the lower half of the product is 0, or 1 if the power was rounded up. */
	if (product.low <= 1 && (mantissa & 3) == 1 && tens >= -4 && tens <= 23 &&
		mantissa << shift == product.high)
		mantissa--;
	mantissa = (mantissa + 1) >> 1;
	/* A carry out of the mantissa increments the exponent. */
	mantissa += ((uint64_t)exponent << MANTISSA_BITS) - IMPLICIT_BIT;
	return mantissa < DECIMAL_INFINITE ? mantissa : DECIMAL_INFINITE;
}

#endif
