/* bytes_template.h - the byte kernels of one instance, and its entry of the table
 *
 * Included once by each instance (portable.c, sse2.c, avx2.c, vbmi2.c, neon.c and others), which
 * defines beforehand:
 *
 *	VECTOR          the vector type
 *	VECTOR_BYTES    its size, a divisor of 64
 *	TARGET          the function attribute that lets the compiler use it
 *	LOAD(p)         VECTOR from unaligned memory
 *	SPLAT(b)        VECTOR of one byte
 *	OR(v, w)        VECTOR of the bits of both
 *	EQUAL(v, w)     uint64_t with VECTOR_BYTES bits, set for bytes that are equal
 *	TALLY           a vector of byte counters ...
 *	TALLY_ZERO()    ... all 0,
 *	TALLY_ADD(t, v, w)  raised by 1 where v and w are equal,
 *	TALLY_SUM(t)    added up
 *	BMI             if TARGET has tzcnt and lzcnt
 *	DECODE_MANY(word, n, first, at, falling)  if it decodes many bits faster: as decode_up or
 *	                decode_down does, `n` bits
 *	CLEAR_UPPER()   if vectors have upper parts: clears those of all registers
 *	TABLE and others if it has a shuffle of bytes: see teddy_template.h
 *	KERNELS         the name of the struct to fill with NAME, USABLE and &NUMBERS
 *
 * SPDX-License-Identifier: MIT */

#include "simd/bytes_decode.h"

/* Bytes of one step: a cache line of each of four places, two lines of two, or four of one. */
#define STEP_BYTES ((size_t)256)
#define LINE_BYTES ((size_t)64)
/* A byte counter holds up to 255. Each of the four tallies is raised at most 128 times. */
#define TALLY_STEPS (2 * VECTOR_BYTES)
#define CHUNK_BYTES (TALLY_STEPS * STEP_BYTES)

#if !defined(CLEAR_UPPER)
#define CLEAR_UPPER()
#endif

/* Counts in a slice of less than one vector. */
static uint64_t count_tail(const char *ptr, size_t len, char byte)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < len; i++)
		n += ptr[i] == byte;
	return n;
}

/* Counts in a slice of less than a chunk. */
TARGET static uint64_t count_short(const char *ptr, size_t len, char byte)
{
	bool has_vector = len >= VECTOR_BYTES;
	VECTOR pattern = SPLAT(byte);
	uint64_t n = 0, bits;

	while (len >= VECTOR_BYTES) {
		size_t steps = min_size(len / VECTOR_BYTES, 255), i;
		TALLY tally = TALLY_ZERO();

		for (i = 0; i < steps; i++)
			tally = TALLY_ADD(tally, LOAD(ptr + i * VECTOR_BYTES), pattern);
		n += TALLY_SUM(tally);
		ptr += steps * VECTOR_BYTES;
		len -= steps * VECTOR_BYTES;
	}
	if (!has_vector || len == 0)
		return n + count_tail(ptr, len, byte);
	/* The last vector includes bytes that are counted already. */
	bits = EQUAL(LOAD(ptr + len - VECTOR_BYTES), pattern);
	return n + (unsigned)__builtin_popcountll(bits >> (VECTOR_BYTES - len));
}

/* Adds one cache line to a tally. */
TARGET SIMD_INLINE TALLY tally_line(TALLY tally, const char *ptr, VECTOR pattern)
{
	size_t i;

#pragma GCC unroll 8
	for (i = 0; i < LINE_BYTES; i += VECTOR_BYTES)
		tally = TALLY_ADD(tally, LOAD(ptr + i), pattern);
	return tally;
}

/* Counts in `n_places` runs of `each` bytes, one after the other in memory and read in step. `each`
 * is a multiple of CHUNK_BYTES / n_places. `n_places` is a constant in every call. */
TARGET SIMD_INLINE uint64_t count_places(
	const char *ptr, size_t each, unsigned n_places, VECTOR pattern)
{
	/* Lines of a step that are in the same run, and the distances of the others. */
	size_t run = STEP_BYTES / n_places, i, step;
	size_t second = n_places == 4 ? each : LINE_BYTES;
	size_t third = n_places == 4 ? 2 * each : n_places == 2 ? each : 2 * LINE_BYTES;
	size_t fourth = third + second;
	uint64_t n = 0;

	for (i = 0; i < each; i += TALLY_STEPS * run) {
		TALLY a = TALLY_ZERO(), b = TALLY_ZERO(), c = TALLY_ZERO(), d = TALLY_ZERO();

		for (step = 0; step < TALLY_STEPS; step++, ptr += run) {
			a = tally_line(a, ptr, pattern);
			b = tally_line(b, ptr + second, pattern);
			c = tally_line(c, ptr + third, pattern);
			d = tally_line(d, ptr + fourth, pattern);
		}
		n += TALLY_SUM(a) + TALLY_SUM(b) + TALLY_SUM(c) + TALLY_SUM(d);
	}
	return n;
}

