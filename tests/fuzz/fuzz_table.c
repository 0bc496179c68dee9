/* fuzz_table.c - quoted cells and rows, against a reader of RFC 4180 that reads byte by byte
 *
 * The rows are those of blocks in both directions, of counts, of jobs and of seeks.
 *
 * Length: 256
 *
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

/* A cell, with the offsets of the start and the end of its text. */
struct naive {
	size_t start, stop;
	bool quoted, last;
	size_t next; /* start of the next cell */
};

/* Reads the cell that starts at `from`. Returns: false if its quote is never closed. */
static bool read_cell(mmr_slice all, char delimiter, size_t from, struct naive *ret)
{
	bool inside, opened;
	size_t at, closing = SIZE_MAX;

	/* A byte order mark before a quote, at the start of a row, is skipped. */
	if (ret->last && all.len - from > 3 && memcmp(all.ptr + from, "\xef\xbb\xbf\"", 4) == 0 &&
		delimiter != '\xef' && delimiter != '\xbb' && delimiter != '\xbf')
		from += 3;
	opened = inside = from < all.len && all.ptr[from] == '"';
	at = from + opened;
	for (; at < all.len; at++) {
		if (inside && all.ptr[at] == '"' && at + 1 < all.len && all.ptr[at + 1] == '"')
			at++;
		else if (inside && all.ptr[at] == '"')
			inside = false, closing = at;
		else if (!inside && (all.ptr[at] == delimiter || all.ptr[at] == '\n'))
			break;
	}
	ret->start = from;
	if (inside)
		return false;
	ret->last = at == all.len || all.ptr[at] == '\n';
	ret->next = at == all.len ? at : at + 1;
	ret->stop = at;
	if (at < all.len && ret->last && at > from && all.ptr[at - 1] == '\r')
		ret->stop--;
	/* If a byte follows the closing quote, the quotes are bytes like any other. */
	ret->quoted = opened && closing + 1 == ret->stop;
	ret->start += ret->quoted;
	ret->stop -= ret->quoted;
	return true;
}

static void check_unquoted(mmr_cell cell)
{
	char *text = malloc(cell.text.len > 0 ? cell.text.len : 1);
	size_t len = SIZE_MAX, i, k = 0;

	MUST(text, "out of memory");
	MUST(mmr_cell_unquote(cell, text, &len) == 0, "%s", mmr_last_error());
	for (i = 0; i < cell.text.len; i++, k++) {
		MUST(k < len && text[k] == cell.text.ptr[i], "byte %zu of a cell", i);
		if (cell.quoted && cell.text.ptr[i] == '"') {
			i++;
			MUST(i < cell.text.len && cell.text.ptr[i] == '"',
				"a single quote inside a quoted cell");
		}
	}
	MUST(k == len, "%zu bytes instead of %zu", len, k);
	free(text);
}

/* Offsets at which rows start. */
struct rows {
	size_t *starts;
	size_t n, stop;
	int error;
};

static size_t start_of(const struct rows *rows, size_t i)
{
	return i < rows->n ? rows->starts[i] : rows->stop;
}

/* The number of the row that starts at an offset. */
static size_t row_at(const struct rows *rows, uint64_t off)
{
	size_t i = 0;

	while (start_of(rows, i) < off)
		i++;
	MUST(start_of(rows, i) == off, "no row starts at %llu", (unsigned long long)off);
	return i;
}

static void check_blocks(mmr_reader *reader, const mmr_scan_options *scan, const struct rows *rows,
	bool backward, size_t window)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	size_t at = backward ? rows->stop : 0, start, stop;
	mmr_blocks *blocks;
	mmr_block block;
	int err;

	cut.backward = backward;
	cut.window = window;
	MUST(mmr_blocks_open(reader, scan, &cut, &blocks) == 0, "%s", mmr_last_error());
	while (mmr_blocks_next(blocks, &block)) {
		start = (size_t)block.off;
		stop = start + block.bytes.len;
		MUST((backward ? stop : start) == at, "block [%zu, %zu) after %zu", start, stop,
			at);
		row_at(rows, start);
		row_at(rows, stop);
		at = backward ? start : stop;
	}
	err = mmr_blocks_error(blocks);
	MUST(err == rows->error, "%d after the last block", err);
	MUST(at == (backward ? 0 : rows->stop), "the blocks end at %zu", at);
	mmr_blocks_close(blocks);
}

static int add_block(void *state, const mmr_block *block)
{
	struct rows *found = *(struct rows **)state;

	found->starts[found->n++] = (size_t)block->off;
	return 0;
}

static int keep_context(void *state, void *context)
{
	memcpy(state, &context, sizeof(context));
	return 0;
}

static int count_nothing(void *state, const mmr_block *block)
{
	(void)state;
	(void)block;
	return 0;
}

/* Two threads find the same blocks as one. */
static void check_job(
	mmr_reader *reader, mmr_scan_options scan, const struct rows *rows, size_t window)
{
	struct rows found = {malloc((rows->stop + 1) * sizeof(size_t)), 0, rows->stop, 0};
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_job job = {.work = count_nothing,
		.collect = add_block,
		.start = keep_context,
		.context = &found,
		.state_size = sizeof(void *)};
	size_t i;

	MUST(found.starts, "out of memory");
	scan.n_threads = 2;
	cut.window = window;
	MUST(mmr_scan_run(reader, &scan, &cut, &job) == rows->error, "%s", mmr_last_error());
	for (i = 0; i < found.n; i++)
		row_at(rows, found.starts[i]);
	free(found.starts);
}

