/* sorted.h - the lines of a sorted file from one key to another
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_INPUT_SORTED_H
#define TOOLS_INPUT_SORTED_H

#include "input/input.h"

/* Limits a scan of an input that has offsets to the lines with --from <= key < --until. Prints what
 * is wrong with the keys of the input.
 *
 * Returns: 0; 1 if no line has a key, which was printed; a code of the library. */
int sorted_locate(struct input *input, const struct options *options, mmr_scan_options *scan);

#endif
