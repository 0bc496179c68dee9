/* search.c - lines that contain a text
 *
 * This program prints the lines of an input that contain a text, with their numbers. Several
 * threads search, and the lines are reported in the order of the input:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <inttypes.h>
#include <stdio.h>

static int print_line(void *context, const mmr_found_line *line)
{
	(void)context;
	printf("%" PRIu64 ":", line->number + 1);
	fwrite(line->bytes.ptr, 1, line->bytes.len, stdout);
	return 0;
}

int main(int argc, char **argv)
{
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	mmr_pattern pattern = {{NULL, 0}, false};
	mmr_search *search;
	mmr_reader *file;
	int err;

	if (argc != 3)
		return fprintf(stderr, "usage: search TEXT FILE\n"), 2;
	how.numbers = true;
	pattern.text = mmr_slice_of(argv[1]);
	err = mmr_search_compile(&pattern, 1, NULL, &search);
	if (err == 0) {
		err = mmr_open(argv[2], NULL, &file);
		if (err == 0) {
			err = mmr_search_lines(search, file, NULL, &how, print_line, NULL);
			mmr_close(file);
		}
		mmr_search_close(search);
	}
	if (err < 0)
		return fprintf(stderr, "search: %s\n", mmr_last_error()), 2;
	return 0;
}
