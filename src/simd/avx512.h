/* avx512.h - vectors of 64 bytes of x86-64, for avx512.c and vbmi2.c, which define TARGET
 * beforehand
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SIMD_AVX512_H
#define SRC_SIMD_AVX512_H

#include <immintrin.h>

#define VECTOR        __m512i
#define VECTOR_BYTES  64
#define LOAD(p)       _mm512_loadu_si512((const void *)(p))
#define SPLAT(b)      _mm512_set1_epi8(b)
#define OR(v, w)      _mm512_or_si512(v, w)
#define EQUAL(v, w)   ((uint64_t)_mm512_cmpeq_epi8_mask(v, w))
#define BMI           1
#define CLEAR_UPPER() _mm256_zeroupper()
#define AND(v, w)     _mm512_and_si512(v, w)
#define TABLE(p)      _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)(p)))
#define LOOKUP(t, v)  _mm512_shuffle_epi8(t, v)
#define NIBBLES(v)    _mm512_and_si512(_mm512_srli_epi16(v, 4), _mm512_set1_epi8(0x0f))
#define TALLY         __m512i
#define TALLY_ZERO()  _mm512_setzero_si512()
#define TALLY_ADD(t, v, w) \
	_mm512_mask_sub_epi8(t, _mm512_cmpeq_epi8_mask(v, w), t, _mm512_set1_epi8(-1))
#define TALLY_SUM(t) ((uint64_t)_mm512_reduce_add_epi64(_mm512_sad_epu8(t, _mm512_setzero_si512())))
#define NUMBERS      numbers_avx2

/* Every processor with AVX-512 has the instructions for counting bits. */
static inline bool has_avx512(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx2");
}

#endif
