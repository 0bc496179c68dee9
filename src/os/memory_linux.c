/* memory_linux.c - resident memory from /proc
 *
 * SPDX-License-Identifier: MIT */
#include "os/memory.h"

#include "os/file.h"
#include "os/map.h"

#include <stdlib.h>

uint64_t os_resident(void)
{
	char text[128];
	char *rest;
	size_t len;
	int err, fd;

	/* statm and not smaps_rollup: that one is exact, and walks every page table. */
	if (os_open("/proc/self/statm", &fd) < 0)
		return 0;
	err = os_read_some(fd, text, sizeof(text) - 1, &len);
	os_close(fd);
	if (err < 0)
		return 0;
	text[len] = '\0';
	/* Pages: those of the address space, then those that are resident. */
	strtoull(text, &rest, 10);
	return strtoull(rest, NULL, 10) * os_page_size();
}
