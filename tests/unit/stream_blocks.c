/* stream_blocks.c - blocks of streams: whole lines, without delay, and no more than needed
 *
 * The oracle is what was written: concatenated blocks are equal to the range, and each cut is after
 * a delimiter.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)

static const size_t pieces[] = {1, 2, 3, 7, 4096, 65537, 0};

/* --- Contents of blocks --- */

START_TEST(test_blocks_of_a_stream_arrive_at_once)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_reader *reader;
	mmr_blocks *blocks;
	mmr_block block;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	cut.window = 16;
	ck_assert_int_eq(mmr_open_fd(ends[0], NULL, &reader), 0);
	ck_assert_int_eq(mmr_blocks_open(reader, NULL, &cut, &blocks), 0);
	ck_assert_int_eq(mmr_blocks_io_mode(blocks), MMR_IO_READ);
	/* The pipe stays open, so a scan that waits for a full window would never end. */
	ck_assert_int_eq(write(ends[1], "abc", 3), 3);
	ck_assert_int_eq(write(ends[1], "def\nxy", 6), 6);
	ck_assert(mmr_blocks_next(blocks, &block));
	ck_assert_uint_eq(block.off, 0);
	ck_assert(mmr_slice_equal(block.bytes, mmr_slice_of("abcdef\n")));
	ck_assert_int_eq(write(ends[1], "\n\n", 2), 2);
	ck_assert(mmr_blocks_next(blocks, &block));
	ck_assert_uint_eq(block.off, 7);
	ck_assert(mmr_slice_equal(block.bytes, mmr_slice_of("xy\n\n")));
	ck_assert_int_eq(write(ends[1], "rest", 4), 4);
	close(ends[1]);
	ck_assert(mmr_blocks_next(blocks, &block));
	ck_assert_uint_eq(block.off, 11);
	ck_assert(mmr_slice_equal(block.bytes, mmr_slice_of("rest")));
	ck_assert(!mmr_blocks_next(blocks, &block));
	ck_assert_int_eq(mmr_blocks_error(blocks), 0);
	mmr_blocks_close(blocks);
	mmr_close(reader);
	ck_assert_int_eq(close(ends[0]), 0);
}
END_TEST

static void must_stream(
	mmr_slice bytes, size_t piece, const mmr_scan_options *scan, const mmr_block_options *cut)
{
	size_t done = (size_t)min_u64(bytes.len, scan->offset);
	size_t stop = done + (size_t)min_u64(bytes.len - done, scan->length);
	struct piped piped = piped_open(bytes, piece, false);
	mmr_blocks *blocks;
	mmr_block block;

	MUST(mmr_blocks_open(piped.reader, scan, cut, &blocks) == 0, "%s", mmr_last_error());
	while (mmr_blocks_next(blocks, &block)) {
		size_t own = block.bytes.len - block.ahead;

		MUST(own > 0 && own <= stop - done && block.off == done, "block of %zu at %zu", own,
			done);
		MUST(block.ahead == min_size(cut->ahead, stop - done - own),
			"block of %zu at %zu: %zu ahead", own, done, block.ahead);
		MUST(memcmp(block.bytes.ptr, bytes.ptr + done, block.bytes.len) == 0,
			"bytes at %zu", done);
		MUST(cut->split_lines || done + own == stop ||
				block.bytes.ptr[own - 1] == scan->delimiter,
			"block of %zu at %zu does not end with a line", own, done);
		done += own;
	}
	MUST(mmr_blocks_error(blocks) == 0, "%s", mmr_last_error());
	MUST(done == stop, "%zu bytes of %zu", done, stop);
	mmr_blocks_close(blocks);
	/* Bytes before an empty range are not read. */
	MUST(mmr_consumed(piped.reader) == (scan->length == 0 ? 0 : stop), "%llu bytes of %zu used",
		(unsigned long long)mmr_consumed(piped.reader), stop);
	piped_close(&piped);
}

