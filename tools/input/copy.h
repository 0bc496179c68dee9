/* copy.h - copies a selection of an input to standard output
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_INPUT_COPY_H
#define TOOLS_INPUT_COPY_H

#include "input/selection.h"

/* Whether standard output would overwrite bytes that are still to be read. Prints a message. */
bool copy_meets_output(const struct input *input, const mmr_scan_options *scan);

/* Copies by the fastest way that the kernel offers. Prints what failed. */
enum status copy_selection(
	struct input *input, const mmr_scan_options *scan, const struct options *options);

/* Whether a selection of a file starts with binary data that is not printed to a terminal. Prints a
 * message if so. Returns: false after a read error, which the caller's own read reports. */
bool copy_is_refused(
	struct input *input, const mmr_scan_options *scan, const struct options *options);

#endif
