/* differences.c - compares bytes in memory
 *
 * Pieces that are equal are left to memcmp(3), which has the fastest kernel for the processor in
 * most C libraries.
 *
 * SPDX-License-Identifier: MIT */
#include "scan/differences.h"

#include <string.h>

/* A piece that differs is read again, while it is in the L1 cache. */
#define PIECE ((size_t)4 << 10)

/* The low bit of each byte of a word. */
#define ONES (UINT64_MAX / 255)

static uint64_t word_at(const char *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

/* Sets the low bit of each byte of a word that is not 0. */
static uint64_t bytes_set(uint64_t word)
{
	uint64_t low = ONES * 0x7f;

	return ((((word & low) + low) | word) >> 7) & ONES;
}

/* Adds up the bytes of a word. */
static uint64_t sum_bytes(uint64_t word)
{
	uint64_t pairs =
		(word & UINT64_C(0x00ff00ff00ff00ff)) + (word >> 8 & UINT64_C(0x00ff00ff00ff00ff));

	return pairs * UINT64_C(0x0001000100010001) >> 48;
}

static uint64_t count(const char *a, const char *b, size_t len)
{
	uint64_t n = 0, sums;
	size_t at = 0, stop;

	while (len - at >= sizeof(uint64_t)) {
		/* Each byte of `sums` is at most 255. */
		stop = at + min_size(len - at, 255 * sizeof(uint64_t)) / sizeof(uint64_t) *
				    sizeof(uint64_t);
		for (sums = 0; at < stop; at += sizeof(uint64_t))
			sums += bytes_set(word_at(a + at) ^ word_at(b + at));
		n += sum_bytes(sums);
	}
	for (; at < len; at++)
		n += a[at] != b[at];
	return n;
}

/* Notes the first difference. If someone writes into the files meanwhile, there may be none any
 * more. */
static void note_first(
	struct differences *differences, const char *a, const char *b, size_t len, uint64_t off)
{
	unsigned char one, other;
	size_t at;

	for (at = 0; at < len; at++) {
		one = (unsigned char)a[at];
		other = (unsigned char)b[at];
		if (one == other)
			continue;
		differences->first = off + at;
		differences->bytes[0] = one;
		differences->bytes[1] = other;
		return;
	}
}

uint64_t differences_grain(size_t n_counts, uint64_t len, uint64_t grain)
{
	while (n_counts > 0 && len > 0 && (len - 1) / grain >= n_counts)
		grain *= 2;
	return grain;
}

void differences_add(
	struct differences *differences, const char *a, const char *b, size_t len, uint64_t off)
{
	uint64_t n, grain;
	size_t piece;

	grain = differences_grain(differences->n_counts, off + len, differences->grain);
	differences_raise(differences, grain);
	for (; len > 0; a += piece, b += piece, off += piece, len -= piece) {
		piece = min_size(len, PIECE);
		if (differences->n_counts > 0)
			piece = (size_t)min_u64(
				piece, differences->grain - off % differences->grain);
		if (memcmp(a, b, piece) == 0)
			continue;
		if (!differences_found(differences))
			note_first(differences, a, b, piece, off);
		if (differences->first_only && differences_found(differences))
			return;
		n = count(a, b, piece);
		differences->n += n;
		if (differences->n_counts > 0)
			differences->counts[off / differences->grain] += n;
	}
}

void differences_raise(struct differences *differences, uint64_t grain)
{
	uint64_t *counts = differences->counts;
	size_t i, n = differences->n_counts, factor;

	if (grain <= differences->grain)
		return;
	factor = (size_t)min_u64(grain / differences->grain, n + 1);
	for (i = 1; i < n; i++) {
		uint64_t moved = counts[i];

		counts[i] = 0;
		counts[i / factor] += moved;
	}
	differences->grain = grain;
}

void differences_merge(struct differences *differences, struct differences *others)
{
	uint64_t grain = max_u64(differences->grain, others->grain);
	size_t i;

	differences->n += others->n;
	differences_raise(differences, grain);
	differences_raise(others, grain);
	for (i = 0; i < differences->n_counts; i++)
		differences->counts[i] += others->counts[i];
}
