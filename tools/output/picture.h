/* picture.h - where a file is in memory, drawn in one line
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_OUTPUT_PICTURE_H
#define TOOLS_OUTPUT_PICTURE_H

#include "mmcat.h"

/* The most columns that a picture has, and the bytes that it may take. */
#define PICTURE_WIDTH 512
#define PICTURE_ROOM  (2 + 3 * PICTURE_WIDTH + 1)

/* Columns for a picture on standard output, where a line begins with `before` others. */
size_t picture_width(size_t before);

/* One column a bucket of mmr_reader_residency, in a frame: eighths of a block where the locale has
 * UTF-8, else signs of ASCII that grow darker. Blank is none of the pages, and the full block all
 * of them, without exception. Returns: `text`. */
const char *picture_draw(const uint16_t *buckets, size_t n, char text[PICTURE_ROOM]);

#endif
