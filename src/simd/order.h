/* order.h - counts a byte in the order of reading that is the fastest on this machine
 *
 * Hardware prefetch follows a few sequential runs, and how many it follows best depends on the
 * processor: reading two or four runs in step has been both faster and slower than reading one.
 * Pages next to each other are never read in step: an AMD processor (EPYC, Zen 5) then counts
 * 26 GB/s instead of 40. So the orders are compared once in each process, on large steps of the
 * first slices that it counts.
 *
 * Threads: all calls are safe from several threads.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SIMD_ORDER_H
#define SRC_SIMD_ORDER_H

#include "simd/simd.h"

/* A slice is counted in steps of this size, so that the runs of a step stay within a window. */
#define ORDER_STEP ((size_t)2 << 20)
/* Shorter steps are read sequentially and are not measured. They take little time, and copies of
 * this size are still in the processor's caches. */
#define ORDER_LEAST ((size_t)3 << 19)
/* A process that counts less than this in large steps does not compare the orders. */
#define ORDER_FREE ((uint64_t)32 << 20)
/* Steps of each order. The fastest one is compared, since other processes may delay some. */
#define ORDER_ROUNDS 4

/* The comparison. All members are 0 at first. Tests reset it. */
struct order_trial {
	_Atomic(unsigned) seen;                /* KiB counted in large steps before it */
	_Atomic(unsigned) n_asked, n_measured; /* steps */
	_Atomic(unsigned) best[SIMD_N_ORDERS]; /* nanoseconds for 1 GiB; 0: not measured */
	_Atomic(bool) done;
	_Atomic(unsigned) chosen; /* an enum simd_order; SIMD_SEQUENTIAL until done */
};

extern struct order_trial order_trial;

/* Returns: how often `byte` occurs. */
uint64_t order_count(const char *ptr, size_t len, char byte);

#endif
