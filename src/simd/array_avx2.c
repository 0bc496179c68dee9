/* array_avx2.c - the array kernels with vectors of 32 bytes
 *
 * SPDX-License-Identifier: MIT */
#include "simd/array_kernels.h"

#if defined(HAVE_AVX2)

#include <immintrin.h>

#define VECTOR_BYTES  32
#define TARGET        __attribute__((target("avx2")))
#define MIN_F64(v, w) ((f64s)_mm256_min_pd((__m256d)(v), (__m256d)(w)))
#define MAX_F64(v, w) ((f64s)_mm256_max_pd((__m256d)(v), (__m256d)(w)))
#define MIN_I32(v, w) ((i32s)_mm256_min_epi32((__m256i)(v), (__m256i)(w)))
#define MAX_I32(v, w) ((i32s)_mm256_max_epi32((__m256i)(v), (__m256i)(w)))
#define MIN_U32(v, w) ((u32s)_mm256_min_epu32((__m256i)(v), (__m256i)(w)))
#define MAX_U32(v, w) ((u32s)_mm256_max_epu32((__m256i)(v), (__m256i)(w)))
#define MIN_I64(v, w) ((i64s)pick_greater((__m256i)(v), (__m256i)(w), (__m256i)(v), (__m256i)(w)))
#define MAX_I64(v, w) ((i64s)pick_greater((__m256i)(v), (__m256i)(w), (__m256i)(w), (__m256i)(v)))
#define LOAD_8(at)    _mm_loadl_epi64((const __m128i *)(const void *)(at))
#define LOAD_16(at)   _mm_loadu_si128((const __m128i *)(const void *)(at))
#define WIDEN_U8(at)  ((u32s)_mm256_cvtepu8_epi32(LOAD_8(at)))
#define WIDEN_U16(at) ((u32s)_mm256_cvtepu16_epi32(LOAD_16(at)))
#define WIDEN_U32(at) ((u64s)_mm256_cvtepu32_epi64(LOAD_16(at)))
#define WIDEN_I8(at)  ((i32s)_mm256_cvtepi8_epi32(LOAD_8(at)))
#define WIDEN_I16(at) ((i32s)_mm256_cvtepi16_epi32(LOAD_16(at)))
#define WIDEN_I32(at) ((i64s)_mm256_cvtepi32_epi64(LOAD_16(at)))
#define WIDEN_F32(at) ((f64s)_mm256_cvtps_pd(_mm_castsi128_ps(LOAD_16(at))))
#define KERNELS       array_avx2
#define NAME          "avx2"
#define USABLE        usable

/* Where v > w, b, else a. */
TARGET static inline __m256i pick_greater(__m256i v, __m256i w, __m256i a, __m256i b)
{
	return _mm256_blendv_epi8(a, b, _mm256_cmpgt_epi64(v, w));
}

static bool usable(void)
{
	return __builtin_cpu_supports("avx2");
}

#include "simd/array_template.h"

#endif
