/* portable.c - kernels that run on every processor: bytes with words of eight, numbers with the
 * compiler's vectors of 16
 *
 * Always built. Tests compare the other instances with it.
 *
 * SPDX-License-Identifier: MIT */
#include "simd/load.h"
#include "simd/simd.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define ONES  UINT64_C(0x0101010101010101)
#define LOW7  UINT64_C(0x7f7f7f7f7f7f7f7f)
#define HIGHS UINT64_C(0x8080808080808080)
#define PAIRS UINT64_C(0x00ff00ff00ff00ff)

#define TARGET

#define VECTOR             uint64_t
#define VECTOR_BYTES       8
#define LOAD(p)            load_u64le(p)
#define SPLAT(b)           (ONES * (unsigned char)(b))
#define OR(v, w)           ((v) | (w))
#define EQUAL(v, w)        gather(equal_bytes(v, w))
#define TALLY              uint64_t
#define TALLY_ZERO()       0
#define TALLY_ADD(t, v, w) ((t) + (equal_bytes(v, w) >> 7))
#define TALLY_SUM(t)       tally_sum(t)
#define KERNELS            simd_portable
#define NAME               "portable"
#define USABLE             simd_always

/* Returns: the high bit of each byte of `word` that equals the byte of `pattern`. The sum cannot
 * carry from one byte into the next, as it can in the shorter (x - ONES) & ~x. */
static inline uint64_t equal_bytes(uint64_t word, uint64_t pattern)
{
	uint64_t difference = word ^ pattern;

	return ~(((difference & LOW7) + LOW7) | difference) & HIGHS;
}

/* Moves eight high bits to the lowest eight bits, that of the first byte to the lowest. */
static inline uint64_t gather(uint64_t highs)
{
	return ((highs >> 7) * UINT64_C(0x0102040810204080)) >> 56;
}

/* Eight counters of up to 255 are added in pairs, because their sum does not fit in a byte. */
static inline uint64_t tally_sum(uint64_t tally)
{
	tally = (tally & PAIRS) + ((tally >> 8) & PAIRS);
	return (tally * UINT64_C(0x0001000100010001)) >> 48;
}

/* Compilers differ in how they pass vectors that the processor does not have. All functions with
 * such arguments are inlined. Clang warns at the end of the file, so there is no pop. */
#pragma GCC diagnostic ignored "-Wpsabi"

typedef __attribute__((vector_size(16))) int64_t i64x2;
typedef __attribute__((vector_size(16))) int32_t i32x4;
typedef __attribute__((vector_size(16))) double f64x2;

#define NUMBERS_VECTOR i64x2
#define MIN_I32(v, w)  pick((i64x2)((i32x4)(v) < (i32x4)(w)), (i64x2)(v), (i64x2)(w))
#define MAX_I32(v, w)  pick((i64x2)((i32x4)(v) > (i32x4)(w)), (i64x2)(v), (i64x2)(w))
#define MIN_I64(v, w)  pick((i64x2)(v) < (i64x2)(w), (i64x2)(v), (i64x2)(w))
#define MAX_I64(v, w)  pick((i64x2)(v) > (i64x2)(w), (i64x2)(v), (i64x2)(w))
#if defined(__SSE2__)
#define MIN_F64(v, w) _mm_min_pd((__m128d)(v), (__m128d)(w))
#define MAX_F64(v, w) _mm_max_pd((__m128d)(v), (__m128d)(w))
#else
#define MIN_F64(v, w) pick((i64x2)((f64x2)(v) < (f64x2)(w)), (i64x2)(v), (i64x2)(w))
#define MAX_F64(v, w) pick((i64x2)((f64x2)(v) > (f64x2)(w)), (i64x2)(v), (i64x2)(w))
#endif
#define NUMBERS numbers_portable

/* Returns: a where the mask is set, else b. */
SIMD_INLINE i64x2 pick(i64x2 mask, i64x2 a, i64x2 b)
{
	return (mask & a) | (~mask & b);
}

SIMD_INLINE i64x2 load_lanes(const char *at, enum mmr_type type)
{
	union {
		__attribute__((vector_size(4))) uint8_t u8;
		__attribute__((vector_size(8))) uint16_t u16;
		__attribute__((vector_size(8))) uint32_t u32;
		__attribute__((vector_size(4))) int8_t i8;
		__attribute__((vector_size(8))) int16_t i16;
		__attribute__((vector_size(8))) int32_t i32;
		__attribute__((vector_size(8))) float f32;
		i64x2 all;
	} v;

	switch (type) {
	case MMR_U8:
		memcpy(&v.u8, at, sizeof(v.u8));
		return (i64x2) __builtin_convertvector(v.u8, i32x4);
	case MMR_U16:
		memcpy(&v.u16, at, sizeof(v.u16));
		return (i64x2) __builtin_convertvector(v.u16, i32x4);
	case MMR_U32:
		memcpy(&v.u32, at, sizeof(v.u32));
		return (i64x2) __builtin_convertvector(v.u32, i64x2);
	case MMR_I8:
		memcpy(&v.i8, at, sizeof(v.i8));
		return (i64x2) __builtin_convertvector(v.i8, i32x4);
	case MMR_I16:
		memcpy(&v.i16, at, sizeof(v.i16));
		return (i64x2) __builtin_convertvector(v.i16, i32x4);
	case MMR_I32:
		memcpy(&v.i32, at, sizeof(v.i32));
		return (i64x2) __builtin_convertvector(v.i32, i64x2);
	case MMR_F32:
		memcpy(&v.f32, at, sizeof(v.f32));
		return (i64x2) __builtin_convertvector(v.f32, f64x2);
	default:
		memcpy(&v.all, at, sizeof(v.all));
		return v.all;
	}
}

#include "simd/bytes_template.h"
#include "simd/numbers_template.h"
