/* library.c - the optional libraries
 *
 * This program loads each optional library and prints its name and its version, or why it cannot be
 * used:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <stdio.h>

int main(void)
{
	mmr_library_info info;
	int i;

	for (i = 0; mmr_library_status((enum mmr_library)i, &info) == 0; i++) {
		if (mmr_library_load((enum mmr_library)i) < 0)
			printf("%s: %s\n", info.name, mmr_last_error());
		else if (mmr_library_status((enum mmr_library)i, &info) == 0)
			printf("%s %s: %s\n", info.name, info.version, info.feature);
	}
	return 0;
}
