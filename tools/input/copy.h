/* copy.h - a selection of an input to standard output, unchanged
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_INPUT_COPY_H
#define TOOLS_INPUT_COPY_H

#include "input/selection.h"

/* Whether standard output would overwrite bytes that are still to be read. */
bool copy_meets_input(const struct input *input, const mmr_scan_options *scan);

/* Copies by the shortest way that the kernel offers. Binary data for a terminal is refused, which
 * is printed.
 *
 * Returns: 0 or a code of reading, with `*ret_done` bytes written. */
int copy_selection(struct input *input, const mmr_scan_options *scan, const struct options *options,
	uint64_t *ret_done, bool *ret_refused);

/* Whether a range of bytes starts with binary data that a terminal must not get, which is printed.
 * An error of reading is left to the caller's own read. */
bool copy_is_refused(
	struct input *input, const mmr_scan_options *scan, const struct options *options);

/* The offset in the input after so many bytes of the selection, for messages. */
uint64_t copy_offset(const struct input *input, const mmr_scan_options *scan, uint64_t done);

#endif
