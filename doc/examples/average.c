/* average.c - least, mean and greatest number of each key, over rows of `key;number`
 *
 *	average FILE	prints {a=-1.0/2.5/9.9, b=...}, keys in the order of their bytes
 *
 * The One Billion Row Challenge: keys of up to 100 bytes, numbers from -99.9 to 99.9 with one
 * decimal. The library passes blocks of whole rows to several threads. Each block is read at two
 * offsets in turn, so the processor need not wait for the end of a row to start the next. The code
 * is fast because it reads words instead of bytes and has one hash table for each worker.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include "average_table.h"

#define LEAP    ((size_t)128) /* longer than a row and the bytes that are read to find its end */
#define KEY_MAX ((size_t)100)

/* In each half of a block, the rows that start before its limit are added; after the second limit,
 * those up to `stop`. */
struct worker {
	struct table table;
	mmr_reader *file;
	const char *at[2], *limit[2], *stop;
	int error;
};

/* The highest bit of the first `;` in a word; 0 if there is none. */
static inline uint64_t find_semicolon(uint64_t word)
{
	word ^= UINT64_C(0x3b3b3b3b3b3b3b3b);
	word = (word - UINT64_C(0x0101010101010101)) & ~word & UINT64_C(0x8080808080808080);
	return word & -word;
}

/* Takes the key of the row at `at`. Returns: its length, or more than KEY_SHORT if it is longer.
 *
 * A branch that depends on the length is often mispredicted, so there is none: masks select the
 * words, and a shift by the found bit keeps the whole word if there is no `;`. */
static inline size_t take_key(const char *at, struct key *ret_key)
{
	uint64_t first = load(at), second = load(at + 8);
	uint64_t in_first = find_semicolon(first), in_second = find_semicolon(second);
	uint64_t goes_on = (uint64_t)((int64_t)(in_first - 1) >> 63);
	uint64_t found = in_first | (in_second & goes_on);

	ret_key->first = first & ((in_first << 1) - 1);
	ret_key->second = second & ((in_second << 1) - 1) & goes_on;
	if (!found)
		return KEY_SHORT + 1;
	return (goes_on & 8) + (size_t)__builtin_ctzll(found) / 8;
}

/* Keeps the error. Returns: the end of the block, which ends all loops over rows. */
static const char *fail(struct worker *worker, int error)
{
	worker->error = error;
	return worker->stop;
}

/* Adds the number at `at` to an entry. Returns: the next row. */
static inline const char *add_number(struct worker *worker, struct entry *entry, const char *at)
{
	uint64_t word = load(at);
	/* Bit 4 is clear in `.` and `-`, set in digits; the point is the second to fourth byte. */
	int point = __builtin_ctzll((~word & 0x101000) | 0x10000000);
	int64_t minus = (int64_t)(~word << 59) >> 63, value;

	/* Digits move to fixed bytes; one multiplication then adds 100, 10 and 1 times them. */
	word = ((word & ~((uint64_t)minus & 0xff)) << (28 - point)) & UINT64_C(0x0f000f0f00);
	value = (int64_t)(word * 0x640a0001 >> 32 & 0x3ff);
	value = (value ^ minus) - minus;
	at += (point >> 3) + 3;
	if (at[-1] != '\n')
		return fail(worker, -EILSEQ);
	entry->sum += value;
	entry->count++;
	/* Nearly never: a predicted branch takes less time than storing the same value again. */
	if (value < entry->min)
		entry->min = (int32_t)value;
	if (value > entry->max)
		entry->max = (int32_t)value;
	return at;
}

/* Adds a row with a long key, a new key, or a key that is not at its first entry. */
static __attribute__((noinline)) const char *add_any_row(
	struct worker *worker, const char *at, struct key key, size_t len)
{
	const char *semicolon = at + len;
	struct entry *entry;
	int err = 0;

	if (len > KEY_SHORT) {
		semicolon = memchr(at, ';', KEY_MAX + 1);
		if (!semicolon)
			return fail(worker, -EILSEQ);
		len = (size_t)(semicolon - at);
		err = table_intern(&worker->table, (mmr_slice){at, len}, &key);
	}
	if (err == 0)
		err = table_find(&worker->table, key, &entry);
	if (err < 0)
		return fail(worker, err);
	return add_number(worker, entry, semicolon + 1);
}

