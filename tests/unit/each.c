/* each.c - the rows and records that several threads are given, compared with a naive cut
 *
 * SPDX-License-Identifier: MIT */
#include "naive_rows.h"
#include "support.h"

#include <stdatomic.h>

#define MIB ((size_t)1 << 20)

/* What one scan must report: rows or records that start at starts[i] and end at starts[i + 1]. */
struct scan_case {
	mmr_slice bytes;
	size_t *starts, n;
	char separator;
	size_t stop_after; /* rows; SIZE_MAX: none */
	uint64_t first;    /* number of the first one */
	uint64_t off;      /* offset of the bytes in the reader */
	atomic_uchar *seen;
	_Atomic(size_t) n_seen, n_collected, at;
	int n_states;
};

/* --- Functions of a job ----------------------------------------------------------------------- */

struct worker {
	struct scan_case *test;
	size_t n; /* rows since the last block that was collected */
};

static int start(void *state, void *context)
{
	struct worker *worker = state;

	if ((uintptr_t)state % 128 != 0 || worker->test || worker->n > 0)
		return -EPROTO;
	worker->test = context;
	worker->test->n_states++;
	return 0;
}

static void end(void *state, void *context)
{
	struct worker *worker = state;

	worker->test->n_states -= worker->test == context;
}

/* Takes note of an item at `off`. */
static int see(struct worker *worker, mmr_slice bytes, uint64_t off, uint64_t number)
{
	struct scan_case *test = worker->test;
	size_t i = (size_t)(number - test->first);

	if (number < test->first || i >= test->n || off != test->off + test->starts[i])
		return -ERANGE;
	if (bytes.len != test->starts[i + 1] - test->starts[i] ||
		memcmp(bytes.ptr, test->bytes.ptr + test->starts[i], bytes.len) != 0)
		return -EPROTO;
	if (atomic_fetch_add(&test->seen[i], 1) > 0)
		return -EEXIST;
	worker->n++;
	return ++test->n_seen > test->stop_after;
}

static int see_row(void *state, const mmr_row *row)
{
	struct worker *worker = state;
	mmr_table table = mmr_table_of(row->bytes, worker->test->separator);
	bool malformed = false;
	mmr_cell cell;
	size_t i;

	for (i = 0; mmr_table_next(&table, &cell); i++) {
		if (i >= row->n_cells || row->cells[i].text.ptr != cell.text.ptr ||
			row->cells[i].text.len != cell.text.len ||
			row->cells[i].quoted != cell.quoted || row->cells[i].last != cell.last)
			return -EPROTO;
		malformed |= cell.text.len > 0 && cell.text.ptr[0] == '"' && !cell.quoted;
	}
	if (i != row->n_cells || malformed != row->malformed)
		return -EPROTO;
	return see(worker, row->bytes, row->off, row->number);
}

static int see_record(void *state, const mmr_record *record)
{
	return see(state, record->bytes, record->off, record->number);
}

static int collect(void *state, const mmr_block *block)
{
	struct worker *worker = state;
	struct scan_case *test = worker->test;

	if (block->off != test->off + test->at)
		return -ERANGE;
	test->at += block->bytes.len;
	test->n_collected += worker->n;
	worker->n = 0;
	return 0;
}

/* --- Rows ------------------------------------------------------------------------------------- */

#define CASE    "%s, %zu bytes: "
#define CASE_OF name, test->bytes.len

static void must_be_seen(const struct scan_case *test, const char *name, bool collects)
{
	MUST(test->n_seen == test->n, CASE "%zu of %zu", CASE_OF, (size_t)test->n_seen, test->n);
	MUST(!collects || test->n_collected == test->n, CASE "%zu collected", CASE_OF,
		(size_t)test->n_collected);
	MUST(test->n_states == 0, CASE "%d states", CASE_OF, test->n_states);
}

static struct scan_case case_of_rows(mmr_slice bytes, char separator, uint64_t *ret_quote)
{
	struct naive_rows rows = naive_rows_of(bytes.ptr, bytes.len, separator);
	struct scan_case test = {.bytes = bytes,
		.separator = separator,
		.starts = malloc((rows.n + 2) * sizeof(size_t)),
		.n = rows.n,
		.stop_after = SIZE_MAX};
	size_t i;

	test.starts[0] = 0;
	for (i = 0; i < rows.n; i++)
		test.starts[i + 1] = rows.ends[i] + 1;
	if (test.starts[rows.n] < bytes.len)
		test.starts[++test.n] = bytes.len;
	test.seen = calloc(test.n + 1, 1);
	*ret_quote = rows.quote;
	free(rows.ends);
	return test;
}

