/* rival_count.c - the fastest counter of newlines that uses pread(2)
 *
 *	rival_count FILE N_THREADS [KIB]
 *
 * Threads take pieces from a shared cursor, read them into a buffer of KIB KiB, and count with the
 * widest vectors. Without x86 they use the compiler's own vectors.
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_KIB     (64 << 10)
#define MAX_THREADS 64

static int fd;
static uint64_t size;
/* Such a buffer stays in the second-level cache. */
static size_t piece = (size_t)128 << 10;
static _Atomic uint64_t cursor, total;

static uint64_t count_plain(const char *bytes, size_t len)
{
	uint64_t n = 0;
	size_t i, stop;

	while (len > 0) {
		unsigned char few = 0;

		stop = len < 255 ? len : 255;
		for (i = 0; i < stop; i++)
			few = (unsigned char)(few + (bytes[i] == '\n'));
		n += few;
		bytes += stop;
		len -= stop;
	}
	return n;
}

static uint64_t (*count)(const char *bytes, size_t len) = count_plain;

#ifdef __x86_64__
#include <immintrin.h>

__attribute__((target("avx2,popcnt"))) static uint64_t count_avx2(const char *bytes, size_t len)
{
	const __m256i wanted = _mm256_set1_epi8('\n');
	__m256i few, sum = _mm256_setzero_si256();
	uint64_t sums[4];
	size_t i, j;

	/* Each byte of `few` counts down to -248 = 62 x 4 at most. */
	for (i = 0; i + 128 <= len;) {
		few = _mm256_setzero_si256();
		for (j = 0; j < 62 && i + 128 <= len; j++, i += 128)
			for (int k = 0; k < 4; k++)
				few = _mm256_add_epi8(
					few, _mm256_cmpeq_epi8(
						     _mm256_loadu_si256(
							     (const __m256i *)(bytes + i + 32 * k)),
						     wanted));
		few = _mm256_sub_epi8(_mm256_setzero_si256(), few);
		sum = _mm256_add_epi64(sum, _mm256_sad_epu8(few, _mm256_setzero_si256()));
	}
	_mm256_storeu_si256((__m256i *)sums, sum);
	return sums[0] + sums[1] + sums[2] + sums[3] + count_plain(bytes + i, len - i);
}

__attribute__((target("avx512f,avx512bw,popcnt"))) static uint64_t count_avx512(
	const char *bytes, size_t len)
{
	const __m512i wanted = _mm512_set1_epi8('\n');
	uint64_t n[4] = {0};
	size_t i;

	for (i = 0; i + 256 <= len; i += 256)
		for (int k = 0; k < 4; k++)
			n[k] += (uint64_t)_mm_popcnt_u64(_mm512_cmpeq_epi8_mask(
				_mm512_loadu_si512(bytes + i + 64 * k), wanted));
	return n[0] + n[1] + n[2] + n[3] + count_plain(bytes + i, len - i);
}

static void choose(void)
{
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx512bw"))
		count = count_avx512;
	else if (__builtin_cpu_supports("avx2"))
		count = count_avx2;
}
#else
static void choose(void)
{
}
#endif

static void *work(void *unused)
{
	char *buffer = aligned_alloc(4096, piece);
	uint64_t n = 0, off;
	ssize_t got;

	if (!buffer)
		exit(1);
	while ((off = atomic_fetch_add(&cursor, piece)) < size) {
		got = pread(fd, buffer, piece, (off_t)off);
		if (got < 0)
			exit(1);
		n += count(buffer, (size_t)got);
	}
	atomic_fetch_add(&total, n);
	free(buffer);
	return unused;
}

int main(int argc, char **argv)
{
	int n_threads = argc >= 3 ? atoi(argv[2]) : 0, kib = argc == 4 ? atoi(argv[3]) : 128, i;
	pthread_t threads[MAX_THREADS];
	struct stat status;

	if (argc > 4 || n_threads < 1 || n_threads > MAX_THREADS || kib < 4 || kib > MAX_KIB ||
		kib % 4 != 0)
		return fprintf(stderr, "usage: rival_count FILE N_THREADS [KIB]\n"), 2;
	piece = (size_t)kib << 10;
	fd = open(argv[1], O_RDONLY);
	if (fd < 0 || fstat(fd, &status) < 0)
		return perror(argv[1]), 1;
	size = (uint64_t)status.st_size;
	choose();
	for (i = 1; i < n_threads; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			return 1;
	work(NULL);
	for (i = 1; i < n_threads; i++)
		pthread_join(threads[i], NULL);
	printf("%llu\n", (unsigned long long)total);
	return 0;
}
