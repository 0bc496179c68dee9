/* column_sum.c - adds up a column of a table (CSV), on all processors
 *
 *	column_sum COLUMN FILE
 *
 * Columns are counted from 0. Cells may be quoted. FILE may be a pipe. Cells that are not numbers,
 *as in a heading, are counted, and rows without the column are not. The sum depends in its last
 *digits on how the rows are divided between the threads.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <inttypes.h>
#include <stdio.h>

/* The column, and what one worker, or all of them, have found. */
struct column {
	uint64_t number;
	double sum;
	uint64_t n_others;
};

static int start(void *state, void *context)
{
	const struct column *all = context;
	struct column *mine = state;

	mine->number = all->number;
	return 0;
}

static int add_row(void *state, const mmr_row *row)
{
	struct column *mine = state;
	double value;

	if (mine->number >= row->n_cells)
		return 0;
	if (mmr_slice_to_f64(mmr_slice_trim(row->cells[mine->number].text), &value) == 0)
		mine->sum += value;
	else
		mine->n_others++;
	return 0;
}

static void end(void *state, void *context)
{
	const struct column *mine = state;
	struct column *all = context;

	all->sum += mine->sum;
	all->n_others += mine->n_others;
}

int main(int argc, char **argv)
{
	struct column all = {0};
	const mmr_row_job job = {.row = add_row,
		.start = start,
		.end = end,
		.context = &all,
		.state_size = sizeof(struct column)};
	mmr_reader *file;
	int err;

	if (argc != 3 || mmr_slice_to_u64(mmr_slice_of(argv[1]), &all.number) < 0)
		return fprintf(stderr, "usage: column_sum COLUMN FILE\n"), 2;
	err = mmr_guard_install();
	if (err == 0)
		err = mmr_open(argv[2], NULL, &file);
	if (err == 0) {
		err = mmr_each_row(file, ',', NULL, &job);
		mmr_close(file);
	}
	if (err < 0)
		return fprintf(stderr, "column_sum: %s\n", mmr_last_error()), 2;
	printf("sum %.2f, %" PRIu64 " other cells\n", all.sum, all.n_others);
	return 0;
}
