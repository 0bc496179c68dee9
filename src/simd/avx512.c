/* avx512.c - kernels with vectors of 64 bytes, for x86-64 processors with AVX-512BW
 *
 * SPDX-License-Identifier: MIT */
#include "simd/simd.h"

#if defined(HAVE_AVX512BW)

#define TARGET __attribute__((target("avx512f,avx512bw,bmi,lzcnt,popcnt")))
#include "simd/avx512.h"

#define KERNELS simd_avx512
#define NAME    "avx512"
#define USABLE  has_avx512

#include "simd/bytes_template.h"

#endif
