/* memory_posix.c - POSIX has no word for resident memory: getrusage(2) knows the peak alone
 *
 * SPDX-License-Identifier: MIT */
#include "os/memory.h"

uint64_t os_resident(void)
{
	return 0;
}