TARGET static uint64_t vector_count(const char *ptr, size_t len, char byte, enum simd_order order)
{
	size_t head = (size_t)(0 - (uintptr_t)ptr % LINE_BYTES) % LINE_BYTES, chunks;
	VECTOR pattern = SPLAT(byte);
	uint64_t n;

	if (len < CHUNK_BYTES + head)
		return count_short(ptr, len, byte);
	/* No vector of a long slice crosses a cache line. */
	n = count_short(ptr, head, byte);
	ptr += head;
	len -= head;
	chunks = len / CHUNK_BYTES * CHUNK_BYTES;
	if (order == SIMD_QUARTERS)
		n += count_places(ptr, chunks / 4, 4, pattern);
	else if (order == SIMD_HALVES)
		n += count_places(ptr, chunks / 2, 2, pattern);
	else
		n += count_places(ptr, chunks, 1, pattern);
	return n + count_short(ptr + chunks, len - chunks, byte);
}

/* Hardware prefetch stops at the end of a page. Prefetching the next page while this one is decoded
 * and used by the caller halves the time per line of data that is not in the processor's caches.
 * A prefetch cannot fault, so it may go beyond the slice. */
#define PREFETCH_FAR(ptr, backward) \
	__builtin_prefetch((const void *)((uintptr_t)(ptr) + \
					  ((backward) ? 0 - (uintptr_t)SIMD_BATCH : SIMD_BATCH)))

/* What a probe looks for, as vectors. */
struct patterns {
	VECTOR bytes[4], folds[4];
};

/* Returns: one bit for each of 64 bytes, set if it equals pattern `k`. */
TARGET SIMD_INLINE uint64_t equal_64(
	const char *ptr, const struct patterns *patterns, unsigned k, bool fold)
{
	uint64_t word = 0;
	unsigned i;
	VECTOR v;

	for (i = 0; i < 64; i += VECTOR_BYTES) {
		v = LOAD(ptr + i);
		word |= EQUAL(fold ? OR(v, patterns->folds[k]) : v, patterns->bytes[k]) << i;
	}
	return word;
}

/* Applies the probe at 64 offsets. `n` and `all` are those of the probe, as constants. `fold` is
 * false if all its folds are 0. */
TARGET SIMD_INLINE uint64_t probe_64(const char *ptr, const struct simd_probe *probe,
	const struct patterns *patterns, unsigned n, bool all, bool fold)
{
	uint64_t word = equal_64(ptr + (all ? probe->places[0] : 0), patterns, 0, fold), other;
	unsigned i;

	for (i = 1; i < n; i++) {
		other = equal_64(ptr + (all ? probe->places[i] : 0), patterns, i, fold);
		word = all ? word & other : word | other;
	}
	return word;
}

/* Applies the probe at fewer than 64 offsets. */
static uint64_t probe_tail(const char *ptr, size_t len, const struct simd_probe *probe)
{
	uint64_t word = 0;
	unsigned i, hits;
	size_t p;

	for (p = 0; p < len; p++) {
		for (i = 0, hits = 0; i < probe->n; i++)
			hits += ((unsigned char)ptr[p + probe->places[i]] | probe->folds[i]) ==
				probe->bytes[i];
		word |= (uint64_t)(probe->all ? hits == probe->n : hits > 0) << p;
	}
	return word;
}

/* Pairs of bytes are rare, so the words without a hit are skipped by a loop that does little else.
 *
 * Returns: how many of `left` bytes are skipped, a multiple of 64. */
TARGET SIMD_INLINE size_t skip_misses(const char *ptr, size_t left, size_t used,
	const struct simd_probe *probe, const struct patterns *patterns, bool fold, bool backward)
{
	size_t skipped;

	ptr += backward ? left - 64 : used;
	for (skipped = 0; left - skipped >= 64; skipped += 64) {
		PREFETCH_FAR(ptr, backward);
		if (probe_64(ptr, probe, patterns, 2, true, fold) != 0)
			break;
		ptr = backward ? ptr - 64 : ptr + 64;
	}
	return skipped;
}

/* All mark kernels. `n`, `all`, `fold` and `backward` are constants in every call, so that the
 * compiler makes a loop without branches on them for each. */
