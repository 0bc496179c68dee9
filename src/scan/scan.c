/* scan.c - which kernels this CPU runs
 *
 * SPDX-License-Identifier: MIT */
#include "scan/instances.h"

#include <mmreader/version.h>

const struct scan_kernels *const scan_table[] = {
#if defined(HAVE_AVX512BW)
	&scan_avx512,
#endif
#if defined(HAVE_AVX2)
	&scan_avx2,
#endif
#if defined(HAVE_SSE2)
	&scan_sse2,
#endif
#if defined(HAVE_NEON)
	&scan_neon,
#endif
	&scan_portable,
	NULL,
};

_Atomic(const struct scan_kernels *) scan_chosen;

/* Threads that race here choose the same. */
const struct scan_kernels *scan_choose(void)
{
	const struct scan_kernels *const *kernels = scan_table;

	while (!(*kernels)->usable())
		kernels++;
	atomic_store_explicit(&scan_chosen, *kernels, memory_order_relaxed);
	return *kernels;
}

const char *mmr_kernel_name(void)
{
	return scan_kernels()->name;
}
