/* scan.c - a computation by several threads
 *
 * This program counts the digits in an input of any size: a file, a device or a pipe. Several
 * threads each add up what they find, and the results are joined at the end:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <inttypes.h>
#include <stdio.h>

static int count(void *state, const mmr_block *block)
{
	uint64_t *n = state;
	size_t i;

	for (i = 0; i < block->bytes.len; i++)
		*n += block->bytes.ptr[i] >= '0' && block->bytes.ptr[i] <= '9';
	return 0;
}

static void join(void *state, void *context)
{
	*(uint64_t *)context += *(uint64_t *)state;
}

int main(int argc, char **argv)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_scan_job job = {0};
	mmr_reader *file;
	uint64_t n = 0;
	int err;

	if (argc != 2)
		return fprintf(stderr, "usage: scan FILE\n"), 2;
	scan.io_mode = MMR_IO_READ; /* `count` reads a copy, which cannot fault */
	job.work = count;
	job.end = join;
	job.context = &n;
	job.state_size = sizeof(n);
	err = mmr_open(argv[1], NULL, &file);
	if (err == 0) {
		err = mmr_scan_run(file, &scan, NULL, &job);
		mmr_close(file);
	}
	if (err < 0)
		return fprintf(stderr, "scan: %s\n", mmr_last_error()), 2;
	printf("%" PRIu64 "\n", n);
	return 0;
}