TARGET SIMD_INLINE unsigned mark_run(const char *ptr, size_t len, const struct simd_probe *probe,
	uint16_t *at, size_t *ret_used, unsigned n, bool all, bool fold, bool backward)
{
	struct patterns patterns;
	unsigned n_at = 0, i;
	size_t used, tail, off;
	uint64_t word;

	for (i = 0; i < 4; i++) {
		patterns.bytes[i] = SPLAT((char)probe->bytes[i < probe->n ? i : 0]);
		patterns.folds[i] = SPLAT((char)probe->folds[i]);
	}
	for (used = 0; len - used >= 64 && n_at <= SIMD_ROOM - 64; used += 64) {
		if (all)
			used += skip_misses(
				ptr, len - used, used, probe, &patterns, fold, backward);
		if (all && len - used < 64)
			break;
		off = backward ? len - used - 64 : used;
		PREFETCH_FAR(ptr + off, backward);
		word = probe_64(ptr + off, probe, &patterns, n, all, fold);
		n_at += backward ? decode_down(word, off, at + n_at)
				 : decode_up(word, off, at + n_at);
	}
	tail = len - used;
	if (tail > 0 && tail < 64 && n_at <= SIMD_ROOM - 64) {
		off = backward ? 0 : used;
		word = probe_tail(ptr + off, tail, probe);
		n_at += backward ? decode_down(word, off, at + n_at)
				 : decode_up(word, off, at + n_at);
		used = len;
	}
	*ret_used = used;
	return n_at;
}

TARGET SIMD_INLINE unsigned mark_any(const char *ptr, size_t len, const struct simd_probe *probe,
	uint16_t *at, size_t *ret_used, bool backward)
{
	if (probe->all && (probe->folds[0] || probe->folds[1]))
		return mark_run(ptr, len, probe, at, ret_used, 2, true, true, backward);
	if (probe->all)
		return mark_run(ptr, len, probe, at, ret_used, 2, true, false, backward);
	if (probe->n == 1)
		return mark_run(ptr, len, probe, at, ret_used, 1, false, false, backward);
	if (probe->n == 2)
		return mark_run(ptr, len, probe, at, ret_used, 2, false, false, backward);
	return mark_run(ptr, len, probe, at, ret_used, 4, false, false, backward);
}

/* While upper parts of registers are in use, an instruction of a caller that uses lower parts only,
 * as those of SSE do, waits for many cycles on Intel processors. So a compiler clears them at the
 * end of a function, but gcc 12 forgets some ends of these two. unit/simd_state.c checks all
 * kernels. */

TARGET static unsigned vector_mark(
	const char *ptr, size_t len, const struct simd_probe *probe, uint16_t *at, size_t *ret_used)
{
	unsigned n = mark_any(ptr, len, probe, at, ret_used, false);

	CLEAR_UPPER();
	return n;
}

TARGET static unsigned vector_mark_back(
	const char *ptr, size_t len, const struct simd_probe *probe, uint16_t *at, size_t *ret_used)
{
	unsigned n = mark_any(ptr, len, probe, at, ret_used, true);

	CLEAR_UPPER();
	return n;
}

TARGET static uint64_t vector_mask(const char *ptr, size_t n, char byte, uint64_t *words)
{
	struct patterns patterns = {.bytes = {SPLAT(byte)}};
	uint64_t all = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		words[i] = equal_64(ptr + 64 * i, &patterns, 0, false);
		all |= words[i];
	}
	return all;
}

TARGET static uint64_t vector_masks(
	const char *ptr, size_t n, const char *bytes, uint64_t *const words[SIMD_MASKS])
{
	struct patterns patterns = {.bytes = {SPLAT(bytes[0]), SPLAT(bytes[1]), SPLAT(bytes[2])}};
	uint64_t all = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		words[0][i] = equal_64(ptr + 64 * i, &patterns, 0, false);
		words[1][i] = equal_64(ptr + 64 * i, &patterns, 1, false);
		words[2][i] = equal_64(ptr + 64 * i, &patterns, 2, false);
		all |= words[0][i];
	}
	return all;
}

TARGET static unsigned vector_decode(const uint64_t *words, size_t n, uint16_t *at)
{
	unsigned n_at = 0;
	size_t i;

	for (i = 0; i < n; i++)
		n_at += decode_up(words[i], 64 * i, at + n_at);
	return n_at;
}

#include "simd/teddy_template.h"

const struct simd_kernels KERNELS = {
	.name = NAME,
	.usable = USABLE,
	.count = vector_count,
	.mark = vector_mark,
	.mark_back = vector_mark_back,
	.teddy = vector_teddy,
	.mask = vector_mask,
	.masks = vector_masks,
	.decode = vector_decode,
	.numbers = &NUMBERS,
};
