/* rows.c - the ends of rows, compared with those of a table that is read naively
 *
 * SPDX-License-Identifier: MIT */
#include "naive_rows.h"
#include "support.h"

#include "simd/simd.h"
#include "text/rows.h"

#define MARK "\xef\xbb\xbf"

/* --- Comparison ------------------------------------------------------------------------------- */

/* Texts that lead to each state. */
static const char *const leads[ROW_N_STATES] = {
	"", "\xef", "\xef\xbb", MARK, ",", "a", "\"", "\"\""};

struct task {
	struct chance chance;
	const char *kernel;
	char separator;
};

#define CASE    "%s, separator %d, %.*s"
#define CASE_OF task->kernel, task->separator, (int)min_size(bytes.len, 200), bytes.ptr

/* How often the naive table has ends, and its open quote, if the bytes follow each lead. */
static void must_have_functions(const struct task *task, mmr_slice bytes)
{
	struct row_function function;
	struct row_place place;
	char *text = malloc(bytes.len + 4);
	uint64_t n_ends, quote;
	unsigned state;

	MUST(rows_function(task->separator, bytes, &function) == 0, CASE, CASE_OF);
	for (state = 0; state < ROW_N_STATES; state++) {
		size_t lead = strlen(leads[state]);
		struct naive_rows naive;

		/* With such a separator, the machine is never in this state. */
		if (state != ROW_CELL && memchr(leads[state], task->separator, lead))
			continue;
		memcpy(text, leads[state], lead);
		if (state == ROW_CELL)
			text[0] = task->separator;
		memcpy(text + lead, bytes.ptr, bytes.len);
		naive = naive_rows_of(text, lead + bytes.len, task->separator);
		MUST(function.n_ends[state] == naive.n, CASE ": %zu ends from state %u, not %zu",
			CASE_OF, (size_t)function.n_ends[state], state, naive.n);
		MUST((function.to[state] == ROW_QUOTED) == (naive.quote != ROW_NOWHERE), CASE,
			CASE_OF);
		quote = naive.quote != ROW_NOWHERE && naive.quote >= lead ? naive.quote - lead
									  : ROW_NOWHERE;
		MUST(function.to[state] != ROW_QUOTED || function.quote[state] == quote,
			CASE ": quote from state %u at %zu, not %zu", CASE_OF, state,
			(size_t)function.quote[state], (size_t)quote);
		place = (struct row_place){(enum row_state)state, ROW_NOWHERE};
		MUST(rows_pass(task->separator, bytes, 0, &place, &n_ends) == 0, CASE, CASE_OF);
		MUST(n_ends == naive.n && place.state == (enum row_state)function.to[state], CASE,
			CASE_OF);
		MUST(place.state != ROW_QUOTED || place.quote == function.quote[state], CASE,
			CASE_OF);
		free(naive.ends);
	}
	free(text);
}

/* Parts of the bytes are joined, one by a function and one by a pass. */
static void must_join(
	const struct task *task, mmr_slice bytes, size_t cut, const struct naive_rows *naive)
{
	mmr_slice first = {bytes.ptr, cut}, second = {bytes.ptr + cut, bytes.len - cut};
	struct row_place place = row_place_start(), by_function;
	struct row_function function;
	uint64_t n, n_second;

	MUST(rows_pass(task->separator, first, 7, &place, &n) == 0, CASE, CASE_OF);
	MUST(rows_function(task->separator, second, &function) == 0, CASE, CASE_OF);
	by_function = place;
	n_second = rows_apply(&function, 7 + cut, &by_function);
	MUST(n + n_second == naive->n, CASE ": %zu + %zu ends, not %zu", CASE_OF, (size_t)n,
		(size_t)n_second, naive->n);
	MUST((by_function.state == ROW_QUOTED) == (naive->quote != ROW_NOWHERE), CASE, CASE_OF);
	MUST(by_function.state != ROW_QUOTED || by_function.quote == 7 + naive->quote,
		CASE ": quote at %zu, not %zu", CASE_OF, (size_t)by_function.quote - 7,
		(size_t)naive->quote);
	MUST(rows_pass(task->separator, second, 7 + cut, &place, &n) == 0, CASE, CASE_OF);
	MUST(n == n_second && place.state == by_function.state, CASE, CASE_OF);
	MUST(place.state != ROW_QUOTED || place.quote == by_function.quote, CASE, CASE_OF);
}

