/* sse2.c - kernels with vectors of 16 bytes, for every x86-64 processor
 *
 * SPDX-License-Identifier: MIT */
#include "simd/simd.h"

#if defined(HAVE_SSE2)

#define TARGET
#include "simd/sse.h"

#define KERNELS simd_sse2
#define NAME    "sse2"
#define USABLE  simd_always

#include "simd/bytes_template.h"

#endif
