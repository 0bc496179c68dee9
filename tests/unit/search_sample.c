/* search_sample.c - random samples of the lines that match
 *
 * A sample of N lines must contain the sample of N - 1 lines. So samples of 1, 2, 3, ... lines rank
 * all lines, and every other sample must be the first lines, in this rank, of those that match.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "search/sample.h"

#include <math.h>
#include <stdlib.h>

#define MIB ((size_t)1 << 20)

/* The offsets of lines that were reported. */
struct lines {
	uint64_t *offs;
	size_t n, room;
};

static int keep_line(void *context, const mmr_found_line *line)
{
	struct lines *lines = context;

	MUST(lines->n < lines->room, "more than %zu lines", lines->room);
	MUST(!line->is_context, "context");
	lines->offs[lines->n++] = line->off;
	return 0;
}

static struct lines room_for(size_t n)
{
	return (struct lines){malloc((n + 1) * sizeof(uint64_t)), 0, n};
}

/* Keeps the lines with an 'a'. */
static int keep_a(void *state, mmr_slice line, uint64_t off)
{
	(void)state;
	(void)off;
	return memchr(line.ptr, 'a', line.len) != NULL;
}

static const mmr_search_filter filter_a = {.keep = keep_a};

/* Compiles a text. "?" stands for the filter. */
static mmr_search *compile(const char *text, bool invert, const mmr_split *records)
{
	mmr_search_options how = MMR_SEARCH_OPTIONS_INIT;
	bool filters = strcmp(text, "?") == 0;
	mmr_pattern pattern = {mmr_slice_of(filters ? "" : text), false};
	mmr_search *search;

	how.invert = invert;
	how.records = records;
	how.filter = filters ? &filter_a : NULL;
	ck_assert_int_eq(mmr_search_compile(&pattern, 1, &how, &search), 0);
	return search;
}

static void draw(const mmr_search *search, mmr_reader *reader, const mmr_scan_options *scan,
	mmr_found_options how, struct lines *lines)
{
	lines->n = 0;
	MUST(mmr_search_lines(search, reader, scan, &how, keep_line, lines) == 0, "%s",
		mmr_last_error());
}

static bool contains(const struct lines *lines, uint64_t off)
{
	size_t low = 0, high = lines->n, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (lines->offs[middle] < off)
			low = middle + 1;
		else
			high = middle;
	}
	return low < lines->n && lines->offs[low] == off;
}

static void must_ascend(const struct lines *lines)
{
	size_t i;

	for (i = 1; i < lines->n; i++)
		MUST(lines->offs[i - 1] < lines->offs[i], "line %zu is not after the one before",
			i);
}

/* --- The rank of all lines -------------------------------------------------------------------- */

#define N_LINES 120

/* Lines of different lengths: some are empty, the last one has no delimiter. */
static size_t write_lines(struct chance *chance, char *bytes, uint64_t starts[N_LINES])
{
	size_t len = 0, i;

	for (i = 0; i < N_LINES; i++) {
		size_t n = i + 1 < N_LINES ? chance_below(chance, 9) : 3;

		starts[i] = len;
		chance_fill(chance, bytes + len, n, mmr_slice_of("abc"));
		len += n;
		bytes[len++] = '\n';
	}
	return len - 1;
}

struct ranking {
	uint64_t starts[N_LINES];
	uint64_t ranked[N_LINES]; /* offsets, from the line that is in all samples */
	uint64_t seed;
};

static void rank_lines(struct ranking *ranking, mmr_reader *reader)
{
	mmr_search *search = compile("", false, NULL);
	struct lines lines = room_for(N_LINES), before = room_for(N_LINES);
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	size_t n, i;

	how.seed = ranking->seed;
	for (n = 1; n <= N_LINES; n++) {
		how.sample = n;
		draw(search, reader, NULL, how, &lines);
		MUST(lines.n == n, "%zu lines, not %zu", lines.n, n);
		must_ascend(&lines);
		for (i = 0; i < before.n; i++)
			MUST(contains(&lines, before.offs[i]), "a sample of %zu lines is new", n);
		for (i = 0; i < n; i++)
			if (!contains(&before, lines.offs[i]))
				ranking->ranked[n - 1] = lines.offs[i];
		memcpy(before.offs, lines.offs, n * sizeof(*lines.offs));
		before.n = n;
	}
	for (i = 0; i < N_LINES; i++)
		MUST(contains(&lines, ranking->starts[i]), "line %zu is in no sample", i);
	free(lines.offs);
	free(before.offs);
	mmr_search_close(search);
}

/* Whether the line at `off` contains an 'a'. */
static bool has_a(mmr_slice bytes, uint64_t off)
{
	for (; off < bytes.len && bytes.ptr[off] != '\n'; off++)
		if (bytes.ptr[off] == 'a')
			return true;
	return false;
}

