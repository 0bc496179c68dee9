/* instances.h - the kernels that a build may have: one template, five machines
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SIMD_INSTANCES_H
#define SRC_SIMD_INSTANCES_H

#include "simd/simd.h"

extern const struct simd_kernels simd_avx512, simd_avx2, simd_sse2, simd_neon, simd_portable;

#endif
