/* array.c - the numbers of a file
 *
 * This program prints the sum of the 32-bit integers in a file, which have the most significant
 * byte first, and then the last one:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <inttypes.h>
#include <stdio.h>

static int print_numbers(mmr_slice bytes)
{
	mmr_array numbers;
	mmr_summary summary;
	uint64_t sum, last;
	int err;

	err = mmr_array_of(bytes, MMR_U32, MMR_BIG, &numbers);
	if (err == 0)
		err = mmr_array_sum(&numbers, &summary);
	if (err == 0)
		err = mmr_summary_u64(&summary, &sum);
	if (err == 0)
		err = mmr_array_get_u64(&numbers, numbers.n - 1, &last);
	if (err == 0)
		printf("%" PRIu64 "\n%" PRIu64 "\n", sum, last);
	return err;
}

int main(int argc, char **argv)
{
	mmr_reader *file;
	int err;

	if (argc != 2)
		return fprintf(stderr, "usage: array FILE\n"), 2;
	err = mmr_open(argv[1], NULL, &file);
	if (err == 0) {
		err = print_numbers(mmr_bytes(file));
		mmr_close(file);
	}
	if (err < 0)
		return fprintf(stderr, "array: %s\n", mmr_last_error()), 2;
	return 0;
}
