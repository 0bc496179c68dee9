/* records.c - scans of records of several lines, and of rows, compared with those that are cut
 * naively
 *
 * SPDX-License-Identifier: MIT */
#include "naive_rows.h"
#include "support.h"

#include "simd/simd.h"

#include <stdatomic.h>

#define MIB ((size_t)1 << 20)

/* A pattern, and a naive function that decides whether a record begins with a line; or rows. */
struct kind {
	const char *pattern;
	bool is_regex;
	bool (*begins)(mmr_slice line, bool after_empty);
	char separator; /* of the cells of rows, or NUL */
};

static bool paragraph(mmr_slice line, bool after_empty)
{
	return line.len > 0 && after_empty;
}

static bool a_b(mmr_slice line, bool after_empty)
{
	(void)after_empty;
	return line.len >= 2 && line.ptr[0] == 'a' && line.ptr[1] == 'b';
}

static bool a(mmr_slice line, bool after_empty)
{
	(void)after_empty;
	return line.len >= 1 && line.ptr[0] == 'a';
}

static bool run_of_a_and_b(mmr_slice line, bool after_empty)
{
	size_t at = 0;

	(void)after_empty;
	while (at < line.len && line.ptr[at] == 'a')
		at++;
	return at > 0 && at < line.len && line.ptr[at] == 'b';
}

static bool only_b(mmr_slice line, bool after_empty)
{
	size_t at = 0;

	(void)after_empty;
	while (at < line.len && line.ptr[at] == 'b')
		at++;
	return at == line.len;
}

static const struct kind kinds[] = {
	{"", false, paragraph, '\0'},
	{"ab", false, a_b, '\0'},
	{"^a", false, a, '\0'},
	{"a+b", true, run_of_a_and_b, '\0'},
	{"^b*$", true, only_b, '\0'},
	{"rows", false, NULL, ','},
	{"rows of tabs", false, NULL, '\t'},
};

/* --- The naive cut ---------------------------------------------------------------------------- */

/* The starts of the records of a range, which is [starts[0], stop). */
struct cut {
	size_t *starts;
	size_t n;
	size_t start, stop;
	int error; /* MMR_EQUOTE if the last row has a quote that is not closed */
};

static struct cut cut_rows(char separator, mmr_slice bytes, size_t start, size_t stop)
{
	struct naive_rows rows = naive_rows_of(bytes.ptr + start, stop - start, separator);
	struct cut cut = {rows.ends, 0, start, stop, rows.quote == UINT64_MAX ? 0 : MMR_EQUOTE};
	size_t i, end, at = start;

	/* The end of each row is replaced by its start. */
	for (i = 0; i < rows.n; i++) {
		end = rows.ends[i];
		cut.starts[cut.n++] = at;
		at = start + end + 1;
	}
	if (at < stop)
		cut.starts[cut.n++] = at;
	return cut;
}

static struct cut cut_of(
	const struct kind *kind, char delimiter, mmr_slice bytes, size_t start, size_t stop)
{
	struct cut cut = {NULL, 0, start, stop, 0};
	bool after_empty = false;
	size_t at = start, end;

	if (kind->separator)
		return cut_rows(kind->separator, bytes, start, stop);
	cut.starts = malloc((stop - start + 1) * sizeof(size_t));

	while (at < stop) {
		mmr_slice line = {bytes.ptr + at, 0};

		for (end = at; end < stop && bytes.ptr[end] != delimiter; end++)
			;
		line.len = min_size(end - at, 4096);
		if (at == start || kind->begins(line, after_empty))
			cut.starts[cut.n++] = at;
		after_empty = end == at;
		at = end + 1;
	}
	return cut;
}

/* The number of the first record that does not start before an offset. */
static size_t first_from(const struct cut *cut, size_t off)
{
	size_t low = 0, high = cut->n, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (cut->starts[middle] < off)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t start_of(const struct cut *cut, size_t i)
{
	return i < cut->n ? cut->starts[i] : cut->stop;
}

/* --- Comparison ------------------------------------------------------------------------------- */

struct task {
	struct chance chance;
	const struct kind *kind;
	mmr_split *records;
	char delimiter;
};

static mmr_scan_options options_of(const struct task *task, struct chance *chance)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;

	scan.delimiter = task->delimiter;
	scan.records = task->records;
	scan.n_threads = 1 + (unsigned)chance_below(chance, 4);
	scan.io_mode = chance_below(chance, 2) ? MMR_IO_MAP : MMR_IO_AUTO;
	return scan;
}

