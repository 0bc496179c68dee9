/* bench_iterators.c - compares iteration over lines by the library and by C functions
 *
 *	bench_iterators FILE N_ROUNDS
 *
 * All ways walk the same lines and compute the same sums: the number of lines, their lengths,
 * their first bytes. The ways that scan memory use one map of the file whose pages all stay
 * resident, so the iterators are compared, not page faults. One way drops the pages, as is the
 * default. getline and fgets read the file. Prints a line for each way with its name and the
 * nanoseconds a line of each round, then the peak of the library's heap.
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <mmreader.h>

#ifdef HAVE_VIEWS
#include "walk_views.h"
#endif

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_ROUNDS 99

/* The result of a walk. A walk adds to a local one, which the compiler keeps in registers, so that
 * the walks are compared and not these additions to memory. */
struct sum {
	uint64_t n_lines, n_bytes, firsts;
};

struct input {
	const char *path;
	mmr_reader *file;    /* its pages stay resident */
	mmr_reader *dropped; /* the same file; walks drop its pages */
};

static inline void add(struct sum *sum, const char *line, size_t len)
{
	sum->n_lines++;
	sum->n_bytes += len;
	sum->firsts ^= len > 0 ? (unsigned char)line[0] : 0;
}

static void walk_lines(const struct input *input, struct sum *sum)
{
	mmr_lines it = mmr_lines_of(mmr_bytes(input->file), '\n');
	struct sum local = {0};
	mmr_slice line;

	while (mmr_lines_next(&it, &line))
		add(&local, line.ptr, line.len);
	*sum = local;
}

#ifdef HAVE_VIEWS
static void walk_cxx(const struct input *input, struct sum *sum)
{
	walk_views(mmr_bytes(input->file), &sum->n_lines, &sum->n_bytes, &sum->firsts);
}
#endif

static void walk_crlf(const struct input *input, struct sum *sum)
{
	mmr_lines it = mmr_lines_of_flags(mmr_bytes(input->file), '\n', MMR_LINES_CRLF);
	struct sum local = {0};
	mmr_slice line;

	while (mmr_lines_next(&it, &line))
		add(&local, line.ptr, line.len);
	*sum = local;
}

static void walk_batches(const struct input *input, struct sum *sum)
{
	mmr_lines it = mmr_lines_of(mmr_bytes(input->file), '\n');
	struct sum local = {0};
	mmr_line_batch batch;
	const char *line, *end;
	size_t i;

	while (mmr_lines_next_batch(&it, &batch)) {
		line = batch.first;
		for (i = 0; i < batch.n; i++) {
			end = batch.base + batch.ends[i];
			add(&local, line, (size_t)(end - line));
			line = end + 1;
		}
	}
	*sum = local;
}

static void walk_dropping(const struct input *input, struct sum *sum)
{
	struct input dropped = {input->path, input->dropped, NULL};

	walk_lines(&dropped, sum);
}

static void walk_reverse(const struct input *input, struct sum *sum)
{
	mmr_reverse_lines it = mmr_reverse_lines_of(mmr_bytes(input->file), '\n');
	struct sum local = {0};
	mmr_slice line;

	while (mmr_reverse_lines_next(&it, &line))
		add(&local, line.ptr, line.len);
	*sum = local;
}

/* Drops pages, so that memory is bounded. */
static void walk_blocks(const struct input *input, struct sum *sum)
{
	struct sum local = {0};
	mmr_blocks *blocks;
	mmr_block block;
	mmr_slice line;

	if (mmr_blocks_open(input->file, NULL, NULL, &blocks) < 0)
		return;
	while (mmr_blocks_next(blocks, &block)) {
		mmr_lines it = mmr_lines_of(block.bytes, '\n');

		while (mmr_lines_next(&it, &line))
			add(&local, line.ptr, line.len);
	}
	mmr_blocks_close(blocks);
	*sum = local;
}