START_TEST(test_blocks_of_a_stream_cover_the_range)
{
	static const size_t windows[] = {1, 7, 4096, 0}, aheads[] = {0, 1, 5000, 400000};
	/* The second '\n' is for blocks that split lines. */
	static const char delimiters[] = {'\n', '\n', 'q'};
	static char bytes[300001];
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	struct chance chance = {3};
	size_t w, d, i, p, size;

	chance_fill(&chance, bytes, sizeof(bytes), mmr_slice_of("\nabcdefghijklmnop"));
	for (w = 0; w < ARRAY_LEN(windows); w++) {
		for (d = 0; d < ARRAY_LEN(delimiters); d++) {
			for (p = 0; p < ARRAY_LEN(pieces); p++) {
				/* Small pieces and windows take longer, so the input is smaller. */
				size = pieces[p] == 0 || pieces[p] > 4000 ? sizeof(bytes) : 5003;
				if (windows[w] > 0 && windows[w] < 10)
					size = 5003;
				cut.window = windows[w];
				cut.split_lines = d == 1;
				scan.delimiter = delimiters[d];
				for (i = 0; i < 8; i++) {
					const uint64_t lengths[] = {MMR_REST, size + 1, size,
						size - 1, size / 3, 1, 0, MMR_REST - 1};

					scan.length = lengths[i];
					scan.offset = i % 3 * (size / 5 + 1);
					cut.ahead = d == 1 ? aheads[(i + p) % 4] : 0;
					must_stream(
						(mmr_slice){bytes, size}, pieces[p], &scan, &cut);
				}
				must_stream((mmr_slice){bytes, 0}, pieces[p], &scan, &cut);
			}
		}
	}
}
END_TEST

/* --- No delay --- */

/* A pipe that only the callback of the scan writes to, before the scan waits. */
struct echo {
	int fd;
	unsigned n_waits, n_lines;
	atomic_int inside; /* calls of the job's functions that are running */
	atomic_uint n_seen;
};

static void write_line(void *context)
{
	struct echo *echo = context;

	MUST(atomic_load(&echo->inside) == 0, "a function of the job is running");
	MUST(atomic_load(&echo->n_seen) == echo->n_lines, "%u lines were seen of %u",
		atomic_load(&echo->n_seen), echo->n_lines);
	echo->n_waits++;
	/* A line is written in two parts. The first must not end the wait for the second. */
	if (echo->n_waits % 2) {
		MUST(write(echo->fd, "ab", 2) == 2, "%s", strerror(errno));
		return;
	}
	echo->n_lines++;
	MUST(write(echo->fd, "c\n", 2) == 2, "%s", strerror(errno));
	if (echo->n_lines == 100)
		close(echo->fd);
}

static int see_line(void *state, const mmr_block *block)
{
	struct echo *echo = *(struct echo **)state;

	atomic_fetch_add(&echo->inside, 1);
	MUST(mmr_slice_equal(block->bytes, mmr_slice_of("abc\n")), "%zu bytes", block->bytes.len);
	usleep(100);
	atomic_fetch_sub(&echo->inside, 1);
	return 0;
}

static int see_line_last(void *state, const mmr_block *block)
{
	struct echo *echo = *(struct echo **)state;
	int err = see_line(state, block);

	atomic_fetch_add(&echo->n_seen, 1);
	return err;
}

static mmr_reader *echo_open(struct echo *echo)
{
	mmr_reader *reader;
	int ends[2];

	MUST(pipe(ends) == 0, "%s", strerror(errno));
	MUST(mmr_open_fd(ends[0], NULL, &reader) == 0, "%s", mmr_last_error());
	close(ends[0]);
	memset(echo, 0, sizeof(*echo));
	echo->fd = ends[1];
	return reader;
}

