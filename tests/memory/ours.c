/* ours.c - the library's ways to save memory, for report.py
 *
 *	ours WAY [FILE]
 *
 * The counterpart of techniques.py: the same jobs, the same results, the same two figures. It uses
 * only the public header.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STEP ((uint64_t)4 << 20)

static uint64_t anonymous(void)
{
	mmr_memory now;

	mmr_memory_usage(&now);
	return now.anonymous;
}

/* Prints the bytes that each of `n` items takes. */
static void print_each(uint64_t before, uint64_t n)
{
	uint64_t after = anonymous(), grown = after > before ? after - before : 0;

	printf("each %.4f\n", n > 0 ? (double)grown / (double)n : 0.0);
}

/* Releases pages that are a step or more before `ptr`. Slices of them stay valid. */
static void release_before(mmr_reader *reader, const char *ptr, uint64_t *released)
{
	if ((uint64_t)(ptr - mmr_bytes(reader).ptr) < *released + STEP)
		return;
	mmr_release(reader, *released, STEP);
	*released += STEP;
}

static int idle(mmr_reader *reader)
{
	(void)reader;
	printf("answer none\n");
	return 0;
}

/* Slices point into the map: a line takes no memory of its own. */
static int lines(mmr_reader *reader)
{
	uint64_t before = anonymous(), n_lines = 0, n_bytes = 0, released = 0;
	mmr_lines it = mmr_lines_of_flags(mmr_bytes(reader), '\n', MMR_LINES_KEEP);
	mmr_slice line;

	while (mmr_lines_next(&it, &line)) {
		n_lines++;
		n_bytes += line.len;
		/* Without this, a file of up to 64 MiB would keep its pages. */
		release_before(reader, line.ptr, &released);
	}
	print_each(before, n_lines);
	printf("answer %" PRIu64 " %" PRIu64 "\n", n_lines, n_bytes);
	return mmr_lines_error(&it);
}

/* Prints the result of interning `n` texts, and closes the pool. */
static void print_pool(mmr_intern *pool, uint64_t before, uint64_t n)
{
	print_each(before, n);
	printf("answer %" PRIu64 " %" PRIu32 "\n", n, mmr_intern_count(pool));
	mmr_intern_close(pool);
}

/* Each row takes four bytes; the pool has the texts. */
static int keys(mmr_reader *reader)
{
	uint64_t before = anonymous(), n = 0, room = 0, released = 0;
	mmr_lines it = mmr_lines_of(mmr_bytes(reader), '\n');
	uint32_t *ids = NULL, *more, id;
	mmr_intern *pool;
	mmr_slice line;
	int err;

	/* The pool compares with its texts again and again: if they were in the map, their pages
	 * would stay. */
	err = mmr_intern_open(NULL, &pool);
	if (err < 0)
		return err;
	while (err >= 0 && mmr_lines_next(&it, &line)) {
		if (n == room) {
			room = room ? room * 2 : 1024;
			more = realloc(ids, room * sizeof(*ids));
			if (!more) {
				err = -ENOMEM;
				break;
			}
			ids = more;
		}
		err = mmr_intern_add(pool, line, &id);
		ids[n++] = id;
		release_before(reader, line.ptr, &released);
	}
	if (err >= 0)
		err = mmr_lines_error(&it);
	print_pool(pool, before, n);
	free(ids);
	return err;
}

/* Each value occurs once: the pool has its entry, the map its text. */
static int distinct(mmr_reader *reader)
{
	mmr_intern_options options = MMR_INTERN_OPTIONS_INIT;
	mmr_lines it = mmr_lines_of(mmr_bytes(reader), '\n');
	uint64_t before = anonymous(), n = 0, released = 0;
	mmr_intern *pool;
	mmr_slice line;
	uint32_t id;
	int err;

	options.zero_copy = true;
	err = mmr_intern_open(&options, &pool);
	if (err < 0)
		return err;
	for (; err >= 0 && mmr_lines_next(&it, &line); n++) {
		err = mmr_intern_add(pool, line, &id);
		release_before(reader, line.ptr, &released);
	}
	if (err >= 0)
		err = mmr_lines_error(&it);
	print_pool(pool, before, n);
	return err;
}

static int library(mmr_reader *reader)
{
	mmr_library_info status;
	int err;

	err = reader ? mmr_library_load(MMR_LIBRARY_MAGIC) : 0;
	if (err == 0)
		err = mmr_library_status(MMR_LIBRARY_MAGIC, &status);
	if (err == 0)
		printf("answer %s\n", status.name);
	return err;
}

static int whole(mmr_reader *reader)
{
	mmr_counts counts;
	int err = mmr_count_lines(reader, NULL, &counts);

	if (err == 0)
		printf("answer %" PRIu64 " %" PRIu64 "\n", mmr_size(reader),
			counts.lines - counts.unterminated);
	return err;
}

/* A pool of copies is all heap: prints what the library reports, and what the pool took. */
static int measure(mmr_reader *reader)
{
	mmr_lines it = mmr_lines_of(mmr_bytes(reader), '\n');
	uint64_t before = anonymous(), n = 0;
	struct timespec start, stop;
	mmr_memory now;
	mmr_intern *pool;
	mmr_slice line;
	uint32_t id;
	int err, i;

	err = mmr_intern_open(NULL, &pool);
	if (err < 0)
		return err;
	for (; err >= 0 && mmr_lines_next(&it, &line); n++)
		err = mmr_intern_add(pool, line, &id);
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (i = 0; i < 1000; i++)
		mmr_memory_usage(&now);
	clock_gettime(CLOCK_MONOTONIC, &stop);
	printf("ns %.0f\n", ((double)(stop.tv_sec - start.tv_sec) * 1e9 +
				    (double)(stop.tv_nsec - start.tv_nsec)) /
				    1000);
	printf("says %" PRIu64 "\ngrown %" PRIu64 "\nanswer %" PRIu64 "\n", now.heap,
		now.anonymous - before, n);
	mmr_intern_close(pool);
	return err;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(mmr_reader *reader);
	} ways[] = {{"idle", idle}, {"lines", lines}, {"keys", keys}, {"distinct", distinct},
		{"library", library}, {"whole", whole}, {"measure", measure}};
	mmr_reader *reader = NULL;
	size_t i;
	int err;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (argc >= 2 && argc <= 3 && strcmp(argv[1], ways[i].name) == 0)
			break;
	if (i == sizeof(ways) / sizeof(ways[0]))
		return fprintf(stderr, "usage: ours WAY [FILE]\n"), 2;
	err = mmr_guard_install();
	if (err == 0 && argc == 3)
		err = mmr_open(argv[2], NULL, &reader);
	if (err == 0)
		err = ways[i].run(reader);
	mmr_close(reader);
	if (err < 0)
		fprintf(stderr, "ours: %s\n", mmr_last_error());
	return err < 0 ? 2 : 0;
}