static mmr_scan_options options_of(struct chance *chance)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;

	scan.n_threads = 1 + (unsigned)chance_below(chance, 4);
	scan.io_mode = chance_below(chance, 2) ? MMR_IO_MAP : MMR_IO_AUTO;
	return scan;
}

static mmr_row_job row_job(struct scan_case *test, bool collects)
{
	return (mmr_row_job){.row = see_row,
		.collect = collects ? collect : NULL,
		.start = start,
		.end = end,
		.context = test,
		.state_size = sizeof(struct worker)};
}

static void must_read_rows(struct chance *chance, mmr_reader *reader, const char *name,
	mmr_slice bytes, char separator)
{
	bool collects = chance_below(chance, 2);
	uint64_t quote;
	struct scan_case all = case_of_rows(bytes, separator, &quote), *test = &all;
	mmr_scan_options scan = options_of(chance);
	mmr_row_job job = row_job(test, collects);
	size_t skip = chance_below(chance, 3) ? 0 : chance_below(chance, test->n + 2);
	int err;

	/* Rows are selected by number. */
	if (skip > 0) {
		skip = min_size(skip, test->n);
		scan.first_line = test->first = skip;
		memmove(test->starts, test->starts + skip, (test->n + 1 - skip) * sizeof(size_t));
		test->n -= skip;
		test->at = test->starts[0];
	}
	if (test->n == 0)
		quote = UINT64_MAX;
	err = mmr_each_row(reader, separator, &scan, &job);
	MUST(err == (quote == UINT64_MAX ? 0 : MMR_EQUOTE), CASE "%d (%s)", CASE_OF, err,
		mmr_last_error());
	must_be_seen(test, name, collects);
	free(test->starts);
	free(test->seen);
}

static void read_setting(const struct setting *setting, void *arg)
{
	must_read_rows(arg, setting->reader, setting->name, setting->bytes, ',');
}

START_TEST(test_each_row_of_small_inputs)
{
	struct chance chance = {51};
	char text[300];
	size_t i;

	for (i = 0; i < 1500; i++) {
		mmr_slice bytes = {text, chance_below(&chance, i % 4 ? 20 : sizeof(text))};

		naive_rows_draw(&chance, ',', text, bytes.len);
		on_every_backing(bytes, read_setting, &chance);
	}
}
END_TEST

START_TEST(test_each_row_of_large_inputs)
{
	struct chance chance = {52};
	char *text = malloc(3 * MIB);
	size_t i, at;

	for (i = 0; i < 8; i++) {
		mmr_slice bytes = {text, 1 + chance_below(&chance, i % 4 ? 30000 : 3 * MIB)};

		naive_rows_draw(&chance, ',', text, bytes.len);
		/* A long row: of many cells, of one, or of one in quotes. */
		at = chance_below(&chance, bytes.len / 2 + 1);
		if (i % 4 < 3)
			memset(text + at, i % 4 == 0 ? ',' : 'a', bytes.len / 3);
		if (i % 4 == 2)
			text[at] = text[at + bytes.len / 3] = '"';
		on_every_backing(bytes, read_setting, &chance);
	}
	free(text);
}
END_TEST

START_TEST(test_each_row_of_streams)
{
	static const size_t pieces[] = {1, 2, 7, 0, 64, 4096, 65536};
	struct chance chance = {53};
	char *text = malloc(MIB);
	struct piped piped;
	size_t i;

	for (i = 0; i < 300; i++) {
		size_t piece = pieces[i % ARRAY_LEN(pieces)];
		mmr_slice bytes = {text, chance_below(&chance, piece < 64 && piece > 0 ? 200
							       : i % 20 == 0           ? MIB
										       : 20000)};
		char separator = i % 3 ? ',' : '\t';

		naive_rows_draw(&chance, separator, text, bytes.len);
		piped = piped_open(bytes, piece, false);
		must_read_rows(&chance, piped.reader, "stream", bytes, separator);
		piped_close(&piped);
	}
	free(text);
}
END_TEST

/* The batches of a table end everywhere: 4096 bytes, and 256 marks. */
START_TEST(test_each_row_at_edges)
{
	static const char *const parts[] = {"\"", "\"\"", ",\"", "\n\"", "\r\n", "\"\r\n", "\",",
		"\n\xef\xbb\xbf\"", "\",\"\n\"\"\""};
	struct chance chance = {54};
	size_t len = 5000, edge, shift, i, part;
	char *text = malloc(len);
	mmr_reader *reader;

	for (edge = 0; edge < 2; edge++)
		for (shift = 0; shift < 8; shift++)
			for (i = 0; i < ARRAY_LEN(parts); i++) {
				part = strlen(parts[i]);
				memset(text, 'a', len);
				if (edge == 1)
					memset(text, ',', 250);
				memcpy(text + (edge ? 250 : 4090) + shift, parts[i], part);
				text[4200] = '"';
				text[4300] = '\n';
				ck_assert_int_eq(mmr_open_memory(text, len, &reader), 0);
				must_read_rows(
					&chance, reader, parts[i], (mmr_slice){text, len}, ',');
				mmr_close(reader);
			}
	free(text);
}
END_TEST

