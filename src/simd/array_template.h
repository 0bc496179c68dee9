/* array_template.h - the template of the array kernels
 *
 * Included once by each instance (array_portable.c, array_avx2.c), which defines beforehand:
 *
 *	VECTOR_BYTES    16 or 32
 *	TARGET          the function attribute that lets the compiler use such vectors
 *	MIN_F64(v, w), MAX_F64(v, w)   w where v is NaN
 *	KERNELS, NAME, USABLE          the struct to fill and what goes into it
 *
 * Vectors are the compiler's own: one text for every machine. Whatever their size, a step takes 32
 * bytes of sums in each of four streams, so the order of additions is the same everywhere.
 *
 * SPDX-License-Identifier: MIT */

#include "simd/array_kernels.h"

#include <math.h>
#include <string.h>

#define STREAMS    4
#define STEP_BYTES 32
#define N_VECTORS  (STREAMS * STEP_BYTES / VECTOR_BYTES)

#define VECTOR(type) __attribute__((vector_size(VECTOR_BYTES))) type

/* How a processor without such vectors hands them over has changed between compilers. Only what is
 * inlined here does so, never one object to another. Told to the end of the file: compilers warn
 * there. */
#pragma GCC diagnostic ignored "-Wpsabi"

typedef VECTOR(double) f64s;
typedef VECTOR(int64_t) i64s;
typedef VECTOR(uint64_t) u64s;
typedef VECTOR(int32_t) i32s;
typedef VECTOR(uint32_t) u32s;
typedef VECTOR(uint16_t) u16s;

/* a where the mask is set, else b. */
#define PICK(type, mask, a, b) \
	((type)(((mask) & (__typeof__(mask))(a)) | (~(mask) & (__typeof__(mask))(b))))
#define MIN_WHOLE(type, v, w) PICK(type, (v) < (w), v, w)
#define MAX_WHOLE(type, v, w) PICK(type, (v) > (w), v, w)

/* What an instance may do better, since compilers do it badly: least and greatest of lanes, and
 * loading narrow elements into wide lanes. */
#if !defined(MIN_I32)
#define MIN_I32(v, w) MIN_WHOLE(i32s, v, w)
#define MAX_I32(v, w) MAX_WHOLE(i32s, v, w)
#define MIN_U32(v, w) MIN_WHOLE(u32s, v, w)
#define MAX_U32(v, w) MAX_WHOLE(u32s, v, w)
#endif
#if !defined(MIN_I64)
#define MIN_I64(v, w) MIN_WHOLE(i64s, v, w)
#define MAX_I64(v, w) MAX_WHOLE(i64s, v, w)
#endif
#if !defined(WIDEN_U8)
#define WIDEN_U8(at)  widen_u8(at)
#define WIDEN_U16(at) widen_u16(at)
#define WIDEN_U32(at) widen_u32(at)
#define WIDEN_I8(at)  widen_i8(at)
#define WIDEN_I16(at) widen_i16(at)
#define WIDEN_I32(at) widen_i32(at)

#define WIDEN(name, ELEMENT, LANE, LANES) \
	TARGET static inline LANES name(const char *at) \
	{ \
		typedef ELEMENT part __attribute__(( \
			vector_size(VECTOR_BYTES / sizeof(LANE) * sizeof(ELEMENT)))); \
		part loaded; \
\
		memcpy(&loaded, at, sizeof(loaded)); \
		return __builtin_convertvector(loaded, LANES); \
	}

WIDEN(widen_u8, uint8_t, uint32_t, u32s)
WIDEN(widen_u16, uint16_t, uint32_t, u32s)
WIDEN(widen_u32, uint32_t, uint64_t, u64s)
WIDEN(widen_i8, int8_t, int32_t, i32s)
WIDEN(widen_i16, int16_t, int32_t, i32s)
WIDEN(widen_i32, int32_t, int64_t, i64s)
#endif
#if !defined(WIDEN_F32)
#define WIDEN_F32(at) widen_f32(at)

TARGET static inline f64s widen_f32(const char *at)
{
	typedef float part __attribute__((vector_size(VECTOR_BYTES / 2)));
	part loaded;

	memcpy(&loaded, at, sizeof(loaded));
	return __builtin_convertvector(loaded, f64s);
}
#endif

TARGET static inline f64s load_f64(const char *at)
{
	f64s v;

	memcpy(&v, at, sizeof(v));
	return v;
}

/* Sums of whole lanes: what 32 bits hold of a grain of 8- or 16-bit elements, what 64 bits hold of
 * one of 32-bit elements. */
static inline struct wide wide_of(int64_t value)
{
	struct wide wide = {(uint64_t)value, value < 0 ? -1 : 0};

	return wide;
}