static void must_select(struct task *task, mmr_slice bytes, const struct naive_rows *naive)
{
	size_t n = chance_below(&task->chance, naive->n + 3), at = 0;
	enum row_state state = ROW_START;
	uint64_t passed = 0;
	int found = rows_select(task->separator, bytes, &state, n, &at, &passed);

	MUST(found == (n < naive->n), CASE, CASE_OF);
	MUST(found ? at == naive->ends[n] : passed == naive->n, CASE ": end %zu at %zu, %zu passed",
		CASE_OF, n, at, (size_t)passed);
}

static void must_iterate(const struct task *task, mmr_slice bytes, const struct naive_rows *naive)
{
	struct row_ends ends = row_ends_of(task->separator, bytes);
	const char *at;
	size_t i = 0;

	while (row_ends_next(&ends, &at)) {
		MUST(i < naive->n && (size_t)(at - bytes.ptr) == naive->ends[i],
			CASE ": end %zu at %zu", CASE_OF, i, (size_t)(at - bytes.ptr));
		i++;
	}
	MUST(i == naive->n && ends.error == 0, CASE ": %zu ends, not %zu", CASE_OF, i, naive->n);
}

/* The rows around some bytes, in order, with steps of any length between them. */
static void must_be_around(struct task *task, mmr_slice bytes, const struct naive_rows *naive)
{
	struct row_ends ends = row_ends_of(task->separator, bytes);
	size_t most = 1 + chance_below(&task->chance, bytes.len + 1), at, i = 0, start, stop;
	mmr_slice row;

	for (at = chance_below(&task->chance, most); at < bytes.len;
		at += chance_below(&task->chance, most + 1)) {
		while (i < naive->n && naive->ends[i] < at)
			i++;
		start = i > 0 ? naive->ends[i - 1] + 1 : 0;
		stop = i < naive->n ? naive->ends[i] + 1 : bytes.len;
		MUST(row_ends_around(&ends, bytes.ptr + at, &row) == 0, CASE, CASE_OF);
		MUST(row.ptr == bytes.ptr + start && row.len == stop - start,
			CASE ": %zu bytes around %zu, not %zu", CASE_OF, row.len, at, stop - start);
	}
	MUST(ends.error == 0, CASE, CASE_OF);
}

/* The iterator over cells has the same rows. */
static void must_be_rows_of_cells(
	const struct task *task, mmr_slice bytes, const struct naive_rows *naive)
{
	mmr_table table = mmr_table_of(bytes, task->separator);
	size_t i = 0, end;
	mmr_cell cell;

	while (mmr_table_next(&table, &cell)) {
		if (!cell.last)
			continue;
		end = (size_t)(table.cell - bytes.ptr);
		MUST(i < naive->n ? end == naive->ends[i] + 1 : end == bytes.len,
			CASE ": row %zu of cells ends at %zu", CASE_OF, i, end);
		i++;
	}
	MUST(mmr_table_error(&table) == (naive->quote == ROW_NOWHERE ? 0 : MMR_EQUOTE), CASE,
		CASE_OF);
	end = naive->n > 0 ? naive->ends[naive->n - 1] + 1 : 0;
	MUST(i == naive->n + (end < bytes.len), CASE ": %zu rows of cells, not %zu", CASE_OF, i,
		naive->n);
}

static void must_read(struct task *task, mmr_slice bytes, bool everywhere)
{
	struct naive_rows naive = naive_rows_of(bytes.ptr, bytes.len, task->separator);
	size_t cut;

	must_have_functions(task, bytes);
	for (cut = 0; cut <= bytes.len && everywhere; cut++)
		must_join(task, bytes, cut, &naive);
	must_join(task, bytes, chance_below(&task->chance, bytes.len + 1), &naive);
	must_select(task, bytes, &naive);
	must_iterate(task, bytes, &naive);
	must_be_around(task, bytes, &naive);
	must_be_rows_of_cells(task, bytes, &naive);
	free(naive.ends);
}

