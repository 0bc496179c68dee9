/* stream_scan.c - scans of streams have the results of files and consume only their range
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <limits.h>
#include <math.h>
#include <stdatomic.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)

/* --- Same results as for a file --- */

/* Results of a scan in a form that can be compared. */
struct found {
	int err;
	uint64_t offset;    /* offset of the error */
	uint64_t values[8]; /* results, or a hash of results that are reported one by one */
};

static bool is_same(const struct found *a, const struct found *b)
{
	return a->err == b->err && a->offset == b->offset &&
	       memcmp(a->values, b->values, sizeof(a->values)) == 0;
}

static void add_value(struct found *found, uint64_t value)
{
	found->values[0]++;
	found->values[1] = (found->values[1] ^ value) * UINT64_C(0x100000001b3);
	found->values[1] ^= found->values[1] >> 29;
}

static void add_bytes(struct found *found, mmr_slice bytes)
{
	size_t i;

	for (i = 0; i < bytes.len; i++)
		add_value(found, (unsigned char)bytes.ptr[i]);
}

static void scan_count(mmr_reader *reader, const mmr_scan_options *scan, struct found *found)
{
	mmr_counts counts = {0};

	found->err = mmr_count_lines(reader, scan, &counts);
	found->values[0] = counts.lines;
	found->values[1] = counts.unterminated;
}

static void scan_measure(mmr_reader *reader, const mmr_scan_options *scan, struct found *found)
{
	mmr_counts counts = {0};

	found->err = mmr_measure_lines(reader, scan, &counts);
	found->values[0] = counts.lines;
	found->values[1] = counts.unterminated;
	found->values[2] = counts.longest;
	found->values[3] = counts.crlf;
}

static const mmr_slice needle_text = {"aba", 3};

static void scan_matches(mmr_reader *reader, const mmr_scan_options *scan, struct found *found)
{
	mmr_needle needle = mmr_needle_of(needle_text);

	found->err = mmr_count_matches(reader, &needle, scan, &found->values[0]);
}

static int add_match(void *context, const mmr_match *match)
{
	add_value(context, match->off);
	add_value(context, match->len);
	add_value(context, match->line);
	return 0;
}

static void scan_each(mmr_reader *reader, const mmr_scan_options *scan, struct found *found)
{
	mmr_needle needle = mmr_needle_of(needle_text);

	found->err = mmr_each_match(reader, &needle, scan, MMR_MATCH_LINES, add_match, found);
}

static void keep_summary(const mmr_summary *summary, struct found *found)
{
	double sum = isnan(summary->sum) ? 0 : summary->sum;

	found->values[0] = summary->n;
	found->values[1] = summary->n_nan;
	memcpy(&found->values[2], &sum, sizeof(sum));
	found->values[3] = (uint64_t)summary->sum_high;
	found->values[4] = summary->sum_low;
	found->values[5] = summary->min.u64;
	found->values[6] = summary->max.u64;
}

static void scan_sum(mmr_reader *reader, const mmr_scan_options *scan, struct found *found)
{
	mmr_summary summary = {.type = MMR_U16};

	found->err = mmr_sum_numbers(reader, MMR_U16, MMR_BIG, 0, scan, &summary);
	keep_summary(&summary, found);
}

static void scan_column(mmr_reader *reader, const mmr_scan_options *scan, struct found *found)
{
	mmr_summary summary = {.type = MMR_F32};

	found->err = mmr_sum_numbers(reader, MMR_F32, MMR_LITTLE, 7, scan, &summary);
	keep_summary(&summary, found);
}

static mmr_regex *compile(const mmr_scan_options *scan)
{
	mmr_regex_options options = MMR_REGEX_OPTIONS_INIT;
	mmr_regex *regex;

	options.delimiter = scan->delimiter;
	MUST(mmr_regex_compile(mmr_slice_of("^|b+[ac]|c$"), &options, &regex) == 0, "%s",
		mmr_last_error());
	return regex;
}

static void scan_regex(mmr_reader *reader, const mmr_scan_options *scan, struct found *found)
{
	mmr_regex *regex = compile(scan);

	found->err = mmr_regex_count(regex, reader, scan, &found->values[0]);
	mmr_regex_close(regex);
}

static int add_regex_match(void *context, const mmr_regex_match *match)
{
	add_value(context, match->off);
	add_value(context, match->line);
	add_bytes(context, match->text);
	return 0;
}

