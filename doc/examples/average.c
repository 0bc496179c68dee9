/* average.c - least, mean and greatest number of each key, over rows of `key;number`
 *
 *	average FILE	prints {a=-1.0/2.5/9.9, b=...}, keys in the order of their bytes
 *
 * The One Billion Row Challenge: keys of up to 100 bytes, numbers from -99.9 to 99.9 with one
 * decimal. The library passes blocks of whole rows to several threads. Each block is read at three
 * offsets in turn, so the processor need not wait for the end of a row to start the next. The code
 * is fast because it reads words of 8 bytes and has one hash table for each worker.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include "average_table.h"

#include <errno.h>

#define N_PARTS 3
#define LEAP    ((size_t)128) /* longer than a row and the bytes that are read to find its end */

/* In each part of a block, the rows that start before its limit are added; after the last limit,
 * those up to `stop`. */
struct worker {
	struct table table;
	mmr_reader *file;
	const char *at[N_PARTS], *limit[N_PARTS], *stop;
	int error;
};

/* The highest bit of the first `;` in a word; 0 if there is none. */
static inline uint64_t find_semicolon(uint64_t word)
{
	word ^= UINT64_C(0x3b3b3b3b3b3b3b3b);
	word = (word - UINT64_C(0x0101010101010101)) & ~word & UINT64_C(0x8080808080808080);
	return word & -word;
}

/* Adds the number at `at` to an entry. Returns: the next line; NULL if no line end follows. */
static inline const char *add_number(struct entry *entry, const char *at)
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
		return NULL;
	entry->sum += value;
	entry->count++;
	entry->min = value < entry->min ? (int16_t)value : entry->min;
	entry->max = value > entry->max ? (int16_t)value : entry->max;
	return at;
}

/* Adds any row, also with a long key, a new key, or a key that is not at its first entry. */
static __attribute__((noinline)) const char *add_any_row(struct worker *worker, const char *at)
{
	uint64_t key[KEY_WORDS] = {0}, found = 0;
	struct entry *entry;
	size_t i;

	for (i = 0; !found; i++) {
		if (i == KEY_WORDS)
			return NULL;
		key[i] = load(at + 8 * i);
		found = find_semicolon(key[i]);
		key[i] &= (found << 1) - 1;
	}
	entry = table_find(&worker->table, key);
	if (!entry) {
		worker->error = -ENOMEM;
		return NULL;
	}
	return add_number(entry, at + 8 * (i - 1) + (__builtin_ctzll(found) >> 3) + 1);
}

/* Adds the row at `at`. Returns: the next row, or NULL on an error.
 *
 * Branches that depend on the row are often mispredicted, so there are none: masks select the
 * words, and a shift by the found bit keeps the whole word if there was no `;`. */
static inline __attribute__((always_inline)) const char *add_row(
	struct worker *worker, const char *at)
{
	uint64_t first = load(at), second = load(at + 8);
	uint64_t in_first = find_semicolon(first), in_second = find_semicolon(second);
	uint64_t goes_on = (uint64_t)((int64_t)(in_first - 1) >> 63);
	uint64_t found = in_first | (in_second & goes_on);
	struct entry *entry;

	first &= (in_first << 1) - 1;
	second &= ((in_second << 1) - 1) & goes_on;
	entry = table_home(&worker->table, first, second);
	entry += ((entry->key[0] ^ first) | (entry->key[1] ^ second)) != 0;
	if (((entry->key[0] ^ first) | (entry->key[1] ^ second)) != 0 || !found)
		return add_any_row(worker, at);
	return add_number(entry, at + (goes_on & 8) + (__builtin_ctzll(found) >> 3) + 1);
}

/* Adds the last rows of a block from a copy, since words would reach beyond the block. */
static bool add_tail(struct worker *worker, const char *from)
{
	size_t len = (size_t)(worker->stop - from);
	char copy[3 * LEAP] = {0};
	const char *at = copy;

	memcpy(copy, from, len);
	if (len > 0 && copy[len - 1] != '\n')
		copy[len++] = '\n';
	while (at && at < copy + len)
		at = add_row(worker, at);
	return at != NULL;
}

/* Runs guarded, since it reads the map itself. A fault leaks nothing: the table owns all memory. */
static int add_rows(void *argument)
{
	struct worker *worker = argument;
	const char *const *limit = worker->limit;
	const char *a = worker->at[0], *b = worker->at[1], *c = worker->at[2];

	while (a < limit[0] && b < limit[1] && c < limit[2]) {
		a = add_row(worker, a);
		b = add_row(worker, b);
		c = add_row(worker, c);
		if (!a || !b || !c)
			return worker->error;
	}
	while (a && a < limit[0])
		a = add_row(worker, a);
	while (b && b < limit[1])
		b = add_row(worker, b);
	while (c && c < limit[2])
		c = add_row(worker, c);
	return a && b && c && add_tail(worker, c) ? 0 : worker->error;
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
	size_t third = bytes.len / N_PARTS, tail = bytes.len < LEAP ? bytes.len : LEAP;
	struct worker *worker = state;

	worker->error = -EILSEQ; /* unless another error occurs */
	worker->at[0] = worker->at[1] = worker->at[2] = bytes.ptr;
	worker->stop = bytes.ptr + bytes.len;
	if (third > 4 * LEAP) {
		worker->at[1] = cut(bytes, third);
		worker->at[2] = cut(bytes, 2 * third);
		if (!worker->at[1] || !worker->at[2])
			return worker->error;
	}
	worker->limit[0] = worker->at[1];
	worker->limit[1] = worker->at[2];
	worker->limit[2] = worker->stop - tail;
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
	return table_grow(&worker->table) ? 0 : -ENOMEM;
}

static void end_worker(void *state, void *context)
{
	struct worker *worker = state;
	struct result *result = context;

	if (!result->table.entries) {
		result->table = worker->table;
		return;
	}
	if (!table_merge(&result->table, &worker->table))
		result->error = -ENOMEM;
	free(worker->table.entries);
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
		table_print(&result.table);
	free(result.table.entries);
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
