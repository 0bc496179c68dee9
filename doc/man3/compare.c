/* compare.c - the first difference of two files
 *
 * Holes that both files have are not read. This program prints the first difference of two files,
 * as cmp does, and then exits with 1:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <stdio.h>

static int compare(mmr_reader *a, mmr_reader *b, mmr_comparison *ret_found)
{
	mmr_compare_options options = MMR_COMPARE_OPTIONS_INIT;

	options.first_only = true;
	options.lines = true;
	return mmr_compare(a, NULL, b, NULL, &options, ret_found);
}

int main(int argc, char **argv)
{
	mmr_reader *a = NULL, *b = NULL;
	mmr_comparison found;
	int result;

	if (argc != 3)
		return fprintf(stderr, "usage: compare FILE FILE\n"), 2;
	result = mmr_open(argv[1], NULL, &a);
	if (result == 0)
		result = mmr_open(argv[2], NULL, &b);
	if (result == 0)
		result = compare(a, b, &found);
	if (result < 0)
		fprintf(stderr, "compare: %s\n", mmr_last_error());
	else if (result == 1 && found.first != MMR_REST)
		printf("byte %llu, line %llu\n", (unsigned long long)found.first + 1,
			(unsigned long long)found.line + 1);
	else if (result == 1)
		printf("EOF on %s after byte %llu\n", argv[found.shorter],
			(unsigned long long)found.compared);
	mmr_close(a);
	mmr_close(b);
	return result < 0 ? 2 : result;
}
