/* scan.h - where are the bytes? Kernels over pointer and length that never hear of files
 *
 * One table of implementations, best first; the first that the CPU can run is chosen at the first
 * call and stays. The portable one is always there and is what the others are tested against.
 * No kernel reads a byte outside [ptr, ptr + len).
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_SCAN_H
#define SRC_SCAN_SCAN_H

#include "common.h"

#include <stdatomic.h>

/* What a mark kernel looks for at each p: bytes[i] at ptr[p + places[i]], any of them or all.
 *
 * Any, with all places 0: a small set of bytes. All: a rare pair of bytes of a needle, which stands
 * for the whole of it. */
struct scan_probe {
	unsigned n; /* 1 to 4; 2 where `all` is set */
	bool all;
	unsigned char bytes[4];
	size_t places[4];
};

/* A mark kernel looks at up to SCAN_BATCH places and stops early when there is no more room for
 * what the next 64 may hold. */
#define SCAN_BATCH 4096
#define SCAN_ROOM  256

/* Where the probe hits: offsets p from `ptr`, into at[SCAN_ROOM].
 *
 * Shape: `len` places, from 1 to SCAN_BATCH; ptr[p + places[i]] must be readable for each of them.
 * Returns: how many hits; `*ret_used` places have been looked at, at least 1. */
typedef unsigned scan_mark_fn(const char *ptr, size_t len, const struct scan_probe *probe,
	uint16_t *at, size_t *ret_used);

struct scan_kernels {
	const char *name;
	bool (*usable)(void);

	/* How often `byte` occurs. */
	uint64_t (*count)(const char *ptr, size_t len, char byte);

	scan_mark_fn *mark;      /* from the start: offsets rise */
	scan_mark_fn *mark_back; /* from the end: offsets fall, *ret_used counts from the end */
};

/* All that were compiled, best first; ends with a NULL. */
extern const struct scan_kernels *const scan_table[];

/* The chosen one. NULL until the first call of scan_kernels(). */
extern _Atomic(const struct scan_kernels *) scan_chosen;

const struct scan_kernels *scan_choose(void);

static inline const struct scan_kernels *scan_kernels(void)
{
	const struct scan_kernels *chosen;

	chosen = atomic_load_explicit(&scan_chosen, memory_order_relaxed);
	return chosen ? chosen : scan_choose();
}

#endif
