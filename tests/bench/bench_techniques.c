/* bench_techniques.c - measures sums of numbers, fields of records, and interned texts
 *
 *	bench_techniques FILE MIB	makes FILE of doubles, which stays, and prints these lines:
 *		sum SECONDS count SECONDS	sum of all numbers, and count of a byte in the file
 *		record NS			one field of a record in the cache
 *		intern NS many NS		one lookup of 10 bytes among 10,000 texts: single,
 *						and 16 in each call
 *
 * The compared operations run in turn, and the best of several rounds counts. Answers are checked.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define N_ROUNDS  9
#define N_TEXTS   10000
#define N_LOOKUPS (1 << 21)
#define N_MANY    16

static double seconds_of(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double now(void)
{
	return seconds_of(CLOCK_MONOTONIC);
}

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bench_techniques: %s: %s\n", what, mmr_last_error());
	exit(1);
}

/* Multiples of 1/4, so that every sum is exact: the mean of a block is 511.875. */
static void make_file(const char *path, size_t n_mib)
{
	static double block[131072];
	FILE *file = fopen(path, "wb");
	size_t i;

	must(file != NULL, "make the file");
	for (i = 0; i < 131072; i++)
		block[i] = (double)(i % 4096) / 4;
	for (i = 0; i < n_mib; i++)
		must(fwrite(block, sizeof(block), 1, file) == 1, "write the file");
	must(fclose(file) == 0, "close the file");
}

static void bench_sum(mmr_reader *file, size_t n_mib)
{
	double best_sum = 1e9, best_count = 1e9, start;
	mmr_summary summary;
	mmr_counts counts;
	int round;

	for (round = 0; round < N_ROUNDS; round++) {
		start = now();
		must(mmr_count_lines(file, NULL, &counts) == 0, "count");
		best_count = now() - start < best_count ? now() - start : best_count;
		start = now();
		must(mmr_sum_numbers(file, MMR_F64, MMR_NATIVE, 0, NULL, &summary) == 0, "sum");
		best_sum = now() - start < best_sum ? now() - start : best_sum;
		must(summary.sum == 131072 * 511.875 * (double)n_mib && summary.max.f64 == 1023.75,
			"the sum is wrong");
	}
	printf("sum %.6f count %.6f\n", best_sum, best_count);
}

/* Reads all four fields of 256 KiB of records, and includes the iteration. The records stay in
 * the core's own cache, so the calls are measured, not memory. The fields are integers, since
 * each addition of doubles takes longer than a read. */
static void bench_record(mmr_slice bytes)
{
	mmr_slice warm = mmr_slice_cut(bytes, 0, 256 << 10), record;
	double best = 1e9, start;
	uint64_t sum = 0, wanted = 0, value;
	double price;
	const mmr_field *fields[4];
	mmr_layout *layout;
	mmr_records it;
	size_t n;
	int round, err = 0;

	must(mmr_layout_parse(mmr_slice_of("u64 u64 u64 u64"), &layout) == 0, "layout");
	for (n = 0; n < 4; n++)
		fields[n] = mmr_layout_field(layout, n);
	for (round = 0; round < 40 * N_ROUNDS; round++) {
		start = now();
		it = mmr_records_of(layout, warm, 0);
		for (n = 0, sum = 0; mmr_records_next(&it, &record); n++) {
			err |= mmr_record_u64(record, fields[0], &value);
			sum += value;
			err |= mmr_record_u64(record, fields[1], &value);
			sum += value;
			err |= mmr_record_u64(record, fields[2], &value);
			sum += value;
			err |= mmr_record_u64(record, fields[3], &value);
			sum += value;
		}
		best = now() - start < best ? now() - start : best;
		must(err == 0 && mmr_records_error(&it) == 0, "records");
	}
	for (n = 0; n < 4 * 8192; n++) {
		price = (double)(n % 4096) / 4;
		memcpy(&value, &price, sizeof(value));
		wanted += value;
	}
	must(sum == wanted, "the sum of bits is wrong");
	mmr_layout_close(layout);
	printf("record %.3f\n", best / (double)n * 1e9);
}

/* Looks up N_MANY texts in each call. Returns: the sum of the ids. */
static uint64_t find_many(const mmr_intern *pool, char (*texts)[16], const uint16_t *order)
{
	mmr_slice slices[N_MANY];
	uint32_t ids[N_MANY];
	uint64_t sum = 0;
	int i, k;

	for (i = 0; i < N_LOOKUPS; i += N_MANY) {
		for (k = 0; k < N_MANY; k++)
			slices[k] = (mmr_slice){texts[order[i + k]], 10};
		must(mmr_intern_find_many(pool, slices, N_MANY, ids) == 0, "find many");
		for (k = 0; k < N_MANY; k++)
			sum += ids[k];
	}
	return sum;
}

/* Measured by the processor time of the thread, which other programs change least. */
static void bench_intern(void)
{
	static char texts[N_TEXTS][16];
	static uint16_t order[N_LOOKUPS];
	uint64_t state = 1, sum = 0, wanted = 0;
	double best = 1e9, best_many = 1e9, start, end;
	mmr_intern *pool;
	uint32_t id;
	int i, round;

	must(mmr_intern_open(NULL, &pool) == 0, "pool");
	for (i = 0; i < N_TEXTS; i++) {
		snprintf(texts[i], sizeof(texts[i]), "key-%06d", i);
		must(mmr_intern_add(pool, (mmr_slice){texts[i], 10}, &id) >= 0, "add");
	}
	for (i = 0; i < N_LOOKUPS; i++) {
		state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
		order[i] = (uint16_t)((state >> 33) % N_TEXTS);
		wanted += order[i];
	}
	for (round = 0; round < N_ROUNDS; round++) {
		start = seconds_of(CLOCK_THREAD_CPUTIME_ID);
		for (i = 0, sum = 0; i < N_LOOKUPS; i++) {
			must(mmr_intern_find(pool, (mmr_slice){texts[order[i]], 10}, &id) == 1,
				"find");
			sum += id;
		}
		end = seconds_of(CLOCK_THREAD_CPUTIME_ID);
		best = end - start < best ? end - start : best;
		must(sum == wanted, "an id is wrong");
		sum = find_many(pool, texts, order);
		start = seconds_of(CLOCK_THREAD_CPUTIME_ID);
		best_many = start - end < best_many ? start - end : best_many;
		must(sum == wanted, "an id of many is wrong");
	}
	mmr_intern_close(pool);
	printf("intern %.3f many %.3f\n", best / N_LOOKUPS * 1e9, best_many / N_LOOKUPS * 1e9);
}

int main(int argc, char **argv)
{
	mmr_reader *file;
	size_t n_mib;

	if (argc != 3 || (n_mib = strtoul(argv[2], NULL, 10)) == 0)
		return fprintf(stderr, "usage: bench_techniques FILE MIB\n"), 2;
	make_file(argv[1], n_mib);
	must(mmr_guard_install() == 0, "guard");
	must(mmr_open(argv[1], NULL, &file) == 0, "open");
	bench_sum(file, n_mib);
	bench_record(mmr_bytes(file));
	bench_intern();
	mmr_close(file);
	return 0;
}
