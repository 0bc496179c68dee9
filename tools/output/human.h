/* human.h - sizes for people, and the width of the terminal
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_OUTPUT_HUMAN_H
#define TOOLS_OUTPUT_HUMAN_H

#include "mmcat.h"

#define HUMAN_ROOM 16

/* "1.4 GiB", in units of 1024 from KiB on. Returns: `text`. */
const char *human_size(double bytes, char text[HUMAN_ROOM]);

/* The columns of a terminal. If the descriptor is not one, $COLUMNS or 80. */
unsigned human_width(int fd);

#endif
