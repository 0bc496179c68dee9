/* parallel_count.c - how many lines hold a text, with all processors: `grep -c -F TEXT FILE`
 *
 *	parallel_count TEXT FILE
 *
 * Workers claim blocks of whole lines. Each counts into a state of its own, so nothing is locked,
 * and the states are added up when all is done. Memory: a window of the file for each worker.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one worker has and what it found. Aligned to two cache lines, as processors fetch them, so
 * that workers do not slow each other down. */
struct worker {
	_Alignas(128) const mmr_needle *needle;
	uint64_t n_lines;
};

static int count_block(void *state, const mmr_block *block)
{
	mmr_slice match, line, rest = block->bytes;
	struct worker *worker = state;
	mmr_matches matches;
	mmr_lines lines;

	for (;;) {
		matches = mmr_matches_of(rest, worker->needle);
		if (!mmr_matches_next(&matches, &match))
			return mmr_matches_error(&matches);
		worker->n_lines++;
		/* On behind the line of the match: more matches there count nothing. */
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
	unsigned n_workers = mmr_processors(), i;
	mmr_parallel_job job = {.work = count_block, .state_size = sizeof(struct worker)};
	struct worker *workers;
	uint64_t sum = 0;
	int err;

	workers = aligned_alloc(_Alignof(struct worker), n_workers * sizeof(*workers));
	if (!workers)
		return perror("parallel_count"), -1;
	for (i = 0; i < n_workers; i++)
		workers[i] = (struct worker){needle, 0};
	job.states = workers;
	job.n_states = n_workers;
	err = mmr_parallel_run(file, NULL, &job);
	for (i = 0; i < n_workers; i++)
		sum += workers[i].n_lines;
	free(workers);
	if (err == 0)
		*ret_lines = sum;
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
