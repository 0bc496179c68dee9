/* stream.c - readers of streams: opening, abilities, and what they leave
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "support.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- What a stream is --- */

/* Calls that need an offset or an address fail, and nothing is read. */
static void must_be_a_stream(mmr_reader *reader, const char *name)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_lines lines = mmr_lines_of(mmr_bytes(reader), '\n');
	mmr_blocks *blocks = NULL;
	uint64_t start = 77, stop = 78;
	size_t len = 79;
	mmr_slice part;
	char byte = '#';

	MUST(mmr_backing(reader) == MMR_BACKING_STREAM, "%s: backing", name);
	MUST(mmr_size(reader) == MMR_REST, "%s: size", name);
	MUST(mmr_abilities(reader) == 0, "%s: abilities", name);
	MUST(mmr_consumed(reader) == 0, "%s: consumed", name);
	MUST(mmr_bytes(reader).len == 0, "%s: bytes", name);
	MUST(mmr_slice_at(mmr_bytes(reader), 0, 0, &part) == MMR_ENOMAP, "%s: a slice", name);
	MUST(!mmr_lines_next(&lines, &part) && mmr_lines_error(&lines) == MMR_ENOMAP, "%s: lines",
		name);
	MUST(mmr_read_at(reader, 0, &byte, 1, &len) == -ESPIPE && byte == '#', "%s: read", name);
	MUST(strstr(mmr_last_error(), "at an offset") && strstr(mmr_last_error(), "save"), "%s: %s",
		name, mmr_last_error());
	MUST(mmr_scan_locate(reader, &scan, &start, &stop) == -ESPIPE, "%s: a range", name);
	MUST(mmr_line_seek(reader, 0, 1, NULL, &start) == -ESPIPE, "%s: a line", name);
	MUST(mmr_line_bounds(reader, 0, NULL, &start, &stop) == -ESPIPE, "%s: bounds", name);
	MUST(mmr_line_number(reader, 0, NULL, &start) == -ESPIPE, "%s: a line number", name);
	MUST(mmr_shard(reader, NULL, 1, 2, &start, &stop) == -ESPIPE, "%s: a shard", name);
	MUST(start == 77 && stop == 78, "%s: the outputs were touched", name);
	cut.backward = true;
	MUST(mmr_blocks_open(reader, NULL, &cut, &blocks) == -ESPIPE && !blocks, "%s: backward",
		name);
	/* A stream is not checked for changes. */
	MUST(mmr_check(reader) == 0 && mmr_refresh(reader) == 0, "%s: %s", name, mmr_last_error());
	MUST(mmr_advise(reader, 0, MMR_REST, MMR_ADVICE_SEQUENTIAL) == 0, "%s: advice", name);
	MUST(mmr_prefetch(reader, 0, MMR_REST) == 0 && mmr_release(reader, 0, MMR_REST) == 0,
		"%s: pages", name);
	MUST(mmr_head(reader, &byte, 1, &len) == 0 && len == 0, "%s: a head", name);
	MUST(mmr_consumed(reader) == 0, "%s: consumed", name);
}

static uint64_t count_bytes(mmr_reader *reader)
{
	mmr_counts counts;

	MUST(mmr_measure_lines(reader, NULL, &counts) == 0, "%s", mmr_last_error());
	return mmr_consumed(reader);
}

START_TEST(test_stream_of_descriptors)
{
	int ends[2], pair[2], null = open("/dev/null", O_RDONLY);
	mmr_reader *reader;

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], "a\nb", 3), 3);
	ck_assert_int_eq(mmr_open_fd(ends[0], NULL, &reader), 0);
	must_be_a_stream(reader, "pipe");
	close(ends[1]);
	ck_assert_uint_eq(count_bytes(reader), 3);
	mmr_close(reader);
	/* The caller still owns the descriptor. */
	ck_assert_int_eq(close(ends[0]), 0);

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(write(pair[1], "a\nb\n", 4), 4);
	ck_assert_int_eq(mmr_open_fd(pair[0], NULL, &reader), 0);
	must_be_a_stream(reader, "socket");
	close(pair[1]);
	ck_assert_uint_eq(count_bytes(reader), 4);
	mmr_close(reader);
	ck_assert_int_eq(close(pair[0]), 0);

	ck_assert_int_eq(mmr_open_fd(null, NULL, &reader), 0);
	must_be_a_stream(reader, "/dev/null");
	ck_assert_uint_eq(count_bytes(reader), 0);
	mmr_close(reader);
	ck_assert_int_eq(close(null), 0);
}
END_TEST

