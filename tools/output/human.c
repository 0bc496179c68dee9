/* human.c - sizes and widths for people
 *
 * SPDX-License-Identifier: MIT */
#include "output/human.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#define USUAL_WIDTH 80
#define MOST_WIDTH  4096

const char *human_size(double bytes, char text[HUMAN_ROOM])
{
	static const char units[] = "KMGTPE";
	unsigned unit = 0;

	for (bytes /= 1024; bytes >= 1023.95 && unit + 2 < sizeof(units); unit++)
		bytes /= 1024;
	snprintf(text, HUMAN_ROOM, "%.1f %ciB", bytes, units[unit]);
	return text;
}

unsigned human_width(int fd)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	unsigned long width = USUAL_WIDTH;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		width = size.ws_col;
	else if (columns && *columns)
		width = strtoul(columns, NULL, 10);
	return width > 0 && width <= MOST_WIDTH ? (unsigned)width : USUAL_WIDTH;
}
