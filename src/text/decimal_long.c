/* decimal_long.c - the double that is nearest to a number of more than 19 digits
 *
 * SPDX-License-Identifier: MIT */
#include "text/big.h"
#include "text/decimal_nearest.h"
#include "text/digits.h"

/* Reads nine digits at a time, because these fit into 32 bits. */
static void set_to_digits(struct big *big, const char *digits, size_t n_digits)
{
	static const uint32_t tens[] = {
		1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};
	uint64_t part;
	size_t i, n;

	big_set(big, 0);
	for (i = 0; i < n_digits; i += n) {
		n = min_size(n_digits - i, 9);
		part = 0;
		digits_read(digits + i, digits + i + n, &part);
		big_multiply_add(big, tens[n], (uint32_t)part);
	}
}

static void multiply_by_fives(struct big *big, int64_t n)
{
	for (; n >= 13; n -= 13)
		big_multiply_add(big, 1220703125, 0);
	for (; n > 0; n--)
		big_multiply_add(big, 5, 0);
}

/* Whether a number between `bits` and the next double rounds up to the next double. The number and
 * the middle between the two doubles are compared as integers.
 *
 * There is no overflow: `number` has at most 769 digits and is at least about 2^-1075, half of the
 * smallest double, so its exponent is -1092 or more. 769 digits take 2,555 bits. 5^1092 and the 54
 * bits of the middle take 2,590. The shift makes the two nearly equal, so it needs no more. */
static bool rounds_up(const struct decimal *decimal, uint64_t bits)
{
	uint64_t mantissa = bits & (IMPLICIT_BIT - 1);
	int exponent = (int)(bits >> MANTISSA_BITS), order;
	struct big number, middle;
	int64_t twos;

	if (exponent > 0)
		mantissa |= IMPLICIT_BIT;
	else
		exponent = 1;
	big_set(&middle, 2 * mantissa + 1);
	set_to_digits(&number, decimal->digits, decimal->n);
	multiply_by_fives(&number, decimal->exponent);
	multiply_by_fives(&middle, -decimal->exponent);
	/* The middle is (2 * mantissa + 1) * 2^(exponent - 1076). */
	twos = decimal->exponent - (exponent - BIAS - MANTISSA_BITS - 1);
	if (twos > 0)
		big_shift(&number, (unsigned)twos);
	else
		big_shift(&middle, (unsigned)-twos);
	order = big_compare(&number, &middle);
	return order > 0 || (order == 0 && mantissa % 2 == 1);
}

uint64_t decimal_nearest_long(const struct decimal *decimal)
{
	size_t n = min_size(decimal->n, DIGITS_U64);
	int64_t exponent = decimal->exponent + (int64_t)(decimal->n - n);
	uint64_t first = 0, bits;

	digits_read(decimal->digits, decimal->digits + n, &first);
	bits = decimal_nearest(first, exponent);
	/* The number is between `first` and `first` + 1. Nearly always, both round to the same
	 * double. */
	if (n == decimal->n || decimal_nearest(first + 1, exponent) == bits)
		return bits;
	return bits + rounds_up(decimal, bits);
}