START_TEST(test_stream_of_paths)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	struct temp temp = temp_open("a\nb\nc", 5);
	mmr_counts counts;
	mmr_reader *reader;

	ck_assert_int_eq(mmr_open("/dev/null", NULL, &reader), 0);
	must_be_a_stream(reader, "/dev/null");
	mmr_close(reader);
	ck_assert_int_eq(mmr_open("/dev/zero", NULL, &reader), 0);
	must_be_a_stream(reader, "/dev/zero");
	/* The device has no end, but the range has. */
	scan.length = 100000;
	scan.delimiter = '\0';
	ck_assert_int_eq(mmr_count_lines(reader, &scan, &counts), 0);
	ck_assert_uint_eq(counts.lines, 100000);
	ck_assert_uint_eq(mmr_consumed(reader), 100000);
	mmr_close(reader);
	/* A file can be opened as a stream. */
	options.backing = MMR_BACKING_STREAM;
	ck_assert_int_eq(mmr_open(temp.path, &options, &reader), 0);
	must_be_a_stream(reader, "file");
	ck_assert_uint_eq(count_bytes(reader), 5);
	mmr_close(reader);
	options.offset = 1;
	ck_assert_int_eq(mmr_open(temp.path, &options, &reader), -ESPIPE);
	temp_close(&temp);
}
END_TEST

/* A device that accepts lseek but ignores the offset, so its bytes can be read only once. */
START_TEST(test_stream_of_a_device_that_ignores_its_offset)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_reader *reader;
	mmr_blocks *blocks;
	mmr_block block;
	char head[64];
	size_t len, used;

	ck_assert_int_eq(mmr_open("/dev/urandom", NULL, &reader), 0);
	cut.window = sizeof(head);
	cut.split_lines = true;
	cut.ahead = 40;
	ck_assert_int_eq(mmr_blocks_open(reader, NULL, &cut, &blocks), 0);
	ck_assert(mmr_blocks_next(blocks, &block));
	used = block.bytes.len - block.ahead;
	ck_assert_uint_eq(used, sizeof(head) - 40);
	mmr_blocks_close(blocks);
	ck_assert_uint_eq(mmr_consumed(reader), used);
	ck_assert_int_eq(mmr_head(reader, head, sizeof(head), &len), 0);
	ck_assert_uint_eq(len, sizeof(head));
	scan.length = 40;
	ck_assert_int_eq(mmr_blocks_open(reader, &scan, NULL, &blocks), 0);
	ck_assert(mmr_blocks_next(blocks, &block));
	ck_assert_uint_eq(block.off, used);
	MUST(memcmp(block.bytes.ptr, head + used, min_size(block.bytes.len, 40)) == 0,
		"bytes that were read and not used are lost");
	mmr_blocks_close(blocks);
	mmr_close(reader);
}
END_TEST

START_TEST(test_stream_of_a_terminal)
{
	int terminal = posix_openpt(O_RDWR | O_NOCTTY);
	const char *path = NULL;
	mmr_reader *reader;
	mmr_blocks *blocks;
	mmr_block block;

	if (terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0)
		path = ptsname(terminal);
	if (!path || mmr_open(path, NULL, &reader) < 0)
		CHECK_SKIP("no pseudo-terminals");
	must_be_a_stream(reader, "terminal");
	ck_assert_int_eq(mmr_blocks_open(reader, NULL, NULL, &blocks), 0);
	/* A line arrives when it is entered. ^D ends the input. */
	ck_assert_int_eq(write(terminal, "one\n", 4), 4);
	ck_assert(mmr_blocks_next(blocks, &block));
	ck_assert(mmr_slice_equal(block.bytes, mmr_slice_of("one\n")));
	ck_assert_int_eq(write(terminal, "\004", 1), 1);
	ck_assert(!mmr_blocks_next(blocks, &block));
	ck_assert_int_eq(mmr_blocks_error(blocks), 0);
	/* The scan does not read on after the end. */
	ck_assert_int_eq(write(terminal, "two\n", 4), 4);
	ck_assert(!mmr_blocks_next(blocks, &block));
	mmr_blocks_close(blocks);
	ck_assert_uint_eq(mmr_consumed(reader), 4);
	mmr_close(reader);
	close(terminal);
}
END_TEST

/* --- FIFOs --- */

struct fifo_writer {
	const char *path;
	unsigned delay_ms;
	const char *text;
	atomic_bool opened;
};

static void *write_fifo(void *arg)
{
	struct fifo_writer *writer = arg;
	size_t len = strlen(writer->text);
	int fd;

	usleep(writer->delay_ms * 1000);
	atomic_store(&writer->opened, true);
	fd = open(writer->path, O_WRONLY);
	MUST(fd >= 0 && write(fd, writer->text, len) == (ssize_t)len, "%s", strerror(errno));
	close(fd);
	return NULL;
}

