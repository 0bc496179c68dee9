/* selection.h - from -b, -l and -s to the range of a scan
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_INPUT_SELECTION_H
#define TOOLS_INPUT_SELECTION_H

#include "input/input.h"

/* The options of a scan of a selection. Both ends of it must count from the start. -m limits it to
 * `maximum` lines or records, where the action takes the first ones. */
mmr_scan_options selection_range(
	const struct options *options, const struct selection *selection, uint64_t maximum);

/* The options of a scan of a selection of an input: a range of bytes where it has offsets. Where
 * several selections share the lines of -m, the lines are added to `n` of the input.
 *
 * Returns: 0 or a code of the library. */
int selection_locate(struct input *input, const struct options *options,
	const struct selection *selection, uint64_t maximum, mmr_scan_options *ret_scan);

/* The end of what was used of a selection, after the scan. */
uint64_t selection_end(const struct input *input, const mmr_scan_options *scan);

/* The same before the scan, if it is known, else 0. */
uint64_t selection_known_end(const struct input *input, const mmr_scan_options *scan);

/* Reports the bytes of a selection that was scanned in several steps, for -v. */
void selection_report(const struct input *input, const mmr_scan_options *scan);

/* The number of bytes of a selection, as far as they exist. Reads a stream for it.
 *
 * Returns: 0 or a code of the library. */
int selection_size(struct input *input, const mmr_scan_options *scan, uint64_t *ret_size);

/* Reads a stream up to the start of a selection that is empty. Returns: 0 or a code. */
int selection_reach(struct input *input, const mmr_scan_options *scan);

/* A selection as stretches of data and the holes between them. */
struct stretches {
	const struct input *input;
	mmr_scan_options scan;
	mmr_extents extents;
	size_t unit;
	uint64_t start, at, stop;
	bool ended;
};

struct stretch {
	uint64_t hole_start, hole_stop; /* before the data; equal if there is none */
	mmr_scan_options scan;          /* of the data, which may be empty */
};

/* Holes start and end at multiples of `unit` bytes after the start of the selection, and are at
 * least two units long. A stream is one stretch of data. */
struct stretches stretches_of(const struct input *input, const mmr_scan_options *scan, size_t unit);
bool stretches_next(struct stretches *stretches, struct stretch *ret_stretch);

/* Checks afterwards that holes were not the end of a file that has become shorter. */
int stretches_error(const struct stretches *stretches);

#endif