/* A range of bytes is numbered from its start. */
START_TEST(test_each_row_of_a_range)
{
	static const char text[] = "a,1\nb,2\nc,3\nd";
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	size_t starts[] = {0, 4, 5};
	atomic_uchar seen[2] = {0};
	struct scan_case test = {.bytes = {text + 4, 5},
		.separator = ',',
		.starts = starts,
		.n = 2,
		.stop_after = SIZE_MAX,
		.off = 4,
		.seen = seen};
	mmr_row_job job = row_job(&test, true);
	mmr_reader *reader;

	ck_assert_int_eq(mmr_open_memory(text, sizeof(text) - 1, &reader), 0);
	scan.offset = 4;
	scan.length = 5;
	ck_assert_int_eq(mmr_each_row(reader, ',', &scan, &job), 0);
	must_be_seen(&test, "range", true);
	mmr_close(reader);
}
END_TEST

/* An index of the rows is used where the options have both. */
START_TEST(test_each_row_with_an_index)
{
	struct chance chance = {55};
	size_t len = 200000;
	char *text = malloc(len);
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	struct scan_case test;
	mmr_row_job job;
	mmr_reader *reader;
	mmr_split *rows;
	mmr_index *index;
	uint64_t quote;
	int err;

	naive_rows_draw(&chance, ',', text, len);
	test = case_of_rows((mmr_slice){text, len}, ',', &quote);
	job = row_job(&test, false);
	ck_assert_int_eq(mmr_open_memory(text, len, &reader), 0);
	ck_assert_int_eq(mmr_split_rows(',', &rows), 0);
	scan.records = rows;
	ck_assert_int_eq(mmr_index_build(reader, &scan, NULL, &index), 0);
	scan.index = index;
	scan.first_line = test.first = test.n - 1;
	test.starts[0] = test.starts[test.n - 1];
	test.starts[1] = test.starts[test.n];
	test.n = 1;
	err = mmr_each_row(reader, ',', &scan, &job);
	ck_assert_int_eq(err, quote == UINT64_MAX ? 0 : MMR_EQUOTE);
	must_be_seen(&test, "index", false);
	mmr_index_close(index);
	mmr_split_close(rows);
	mmr_close(reader);
	free(test.starts);
	free(test.seen);
	free(text);
}
END_TEST

/* --- Records ---------------------------------------------------------------------------------- */

static void must_read_records(
	struct chance *chance, mmr_reader *reader, const char *name, mmr_slice bytes)
{
	size_t size = 1 + chance_below(chance, chance_below(chance, 2) ? 9 : 3000), at, skip;
	size_t header = chance_below(chance, 2) ? 0 : chance_below(chance, 30);
	struct scan_case all = {.bytes = bytes, .stop_after = SIZE_MAX}, *test = &all;
	bool collects = chance_below(chance, 2);
	mmr_record_job job = {.record = see_record,
		.collect = collects ? collect : NULL,
		.start = start,
		.end = end,
		.context = test,
		.state_size = sizeof(struct worker)};
	mmr_scan_options scan = options_of(chance);
	mmr_layout *layout;
	char text[32];
	int err;

	(void)snprintf(text, sizeof(text), "%zus", size);
	MUST(mmr_layout_parse(mmr_slice_of(text), &layout) == 0, "%s", mmr_last_error());
	skip = chance_below(chance, 3) ? 0 : chance_below(chance, bytes.len / size + 1);
	scan.first_line = test->first = skip;
	test->starts = malloc((bytes.len / size + 2) * sizeof(size_t));
	at = min_size(header + skip * size, bytes.len);
	test->at = test->starts[0] = at;
	for (; bytes.len - at >= size; test->starts[++test->n] = at)
		at += size;
	test->seen = calloc(test->n + 1, 1);
	err = mmr_each_record(reader, layout, header, &scan, &job);
	MUST(err == (at < bytes.len ? -EBADMSG : 0), CASE "%d (%s)", CASE_OF, err,
		mmr_last_error());
	must_be_seen(test, name, collects);
	mmr_layout_close(layout);
	free(test->starts);
	free(test->seen);
}

static void read_records_of(const struct setting *setting, void *arg)
{
	must_read_records(arg, setting->reader, setting->name, setting->bytes);
}

