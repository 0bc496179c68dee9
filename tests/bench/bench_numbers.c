/* bench_numbers.c - compares the parsing of floats with strtod and std::from_chars
 *
 *	bench_numbers	prints a line for each format:
 *		FORMAT OURS STRTOD FROM_CHARS
 *
 * Times are nanoseconds for one number: the best of several rounds, in turn. FROM_CHARS is 0 if
 * the C++ library does not have it. All must return the same sum, added in the same order.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef HAVE_FROM_CHARS
#include "rival_from_chars.h"
#else
static double rival_from_chars(const mmr_slice *texts, size_t n)
{
	(void)texts;
	(void)n;
	return 0;
}
#endif

/* Too many for the branch predictor to learn, and few enough for the caches. */
#define N_TEXTS  30000
#define N_ROUNDS 60
#define ROOM     32

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double ours(const mmr_slice *texts, size_t n)
{
	double sum = 0, value;
	size_t i;

	for (i = 0; i < n; i++)
		if (mmr_slice_to_f64(texts[i], &value) == 0)
			sum += value;
	return sum;
}

static double with_strtod(const mmr_slice *texts, size_t n)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += strtod(texts[i].ptr, NULL);
	return sum;
}

static double (*const ways[])(const mmr_slice *texts, size_t n) = {
	ours, with_strtod, rival_from_chars};

#define N_WAYS (sizeof(ways) / sizeof(ways[0]))

/* Numbers from 0 to 1000. */
static double draw(void)
{
	static uint64_t state = 1;

	state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (double)(state >> 11) * 0x1p-53 * 1000;
}

static bool bench(const char *format)
{
	static char room[N_TEXTS][ROOM];
	static mmr_slice texts[N_TEXTS];
	double best[N_WAYS] = {INFINITY, INFINITY, INFINITY}, sums[N_WAYS], start, took;
	size_t i, round, way;

	for (i = 0; i < N_TEXTS; i++) {
		if (strcmp(format, "%.2f") == 0)
			snprintf(room[i], ROOM, "%.2f", draw());
		else if (strcmp(format, "%.6g") == 0)
			snprintf(room[i], ROOM, "%.6g", draw());
		else
			snprintf(room[i], ROOM, "%.17g", draw());
		texts[i] = mmr_slice_of(room[i]);
	}
	for (round = 0; round < N_ROUNDS; round++)
		for (way = 0; way < N_WAYS; way++) {
			start = now();
			sums[way] = ways[way](texts, N_TEXTS);
			took = (now() - start) / N_TEXTS;
			best[way] = took < best[way] ? took : best[way];
		}
	if (sums[2] == 0)
		best[2] = 0;
	printf("%s %.2f %.2f %.2f\n", format, best[0], best[1], best[2]);
	return sums[0] == sums[1] && (sums[2] == 0 || sums[2] == sums[0]);
}

int main(void)
{
	if (!bench("%.17g") || !bench("%.2f") || !bench("%.6g"))
		return fprintf(stderr, "bench_numbers: sums differ\n"), 1;
	return 0;
}
