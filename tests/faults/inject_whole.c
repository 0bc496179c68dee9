/* inject_whole.c - scenarios: whole files and streams, in blocks, by threads and by lines
 *
 * SPDX-License-Identifier: MIT */
#include "inject_library.h"

#include "inject.h"

#include <fcntl.h>
#include <unistd.h>

/* Runs a body over the large file. */
static int with_large(int (*body)(mmr_reader *reader))
{
	mmr_reader *reader;
	int err;

	err = TRY(reader, mmr_open(LARGE, NULL, &reader));
	if (err < 0)
		return err;
	err = body(reader);
	mmr_close(reader);
	return err;
}

/* The ends of blocks vary; the content of all blocks does not. */
static int drain(mmr_blocks *blocks, bool backward)
{
	uint64_t n_bytes = 0, n_lines = 0, found;
	mmr_block block;
	int err = 0;

	while (err == 0 && mmr_blocks_next(blocks, &block)) {
		must(backward || block.off == n_bytes, "a gap between blocks");
		err = TRY(found, mmr_slice_count(block.bytes, '\n', &found));
		n_bytes += block.bytes.len;
		n_lines += found;
	}
	if (err == 0)
		err = TRY_ALONE(mmr_blocks_error(blocks));
	if (err == 0) {
		note(n_bytes);
		note(n_lines);
	}
	mmr_blocks_close(blocks);
	return err;
}

static int feed(mmr_reader *reader, enum mmr_io_mode io_mode, bool backward)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_blocks *blocks;
	int err;

	scan.io_mode = io_mode;
	cut.window = 64 << 10;
	cut.backward = backward;
	err = TRY(blocks, mmr_blocks_open(reader, &scan, &cut, &blocks));
	return err < 0 ? err : drain(blocks, backward);
}

static int feed_both(mmr_reader *reader, enum mmr_io_mode io_mode)
{
	int err = feed(reader, io_mode, false);

	return err < 0 ? err : feed(reader, io_mode, true);
}

static int feed_auto(mmr_reader *reader)
{
	return feed_both(reader, MMR_IO_AUTO);
}

static int feed_copy(mmr_reader *reader)
{
	return feed_both(reader, MMR_IO_READ);
}

static int feed_uncached(mmr_reader *reader)
{
	return feed_both(reader, MMR_IO_UNCACHED);
}

static int feed_direct(mmr_reader *reader)
{
	return feed_both(reader, MMR_IO_DIRECT);
}

static int blocks(void)
{
	return with_large(feed_auto);
}

static int blocks_copied(void)
{
	return with_large(feed_copy);
}

static int blocks_uncached(void)
{
	return with_large(feed_uncached);
}

static int blocks_direct(void)
{
	return with_large(feed_direct);
}

/* Chooses between uncached and direct reads. */
static int feed_left(mmr_reader *reader)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_blocks *blocks;
	int err;

	scan.cache = MMR_CACHE_LEAVE;
	err = TRY(blocks, mmr_blocks_open(reader, &scan, NULL, &blocks));
	return err < 0 ? err : drain(blocks, false);
}

static int blocks_left(void)
{
	return with_large(feed_left);
}

static int blocks_without_holes(void)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	uint64_t n_lines = 0, found;
	mmr_reader *reader;
	mmr_blocks *feed;
	mmr_block block;
	int err;

	err = TRY(reader, mmr_open(SPARSE, NULL, &reader));
	if (err < 0)
		return err;
	cut.split_lines = true;
	cut.skip_holes = true;
	err = TRY(feed, mmr_blocks_open(reader, NULL, &cut, &feed));
	if (err < 0)
		goto close_reader;
	while (err == 0 && mmr_blocks_next(feed, &block)) {
		err = TRY(found, mmr_slice_count(block.bytes, '\n', &found));
		n_lines += found;
	}
	if (err == 0)
		err = TRY_ALONE(mmr_blocks_error(feed));
	note(n_lines);
	mmr_blocks_close(feed);

close_reader:
	mmr_close(reader);
	return err;
}

/* Runs a body over the large file as a stream. */
static int with_stream(int (*body)(mmr_reader *reader))
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader *reader;
	int err, fd;

	options.backing = MMR_BACKING_STREAM;
	inject_stop();
	fd = open(LARGE, O_RDONLY | O_CLOEXEC);
	inject_start();
	err = TRY(reader, mmr_open_fd(fd, &options, &reader));
	if (err == 0) {
		err = body(reader);
		mmr_close(reader);
	}
	inject_stop();
	close(fd);
	return err;
}

static int feed_stream(mmr_reader *reader)
{
	mmr_blocks *blocks;
	int err;

	err = TRY(blocks, mmr_blocks_open(reader, NULL, NULL, &blocks));
	return err < 0 ? err : drain(blocks, false);
}

static int stream(void)
{
	return with_stream(feed_stream);
}

static int count_both(mmr_reader *reader)
{
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_counts counts;
	int err;

	options.n_threads = N_THREADS;
	err = TRY(counts, mmr_count_lines(reader, &options, &counts));
	options.io_mode = MMR_IO_READ;
	if (err == 0)
		err = TRY(counts, mmr_measure_lines(reader, &options, &counts));
	if (err == 0) {
		note(counts.lines);
		note(counts.longest + counts.crlf);
		note(counts.unterminated);
	}
	return err;
}

static int count(void)
{
	return with_large(count_both);
}

/* Scans a part of a stream, and the rest of it in a second scan. */
static int count_parts(mmr_reader *reader)
{
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_counts counts;
	int err;

	options.n_threads = N_THREADS;
	options.first_line = 5;
	options.n_lines = 10;
	err = TRY(counts, mmr_measure_lines(reader, &options, &counts));
	if (err < 0)
		return err;
	note(mmr_consumed(reader));
	note(counts.longest);
	options.first_line = 0;
	options.n_lines = MMR_REST;
	err = TRY(counts, mmr_measure_lines(reader, &options, &counts));
	note(mmr_consumed(reader));
	note(counts.lines + counts.longest);
	return err;
}

