/* bench_run.c - runs one command and prints its time and its memory
 *
 *	bench_run [-d|-n] COMMAND [ARGUMENT]...
 *		-d	its output goes into a pipe, which is read
 *		-n	its output goes into a pipe and is discarded unread, if the system can: this
 *			shows the cost of the writer only
 *
 * Prints on standard error: seconds, processor seconds, peak KiB resident, minor faults and bytes
 * read. This program is small, because the kernel counts what the parent held before exec(2) as the
 * child's peak. All commands have the same reader, so that only the writers differ.
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The buffer size of wc(1) and cat(1). */
static char buffer[128 << 10];

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static int fail(const char *what)
{
	fprintf(stderr, "bench_run: %s: %s\n", what, strerror(errno));
	return 125;
}

static unsigned long long drain(int fd)
{
	unsigned long long n_bytes = 0;
	ssize_t got;

	while ((got = read(fd, buffer, sizeof(buffer))) > 0)
		n_bytes += (unsigned long long)got;
	return n_bytes;
}

static unsigned long long discard(int fd)
{
	unsigned long long n_bytes = 0;
#ifdef SPLICE_F_MOVE
	int nowhere = open("/dev/null", O_WRONLY);
	ssize_t got;

	while ((got = splice(fd, NULL, nowhere, NULL, 1 << 20, 0)) > 0)
		n_bytes += (unsigned long long)got;
	close(nowhere);
#endif
	return n_bytes + drain(fd);
}

static double seconds(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

int main(int argc, char **argv)
{
	int discards = argc > 1 && strcmp(argv[1], "-n") == 0, ends[2], status;
	int drains = discards || (argc > 1 && strcmp(argv[1], "-d") == 0);
	unsigned long long n_bytes = 0;
	struct rusage usage;
	double start;
	pid_t child;

	argv += 1 + drains;
	if (!argv[0])
		return fprintf(stderr, "usage: bench_run [-d|-n] COMMAND [ARGUMENT]...\n"), 125;
	if (drains && pipe(ends) < 0)
		return fail("pipe");
	start = now();
	child = fork();
	if (child < 0)
		return fail("fork");
	if (child == 0) {
		if (drains) {
			dup2(ends[1], STDOUT_FILENO);
			close(ends[0]);
			close(ends[1]);
		}
		execvp(argv[0], argv);
		_exit(fail(argv[0]));
	}
	if (drains) {
		close(ends[1]);
		n_bytes = discards ? discard(ends[0]) : drain(ends[0]);
	}
	if (wait4(child, &status, 0, &usage) < 0)
		return fail("wait4");
	fprintf(stderr, "%.6f %.6f %ld %ld %llu\n", now() - start,
		seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss, usage.ru_minflt,
		n_bytes);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 124;
}