START_TEST(test_each_record)
{
	struct chance chance = {56};
	char *text = malloc(5 * MIB);
	struct piped piped;
	size_t i;

	chance_fill(&chance, text, 5 * MIB, (mmr_slice){NULL, 0});
	for (i = 0; i < 300; i++) {
		mmr_slice bytes = {text, chance_below(&chance, i % 4     ? 200
							       : i % 100 ? 30000
									 : 5 * MIB)};

		on_every_backing(bytes, read_records_of, &chance);
		bytes.len = min_size(bytes.len, i % 3 ? bytes.len : 300);
		piped = piped_open(bytes, i % 3 ? 0 : 1 + i % 9, false);
		must_read_records(&chance, piped.reader, "stream", bytes);
		piped_close(&piped);
	}
	free(text);
}
END_TEST

/* --- Failures --------------------------------------------------------------------------------- */

START_TEST(test_each_can_be_stopped)
{
	struct chance chance = {57};
	size_t len = 3 * MIB;
	char *text = malloc(len);
	uint64_t heap = heap_in_use(), quote;
	mmr_reader *reader;
	struct scan_case test;
	mmr_row_job job;

	memset(text, '\n', len);
	test = case_of_rows((mmr_slice){text, len}, ',', &quote);
	test.stop_after = 1000 + chance_below(&chance, 1000);
	job = row_job(&test, false);
	ck_assert_int_eq(mmr_open_memory(text, len, &reader), 0);
	ck_assert_int_eq(mmr_each_row(reader, ',', NULL, &job), 1);
	ck_assert_uint_gt(test.n_seen, test.stop_after);
	ck_assert_uint_lt(test.n_seen, len);
	ck_assert_int_eq(test.n_states, 0);
	mmr_close(reader);
	ck_assert_uint_eq(heap_in_use(), heap);
	free(test.starts);
	free(test.seen);
	free(text);
}
END_TEST

START_TEST(test_each_refuses)
{
	static const char text[] = "a,b\n";
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_record_job record_job = {.record = see_record}, no_record = {.state_size = 8};
	mmr_row_job job = {.row = see_row}, no_row = {.state_size = 8};
	mmr_split *rows, *records;
	mmr_layout *layout;
	mmr_reader *reader;

	ck_assert_int_eq(mmr_open_memory(text, 4, &reader), 0);
	ck_assert_int_eq(mmr_layout_parse(mmr_slice_of("u16"), &layout), 0);
	ck_assert_int_eq(mmr_split_rows(',', &rows), 0);
	ck_assert_int_eq(mmr_split_size(2, 1, &records), 0);
	ck_assert_int_eq(mmr_each_row(reader, '"', NULL, &job), -EINVAL);
	ck_assert_int_eq(mmr_each_row(reader, ',', NULL, &no_row), -EINVAL);
	ck_assert_int_eq(mmr_each_record(reader, layout, 0, NULL, &no_record), -EINVAL);
	scan.records = rows;
	ck_assert_int_eq(mmr_each_row(reader, ';', &scan, &job), -EINVAL);
	ck_assert_int_eq(mmr_each_record(reader, layout, 0, &scan, &record_job), -EINVAL);
	scan.records = records;
	ck_assert_int_eq(mmr_each_row(reader, ',', &scan, &job), -EINVAL);
	ck_assert_int_eq(mmr_each_record(reader, layout, 0, &scan, &record_job), -EINVAL);
	scan.records = NULL;
	scan.offset = 1;
	ck_assert_int_eq(mmr_each_record(reader, layout, 0, &scan, &record_job), -EINVAL);
	scan.offset = 0;
	scan.delimiter = 'x';
	ck_assert_int_eq(mmr_each_row(reader, ',', &scan, &job), -EINVAL);
	scan = (mmr_scan_options)MMR_SCAN_OPTIONS_INIT;
	scan.struct_size = 1;
	ck_assert_int_eq(mmr_each_row(reader, ',', &scan, &job), -EINVAL);
	mmr_split_close(rows);
	mmr_split_close(records);
	mmr_layout_close(layout);
	mmr_close(reader);
}
END_TEST

static Suite *each_suite(void)
{
	Suite *suite = suite_create("each");

	ADD_CASE(suite, "core", test_each_row_of_small_inputs, test_each_row_of_large_inputs,
		test_each_row_of_streams, test_each_row_at_edges, test_each_row_of_a_range,
		test_each_row_with_an_index, test_each_record);
	ADD_CASE(suite, "faults", test_each_can_be_stopped, test_each_refuses);
	return suite;
}

CHECK_MAIN(each_suite)
