/* simd.h - kernels over a pointer and a length, and the choice between their instances
 *
 * One table of instances, best first. The first one that the processor can run is chosen at the
 * first call. The portable instance is always built; tests compare the others with it. No kernel
 * reads a byte outside of its input.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SIMD_SIMD_H
#define SRC_SIMD_SIMD_H

#include "common.h"
#include "simd/exact.h"

#include <mmreader/array.h>

#include <stdatomic.h>

/* For functions whose constant arguments select the code that is compiled. */
#define SIMD_INLINE __attribute__((always_inline)) static inline

/* What a mark kernel looks for at each offset p: any or all bytes[i] at ptr[p + places[i]].
 *
 * Any, with all places 0: a small set of bytes. All: two rare bytes of a needle; the caller then
 * compares the whole needle.
 *
 * folds[i] is OR-ed to a byte before it is compared with bytes[i]: 0x20 for a small letter that
 * matches in both cases, else 0. */
struct simd_probe {
	unsigned n; /* 1 to 4; 2 if `all` is set */
	bool all;
	unsigned char bytes[4];
	size_t places[4];
	unsigned char folds[4]; /* 0 unless `all` is set */
};

/* A mark kernel examines up to SIMD_BATCH offsets. It stops earlier if `at` has no room for the
 * hits that the next 64 offsets may have. */
#define SIMD_BATCH 4096
#define SIMD_ROOM  256

/* Writes the offsets from `ptr` at which the probe hits to at[SIMD_ROOM].
 *
 * Shape: `len` is 1 to SIMD_BATCH; ptr[p + places[i]] must be readable for each p below `len`.
 * Returns: the number of hits; `*ret_used` is the number of offsets examined, at least 1. */
typedef unsigned simd_mark_fn(const char *ptr, size_t len, const struct simd_probe *probe,
	uint16_t *at, size_t *ret_used);

#define SIMD_TEDDY_PLACES 4

/* What a teddy kernel looks for at each offset p: the bytes that some of the texts have at a few
 * places. Texts are divided into eight buckets. Bit b of bytes[k][c] is set if bucket b has a text
 * with byte c at places[k]. A hit is an offset at which one bucket has its bit for all places.
 *
 * Vectors have tables for four bits of a byte only: bit b of low[k][c & 15] and of high[k][c >> 4]
 * is set wherever the one of bytes[k][c] is. So they find more hits, and the caller compares the
 * texts in any case.
 *
 * Source: the algorithm Teddy of Hyperscan, by G. Langdale. */
struct simd_teddy {
	unsigned n; /* places, 1 to SIMD_TEDDY_PLACES */
	size_t places[SIMD_TEDDY_PLACES];
	unsigned char bytes[SIMD_TEDDY_PLACES][256];
	unsigned char low[SIMD_TEDDY_PLACES][16], high[SIMD_TEDDY_PLACES][16];
};

/* Like simd_mark_fn, but `at` may also contain offsets at which only the tables for four bits hit,
 * as it suits the instance. */
typedef unsigned simd_teddy_fn(const char *ptr, size_t len, const struct simd_teddy *teddy,
	uint16_t *at, size_t *ret_used);

/* Arrays are added up in pieces of this many bytes. Four streams of a page each are read at a
 * time, see numbers_template.h. A piece that is copied before it is added up fits in the L1 cache.
 */
#define SIMD_GRAIN ((size_t)16 << 10)

struct simd_total {
	double sum;         /* of floating-point elements */
	struct wide wide;   /* of integers */
	mmr_value min, max; /* without NaN; infinity and -infinity if there is nothing else */
};

/* In memory that is not in the processor's caches, four adjacent pages in step are slow on some
 * processors: their prefetchers take the next page of one stream for the start of another. There,
 * four pieces that are far apart are added up in step. */
#define SIMD_PLACES 4
#define SIMD_APART  ((size_t)512 << 10)

/* The totals of SIMD_PLACES pieces. */
struct simd_totals {
	double sums[SIMD_PLACES]; /* of floating-point elements, by piece */
	struct wide wide;         /* the others are of all pieces, as in struct simd_total */
	mmr_value min, max;
};

/* Kernels over contiguous elements, which need no alignment. */
struct simd_numbers {
	/* Adds up 1 to SIMD_GRAIN bytes of native elements of any type but f16. All instances add
	 * in the same order, so their sums are equal to the last bit. */
	struct simd_total (*total)(const char *ptr, size_t n, enum mmr_type type);

	/* Adds up SIMD_PLACES pieces of SIMD_GRAIN bytes that are SIMD_APART bytes apart. The sum
	 * of each piece is the one that `total` returns. */
	struct simd_totals (*totals)(const char *ptr, enum mmr_type type);

	/* Copies elements of 2, 4 or 8 bytes with their bytes reversed. */
	void (*swap)(const char *ptr, size_t n, size_t size, char *to);

	/* Converts native f16 to native f32. */
	void (*widen_f16)(const char *ptr, size_t n, char *to);
};

/* How many runs of a slice the count reads in step: see order.h. */
enum simd_order {
	SIMD_SEQUENTIAL, /* one */
	SIMD_HALVES,     /* two, half of the slice apart */
	SIMD_QUARTERS,   /* four, a quarter apart */
	SIMD_N_ORDERS
};

#define SIMD_MASKS 3

struct simd_kernels {
	const char *name;
	bool (*usable)(void);

	/* Returns: how often `byte` occurs, in any order. */
	uint64_t (*count)(const char *ptr, size_t len, char byte, enum simd_order order);

	simd_mark_fn *mark;      /* from the start: offsets rise */
	simd_mark_fn *mark_back; /* from the end: offsets fall, *ret_used counts from the end */

	simd_teddy_fn *teddy; /* from the start */

	/* Sets bit i % 64 of words[i / 64] for each i below 64 * n at which ptr[i] is `byte`, and
	 * clears the others. Returns: the words OR-ed. */
	uint64_t (*mask)(const char *ptr, size_t n, char byte, uint64_t *words);

	/* Like mask, for SIMD_MASKS bytes at once: words[k] are those of bytes[k]. Returns: the
	 * words of bytes[0] OR-ed. */
	uint64_t (*masks)(
		const char *ptr, size_t n, const char *bytes, uint64_t *const words[SIMD_MASKS]);

	/* Writes the number of each bit that is set in `n` words, at most SIMD_BATCH / 64, to `at`,
	 * which has room for 64 * n. Returns: how many there are. */
	unsigned (*decode)(const uint64_t *words, size_t n, uint16_t *at);

	/* Those of another instance where this one has none of its own. */
	const struct simd_numbers *numbers;
};

extern const struct simd_kernels simd_vbmi2, simd_avx512, simd_avx2, simd_ssse3, simd_sse2,
	simd_neon, simd_portable;
extern const struct simd_numbers numbers_avx2, numbers_portable;

/* All instances that were compiled, best first; ends with a NULL. */
extern const struct simd_kernels *const simd_table[];

/* The chosen instance. NULL until the first call of simd_kernels(). Tests set it. */
extern _Atomic(const struct simd_kernels *) simd_chosen;

const struct simd_kernels *simd_choose(void);

/* For instances that need no check of the processor. */
bool simd_always(void);

static inline const struct simd_kernels *simd_kernels(void)
{
	const struct simd_kernels *chosen;

	chosen = atomic_load_explicit(&simd_chosen, memory_order_relaxed);
	return chosen ? chosen : simd_choose();
}

#endif