static void set_flag(void *context)
{
	atomic_store((atomic_bool *)context, true);
}

START_TEST(test_stream_of_a_fifo)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	struct temp temp = temp_open("x", 1);
	struct fifo_writer writer = {temp.path, 50, "a\nb\n", false};
	atomic_bool waited = false;
	mmr_counts counts;
	mmr_reader *reader;
	pthread_t thread;

	temp_close(&temp);
	ck_assert_int_eq(mkfifo(temp.path, 0600), 0);
	scan.before_wait = set_flag;
	scan.wait_context = &waited;
	/* Opening does not wait for a writer, but the first scan does. */
	ck_assert_int_eq(mmr_open(temp.path, NULL, &reader), 0);
	must_be_a_stream(reader, "FIFO");
	ck_assert_int_eq(pthread_create(&thread, NULL, write_fifo, &writer), 0);
	ck_assert(!atomic_load(&writer.opened));
	ck_assert_int_eq(mmr_count_lines(reader, &scan, &counts), 0);
	ck_assert(atomic_load(&writer.opened) && atomic_load(&waited));
	ck_assert_uint_eq(counts.lines, 2);
	pthread_join(thread, NULL);
	mmr_close(reader);
	/* With a writer that waits for a reader. */
	writer.delay_ms = 0;
	ck_assert_int_eq(pthread_create(&thread, NULL, write_fifo, &writer), 0);
	usleep(20000);
	ck_assert_int_eq(mmr_open(temp.path, NULL, &reader), 0);
	ck_assert_int_eq(mmr_count_lines(reader, &scan, &counts), 0);
	ck_assert_uint_eq(counts.lines, 2);
	pthread_join(thread, NULL);
	mmr_close(reader);
	/* With a writer that has closed its end. */
	writer.text = "";
	ck_assert_int_eq(mmr_open(temp.path, NULL, &reader), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, write_fifo, &writer), 0);
	pthread_join(thread, NULL);
	ck_assert_int_eq(mmr_count_lines(reader, &scan, &counts), 0);
	ck_assert_uint_eq(counts.lines, 0);
	mmr_close(reader);
	/* With the option `wait`, opening waits. */
	writer = (struct fifo_writer){temp.path, 50, "c", false};
	options.wait = true;
	ck_assert_int_eq(pthread_create(&thread, NULL, write_fifo, &writer), 0);
	ck_assert_int_eq(mmr_open(temp.path, &options, &reader), 0);
	ck_assert(atomic_load(&writer.opened));
	must_be_a_stream(reader, "FIFO with a writer");
	ck_assert_int_eq(mmr_count_lines(reader, NULL, &counts), 0);
	ck_assert(counts.lines == 1 && counts.unterminated);
	pthread_join(thread, NULL);
	mmr_close(reader);
	unlink(temp.path);
}
END_TEST

/* A scan waits for bytes of a non-blocking descriptor. */
START_TEST(test_stream_of_a_non_blocking_descriptor)
{
	struct piped piped = piped_open(mmr_slice_of("a\nb\n"), 1, true);
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_counts counts;
	atomic_bool waited = false;
	mmr_reader *reader;
	int ends[2];

	piped_close(&piped);
	ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
	ck_assert_int_eq(mmr_open_fd(ends[0], NULL, &reader), 0);
	scan.before_wait = set_flag;
	scan.wait_context = &waited;
	ck_assert_int_eq(write(ends[1], "a\n", 2), 2);
	scan.n_lines = 1;
	ck_assert_int_eq(mmr_count_lines(reader, &scan, &counts), 0);
	ck_assert_uint_eq(counts.lines, 1);
	close(ends[1]);
	ck_assert_int_eq(mmr_count_lines(reader, &scan, &counts), 0);
	ck_assert_uint_eq(counts.lines, 0);
	mmr_close(reader);
	close(ends[0]);
}
END_TEST

/* --- One scan at a time --- */

static int scan_again(void *state, const mmr_block *block)
{
	mmr_reader *reader = *(mmr_reader **)state;
	mmr_counts counts = {.lines = 77};

	(void)block;
	MUST(mmr_count_lines(reader, NULL, &counts) == -EBUSY, "a scan within a scan");
	MUST(counts.lines == 77, "the output was touched");
	return 0;
}

static int refuse(void *state, void *context)
{
	(void)state, (void)context;
	return -ENOTTY;
}

