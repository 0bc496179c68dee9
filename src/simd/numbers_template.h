/* numbers_template.h - the number kernels of one instance
 *
 * Included once by each instance that has number kernels of its own (avx2.c, portable.c), which
 * defines beforehand:
 *
 *	NUMBERS         the name of the struct to fill
 *	TARGET          the function attribute that lets the compiler use the vectors
 *	NUMBERS_VECTOR  a vector type of 16 or 32 bytes
 *	load_lanes()    such a vector from unaligned elements, which it converts to lanes of double,
 *	                int32_t (8- and 16-bit elements) or int64_t
 *	MIN_F64(v, w), MAX_F64(v, w)   of each lane; w where v is NaN
 *	MIN_I32(v, w), MAX_I32(v, w), MIN_I64(v, w), MAX_I64(v, w)
 *
 * SPDX-License-Identifier: MIT */

#include "simd/simd.h"

#include <math.h>
#include <string.h>

/* Whatever the size of a vector, a step adds 32 bytes of lanes in each of four streams. Therefore
 * the order of additions is the same in all instances. */
#define N_STREAMS    4
#define STEP_VECTORS (32 / sizeof(NUMBERS_VECTOR))
#define N_VECTORS    (N_STREAMS * STEP_VECTORS)

#define HIGHEST_BIT (UINT64_C(1) << 63)

typedef __attribute__((vector_size(sizeof(NUMBERS_VECTOR)))) double f64s;
typedef __attribute__((vector_size(sizeof(NUMBERS_VECTOR)))) int64_t i64s;
typedef __attribute__((vector_size(sizeof(NUMBERS_VECTOR)))) uint64_t u64s;
typedef __attribute__((vector_size(sizeof(NUMBERS_VECTOR)))) int32_t i32s;
typedef __attribute__((vector_size(sizeof(NUMBERS_VECTOR)))) uint32_t u32s;
typedef __attribute__((vector_size(sizeof(NUMBERS_VECTOR)))) uint16_t u16s;

/* u64 is loaded with its highest bit inverted, which makes it i64 in the same order. */
TARGET SIMD_INLINE u64s load(const char *at, enum mmr_type type)
{
	return (u64s)load_lanes(at, type) ^ (type == MMR_U64 ? HIGHEST_BIT : 0);
}

/* The lower and the upper 32 bits of 64-bit elements are added separately, because their sum does
 * not fit in 64 bits. Elements become unsigned before: each is 2^63 larger. */
TARGET SIMD_INLINE void add_halves(u64s *low, u64s *high, u64s v)
{
	v ^= HIGHEST_BIT;
	*low += v & UINT32_MAX;
	*high += v >> 32;
}

TARGET SIMD_INLINE struct wide sum_of_halves(const u64s *low, const u64s *high)
{
	struct wide sum = {0, 0};
	uint64_t upper = 0;
	size_t i, k;

	for (k = 0; k < N_VECTORS; k++) {
		for (i = 0; i < sizeof(u64s) / sizeof(uint64_t); i++) {
			sum.low += low[k][i];
			upper += high[k][i];
		}
	}
	wide_add(&sum, (struct wide){upper << 32, (int64_t)(upper >> 32)});
	return sum;
}

#define total_of  total_f64
#define totals_of totals_f64
#define LANE      double
#define LANES     f64s
#define MIN       MIN_F64
#define MAX       MAX_F64
#define LOWEST    -HUGE_VAL
#define HIGHEST   HUGE_VAL
#include "simd/numbers_total.h"

#define total_of  total_i32
#define totals_of totals_i32
#define LANE      int32_t
#define LANES     i32s
#define MIN       MIN_I32
#define MAX       MAX_I32
#define LOWEST    INT32_MIN
#define HIGHEST   INT32_MAX
#include "simd/numbers_total.h"

#define total_of  total_i64
#define totals_of totals_i64
#define LANE      int64_t
#define LANES     i64s
#define MIN       MIN_I64
#define MAX       MAX_I64
#define LOWEST    INT64_MIN
#define HIGHEST   INT64_MAX
#include "simd/numbers_total.h"

