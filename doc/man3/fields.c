/* fields.c - a column of a table
 *
 * This program prints the second column of a CSV file. Cells may be quoted, and may contain commas
 * and line ends:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <stdio.h>
#include <stdlib.h>

static int print_cell(mmr_cell cell)
{
	char *text = malloc(cell.text.len + 1);
	size_t len;
	int err;

	if (text == NULL) {
		perror("fields");
		exit(2);
	}
	err = mmr_cell_unquote(cell, text, &len);
	if (err == 0)
		printf("%.*s\n", (int)len, text);
	free(text);
	return err;
}

int main(int argc, char **argv)
{
	mmr_reader *file;
	mmr_table it;
	mmr_cell cell;
	int column = 0, err;

	if (argc != 2)
		return fprintf(stderr, "usage: fields FILE\n"), 2;
	err = mmr_open(argv[1], NULL, &file);
	if (err == 0) {
		it = mmr_table_of(mmr_bytes(file), ',');
		while (err == 0 && mmr_table_next(&it, &cell)) {
			if (++column == 2)
				err = print_cell(cell);
			if (cell.last)
				column = 0;
		}
		if (err == 0)
			err = mmr_table_error(&it);
		mmr_close(file);
	}
	if (err < 0)
		return fprintf(stderr, "fields: %s\n", mmr_last_error()), 2;
	return 0;
}