/* Draws a sample, and compares it with the ranking. `kind`: 0 for all lines, 1 for those with an
 * 'a', 2 for the others; 3 and 4 as 1 and 2, with a filter. */
static void must_follow_rank(const struct setting *setting, const struct ranking *ranking,
	unsigned kind, const mmr_scan_options *scan, mmr_found_options how)
{
	mmr_search *search = compile(kind == 0   ? ""
				     : kind <= 2 ? "a"
						 : "?",
		kind > 0 && kind % 2 == 0, NULL);
	struct lines lines = room_for(N_LINES);
	size_t i, wanted = 0;

	how.seed = ranking->seed;
	draw(search, setting->reader, scan, how, &lines);
	if (how.backward)
		for (i = 0; i < lines.n / 2; i++) {
			uint64_t off = lines.offs[i];

			lines.offs[i] = lines.offs[lines.n - 1 - i];
			lines.offs[lines.n - 1 - i] = off;
		}
	must_ascend(&lines);
	for (i = 0; i < N_LINES && wanted < how.sample; i++) {
		uint64_t off = ranking->ranked[i];

		if (off < scan->offset || off - scan->offset >= scan->length)
			continue;
		if (kind > 0 && has_a(setting->bytes, off) != (kind % 2 == 1))
			continue;
		MUST(contains(&lines, off), "%s: kind %u, the sample of %llu lacks line %llu",
			setting->name, kind, (unsigned long long)how.sample,
			(unsigned long long)off);
		wanted++;
	}
	MUST(lines.n == wanted, "%s: kind %u, %zu lines, not %zu", setting->name, kind, lines.n,
		wanted);
	free(lines.offs);
	mmr_search_close(search);
}

static void draw_each(const struct setting *setting, void *arg)
{
	const struct ranking *ranking = arg;
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	struct chance chance = {9};
	size_t i, first;

	for (i = 0; i < 60; i++) {
		first = i % 2 ? chance_below(&chance, N_LINES) : 0;
		scan.offset = ranking->starts[first];
		scan.length = MMR_REST;
		if (i % 4 == 3)
			scan.length =
				ranking->starts[first + chance_below(&chance, N_LINES - first)] -
				scan.offset;
		scan.n_threads = i % 2 ? 3 : 1;
		how.backward = i % 6 == 4;
		how.numbers = i % 7 == 6;
		how.sample = chance_below(&chance, N_LINES + 20);
		must_follow_rank(setting, ranking, (unsigned)i % 5, &scan, how);
	}
}

START_TEST(test_sample_follows_the_rank)
{
	struct ranking ranking = {.seed = 1};
	struct chance chance = {8};
	char bytes[N_LINES * 10];
	mmr_reader *reader;
	size_t len;

	for (; ranking.seed < 20; ranking.seed++) {
		len = write_lines(&chance, bytes, ranking.starts);
		ck_assert_int_eq(mmr_open_memory(bytes, len, &reader), 0);
		rank_lines(&ranking, reader);
		mmr_close(reader);
		on_every_backing((mmr_slice){bytes, len}, draw_each, &ranking);
	}
}
END_TEST

/* --- Large files ------------------------------------------------------------------------------ */

/* Compares the first `most` lines of a sample, or the last ones, with the whole sample. */
static void must_be_part(const mmr_search *search, mmr_reader *reader, mmr_found_options how,
	const struct lines *all, struct lines *lines)
{
	size_t i;

	draw(search, reader, NULL, how, lines);
	MUST(lines->n == min_u64(how.max_lines, all->n), "%zu lines of %zu", lines->n, all->n);
	for (i = 0; i < lines->n; i++)
		MUST(lines->offs[i] == all->offs[how.backward ? all->n - 1 - i : i],
			"line %zu of %zu differs", i, all->n);
}

/* Samples of many blocks: one thread and several, every I/O mode, and numbers. Those of few lines
 * without numbers are read line by line. */
