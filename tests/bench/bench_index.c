/* bench_index.c - measures queries to an index of lines
 *
 *	bench_index FILE INDEX	makes INDEX unless it is fresh, and prints for a table in memory and
 *				for the one in the file:
 *		memory|file select NS rank NS next NS heap BYTES
 *
 * select: the offset of a line; rank: the number of the line at an offset; both at random places.
 * next: the start of the next line, from one to the next. The best of several rounds counts. Each
 * answer is checked.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define N_ROUNDS    7
#define N_QUESTIONS 20000

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bench_index: %s: %s\n", what, mmr_last_error());
	exit(1);
}

static uint64_t random_below(uint64_t *state, uint64_t limit)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (*state >> 11) % limit;
}

static double least(double best, double start)
{
	double took = (now() - start) / N_QUESTIONS;

	return best == 0 || took < best ? took : best;
}

static void bench(const char *name, mmr_reader *reader, mmr_index *index)
{
	static uint64_t lines[N_QUESTIONS], offs[N_QUESTIONS];
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	double select = 0, rank = 0, next = 0, start;
	uint64_t chance = 1, line, off;
	mmr_index_info info;
	int round, i;

	scan.index = index;
	mmr_index_describe(index, &info);
	must(info.lines > N_QUESTIONS, "the file is too small");
	for (i = 0; i < N_QUESTIONS; i++)
		lines[i] = random_below(&chance, info.lines);
	for (round = 0; round < N_ROUNDS; round++) {
		start = now();
		for (i = 0; i < N_QUESTIONS; i++)
			must(mmr_line_seek(reader, 0, (int64_t)lines[i], &scan, &offs[i]) == 0,
				"seek");
		select = least(select, start);
		start = now();
		for (i = 0; i < N_QUESTIONS; i++)
			must(mmr_line_number(reader, offs[i], &scan, &line) == 0 &&
					line == lines[i],
				"number");
		rank = least(rank, start);
		start = now();
		for (i = 0, off = offs[0] / 2; i < N_QUESTIONS; i++)
			must(mmr_line_seek(reader, off, 1, &scan, &off) == 0, "next");
		next = least(next, start);
	}
	mmr_index_describe(index, &info);
	must(info.failure == 0, "the index has failed");
	printf("%s select %.1f rank %.1f next %.1f heap %llu\n", name, select, rank, next,
		(unsigned long long)mmr_heap_peak());
}

int main(int argc, char **argv)
{
	mmr_index_options options = MMR_INDEX_OPTIONS_INIT;
	mmr_reader *reader;
	mmr_index *index;

	must(argc == 3, "usage: bench_index FILE INDEX");
	must(mmr_guard_install() == 0, "guard");
	must(mmr_open(argv[1], NULL, &reader) == 0, "open");
	must(mmr_index_build(reader, NULL, NULL, &index) == 0, "build");
	bench("memory", reader, index);
	mmr_index_close(index);
	options.place = argv[2];
	must(mmr_index_make(reader, NULL, &options, &index) == 0, "make");
	bench("file", reader, index);
	mmr_index_close(index);
	mmr_close(reader);
	return 0;
}