static void scan_regex_each(mmr_reader *reader, const mmr_scan_options *scan, struct found *found)
{
	mmr_regex *regex = compile(scan);

	found->err = mmr_regex_each(regex, reader, scan, MMR_MATCH_LINES, add_regex_match, found);
	mmr_regex_close(regex);
}

struct collector {
	struct found *found;
	char delimiter;
	uint64_t next; /* offset of the next block; MMR_REST before the first */
	bool ended;    /* a block had no delimiter at its end */
};

static int no_work(void *state, const mmr_block *block)
{
	(void)state, (void)block;
	return 0;
}

static int collect(void *state, const mmr_block *block)
{
	struct collector *collector = *(struct collector **)state;

	MUST(collector->next == MMR_REST || collector->next == block->off, "a gap at %llu",
		(unsigned long long)block->off);
	MUST(!collector->ended && block->bytes.len > 0 && block->ahead == 0, "block at %llu",
		(unsigned long long)block->off);
	if (collector->next == MMR_REST)
		add_value(collector->found, block->off);
	collector->next = block->off + block->bytes.len;
	collector->ended = block->bytes.ptr[block->bytes.len - 1] != collector->delimiter;
	add_bytes(collector->found, block->bytes);
	return 0;
}

static void scan_run(mmr_reader *reader, const mmr_scan_options *scan, struct found *found)
{
	struct collector collector = {found, scan->delimiter, MMR_REST, false};
	mmr_scan_job job = {.work = no_work,
		.collect = collect,
		.start = keep_context,
		.context = &collector,
		.state_size = sizeof(struct collector *)};

	found->err = mmr_scan_run(reader, scan, NULL, &job);
}

static const struct {
	const char *name;
	void (*scan)(mmr_reader *reader, const mmr_scan_options *scan, struct found *found);
	bool needs_pcre2;
} scans[] = {
	{"count", scan_count, false},
	{"measure", scan_measure, false},
	{"matches", scan_matches, false},
	{"each match", scan_each, false},
	{"sum", scan_sum, false},
	{"column", scan_column, false},
	{"run", scan_run, false},
	{"regex", scan_regex, true},
	{"each regex match", scan_regex_each, true},
};

#define CASE \
	"%s of %zu bytes in pieces of %zu, offset %llu, length %llu, first line %llu, %llu " \
	"lines, delimiter %d, %u threads"
#define CASE_OF(i, scan, bytes, piece) \
	scans[i].name, (bytes).len, piece, (unsigned long long)(scan)->offset, \
		(unsigned long long)(scan)->length, (unsigned long long)(scan)->first_line, \
		(unsigned long long)(scan)->n_lines, (scan)->delimiter, (scan)->n_threads

static struct found find(size_t i, mmr_reader *reader, const mmr_scan_options *scan)
{
	struct found found = {.err = 0};

	scans[i].scan(reader, scan, &found);
	if (found.err < 0) {
		found.offset = mmr_last_error_offset();
		memset(found.values, 0, sizeof(found.values));
	}
	return found;
}

/* Checks the rest of a stream with another scan. */
static void must_have_rest(mmr_reader *reader, mmr_slice rest, uint64_t off, const char *name)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_blocks *blocks;
	mmr_block block;
	size_t done = 0;

	cut.split_lines = true;
	MUST(mmr_blocks_open(reader, NULL, &cut, &blocks) == 0, "%s", mmr_last_error());
	for (; mmr_blocks_next(blocks, &block); done += block.bytes.len) {
		MUST(block.off == off + done, "%s: block at %llu", name,
			(unsigned long long)block.off);
		MUST(block.bytes.len <= rest.len - done &&
				memcmp(block.bytes.ptr, rest.ptr + done, block.bytes.len) == 0,
			"%s: the rest differs", name);
	}
	MUST(mmr_blocks_error(blocks) == 0, "%s", mmr_last_error());
	MUST(done == rest.len, "%s: %zu bytes of a rest of %zu", name, done, rest.len);
	mmr_blocks_close(blocks);
	MUST(mmr_consumed(reader) == off + rest.len, "%s: consumed", name);
}

