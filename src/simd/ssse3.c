/* ssse3.c - kernels with vectors of 16 bytes, for x86-64 processors that can shuffle bytes
 *
 * SPDX-License-Identifier: MIT */
#include "simd/simd.h"

#if defined(HAVE_SSSE3)

#include <tmmintrin.h>

#define TARGET __attribute__((target("ssse3")))
#include "simd/sse.h"

#define AND(v, w)    _mm_and_si128(v, w)
#define TABLE(p)     LOAD(p)
#define LOOKUP(t, v) _mm_shuffle_epi8(t, v)
#define NIBBLES(v)   _mm_and_si128(_mm_srli_epi16(v, 4), _mm_set1_epi8(0x0f))
#define KERNELS      simd_ssse3
#define NAME         "ssse3"
#define USABLE       usable

static bool usable(void)
{
	return __builtin_cpu_supports("ssse3");
}

#include "simd/bytes_template.h"

#endif
