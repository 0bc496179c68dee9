/* lines.c - number, mean length and greatest length of the lines of a file
 *
 *	lines FILE
 *
 * Reads a file of any size through its map, without a copy. With the guard installed, a file that
 * is truncated during the loop is reported as an error instead of raising SIGBUS.
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
	/* The loop may also have ended at zeroes that a truncation left: check the size. */
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
