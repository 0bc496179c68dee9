/* intern_100m.c - interns very many distinct texts of a mapped file, and prints time and memory
 *
 *	intern_100m N [FOLDER]
 *
 * Run it by `make intern-100m`. A file of N different lines, of 8 bytes each, is made in the
 * folder and removed at once. Every id is checked when its text is added and when it is found
 * again. At the end, the time of a lookup in the processor's caches is measured: 10,000 texts of
 * 10 bytes.
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <mmreader.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Bytes of a line with its line end. */
#define LINE 9

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int complain(const char *what)
{
	fprintf(stderr, "intern_100m: %s\n", what);
	return 1;
}

/* Makes eight letters of a number, different for each: multiplying by an odd number is
 * reversible. */
static void make_line(uint32_t number, char *ret_line)
{
	uint32_t mixed = number * UINT32_C(2654435761);
	int i;

	for (i = 0; i < LINE - 1; i++)
		ret_line[i] = "abcdefghijklmnop"[mixed >> (4 * i) & 15];
	ret_line[LINE - 1] = '\n';
}

static mmr_reader *make_file(uint32_t n, const char *folder)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader *reader = NULL;
	char path[4096], line[LINE];
	FILE *file = NULL;
	uint32_t i;
	int fd;

	snprintf(path, sizeof(path), "%s/intern-XXXXXX", folder);
	fd = mkstemp(path);
	if (fd >= 0) {
		unlink(path);
		file = fdopen(fd, "w+");
	}
	if (!file)
		return perror(path), NULL;
	for (i = 0; i < n; i++) {
		make_line(i, line);
		fwrite(line, 1, LINE, file);
	}
	options.backing = MMR_BACKING_MAPPED;
	if (fflush(file) != 0)
		perror(path);
	else if (mmr_open_fd(fd, &options, &reader) < 0)
		complain(mmr_last_error());
	fclose(file);
	return reader;
}

static int add_all(mmr_intern *pool, mmr_slice bytes)
{
	mmr_lines it = mmr_lines_of(bytes, '\n');
	uint32_t n = 0, id;
	mmr_slice line;

	for (; mmr_lines_next(&it, &line); n++)
		if (mmr_intern_add(pool, line, &id) != 1 || id != n)
			return complain("a new text has the wrong id");
	return mmr_lines_error(&it) < 0 ? complain(mmr_last_error()) : 0;
}

static int find_all(const mmr_intern *pool, mmr_slice bytes)
{
	mmr_lines it = mmr_lines_of(bytes, '\n');
	mmr_slice line, text, none;
	uint32_t n = 0, id;

	for (; mmr_lines_next(&it, &line); n++) {
		if (mmr_intern_find(pool, line, &id) != 1 || id != n)
			return complain("a text is not found again");
		if (mmr_intern_text(pool, id, &text) != 0 || text.ptr != line.ptr)
			return complain("a text has moved");
		none = mmr_slice_cut(line, 0, 7);
		if (n % 16 == 0 && mmr_intern_find(pool, none, &id) != 0)
			return complain("a text that is not there is found");
	}
	return mmr_lines_error(&it) < 0 ? complain(mmr_last_error()) : 0;
}

#define N_SMALL  10000
#define N_ROUNDS 300

/* The order defeats the prefetcher: 7919 and 10,000 have no common divisor. */
static int time_lookups(bool is_mapped)
{
	static char texts[N_SMALL][10];
	uint32_t i, at, id, round;
	double start, took, best = 1e9;
	mmr_intern *pool;

	if (mmr_intern_open(NULL, &pool) < 0)
		return complain(mmr_last_error());
	for (i = 0; i < N_SMALL; i++) {
		make_line(i, texts[i]);
		texts[i][8] = texts[i][9] = 'x';
		if (mmr_intern_add(pool, (mmr_slice){texts[i], 10}, &id) != 1)
			return complain("a text of 10 bytes is not new");
	}
	for (round = 0; round < N_ROUNDS; round++) {
		start = now();
		for (i = 0, at = 0; i < N_SMALL; i++, at = (at + 7919) % N_SMALL)
			if (mmr_intern_find(pool, (mmr_slice){texts[at], 10}, &id) != 1 || id != at)
				return complain("a text of 10 bytes is not found");
		took = (now() - start) * 1e9 / N_SMALL;
		best = took < best ? took : best;
	}
	printf("lookup %.1f ns, 10 bytes, pool of %d, guard %s\n", best, N_SMALL,
		is_mapped ? "installed" : "not installed");
	mmr_intern_close(pool);
	return 0;
}

int main(int argc, char **argv)
{
	uint32_t n = argc >= 2 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;
	mmr_intern_options options = MMR_INTERN_OPTIONS_INIT;
	mmr_reader *reader;
	mmr_intern *pool;
	double start;
	int bad;

	if (n == 0 || argc > 3)
		return fprintf(stderr, "usage: intern_100m N [FOLDER]\n"), 2;
	bad = time_lookups(false);
	options.zero_copy = true;
	if (mmr_guard_install() < 0 || mmr_intern_open(&options, &pool) < 0)
		return complain(mmr_last_error());
	bad |= time_lookups(true);
	reader = make_file(n, argc == 3 ? argv[2] : ".");
	if (bad || !reader)
		return 1;
	start = now();
	bad = add_all(pool, mmr_bytes(reader));
	printf("added %" PRIu32 " texts: %.1f s\n", mmr_intern_count(pool), now() - start);
	start = now();
	bad = bad || find_all(pool, mmr_bytes(reader));
	printf("found them again: %.1f s\n", now() - start);
	printf("bytes a text: %.2f, at the peak %.2f", (double)mmr_intern_bytes(pool) / n,
		(double)mmr_heap_peak() / n);
	mmr_intern_freeze(pool);
	printf(", frozen %.2f\n", (double)mmr_intern_bytes(pool) / n);
	mmr_intern_close(pool);
	mmr_close(reader);
	return bad;
}
