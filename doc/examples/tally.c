/* tally.c - the distinct values of a column and their counts
 *
 *	tally [-n] COLUMN FILE [DELIMITER]
 *
 * For column 1, prints the same as `cut -d ";" -f 1 FILE | LC_ALL=C sort | uniq -c`: sorted by
 * value, or with -n by count, greatest first. Columns count from 1; the default delimiter is `;`.
 * Lines without this column are skipped.
 *
 * Lines are not sorted: values are interned, and the id of a value is the index of its count. Each
 * worker has its own pool, so no lock is needed; at the end the pools are merged. Pools copy their
 * texts, since a block is valid only until the next one: memory grows with the number of distinct
 * values, not with the file.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_VALUES 64 /* looked up in one call */

struct column {
	uint64_t number; /* from 1 */
	char delimiter;
};

struct worker {
	const struct column *column;
	mmr_intern *pool;
	uint64_t *counts; /* of each id */
	size_t room;
};

/* Makes room to count each text of the pool. */
static int make_room(struct worker *worker)
{
	size_t room = 2 * ((size_t)mmr_intern_count(worker->pool) + 512);
	uint64_t *counts = realloc(worker->counts, room * sizeof(*counts));

	if (!counts)
		return -ENOMEM;
	memset(counts + worker->room, 0, (room - worker->room) * sizeof(*counts));
	worker->counts = counts;
	worker->room = room;
	return 0;
}

/* Counts values. Looking up many in one call takes less time, most of all if there are so many
 * distinct ones that the pool is larger than the caches. */
static int count_values(struct worker *worker, const mmr_slice *values, size_t n)
{
	uint32_t ids[N_VALUES];
	size_t i;
	int err;

	err = mmr_intern_add_many(worker->pool, values, n, ids);
	if (err == 0 && mmr_intern_count(worker->pool) > worker->room)
		err = make_room(worker);
	for (i = 0; i < n && err == 0; i++)
		worker->counts[ids[i]]++;
	return err;
}

/* Two iterators walk the block in parallel: one over line ends, one over delimiters. This saves an
 * iterator for each line, and this function reads no byte outside the library's guard. */
static int count_block(void *state, const mmr_block *block)
{
	struct worker *worker = state;
	const struct column *column = worker->column;
	mmr_lines lines = mmr_lines_of(block->bytes, '\n');
	mmr_positions positions = mmr_positions_of(block->bytes, column->delimiter);
	const char *at = NULL, *end;
	bool more = mmr_positions_next(&positions, &at);
	mmr_slice line, value, values[N_VALUES];
	uint64_t number;
	size_t n = 0;
	int err;

	while (mmr_lines_next(&lines, &line)) {
		value.ptr = line.ptr;
		end = line.ptr + line.len;
		/* Skip the delimiters after the column of the previous line. */
		while (more && at < line.ptr)
			more = mmr_positions_next(&positions, &at);
		for (number = 1; number < column->number && more && at < end; number++) {
			value.ptr = at + 1;
			more = mmr_positions_next(&positions, &at);
		}
		if (number < column->number)
			continue;
		value.len = (size_t)((more && at < end ? at : end) - value.ptr);
		values[n++] = value;
		if (n < N_VALUES)
			continue;
		err = count_values(worker, values, n);
		if (err < 0)
			return err;
		n = 0;
	}
	err = count_values(worker, values, n);
	if (err == 0)
		err = mmr_lines_error(&lines);
	return err < 0 ? err : mmr_positions_error(&positions);
}

/* Adds the counts of another worker. */
static int merge(struct worker *worker, const struct worker *other)
{
	uint32_t n = mmr_intern_count(other->pool), *ids, i;
	int err = -ENOMEM;

	ids = malloc((n + (size_t)1) * sizeof(*ids));
	if (ids)
		err = mmr_intern_merge(worker->pool, other->pool, ids);
	if (err == 0 && mmr_intern_count(worker->pool) > worker->room)
		err = make_room(worker);
	for (i = 0; i < n && err == 0; i++)
		worker->counts[ids[i]] += other->counts[i];
	free(ids);
	return err;
}

