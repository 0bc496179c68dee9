/* picture.h - draws in one line which parts of a file are in memory
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_OUTPUT_PICTURE_H
#define TOOLS_OUTPUT_PICTURE_H

#include "mmcat.h"

/* The most columns and bytes of a picture. */
#define PICTURE_WIDTH 512
#define PICTURE_ROOM  (2 + 3 * PICTURE_WIDTH + 1)

/* Columns for a picture on standard output after `before` columns. */
size_t picture_width(size_t before);

/* Draws one column for each bucket of mmr_reader_residency, in a frame: eighths of a block in a
 * UTF-8 locale, else ASCII characters that grow darker. A column is blank only if no page of its
 * bucket is in memory, and full only if all are. Returns: `text`. */
const char *picture_draw(const uint16_t *buckets, size_t n, char text[PICTURE_ROOM]);

#endif
