/* guard.c - a loop over mapped bytes that a truncation cannot kill
 *
 * This program adds up the bytes of a file. Its own loop reads the map, so it runs in
 * `mmr_try`: if another program truncates the file meanwhile, the result is an error, not SIGBUS.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <inttypes.h>
#include <stdio.h>

struct total {
	mmr_slice bytes;
	uint64_t sum;
};

static int add(void *arg)
{
	struct total *total = arg;
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < total->bytes.len; i++)
		sum += (unsigned char)total->bytes.ptr[i];
	total->sum = sum;
	return 0;
}

int main(int argc, char **argv)
{
	struct total total = {{NULL, 0}, 0};
	mmr_reader *file;
	int err;

	if (argc != 2)
		return fprintf(stderr, "usage: guard FILE\n"), 2;
	err = mmr_guard_install();
	if (err == 0)
		err = mmr_open(argv[1], NULL, &file);
	if (err == 0) {
		total.bytes = mmr_bytes(file);
		err = mmr_try(file, add, &total);
		if (err == 0)
			err = mmr_check(file); /* a loss within a page does not fault */
		mmr_close(file);
	}
	if (err < 0)
		return fprintf(stderr, "guard: %s\n", mmr_last_error()), 2;
	printf("%" PRIu64 "\n", total.sum);
	return 0;
}
