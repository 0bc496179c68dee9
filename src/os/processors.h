/* processors.h - how many threads make sense
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OS_PROCESSORS_H
#define SRC_OS_PROCESSORS_H

#include "common.h"

/* Processors that this thread may run on; at least 1. */
unsigned os_processors(void);

#endif
