/* cells.c - the cells that are read in pieces, compared with those of the iterator over one cell at
 * a time
 *
 * SPDX-License-Identifier: MIT */
#include "naive_rows.h"
#include "support.h"

#include "simd/simd.h"
#include "text/cells.h"

#define MARK "\xef\xbb\xbf"

struct task {
	struct chance chance;
	const char *kernel;
	struct cells cells; /* its array is used again for each table, as by a worker */
};

#define CASE    "%s, separator %d, %zu bytes, %.*s"
#define CASE_OF task->kernel, separator, bytes.len, (int)min_size(bytes.len, 200), bytes.ptr

/* Compares a row. Returns: whether `table` says that a quote in it is not closed. */
static void must_be_row(struct task *task, mmr_slice bytes, char separator,
	const struct found_row *row, mmr_table *table)
{
	const mmr_cell *cells = task->cells.found + row->first;
	bool malformed = false;
	mmr_cell cell;
	size_t i;

	for (i = 0; i < row->n; i++) {
		MUST(mmr_table_next(table, &cell), CASE, CASE_OF);
		MUST(cells[i].text.ptr == cell.text.ptr && cells[i].text.len == cell.text.len &&
				cells[i].quoted == cell.quoted && cells[i].last == cell.last,
			CASE ": cell %zu of the row at %zu", CASE_OF, i,
			(size_t)(row->start - bytes.ptr));
		malformed |= cell.text.len > 0 && cell.text.ptr[0] == '"' && !cell.quoted;
	}
	MUST(i > 0 && cell.last && malformed == row->malformed, CASE, CASE_OF);
	MUST(row->stop == table->cell, CASE, CASE_OF);
}

static void must_read(struct task *task, mmr_slice bytes, char separator)
{
	mmr_table table = mmr_table_of(bytes, separator);
	struct cells *cells = &task->cells;
	const char *start = bytes.ptr;
	mmr_cell cell;
	unsigned i;
	int result;

	cells_load(cells, separator, bytes);
	while ((result = cells_next(cells)) > 0) {
		MUST(cells->n_rows > 0 && cells->n_rows <= CELLS_ROWS, CASE, CASE_OF);
		for (i = 0; i < cells->n_rows; i++) {
			MUST(cells->rows[i].start == start, CASE, CASE_OF);
			must_be_row(task, bytes, separator, &cells->rows[i], &table);
			start = cells->rows[i].stop;
		}
	}
	MUST(result == 0 && !mmr_table_next(&table, &cell), CASE, CASE_OF);
	MUST(start == bytes.ptr + bytes.len, CASE, CASE_OF);
}

static void on_every_kernel(uint64_t seed, void (*body)(struct task *task))
{
	const struct simd_kernels *chosen = simd_kernels(), *const * kernels;
	struct task *task = malloc(sizeof(*task));

	for (kernels = simd_table; *kernels; kernels++) {
		if (!(*kernels)->usable())
			continue;
		atomic_store(&simd_chosen, *kernels);
		memset(task, 0, sizeof(*task));
		task->chance = (struct chance){seed};
		task->kernel = (*kernels)->name;
		body(task);
		cells_free(&task->cells);
	}
	atomic_store(&simd_chosen, chosen);
	free(task);
}

/* No byte beyond the table is read, and all alignments occur. */
static void read_small(struct task *task)
{
	static const char separators[] = {',', ';', '\t', 'a', '\xef', '\xbb', '\xbf', '\0'};
	struct fence fence = fence_open(4096);
	size_t i, len;
	char *text, separator;

	for (i = 0; i < 8000; i++) {
		separator = i % 2 ? ',' : separators[i / 2 % sizeof(separators)];
		len = chance_below(&task->chance, i % 4 ? 12 : 300);
		text = i % 3 ? fence.stop - len : fence.start;
		naive_rows_draw(&task->chance, separator, text, len);
		must_read(task, (mmr_slice){text, len}, separator);
	}
	fence_close(&fence);
}

START_TEST(test_cells_of_small_tables)
{
	on_every_kernel(31, read_small);
}
END_TEST

static void read_large(struct task *task)
{
	struct fence fence = fence_open(60000);
	size_t i, len;

	for (i = 0; i < 60; i++) {
		len = chance_below(&task->chance, 60000);
		naive_rows_draw(&task->chance, ',', fence.stop - len, len);
		must_read(task, (mmr_slice){fence.stop - len, len}, ',');
	}
	fence_close(&fence);
}

START_TEST(test_cells_of_large_tables)
{
	on_every_kernel(32, read_large);
}
END_TEST

/* What a cell starts with, and what follows in the next piece or the one after it: the quotes of
 * these pieces are regular, are ordinary bytes, or are none. */
static void read_edges(struct task *task)
{
	static const char *const heads[] = {"\"", "\"a\"b\"", "a\"b", MARK "\"", "\n" MARK "\"",
		",\"\"\"", "\xef\xbb", "\"a\"\"", ",", "\r", "\"a\"\r"};
	static const char *const tails[] = {"\"", "\"\"", ",\"", "\n\"", "\r\n", "\n", "\",",
		"\"x\"", "\xbf\"", "\"x\",y\n\"z\""};
	static const size_t gaps[] = {0, 1, 40, ROW_PIECE - 70, ROW_PIECE, 2 * ROW_PIECE + 30};
	size_t len = 4 * ROW_PIECE, i, k, gap, shift, head, tail;
	char *text = malloc(len);

	for (i = 0; i < ARRAY_LEN(heads); i++)
		for (k = 0; k < ARRAY_LEN(tails); k++)
			for (gap = 0; gap < ARRAY_LEN(gaps); gap++)
				for (shift = 0; shift < 8; shift++) {
					head = strlen(heads[i]);
					tail = strlen(tails[k]);
					memset(text, 'a', len);
					memset(text + 4, ',', 4);
					memcpy(text + ROW_PIECE - shift, heads[i], head);
					memcpy(text + ROW_PIECE - shift + head + gaps[gap],
						tails[k], tail);
					text[ROW_PIECE - 10] = shift % 2 ? ',' : '\n';
					text[len - 100] = '\n';
					must_read(task, (mmr_slice){text, len}, ',');
				}
	free(text);
}

START_TEST(test_cells_at_edges)
{
	on_every_kernel(33, read_edges);
}
END_TEST

/* More rows than are found at a time, and as many cells as a piece has bytes. */
static void read_dense(struct task *task)
{
	static const char *const parts[] = {"\n", ",", ",\n", ",,,,,,,\n", "\"\"\n", "\"\","};
	size_t len = 3 * ROW_PIECE, i, at, part, cut;
	char *text = malloc(len);

	for (i = 0; i < ARRAY_LEN(parts); i++) {
		part = strlen(parts[i]);
		for (at = 0; at < len; at++)
			text[at] = parts[i][at % part];
		for (cut = 0; cut < 5; cut++) {
			must_read(task, (mmr_slice){text, len - cut}, ',');
			must_read(task, (mmr_slice){text, CELLS_ROWS * part + cut - 2}, ',');
		}
	}
	free(text);
}

START_TEST(test_cells_of_dense_tables)
{
	on_every_kernel(34, read_dense);
}
END_TEST

static Suite *cells_suite(void)
{
	Suite *suite = suite_create("cells");

	ADD_CASE(suite, "core", test_cells_of_small_tables, test_cells_of_large_tables,
		test_cells_at_edges, test_cells_of_dense_tables);
	return suite;
}

CHECK_MAIN(cells_suite)
