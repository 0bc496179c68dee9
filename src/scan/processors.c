/* processors.c - the public word for how many threads make sense
 *
 * SPDX-License-Identifier: MIT */
#include "os/os.h"

#include <mmreader/parallel.h>

unsigned mmr_processors(void)
{
	return os_processors();
}