START_TEST(test_blocks_of_a_stream_are_passed_before_a_wait)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	struct echo echo;
	mmr_scan_job job = {
		.start = keep_context, .context = &echo, .state_size = sizeof(struct echo *)};
	mmr_reader *reader = echo_open(&echo);
	mmr_blocks *blocks;
	mmr_block block;
	int ordered;

	scan.before_wait = write_line;
	scan.wait_context = &echo;
	ck_assert_int_eq(mmr_blocks_open(reader, &scan, NULL, &blocks), 0);
	while (mmr_blocks_next(blocks, &block)) {
		ck_assert(mmr_slice_equal(block.bytes, mmr_slice_of("abc\n")));
		atomic_fetch_add(&echo.n_seen, 1);
	}
	ck_assert_int_eq(mmr_blocks_error(blocks), 0);
	mmr_blocks_close(blocks);
	ck_assert_uint_eq(atomic_load(&echo.n_seen), 100);
	ck_assert_uint_eq(echo.n_waits, 200);
	mmr_close(reader);
	for (ordered = 0; ordered < 2; ordered++) {
		job.work = ordered ? see_line : see_line_last;
		job.collect = ordered ? see_line_last : NULL;
		for (scan.n_threads = 1; scan.n_threads <= 4; scan.n_threads++) {
			reader = echo_open(&echo);
			ck_assert_int_eq(mmr_scan_run(reader, &scan, NULL, &job), 0);
			ck_assert_uint_eq(atomic_load(&echo.n_seen), 100);
			ck_assert_uint_eq(echo.n_waits, 200);
			mmr_close(reader);
		}
	}
}
END_TEST

/* --- Limits --- */

/* Reads a short line, and one of `len` bytes at offset 2, which ends with a delimiter or with the
 * stream. Returns: the error of the scan. */
static int read_long_line(size_t len, size_t piece, const mmr_block_options *cut, bool ends)
{
	char *bytes = malloc(len + 2);
	mmr_slice all = {bytes, len + 2};
	struct piped piped;
	mmr_blocks *blocks;
	mmr_block block;
	size_t sum = 0;
	int err;

	memset(bytes, 'x', len + 2);
	bytes[1] = '\n';
	if (ends)
		bytes[len + 1] = '\n';
	piped = piped_open(all, piece, false);
	ck_assert_int_eq(mmr_blocks_open(piped.reader, NULL, cut, &blocks), 0);
	while (mmr_blocks_next(blocks, &block))
		sum += block.bytes.len;
	err = mmr_blocks_error(blocks);
	MUST(sum == (err < 0 ? 2 : all.len), "%zu bytes of %zu", sum, all.len);
	if (err < 0) {
		MUST(mmr_last_error_offset() == 2, "%s", mmr_last_error());
		MUST(strstr(mmr_last_error(), "line_limit"), "%s", mmr_last_error());
	}
	mmr_blocks_close(blocks);
	MUST(mmr_consumed(piped.reader) == sum, "%llu bytes used, %zu seen",
		(unsigned long long)mmr_consumed(piped.reader), sum);
	if (err < 0) {
		/* The line is not consumed. Another scan can read it in parts. */
		mmr_block_options parts = MMR_BLOCK_OPTIONS_INIT;

		parts.split_lines = true;
		ck_assert_int_eq(mmr_blocks_open(piped.reader, NULL, &parts, &blocks), 0);
		for (; mmr_blocks_next(blocks, &block); sum += block.bytes.len)
			MUST(memcmp(block.bytes.ptr, bytes + block.off, block.bytes.len) == 0,
				"bytes at %llu", (unsigned long long)block.off);
		mmr_blocks_close(blocks);
		MUST(sum == all.len, "%zu bytes of %zu", sum, all.len);
	}
	piped_close(&piped);
	free(bytes);
	return err;
}

