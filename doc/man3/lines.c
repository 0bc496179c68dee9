/* lines.c - lines, forward and backward
 *
 * This program prints the length of the longest line of a file, and then its last three lines, the
 * last one first:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <stdio.h>

static int print_lines(mmr_slice bytes)
{
	mmr_lines it = mmr_lines_of(bytes, '\n');
	mmr_reverse_lines back = mmr_reverse_lines_of(bytes, '\n');
	mmr_slice line;
	size_t longest = 0;
	int n;

	while (mmr_lines_next(&it, &line))
		if (longest < line.len)
			longest = line.len;
	printf("%zu\n", longest);
	for (n = 0; n < 3 && mmr_reverse_lines_next(&back, &line); n++) {
		fwrite(line.ptr, 1, line.len, stdout);
		putchar('\n');
	}
	return mmr_lines_error(&it) < 0 ? mmr_lines_error(&it) : mmr_reverse_lines_error(&back);
}

int main(int argc, char **argv)
{
	mmr_reader *file;
	int err;

	if (argc != 2)
		return fprintf(stderr, "usage: lines FILE\n"), 2;
	err = mmr_open(argv[1], NULL, &file);
	if (err == 0) {
		err = print_lines(mmr_bytes(file));
		mmr_close(file);
	}
	if (err < 0)
		return fprintf(stderr, "lines: %s\n", mmr_last_error()), 2;
	return 0;
}
