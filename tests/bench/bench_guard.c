/* bench_guard.c - measures what the guard adds to the time of a scan of 1 MiB
 *
 *	bench_guard FILE N_ROUNDS	prints nanoseconds without and with it, and the ratio
 *
 * The guard cannot be removed once it is installed. So a process forks, and the two processes,
 * one with the guard and one without, scan the same pages of the same map in turn. The ratio is
 * the median over pairs of consecutive rounds, which other load of the machine changes little.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SCAN      ((size_t)1 << 20)
#define N_SCANS   16 /* in one round: about half a millisecond */
#define MAX_ROUND 100000

struct side {
	int to, from;
	pid_t child;
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Returns: nanoseconds of one scan. Pages stay mapped, so only the guard makes a difference. */
static double scan(mmr_slice bytes)
{
	uint64_t n, sum = 0;
	double start = now();

	for (int i = 0; i < N_SCANS; i++) {
		if (mmr_slice_count(bytes, '\n', &n) < 0)
			exit(1);
		sum += n;
	}
	if (sum == 0)
		exit(1);
	return (now() - start) / N_SCANS;
}

/* Scans each time the other process asks for it, until that closes the pipe. */
static void serve(mmr_slice bytes, bool guarded, int from, int to)
{
	double took;
	char word;

	if (guarded && mmr_guard_install() < 0)
		exit(1);
	scan(bytes);
	while (read(from, &word, 1) == 1) {
		scan(bytes); /* fills the caches after the other process */
		took = scan(bytes);
		if (write(to, &took, sizeof(took)) != (ssize_t)sizeof(took))
			exit(1);
	}
	exit(0);
}

static struct side start_side(mmr_slice bytes, bool guarded)
{
	int there[2], back[2];
	struct side side;

	if (pipe(there) < 0 || pipe(back) < 0)
		exit(1);
	side.child = fork();
	if (side.child < 0)
		exit(1);
	if (side.child == 0) {
		close(there[1]);
		close(back[0]);
		serve(bytes, guarded, there[0], back[1]);
	}
	close(there[0]);
	close(back[1]);
	side.to = there[1];
	side.from = back[0];
	return side;
}

static double ask(const struct side *side)
{
	double took;

	if (write(side->to, "", 1) != 1 || read(side->from, &took, sizeof(took)) != sizeof(took))
		exit(1);
	return took;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare);
	return values[n / 2];
}

int main(int argc, char **argv)
{
	static double plain[MAX_ROUND], guarded[MAX_ROUND], ratio[MAX_ROUND];
	size_t n_rounds = argc == 3 ? strtoul(argv[2], NULL, 10) : 0, i;
	struct side without, with;
	mmr_reader *file;
	mmr_slice bytes;

	if (n_rounds < 1 || n_rounds > MAX_ROUND)
		return fprintf(stderr, "usage: bench_guard FILE N_ROUNDS\n"), 2;
	if (mmr_open(argv[1], NULL, &file) < 0 ||
		mmr_slice_at(mmr_bytes(file), 0, SCAN, &bytes) < 0)
		return fprintf(stderr, "bench_guard: %s\n", mmr_last_error()), 1;
	without = start_side(bytes, false);
	with = start_side(bytes, true);
	for (i = 0; i < n_rounds; i++) {
		/* The order alternates, since the first scan may have to wake the processor. */
		if (i % 2)
			plain[i] = ask(&without);
		guarded[i] = ask(&with);
		if (i % 2 == 0)
			plain[i] = ask(&without);
		ratio[i] = guarded[i] / plain[i];
	}
	close(without.to);
	close(with.to);
	while (wait(NULL) > 0)
		;
	printf("%.0f %.0f %.5f\n", median(plain, n_rounds), median(guarded, n_rounds),
		median(ratio, n_rounds));
	mmr_close(file);
	return 0;
}
