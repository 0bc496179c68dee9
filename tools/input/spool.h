/* spool.h - a stream as a file, for what needs offsets
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_INPUT_SPOOL_H
#define TOOLS_INPUT_SPOOL_H

#include "input/input.h"

/* Saves a stream to an unlinked file in $TMPDIR, as far as the selections reach, and puts that in
 * its place. Prints what failed. */
enum status spool_input(struct input *input, const struct options *options);

#endif
