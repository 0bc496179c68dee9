/* exact.h - sums that do not depend on the order of additions
 *
 * Doubles are added as integers of 2,200 bits and rounded once, at the end. Therefore threads may
 * add and merge in any order. Integers are added in 128 bits.
 *
 * Source: R. M. Neal, "Fast exact summation using small and large superaccumulators", 2015.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SIMD_EXACT_H
#define SRC_SIMD_EXACT_H

#include "common.h"

#include <mmreader/array.h>

/* Limbs of 32 bits for the bits of a double, 2^-1074 to 2^1023, and for larger sums. Limb i has
 * units of 2^(32 i - 1074) and may exceed 32 bits. `n_added` counts the values since the limbs were
 * last below 2^32. */
#define EXACT_LIMBS 68

_Static_assert(sizeof(((mmr_exact *)NULL)->limbs) == EXACT_LIMBS * sizeof(int64_t), "limbs");

void exact_add(mmr_exact *sum, double value);
void exact_merge(mmr_exact *sum, mmr_exact *other);

/* Returns: the nearest double, ties to even. */
double exact_value(mmr_exact *sum);

/* An integer of 128 bits, two's complement. */
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

/* Returns: the nearest double, ties to even. */
double wide_value(struct wide sum);

#endif
