/* fields.c - the sum of one column of a table
 *
 *	fields COLUMN FILE [DELIMITER]	lines split at each delimiter, nothing quoted
 *	fields -q COLUMN FILE [DELIMITER]	cells may be quoted, as in RFC 4180
 *
 * Columns count from 1. A cell that is not a number, as in the header, is counted and not added.
 * The two functions read the two forms of tables; quoted cells may contain line ends.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct column {
	uint64_t number; /* from 1 */
	double sum;
	uint64_t n_numbers, n_others;
};

static void add_cell(struct column *column, mmr_slice cell)
{
	double value;

	if (mmr_slice_to_f64(mmr_slice_trim(cell), &value) == 0) {
		column->sum += value;
		column->n_numbers++;
	} else {
		column->n_others++;
	}
}

static int sum_plain(mmr_slice bytes, char delimiter, struct column *column)
{
	mmr_lines lines = mmr_lines_of_flags(bytes, '\n', MMR_LINES_CRLF);
	mmr_slice line, field;
	mmr_fields fields;
	uint64_t number;

	while (mmr_lines_next(&lines, &line)) {
		fields = mmr_fields_of(line, delimiter);
		/* Leaving early is free: an iterator needs no call to end it. */
		for (number = 1; mmr_fields_next(&fields, &field); number++) {
			if (number == column->number) {
				add_cell(column, field);
				break;
			}
		}
		if (mmr_fields_error(&fields) < 0)
			return mmr_fields_error(&fields);
	}
	return mmr_lines_error(&lines);
}

static int sum_quoted(mmr_slice bytes, char delimiter, struct column *column)
{
	mmr_table table = mmr_table_of(bytes, delimiter);
	uint64_t number = 1;
	mmr_cell cell;

	while (mmr_table_next(&table, &cell)) {
		if (number == column->number)
			add_cell(column, cell.text);
		number = cell.last ? 1 : number + 1;
	}
	return mmr_table_error(&table);
}

static int usage(void)
{
	fprintf(stderr, "usage: fields [-q] COLUMN FILE [DELIMITER]\n");
	return 2;
}

int main(int argc, char **argv)
{
	bool quoted = argc > 1 && strcmp(argv[1], "-q") == 0;
	struct column column = {0};
	char delimiter = ',';
	mmr_reader *file;
	int err;

	argc -= quoted;
	argv += quoted;
	if (argc < 3 || argc > 4 || (argc == 4 && strlen(argv[3]) != 1))
		return usage();
	if (mmr_slice_to_u64(mmr_slice_of(argv[1]), &column.number) < 0 || column.number == 0)
		return usage();
	if (argc == 4)
		delimiter = argv[3][0];

	err = mmr_guard_install();
	if (err == 0)
		err = mmr_open(argv[2], NULL, &file);
	if (err == 0) {
		err = (quoted ? sum_quoted : sum_plain)(mmr_bytes(file), delimiter, &column);
		mmr_close(file);
	}
	if (err < 0)
		fprintf(stderr, "fields: %s\n", mmr_last_error());
	if (err < 0)
		return 2;
	printf("sum %.2f\nnumbers %" PRIu64 "\nothers %" PRIu64 "\n", column.sum, column.n_numbers,
		column.n_others);
	return 0;
}
