/* find.c - where a text occurs
 *
 * This program prints the offset of each occurrence of a text in a file:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	mmr_needle needle;
	mmr_matches it;
	mmr_slice bytes, match;
	mmr_reader *file;
	int err;

	if (argc != 3)
		return fprintf(stderr, "usage: find TEXT FILE\n"), 2;
	err = mmr_guard_install();
	if (err == 0)
		err = mmr_open(argv[2], NULL, &file);
	if (err == 0) {
		needle = mmr_needle_of(mmr_slice_of(argv[1]));
		bytes = mmr_bytes(file);
		it = mmr_matches_of(bytes, &needle);
		while (mmr_matches_next(&it, &match))
			printf("%zu\n", (size_t)(match.ptr - bytes.ptr));
		err = mmr_matches_error(&it);
		mmr_close(file);
	}
	if (err < 0)
		return fprintf(stderr, "find: %s\n", mmr_last_error()), 2;
	return 0;
}
