/* copy.h - a selection of an input to standard output, unchanged
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_INPUT_COPY_H
#define TOOLS_INPUT_COPY_H

#include "input/selection.h"

/* Copies by the fastest way that the kernel offers. Prints what failed. */
enum status copy_selection(
	struct input *input, const mmr_scan_options *scan, const struct options *options);

/* Whether a selection of a file starts with binary data that a terminal must not get, which is
 * reported. A read error is left to the caller's own read. */
bool copy_is_refused(
	struct input *input, const mmr_scan_options *scan, const struct options *options);

#endif
