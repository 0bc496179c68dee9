/* array_portable.c - the array kernels with vectors of 16 bytes, which every machine has or can do
 * without, and the choice between all of them
 *
 * SPDX-License-Identifier: MIT */
#include "simd/array_kernels.h"

#define VECTOR_BYTES 16
#define TARGET
#if defined(__SSE2__)
#include <emmintrin.h>
#define MIN_F64(v, w) ((f64s)_mm_min_pd((__m128d)(v), (__m128d)(w)))
#define MAX_F64(v, w) ((f64s)_mm_max_pd((__m128d)(v), (__m128d)(w)))
#else
#define MIN_F64(v, w) PICK(f64s, (v) < (w), v, w)
#define MAX_F64(v, w) PICK(f64s, (v) > (w), v, w)
#endif
#define KERNELS array_portable
#define NAME    "portable"
#define USABLE  usable

static bool usable(void)
{
	return true;
}

#include "simd/array_template.h"

const struct array_kernels *const array_table[] = {
#if defined(HAVE_AVX2)
	&array_avx2,
#endif
	&array_portable,
	NULL,
};

_Atomic(const struct array_kernels *) array_chosen;

/* Threads that race here choose the same. */
const struct array_kernels *array_choose(void)
{
	const struct array_kernels *const *kernels = array_table;

	while (!(*kernels)->usable())
		kernels++;
	atomic_store_explicit(&array_chosen, *kernels, memory_order_relaxed);
	return *kernels;
}
