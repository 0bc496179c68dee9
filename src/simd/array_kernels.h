/* array_kernels.h - the inner loops of typed arrays, and which of them this CPU runs
 *
 * One table of implementations, best first, made from one template (array_template.h); the portable
 * one is always there and is what the others are tested against. All give the same sums, to the
 * last bit: they add in the same order.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SIMD_ARRAY_KERNELS_H
#define SRC_SIMD_ARRAY_KERNELS_H

#include "simd/array_exact.h"

#include <mmreader/array.h>

#include <stdatomic.h>

/* Elements are looked at in pieces of this many bytes: four pages in step, as simd/vector.h has it,
 * and little enough to stay in the core's first cache where they are copied beforehand. */
#define ARRAY_GRAIN ((size_t)16 << 10)

/* What one piece comes to. */
struct array_piece {
	double sum;       /* of floating elements */
	struct wide wide; /* of whole ones */
	mmr_value min, max;
};

/* Adds up `n` native elements that lie one after the other, of no more than ARRAY_GRAIN bytes. NaN
 * is left out of min and max, which start as what nothing is less or greater than. */
typedef void array_total_fn(const char *ptr, size_t n, struct array_piece *ret_piece);

/* Copies `n` elements that lie one after the other and turns their bytes around. */
typedef void array_swap_fn(const char *ptr, size_t n, char *to);

struct array_kernels {
	const char *name;
	bool (*usable)(void);
	array_total_fn *total[MMR_F64 + 1]; /* by enum mmr_type; none for f16 */
	array_swap_fn *swap[9];             /* by the bytes of an element: 2, 4, 8 */
	void (*widen_f16)(const char *ptr, size_t n, char *to); /* native f16 to native f32 */
};

/* All that were compiled, best first; ends with a NULL. */
extern const struct array_kernels *const array_table[];

/* Instances. */
extern const struct array_kernels array_avx2, array_portable;

/* The chosen one. NULL until the first call of array_kernels(); tests set it. */
extern _Atomic(const struct array_kernels *) array_chosen;

const struct array_kernels *array_choose(void);

static inline const struct array_kernels *array_kernels(void)
{
	const struct array_kernels *chosen;

	chosen = atomic_load_explicit(&array_chosen, memory_order_relaxed);
	return chosen ? chosen : array_choose();
}

#endif
