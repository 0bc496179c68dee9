/* compare.h - the two ways to compare readers
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_COMPARE_H
#define SRC_SCAN_COMPARE_H

#include "scan/differences.h"

#include <mmreader/compare.h>

/* A reader and its range, the end of which is not known for a stream. */
struct side {
	mmr_reader *reader;
	mmr_scan_options scan;
	uint64_t start, stop;
};

/* Compares two sides by several threads. sides[other] has offsets.
 *
 * Sets `differences`, and `compared`, `shorter`, `starts` and `failed` of the result.
 * The bytes of the first difference are in the order of the sides.
 *
 * Returns: 0. Errors: those of mmr_compare. */
int compare_with_file(const struct side *sides, unsigned other, struct differences *differences,
	mmr_comparison *result);

/* Compares two streams. Also sets `line`, if `lines` is set. */
int compare_streams(const struct side *sides, struct differences *differences, bool lines,
	mmr_comparison *result);

#endif
