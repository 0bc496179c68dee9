/* big.h - unsigned integers of up to 3,072 bits, for exact conversion of decimal numbers
 *
 * No function checks for overflow; decimal_powers.c and decimal_long.c explain why none occurs.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_TEXT_BIG_H
#define SRC_TEXT_BIG_H

#include "common.h"

#define BIG_LIMBS 96

struct big {
	unsigned n; /* limbs in use; the highest of them is not 0 */
	uint32_t limbs[BIG_LIMBS];
};

void big_set(struct big *big, uint64_t value);

/* big * factor + term; `factor` is not 0. */
void big_multiply_add(struct big *big, uint32_t factor, uint32_t term);

/* big / 5, rounded down. The compiler replaces division by a constant with a multiplication. */
void big_divide_by_five(struct big *big);

/* big * 2^n_bits */
void big_shift(struct big *big, unsigned n_bits);

/* Returns: negative, 0 or positive. */
int big_compare(const struct big *a, const struct big *b);

/* The highest 128 bits, shifted so that bit 63 of `*ret_high` is set. If `big` has fewer bits, the
 * rest are 0. `big` is not 0. */
void big_top(const struct big *big, uint64_t *ret_high, uint64_t *ret_low);

#endif