/* The result is the same for all sizes of pieces and windows. */
START_TEST(test_blocks_of_a_stream_line_limit)
{
	static const size_t windows[] = {1, 64, 999, 1000},
			    sizes[] = {1, 2, 7, 999, 1000, 1001, 1002, 1003, 4096};
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	size_t w, p;
	int ends, err;

	cut.line_limit = 1000;
	for (w = 0; w < ARRAY_LEN(windows); w++) {
		cut.window = windows[w];
		for (p = 0; p < ARRAY_LEN(sizes); p++) {
			for (ends = 0; ends < 2; ends++) {
				err = read_long_line(1000, sizes[p], &cut, ends);
				MUST(err == 0, "window %zu, pieces of %zu, end %d: %d", windows[w],
					sizes[p], ends, err);
				err = read_long_line(1001, sizes[p], &cut, ends);
				MUST(err == MMR_ELONG, "window %zu, pieces of %zu, end %d: %d",
					windows[w], sizes[p], ends, err);
			}
		}
	}
}
END_TEST

START_TEST(test_blocks_of_a_stream_memory_is_bounded)
{
	const size_t size = 64 * MIB;
	char *bytes = malloc(size);
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	uint64_t heap = heap_in_use(), n = 0, found, peak = 0;
	struct piped piped;
	mmr_blocks *blocks;
	mmr_counts counts;
	mmr_block block;
	size_t i;

	memset(bytes, 'x', size);
	for (i = 79; i < size; i += 80)
		bytes[i] = '\n';
	piped = piped_open((mmr_slice){bytes, size}, 1 << 16, false);
	ck_assert_int_eq(mmr_blocks_open(piped.reader, NULL, NULL, &blocks), 0);
	while (mmr_blocks_next(blocks, &block)) {
		ck_assert_int_eq(mmr_slice_count(block.bytes, '\n', &found), 0);
		n += found;
		peak = mmr_heap_bytes() > peak ? mmr_heap_bytes() : peak;
	}
	ck_assert_int_eq(mmr_blocks_error(blocks), 0);
	mmr_blocks_close(blocks);
	piped_close(&piped);
	ck_assert_uint_eq(n, size / 80);
	MUST(peak - heap < MIB, "%llu bytes of heap", (unsigned long long)(peak - heap));
	/* The same holds for each thread of a scan. */
	scan.n_threads = 4;
	piped = piped_open((mmr_slice){bytes, size}, 1 << 16, false);
	ck_assert_int_eq(mmr_count_lines(piped.reader, &scan, &counts), 0);
	ck_assert_uint_eq(counts.lines, size / 80 + 1);
	piped_close(&piped);
	MUST(mmr_heap_peak() - heap < 4 * MIB, "%llu bytes of heap",
		(unsigned long long)(mmr_heap_peak() - heap));
	ck_assert_uint_eq(mmr_heap_bytes(), heap);
	free(bytes);
}
END_TEST

/* --- Errors --- */

/* A peer that closes with unread bytes resets the connection. The bytes that it sent before arrive
 * first. */
static mmr_reader *open_reset(const char *text)
{
	int pair[2];
	mmr_reader *reader;
	size_t len = strlen(text);

	MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "%s", strerror(errno));
	MUST(write(pair[0], "x", 1) == 1, "%s", strerror(errno));
	MUST(write(pair[1], text, len) == (ssize_t)len, "%s", strerror(errno));
	close(pair[1]);
	MUST(mmr_open_fd(pair[0], NULL, &reader) == 0, "%s", mmr_last_error());
	close(pair[0]);
	return reader;
}

static int add_up(void *state, const mmr_block *block)
{
	size_t *sum = *(size_t **)state;

	*sum += block->bytes.len;
	return 0;
}

static int do_nothing(void *state, const mmr_block *block)
{
	(void)state, (void)block;
	return 0;
}

