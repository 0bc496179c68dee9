/* decimal_powers.c - powers of five in 128 bits, computed exactly when one is first needed
 *
 * The table takes 10 KiB, and about 0.1 ms to compute. It is not in the source, because 651
 * constants cannot be reviewed. It is not generated at build time, because a cross build could not
 * run the generator.
 *
 * SPDX-License-Identifier: MIT */
#include "text/big.h"
#include "text/decimal.h"

#include <pthread.h>

/* 5^342 has 795 bits, so 2^1056 / 5^342 has 262: more than the 128 that are kept. */
#define DIVIDEND_BITS 1056

/* The proofs of the algorithm require this; see decimal_nearest.h. */
#define ROUNDED_UP_MIN (-27)

struct decimal_power decimal_powers[DECIMAL_POWER_MAX - DECIMAL_POWER_MIN + 1];
_Atomic(bool) decimal_powers_are_made;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_powers(void)
{
	struct decimal_power *power;
	struct big big;
	int exponent;

	big_set(&big, 1);
	for (exponent = 0; exponent <= DECIMAL_POWER_MAX; exponent++) {
		power = &decimal_powers[exponent - DECIMAL_POWER_MIN];
		big_top(&big, &power->high, &power->low);
		big_multiply_add(&big, 5, 0);
	}
	/* Repeated division, rounded down each time, gives the same result as one division. */
	big_set(&big, 1);
	big_shift(&big, DIVIDEND_BITS);
	for (exponent = -1; exponent >= DECIMAL_POWER_MIN; exponent--) {
		power = &decimal_powers[exponent - DECIMAL_POWER_MIN];
		big_divide_by_five(&big);
		big_top(&big, &power->high, &power->low);
		if (exponent >= ROUNDED_UP_MIN)
			power->high += ++power->low == 0;
	}
	atomic_store_explicit(&decimal_powers_are_made, true, memory_order_release);
}

void decimal_make_powers(void)
{
	pthread_once(&once, make_powers);
}
