/* intern.c - the different lines of a file
 *
 * This program prints each different line of a file once, in the order in which they occur first.
 * The file stays open, so the pool keeps pointers instead of copies:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <stdio.h>

static int print_distinct(mmr_slice bytes, mmr_intern *pool)
{
	mmr_lines it = mmr_lines_of(bytes, '\n');
	mmr_slice line;
	uint32_t id;
	int err = 0;

	while (mmr_lines_next(&it, &line)) {
		err = mmr_intern_add(pool, line, &id);
		if (err < 0)
			return err;
		if (err == 1)
			printf("%.*s\n", (int)line.len, line.ptr);
	}
	return mmr_lines_error(&it);
}

int main(int argc, char **argv)
{
	mmr_intern_options options = MMR_INTERN_OPTIONS_INIT;
	mmr_intern *pool;
	mmr_reader *file;
	int err;

	if (argc != 2)
		return fprintf(stderr, "usage: intern FILE\n"), 2;
	options.zero_copy = true;
	err = mmr_open(argv[1], NULL, &file);
	if (err == 0) {
		err = mmr_intern_open(&options, &pool);
		if (err == 0) {
			err = print_distinct(mmr_bytes(file), pool);
			mmr_intern_close(pool);
		}
		mmr_close(file);
	}
	if (err < 0)
		return fprintf(stderr, "intern: %s\n", mmr_last_error()), 2;
	return 0;
}
