/* binary.h - keeping binary data from a terminal
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_OUTPUT_BINARY_H
#define TOOLS_OUTPUT_BINARY_H

#include "mmcat.h"

/* So much of the start of what is printed is looked at. */
#define BINARY_LOOK ((size_t)32 << 10)

/* Whether what is printed has to be looked at: standard output is a terminal, and there is no -a.
 */
bool binary_matters(bool allowed);

/* Whether bytes are not text: a NUL or an ESC is among them. Prints a message if so. */
bool binary_refused(const char *name, mmr_slice bytes);

#endif
