/* bench_tables.c - measures the calls that read the rows of a table
 *
 *	bench_tables FILE [SEPARATOR]	prints these lines, each with the seconds of a round:
 *		lines SECONDS...	count of lines
 *		rows SECONDS...		count of rows
 *		each SECONDS...		mmr_each_row, which makes the cells of each row
 *		table SECONDS...	mmr_table_next over all cells
 *	and "n ROWS CELLS" before them.
 *
 * One thread; processor time. The calls run in turn, so that figures of a round can be compared.
 * The answers of the calls are compared with each other.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define N_ROUNDS 9

enum way {
	LINES,
	ROWS,
	EACH,
	TABLE,
	N_WAYS
};

static const char *const names[N_WAYS] = {"lines", "rows", "each", "table"};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "bench_tables: %s: %s\n", what, mmr_last_error());
	exit(1);
}

struct tally {
	uint64_t rows, cells;
	uint64_t bytes; /* of cells, without their quotes */
};

/* One cell of each row is looked at. */
static int add_row(void *state, const mmr_row *row)
{
	struct tally *tally = state;

	tally->rows++;
	tally->cells += row->n_cells;
	tally->bytes += row->cells[row->n_cells / 2].text.len;
	return 0;
}

static void add_tally(void *state, void *context)
{
	const struct tally *tally = state;
	struct tally *all = context;

	all->rows += tally->rows;
	all->cells += tally->cells;
	all->bytes += tally->bytes;
}

static struct tally count(mmr_reader *reader, const mmr_scan_options *scan)
{
	struct tally tally = {0};
	mmr_counts counts;

	must(mmr_count_lines(reader, scan, &counts) == 0, "count");
	tally.rows = counts.lines;
	return tally;
}

static struct tally each(mmr_reader *reader, char separator, const mmr_scan_options *scan)
{
	struct tally tally = {0};
	mmr_row_job job = {
		.row = add_row, .end = add_tally, .context = &tally, .state_size = sizeof(tally)};

	must(mmr_each_row(reader, separator, scan, &job) == 0, "each row");
	return tally;
}

static struct tally table(mmr_reader *reader, char separator)
{
	mmr_table it = mmr_table_of(mmr_bytes(reader), separator);
	struct tally tally = {0};
	mmr_cell cell;

	while (mmr_table_next(&it, &cell)) {
		tally.rows += cell.last;
		tally.cells++;
		tally.bytes += cell.text.len;
	}
	must(mmr_table_error(&it) == 0, "table");
	return tally;
}

int main(int argc, char **argv)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT, lines = MMR_SCAN_OPTIONS_INIT;
	char separator = argc > 2 ? argv[2][0] : ',';
	double times[N_WAYS][N_ROUNDS], start;
	struct tally tallies[N_WAYS];
	mmr_reader *reader;
	mmr_split *rows;
	int round, way;

	if (argc < 2 || argc > 3) {
		fputs("usage: bench_tables FILE [SEPARATOR]\n", stderr);
		return 2;
	}
	must(mmr_open(argv[1], NULL, &reader) == 0, "open");
	must(mmr_split_rows(separator, &rows) == 0, "separator");
	lines.n_threads = scan.n_threads = 1;
	scan.records = rows;
	for (round = 0; round < N_ROUNDS; round++) {
		for (way = 0; way < N_WAYS; way++) {
			start = now();
			tallies[way] = way == LINES  ? count(reader, &lines)
				       : way == ROWS ? count(reader, &scan)
				       : way == EACH ? each(reader, separator, &scan)
						     : table(reader, separator);
			times[way][round] = now() - start;
		}
		must(tallies[ROWS].rows == tallies[TABLE].rows &&
				tallies[EACH].rows == tallies[TABLE].rows &&
				tallies[EACH].cells == tallies[TABLE].cells,
			"the ways have other rows");
	}
	printf("n %llu %llu\n", (unsigned long long)tallies[TABLE].rows,
		(unsigned long long)tallies[TABLE].cells);
	for (way = 0; way < N_WAYS; way++) {
		printf("%s", names[way]);
		for (round = 0; round < N_ROUNDS; round++)
			printf(" %.6f", times[way][round]);
		printf("\n");
	}
	mmr_split_close(rows);
	mmr_close(reader);
	return 0;
}
