/* positions.c - where bytes of a set occur
 *
 * This program prints the offset of each bracket in a file, and the bracket:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	mmr_positions it;
	mmr_slice bytes;
	mmr_reader *file;
	const char *at;
	int err;

	if (argc != 2)
		return fprintf(stderr, "usage: positions FILE\n"), 2;
	err = mmr_open(argv[1], NULL, &file);
	if (err == 0) {
		bytes = mmr_bytes(file);
		it = mmr_positions_of_set(bytes, mmr_slice_of("()[]"));
		while (mmr_positions_next(&it, &at))
			printf("%zu:%c\n", (size_t)(at - bytes.ptr), *at);
		err = mmr_positions_error(&it);
		mmr_close(file);
	}
	if (err < 0)
		return fprintf(stderr, "positions: %s\n", mmr_last_error()), 2;
	return 0;
}
