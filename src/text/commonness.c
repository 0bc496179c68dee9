/* commonness.c - the order of bytes by their frequency
 *
 * SPDX-License-Identifier: MIT */
#include "text/commonness.h"

#include <string.h>

/* `common` lists bytes by increasing frequency. Bytes that are not in it are rare. */
unsigned commonness_of(char byte)
{
	static const char common[] =
		"zqjxkvZQJXK~^`{}@#$%&*!?\\|+<>;WYVGUFBHPMLDNCRIOTASE[](){}'\"_=/"
		"wybgpfmu-:.,dclh9876543rsni2oat1e0\n ";
	const char *place = byte ? strchr(common, byte) : NULL;

	if (byte == '\0')
		return COMMONNESS_MAX;
	return place ? (unsigned)(place - common) + 1 : 0;
}