static void must_be_the_same(size_t i, mmr_slice bytes, size_t piece, const mmr_scan_options *scan)
{
	struct found wanted, found;
	mmr_reader *memory;
	struct piped piped;
	uint64_t start, stop, used;

	MUST(mmr_open_memory(bytes.ptr, bytes.len, &memory) == 0, "%s", mmr_last_error());
	wanted = find(i, memory, scan);
	MUST(mmr_scan_locate(memory, scan, &start, &stop) == 0, "%s", mmr_last_error());
	mmr_close(memory);
	piped = piped_open(bytes, piece, false);
	found = find(i, piped.reader, scan);
	MUST(found.err == wanted.err, CASE ": %d instead of %d (%s)",
		CASE_OF(i, scan, bytes, piece), found.err, wanted.err, mmr_last_error());
	MUST(is_same(&found, &wanted), CASE ": %llu, %llu instead of %llu, %llu",
		CASE_OF(i, scan, bytes, piece), (unsigned long long)found.values[0],
		(unsigned long long)found.values[1], (unsigned long long)wanted.values[0],
		(unsigned long long)wanted.values[1]);
	/* An empty range consumes nothing. Any other range consumes no byte after its end. */
	used = scan->length == 0 || scan->n_lines == 0 ? 0 : stop;
	MUST(mmr_consumed(piped.reader) == used, CASE ": %llu bytes consumed instead of %llu",
		CASE_OF(i, scan, bytes, piece), (unsigned long long)mmr_consumed(piped.reader),
		(unsigned long long)used);
	must_have_rest(piped.reader, (mmr_slice){bytes.ptr + used, bytes.len - (size_t)used}, used,
		scans[i].name);
	piped_close(&piped);
}

static const size_t pieces[] = {1, 2, 3, 7, 4096, 65537, 0};

static mmr_scan_options draw_range(struct chance *chance, size_t size)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	size_t parts = chance_below(chance, 16);

	if (parts & 1)
		scan.offset = chance_below(chance, size + 3);
	if (parts & 2)
		scan.length = chance_below(chance, size + 3);
	if (parts & 4)
		scan.first_line = chance_below(chance, chance_below(chance, 2) ? 4 : size / 3 + 2);
	if (parts & 8)
		scan.n_lines = chance_below(chance, chance_below(chance, 2) ? 4 : size / 3 + 2);
	scan.delimiter = chance_below(chance, 4) ? '\n' : 'c';
	scan.n_threads = 1 + (unsigned)chance_below(chance, 4);
	return scan;
}

static void sweep(struct chance *chance, size_t most, size_t rounds, size_t first_piece)
{
	size_t n_scans = ARRAY_LEN(scans), round, i;
	char *bytes = malloc(most);

	while (!has_pcre2() && scans[n_scans - 1].needs_pcre2)
		n_scans--;
	for (round = 0; round < rounds; round++) {
		size_t size =
			most > MIB ? most - chance_below(chance, 1000) : chance_below(chance, most);
		size_t n_pieces = ARRAY_LEN(pieces) - first_piece;

		/* Short lines; large inputs also have some long lines. */
		chance_fill(chance, bytes, size,
			mmr_slice_of(round % 2 ? "\n\r\nabac" : "\nabaabcabacabbaacabacab"));
		for (i = 0; i < n_scans; i++) {
			mmr_scan_options scan = draw_range(chance, size);

			must_be_the_same(i, (mmr_slice){bytes, size},
				pieces[first_piece + chance_below(chance, n_pieces)], &scan);
		}
	}
	free(bytes);
}

START_TEST(test_stream_scans_of_small_inputs)
{
	struct chance chance = {161};

	sweep(&chance, 300, 600, 0);
	sweep(&chance, 20000, 30, 0);
}
END_TEST

/* More threads are started after some MiB. */
START_TEST(test_stream_scans_of_large_inputs)
{
	struct chance chance = {162};

	sweep(&chance, 9 * MIB, memory_is_shadowed() ? 1 : 4, 4);
}
END_TEST

/* --- Stopping --- */

/* Counts the bytes that a scan has passed to `work` and to `collect`. */
struct stopper {
	mmr_slice bytes;
	uint64_t stop_at; /* a block that ends after this offset stops the scan with `result` */
	int result;
	bool in_work;
	atomic_ullong worked, collected; /* bytes */
	atomic_ullong stopped_at;        /* end of the first block that stopped the scan */
};

static int stop_after(struct stopper *stopper, const mmr_block *block)
{
	unsigned long long stop = block->off + block->bytes.len;
	unsigned long long first = atomic_load(&stopper->stopped_at);

	if (stop <= stopper->stop_at)
		return 0;
	while (stop < first && !atomic_compare_exchange_weak(&stopper->stopped_at, &first, stop))
		;
	/* Other workers continue to read. */
	if (stop > MIB)
		usleep(3000);
	return stopper->result;
}

