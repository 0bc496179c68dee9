/* decimal.h - converts the text of a decimal number to the nearest double
 *
 * decimal_read takes no locks and allocates nothing, so that it may run under the guard. The table
 * that it uses is made before, by decimal_prepare.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_TEXT_DECIMAL_H
#define SRC_TEXT_DECIMAL_H

#include "common.h"

#include <mmreader/slice.h>

#include <stdatomic.h>

#define DECIMAL_SIGN     (UINT64_C(1) << 63)
#define DECIMAL_INFINITE (UINT64_C(0x7ff) << 52)

/* Reads "[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?" or "[+-]?(inf|infinity|nan)", the
 * latter in upper or lower case. `*ret_bits` receives the bits of the nearest double, ties to even;
 * 0 if the number is too small. decimal_prepare must have been called.
 *
 * Returns: 0; -EINVAL if the text is not such a number; -ERANGE if the number is too large. */
int decimal_read(const char *text, size_t len, uint64_t *ret_bits);

/* Reads the same numbers, but no words. Needs no decimal_prepare. `*ret_value` is unchanged after a
 * failure.
 *
 * Returns: 0; -EINVAL like decimal_read; -ERANGE for more than 19 digits or a large exponent. */
int decimal_split(const char *text, size_t len, mmr_decimal *ret_value);

/* 768 digits determine the nearest double. For further digits it only matters whether all are 0. */
#define DECIMAL_DIGITS 768

/* digits * 10^exponent. Neither the first digit nor the last one is '0'. */
struct decimal {
	char digits[DECIMAL_DIGITS + 1];
	size_t n;
	int64_t exponent;
};

/* The bits of the nearest double, ties to even. */
uint64_t decimal_nearest_long(const struct decimal *decimal);

/* 5^exponent, scaled by a power of two to 2^127 <= power < 2^128. Rounded down, except that 5^-27
 * to 5^-1 are rounded up. */
struct decimal_power {
	uint64_t high, low;
};

#define DECIMAL_POWER_MIN (-342)
#define DECIMAL_POWER_MAX 308

extern struct decimal_power decimal_powers[DECIMAL_POWER_MAX - DECIMAL_POWER_MIN + 1];
extern _Atomic(bool) decimal_powers_are_made;

/* Computes the powers. Threads: safe. */
void decimal_make_powers(void);

static inline void decimal_prepare(void)
{
	if (!atomic_load_explicit(&decimal_powers_are_made, memory_order_acquire))
		decimal_make_powers();
}

#endif
