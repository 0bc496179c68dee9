/* avx512.c - kernels with vectors of 64 bytes, for x86-64 processors with AVX-512BW
 *
 * SPDX-License-Identifier: MIT */
#include "simd/simd.h"

#if defined(HAVE_AVX512BW)

#include <immintrin.h>

#define VECTOR       __m512i
#define VECTOR_BYTES 64
#define TARGET       __attribute__((target("avx512f,avx512bw,bmi,lzcnt,popcnt")))
#define LOAD(p)      _mm512_loadu_si512((const void *)(p))
#define SPLAT(b)     _mm512_set1_epi8(b)
#define OR(v, w)     _mm512_or_si512(v, w)
#define EQUAL(v, w)  ((uint64_t)_mm512_cmpeq_epi8_mask(v, w))
#define AND(v, w)    _mm512_and_si512(v, w)
#define TABLE(p)     _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)(p)))
#define LOOKUP(t, v) _mm512_shuffle_epi8(t, v)
#define NIBBLES(v)   _mm512_and_si512(_mm512_srli_epi16(v, 4), _mm512_set1_epi8(0x0f))
#define TALLY        __m512i
#define TALLY_ZERO() _mm512_setzero_si512()
#define TALLY_ADD(t, v, w) \
	_mm512_mask_sub_epi8(t, _mm512_cmpeq_epi8_mask(v, w), t, _mm512_set1_epi8(-1))
#define TALLY_SUM(t) ((uint64_t)_mm512_reduce_add_epi64(_mm512_sad_epu8(t, _mm512_setzero_si512())))
#define BMI          1
#define KERNELS      simd_avx512
#define NAME         "avx512"
#define USABLE       usable
#define NUMBERS      numbers_avx2

static bool usable(void)
{
	/* Every processor with AVX-512 has the instructions for counting bits. */
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx2");
}

#include "simd/bytes_template.h"

#endif
