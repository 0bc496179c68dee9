/* regex.c - a group of a regular expression
 *
 * This program prints the status of each request in a log, such as 200 for "status=200", with the
 * offset of the number in the file:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <inttypes.h>
#include <stdio.h>

static int print_status(void *context, const mmr_regex_match *match)
{
	mmr_slice status;

	(void)context;
	if (mmr_regex_group(match, 1, &status) == 1)
		printf("%" PRIu64 ":%.*s\n", match->off + (uint64_t)(status.ptr - match->text.ptr),
			(int)status.len, status.ptr);
	return 0;
}

int main(int argc, char **argv)
{
	mmr_regex *regex;
	mmr_reader *file;
	int err;

	if (argc != 2)
		return fprintf(stderr, "usage: regex FILE\n"), 2;
	err = mmr_regex_compile(mmr_slice_of("\\bstatus=(\\d+)"), NULL, &regex);
	if (err == 0) {
		err = mmr_open(argv[1], NULL, &file);
		if (err == 0) {
			err = mmr_regex_each(
				regex, file, NULL, MMR_MATCH_PLAIN, print_status, NULL);
			mmr_close(file);
		}
		mmr_regex_close(regex);
	}
	if (err < 0)
		return fprintf(stderr, "regex: %s\n", mmr_last_error()), 2;
	return 0;
}
