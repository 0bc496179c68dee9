/* order.c - the comparison of the orders of reading
 *
 * SPDX-License-Identifier: MIT */
#include "simd/order.h"

#include <mmreader/base.h>

#include <limits.h>
#include <time.h>

#define TRIALS (ORDER_ROUNDS * SIMD_N_ORDERS)
/* An order must be faster by this part than those before it in the enum. Less is noise. */
#define PART_BETTER 32
#define PAGE        ((size_t)4096)

struct order_trial order_trial;

static const char *const names[] = {"sequential", "halves", "quarters"};

/* The time of this thread, which excludes that of other threads and of devices. */
static uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* Faults the pages in, so that only reading is measured. */
static void touch(const char *ptr, size_t len)
{
	size_t off;

	for (off = 0; off < len; off += PAGE)
		(void)*(const volatile char *)(ptr + off);
}

static void choose(struct order_trial *trial)
{
	unsigned chosen = SIMD_SEQUENTIAL, i, best = atomic_load(&trial->best[chosen]), cost;

	for (i = 1; i < SIMD_N_ORDERS; i++) {
		cost = atomic_load(&trial->best[i]);
		if (cost < best - best / PART_BETTER) {
			chosen = i;
			best = cost;
		}
	}
	atomic_store(&trial->chosen, chosen);
	atomic_store(&trial->done, true);
}

static void record(struct order_trial *trial, unsigned order, uint64_t took_ns, size_t len)
{
	unsigned cost = (unsigned)min_u64((took_ns << 30) / len + 1, UINT_MAX), i;
	unsigned best = atomic_load(&trial->best[order]);

	/* Another thread may store at the same time. Then one of the two times is lost. */
	if (best == 0 || cost < best)
		atomic_store(&trial->best[order], cost);
	if (atomic_fetch_add(&trial->n_measured, 1) + 1 < TRIALS)
		return;
	/* A fault may have ended the measurement of some steps. */
	for (i = 0; i < SIMD_N_ORDERS; i++)
		if (atomic_load(&trial->best[i]) == 0)
			return;
	choose(trial);
}

/* Counts a large step before the choice. A fault may end this call at any time. */
static uint64_t count_measured(
	const struct simd_kernels *kernels, const char *ptr, size_t len, char byte)
{
	struct order_trial *trial = &order_trial;
	uint64_t started, n;
	unsigned order;

	if (atomic_fetch_add(&trial->seen, (unsigned)(len >> 10)) < ORDER_FREE >> 10)
		return kernels->count(ptr, len, byte, SIMD_SEQUENTIAL);
	order = atomic_fetch_add(&trial->n_asked, 1) % SIMD_N_ORDERS;
	touch(ptr, len);
	started = clock_ns();
	n = kernels->count(ptr, len, byte, (enum simd_order)order);
	record(trial, order, clock_ns() - started, len);
	return n;
}

uint64_t order_count(const char *ptr, size_t len, char byte)
{
	const struct simd_kernels *kernels = simd_kernels();
	struct order_trial *trial = &order_trial;
	uint64_t n = 0;
	size_t step;

	for (; len >= ORDER_LEAST; ptr += step, len -= step) {
		step = min_size(len, ORDER_STEP);
		if (atomic_load_explicit(&trial->done, memory_order_acquire))
			n += kernels->count(ptr, step, byte,
				(enum simd_order)atomic_load_explicit(
					&trial->chosen, memory_order_relaxed));
		else
			n += count_measured(kernels, ptr, step, byte);
	}
	return n + kernels->count(ptr, len, byte, SIMD_SEQUENTIAL);
}

const char *mmr_kernel_order(void)
{
	return atomic_load(&order_trial.done) ? names[atomic_load(&order_trial.chosen)]
					      : "unmeasured";
}
