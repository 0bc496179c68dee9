/* numbers.c - sums an array of doubles in a file without a copy, for report.py
 *
 *	numbers FILE
 *
 * The counterpart of list and array in techniques.py: elements take no memory of their own.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <inttypes.h>
#include <stdio.h>

static int add_up(mmr_reader *reader)
{
	uint64_t size = mmr_size(reader), step = (uint64_t)4 << 20, off, n = 0;
	mmr_memory before, after;
	mmr_summary summary;
	mmr_array array, part;
	double sum = 0;
	int err;

	mmr_memory_usage(&before);
	err = mmr_array_of(mmr_bytes(reader), MMR_F64, MMR_LITTLE, &array);
	/* Sums in steps, so that the pages of each step can be released. */
	for (off = 0; err == 0 && off < size; off += step) {
		err = mmr_array_cut(
			&array, (int64_t)(off / 8), (int64_t)((off + step) / 8), 1, &part);
		if (err == 0)
			err = mmr_array_sum(&part, &summary);
		if (err < 0)
			return err;
		sum += summary.sum;
		n += summary.n;
		mmr_release(reader, off, step);
	}
	mmr_memory_usage(&after);
	if (err == 0)
		printf("answer %" PRIu64 " %.2f\neach %.4f\n", n, sum,
			n > 0 && after.anonymous > before.anonymous
				? (double)(after.anonymous - before.anonymous) / (double)n
				: 0.0);
	return err;
}

int main(int argc, char **argv)
{
	mmr_reader *reader;
	int err;

	if (argc != 2)
		return fprintf(stderr, "usage: numbers FILE\n"), 2;
	err = mmr_guard_install();
	if (err == 0)
		err = mmr_open(argv[1], NULL, &reader);
	if (err == 0) {
		err = add_up(reader);
		mmr_close(reader);
	}
	if (err < 0)
		fprintf(stderr, "numbers: %s\n", mmr_last_error());
	return err < 0 ? 2 : 0;
}
