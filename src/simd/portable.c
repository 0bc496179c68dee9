/* portable.c - eight bytes a step: a vector that every machine has
 *
 * Always built: what machines without larger vectors run.
 *
 * SPDX-License-Identifier: MIT */
#include "simd/instances.h"
#include "simd/load.h"

#define ONES  UINT64_C(0x0101010101010101)
#define LOW7  UINT64_C(0x7f7f7f7f7f7f7f7f)
#define HIGHS UINT64_C(0x8080808080808080)
#define PAIRS UINT64_C(0x00ff00ff00ff00ff)

#define VECTOR       uint64_t
#define VECTOR_BYTES 8
#define TARGET
#define LOAD(p)            load_u64le(p)
#define SPLAT(b)           (ONES * (unsigned char)(b))
#define EQUAL(v, w)        gather(equal_bytes(v, w))
#define TALLY              uint64_t
#define TALLY_ZERO()       0
#define TALLY_ADD(t, v, w) ((t) + (equal_bytes(v, w) >> 7))
#define TALLY_SUM(t)       tally_sum(t)
#define KERNELS            simd_portable
#define NAME               "portable"
#define USABLE             usable

/* The high bit of each byte of `word` that equals the byte of `pattern`. Exact in every byte: the
 * sum cannot carry from one byte into the next, as it can in the shorter (x - ONES) & ~x. */
static inline uint64_t equal_bytes(uint64_t word, uint64_t pattern)
{
	uint64_t difference = word ^ pattern;

	return ~(((difference & LOW7) + LOW7) | difference) & HIGHS;
}

/* Eight high bits into the lowest eight bits, first byte lowest. */
static inline uint64_t gather(uint64_t highs)
{
	return ((highs >> 7) * UINT64_C(0x0102040810204080)) >> 56;
}

/* Eight counters of up to 255: added in pairs, since their sum does not fit in a byte. */
static inline uint64_t tally_sum(uint64_t tally)
{
	tally = (tally & PAIRS) + ((tally >> 8) & PAIRS);
	return (tally * UINT64_C(0x0001000100010001)) >> 48;
}

static bool usable(void)
{
	return true;
}

#include "simd/vector.h"
