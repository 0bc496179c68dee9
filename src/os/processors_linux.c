/* processors_linux.c - the affinity mask: what taskset and containers leave us
 *
 * SPDX-License-Identifier: MIT */
#include "os/processors.h"

#include <sched.h>
#include <unistd.h>

unsigned os_processors(void)
{
	cpu_set_t set;
	long online;

	if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
		return (unsigned)CPU_COUNT(&set);
	/* More processors than a cpu_set_t has bits. */
	online = sysconf(_SC_NPROCESSORS_ONLN);
	return online > 0 ? (unsigned)online : 1;
}