#define CASE    "%s, '%s', range [%zu, %zu) of %zu"
#define CASE_OF setting->name, task->kind->pattern, cut->start, cut->stop, setting->bytes.len

/* Blocks begin and end with records, and together are the range. */
static void must_cut_blocks(const struct setting *setting, struct task *task, const struct cut *cut,
	mmr_scan_options scan, bool backward)
{
	mmr_block_options how = MMR_BLOCK_OPTIONS_INIT;
	size_t at = backward ? cut->stop : cut->start;
	mmr_blocks *blocks;
	mmr_block block;

	how.window = setting->bytes.len > 4096 ? 4096 : 1 + chance_below(&task->chance, 300);
	how.backward = backward;
	scan.n_threads = 1;
	MUST(mmr_blocks_open(setting->reader, &scan, &how, &blocks) == 0, "%s", mmr_last_error());
	while (mmr_blocks_next(blocks, &block)) {
		size_t start = (size_t)block.off, stop = start + block.bytes.len;

		MUST((backward ? stop : start) == at, CASE ": block [%zu, %zu) after %zu", CASE_OF,
			start, stop, at);
		MUST(start_of(cut, first_from(cut, start)) == start &&
				start_of(cut, first_from(cut, stop)) == stop,
			CASE ": block [%zu, %zu) of %zu", CASE_OF, start, stop, how.window);
		MUST(memcmp(block.bytes.ptr, setting->bytes.ptr + start, block.bytes.len) == 0,
			CASE ": bytes", CASE_OF);
		at = backward ? start : stop;
	}
	MUST(mmr_blocks_error(blocks) == cut->error, CASE ": %s", CASE_OF, mmr_last_error());
	MUST(at == (backward ? cut->start : cut->stop), CASE ": blocks end at %zu", CASE_OF, at);
	mmr_blocks_close(blocks);
}

/* --- Jobs --- */

struct run {
	const struct cut *cut;
	const char *bytes;
	_Atomic(uint64_t) worked; /* bytes */
	size_t at;                /* end of what is collected, or start if it is backward */
	bool backward;
};

static int work(void *state, const mmr_block *block)
{
	struct run *run = *(struct run **)state;
	size_t start = (size_t)block->off, stop = start + block->bytes.len;

	if (start_of(run->cut, first_from(run->cut, start)) != start ||
		start_of(run->cut, first_from(run->cut, stop)) != stop ||
		memcmp(block->bytes.ptr, run->bytes + start, block->bytes.len) != 0)
		return -EPROTO;
	run->worked += block->bytes.len;
	return 0;
}

static int collect(void *state, const mmr_block *block)
{
	struct run *run = *(struct run **)state;
	size_t start = (size_t)block->off, stop = start + block->bytes.len;

	if (run->at != (run->backward ? stop : start))
		return -ERANGE;
	run->at = run->backward ? start : stop;
	return 0;
}

/* Several threads work on whole records. */
static void must_run(const struct setting *setting, struct task *task, const struct cut *cut,
	const mmr_scan_options *scan)
{
	struct run run = {
		cut, setting->bytes.ptr, 0, cut->start, chance_below(&task->chance, 3) == 0};
	bool in_order = chance_below(&task->chance, 2);
	mmr_block_options how = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_job job = {.work = work,
		.collect = in_order ? collect : NULL,
		.start = keep_context,
		.context = &run,
		.state_size = sizeof(struct run *)};
	int err;

	how.window = setting->bytes.len > 4096 ? 4096 : 1 + chance_below(&task->chance, 100);
	how.backward = run.backward;
	run.at = run.backward ? cut->stop : cut->start;
	err = mmr_scan_run(setting->reader, scan, &how, &job);
	MUST(err == cut->error, CASE ": %d (%s)", CASE_OF, err, mmr_last_error());
	MUST(run.worked == cut->stop - cut->start, CASE ": %zu bytes", CASE_OF, (size_t)run.worked);
	MUST(!in_order || run.at == (run.backward ? cut->start : cut->stop), CASE, CASE_OF);
	MUST(err != MMR_EQUOTE || mmr_last_error_offset() >= cut->starts[cut->n - 1], CASE,
		CASE_OF);
}

