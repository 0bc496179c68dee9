/* records.c - volume and mean price of each symbol in a binary file of trades
 *
 *	records FILE
 *
 * A trade is symbol:8s,time:u64le,price:f64le,size:u32le,flags:u32le: 32 bytes, no header. Each
 * worker takes a block of the file, finds the records that start in it and adds them up in a table
 * of its own; the tables are merged at the end. No record is copied and none costs memory.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAYOUT      "symbol:8s,time:u64le,price:f64le,size:u32le,flags:u32le"
#define MAX_SYMBOLS 4096 /* a power of two; one place always stays free */
#define MAX_WORKERS 64

struct symbol {
	char name[8];
	uint64_t n_trades, volume;
	double value; /* sum of price times size */
};

struct worker {
	const mmr_field *symbol, *price, *size;
	size_t record_size;
	size_t n_symbols;
	struct symbol *symbols; /* a hash table; free places have no trades */
};

static struct symbol *find(struct worker *worker, const char name[8])
{
	uint64_t hash;
	size_t i;

	memcpy(&hash, name, 8);
	hash *= UINT64_C(0x9e3779b97f4a7c15);
	for (i = (size_t)(hash >> 52); worker->symbols[i].n_trades > 0; i = (i + 1) % MAX_SYMBOLS)
		if (memcmp(worker->symbols[i].name, name, 8) == 0)
			return &worker->symbols[i];
	if (++worker->n_symbols == MAX_SYMBOLS)
		return NULL;
	memcpy(worker->symbols[i].name, name, 8);
	return &worker->symbols[i];
}

static void add(struct symbol *symbol, uint64_t n_trades, uint64_t volume, double value)
{
	symbol->n_trades += n_trades;
	symbol->volume += volume;
	symbol->value += value;
}

static int add_block(void *state, const mmr_block *block)
{
	struct worker *worker = state;
	size_t size = worker->record_size, own = block->bytes.len - block->ahead;
	/* Records start at multiples of their size in the file. */
	size_t at = (size_t)((size - block->off % size) % size);
	struct symbol *symbol;
	uint64_t traded;
	double price;

	for (; at < own; at += size) {
		mmr_slice record = {block->bytes.ptr + at, size};

		if (mmr_record_f64(record, worker->price, &price) < 0 ||
			mmr_record_u64(record, worker->size, &traded) < 0)
			return -EINVAL;
		symbol = find(worker, mmr_record_bytes(record, worker->symbol).ptr);
		if (!symbol)
			return -ERANGE;
		add(symbol, 1, traded, price * (double)traded);
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return memcmp(((const struct symbol *)a)->name, ((const struct symbol *)b)->name, 8);
}

/* All tables into the first one, which is then sorted and printed. */
static int print(struct worker *workers, unsigned n_workers)
{
	struct symbol *all = workers[0].symbols, *symbol;
	size_t i;

	for (unsigned w = 1; w < n_workers; w++) {
		for (i = 0; i < MAX_SYMBOLS; i++) {
			symbol = &workers[w].symbols[i];
			if (symbol->n_trades == 0)
				continue;
			struct symbol *sum = find(&workers[0], symbol->name);
			if (!sum)
				return -ERANGE;
			add(sum, symbol->n_trades, symbol->volume, symbol->value);
		}
	}
	qsort(all, MAX_SYMBOLS, sizeof(*all), by_name);
	for (symbol = all; symbol < all + MAX_SYMBOLS; symbol++)
		if (symbol->n_trades > 0)
			printf("%-8.8s %" PRIu64 " trades, volume %" PRIu64 ", mean price %.4f\n",
				symbol->name, symbol->n_trades, symbol->volume,
				symbol->volume > 0 ? symbol->value / (double)symbol->volume : 0);
	return 0;
}

static int run(mmr_reader *file, const mmr_layout *layout)
{
	static struct worker workers[MAX_WORKERS];
	mmr_parallel_options how = MMR_PARALLEL_OPTIONS_INIT;
	mmr_parallel_job job = {
		.work = add_block, .states = workers, .state_size = sizeof(*workers)};
	unsigned n = mmr_processors(), i;
	int err;

	if (mmr_size(file) % mmr_layout_size(layout) > 0)
		return fprintf(stderr,
			       "records: %" PRIu64 " bytes are left over behind the last trade\n",
			       mmr_size(file) % mmr_layout_size(layout)),
		       2;
	n = n < MAX_WORKERS ? n : MAX_WORKERS;
	for (i = 0; i < n; i++) {
		workers[i].symbol = mmr_layout_find(layout, "symbol");
		workers[i].price = mmr_layout_find(layout, "price");
		workers[i].size = mmr_layout_find(layout, "size");
		workers[i].record_size = mmr_layout_size(layout);
		workers[i].symbols = calloc(MAX_SYMBOLS, sizeof(*workers[i].symbols));
		if (!workers[i].symbols)
			return perror("records"), 2;
	}
	job.n_states = n;
	how.delimiter = MMR_NO_DELIMITER;
	how.ahead = mmr_layout_size(layout) - 1;
	err = mmr_parallel_run(file, &how, &job);
	if (err == 0)
		err = print(workers, n);
	if (err == -ERANGE)
		return fprintf(stderr, "records: more than %d symbols\n", MAX_SYMBOLS - 1), 2;
	return err < 0 ? (fprintf(stderr, "records: %s\n", mmr_last_error()), 2) : 0;
}

int main(int argc, char **argv)
{
	mmr_layout *layout = NULL;
	mmr_reader *file;
	int status;

	if (argc != 2)
		return fprintf(stderr, "usage: records FILE\n"), 2;
	mmr_guard_install();
	if (mmr_layout_parse(mmr_slice_of(LAYOUT), &layout) < 0 ||
		mmr_open(argv[1], NULL, &file) < 0)
		return fprintf(stderr, "records: %s\n", mmr_last_error()), 2;
	status = run(file, layout);
	mmr_close(file);
	mmr_layout_close(layout);
	return status;
}