START_TEST(test_blocks_of_a_stream_read_error)
{
	mmr_counts counts = {.lines = 77};
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	size_t sum = 0;
	mmr_scan_job job = {.work = do_nothing,
		.collect = add_up,
		.start = keep_context,
		.context = &sum,
		.state_size = sizeof(size_t *)};
	mmr_reader *reader = open_reset("abc\ndef");
	mmr_blocks *blocks;
	mmr_block block;

	ck_assert_int_eq(mmr_blocks_open(reader, NULL, NULL, &blocks), 0);
	ck_assert(mmr_blocks_next(blocks, &block));
	ck_assert(mmr_slice_equal(block.bytes, mmr_slice_of("abc\n")));
	ck_assert(mmr_blocks_next(blocks, &block));
	ck_assert(mmr_slice_equal(block.bytes, mmr_slice_of("def")));
	ck_assert(!mmr_blocks_next(blocks, &block));
	ck_assert_int_eq(mmr_blocks_error(blocks), -ECONNRESET);
	ck_assert_uint_eq(mmr_last_error_offset(), 7);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "read 'descriptor"));
	ck_assert(!mmr_blocks_next(blocks, &block));
	ck_assert_int_eq(mmr_blocks_error(blocks), -ECONNRESET);
	mmr_blocks_close(blocks);
	ck_assert_uint_eq(mmr_consumed(reader), 7);
	mmr_close(reader);

	for (scan.n_threads = 1; scan.n_threads <= 3; scan.n_threads++) {
		reader = open_reset("abc\ndef");
		ck_assert_int_eq(mmr_count_lines(reader, &scan, &counts), -ECONNRESET);
		ck_assert_uint_eq(mmr_last_error_offset(), 7);
		ck_assert_uint_eq(counts.lines, 77);
		mmr_close(reader);
		reader = open_reset("abc\ndef");
		sum = 0;
		ck_assert_int_eq(mmr_scan_run(reader, &scan, NULL, &job), -ECONNRESET);
		ck_assert_uint_eq(sum, 7);
		mmr_close(reader);
	}
	/* A range that ends before the error is read without it. */
	reader = open_reset("abc\ndef");
	scan.n_lines = 1;
	ck_assert_int_eq(mmr_count_lines(reader, &scan, &counts), 0);
	ck_assert_uint_eq(counts.lines, 1);
	ck_assert_uint_eq(mmr_consumed(reader), 4);
	mmr_close(reader);
}
END_TEST

static int count_bytes(void *state, const mmr_block *block)
{
	*(uint64_t *)state += block->bytes.len;
	return 0;
}

static void add_bytes(void *state, void *context)
{
	*(uint64_t *)context += *(uint64_t *)state;
}

/* The number of windows in a stream of unknown size must not overflow to none. */
START_TEST(test_stream_blocks_of_a_byte)
{
	mmr_slice bytes = mmr_slice_of("a\nb\nc");
	struct piped piped = piped_open(bytes, 0, false);
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	uint64_t n = 0;
	mmr_scan_job job = {
		.work = count_bytes, .end = add_bytes, .context = &n, .state_size = sizeof(n)};

	cut.window = 1;
	MUST(mmr_scan_run(piped.reader, NULL, &cut, &job) == 0, "%s", mmr_last_error());
	ck_assert_uint_eq(n, bytes.len);
	piped_close(&piped);
}
END_TEST

static Suite *stream_blocks_suite(void)
{
	Suite *suite = suite_create("stream_blocks");

	ADD_CASE(suite, "core", test_blocks_of_a_stream_arrive_at_once,
		test_blocks_of_a_stream_cover_the_range,
		test_blocks_of_a_stream_are_passed_before_a_wait);
	ADD_CASE(suite, "limits", test_stream_blocks_of_a_byte, test_blocks_of_a_stream_line_limit,
		test_blocks_of_a_stream_memory_is_bounded);
	ADD_CASE(suite, "faults", test_blocks_of_a_stream_read_error);
	return suite;
}

CHECK_MAIN(stream_blocks_suite)
