/* big.c - unsigned integers of up to 3,072 bits
 *
 * SPDX-License-Identifier: MIT */
#include "text/big.h"

#include <string.h>

void big_set(struct big *big, uint64_t value)
{
	big->limbs[0] = (uint32_t)value;
	big->limbs[1] = (uint32_t)(value >> 32);
	big->n = big->limbs[1] ? 2 : big->limbs[0] != 0;
}

void big_multiply_add(struct big *big, uint32_t factor, uint32_t term)
{
	uint64_t carry = term;
	unsigned i;

	for (i = 0; i < big->n; i++) {
		carry += (uint64_t)big->limbs[i] * factor;
		big->limbs[i] = (uint32_t)carry;
		carry >>= 32;
	}
	if (carry)
		big->limbs[big->n++] = (uint32_t)carry;
}

void big_divide_by_five(struct big *big)
{
	uint64_t rest = 0;
	unsigned i;

	for (i = big->n; i-- > 0;) {
		rest = rest << 32 | big->limbs[i];
		big->limbs[i] = (uint32_t)(rest / 5);
		rest %= 5;
	}
	if (big->n > 0 && big->limbs[big->n - 1] == 0)
		big->n--;
}

void big_shift(struct big *big, unsigned n_bits)
{
	unsigned n = n_bits / 32;

	if (big->n == 0)
		return;
	if (n_bits % 32)
		big_multiply_add(big, UINT32_C(1) << n_bits % 32, 0);
	memmove(big->limbs + n, big->limbs, big->n * sizeof(big->limbs[0]));
	memset(big->limbs, 0, n * sizeof(big->limbs[0]));
	big->n += n;
}

int big_compare(const struct big *a, const struct big *b)
{
	unsigned i;

	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	for (i = a->n; i-- > 0;)
		if (a->limbs[i] != b->limbs[i])
			return a->limbs[i] < b->limbs[i] ? -1 : 1;
	return 0;
}

void big_top(const struct big *big, uint64_t *ret_high, uint64_t *ret_low)
{
	uint64_t parts[3] = {0, 0, 0};
	unsigned i, shift;

	/* The highest six limbs, of which the first is not 0. */
	for (i = 0; i < 6; i++)
		if (i < big->n)
			parts[i / 2] |= (uint64_t)big->limbs[big->n - 1 - i] << (i % 2 ? 0 : 32);
	shift = (unsigned)__builtin_clzll(parts[0]);
	*ret_high = parts[0] << shift;
	*ret_low = parts[1] << shift;
	if (shift > 0) {
		*ret_high |= parts[1] >> (64 - shift);
		*ret_low |= parts[2] >> (64 - shift);
	}
}