static void must_count(const struct setting *setting, struct task *task, const struct cut *cut,
	const mmr_scan_options *scan)
{
	mmr_counts counts;

	MUST(mmr_count_lines(setting->reader, scan, &counts) == cut->error, CASE ": %s", CASE_OF,
		mmr_last_error());
	MUST(counts.lines == cut->n, CASE ": %llu records, not %zu", CASE_OF,
		(unsigned long long)counts.lines, cut->n);
}

static void must_seek(const struct setting *setting, struct task *task, const struct cut *cut,
	const mmr_scan_options *scan)
{
	struct chance *chance = &task->chance;
	size_t from = cut->start + chance_below(chance, cut->stop - cut->start + 1);
	size_t n = 1 + chance_below(chance, 1 + chance_below(chance, cut->n + 2));
	size_t first = first_from(cut, from), want, i = first_from(cut, from + 1) - 1;
	uint64_t off = 0, start, stop, number;

	want = start_of(cut, min_size(first_from(cut, from + 1) + n - 1, cut->n));
	MUST(mmr_line_seek(setting->reader, from, (int64_t)n, scan, &off) == 0, "%s",
		mmr_last_error());
	MUST(off == want, CASE ": %zu records after %zu: %zu, not %zu", CASE_OF, n, from,
		(size_t)off, want);
	want = first >= n ? cut->starts[first - n] : cut->start;
	MUST(mmr_line_seek(setting->reader, from, -(int64_t)n, scan, &off) == 0, "%s",
		mmr_last_error());
	MUST(off == want, CASE ": %zu records before %zu: %zu, not %zu", CASE_OF, n, from,
		(size_t)off, want);
	if (from == cut->stop)
		return;
	MUST(mmr_line_bounds(setting->reader, from, scan, &start, &stop) == 0, "%s",
		mmr_last_error());
	MUST(start == cut->starts[i] && stop == start_of(cut, i + 1),
		CASE ": %zu is in [%zu, %zu), not [%zu, %zu)", CASE_OF, from, (size_t)start,
		(size_t)stop, cut->starts[i], start_of(cut, i + 1));
	MUST(mmr_line_number(setting->reader, from, scan, &number) == 0, "%s", mmr_last_error());
	MUST(number == i, CASE ": %zu is in record %zu, not %zu", CASE_OF, from, (size_t)number, i);
}

static void must_locate(const struct setting *setting, struct task *task, const struct cut *cut,
	mmr_scan_options scan)
{
	size_t first = chance_below(&task->chance, cut->n + 2);
	size_t n = chance_below(&task->chance, cut->n + 2);
	uint64_t start, stop;

	scan.first_line = first;
	scan.n_lines = n;
	MUST(mmr_scan_locate(setting->reader, &scan, &start, &stop) == 0, "%s", mmr_last_error());
	MUST(start == start_of(cut, first) && stop == start_of(cut, first + n),
		CASE ": records %zu+%zu are [%zu, %zu)", CASE_OF, first, n, (size_t)start,
		(size_t)stop);
}

/* A record is in the shard whose share has its first byte. */
static void must_divide(const struct setting *setting, struct task *task, const struct cut *cut,
	const mmr_scan_options *scan)
{
	size_t n = 1 + chance_below(&task->chance, 9), k, size = cut->stop - cut->start, edge;
	size_t at = cut->start;
	uint64_t start, stop;

	for (k = 1; k <= n; k++) {
		edge = cut->start + size / n * k + min_size(k, size % n);
		MUST(mmr_shard(setting->reader, scan, k, n, &start, &stop) == 0, "%s",
			mmr_last_error());
		MUST(start == at && stop == start_of(cut, first_from(cut, edge)),
			CASE ": shard %zu of %zu is [%zu, %zu)", CASE_OF, k, n, (size_t)start,
			(size_t)stop);
		at = (size_t)stop;
	}
}

static void scan_setting(const struct setting *setting, void *arg)
{
	struct task *task = arg;
	size_t len = setting->bytes.len, start = 0, stop = len;
	mmr_scan_options scan = options_of(task, &task->chance);
	struct cut naive, *cut = &naive;

	if (chance_below(&task->chance, 3) == 0) {
		start = chance_below(&task->chance, len + 1);
		stop = start + chance_below(&task->chance, len - start + 1);
		scan.offset = start;
		scan.length = stop - start;
	}
	naive = cut_of(task->kind, task->delimiter, setting->bytes, start, stop);
	must_cut_blocks(setting, task, cut, scan, false);
	must_cut_blocks(setting, task, cut, scan, true);
	must_run(setting, task, cut, &scan);
	must_count(setting, task, cut, &scan);
	must_seek(setting, task, cut, &scan);
	must_locate(setting, task, cut, scan);
	must_divide(setting, task, cut, &scan);
	free(naive.starts);
}

