/* each.c - the rows and cells of a table
 *
 * This program counts the rows of a table, its cells, and the rows that are malformed. Several
 * threads read the table; each has counts of its own, which are added up at the end:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <inttypes.h>
#include <stdio.h>

struct counts {
	uint64_t rows, cells, malformed;
};

static int count_row(void *state, const mmr_row *row)
{
	struct counts *counts = state;

	counts->rows++;
	counts->cells += row->n_cells;
	counts->malformed += row->malformed;
	return 0;
}

static void add_counts(void *state, void *context)
{
	const struct counts *counts = state;
	struct counts *all = context;

	all->rows += counts->rows;
	all->cells += counts->cells;
	all->malformed += counts->malformed;
}

int main(int argc, char **argv)
{
	struct counts all = {0};
	mmr_row_job job = {.row = count_row,
		.end = add_counts,
		.context = &all,
		.state_size = sizeof(struct counts)};
	mmr_reader *file;
	int err;

	if (argc != 2)
		return fprintf(stderr, "usage: each FILE\n"), 2;
	err = mmr_open(argv[1], NULL, &file);
	if (err == 0) {
		err = mmr_each_row(file, ',', NULL, &job);
		mmr_close(file);
	}
	printf("%" PRIu64 " rows, %" PRIu64 " cells, %" PRIu64 " malformed rows\n", all.rows,
		all.cells, all.malformed);
	if (err < 0)
		return fprintf(stderr, "each: %s\n", mmr_last_error()), 2;
	return 0;
}