START_TEST(test_stream_is_busy)
{
	struct piped piped = piped_open(mmr_slice_of("a\nb\nc\n"), 2, false);
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_scan_job job = {.work = scan_again,
		.start = keep_context,
		.context = piped.reader,
		.state_size = sizeof(mmr_reader *)};
	mmr_blocks *blocks, *others = NULL;
	mmr_counts counts;

	ck_assert_int_eq(mmr_blocks_open(piped.reader, NULL, NULL, &blocks), 0);
	ck_assert_int_eq(mmr_blocks_open(piped.reader, NULL, NULL, &others), -EBUSY);
	ck_assert_ptr_null(others);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "one scan at a time"));
	ck_assert_int_eq(mmr_count_lines(piped.reader, NULL, &counts), -EBUSY);
	/* No block was read, so no byte was consumed. */
	mmr_blocks_close(blocks);
	ck_assert_uint_eq(mmr_consumed(piped.reader), 0);
	scan.n_lines = 1;
	ck_assert_int_eq(mmr_scan_run(piped.reader, &scan, NULL, &job), 0);
	ck_assert_uint_eq(mmr_consumed(piped.reader), 2);
	/* The stream is not busy after a state could not be made or options were refused. */
	job.start = refuse;
	ck_assert_int_eq(mmr_scan_run(piped.reader, NULL, NULL, &job), -ENOTTY);
	ck_assert_uint_eq(mmr_consumed(piped.reader), 2);
	scan.struct_size--;
	ck_assert_int_eq(mmr_scan_run(piped.reader, &scan, NULL, &job), -EINVAL);
	ck_assert_int_eq(mmr_count_lines(piped.reader, NULL, &counts), 0);
	ck_assert_uint_eq(counts.lines, 2);
	piped_close(&piped);
}
END_TEST

/* --- The head --- */

START_TEST(test_stream_head)
{
	static char bytes[100];
	static const size_t pieces[] = {1, 7, 63, 64, 65, 100};
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	struct temp temp;
	mmr_reader *reader;
	mmr_blocks *blocks;
	mmr_counts counts;
	mmr_block block;
	char head[100];
	size_t i, n, len;

	memset(bytes, '\n', sizeof(bytes));
	for (i = 0; i < sizeof(bytes); i += 2)
		bytes[i] = (char)('0' + i);
	for (i = 0; i < ARRAY_LEN(pieces); i++) {
		struct piped piped =
			piped_open((mmr_slice){bytes, sizeof(bytes)}, pieces[i], false);

		/* The head has the bytes that were read by all scans, but not more than 64. */
		for (n = 1; n <= sizeof(bytes) / 2; n++) {
			scan.n_lines = 1;
			MUST(mmr_count_lines(piped.reader, &scan, &counts) == 0, "%s",
				mmr_last_error());
			MUST(mmr_head(piped.reader, head, sizeof(head), &len) == 0, "head");
			MUST(len >= min_size(2 * n, 64) && len <= 64, "%zu bytes of %zu", len,
				2 * n);
			MUST(memcmp(head, bytes, len) == 0, "other bytes after %zu lines", n);
		}
		MUST(mmr_head(piped.reader, head, 3, &len) == 0 && len == 3, "a short head");
		piped_close(&piped);
	}
	/* If the offset is moved back, some bytes are read twice. */
	temp = temp_open(bytes, sizeof(bytes));
	reader = temp_reader(&temp, MMR_BACKING_STREAM);
	cut.window = 10;
	scan.n_lines = 2;
	for (n = 1; n <= sizeof(bytes) / 4; n++) {
		MUST(mmr_blocks_open(reader, &scan, &cut, &blocks) == 0, "%s", mmr_last_error());
		while (mmr_blocks_next(blocks, &block))
			;
		mmr_blocks_close(blocks);
		MUST(mmr_consumed(reader) == 4 * n, "%zu scans", n);
		MUST(mmr_head(reader, head, sizeof(head), &len) == 0 &&
				len >= min_size(4 * n, 64) && memcmp(head, bytes, len) == 0,
			"%zu bytes after %zu scans", len, n);
	}
	mmr_close(reader);
	temp_close(&temp);
	/* For files and memory, the same bytes are available at once. */
	ck_assert_int_eq(mmr_open_memory(bytes, sizeof(bytes), &reader), 0);
	ck_assert_int_eq(mmr_head(reader, head, sizeof(head), &len), 0);
	ck_assert_uint_eq(len, 64);
	ck_assert_mem_eq(head, bytes, 64);
	mmr_close(reader);
	ck_assert_int_eq(mmr_open_memory(bytes, 5, &reader), 0);
	ck_assert_int_eq(mmr_head(reader, head, sizeof(head), &len), 0);
	ck_assert_uint_eq(len, 5);
	mmr_close(reader);
}
END_TEST