/* Calls `body` for each kind of records that can be compiled here. */
static void on_every_kind(uint64_t seed, void (*body)(struct task *task))
{
	struct task task;
	size_t i;

	for (i = 0; i < ARRAY_LEN(kinds); i++) {
		if (kinds[i].is_regex && !has_pcre2())
			continue;
		task = (struct task){{seed + i}, &kinds[i], NULL, '\n'};
		MUST((kinds[i].separator ? mmr_split_rows(kinds[i].separator, &task.records)
					 : mmr_split_compile(mmr_slice_of(kinds[i].pattern), '\n',
						   &task.records)) == 0,
			"%s", mmr_last_error());
		body(&task);
		mmr_split_close(task.records);
	}
}

static void fill(struct task *task, char *text, size_t len)
{
	struct chance *chance = &task->chance;

	static const mmr_slice alphabets[] = {{"ab\n", 3}, {"aab.....\n", 9}, {"a\n\n\n", 4},
		{"\n", 1}, {"ab............................\n", 31}, {"bb\n\n", 4}};

	if (task->kind->separator)
		naive_rows_draw(chance, task->kind->separator, text, len);
	else
		chance_fill(
			chance, text, len, alphabets[chance_below(chance, ARRAY_LEN(alphabets))]);
}

static void scan_small(struct task *task)
{
	char text[100];
	size_t i;

	for (i = 0; i < 150; i++) {
		mmr_slice bytes = {text, chance_below(&task->chance, i % 4 ? 20 : sizeof(text))};

		fill(task, text, bytes.len);
		on_every_backing(bytes, scan_setting, task);
	}
}

START_TEST(test_records_in_small_inputs)
{
	on_every_kind(11, scan_small);
}
END_TEST

static void scan_large(struct task *task)
{
	char *text = malloc(3 * MIB);
	size_t i;

	for (i = 0; i < 8; i++) {
		mmr_slice bytes = {text, 1 + chance_below(&task->chance, i % 4 ? 30000 : 3 * MIB)};

		fill(task, text, bytes.len);
		/* Some long records. */
		if (i % 4 == 0)
			memset(text + bytes.len / 3, '.', bytes.len / 3);
		on_every_backing(bytes, scan_setting, task);
	}
	free(text);
}

START_TEST(test_records_in_large_inputs)
{
	on_every_kind(12, scan_large);
}
END_TEST

static void scan_with_kernels(struct task *task)
{
	const struct simd_kernels *chosen = simd_kernels(), *const * kernels;
	struct chance chance = task->chance;

	for (kernels = simd_table; *kernels; kernels++) {
		if (!(*kernels)->usable())
			continue;
		atomic_store(&simd_chosen, *kernels);
		task->chance = chance;
		scan_small(task);
	}
	atomic_store(&simd_chosen, chosen);
}

START_TEST(test_records_with_every_kernel)
{
	on_every_kind(13, scan_with_kernels);
}
END_TEST

/* Lines that are as long as an expression sees, a byte less and a byte more. */
static void scan_heads(struct task *task)
{
	size_t len = 3 * 4200, extra, shift;
	char *text = malloc(len);

	for (extra = 0; extra < 3; extra++)
		for (shift = 0; shift < 40; shift += 13) {
			memset(text, 'a', len);
			text[shift] = text[shift + 4095 + extra] = '\n';
			text[shift + 4096 + extra + 4095] = 'b';
			text[shift + 4096 + extra + 4096] = '\n';
			on_every_backing((mmr_slice){text, len}, scan_setting, task);
		}
	free(text);
}

START_TEST(test_records_with_long_first_lines)
{
	on_every_kind(14, scan_heads);
}
END_TEST

/* --- Streams ---------------------------------------------------------------------------------- */

