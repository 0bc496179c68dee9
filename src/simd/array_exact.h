/* array_exact.h - sums that do not depend on the order in which they are made
 *
 * Doubles are added as integers of 2,200 bits, so that nothing is rounded until the end: threads
 * may add what they found in any order and merge in any order. Whole numbers are added in 128 bits.
 *
 * Source: R. M. Neal, "Fast exact summation using small and large superaccumulators", 2015.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SIMD_ARRAY_EXACT_H
#define SRC_SIMD_ARRAY_EXACT_H

#include "common.h"

/* A double covers bits 2^-1074 to 2^1023; limbs of 32 bits for these, and room for sums above. */
#define EXACT_LIMBS 68

struct exact {
	int64_t limbs[EXACT_LIMBS]; /* limbs[i] counts 2^(32 i - 1074); may hold more than 32 bits
				     */
	uint32_t n_added;           /* since the limbs were last brought below 2^32 */
	bool nan, infinite, minus_infinite;
};

/* All 0 is a sum of nothing. */
void exact_add(struct exact *sum, double value);
void exact_merge(struct exact *sum, struct exact *other);

/* The nearest double, ties to even. */
double exact_value(struct exact *sum);

/* A whole number in 128 bits, two's complement. */
struct wide {
	uint64_t low;
	int64_t high;
};

static inline void wide_add(struct wide *sum, struct wide other)
{
	uint64_t low = sum->low + other.low;

	sum->high = (int64_t)((uint64_t)sum->high + (uint64_t)other.high + (low < sum->low));
	sum->low = low;
}

/* The nearest double, ties to even. */
double wide_value(struct wide sum);

#endif