TARGET static struct simd_total numbers_total(const char *ptr, size_t n, enum mmr_type type)
{
	struct simd_total total;

	switch (type) {
	case MMR_U8:
		return total_i32(ptr, n, MMR_U8, 1);
	case MMR_U16:
		return total_i32(ptr, n, MMR_U16, 2);
	case MMR_U32:
		return total_i64(ptr, n, MMR_U32, 4);
	case MMR_U64:
		total = total_i64(ptr, n, MMR_U64, 8);
		total.min.u64 ^= HIGHEST_BIT;
		total.max.u64 ^= HIGHEST_BIT;
		return total;
	case MMR_I8:
		return total_i32(ptr, n, MMR_I8, 1);
	case MMR_I16:
		return total_i32(ptr, n, MMR_I16, 2);
	case MMR_I32:
		return total_i64(ptr, n, MMR_I32, 4);
	case MMR_I64:
		total = total_i64(ptr, n, MMR_I64, 8);
		/* add_halves() has added 2^63 to each element and to each zero after them. */
		total.wide.high -= (int64_t)((n + 15) / 16 * 8);
		return total;
	case MMR_F32:
		return total_f64(ptr, n, MMR_F32, 4);
	default:
		return total_f64(ptr, n, MMR_F64, 8);
	}
}

TARGET static struct simd_totals numbers_totals(const char *ptr, enum mmr_type type)
{
	struct simd_totals totals;

	switch (type) {
	case MMR_U8:
		return totals_i32(ptr, MMR_U8, 1);
	case MMR_U16:
		return totals_i32(ptr, MMR_U16, 2);
	case MMR_U32:
		return totals_i64(ptr, MMR_U32, 4);
	case MMR_U64:
		totals = totals_i64(ptr, MMR_U64, 8);
		totals.min.u64 ^= HIGHEST_BIT;
		totals.max.u64 ^= HIGHEST_BIT;
		return totals;
	case MMR_I8:
		return totals_i32(ptr, MMR_I8, 1);
	case MMR_I16:
		return totals_i32(ptr, MMR_I16, 2);
	case MMR_I32:
		return totals_i64(ptr, MMR_I32, 4);
	case MMR_I64:
		totals = totals_i64(ptr, MMR_I64, 8);
		/* add_halves() has added 2^63 to each element. */
		totals.wide.high -= (int64_t)(SIMD_PLACES * SIMD_GRAIN / 8 / 2);
		return totals;
	case MMR_F32:
		return totals_f64(ptr, MMR_F32, 4);
	default:
		return totals_f64(ptr, MMR_F64, 8);
	}
}

/* Shifts instead of shuffles: the compiler has no shuffle of bytes on all processors. */
TARGET SIMD_INLINE u32s reverse(u32s v, size_t size)
{
	if (size == 2)
		return (u32s)((u16s)v << 8 | (u16s)v >> 8);
	v = (v & 0x00ff00ff) << 8 | (v >> 8 & 0x00ff00ff);
	v = v << 16 | v >> 16;
	return size == 4 ? v : (u32s)((u64s)v << 32 | (u64s)v >> 32);
}

TARGET SIMD_INLINE void swap(const char *ptr, size_t len, size_t size, char *to)
{
	u32s v = {0};

	for (; len >= sizeof(v); ptr += sizeof(v), to += sizeof(v), len -= sizeof(v)) {
		memcpy(&v, ptr, sizeof(v));
		v = reverse(v, size);
		memcpy(to, &v, sizeof(v));
	}
	memcpy(&v, ptr, len);
	v = reverse(v, size);
	memcpy(to, &v, len);
}

TARGET static void numbers_swap(const char *ptr, size_t n, size_t size, char *to)
{
	if (size == 2)
		swap(ptr, n * 2, 2, to);
	else if (size == 4)
		swap(ptr, n * 4, 4, to);
	else
		swap(ptr, n * 8, 8, to);
}

/* The bits of a half, read as a float, are a value 2^112 times too small; the multiplication makes
 * subnormals right too. Infinities and NaN are set apart.
 *
 * Source: IEEE 754, binary16 and binary32. */
TARGET static void numbers_widen_f16(const char *ptr, size_t n, char *to)
{
	uint32_t bits, sign;
	uint16_t half;
	float value;

	for (; n > 0; n--, ptr += sizeof(half), to += sizeof(value)) {
		memcpy(&half, ptr, sizeof(half));
		sign = (uint32_t)(half & 0x8000) << 16;
		bits = (uint32_t)(half & 0x7fff) << 13;
		memcpy(&value, &bits, sizeof(value));
		value *= 0x1p112f;
		memcpy(&bits, &value, sizeof(bits));
		if ((half & 0x7c00) == 0x7c00)
			bits = UINT32_C(0x7f800000) | (uint32_t)(half & 0x3ff) << 13;
		bits |= sign;
		memcpy(to, &bits, sizeof(bits));
	}
}

const struct simd_numbers NUMBERS = {
	.total = numbers_total,
	.totals = numbers_totals,
	.swap = numbers_swap,
	.widen_f16 = numbers_widen_f16,
};
