/* sse.h - vectors of 16 bytes of x86-64, for sse2.c and ssse3.c, which define TARGET beforehand
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SIMD_SSE_H
#define SRC_SIMD_SSE_H

#include <emmintrin.h>
#include <stdint.h>

#define VECTOR             __m128i
#define VECTOR_BYTES       16
#define LOAD(p)            _mm_loadu_si128((const __m128i *)(const void *)(p))
#define SPLAT(b)           _mm_set1_epi8(b)
#define OR(v, w)           _mm_or_si128(v, w)
#define EQUAL(v, w)        ((uint64_t)(uint16_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, w)))
#define TALLY              __m128i
#define TALLY_ZERO()       _mm_setzero_si128()
#define TALLY_ADD(t, v, w) _mm_sub_epi8(t, _mm_cmpeq_epi8(v, w))
#define TALLY_SUM(t)       tally_sum(t)
#define NUMBERS            numbers_portable /* the compiler makes SSE2 of them */

TARGET static inline uint64_t tally_sum(__m128i tally)
{
	uint64_t lanes[2];

	_mm_storeu_si128((__m128i *)(void *)lanes, _mm_sad_epu8(tally, _mm_setzero_si128()));
	return lanes[0] + lanes[1];
}

#endif