/* Adds the row at `at`. Returns: the next row. */
static inline __attribute__((always_inline)) const char *add_row(
	struct worker *worker, const char *at)
{
	struct key key;
	size_t len = take_key(at, &key);
	struct entry *entry = table_home(&worker->table, key);

	if (len > KEY_SHORT || !key_equal(entry->key, key))
		return add_any_row(worker, at, key, len);
	return add_number(worker, entry, at + len + 1);
}

/* Adds the last rows of a block from a copy, since words would reach beyond the block. */
static void add_tail(struct worker *worker, const char *from)
{
	size_t len = (size_t)(worker->stop - from);
	char copy[3 * LEAP] = {0};
	const char *at = copy;

	memcpy(copy, from, len);
	if (len > 0 && copy[len - 1] != '\n')
		copy[len++] = '\n';
	while (worker->error == 0 && at < copy + len)
		at = add_row(worker, at);
}

/* Runs guarded, since it reads the map itself. A fault leaks nothing: the table owns all memory. */
static int add_rows(void *argument)
{
	struct worker *worker = argument;
	const char *first = worker->at[0], *first_limit = worker->limit[0];
	const char *second = worker->at[1], *second_limit = worker->limit[1];

	while (first < first_limit && second < second_limit) {
		first = add_row(worker, first);
		second = add_row(worker, second);
	}
	while (first < first_limit)
		first = add_row(worker, first);
	while (second < second_limit)
		second = add_row(worker, second);
	if (worker->error == 0)
		add_tail(worker, second);
	return worker->error;
}

/* The first row that starts after `off` in a block. The library searches it, guarded. */
static const char *cut(mmr_slice block, size_t off)
{
	mmr_slice part = {block.ptr + off, LEAP};
	mmr_positions positions = mmr_positions_of(part, '\n');
	const char *at;

	return mmr_positions_next(&positions, &at) ? at + 1 : NULL;
}

static int add_block(void *state, const mmr_block *block)
{
	mmr_slice bytes = block->bytes;
	size_t half = bytes.len / 2, tail = bytes.len < LEAP ? bytes.len : LEAP;
	struct worker *worker = state;

	worker->error = 0;
	worker->stop = bytes.ptr + bytes.len;
	worker->at[0] = worker->at[1] = bytes.ptr;
	if (half > 4 * LEAP) {
		worker->at[1] = cut(bytes, half);
		if (!worker->at[1])
			return -EILSEQ;
	}
	worker->limit[0] = worker->at[1];
	worker->limit[1] = worker->stop - tail;
	return mmr_try(worker->file, add_rows, worker);
}

/* The results of all workers. */
struct result {
	struct table table;
	mmr_reader *file;
	int error;
};

static int start_worker(void *state, void *context)
{
	struct worker *worker = state;
	struct result *result = context;

	worker->file = result->file;
	return table_open(&worker->table);
}

static void end_worker(void *state, void *context)
{
	struct worker *worker = state;
	struct result *result = context;

	if (!result->table.entries) {
		result->table = worker->table;
		return;
	}
	if (result->error == 0)
		result->error = table_merge(&result->table, &worker->table);
	table_close(&worker->table);
}

static int average(mmr_reader *file)
{
	struct result result = {.file = file};
	mmr_scan_job job = {.work = add_block,
		.start = start_worker,
		.end = end_worker,
		.context = &result,
		.state_size = sizeof(struct worker)};
	int err;

	err = mmr_scan_run(file, NULL, NULL, &job);
	if (err == 0)
		err = result.error;
	if (err == 0)
		err = table_print(&result.table);
	table_close(&result.table);
	return err;
}

int main(int argc, char **argv)
{
	mmr_reader *file;
	int err;

	if (argc != 2)
		return fprintf(stderr, "usage: average FILE\n"), 2;
	err = mmr_guard_install();
	if (err == 0)
		err = mmr_open(argv[1], NULL, &file);
	if (err == 0) {
		err = average(file);
		mmr_close(file);
	}
	if (err < 0)
		fprintf(stderr, "average: %s\n",
			err == -EILSEQ ? "a row is not of the form key;number" : mmr_last_error());
	return err < 0 ? 2 : 0;
}
