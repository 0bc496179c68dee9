/* fixed.c - scans of records of a fixed size, compared with those that are cut naively
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <stdatomic.h>

#define MIB ((size_t)1 << 20)
/* Where the range of a larger file starts. */
#define PART 4099

/* --- The naive cut ---------------------------------------------------------------------------- */

/* Records of a range: the first one starts at `start`, and the last one may be incomplete. */
struct cut {
	size_t size, header;
	size_t start, stop;
	size_t n, end; /* whole records, and where the last one ends */
	int error;
};

/* The records of [start, stop), which starts with one or in the header. */
static struct cut cut_of(size_t size, size_t header, size_t start, size_t stop)
{
	struct cut cut = {size, header, start, stop, 0, 0, 0};

	if (cut.start < header)
		cut.start = min_size(header, stop);
	cut.end = cut.start;
	while (stop - cut.end >= size) {
		cut.end += size;
		cut.n++;
	}
	cut.error = cut.end < stop ? -EBADMSG : 0;
	return cut;
}

/* The start of record `i`, of which the last one may be incomplete. */
static size_t start_of(const struct cut *cut, size_t i)
{
	size_t at = cut->start;

	while (i-- > 0 && at < cut->stop)
		at = min_size(at + cut->size, cut->stop);
	return at;
}

/* Whether a record starts or ends there. */
static bool is_edge(const struct cut *cut, size_t at)
{
	size_t edge = cut->start;

	while (edge < at)
		edge += cut->size;
	return edge == at;
}

/* --- Comparison ------------------------------------------------------------------------------- */

struct task {
	struct chance chance;
	mmr_split *records;
	size_t size, header;
};

#define CASE    "%s, %zu bytes each after %zu, range [%zu, %zu) of %zu"
#define CASE_OF setting->name, cut->size, cut->header, cut->start, cut->stop, setting->bytes.len

static void draw(struct task *task, size_t most)
{
	task->size = 1 + chance_below(&task->chance, chance_below(&task->chance, 2) ? 9 : most);
	task->header = chance_below(&task->chance, 2) ? 0 : chance_below(&task->chance, most);
	MUST(mmr_split_size(task->size, task->header, &task->records) == 0, "%s", mmr_last_error());
}

static mmr_scan_options options_of(struct task *task)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;

	scan.delimiter = chance_below(&task->chance, 2) ? '\n' : '\0';
	scan.records = task->records;
	scan.n_threads = 1 + (unsigned)chance_below(&task->chance, 4);
	scan.io_mode = chance_below(&task->chance, 2) ? MMR_IO_MAP : MMR_IO_AUTO;
	return scan;
}

static void must_have_error(const struct setting *setting, const struct cut *cut, int err)
{
	char rest[64];

	MUST(err == cut->error, CASE ": %d (%s)", CASE_OF, err, mmr_last_error());
	if (err == 0)
		return;
	(void)snprintf(rest, sizeof(rest), "(%zu of the %zu bytes of a record are left over)",
		cut->stop - cut->end, cut->size);
	MUST(strstr(mmr_last_error(), rest) &&
			mmr_last_error_offset() ==
				cut->end + (strstr(setting->name, "part") ? PART : 0),
		CASE ": %s", CASE_OF, mmr_last_error());
}

static void must_cut_blocks(const struct setting *setting, struct task *task, const struct cut *cut,
	mmr_scan_options scan, bool backward)
{
	mmr_block_options how = MMR_BLOCK_OPTIONS_INIT;
	size_t at = backward ? cut->end : cut->start;
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
		MUST(start < stop && is_edge(cut, start) && is_edge(cut, stop) &&
				block.start == cut->start,
			CASE ": block [%zu, %zu) of %zu", CASE_OF, start, stop, how.window);
		MUST(memcmp(block.bytes.ptr, setting->bytes.ptr + start, block.bytes.len) == 0,
			CASE ": bytes", CASE_OF);
		at = backward ? start : stop;
	}
	must_have_error(setting, cut, mmr_blocks_error(blocks));
	MUST(at == (backward ? cut->start : cut->end), CASE ": blocks end at %zu", CASE_OF, at);
	mmr_blocks_close(blocks);
}

