/* avx2.c - 32 bytes a step
 *
 * SPDX-License-Identifier: MIT */
#include "simd/instances.h"

#if defined(HAVE_AVX2)

#include <immintrin.h>

#define VECTOR             __m256i
#define VECTOR_BYTES       32
#define TARGET             __attribute__((target("avx2,bmi,lzcnt,popcnt")))
#define LOAD(p)            _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define SPLAT(b)           _mm256_set1_epi8(b)
#define EQUAL(v, w)        ((uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, w)))
#define TALLY              __m256i
#define TALLY_ZERO()       _mm256_setzero_si256()
#define TALLY_ADD(t, v, w) _mm256_sub_epi8(t, _mm256_cmpeq_epi8(v, w))
#define TALLY_SUM(t)       tally_sum(t)
#define KERNELS            simd_avx2
#define NAME               "avx2"
#define USABLE             usable

TARGET static inline uint64_t tally_sum(__m256i tally)
{
	uint64_t lanes[4];

	_mm256_storeu_si256(
		(__m256i *)(void *)lanes, _mm256_sad_epu8(tally, _mm256_setzero_si256()));
	return lanes[0] + lanes[1] + lanes[2] + lanes[3];
}

static bool usable(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
	       __builtin_cpu_supports("popcnt");
}

#include "simd/vector.h"

#endif
