/* index.c - lines by number
 *
 * This program reads numbers from standard input and prints the lines of a file with these numbers.
 * The file is read once, to count its lines. After that each line is found without a scan:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <inttypes.h>
#include <stdio.h>

static int print_lines(mmr_reader *file)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_slice line;
	uint64_t number;
	int err;

	err = mmr_index_build(file, NULL, NULL, &scan.index);
	if (err < 0)
		return err;
	while (err == 0 && scanf("%" SCNu64, &number) == 1) {
		err = mmr_line_find(file, number, &scan, &line);
		if (err == 0)
			fwrite(line.ptr, 1, line.len, stdout);
	}
	mmr_index_close(scan.index);
	return err;
}

int main(int argc, char **argv)
{
	mmr_reader *file;
	int err;

	if (argc != 2)
		return fprintf(stderr, "usage: index FILE < NUMBERS\n"), 2;
	err = mmr_open(argv[1], NULL, &file);
	if (err == 0) {
		err = print_lines(file);
		mmr_close(file);
	}
	if (err < 0)
		return fprintf(stderr, "index: %s\n", mmr_last_error()), 2;
	return 0;
}
