/* error.c - codes and messages of a failure
 *
 * This program opens a file and reads a number in it. After a failure it prints the code, a short
 * text, the message and, if there is one, the offset:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <inttypes.h>
#include <stdio.h>

static int failed(int err)
{
	uint64_t off = mmr_last_error_offset();

	printf("code %d: %s\n", err, mmr_strerror(err));
	fprintf(stderr, "error: %s\n", mmr_last_error());
	if (off != UINT64_MAX)
		fprintf(stderr, "error: at byte %" PRIu64 "\n", off);
	return 2;
}

int main(int argc, char **argv)
{
	mmr_reader *file;
	uint32_t number;
	size_t len;
	int err;

	if (argc != 2)
		return fprintf(stderr, "usage: error FILE\n"), 2;
	err = mmr_open(argv[1], NULL, &file);
	if (err < 0)
		return failed(err);
	err = mmr_read_at(file, 0, &number, sizeof(number), &len);
	mmr_close(file);
	if (err < 0)
		return failed(err);
	printf("%zu bytes were read\n", len);
	return 0;
}
