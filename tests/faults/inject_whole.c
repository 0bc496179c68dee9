/* inject_whole.c - scenarios: whole files, in blocks, in parallel and by lines
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

/* Where blocks end is chance; what is in them is not. */
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

static int feed(mmr_reader *reader, enum mmr_engine engine, bool backward)
{
	mmr_blocks_options options = MMR_BLOCKS_OPTIONS_INIT;
	mmr_blocks *blocks;
	int err;

	options.engine = engine;
	options.window = 64 << 10;
	options.backward = backward;
	err = TRY(blocks, mmr_blocks_of(reader, &options, &blocks));
	return err < 0 ? err : drain(blocks, backward);
}

static int feed_both(mmr_reader *reader, enum mmr_engine engine)
{
	int err = feed(reader, engine, false);

	return err < 0 ? err : feed(reader, engine, true);
}

static int feed_auto(mmr_reader *reader)
{
	return feed_both(reader, MMR_ENGINE_AUTO);
}

static int feed_copy(mmr_reader *reader)
{
	return feed_both(reader, MMR_ENGINE_COPY);
}

static int blocks(void)
{
	return with_large(feed_auto);
}

static int blocks_copied(void)
{
	return with_large(feed_copy);
}

static int blocks_without_holes(void)
{
	mmr_blocks_options options = MMR_BLOCKS_OPTIONS_INIT;
	uint64_t n_lines = 0, found;
	mmr_reader *reader;
	mmr_blocks *feed;
	mmr_block block;
	int err;

	err = TRY(reader, mmr_open(SPARSE, NULL, &reader));
	if (err < 0)
		return err;
	options.delimiter = MMR_NO_DELIMITER;
	options.skip_holes = true;
	err = TRY(feed, mmr_blocks_of(reader, &options, &feed));
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

static int stream(void)
{
	mmr_blocks *feed;
	int err, fd;

	inject_stop();
	fd = open(LARGE, O_RDONLY | O_CLOEXEC);
	inject_start();
	err = TRY(feed, mmr_blocks_of_fd(fd, NULL, &feed));
	if (err == 0)
		err = drain(feed, false);
	inject_stop();
	close(fd);
	return err;
}

static int count_both(mmr_reader *reader)
{
	mmr_count_options options = MMR_COUNT_OPTIONS_INIT;
	mmr_counts counts;
	int err;

	options.n_threads = N_THREADS;
	err = TRY(counts, mmr_count_lines(reader, &options, &counts));
	options.measure = true;
	options.engine = MMR_ENGINE_COPY;
	if (err == 0)
		err = TRY(counts, mmr_count_lines(reader, &options, &counts));
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

static int on_match(void *context, uint64_t off)
{
	uint64_t *sum = context;

	*sum += off;
	return 0;
}

static int find_all(mmr_reader *reader)
{
	mmr_count_options options = MMR_COUNT_OPTIONS_INIT;
	mmr_needle needle = mmr_needle_of(mmr_slice_of("line 77"));
	uint64_t n, sum = 0;
	int err;

	options.n_threads = N_THREADS;
	err = TRY(n, mmr_count_matches(reader, &needle, &options, &n));
	if (err == 0)
		err = TRY_ALONE(mmr_each_match(reader, &needle, &options, on_match, &sum));
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
	uint64_t at, start, stop;
	int err;

	err = TRY(at, mmr_line_seek(reader, 0, 20000, '\n', N_THREADS, &at));
	if (err == 0) {
		note(at);
		err = TRY(at, mmr_line_seek(reader, mmr_size(reader), -3000, '\n', 1, &at));
	}
	if (err < 0)
		return err;
	note(at);
	memset(&stop, INJECT_POISON, sizeof(stop));
	err = TRY(start, mmr_shard(reader, '\n', 2, 3, &start, &stop));
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
	mmr_sum_options options = MMR_SUM_OPTIONS_INIT;
	mmr_summary summary;
	mmr_reader *reader;
	int64_t value = 0;
	int err;

	err = TRY(reader, mmr_open(NUMBERS, NULL, &reader));
	if (err < 0)
		return err;
	options.type = MMR_I64;
	options.order = MMR_LITTLE;
	options.n_threads = N_THREADS;
	err = TRY(summary, mmr_sum_numbers(reader, &options, &summary));
	if (err == 0)
		err = TRY(value, mmr_summary_i64(&summary, &value));
	note((uint64_t)value);
	mmr_close(reader);
	return err;
}

/* Views allocate nothing and call nobody: what fails is the reader under them. */
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
	{"blocks_without_holes", blocks_without_holes},
	{"stream", stream},
	{"count", count},
	{"find", find},
	{"seek", seek},
	{"sum", sum},
	{"views", views},
	{NULL, NULL},
};
