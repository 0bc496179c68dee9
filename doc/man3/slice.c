/* slice.c - numbers in texts
 *
 * This program adds up its arguments. They may have white space around them, and a sign:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <inttypes.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	int64_t number, sum = 0;
	int i, err;

	for (i = 1; i < argc; i++) {
		err = mmr_slice_to_i64(mmr_slice_trim(mmr_slice_of(argv[i])), &number);
		if (err < 0) {
			fprintf(stderr, "slice: '%s': %s\n", argv[i], mmr_strerror(err));
			return 2;
		}
		sum += number;
	}
	printf("%" PRId64 "\n", sum);
	return 0;
}
