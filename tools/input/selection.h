/* selection.h - the range of a scan for -b, -l and -s
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_INPUT_SELECTION_H
#define TOOLS_INPUT_SELECTION_H

#include "input/input.h"

/* The scan of a selection, both ends of which must count from the start. `maximum` limits it to the
 * first lines or records, if the action takes those. */
mmr_scan_options selection_range(
	const struct options *options, const struct selection *selection, uint64_t maximum);

/* The scan of a selection of an input: a range of bytes if the input has offsets. If several
 * selections share the lines of -m, this adds the lines to `taken` of the input.
 *
 * Returns: 0; 1 if it failed, which was printed; or a code of the library. */
int selection_locate(struct input *input, const struct options *options,
	const struct selection *selection, uint64_t maximum, mmr_scan_options *ret_scan);

/* The end of a selection; if the input is a stream, the end of what was used so far. */
uint64_t selection_end(const struct input *input, const mmr_scan_options *scan);

/* Reports the bytes of a selection that was scanned in several steps, for --stats. */
void selection_report(const struct input *input, const mmr_scan_options *scan);

/* The number of bytes of a selection that exist. Reads the selection if the input is a stream.
 *
 * Returns: 0 or a code of the library. */
int selection_size(struct input *input, const mmr_scan_options *scan, uint64_t *ret_size);

/* Whether bytes can be copied from the descriptor of the input by their offset. */
bool input_has_ranges(const struct input *input);

/* Counts the lines of the file before the reader, which starts within the file if standard input
 * does: lines are numbered from the start of the file. Returns: 0 or a code of the library. */
int input_lines_before(
	const struct input *input, const mmr_scan_options *scan, uint64_t *ret_lines);

/* Reads a stream up to the start of a selection that is empty. Returns: 0 or a code. */
int selection_reach(struct input *input, const mmr_scan_options *scan);

/* Splits a selection into stretches of data and the holes between them. */
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

/* Holes start and end at multiples of `unit` bytes after the start of the selection and have at
 * least two units. A stream is one stretch of data. */
struct stretches stretches_of(const struct input *input, const mmr_scan_options *scan, size_t unit);
bool stretches_next(struct stretches *stretches, struct stretch *ret_stretch);

/* Call it at the end. Returns: MMR_ETRUNCATED if the file has become shorter, else 0. */
int stretches_error(const struct stretches *stretches);

#endif