static int work_or_stop(void *state, const mmr_block *block)
{
	struct stopper *stopper = *(struct stopper **)state;

	MUST(memcmp(block->bytes.ptr, stopper->bytes.ptr + block->off, block->bytes.len) == 0,
		"other bytes at %llu", (unsigned long long)block->off);
	atomic_fetch_add(&stopper->worked, block->bytes.len);
	return stopper->in_work ? stop_after(stopper, block) : 0;
}

static int collect_or_stop(void *state, const mmr_block *block)
{
	struct stopper *stopper = *(struct stopper **)state;

	MUST(atomic_load(&stopper->collected) == block->off, "a gap before %llu",
		(unsigned long long)block->off);
	atomic_fetch_add(&stopper->collected, block->bytes.len);
	return stopper->in_work ? 0 : stop_after(stopper, block);
}

/* The pipe stays open without data after the block that stops the scan. The scan must end. Returns:
 * the consumed bytes. */
static uint64_t must_stop(
	struct stopper *stopper, mmr_slice bytes, size_t n_bytes, unsigned n_threads, bool ordered)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_scan_job job = {.work = work_or_stop,
		.collect = ordered ? collect_or_stop : NULL,
		.start = keep_context,
		.context = stopper,
		.state_size = sizeof(struct stopper *)};
	struct piped piped = piped_open((mmr_slice){bytes.ptr, n_bytes}, 65536, true);
	uint64_t used, collected;
	int result;

	stopper->bytes = bytes;
	atomic_store(&stopper->worked, 0);
	atomic_store(&stopper->collected, 0);
	atomic_store(&stopper->stopped_at, ULLONG_MAX);
	scan.n_threads = n_threads;
	result = mmr_scan_run(piped.reader, &scan, NULL, &job);
	MUST(result == stopper->result, "%d instead of %d", result, stopper->result);
	used = mmr_consumed(piped.reader);
	collected = atomic_load(&stopper->collected);
	if (!ordered)
		/* All consumed bytes were passed to `work`. */
		MUST(used == atomic_load(&stopper->worked), "%llu bytes used",
			(unsigned long long)used);
	else if (!stopper->in_work)
		/* The bytes up to the end of the block that stopped the scan are consumed, and no
		 * more. */
		MUST(used == collected && used == atomic_load(&stopper->stopped_at),
			"%llu bytes used, %llu collected, %u threads", (unsigned long long)used,
			(unsigned long long)collected, n_threads);
	else
		MUST(used >= collected && used >= atomic_load(&stopper->stopped_at),
			"%llu bytes used, %llu collected", (unsigned long long)used,
			(unsigned long long)collected);
	/* The next scan reads the rest. Only this many bytes of it are available. */
	scan = (mmr_scan_options)MMR_SCAN_OPTIONS_INIT;
	scan.length = n_bytes - used;
	if (scan.length > 0) {
		struct found found = {.err = 0}, wanted = {.err = 0};

		scan_run(piped.reader, &scan, &found);
		add_value(&wanted, used);
		add_bytes(&wanted, (mmr_slice){bytes.ptr + used, n_bytes - (size_t)used});
		MUST(is_same(&found, &wanted), "the rest differs");
	}
	MUST(mmr_consumed(piped.reader) == n_bytes, "the rest");
	piped_close(&piped);
	return used;
}

START_TEST(test_stream_stops_at_once)
{
	static const size_t sizes[] = {30, 9 * MIB};
	char *bytes = malloc(9 * MIB);
	struct chance chance = {163};
	size_t i, round;
	unsigned n;

	chance_fill(&chance, bytes, 9 * MIB, mmr_slice_of("\nabcdefgh"));
	for (i = 0; i < ARRAY_LEN(sizes); i++)
		bytes[sizes[i] - 1] = '\n';
	for (i = 0; i < ARRAY_LEN(sizes) * 3 * 2; i++) {
		size_t size = sizes[i % ARRAY_LEN(sizes)];
		bool ordered = i / ARRAY_LEN(sizes) % 3 > 0;

		for (n = 1; n <= 4; n++) {
			for (round = 0; round < (size > MIB ? 3 : 20); round++) {
				struct stopper stopper = {.stop_at = chance_below(&chance, size),
					.result = i / ARRAY_LEN(sizes) / 3 ? 1 : -ENOTTY,
					.in_work = i / ARRAY_LEN(sizes) % 3 < 2};

				/* The last block may also stop the scan. */
				if (round == 0)
					stopper.stop_at = size - 1;
				must_stop(&stopper, (mmr_slice){bytes, 9 * MIB}, size, n, ordered);
			}
		}
	}
	free(bytes);
}
END_TEST

