/* watch.h - wakes as soon as a file grows or a folder changes
 *
 * watch_linux.c or watch_posix.c, one of the two; the second never wakes. A watch only says that
 * something may have happened: who wakes looks at everything, and without a watch looks often.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_INPUT_WATCH_H
#define TOOLS_INPUT_WATCH_H

#include "mmcat.h"

/* What is not watched. */
#define NO_WATCH (-1)

/* Returns: a descriptor to poll for POLLIN; -1 when there is none. */
int watch_start(void);

/* Writes to an open file, and cuts. Returns: a handle; NO_WATCH where one must look instead. */
int watch_file(int fd);

/* Names that come into a folder and go. Like watch_file. */
int watch_folder(const char *path);

/* Ends one watch. Two of the same file or folder may have the same handle; each is dropped once.
 * NO_WATCH is allowed. */
void watch_drop(int handle);

/* Takes note of all that was reported. Returns: whether it will not be reported again. */
bool watch_clear(void);

/* Whether a regular file is made up by the kernel as it is read: it tells no size and no growth.
 * Returns: 1 or 0; a negated errno. */
int watch_is_pseudo(int fd);

#endif