START_TEST(test_sample_of_many_blocks)
{
	static const uint64_t sizes[] = {1, 2, 5, 9, 100, 3000, 200000, UINT64_MAX - 1};
	size_t len = 9 * MIB, i, j, n = 0;
	struct chance chance = {10};
	char *bytes = malloc(len);
	struct temp temp;
	mmr_reader *reader;
	mmr_search *search = compile("", false, NULL);
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	struct lines first, again;

	chance_fill(&chance, bytes, len, mmr_slice_of("abcdefghijklmnopqrs\n"));
	for (i = 0; i < len; i++)
		n += bytes[i] == '\n';
	n += bytes[len - 1] != '\n';
	first = room_for(n);
	again = room_for(n);
	temp = temp_open(bytes, len);
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		how.sample = sizes[i];
		how.seed = i;
		how.numbers = false;
		scan.n_threads = 1;
		scan.io_mode = MMR_IO_READ;
		draw(search, reader, &scan, how, &first);
		ck_assert_uint_eq(first.n, min_u64(n, sizes[i]));
		must_ascend(&first);
		for (j = 0; j < first.n; j++)
			MUST(first.offs[j] == 0 || bytes[first.offs[j] - 1] == '\n',
				"no line starts at %llu", (unsigned long long)first.offs[j]);
		scan.n_threads = 4;
		how.numbers = true;
		for (j = MMR_IO_AUTO; j <= MMR_IO_DIRECT; j++) {
			scan.io_mode = (enum mmr_io_mode)j;
			draw(search, reader, &scan, how, &again);
			ck_assert_uint_eq(again.n, first.n);
			ck_assert_mem_eq(again.offs, first.offs, first.n * sizeof(uint64_t));
		}
		for (j = 0; j < 8; j++) {
			how.numbers = j % 2;
			how.backward = j / 2 % 2;
			how.max_lines = j < 4 ? UINT64_MAX : 3;
			must_be_part(search, reader, how, &first, &again);
		}
		how = (mmr_found_options)MMR_FOUND_OPTIONS_INIT;
	}
	mmr_close(reader);
	temp_close(&temp);
	mmr_search_close(search);
	free(first.offs);
	free(again.offs);
	free(bytes);
}
END_TEST

/* The found lines are whole records, and have their numbers. */
struct records {
	const char *bytes;
	uint64_t next;
	size_t n;
};

static int check_record(void *context, const mmr_found_line *line)
{
	struct records *records = context;

	MUST(line->off >= records->next, "a record comes twice");
	MUST(line->bytes.len == 6 && memcmp(line->bytes.ptr, records->bytes + line->off, 6) == 0,
		"%zu bytes of a record", line->bytes.len);
	MUST(line->number == MMR_NO_LINE || line->off == 6 * line->number, "record %llu at %llu",
		(unsigned long long)line->number, (unsigned long long)line->off);
	records->next = line->off + 6;
	records->n++;
	return 0;
}

START_TEST(test_sample_of_records)
{
	size_t len = 3 * MIB / 6 * 6, i;
	char *bytes = malloc(len);
	struct records records = {.bytes = bytes};
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_split *split;
	mmr_search *search;
	mmr_reader *reader;

	for (i = 0; i < len; i += 6)
		memcpy(bytes + i, "a1\n b\n", 6);
	ck_assert_int_eq(mmr_split_compile(mmr_slice_of("a"), '\n', &split), 0);
	scan.records = split;
	search = compile("", false, split);
	ck_assert_int_eq(mmr_open_memory(bytes, len, &reader), 0);
	how.sample = 1000;
	how.numbers = true;
	ck_assert_int_eq(mmr_search_lines(search, reader, &scan, &how, check_record, &records), 0);
	ck_assert_uint_eq(records.n, 1000);
	how.sample = 2;
	how.numbers = false;
	records.next = 0;
	ck_assert_int_eq(mmr_search_lines(search, reader, &scan, &how, check_record, &records), 0);
	ck_assert_uint_eq(records.n, 1002);
	mmr_close(reader);
	mmr_search_close(search);
	mmr_split_close(split);
	free(bytes);
}
END_TEST

/* --- Uniformity ------------------------------------------------------------------------------- */

#define N_DRAWN 50
#define N_OF    5
#define N_SEEDS 20000

/* The sum of the squares of the differences from the mean, divided by the mean. */
static double chi_square(const unsigned *counts, size_t n, double mean)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += (counts[i] - mean) * (counts[i] - mean) / mean;
	return sum;
}

/* Lines, and pairs of lines, are drawn equally often, with seeds and offsets that differ in few
 * bits. For M cells, the expected sum is about M times the chance that a cell is not drawn, with a
 * standard deviation of sqrt(2 * M). The limits are six deviations away, on both sides. */
