/* rival_device.c - reads a file as fast as its device can
 *
 *	rival_device FILE
 *
 * Eight threads read 1 MiB at a time with O_DIRECT, so that eight requests are under way, as with
 * `fio --direct=1 --bs=1M --iodepth=8`.
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PIECE     ((size_t)1 << 20)
#define N_THREADS 8

static int fd;
static _Atomic uint64_t cursor, total;

static void *work(void *unused)
{
	char *buffer = aligned_alloc(4096, PIECE);
	ssize_t got = 1;

	if (!buffer)
		exit(1);
	while (got > 0) {
		got = pread(fd, buffer, PIECE, (off_t)atomic_fetch_add(&cursor, PIECE));
		if (got < 0) {
			perror("rival_device");
			exit(1);
		}
		atomic_fetch_add(&total, (uint64_t)got);
	}
	free(buffer);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t threads[N_THREADS];
	int i;

	if (argc != 2)
		return fprintf(stderr, "usage: rival_device FILE\n"), 2;
	fd = open(argv[1], O_RDONLY | O_DIRECT);
	if (fd < 0)
		return perror(argv[1]), 1;
	for (i = 0; i < N_THREADS; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			return 1;
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("%llu\n", (unsigned long long)total);
	return 0;
}
