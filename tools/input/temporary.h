/* temporary.h - unlinked files in $TMPDIR
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_INPUT_TEMPORARY_H
#define TOOLS_INPUT_TEMPORARY_H

#include "mmcat.h"

/* $TMPDIR, or /tmp. */
const char *temporary_folder(void);

/* Creates a file. Returns: its descriptor, or -1 with errno. */
int temporary_create(void);

/* Writes all bytes. Returns: false with errno. */
bool temporary_write(int fd, const char *bytes, size_t len);

/* Prints that a file could not be created, written or read, with errno. */
void temporary_failed(void);

#endif
