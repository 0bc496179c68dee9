/* binary.h - keeping a terminal from bytes that are not for reading
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_BINARY_H
#define TOOLS_BINARY_H

#include "input.h"

/* Whether the first block of what is to be printed has to be looked at: standard output is a
 * terminal, and there is no -a. */
bool binary_matters(const struct options *options);

/* Whether the bytes are no text: a NUL or an ESC is among them. Says so. */
bool binary_refused(const char *name, mmr_slice bytes);

/* Like binary_refused, of the start of a part of the input's reader. What cannot be read is left to
 * the one who prints it. */
bool binary_refused_at(const struct input *input, uint64_t start, uint64_t stop);

#endif