/* Rows that a job was given. */
struct given {
	const struct rows *rows;
	char separator;
	size_t n;
};

static int check_row(void *state, const mmr_row *row)
{
	struct given *given = *(struct given **)state;
	size_t i = (size_t)row->number, n = 0;
	mmr_table table = mmr_table_of(row->bytes, given->separator);
	mmr_cell cell;

	MUST(row->off == start_of(given->rows, i) &&
			row->off + row->bytes.len == start_of(given->rows, i + 1),
		"row %zu is at %llu", i, (unsigned long long)row->off);
	for (; mmr_table_next(&table, &cell); n++)
		MUST(n < row->n_cells && row->cells[n].text.ptr == cell.text.ptr &&
				row->cells[n].text.len == cell.text.len &&
				row->cells[n].quoted == cell.quoted &&
				row->cells[n].last == cell.last,
			"cell %zu of row %zu", n, i);
	MUST(n == row->n_cells, "%zu cells in row %zu, not %zu", row->n_cells, i, n);
	given->n++;
	return 0;
}

/* Each row is given once, with the cells of the iterator. */
static void check_each(mmr_reader *reader, char separator, const struct rows *rows)
{
	struct given given = {rows, separator, 0};
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_row_job job = {.row = check_row,
		.start = keep_context,
		.context = &given,
		.state_size = sizeof(void *)};

	scan.n_threads = 1;
	MUST(mmr_each_row(reader, separator, &scan, &job) == rows->error, "%s", mmr_last_error());
	MUST(given.n == rows->n, "%zu rows, not %zu", given.n, rows->n);
}

static void check_rows(mmr_slice all, char separator, const struct rows *rows, size_t seed)
{
	size_t window = 1 + seed % 61, off = all.len > 0 ? seed % all.len : 0, i = 0;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	uint64_t start, stop, number;
	mmr_counts counts;
	mmr_reader *reader;
	mmr_split *split;

	MUST(mmr_split_rows(separator, &split) == 0, "%s", mmr_last_error());
	MUST(mmr_open_memory(all.ptr, all.len, &reader) == 0, "%s", mmr_last_error());
	scan.records = split;
	MUST(mmr_count_lines(reader, &scan, &counts) == rows->error, "%s", mmr_last_error());
	MUST(counts.lines == rows->n, "%llu rows, not %zu", (unsigned long long)counts.lines,
		rows->n);
	check_blocks(reader, &scan, rows, false, window);
	check_blocks(reader, &scan, rows, true, window);
	check_job(reader, scan, rows, window);
	check_each(reader, separator, rows);
	if (all.len > 0) {
		while (start_of(rows, i + 1) <= off)
			i++;
		MUST(mmr_line_bounds(reader, off, &scan, &start, &stop) == 0, "%s",
			mmr_last_error());
		MUST(start == start_of(rows, i) && stop == start_of(rows, i + 1),
			"byte %zu is in [%llu, %llu)", off, (unsigned long long)start,
			(unsigned long long)stop);
		MUST(mmr_line_number(reader, off, &scan, &number) == 0 && number == i,
			"byte %zu is in row %llu", off, (unsigned long long)number);
	}
	mmr_close(reader);
	mmr_split_close(split);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct taker taker = {data, size};
	char delimiter = (char)take_byte(&taker);
	bool open = false, closed = true;
	struct naive naive = {.last = true};
	struct rows rows = {NULL, 0, 0, 0};
	size_t n = 0;
	mmr_slice all;
	mmr_table it;
	mmr_cell cell;
	char *copy;

	if (delimiter == '"' || delimiter == '\n' || delimiter == '\r')
		return 0;
	copy = take_copy(&taker, &all.len);
	all.ptr = copy;
	rows.starts = malloc((all.len + 1) * sizeof(size_t));
	rows.stop = all.len;
	MUST(rows.starts, "out of memory");
	it = mmr_table_of(all, delimiter);
	for (; open || naive.next < all.len; n++) {
		if (!open)
			rows.starts[rows.n++] = naive.next;
		closed = read_cell(all, delimiter, naive.next, &naive);
		if (!closed)
			break;
		MUST(mmr_table_next(&it, &cell), "cell %zu is missing", n);
		MUST(cell.text.ptr == all.ptr + naive.start &&
				cell.text.len == naive.stop - naive.start,
			"cell %zu: %zu bytes at %zu, not %zu to %zu", n, cell.text.len,
			(size_t)(cell.text.ptr - all.ptr), naive.start, naive.stop);
		MUST(cell.quoted == naive.quoted && cell.last == naive.last, "cell %zu: %d %d", n,
			cell.quoted, cell.last);
		check_unquoted(cell);
		open = !naive.last;
	}
	if (!closed) {
		MUST(mmr_table_next(&it, &cell), "the unclosed cell is missing");
		MUST(cell.text.ptr == all.ptr + naive.start &&
				cell.text.len == all.len - naive.start && !cell.quoted && cell.last,
			"the unclosed cell: %zu bytes, not %zu", cell.text.len,
			all.len - naive.start);
	}
	MUST(!mmr_table_next(&it, &cell), "one more cell than %zu", n);
	MUST(mmr_table_error(&it) == (closed ? 0 : MMR_EQUOTE), "%d at the end",
		mmr_table_error(&it));
	rows.error = closed ? 0 : MMR_EQUOTE;
	check_rows(all, delimiter, &rows, size * 31 + n);
	free(rows.starts);
	free(copy);
	return 0;
}