/* --- Descriptors with an offset --- */

/* Another program that shares the descriptor continues where the scan has ended. */
START_TEST(test_stream_moves_the_offset_to_the_first_unused_byte)
{
	static char bytes[300000];
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	struct chance chance = {151};
	uint64_t at = 1000, used = 0;
	struct temp temp;
	mmr_reader *reader;
	char head[64];
	size_t len, round;

	chance_fill(&chance, bytes, sizeof(bytes), mmr_slice_of("\nabcdefghijklmnop"));
	temp = temp_open(bytes, sizeof(bytes));
	options.backing = MMR_BACKING_STREAM;
	/* The stream starts at the offset of the descriptor. */
	ck_assert_int_eq(lseek(temp.fd, (off_t)at, SEEK_SET), (off_t)at);
	ck_assert_int_eq(mmr_open_fd(temp.fd, &options, &reader), 0);
	for (round = 0; round < 100; round++) {
		mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
		mmr_counts counts;

		if (round % 3 == 0)
			scan.length = chance_below(&chance, 200);
		else
			scan.n_lines = chance_below(&chance, 9);
		if (round % 5 == 0 && round % 3 == 0)
			scan.offset = chance_below(&chance, 20);
		MUST(mmr_measure_lines(reader, &scan, &counts) == 0, "%s", mmr_last_error());
		MUST(scan.n_lines == MMR_REST || counts.lines == scan.n_lines, "lines");
		MUST(scan.n_lines != MMR_REST || scan.length == 0 ||
				mmr_consumed(reader) == used + scan.offset + scan.length,
			"round %zu: %llu bytes", round,
			(unsigned long long)(mmr_consumed(reader) - used));
		used = mmr_consumed(reader);
		MUST(lseek(temp.fd, 0, SEEK_CUR) == (off_t)(at + used),
			"round %zu: the descriptor is at %lld instead of %llu", round,
			(long long)lseek(temp.fd, 0, SEEK_CUR), (unsigned long long)(at + used));
		MUST(used == 0 || scan.n_lines == MMR_REST || scan.n_lines == 0 ||
				bytes[at + used - 1] == '\n',
			"round %zu: the offset is not after a line", round);
		/* Bytes that were read twice are in the head once. */
		MUST(mmr_head(reader, head, sizeof(head), &len) == 0 && len >= min_u64(used, 64) &&
				memcmp(head, bytes + at, len) == 0,
			"round %zu: a head of %zu", round, len);
	}
	ck_assert_uint_eq(count_bytes(reader), sizeof(bytes) - at);
	mmr_close(reader);
	ck_assert_int_eq(lseek(temp.fd, 0, SEEK_CUR), sizeof(bytes));
	temp_close(&temp);
}
END_TEST

START_TEST(test_stream_leaks_nothing)
{
	size_t n_fds = count_descriptors(), i;
	uint64_t heap = heap_in_use();
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_counts counts;

	scan.first_line = 1;
	scan.n_lines = 2;
	for (i = 0; i < 20; i++) {
		struct piped piped = piped_open(mmr_slice_of("a\nbb\nccc\ndddd\n"), i % 9, false);
		mmr_reader_memory_info memory;

		ck_assert_int_eq(mmr_measure_lines(piped.reader, &scan, &counts), 0);
		ck_assert(counts.lines == 2 && counts.longest == 3);
		mmr_reader_memory(piped.reader, &memory);
		ck_assert_int_eq(memory.backing, MMR_BACKING_STREAM);
		ck_assert_uint_eq(memory.mapped, 0);
		ck_assert_uint_eq(memory.heap, mmr_heap_bytes() - heap);
		ck_assert_int_eq(memory.cached.source, MMR_RESIDENCY_UNKNOWN);
		piped_close(&piped);
	}
	ck_assert_uint_eq(mmr_heap_bytes(), heap);
	ck_assert_uint_eq(count_descriptors(), n_fds);
}
END_TEST

static Suite *stream_suite(void)
{
	Suite *suite = suite_create("stream");

	ADD_CASE(suite, "core", test_stream_of_descriptors, test_stream_of_paths,
		test_stream_of_a_device_that_ignores_its_offset, test_stream_of_a_terminal,
		test_stream_of_a_fifo, test_stream_of_a_non_blocking_descriptor, test_stream_head,
		test_stream_moves_the_offset_to_the_first_unused_byte);
	ADD_CASE(suite, "limits", test_stream_leaks_nothing);
	ADD_CASE(suite, "faults", test_stream_is_busy);
	return suite;
}

CHECK_MAIN(stream_suite)
