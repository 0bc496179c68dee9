/* compare.h - finds out where two inputs differ
 *
 * Two readers of any kind are compared byte by byte: files, devices, memory, streams. Memory does
 * not grow with them.
 *
 *	mmr_comparison result;
 *
 *	err = mmr_compare(a, NULL, b, NULL, NULL, &result);
 *	if (err == 1 && result.first != MMR_REST)
 *		printf("they differ at byte %llu\n", (unsigned long long)result.first);
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_COMPARE_H
#define MMREADER_COMPARE_H

#include <mmreader/scan.h>

MMR_BEGIN_DECLS

/* The most entries of `counts`. */
#define MMR_COMPARE_COUNTS ((size_t)1 << 16)

/* What is found out. Initialize it with MMR_COMPARE_OPTIONS_INIT, so that later versions can add
 * members. */
typedef struct mmr_compare_options {
	size_t struct_size;
	bool first_only; /* stop at the first difference; not with `counts` */
	bool lines;      /* set `line` of the result */
	/* Set to the number of bytes that differ in each block of `grain` bytes of the range. NULL
	 * if `n_counts` is 0. */
	uint64_t *counts;
	size_t n_counts; /* at most MMR_COMPARE_COUNTS */
} mmr_compare_options;

/* clang-format off */
#define MMR_COMPARE_OPTIONS_INIT { sizeof(mmr_compare_options), false, false, NULL, 0 }
/* clang-format on */

/* Offsets are bytes from the start of the two ranges, unless something else is said. In arrays, a
 * has index 0 and b has 1. */
typedef struct mmr_comparison {
	uint64_t compared;      /* bytes that both ranges have; up to the first difference, with it,
				   if the comparison stopped there */
	uint64_t different;     /* bytes that differ */
	uint64_t first;         /* offset of the first of them; MMR_REST if there is none */
	unsigned char bytes[2]; /* there; 0 if there is none */
	/* 1: a ended before b; 2: b ended before a; 0: they have the same length, or the comparison
	 * stopped at the first difference. */
	unsigned shorter;
	/* Lines, records or rows of the range that end before the first difference or, if there is
	 * none, before the end of the shorter range. MMR_NO_LINE if the ranges are equal, or if
	 * `lines` is not set. */
	uint64_t line;
	uint64_t starts[2]; /* of the ranges, from the start of each reader */
	/* Bytes for each entry of `counts`: the least power of two with which all entries together
	 * have `compared` bytes. 0 if there are no counts. */
	uint64_t grain;
	unsigned failed; /* after an error: 1 if it is one of a, 2 if it is one of b, else 0 */
} mmr_comparison;

/* Compares two ranges up to the end of the shorter one, by several threads. Bytes that are in holes
 * of both files are not read. Two streams are read by one thread, in turns.
 *
 * Shape: `scan_a` and `scan_b` may be NULL: all bytes. `n_threads`, `progress` and `before_wait`
 *   are those of `scan_a`. a and b may be the same reader, unless it is a stream. `options` may be
 *   NULL.
 * Returns: 0 if the ranges are equal; 1 if a byte or the lengths differ. The longer range is
 *   not read to its end. Some bytes of a stream after the last compared one may have been read;
 *   they are lost.
 * Errors: -EINVAL (options); -ESPIPE for `lines` with records of two streams; -EBUSY for one stream
 *   on both sides; those of mmr_scan_run. If there are several errors, the first one in the
 *   order of the range is returned. Only `failed` is then set.
 * Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_compare(mmr_reader *a, const mmr_scan_options *scan_a, mmr_reader *b,
	const mmr_scan_options *scan_b, const mmr_compare_options *options,
	mmr_comparison *ret_comparison);

MMR_END_DECLS

#endif
