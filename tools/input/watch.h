/* watch.h - wakes as soon as a file grows or a folder changes
 *
 * watch_linux.c or watch_posix.c is built. The second never wakes. A watch reports only that
 * something may have changed. The caller then examines everything, and does so often where there is
 * no watch.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_INPUT_WATCH_H
#define TOOLS_INPUT_WATCH_H

#include "mmcat.h"

/* The handle of no watch. */
#define NO_WATCH (-1)

/* Returns: a descriptor to poll for POLLIN, or -1 without one. */
int watch_start(void);

/* Watches an open file for writes and truncation. Returns: a handle, or NO_WATCH. */
int watch_file(int fd);

/* Like watch_file, for names that are added to a folder or removed. */
int watch_folder(const char *path);

/* Ends one watch. Two of the same file or folder may have the same handle; drop each one once.
 * NO_WATCH is allowed. */
void watch_drop(int handle);

/* Reads all that was reported. Returns: false if it will be reported again. */
bool watch_clear(void);

/* Whether the kernel makes the contents of a regular file when it is read. Such a file has no size
 * and does not grow. Returns: 1 or 0; a negated errno. */
int watch_is_pseudo(int fd);

#endif