static void walk_memchr(const struct input *input, struct sum *sum)
{
	mmr_slice bytes = mmr_bytes(input->file);
	const char *at = bytes.ptr, *stop = at + bytes.len, *end;
	struct sum local = {0};

	for (; at < stop; at = end + 1) {
		end = memchr(at, '\n', (size_t)(stop - at));
		if (!end)
			end = stop;
		add(&local, at, (size_t)(end - at));
	}
	*sum = local;
}

static void walk_getline(const struct input *input, struct sum *sum)
{
	FILE *file = fopen(input->path, "r");
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	while (file && (len = getline(&line, &room, file)) > 0)
		add(sum, line, (size_t)len - (line[len - 1] == '\n'));
	free(line);
	if (file)
		fclose(file);
}

/* Supports lines of up to 64 KiB. */
static void walk_fgets(const struct input *input, struct sum *sum)
{
	FILE *file = fopen(input->path, "r");
	static char line[64 << 10];
	size_t len;

	while (file && fgets(line, sizeof(line), file)) {
		len = strlen(line);
		len -= len > 0 && line[len - 1] == '\n';
		add(sum, line, len);
	}
	if (file)
		fclose(file);
}

static const struct way {
	const char *name;
	void (*walk)(const struct input *input, struct sum *sum);
} ways[] = {
	{"mmr_lines", walk_lines},
#ifdef HAVE_VIEWS
	{"mmr_lines+C++", walk_cxx},
#endif
	{"mmr_lines+crlf", walk_crlf},
	{"mmr_lines_next_batch", walk_batches},
	{"mmr_lines+drops", walk_dropping},
	{"mmr_reverse_lines", walk_reverse},
	{"mmr_blocks+lines", walk_blocks},
	{"memchr", walk_memchr},
	{"getline", walk_getline},
	{"fgets", walk_fgets},
};

#define N_WAYS (sizeof(ways) / sizeof(ways[0]))

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

int main(int argc, char **argv)
{
	size_t n_rounds = argc == 3 ? strtoul(argv[2], NULL, 10) : 0, round, i;
	static double took[N_WAYS][MAX_ROUNDS];
	mmr_reader_options keep = MMR_READER_OPTIONS_INIT;
	struct sum sum, wanted = {0};
	struct input input;
	double start;

	if (n_rounds < 1 || n_rounds > MAX_ROUNDS)
		return fprintf(stderr, "usage: bench_iterators FILE N_ROUNDS\n"), 2;
	input.path = argv[1];
	keep.keep_pages = true;
	if (mmr_guard_install() < 0 || mmr_open(input.path, &keep, &input.file) < 0 ||
		mmr_open(input.path, NULL, &input.dropped) < 0)
		return fprintf(stderr, "bench_iterators: %s\n", mmr_last_error()), 1;
	walk_memchr(&input, &wanted); /* also faults the pages in */

	/* The ways run in turn, so that other load of the machine affects all of them. */
	for (round = 0; round < n_rounds; round++) {
		for (i = 0; i < N_WAYS; i++) {
			memset(&sum, 0, sizeof(sum));
			start = now();
			ways[i].walk(&input, &sum);
			took[i][round] = (now() - start) / (double)wanted.n_lines;
			if (memcmp(&sum, &wanted, sizeof(sum)) != 0)
				return fprintf(stderr, "bench_iterators: %s differs\n",
					       ways[i].name),
				       1;
			/* A walk that drops pages leaves the next walk without them. */
			if (ways[i].walk == walk_blocks)
				walk_memchr(&input, &sum);
		}
	}
	for (i = 0; i < N_WAYS; i++) {
		printf("%s", ways[i].name);
		for (round = 0; round < n_rounds; round++)
			printf(" %.3f", took[i][round]);
		printf("\n");
	}
	printf("lines %" PRIu64 "\nheap %" PRIu64 "\n", wanted.n_lines, mmr_heap_peak());
	mmr_close(input.file);
	mmr_close(input.dropped);
	return 0;
}
