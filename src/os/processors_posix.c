/* processors_posix.c - what is online
 *
 * SPDX-License-Identifier: MIT */
#include "os/processors.h"

#include <unistd.h>

unsigned os_processors(void)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	return online > 0 ? (unsigned)online : 1;
}