static int count_stream(void)
{
	return with_stream(count_parts);
}

static int on_match(void *context, const mmr_match *match)
{
	uint64_t *sum = context;

	*sum += match->off + match->line;
	return 0;
}

static int find_all(mmr_reader *reader)
{
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_needle needle = mmr_needle_of(mmr_slice_of("line 77"));
	uint64_t n, sum = 0;
	int err;

	options.n_threads = N_THREADS;
	err = TRY(n, mmr_count_matches(reader, &needle, &options, &n));
	if (err == 0)
		err = TRY_ALONE(
			mmr_each_match(reader, &needle, &options, MMR_MATCH_LINES, on_match, &sum));
	if (err == 0) {
		note(n);
		note(sum);
	}
	return err;
}

static int find(void)
{
	return with_large(find_all);
}

static int seek_all(mmr_reader *reader)
{
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	uint64_t at, start, stop;
	int err;

	options.n_threads = N_THREADS;
	err = TRY(at, mmr_line_seek(reader, 0, 20000, &options, &at));
	if (err == 0) {
		note(at);
		err = TRY(at, mmr_line_seek(reader, mmr_size(reader), -3000, &options, &at));
	}
	if (err < 0)
		return err;
	note(at);
	err = TRY(at, mmr_line_number(reader, mmr_size(reader), &options, &at));
	if (err < 0)
		return err;
	note(at);
	memset(&stop, INJECT_POISON, sizeof(stop));
	err = TRY(start, mmr_line_bounds(reader, mmr_size(reader) / 2, &options, &start, &stop));
	if (err < 0) {
		must(memcmp(&start, &stop, sizeof(stop)) == 0, "an output was touched");
		return err;
	}
	note(start);
	note(stop);
	memset(&stop, INJECT_POISON, sizeof(stop));
	err = TRY(start, mmr_shard(reader, NULL, 2, 3, &start, &stop));
	if (err < 0) {
		must(memcmp(&start, &stop, sizeof(stop)) == 0, "an output was touched");
		return err;
	}
	note(start);
	note(stop);
	return 0;
}

static int seek(void)
{
	return with_large(seek_all);
}

static int sum(void)
{
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_summary summary;
	mmr_reader *reader;
	int64_t value = 0;
	int err;

	err = TRY(reader, mmr_open(NUMBERS, NULL, &reader));
	if (err < 0)
		return err;
	options.n_threads = N_THREADS;
	err = TRY(summary, mmr_sum_numbers(reader, MMR_I64, MMR_LITTLE, 0, &options, &summary));
	if (err == 0)
		err = TRY(value, mmr_summary_i64(&summary, &value));
	note((uint64_t)value);
	mmr_close(reader);
	return err;
}

/* Compares a file with itself, by other threads, and then with a stream that is shorter. */
static int compare_all(mmr_reader *reader, mmr_reader *stream)
{
	static uint64_t counts[100];
	mmr_compare_options how = MMR_COMPARE_OPTIONS_INIT;
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_scan_options other = MMR_SCAN_OPTIONS_INIT;
	mmr_comparison found;
	int err;

	options.n_threads = N_THREADS;
	options.length = (uint64_t)2 << 20;
	other.offset = 5;
	how.lines = true;
	how.counts = counts;
	how.n_counts = 100;
	err = TRY_ALONE(mmr_compare(reader, &options, reader, &other, &how, &found));
	if (err < 0)
		return err;
	note(found.first);
	note(found.different);
	note(found.line);
	note(counts[50]);
	err = TRY_ALONE(mmr_compare(reader, NULL, stream, NULL, &how, &found));
	if (err < 0)
		return err;
	must(found.shorter == 2, "the stream is shorter");
	note(found.compared);
	return 0;
}

static int compare(void)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader *reader, *stream;
	int err;

	options.backing = MMR_BACKING_STREAM;
	err = TRY(stream, mmr_open(SMALL, &options, &stream));
	if (err < 0)
		return err;
	err = TRY(reader, mmr_open(LARGE, NULL, &reader));
	if (err == 0) {
		err = compare_all(reader, stream);
		mmr_close(reader);
	}
	mmr_close(stream);
	return err;
}

/* Views allocate nothing and make no system calls: only the reader under them can fail. */
static int view_all(mmr_reader *reader)
{
	mmr_needle needle = mmr_needle_of(mmr_slice_of("line 9"));
	mmr_matches matches = mmr_matches_of(mmr_bytes(reader), &needle);
	mmr_lines lines = mmr_lines_of(mmr_bytes(reader), '\n');
	mmr_slice line, match;
	int err;

	while (mmr_lines_next(&lines, &line))
		note(line.len);
	err = TRY_ALONE(mmr_lines_error(&lines));
	while (err == 0 && mmr_matches_next(&matches, &match))
		note(match.len);
	return err < 0 ? err : TRY_ALONE(mmr_matches_error(&matches));
}

static int views(void)
{
	return with_large(view_all);
}

const struct scenario inject_whole_scenarios[] = {
	{"blocks", blocks},
	{"blocks_copied", blocks_copied},
	{"blocks_uncached", blocks_uncached},
	{"blocks_direct", blocks_direct},
	{"blocks_left", blocks_left},
	{"blocks_without_holes", blocks_without_holes},
	{"stream", stream},
	{"count", count},
	{"count_stream", count_stream},
	{"find", find},
	{"seek", seek},
	{"sum", sum},
	{"compare", compare},
	{"views", views},
	{NULL, NULL},
};