/* One total. ELEMENT: what lies in memory. LANE and LANES: what it is widened to, alone and as a
 * vector; LEAST and GREATEST of LANE. Four streams over the quarters of the piece, then what is
 * left, which is less than a step of each. */
#define TOTAL(name, ELEMENT, LANE, LANES, LOAD, MIN, MAX, LEAST, GREATEST, FINISH) \
	TARGET static void name(const char *ptr, size_t n, struct array_piece *piece) \
	{ \
		const size_t step = STEP_BYTES / sizeof(LANE); \
		const size_t n_steps = n / (STREAMS * step); \
		const size_t stream = n_steps * step * sizeof(ELEMENT); \
		LANE sums[STREAMS * STEP_BYTES / sizeof(LANE)]; \
		LANE mins[ARRAY_LEN(sums)], maxs[ARRAY_LEN(sums)], lane; \
		LANES sum[N_VECTORS], min[N_VECTORS], max[N_VECTORS], v; \
		ELEMENT element; \
		const char *at; \
		size_t i, k; \
\
		for (k = 0; k < N_VECTORS; k++) { \
			sum[k] = (LANES){0}; \
			min[k] = (LANES){0} + (LANE)(GREATEST); \
			max[k] = (LANES){0} + (LANE)(LEAST); \
		} \
		for (i = 0; i < n_steps; i++) { \
			_Pragma("GCC unroll 8") for (k = 0; k < N_VECTORS; k++) \
			{ \
				at = ptr + k * VECTOR_BYTES / STEP_BYTES * stream + \
				     i * step * sizeof(ELEMENT) + \
				     k * VECTOR_BYTES % STEP_BYTES / sizeof(LANE) * \
					     sizeof(ELEMENT); \
				v = LOAD(at); \
				sum[k] += v; \
				min[k] = MIN(v, min[k]); \
				max[k] = MAX(v, max[k]); \
			} \
		} \
		memcpy(sums, sum, sizeof(sums)); \
		memcpy(mins, min, sizeof(mins)); \
		memcpy(maxs, max, sizeof(maxs)); \
		for (i = STREAMS * step * n_steps, k = 0; i < n; i++, k++) { \
			memcpy(&element, ptr + i * sizeof(element), sizeof(element)); \
			lane = (LANE)element; \
			sums[k % ARRAY_LEN(sums)] += lane; \
			if (lane < mins[0]) \
				mins[0] = lane; \
			if (lane > maxs[0]) \
				maxs[0] = lane; \
		} \
		for (k = 1; k < ARRAY_LEN(sums); k++) { \
			mins[0] = mins[k] < mins[0] ? mins[k] : mins[0]; \
			maxs[0] = maxs[k] > maxs[0] ? maxs[k] : maxs[0]; \
		} \
		FINISH; \
	}

#define FINISH_FLOAT \
	for (i = ARRAY_LEN(sums) / 2; i > 0; i /= 2) \
		for (k = 0; k < i; k++) \
			sums[k] += sums[k + i]; \
	piece->sum = sums[0]; \
	piece->min.f64 = mins[0]; \
	piece->max.f64 = maxs[0]

/* Read as u64 of unsigned elements: the same bits. */
#define FINISH_WHOLE \
	piece->wide = wide_of(0); \
	for (k = 0; k < ARRAY_LEN(sums); k++) \
		wide_add(&piece->wide, wide_of((int64_t)sums[k])); \
	piece->min.i64 = (int64_t)mins[0]; \
	piece->max.i64 = (int64_t)maxs[0]

/* Unsigned elements of 32 bits are compared in signed lanes of 64, which processors do better. */
/* clang-format off */
TOTAL(total_f64, double, double, f64s, load_f64, MIN_F64, MAX_F64, -HUGE_VAL, HUGE_VAL, FINISH_FLOAT)
TOTAL(total_f32, float, double, f64s, WIDEN_F32, MIN_F64, MAX_F64, -HUGE_VAL, HUGE_VAL, FINISH_FLOAT)
TOTAL(total_u8, uint8_t, uint32_t, u32s, WIDEN_U8, MIN_U32, MAX_U32, 0, UINT32_MAX, FINISH_WHOLE)
TOTAL(total_u16, uint16_t, uint32_t, u32s, WIDEN_U16, MIN_U32, MAX_U32, 0, UINT32_MAX, FINISH_WHOLE)
TOTAL(total_u32, uint32_t, int64_t, i64s, (i64s)WIDEN_U32, MIN_I64, MAX_I64, 0, INT64_MAX, FINISH_WHOLE)
TOTAL(total_i8, int8_t, int32_t, i32s, WIDEN_I8, MIN_I32, MAX_I32, INT32_MIN, INT32_MAX, FINISH_WHOLE)
TOTAL(total_i16, int16_t, int32_t, i32s, WIDEN_I16, MIN_I32, MAX_I32, INT32_MIN, INT32_MAX, FINISH_WHOLE)
TOTAL(total_i32, int32_t, int64_t, i64s, WIDEN_I32, MIN_I64, MAX_I64, INT64_MIN, INT64_MAX, FINISH_WHOLE)
/* clang-format on */