/* The match that stops the search is the last one that is reported, and no bytes are lost. */
static int stop_at_match(void *context, const mmr_match *match)
{
	struct found *found = context;

	add_match(found, match);
	found->offset = match->off;
	return found->values[0] == 3 * 1000;
}

START_TEST(test_stream_search_stops)
{
	const size_t size = 9 * MIB;
	char *bytes = malloc(size);
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_needle needle = mmr_needle_of(mmr_slice_of("needle"));
	struct found wanted = {.err = 0};
	mmr_reader *memory;
	size_t i;

	memset(bytes, 'x', size);
	for (i = 0; i + 6000 < size; i += 5003) {
		memcpy(bytes + i, "needle", 6);
		bytes[i + 777] = '\n';
	}
	ck_assert_int_eq(mmr_open_memory(bytes, size, &memory), 0);
	ck_assert_int_eq(
		mmr_each_match(memory, &needle, NULL, MMR_MATCH_LINES, stop_at_match, &wanted), 1);
	mmr_close(memory);
	for (scan.n_threads = 1; scan.n_threads <= 4; scan.n_threads++) {
		struct piped piped = piped_open((mmr_slice){bytes, size}, 0, true);
		struct found found = {.err = 0};
		uint64_t used;

		ck_assert_int_eq(mmr_each_match(piped.reader, &needle, &scan, MMR_MATCH_LINES,
					 stop_at_match, &found),
			1);
		ck_assert_mem_eq(&found, &wanted, sizeof(found));
		used = mmr_consumed(piped.reader);
		MUST(used > found.offset && used < found.offset + MIB, "%llu bytes used",
			(unsigned long long)used);
		piped_close(&piped);
	}
	free(bytes);
}
END_TEST

/* --- Lines that are too long --- */

/* All bytes before the line are worked on, and nothing after it. The line is not consumed. */
START_TEST(test_stream_scan_of_a_long_line)
{
	static const size_t starts[] = {0, 1000, 3 * MIB, 8 * MIB + 5};
	const size_t size = 9 * MIB, len = 200000;
	char *bytes = malloc(size);
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	struct stopper stopper = {.stop_at = MMR_REST};
	mmr_scan_job job = {.work = work_or_stop,
		.start = keep_context,
		.context = &stopper,
		.state_size = sizeof(struct stopper *)};
	struct chance chance = {164};
	size_t i;

	cut.line_limit = len - 1;
	for (i = 0; i < ARRAY_LEN(starts) * 2; i++) {
		size_t start = starts[i / 2];

		chance_fill(&chance, bytes, size, mmr_slice_of("\nabcdefgh"));
		memset(bytes + start, 'x', len);
		bytes[start + len - 1] = '\n';
		if (start > 0)
			bytes[start - 1] = '\n';
		stopper.bytes = (mmr_slice){bytes, size};
		job.collect = i % 2 ? collect_or_stop : NULL;
		for (scan.n_threads = 1; scan.n_threads <= 4; scan.n_threads++) {
			struct piped piped = piped_open(stopper.bytes, 0, false);

			atomic_store(&stopper.worked, 0);
			atomic_store(&stopper.collected, 0);
			MUST(mmr_scan_run(piped.reader, &scan, &cut, &job) == MMR_ELONG, "%s",
				mmr_last_error());
			MUST(mmr_last_error_offset() == start, "%s", mmr_last_error());
			MUST(mmr_consumed(piped.reader) == start &&
					atomic_load(&stopper.worked) == start,
				"%llu bytes used, %llu worked on, before a line at %zu",
				(unsigned long long)mmr_consumed(piped.reader),
				atomic_load(&stopper.worked), start);
			must_have_rest(piped.reader, (mmr_slice){bytes + start, size - start},
				start, "long line");
			piped_close(&piped);
		}
	}
	free(bytes);
}
END_TEST

static Suite *stream_scan_suite(void)
{
	Suite *suite = suite_create("stream_scan");

	ADD_CASE(suite, "core", test_stream_scans_of_small_inputs,
		test_stream_scans_of_large_inputs);
	ADD_CASE(suite, "limits", test_stream_stops_at_once, test_stream_search_stops,
		test_stream_scan_of_a_long_line);
	return suite;
}

CHECK_MAIN(stream_scan_suite)