START_TEST(test_sample_is_uniform)
{
	static unsigned lines[N_DRAWN], pairs[N_DRAWN * N_DRAWN];
	double mean_of_pairs = (double)N_SEEDS * N_OF * (N_OF - 1) / (N_DRAWN * (N_DRAWN - 1));
	double n_pairs = N_DRAWN * (N_DRAWN - 1) / 2.0, chi;
	uint64_t step, seed;
	size_t i, k, n;

	for (step = 1; step <= 1 << 20; step <<= 10) {
		memset(lines, 0, sizeof(lines));
		memset(pairs, 0, sizeof(pairs));
		for (seed = 0; seed < N_SEEDS; seed++) {
			struct sample sample = sample_of(N_OF, seed * step, 0);

			for (i = 0; i < N_DRAWN; i++)
				ck_assert_int_eq(sample_add(&sample, i * step), 0);
			ck_assert_int_eq(sample_finish(&sample), 0);
			ck_assert_uint_eq(sample.len, N_OF);
			for (i = 0; i < N_OF; i++) {
				lines[sample.lines[i].off / step]++;
				for (k = 0; k < i; k++)
					pairs[sample.lines[k].off / step * N_DRAWN +
						sample.lines[i].off / step]++;
			}
			sample_free(&sample);
		}
		chi = chi_square(lines, N_DRAWN, (double)N_SEEDS * N_OF / N_DRAWN);
		MUST(fabs(chi - (N_DRAWN - N_OF)) < 6 * sqrt(2.0 * N_DRAWN), "lines: %f", chi);
		/* Only the cells of k < i are used. */
		for (n = k = 0; k < N_DRAWN; k++)
			for (i = k + 1; i < N_DRAWN; i++)
				pairs[n++] = pairs[k * N_DRAWN + i];
		chi = chi_square(pairs, n, mean_of_pairs);
		MUST(fabs(chi - n_pairs) < 6 * sqrt(2 * n_pairs), "pairs: %f of %f", chi, n_pairs);
	}
}
END_TEST

/* The choice for a seed is part of the interface: it must not change with a version or a system. */
START_TEST(test_sample_stays_the_same)
{
	ck_assert_uint_eq(sample_priority(0, 0), UINT64_C(0x289303f10adbcab8));
	ck_assert_uint_eq(sample_priority(1, 0), UINT64_C(0xdac9401893dc36d2));
	ck_assert_uint_eq(sample_priority(0, 1), UINT64_C(0xd965b44385cc18db));
	ck_assert_uint_eq(sample_priority(UINT64_MAX, UINT64_MAX), UINT64_C(0x7664fcafbc5255bc));
}
END_TEST

/* --- Failures --------------------------------------------------------------------------------- */

START_TEST(test_sample_refuses_streams)
{
	struct piped piped = piped_open(mmr_slice_of("a\nb\n"), 0, false);
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	mmr_search *search = compile("", false, NULL);
	struct lines lines = room_for(0);

	how.sample = 1;
	ck_assert_int_eq(
		mmr_search_lines(search, piped.reader, NULL, &how, keep_line, &lines), -ESPIPE);
	mmr_search_close(search);
	piped_close(&piped);
	free(lines.offs);
}
END_TEST

static int stop_at_once(void *context, const mmr_found_line *line)
{
	(void)context, (void)line;
	return 1;
}

START_TEST(test_sample_can_be_stopped)
{
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	mmr_search *search = compile("", false, NULL);
	uint64_t heap = heap_in_use();
	mmr_reader *reader;

	how.sample = 1;
	ck_assert_int_eq(mmr_open_memory("a\nb\n", 4, &reader), 0);
	ck_assert_int_eq(mmr_search_lines(search, reader, NULL, &how, stop_at_once, NULL), 1);
	mmr_close(reader);
	ck_assert_uint_eq(heap_in_use(), heap);
	mmr_search_close(search);
}
END_TEST

/* A quote that is not closed is reported after the rows, whether they are few or many. */
START_TEST(test_sample_before_an_open_quote)
{
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	struct lines lines = room_for(3);
	mmr_reader *reader;
	mmr_search *search;
	mmr_split *rows;

	ck_assert_int_eq(mmr_split_rows(',', &rows), 0);
	search = compile("", false, rows);
	scan.records = rows;
	ck_assert_int_eq(mmr_open_memory("a\nb\n\"c\n", 7, &reader), 0);
	for (how.sample = 1; how.sample < 5; how.sample++) {
		lines.n = 0;
		ck_assert_int_eq(mmr_search_lines(search, reader, &scan, &how, keep_line, &lines),
			MMR_EQUOTE);
		ck_assert_uint_eq(mmr_last_error_offset(), 4);
		ck_assert_uint_eq(lines.n, min_u64(how.sample, 3));
	}
	mmr_search_close(search);
	mmr_split_close(rows);
	mmr_close(reader);
	free(lines.offs);
}
END_TEST

static Suite *search_sample_suite(void)
{
	Suite *suite = suite_create("search_sample");

	ADD_CASE(suite, "core", test_sample_follows_the_rank, test_sample_of_many_blocks,
		test_sample_of_records, test_sample_is_uniform, test_sample_stays_the_same);
	ADD_CASE(suite, "faults", test_sample_refuses_streams, test_sample_can_be_stopped,
		test_sample_before_an_open_quote);
	return suite;
}

CHECK_MAIN(search_sample_suite)