struct run {
	const struct cut *cut;
	const char *bytes;
	_Atomic(size_t) worked; /* bytes */
	size_t at;              /* end of what is collected, or start if it is backward */
	bool backward;
};

static int work(void *state, const mmr_block *block)
{
	struct run *run = *(struct run **)state;
	size_t start = (size_t)block->off, stop = start + block->bytes.len;

	if (!is_edge(run->cut, start) || !is_edge(run->cut, stop) || stop > run->cut->end ||
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
	run.backward &= mmr_backing(setting->reader) != MMR_BACKING_STREAM;
	how.backward = run.backward;
	run.at = run.backward ? cut->end : cut->start;
	err = mmr_scan_run(setting->reader, scan, &how, &job);
	must_have_error(setting, cut, err);
	MUST(run.worked == cut->end - cut->start, CASE ": %zu bytes", CASE_OF, (size_t)run.worked);
	MUST(!in_order || run.at == (run.backward ? cut->start : cut->end), CASE, CASE_OF);
}

static void must_count(
	const struct setting *setting, const struct cut *cut, const mmr_scan_options *scan)
{
	mmr_counts counts = {99, false, 0, 0};

	must_have_error(setting, cut, mmr_count_lines(setting->reader, scan, &counts));
	MUST(counts.lines == cut->n && counts.unterminated == (cut->error < 0),
		CASE ": %zu records, not %zu", CASE_OF, (size_t)counts.lines, cut->n);
}

/* An incomplete record has bounds and a number, too. */
static void must_seek(const struct setting *setting, struct task *task, const struct cut *cut,
	const mmr_scan_options *scan)
{
	size_t from = cut->start + chance_below(&task->chance, cut->stop - cut->start + 1), i = 0;
	size_t n = 1 + chance_below(&task->chance, cut->n + 3), before, want;
	uint64_t off = 0, start = 0, stop = 0, number = 0;
	mmr_slice line;
	int err;

	while (start_of(cut, i + 1) <= from && start_of(cut, i + 1) < cut->stop)
		i++;
	/* Records that start before `from`. */
	before = from > start_of(cut, i) ? i + 1 : i;
	want = start_of(cut, from == cut->stop ? SIZE_MAX / 2 : i + n);
	MUST(mmr_line_seek(setting->reader, from, (int64_t)n, scan, &off) == 0, "%s",
		mmr_last_error());
	MUST(off == want, CASE ": %zu records after %zu: %zu, not %zu", CASE_OF, n, from,
		(size_t)off, want);
	want = start_of(cut, before > n ? before - n : 0);
	MUST(mmr_line_seek(setting->reader, from, -(int64_t)n, scan, &off) == 0, "%s",
		mmr_last_error());
	MUST(off == want, CASE ": %zu records before %zu: %zu, not %zu", CASE_OF, n, from,
		(size_t)off, want);
	MUST(mmr_line_number(setting->reader, from, scan, &number) == 0, "%s", mmr_last_error());
	want = from == cut->stop ? cut->n : i;
	MUST(number == want, CASE ": %zu is in %zu, not %zu", CASE_OF, from, (size_t)number, want);
	err = mmr_line_bounds(setting->reader, from, scan, &start, &stop);
	MUST(err == (from == cut->stop ? -ERANGE : 0), CASE ": %s", CASE_OF, mmr_last_error());
	MUST(err < 0 || (start == start_of(cut, i) && stop == start_of(cut, i + 1)),
		CASE ": %zu is in [%zu, %zu)", CASE_OF, from, (size_t)start, (size_t)stop);
	if (!setting->addressable)
		return;
	err = mmr_line_find(setting->reader, n, scan, &line);
	MUST(err == (n < cut->n ? 0 : -ERANGE), CASE ": record %zu: %d", CASE_OF, n, err);
	MUST(err < 0 || (line.len == cut->size &&
				memcmp(line.ptr, setting->bytes.ptr + start_of(cut, n), line.len) ==
					0),
		CASE ": record %zu", CASE_OF, n);
}

static void must_divide(const struct setting *setting, struct task *task, const struct cut *cut,
	const mmr_scan_options *scan)
{
	size_t n = 1 + chance_below(&task->chance, 9), k, i, size = cut->stop - cut->start, edge;
	size_t at = cut->start;
	uint64_t start, stop;

	for (k = 1, i = 0; k <= n; k++) {
		edge = cut->start + size / n * k + min_size(k, size % n);
		while (start_of(cut, i) < edge)
			i++;
		MUST(mmr_shard(setting->reader, scan, k, n, &start, &stop) == 0, "%s",
			mmr_last_error());
		MUST(start == at && stop == start_of(cut, i),
			CASE ": shard %zu of %zu is [%zu, %zu)", CASE_OF, k, n, (size_t)start,
			(size_t)stop);
		at = (size_t)stop;
	}
}

/* Selects records of a range by number. `*cut` is that of the range. */
static void select_records(struct task *task, struct cut *cut, mmr_scan_options *scan)
{
	struct cut all = *cut;
	size_t first = chance_below(&task->chance, cut->n + 3), start = start_of(cut, first);
	size_t n = chance_below(&task->chance, cut->n + 3), stop = start_of(cut, first + n);

	scan->first_line = first;
	scan->n_lines = chance_below(&task->chance, 2) ? MMR_REST : n;
	*cut = cut_of(all.size, 0, start, scan->n_lines == MMR_REST ? all.stop : stop);
	cut->header = all.header;
}

static void scan_setting(const struct setting *setting, void *arg)
{
	struct task *task = arg;
	size_t len = setting->bytes.len, start = 0, stop = len;
	mmr_scan_options scan = options_of(task);
	struct cut naive, *cut = &naive;
	uint64_t first, end;

	if (chance_below(&task->chance, 3) == 0) {
		start = chance_below(&task->chance, len + 1);
		start -= start < task->header ? 0 : (start - task->header) % task->size;
		stop = start + chance_below(&task->chance, len - start + 1);
		scan.offset = start;
		scan.length = stop - start;
	}
	naive = cut_of(task->size, task->header, start, stop);
	must_seek(setting, task, cut, &scan);
	must_divide(setting, task, cut, &scan);
	if (chance_below(&task->chance, 2))
		select_records(task, cut, &scan);
	MUST(mmr_scan_locate(setting->reader, &scan, &first, &end) == 0, "%s", mmr_last_error());
	MUST(first == cut->start && end == cut->stop, CASE ": located at [%zu, %zu)", CASE_OF,
		(size_t)first, (size_t)end);
	must_cut_blocks(setting, task, cut, scan, false);
	must_cut_blocks(setting, task, cut, scan, true);
	must_run(setting, task, cut, &scan);
	must_count(setting, cut, &scan);
}

START_TEST(test_fixed_in_small_inputs)
{
	struct task task = {.chance = {91}};
	char text[200];
	size_t i;

	for (i = 0; i < 1200; i++) {
		mmr_slice bytes = {text, chance_below(&task.chance, i % 4 ? 20 : sizeof(text))};

		chance_fill(&task.chance, text, bytes.len, (mmr_slice){NULL, 0});
		draw(&task, 40);
		on_every_backing(bytes, scan_setting, &task);
		mmr_split_close(task.records);
	}
}
END_TEST

START_TEST(test_fixed_in_large_inputs)
{
	struct task task = {.chance = {92}};
	char *text = malloc(5 * MIB);
	size_t i;

	chance_fill(&task.chance, text, 5 * MIB, (mmr_slice){NULL, 0});
	for (i = 0; i < 24; i++) {
		mmr_slice bytes = {text, 1 + chance_below(&task.chance, i % 4 ? 30000 : 5 * MIB)};

		/* Some records are longer than a window. */
		draw(&task, i % 3 ? 20000 : 3 * MIB);
		if (bytes.len / task.size < 20000)
			on_every_backing(bytes, scan_setting, &task);
		mmr_split_close(task.records);
	}
	free(text);
}
END_TEST

/* --- Streams ---------------------------------------------------------------------------------- */

/* Blocks of a stream, of whole records or of bytes. */
static void must_read_blocks(
	const struct setting *setting, const struct cut *cut, mmr_scan_options scan, bool split)
{
	mmr_block_options how = MMR_BLOCK_OPTIONS_INIT;
	size_t at = cut->start, stop;
	mmr_blocks *blocks;
	mmr_block block;
	int err;

	how.split_lines = split;
	stop = how.split_lines ? cut->stop : cut->end;
	scan.n_threads = 1;
	MUST(mmr_blocks_open(setting->reader, &scan, &how, &blocks) == 0, "%s", mmr_last_error());
	while (mmr_blocks_next(blocks, &block)) {
		MUST(block.off == at && block.start == cut->start, CASE ": block at %zu after %zu",
			CASE_OF, (size_t)block.off, at);
		MUST(memcmp(block.bytes.ptr, setting->bytes.ptr + at, block.bytes.len) == 0, CASE,
			CASE_OF);
		at += block.bytes.len;
		MUST(how.split_lines || is_edge(cut, at), CASE ": block to %zu", CASE_OF, at);
	}
	err = mmr_blocks_error(blocks);
	MUST(at == stop, CASE ": blocks end at %zu", CASE_OF, at);
	mmr_blocks_close(blocks);
	if (split)
		MUST(err == 0, CASE ": %s", CASE_OF, mmr_last_error());
	else
		must_have_error(setting, cut, err);
}

static void must_have_rest(const struct setting *setting, const struct cut *cut, size_t at)
{
	mmr_block_options how = MMR_BLOCK_OPTIONS_INIT;
	mmr_blocks *blocks;
	mmr_block block;

	how.split_lines = true;
	MUST(mmr_blocks_open(setting->reader, NULL, &how, &blocks) == 0, "%s", mmr_last_error());
	while (mmr_blocks_next(blocks, &block)) {
		MUST(block.off == at, CASE ": the rest is at %zu, not %zu", CASE_OF,
			(size_t)block.off, at);
		at += block.bytes.len;
	}
	MUST(at == setting->bytes.len, CASE ": the rest ends at %zu", CASE_OF, at);
	mmr_blocks_close(blocks);
}

static void scan_stream(struct task *task, mmr_slice bytes, size_t piece)
{
	struct setting named = {"stream", NULL, bytes, false};
	const struct setting *setting = &named;
	mmr_scan_options scan = options_of(task);
	size_t start = 0, stop = bytes.len, taken;
	struct cut naive, *cut = &naive;
	bool split = chance_below(&task->chance, 3) == 0;
	struct piped piped;

	if (chance_below(&task->chance, 3) == 0) {
		start = chance_below(&task->chance, bytes.len + 1);
		start -= start < task->header ? 0 : (start - task->header) % task->size;
		stop = start + chance_below(&task->chance, bytes.len - start + 1);
		scan.offset = start;
		scan.length = stop - start;
	}
	naive = cut_of(task->size, task->header, start, stop);
	if (chance_below(&task->chance, 2))
		select_records(task, cut, &scan);
	piped = piped_open(bytes, piece, false);
	named.reader = piped.reader;
	taken = cut->end;
	switch (chance_below(&task->chance, 3)) {
	case 0:
		must_count(setting, cut, &scan);
		break;
	case 1:
		must_run(setting, task, cut, &scan);
		break;
	default:
		must_read_blocks(setting, cut, scan, split);
		taken = split ? cut->stop : taken;
	}
	/* What was not reported is left to the next scan. */
	if (cut->start < cut->stop)
		must_have_rest(setting, cut, taken);
	piped_close(&piped);
}

START_TEST(test_fixed_of_streams)
{
	static const size_t pieces[] = {1, 2, 7, 0, 64, 4096, 65536};
	struct task task = {.chance = {93}};
	char *text = malloc(MIB);
	size_t i;

	chance_fill(&task.chance, text, MIB, (mmr_slice){NULL, 0});
	for (i = 0; i < 1000; i++) {
		size_t piece = pieces[i % ARRAY_LEN(pieces)];
		mmr_slice bytes = {text, chance_below(&task.chance, piece < 64 && piece > 0 ? 200
								    : i % 20 == 0           ? MIB
										  : 20000)};

		draw(&task, i % 2 ? 40 : 5000);
		scan_stream(&task, bytes, piece);
		mmr_split_close(task.records);
	}
	free(text);
}
END_TEST

static Suite *fixed_suite(void)
{
	Suite *suite = suite_create("fixed");

	ADD_CASE(suite, "core", test_fixed_in_small_inputs, test_fixed_in_large_inputs,
		test_fixed_of_streams);
	return suite;
}

CHECK_MAIN(fixed_suite)
