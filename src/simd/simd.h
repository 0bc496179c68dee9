/* simd.h - where are the bytes? Kernels over pointer and length that never hear of files
 *
 * One table of implementations, best first; the first that the CPU can run is chosen at the first
 * call and stays. The portable one is always there and is what the others are tested against.
 * No kernel reads a byte outside [ptr, ptr + len).
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SIMD_SIMD_H
#define SRC_SIMD_SIMD_H

#include "common.h"

#include <stdatomic.h>

/* What a mark kernel looks for at each p: bytes[i] at ptr[p + places[i]], any of them or all.
 *
 * Any, with all places 0: a small set of bytes. All: a rare pair of bytes of a needle, which stands
 * for the whole of it. */
struct simd_probe {
	unsigned n; /* 1 to 4; 2 where `all` is set */
	bool all;
	unsigned char bytes[4];
	size_t places[4];
};

/* A mark kernel looks at up to SIMD_BATCH places and stops early when there is no more room for
 * what the next 64 may hold. */
#define SIMD_BATCH 4096
#define SIMD_ROOM  256

/* Where the probe hits: offsets p from `ptr`, into at[SIMD_ROOM].
 *
 * Shape: `len` places, from 1 to SIMD_BATCH; ptr[p + places[i]] must be readable for each of them.
 * Returns: how many hits; `*ret_used` places have been looked at, at least 1. */
typedef unsigned simd_mark_fn(const char *ptr, size_t len, const struct simd_probe *probe,
	uint16_t *at, size_t *ret_used);

struct simd_kernels {
	const char *name;
	bool (*usable)(void);

	/* How often `byte` occurs. */
	uint64_t (*count)(const char *ptr, size_t len, char byte);

	simd_mark_fn *mark;      /* from the start: offsets rise */
	simd_mark_fn *mark_back; /* from the end: offsets fall, *ret_used counts from the end */
};

/* All that were compiled, best first; ends with a NULL. */
extern const struct simd_kernels *const simd_table[];

/* The chosen one. NULL until the first call of simd_kernels(). */
extern _Atomic(const struct simd_kernels *) simd_chosen;

const struct simd_kernels *simd_choose(void);

static inline const struct simd_kernels *simd_kernels(void)
{
	const struct simd_kernels *chosen;

	chosen = atomic_load_explicit(&simd_chosen, memory_order_relaxed);
	return chosen ? chosen : simd_choose();
}

#endif
