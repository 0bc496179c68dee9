/* avx2.c - kernels with vectors of 32 bytes, for x86-64 processors with AVX2
 *
 * SPDX-License-Identifier: MIT */
#include "simd/simd.h"

#if defined(HAVE_AVX2)

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,bmi,lzcnt,popcnt")))

#define VECTOR             __m256i
#define VECTOR_BYTES       32
#define LOAD(p)            _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define SPLAT(b)           _mm256_set1_epi8(b)
#define OR(v, w)           _mm256_or_si256(v, w)
#define EQUAL(v, w)        ((uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, w)))
#define AND(v, w)          _mm256_and_si256(v, w)
#define TABLE(p)           table_of(p)
#define LOOKUP(t, v)       _mm256_shuffle_epi8(t, v)
#define NIBBLES(v)         _mm256_and_si256(_mm256_srli_epi16(v, 4), _mm256_set1_epi8(0x0f))
#define TALLY              __m256i
#define TALLY_ZERO()       _mm256_setzero_si256()
#define TALLY_ADD(t, v, w) _mm256_sub_epi8(t, _mm256_cmpeq_epi8(v, w))
#define TALLY_SUM(t)       tally_sum(t)
#define BMI                1
#define CLEAR_UPPER()      _mm256_zeroupper()
#define KERNELS            simd_avx2
#define NAME               "avx2"
#define USABLE             usable

TARGET static inline __m256i table_of(const unsigned char *bytes)
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)bytes));
}

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

#define NUMBERS_VECTOR __m256i
#define MIN_F64(v, w)  _mm256_min_pd((__m256d)(v), (__m256d)(w))
#define MAX_F64(v, w)  _mm256_max_pd((__m256d)(v), (__m256d)(w))
#define MIN_I32(v, w)  _mm256_min_epi32((__m256i)(v), (__m256i)(w))
#define MAX_I32(v, w)  _mm256_max_epi32((__m256i)(v), (__m256i)(w))
#define MIN_I64(v, w)  pick_greater((__m256i)(v), (__m256i)(w), (__m256i)(v), (__m256i)(w))
#define MAX_I64(v, w)  pick_greater((__m256i)(v), (__m256i)(w), (__m256i)(w), (__m256i)(v))
#define NUMBERS        numbers_avx2

/* Returns: b where v > w, else a. */
TARGET SIMD_INLINE __m256i pick_greater(__m256i v, __m256i w, __m256i a, __m256i b)
{
	return _mm256_blendv_epi8(a, b, _mm256_cmpgt_epi64(v, w));
}

TARGET SIMD_INLINE __m256i load_lanes(const char *at, enum mmr_type type)
{
	const __m128i *half = (const __m128i *)(const void *)at;

	switch (type) {
	case MMR_U8:
		return _mm256_cvtepu8_epi32(_mm_loadl_epi64(half));
	case MMR_U16:
		return _mm256_cvtepu16_epi32(_mm_loadu_si128(half));
	case MMR_U32:
		return _mm256_cvtepu32_epi64(_mm_loadu_si128(half));
	case MMR_I8:
		return _mm256_cvtepi8_epi32(_mm_loadl_epi64(half));
	case MMR_I16:
		return _mm256_cvtepi16_epi32(_mm_loadu_si128(half));
	case MMR_I32:
		return _mm256_cvtepi32_epi64(_mm_loadu_si128(half));
	case MMR_F32:
		return (__m256i)_mm256_cvtps_pd(_mm_castsi128_ps(_mm_loadu_si128(half)));
	default:
		return _mm256_loadu_si256((const __m256i *)(const void *)at);
	}
}

#include "simd/bytes_template.h"
#include "simd/numbers_template.h"

#endif