/* A range of the records of a stream, in blocks and counted. */
static void scan_stream(struct task *task, mmr_slice bytes, size_t piece)
{
	struct chance *chance = &task->chance;
	size_t start = chance_below(chance, 3) ? 0 : chance_below(chance, bytes.len + 1);
	size_t stop = chance_below(chance, 3) ? bytes.len
					      : start + chance_below(chance, bytes.len - start + 1);
	struct setting named = {"stream", NULL, bytes, false};
	const struct setting *setting = &named;
	struct cut naive = cut_of(task->kind, '\n', bytes, start, stop), *cut = &naive;
	mmr_scan_options scan = options_of(task, chance), part;
	mmr_block_options how = MMR_BLOCK_OPTIONS_INIT;
	size_t first = chance_below(chance, 2) ? 0 : chance_below(chance, cut->n + 2);
	size_t n = chance_below(chance, cut->n + 2), at = start_of(cut, first), end;
	mmr_counts counts;
	mmr_blocks *blocks;
	mmr_block block;
	struct piped piped;
	int want;

	scan.offset = start;
	scan.length = stop < bytes.len ? stop - start : MMR_REST;
	part = scan;
	part.first_line = first;
	part.n_lines = chance_below(chance, 2) ? MMR_REST : n;
	end = part.n_lines == MMR_REST ? stop : start_of(cut, first + n);
	want = end == stop && at < end ? cut->error : 0;
	piped = piped_open(bytes, piece, false);
	if (chance_below(chance, 2)) {
		MUST(mmr_count_lines(piped.reader, &part, &counts) == want, CASE ": %s", CASE_OF,
			mmr_last_error());
		MUST(counts.lines == first_from(cut, end) - first_from(cut, at),
			CASE ": records %zu+%zu: %zu", CASE_OF, first, n, (size_t)counts.lines);
	} else {
		part.n_threads = 1;
		how.split_lines = chance_below(chance, 2);
		how.ahead = how.split_lines ? chance_below(chance, 4) : 0;
		MUST(mmr_blocks_open(piped.reader, &part, &how, &blocks) == 0, "%s",
			mmr_last_error());
		while (mmr_blocks_next(blocks, &block)) {
			size_t next = (size_t)block.off + block.bytes.len - block.ahead;

			MUST(block.ahead <= how.ahead, CASE ": %zu bytes ahead", CASE_OF,
				block.ahead);
			MUST(block.off == at && block.start == start_of(cut, first),
				CASE ": block at %zu after %zu", CASE_OF, (size_t)block.off, at);
			MUST(how.split_lines || start_of(cut, first_from(cut, next)) == next,
				CASE ": block to %zu", CASE_OF, next);
			MUST(memcmp(block.bytes.ptr, bytes.ptr + at, block.bytes.len) == 0, CASE,
				CASE_OF);
			at = next;
		}
		want = how.split_lines ? 0 : want;
		MUST(mmr_blocks_error(blocks) == want, CASE ": %s", CASE_OF, mmr_last_error());
		MUST(at == end || end < at, CASE ": blocks %zu+%zu end at %zu, not %zu", CASE_OF,
			first, n, at, end);
		mmr_blocks_close(blocks);
	}
	/* What follows the range is left to the next scan. */
	scan = (mmr_scan_options)MMR_SCAN_OPTIONS_INIT;
	if (n > 0 && end < stop && part.n_lines != MMR_REST && first < cut->n) {
		size_t rest = 0;

		for (at = end; at < bytes.len; at++)
			rest += bytes.ptr[at] == '\n' || at + 1 == bytes.len;
		MUST(mmr_count_lines(piped.reader, &scan, &counts) == 0, "%s", mmr_last_error());
		MUST(counts.lines == rest, CASE ": %zu lines after %zu, not %zu", CASE_OF,
			(size_t)counts.lines, end, rest);
	}
	piped_close(&piped);
	free(naive.starts);
}

static void scan_streams(struct task *task)
{
	static const size_t pieces[] = {1, 2, 7, 0, 64, 4096, 65536};
	char *text = malloc(MIB);
	size_t i;

	for (i = 0; i < 120; i++) {
		size_t piece = pieces[i % ARRAY_LEN(pieces)];
		mmr_slice bytes = {text, chance_below(&task->chance, piece < 64 && piece > 0 ? 200
								     : i % 10 == 0           ? MIB
										   : 20000)};

		fill(task, text, bytes.len);
		scan_stream(task, bytes, piece);
	}
	free(text);
}

START_TEST(test_records_of_streams)
{
	on_every_kind(15, scan_streams);
}
END_TEST

static Suite *records_suite(void)
{
	Suite *suite = suite_create("records");

	ADD_CASE(suite, "core", test_records_in_small_inputs, test_records_in_large_inputs,
		test_records_with_every_kernel, test_records_with_long_first_lines,
		test_records_of_streams);
	return suite;
}

CHECK_MAIN(records_suite)