/* 64-bit elements in lanes that cannot overflow: their lower and their upper 32 bits apart. Signed
 * ones are raised by 2^63 for that, unsigned ones lowered for comparing, as if they were the other
 * kind: that is to turn the highest bit. */
TARGET __attribute__((always_inline)) static inline void total_64(
	const char *ptr, size_t n, bool is_signed, struct array_piece *piece)
{
	enum {
		STEP = STEP_BYTES / sizeof(uint64_t),
		LANES = VECTOR_BYTES / sizeof(uint64_t)
	};
	const uint64_t high_bit = UINT64_C(1) << 63, raise = is_signed ? high_bit : 0;
	const size_t n_steps = n / (STREAMS * STEP), stream = n_steps * STEP_BYTES;
	int64_t least = INT64_MAX, greatest = INT64_MIN, element;
	i64s v, min[N_VECTORS], max[N_VECTORS];
	u64s low[N_VECTORS], high[N_VECTORS], raised;
	struct wide sum = {0, 0};
	size_t i, k, lane;

	for (k = 0; k < N_VECTORS; k++) {
		low[k] = high[k] = (u64s){0};
		min[k] = (i64s){0} + INT64_MAX;
		max[k] = (i64s){0} + INT64_MIN;
	}
	for (i = 0; i < n_steps; i++) {
		_Pragma("GCC unroll 8") for (k = 0; k < N_VECTORS; k++)
		{
			memcpy(&raised,
				ptr + k * VECTOR_BYTES / STEP_BYTES * stream + i * STEP_BYTES +
					k * VECTOR_BYTES % STEP_BYTES,
				sizeof(raised));
			raised ^= raise;
			v = (i64s)(raised ^ high_bit);
			low[k] += raised & UINT32_MAX;
			high[k] += raised >> 32;
			min[k] = MIN_I64(v, min[k]);
			max[k] = MAX_I64(v, max[k]);
		}
	}
	for (k = 0; k < N_VECTORS; k++) {
		for (lane = 0; lane < LANES; lane++) {
			wide_add(&sum, (struct wide){low[k][lane], 0});
			wide_add(&sum,
				(struct wide){high[k][lane] << 32, (int64_t)(high[k][lane] >> 32)});
			least = min[k][lane] < least ? min[k][lane] : least;
			greatest = max[k][lane] > greatest ? max[k][lane] : greatest;
		}
	}
	for (i = STREAMS * STEP * n_steps; i < n; i++) {
		uint64_t bits;

		memcpy(&bits, ptr + i * sizeof(bits), sizeof(bits));
		bits ^= raise;
		element = (int64_t)(bits ^ high_bit);
		wide_add(&sum, (struct wide){bits, 0});
		least = element < least ? element : least;
		greatest = element > greatest ? element : greatest;
	}
	/* What was raised: n times 2^63. */
	if (is_signed)
		wide_add(&sum, (struct wide){(uint64_t)n << 63, -(int64_t)(n / 2 + n % 2)});
	piece->wide = sum;
	piece->min.u64 = (uint64_t)least ^ (high_bit ^ raise);
	piece->max.u64 = (uint64_t)greatest ^ (high_bit ^ raise);
}

TARGET static void total_u64(const char *ptr, size_t n, struct array_piece *piece)
{
	total_64(ptr, n, false, piece);
}

TARGET static void total_i64(const char *ptr, size_t n, struct array_piece *piece)
{
	total_64(ptr, n, true, piece);
}

#include "simd/array_turn.h"

const struct array_kernels KERNELS = {
	.name = NAME,
	.usable = USABLE,
	.total =
		{
			[MMR_U8] = total_u8,
			[MMR_U16] = total_u16,
			[MMR_U32] = total_u32,
			[MMR_U64] = total_u64,
			[MMR_I8] = total_i8,
			[MMR_I16] = total_i16,
			[MMR_I32] = total_i32,
			[MMR_I64] = total_i64,
			[MMR_F32] = total_f32,
			[MMR_F64] = total_f64,
		},
	.swap = {[2] = swap_2, [4] = swap_4, [8] = swap_8},
	.widen_f16 = widen_f16,
};
