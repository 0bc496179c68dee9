/* dispatch.c - the choice of the kernels for this processor
 *
 * SPDX-License-Identifier: MIT */
#include "simd/simd.h"

#include <mmreader/base.h>

const struct simd_kernels *const simd_table[] = {
#if defined(HAVE_AVX512VBMI2)
	&simd_vbmi2,
#endif
#if defined(HAVE_AVX512BW)
	&simd_avx512,
#endif
#if defined(HAVE_AVX2)
	&simd_avx2,
#endif
#if defined(HAVE_SSSE3)
	&simd_ssse3,
#endif
#if defined(HAVE_SSE2)
	&simd_sse2,
#endif
#if defined(HAVE_NEON)
	&simd_neon,
#endif
	&simd_portable,
	NULL,
};

_Atomic(const struct simd_kernels *) simd_chosen;

bool simd_always(void)
{
	return true;
}

/* Threads that call this at the same time choose the same instance. */
const struct simd_kernels *simd_choose(void)
{
	const struct simd_kernels *const *kernels = simd_table;

	while (!(*kernels)->usable())
		kernels++;
	atomic_store_explicit(&simd_chosen, *kernels, memory_order_relaxed);
	return *kernels;
}

const char *mmr_kernel_name(void)
{
	return simd_kernels()->name;
}
