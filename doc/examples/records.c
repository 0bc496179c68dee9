/* records.c - volume and mean price of each symbol in a binary file of trades
 *
 *	records FILE
 *
 * A trade is symbol:8s,time:u64le,price:f64le,size:u32le,flags:u32le: 32 bytes, no header. Each
 * worker adds up the records that it is given in a table of its own; the tables are merged at the
 * end. FILE may also be a pipe.
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

static int add_record(void *state, const mmr_record *record)
{
	struct worker *worker = state;
	struct symbol *symbol;
	uint64_t traded;
	double price;

	if (mmr_record_f64(record->bytes, worker->price, &price) < 0 ||
		mmr_record_u64(record->bytes, worker->size, &traded) < 0)
		return -EINVAL;
	symbol = find(worker, mmr_record_bytes(record->bytes, worker->symbol).ptr);
	if (!symbol)
		return -ERANGE;
	add(symbol, 1, traded, price * (double)traded);
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
};

static int start_worker(void *state, void *context)
{
	const struct result *result = context;
	struct worker *worker = state;

	worker->symbol = mmr_layout_find(result->layout, "symbol");
	worker->price = mmr_layout_find(result->layout, "price");
	worker->size = mmr_layout_find(result->layout, "size");
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
	mmr_record_job job = {.record = add_record,
		.start = start_worker,
		.end = end_worker,
		.context = &result,
		.state_size = sizeof(struct worker)};
	int err;

	err = mmr_each_record(file, layout, 0, NULL, &job);
	if (err == 0)
		err = result.error;
	if (err == 0)
		print(result.all.symbols);
	free(result.all.symbols);
	switch (err) {
	case 0:
		return 0;
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
