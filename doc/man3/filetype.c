/* filetype.c - the types of files
 *
 * This program prints the MIME type and the encoding of each file that it is given:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	mmr_filetype type;
	mmr_reader *file;
	int i, err;

	for (i = 1; i < argc; i++) {
		err = mmr_open(argv[i], NULL, &file);
		if (err == 0) {
			err = mmr_filetype_of(file, &type);
			mmr_close(file);
		}
		if (err < 0)
			return fprintf(stderr, "filetype: %s\n", mmr_last_error()), 2;
		printf("%s: %s; charset=%s\n", argv[i], type.mime, type.encoding);
	}
	return 0;
}
