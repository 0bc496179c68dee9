/* records.c - volume and mean price of each symbol in a binary file of trades
 *
 *	records FILE
 *
 * A trade is symbol:8s,time:u64le,price:f64le,size:u32le,flags:u32le: 32 bytes, no header. Each
 * worker takes a block of the file, finds the records that start in it and adds them up in a table
 * of its own; the tables are merged at the end. Records are not copied. FILE may also be a pipe.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAYOUT      "symbol:8s,time:u64le,price:f64le,size:u32le,flags:u32le"
#define MAX_SYMBOLS 4096 /* a power of 2; one entry always stays free */

struct symbol {
	char name[8];
	uint64_t n_trades, volume;
	double value; /* sum of price times size */
};

struct worker {
	const mmr_field *symbol, *price, *size;
	size_t record_size;
	size_t left_over; /* bytes after the last trade */
	size_t n_symbols;
	struct symbol *symbols; /* a hash table; free entries have no trades */
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

		worker->left_over = block->bytes.len - at;
		if (worker->left_over < size)
			return -EBADMSG;
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

/* The merged tables of all workers. */
struct result {
	const mmr_layout *layout;
	struct worker all;
	int error;
	size_t left_over;
};

static int start_worker(void *state, void *context)
{
	const struct result *result = context;
	struct worker *worker = state;

	worker->symbol = mmr_layout_find(result->layout, "symbol");
	worker->price = mmr_layout_find(result->layout, "price");
	worker->size = mmr_layout_find(result->layout, "size");
	worker->record_size = mmr_layout_size(result->layout);
	worker->symbols = calloc(MAX_SYMBOLS, sizeof(*worker->symbols));
	return worker->symbols ? 0 : -ENOMEM;
}

static int merge(struct worker *worker, const struct worker *other)
{
	struct symbol *symbol, *sum;

	for (symbol = other->symbols; symbol < other->symbols + MAX_SYMBOLS; symbol++) {
		if (symbol->n_trades == 0)
			continue;
		sum = find(worker, symbol->name);
		if (!sum)
			return -ERANGE;
		add(sum, symbol->n_trades, symbol->volume, symbol->value);
	}
	return 0;
}

static void end_worker(void *state, void *context)
{
	struct result *result = context;
	struct worker *worker = state;

	if (worker->left_over < worker->record_size)
		result->left_over += worker->left_over;
	if (!result->all.symbols) {
		result->all = *worker;
		return;
	}
	if (result->error == 0)
		result->error = merge(&result->all, worker);
	free(worker->symbols);
}

/* Sorts the table and prints it. */
static void print(struct symbol *symbols)
{
	struct symbol *symbol;

	qsort(symbols, MAX_SYMBOLS, sizeof(*symbols), by_name);
	for (symbol = symbols; symbol < symbols + MAX_SYMBOLS; symbol++)
		if (symbol->n_trades > 0)
			printf("%-8.8s %" PRIu64 " trades, volume %" PRIu64 ", mean price %.4f\n",
				symbol->name, symbol->n_trades, symbol->volume,
				symbol->volume > 0 ? symbol->value / (double)symbol->volume : 0);
}

static int run(mmr_reader *file, const mmr_layout *layout)
{
	struct result result = {.layout = layout};
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_job job = {.work = add_block,
		.start = start_worker,
		.end = end_worker,
		.context = &result,
		.state_size = sizeof(struct worker)};
	int err;

	cut.split_lines = true;
	cut.ahead = mmr_layout_size(layout) - 1;
	err = mmr_scan_run(file, NULL, &cut, &job);
	if (err == 0)
		err = result.error;
	if (err == 0)
		print(result.all.symbols);
	free(result.all.symbols);
	switch (err) {
	case 0:
		return 0;
	case -EBADMSG:
		fprintf(stderr, "records: %zu bytes are left over after the last trade\n",
			result.left_over);
		return 2;
	case -ERANGE:
		fprintf(stderr, "records: more than %d symbols\n", MAX_SYMBOLS - 1);
		return 2;
	case -ENOMEM:
		fprintf(stderr, "records: not enough memory\n");
		return 2;
	default:
		fprintf(stderr, "records: %s\n", mmr_last_error());
		return 2;
	}
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
