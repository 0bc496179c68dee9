/* reader.c - a part of a file
 *
 * This program copies the last 1000 bytes of a file to standard output, and reports on standard
 * error how the file is accessed. It works for a file of any size and reads nothing else of it:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <inttypes.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	static const char *const kinds[] = {
		"", "mapped", "copied", "of the caller", "unmapped", "a stream"};
	mmr_reader *file;
	char buffer[1000];
	uint64_t size;
	size_t len = 0;
	int err;

	if (argc != 2)
		return fprintf(stderr, "usage: reader FILE\n"), 2;
	err = mmr_open(argv[1], NULL, &file);
	if (err == 0) {
		size = mmr_size(file);
		fprintf(stderr, "%" PRIu64 " bytes, %s\n", size, kinds[mmr_backing(file)]);
		err = mmr_read_at(file, size < sizeof(buffer) ? 0 : size - sizeof(buffer), buffer,
			sizeof(buffer), &len);
		mmr_close(file);
	}
	if (err < 0)
		return fprintf(stderr, "reader: %s\n", mmr_last_error()), 2;
	fwrite(buffer, 1, len, stdout);
	return 0;
}
