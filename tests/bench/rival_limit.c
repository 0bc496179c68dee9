/* rival_limit.c - the limits of a machine: loops that read all bytes of a file and do no more
 *
 *	rival_limit FILE N_THREADS N_ROUNDS [WAY]...
 *
 * The ways are these; without any, all are measured, in turn:
 *
 *	map         a map whose pages are present before the clock starts, read in one run
 *	map-far     the same, read at four places in step that are 2 MiB apart
 *	pread-128K, pread-1M, pread-2M
 *	            pread(2) into a buffer of this size, whose bytes are then read
 *
 * Prints a line for each way: its name, and the seconds of each round. Threads take pieces from a
 * shared cursor. All ways must agree on the exclusive or of all bytes.
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAX_THREADS 64
#define MAX_ROUNDS  100
#define MAP_PIECE   ((size_t)8 << 20)
#define MOST        ((size_t)2 << 20) /* the largest buffer */

#ifndef MAP_POPULATE
#define MAP_POPULATE 0
#endif

struct way {
	const char *name;
	size_t piece;
	int maps, is_far;
};

static const struct way ways[] = {
	{"map", MAP_PIECE, 1, 0},
	{"map-far", MAP_PIECE, 1, 1},
	{"pread-128K", (size_t)128 << 10, 0, 0},
	{"pread-1M", (size_t)1 << 20, 0, 0},
	{"pread-2M", MOST, 0, 0},
};
#define N_WAYS (sizeof(ways) / sizeof(ways[0]))

static int fd;
static size_t size;
static const char *map;
static const struct way *way;
static _Atomic size_t cursor;
static _Atomic uint64_t total;
static char *buffers[MAX_THREADS];

typedef uint64_t vector __attribute__((vector_size(64)));

/* Reads four places in step: adjacent vectors, or those of the four quarters. */
static inline __attribute__((always_inline)) uint64_t fold(
	const char *bytes, size_t len, int is_far)
{
	size_t n = len / sizeof(vector) / 4, i, k;
	size_t apart = sizeof(vector) * (is_far ? n : 1);
	size_t step = sizeof(vector) * (is_far ? 1 : 4);
	vector at, folded[4] = {{0}};
	uint64_t all = 0, word;

	for (i = 0; i < n; i++) {
#pragma GCC unroll 4
		for (k = 0; k < 4; k++) {
			memcpy(&at, bytes + i * step + k * apart, sizeof(at));
			folded[k] ^= at;
		}
	}
	folded[0] ^= folded[1] ^ folded[2] ^ folded[3];
	for (i = 0; i < sizeof(vector) / sizeof(all); i++)
		all ^= folded[0][i];
	for (i = n * 4 * sizeof(vector); i < len; i += sizeof(word)) {
		word = 0;
		memcpy(&word, bytes + i, len - i < sizeof(word) ? len - i : sizeof(word));
		all ^= word;
	}
	return all;
}

static uint64_t fold_plain(const char *bytes, size_t len, int is_far)
{
	return is_far ? fold(bytes, len, 1) : fold(bytes, len, 0);
}

static uint64_t (*read_bytes)(const char *bytes, size_t len, int is_far) = fold_plain;

#ifdef __x86_64__
__attribute__((target("avx2"))) static uint64_t fold_avx2(const char *bytes, size_t len, int is_far)
{
	return is_far ? fold(bytes, len, 1) : fold(bytes, len, 0);
}

__attribute__((target("avx512f"))) static uint64_t fold_avx512(
	const char *bytes, size_t len, int is_far)
{
	return is_far ? fold(bytes, len, 1) : fold(bytes, len, 0);
}

static void choose(void)
{
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx512f"))
		read_bytes = fold_avx512;
	else if (__builtin_cpu_supports("avx2"))
		read_bytes = fold_avx2;
}
#else
static void choose(void)
{
}
#endif

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void *work(void *argument)
{
	char **buffer = argument;
	uint64_t all = 0;
	size_t off, len;

	while ((off = atomic_fetch_add(&cursor, way->piece)) < size) {
		len = size - off < way->piece ? size - off : way->piece;
		if (way->maps) {
			all ^= read_bytes(map + off, len, way->is_far);
			continue;
		}
		if (pread(fd, *buffer, len, (off_t)off) != (ssize_t)len)
			fail("pread");
		all ^= read_bytes(*buffer, len, 0);
	}
	atomic_fetch_xor(&total, all);
	return NULL;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static double run_once(int n_threads)
{
	double start = now();
	pthread_t threads[MAX_THREADS];
	int i;

	atomic_store(&cursor, 0);
	atomic_store(&total, 0);
	for (i = 1; i < n_threads; i++)
		if (pthread_create(&threads[i], NULL, work, &buffers[i]) != 0)
			fail("pthread_create");
	work(&buffers[0]);
	for (i = 1; i < n_threads; i++)
		pthread_join(threads[i], NULL);
	return now() - start;
}

static int is_wanted(const char *name, char **names)
{
	int i;

	for (i = 0; names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return 1;
	return !names[0];
}

/* Brings all pages of the file into the map, and of the buffers into memory. */
static void prepare(int n_threads, char **names)
{
	int i;

	if (is_wanted("map", names) || is_wanted("map-far", names)) {
		map = mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
		if (map == MAP_FAILED)
			fail("mmap");
		for (size_t at = 0; at < size; at += 4096)
			(void)*(const volatile char *)(map + at);
	}
	for (i = 0; i < n_threads; i++) {
		buffers[i] = aligned_alloc(4096, MOST);
		if (!buffers[i])
			fail("aligned_alloc");
		memset(buffers[i], 1, MOST);
	}
}

int main(int argc, char **argv)
{
	static double seconds[N_WAYS][MAX_ROUNDS];
	int n_threads = argc > 3 ? atoi(argv[2]) : 0, n_rounds = argc > 3 ? atoi(argv[3]) : 0,
	    round;
	uint64_t first = 0;
	struct stat status;
	size_t i, n = 0;

	if (n_threads < 1 || n_threads > MAX_THREADS || n_rounds < 1 || n_rounds > MAX_ROUNDS)
		return fprintf(stderr, "usage: rival_limit FILE N_THREADS N_ROUNDS [WAY]...\n"), 2;
	fd = open(argv[1], O_RDONLY);
	if (fd < 0 || fstat(fd, &status) < 0)
		fail(argv[1]);
	size = (size_t)status.st_size;
	choose();
	prepare(n_threads, argv + 4);
	for (round = 0; round < n_rounds; round++) {
		for (i = 0; i < N_WAYS; i++) {
			way = &ways[i];
			if (!is_wanted(way->name, argv + 4))
				continue;
			seconds[i][round] = run_once(n_threads);
			if (n++ == 0)
				first = total;
			if (total != first)
				return fprintf(stderr, "rival_limit: %s differs\n", way->name), 1;
		}
	}
	for (i = 0; i < N_WAYS; i++) {
		if (!is_wanted(ways[i].name, argv + 4))
			continue;
		printf("%s", ways[i].name);
		for (round = 0; round < n_rounds; round++)
			printf(" %.6f", seconds[i][round]);
		printf("\n");
	}
	return 0;
}