/* --- Tables ----------------------------------------------------------------------------------- */

static void on_every_kernel(uint64_t seed, void (*body)(struct task *task))
{
	const struct simd_kernels *chosen = simd_kernels(), *const * kernels;

	for (kernels = simd_table; *kernels; kernels++) {
		struct task task = {{seed}, (*kernels)->name, ','};

		if (!(*kernels)->usable())
			continue;
		atomic_store(&simd_chosen, *kernels);
		body(&task);
	}
	atomic_store(&simd_chosen, chosen);
}

static void read_small(struct task *task)
{
	static const char separators[] = {',', ';', '\t', 'a', '\xef', '\xbb', '\xbf', '\0'};
	struct fence fence = fence_open(4096);
	size_t i, len;
	char *text;

	for (i = 0; i < 6000; i++) {
		task->separator = i % 2 ? ',' : separators[i / 2 % sizeof(separators)];
		len = chance_below(&task->chance, i % 4 ? 12 : 200);
		text = i % 3 ? fence.stop - len : fence.start;
		naive_rows_draw(&task->chance, task->separator, text, len);
		must_read(task, (mmr_slice){text, len}, i % 8 < 5);
	}
	fence_close(&fence);
}

START_TEST(test_rows_of_small_tables)
{
	on_every_kernel(21, read_small);
}
END_TEST

static void read_large(struct task *task)
{
	struct fence fence = fence_open(20000);
	size_t i, len;

	for (i = 0; i < 150; i++) {
		len = chance_below(&task->chance, 20000);
		naive_rows_draw(&task->chance, ',', fence.stop - len, len);
		must_read(task, (mmr_slice){fence.stop - len, len}, false);
	}
	fence_close(&fence);
}

START_TEST(test_rows_of_large_tables)
{
	on_every_kernel(22, read_large);
}
END_TEST

/* A quote, a mark and a line end at each offset near the ends of words and of pieces. */
static void read_edges(struct task *task)
{
	static const char *const parts[] = {
		"\"", "\"\"", ",\"", "\n\"", "\n" MARK "\"\n", "\"\n\""};
	static const size_t edges[] = {0, 64, 128, 256, 256 + 4096};
	size_t len = 5000, edge, i, shift, part;
	char *text = malloc(len);

	for (edge = 0; edge < ARRAY_LEN(edges); edge++)
		for (shift = 0; shift < 8; shift++)
			for (i = 0; i < ARRAY_LEN(parts); i++) {
				size_t at = edges[edge] + shift;

				part = strlen(parts[i]);
				at = at > 6 ? at - 6 : 0;
				memset(text, 'a', len);
				memcpy(text + at, parts[i], part);
				text[len - 100] = '\n';
				text[len - 50] = '"';
				must_read(task, (mmr_slice){text, len}, false);
				text[at + part] = '"';
				must_read(task, (mmr_slice){text, len}, false);
			}
	free(text);
}

START_TEST(test_rows_at_edges)
{
	on_every_kernel(23, read_edges);
}
END_TEST

START_TEST(test_rows_without_addresses)
{
	mmr_slice none = {NULL, 0};
	struct row_ends ends = row_ends_of(',', none);
	enum row_state state = ROW_QUOTED;
	struct row_function function;
	uint64_t n = 1;
	const char *at;
	size_t off;

	ck_assert_int_eq(rows_function(',', none, &function), 0);
	ck_assert_uint_eq(function.to[ROW_MARK_2], ROW_MARK_2);
	ck_assert_int_eq(rows_select(',', none, &state, 0, &off, &n), 0);
	ck_assert_uint_eq(n, 0);
	ck_assert(!row_ends_next(&ends, &at));
}
END_TEST

static Suite *rows_suite(void)
{
	Suite *suite = suite_create("rows");

	ADD_CASE(suite, "core", test_rows_of_small_tables, test_rows_of_large_tables,
		test_rows_at_edges);
	ADD_CASE(suite, "limits", test_rows_without_addresses);
	return suite;
}

CHECK_MAIN(rows_suite)
