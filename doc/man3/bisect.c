/* bisect.c - lines of a sorted log
 *
 * This program prints the lines of a sorted file from the first one whose start is at least FROM to
 * the last one whose start is less than UNTIL. It reads little more than these lines:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <stdio.h>

static int print_lines(mmr_reader *file, mmr_slice from, mmr_slice until)
{
	mmr_key key = MMR_KEY_INIT;
	uint64_t start, stop;
	mmr_slice lines;
	int err;

	key.kind = MMR_KEY_FORM;
	err = mmr_bisect(file, NULL, &key, from, MMR_BOUND_LOWER, &start);
	if (err >= 0)
		err = mmr_bisect(file, NULL, &key, until, MMR_BOUND_LOWER, &stop);
	if (err < 0 || stop <= start)
		return err;
	err = mmr_slice_at(mmr_bytes(file), start, stop - start, &lines);
	if (err == 0)
		fwrite(lines.ptr, 1, lines.len, stdout);
	return err;
}

int main(int argc, char **argv)
{
	mmr_reader *file;
	int err;

	if (argc != 4)
		return fprintf(stderr, "usage: bisect FROM UNTIL FILE\n"), 2;
	err = mmr_open(argv[3], NULL, &file);
	if (err == 0) {
		err = print_lines(file, mmr_slice_of(argv[1]), mmr_slice_of(argv[2]));
		mmr_close(file);
	}
	if (err < 0)
		return fprintf(stderr, "bisect: %s\n", mmr_last_error()), 2;
	return 0;
}
