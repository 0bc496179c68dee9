/* lines.c - the lines of a file: how many, how long
 *
 *	lines FILE
 *
 * Reads a file of any size through its map, without copying a byte of it. With the guard installed,
 * a file that is cut short in mid-scan ends the loop with an error instead of the program.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <inttypes.h>
#include <stdio.h>

static int describe(mmr_reader *file)
{
	uint64_t n_lines = 0, n_bytes = 0, longest = 0;
	mmr_lines it;
	mmr_slice line;
	int err;

	it = mmr_lines_of(mmr_bytes(file), '\n');
	while (mmr_lines_next(&it, &line)) {
		n_lines++;
		n_bytes += line.len;
		if (longest < line.len)
			longest = line.len;
	}
	/* At the end of the loop: was it the end of the file, too, as it was opened? */
	err = mmr_lines_error(&it);
	if (err == 0 && mmr_check(file) == MMR_ETRUNCATED)
		err = MMR_ETRUNCATED;
	if (err < 0)
		return err;
	printf("lines %" PRIu64 "\nmean %.1f\nlongest %" PRIu64 "\n", n_lines,
		n_lines > 0 ? (double)n_bytes / (double)n_lines : 0.0, longest);
	return 0;
}

int main(int argc, char **argv)
{
	mmr_reader *file;
	int err;

	if (argc != 2)
		return fprintf(stderr, "usage: lines FILE\n"), 2;
	err = mmr_guard_install();
	if (err == 0)
		err = mmr_open(argv[1], NULL, &file);
	if (err == 0) {
		err = describe(file);
		mmr_close(file);
	}
	if (err < 0)
		fprintf(stderr, "lines: %s\n", mmr_last_error());
	return err < 0 ? 2 : 0;
}