struct row {
	mmr_slice value;
	uint64_t count;
};

static int by_value(const void *a, const void *b)
{
	const struct row *left = a, *right = b;

	return mmr_slice_compare(left->value, right->value);
}

static int by_count(const void *a, const void *b)
{
	const struct row *left = a, *right = b;

	if (left->count != right->count)
		return left->count > right->count ? -1 : 1;
	return by_value(a, b);
}

static int print(const struct worker *worker, int (*order)(const void *, const void *))
{
	uint32_t n = mmr_intern_count(worker->pool), i;
	struct row *rows = malloc((n + (size_t)1) * sizeof(*rows));
	int err = 0;

	if (!rows)
		return -ENOMEM;
	for (i = 0; i < n && err == 0; i++) {
		err = mmr_intern_text(worker->pool, i, &rows[i].value);
		rows[i].count = worker->counts[i];
	}
	if (err < 0) {
		free(rows);
		return err;
	}
	qsort(rows, n, sizeof(*rows), order);
	for (i = 0; i < n; i++) {
		printf("%7" PRIu64 " ", rows[i].count);
		fwrite(rows[i].value.ptr, 1, rows[i].value.len, stdout);
		putchar('\n');
	}
	free(rows);
	return fflush(stdout) == 0 ? 0 : -errno;
}

/* The results of all workers. */
struct result {
	const struct column *column;
	struct worker all;
	int error;
};

static int start_worker(void *state, void *context)
{
	const struct result *result = context;
	struct worker *worker = state;

	worker->column = result->column;
	return mmr_intern_open(NULL, &worker->pool);
}

static void close_worker(struct worker *worker)
{
	mmr_intern_close(worker->pool);
	free(worker->counts);
}

static void end_worker(void *state, void *context)
{
	struct result *result = context;
	struct worker *worker = state;

	if (!result->all.pool) {
		result->all = *worker;
		return;
	}
	if (result->error == 0)
		result->error = merge(&result->all, worker);
	close_worker(worker);
}

static int tally(
	mmr_reader *file, const struct column *column, int (*order)(const void *, const void *))
{
	struct result result = {.column = column};
	mmr_scan_job job = {.work = count_block,
		.start = start_worker,
		.end = end_worker,
		.context = &result,
		.state_size = sizeof(struct worker)};
	int err;

	err = mmr_scan_run(file, NULL, NULL, &job);
	if (err == 0)
		err = result.error;
	if (err == 0)
		err = print(&result.all, order);
	close_worker(&result.all);
	return err;
}

static int usage(void)
{
	fprintf(stderr, "usage: tally [-n] COLUMN FILE [DELIMITER]\n");
	return 2;
}

int main(int argc, char **argv)
{
	bool numeric = argc > 1 && strcmp(argv[1], "-n") == 0;
	struct column column = {0, ';'};
	mmr_reader *file;
	int err;

	argc -= numeric;
	argv += numeric;
	if (argc < 3 || argc > 4)
		return usage();
	if (mmr_slice_to_u64(mmr_slice_of(argv[1]), &column.number) < 0 || column.number == 0)
		return usage();
	if (argc == 4 && (strlen(argv[3]) != 1 || argv[3][0] == '\n'))
		return usage();
	if (argc == 4)
		column.delimiter = argv[3][0];
	err = mmr_guard_install();
	if (err == 0)
		err = mmr_open(argv[2], NULL, &file);
	if (err == 0) {
		err = tally(file, &column, numeric ? by_count : by_value);
		mmr_close(file);
	}
	if (err < 0)
		fprintf(stderr, "tally: %s: %s\n", argv[2], mmr_strerror(err));
	return err < 0 ? 2 : 0;
}
