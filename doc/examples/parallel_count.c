/* parallel_count.c - the number of lines with a text, on all processors: `grep -c -F TEXT FILE`
 *
 *	parallel_count TEXT FILE
 *
 * Workers claim blocks of whole lines. Each has its own counter, so no lock is needed; the counters
 * are added at the end. Memory: a window of the file for each worker. FILE may also be a pipe.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The needle and the count of a worker, or of all workers. */
struct counter {
	const mmr_needle *needle;
	uint64_t n_lines;
};

static int start_counter(void *state, void *context)
{
	const struct counter *all = context;
	struct counter *counter = state;

	counter->needle = all->needle;
	return 0;
}

static void end_counter(void *state, void *context)
{
	const struct counter *counter = state;
	struct counter *all = context;

	all->n_lines += counter->n_lines;
}

static int count_block(void *state, const mmr_block *block)
{
	mmr_slice match, line, rest = block->bytes;
	struct counter *counter = state;
	mmr_matches matches;
	mmr_lines lines;

	for (;;) {
		matches = mmr_matches_of(rest, counter->needle);
		if (!mmr_matches_next(&matches, &match))
			return mmr_matches_error(&matches);
		counter->n_lines++;
		/* Continue after the line of the match: further matches in it do not count. */
		rest.len -= (size_t)(match.ptr - rest.ptr);
		rest.ptr = match.ptr;
		lines = mmr_lines_of(rest, '\n');
		if (!mmr_lines_next(&lines, &line))
			return mmr_lines_error(&lines);
		rest = mmr_lines_rest(&lines);
	}
}

static int count(mmr_reader *file, const mmr_needle *needle, uint64_t *ret_lines)
{
	struct counter all = {needle, 0};
	mmr_scan_job job = {.work = count_block,
		.start = start_counter,
		.end = end_counter,
		.context = &all,
		.state_size = sizeof(struct counter)};
	int err = mmr_scan_run(file, NULL, NULL, &job);

	if (err == 0)
		*ret_lines = all.n_lines;
	return err;
}

int main(int argc, char **argv)
{
	mmr_needle needle;
	mmr_reader *file;
	uint64_t n_lines = 0;
	int err;

	if (argc != 3 || argv[1][0] == '\0' || strchr(argv[1], '\n'))
		return fprintf(stderr, "usage: parallel_count TEXT FILE\n"), 2;
	needle = mmr_needle_of(mmr_slice_of(argv[1]));
	err = mmr_guard_install();
	if (err == 0)
		err = mmr_open(argv[2], NULL, &file);
	if (err == 0) {
		err = count(file, &needle, &n_lines);
		mmr_close(file);
	}
	if (err < 0)
		return fprintf(stderr, "parallel_count: %s\n", mmr_last_error()), 2;
	printf("%" PRIu64 "\n", n_lines);
	return 0;
}
