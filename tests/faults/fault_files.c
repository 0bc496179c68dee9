/* fault_files.c - what reads a whole file: blocks, parallel runs, counts, searches, sums, seeks
 *
 * SPDX-License-Identifier: MIT */
#include "fault_scene.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEP ((size_t)64 << 10)

static int read_at(const struct scene *scene)
{
	static _Thread_local char buffer[STEP];
	uint64_t off;
	size_t got;
	int err;

	for (off = 0; off < SCENE_SIZE; off += got) {
		err = mmr_read_at(scene->reader, off, buffer, sizeof(buffer), &got);
		if (err < 0)
			return err;
		if (got != sizeof(buffer) || memcmp(buffer, scene->same.ptr + off, got) != 0)
			return WRONG;
	}
	return 0;
}

/* Line ends in all blocks, which are closed. */
static int drain(mmr_blocks *blocks, uint64_t *ret_n)
{
	uint64_t found = 0;
	mmr_block block;
	int err = 0;

	while (err == 0 && mmr_blocks_next(blocks, &block)) {
		err = mmr_slice_count(block.bytes, '\n', &found);
		*ret_n += found;
	}
	if (err == 0)
		err = mmr_blocks_error(blocks);
	mmr_blocks_close(blocks);
	return err;
}

static int feed(const struct scene *scene, int delimiter, bool backward)
{
	mmr_blocks_options options = MMR_BLOCKS_OPTIONS_INIT;
	mmr_blocks *blocks;
	uint64_t n = 0;
	int err;

	options.engine = scene->engine;
	options.window = scene->window;
	options.delimiter = delimiter;
	options.backward = backward;
	err = mmr_blocks_of(scene->reader, &options, &blocks);
	if (err == 0)
		err = drain(blocks, &n);
	return judge(err, n == SCENE_N_LINES);
}

static int feed_lines(const struct scene *scene)
{
	return feed(scene, '\n', false);
}

static int feed_back(const struct scene *scene)
{
	return feed(scene, '\n', true);
}

static int feed_bytes(const struct scene *scene)
{
	return feed(scene, MMR_NO_DELIMITER, false);
}

/* A stream promises no size: what was cut off was never there. */
static int feed_stream(const struct scene *scene)
{
	int fd = open(scene->path, O_RDONLY | O_CLOEXEC);
	mmr_blocks *blocks;
	uint64_t n = 0;
	int err;

	if (fd < 0)
		return -errno;
	err = mmr_blocks_of_fd(fd, NULL, &blocks);
	if (err == 0)
		err = drain(blocks, &n);
	if (err == 0 && lseek(fd, 0, SEEK_END) < (off_t)SCENE_SIZE)
		err = n < SCENE_N_LINES ? MMR_ETRUNCATED : WRONG;
	close(fd);
	return judge(err, n == SCENE_N_LINES);
}

static int count_block(void *state, const mmr_block *block)
{
	uint64_t found = 0;
	int err = mmr_slice_count(block->bytes, '\n', &found);

	*(uint64_t *)state += found;
	return err;
}

static int share(const struct scene *scene, int delimiter, bool backward, bool in_order)
{
	mmr_parallel_options options = MMR_PARALLEL_OPTIONS_INIT;
	uint64_t states[16] = {0}, n = 0;
	mmr_parallel_job job = {count_block, in_order ? count_block : NULL, states, sizeof(*states),
		scene->n_threads};
	unsigned i;
	int err;

	options.engine = scene->engine;
	options.window = scene->window > 0 ? scene->window : STEP;
	options.delimiter = delimiter;
	options.backward = backward;
	err = mmr_parallel_run(scene->reader, &options, &job);
	for (i = 0; i < scene->n_threads; i++)
		n += states[i];
	return judge(err, n == SCENE_N_LINES * (1 + in_order));
}

static int share_lines(const struct scene *scene)
{
	return share(scene, '\n', false, false);
}

static int share_in_order(const struct scene *scene)
{
	return share(scene, '\n', true, true);
}

static int share_bytes(const struct scene *scene)
{
	return share(scene, MMR_NO_DELIMITER, false, true);
}

static mmr_count_options count_options(const struct scene *scene)
{
	mmr_count_options options = MMR_COUNT_OPTIONS_INIT;

	options.engine = scene->engine;
	options.n_threads = scene->n_threads;
	return options;
}

static int count_lines(const struct scene *scene)
{
	mmr_count_options options = count_options(scene);
	mmr_counts counts = {0, 0, 0, false};
	int err = mmr_count_lines(scene->reader, &options, &counts);

	return judge(err, counts.lines == SCENE_N_LINES && !counts.unterminated);
}

static int count_longest(const struct scene *scene)
{
	mmr_count_options options = count_options(scene);
	mmr_counts counts = {0, 0, 0, false};
	int err;

	options.measure = true;
	err = mmr_count_lines(scene->reader, &options, &counts);
	return judge(err, counts.lines == SCENE_N_LINES && counts.longest == FAULT_LINE_LEN - 1);
}

static int count_matches(const struct scene *scene)
{
	mmr_count_options options = count_options(scene);
	mmr_needle needle = mmr_needle_of(mmr_slice_of("needle"));
	uint64_t n = 0;
	int err = mmr_count_matches(scene->reader, &needle, &options, &n);

	return judge(err, n == SCENE_N_LINES);
}

struct told {
	uint64_t n;
	bool wrong;
};

static int tell_match(void *context, uint64_t off)
{
	struct told *told = context;

	told->wrong |= off != told->n++ * FAULT_LINE_LEN + 5;
	return 0;
}

static int each_match(const struct scene *scene)
{
	mmr_count_options options = count_options(scene);
	mmr_needle needle = mmr_needle_of(mmr_slice_of("needle"));
	struct told told = {0, false};
	int err = mmr_each_match(scene->reader, &needle, &options, tell_match, &told);

	return told.wrong ? WRONG : judge(err, told.n == SCENE_N_LINES);
}

static int sum_numbers(const struct scene *scene)
{
	mmr_sum_options options = MMR_SUM_OPTIONS_INIT;
	mmr_summary summary = {0};
	int err;

	options.type = MMR_U16;
	options.order = MMR_LITTLE;
	options.stride = FAULT_LINE_LEN;
	options.engine = scene->engine;
	options.n_threads = scene->n_threads;
	err = mmr_sum_numbers(scene->reader, &options, &summary);
	return judge(err, summary.sum_low == SCENE_N_LINES * (uint64_t)(',' << 8 | 'a'));
}

static int seek_forward(const struct scene *scene)
{
	uint64_t off = 0;
	int err = mmr_line_seek(
		scene->reader, 0, (int64_t)SCENE_N_LINES - 1, '\n', scene->n_threads, &off);

	return judge(err, off == SCENE_SIZE - FAULT_LINE_LEN);
}

static int seek_back(const struct scene *scene)
{
	uint64_t off = 0;
	int err = mmr_line_seek(scene->reader, SCENE_SIZE, 1 - (int64_t)SCENE_N_LINES, '\n',
		scene->n_threads, &off);

	return judge(err, off == FAULT_LINE_LEN);
}

/* Finds the line ends behind each bound, and reads no more than that: shards of 2 KiB, around the
 * fault, have bounds within its page. */
static int shard(const struct scene *scene)
{
	uint64_t size = 2048, n = SCENE_SIZE / size, start = 0, stop = 0, k;
	int err = 0;

	for (k = SCENE_BAD / size; k < SCENE_BAD / size + 4 && err == 0; k++) {
		err = mmr_shard(scene->reader, '\n', k, n, &start, &stop);
		if (err == 0 && (start != (k - 1) * size || stop != k * size))
			return WRONG;
	}
	return err;
}

static int regex_count(const struct scene *scene)
{
	mmr_count_options options = count_options(scene);
	mmr_regex *regex;
	uint64_t n = 0;
	int err = mmr_regex_compile(mmr_slice_of("n.+dle"), NULL, &regex);

	if (err < 0)
		return err;
	err = mmr_regex_count(regex, scene->reader, &options, &n);
	mmr_regex_close(regex);
	return judge(err, n == SCENE_N_LINES);
}

static int tell_regex(void *context, const mmr_regex_match *match)
{
	return tell_match(context, match->off);
}

static int regex_each(const struct scene *scene)
{
	mmr_count_options options = count_options(scene);
	struct told told = {0, false};
	mmr_regex *regex;
	int err = mmr_regex_compile(mmr_slice_of("n.+dle"), NULL, &regex);

	if (err < 0)
		return err;
	err = mmr_regex_each(regex, scene->reader, &options, tell_regex, &told);
	mmr_regex_close(regex);
	return told.wrong ? WRONG : judge(err, told.n == SCENE_N_LINES);
}

static int kind(const struct scene *scene)
{
	mmr_kind what = {.mime = ""};
	int err = mmr_kind_of(scene->reader, &what);

	return judge(err, strncmp(what.mime, "text/", 5) == 0);
}

static int copied(const struct scene *scene)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader *reader;
	mmr_slice bytes;
	int err;

	options.backing = MMR_BACKING_COPIED;
	err = mmr_open(scene->path, &options, &reader);
	if (err < 0)
		return err;
	bytes = mmr_bytes(reader);
	/* It was opened after the cut: it is as long as that is. */
	if (bytes.len < SCENE_SIZE)
		err = MMR_ETRUNCATED;
	err = judge(err, memcmp(bytes.ptr, scene->same.ptr, bytes.len) == 0);
	mmr_close(reader);
	return err;
}

static int refresh(const struct scene *scene)
{
	return mmr_refresh(scene->reader);
}

static int check(const struct scene *scene)
{
	return mmr_check(scene->reader);
}

static int hints(const struct scene *scene)
{
	int err = mmr_advise(scene->reader, 0, SCENE_SIZE, MMR_ADVICE_RANDOM);

	if (err == 0)
		err = mmr_prefetch(scene->reader, 0, SCENE_SIZE);
	if (err == 0)
		err = mmr_release(scene->reader, 0, SCENE_SIZE);
	return err;
}

static int look_about(const struct scene *scene)
{
	mmr_extents it = mmr_extents_of_range(scene->reader, 0, SCENE_SIZE);
	mmr_reader_memory_info info;
	mmr_residency residency;
	uint16_t buckets[16];
	mmr_extent extent;

	/* Where the data is, and whether in memory: as many runs as there are, and an end. */
	while (mmr_extents_next(&it, &extent))
		if (extent.len == 0 || extent.off + extent.len > SCENE_SIZE)
			return WRONG;
	mmr_reader_memory(scene->reader, &info);
	return mmr_reader_residency(scene->reader, 0, SCENE_SIZE, buckets, 16, &residency);
}

const struct row file_rows[] = {
	{"mmr_read_at", ROW_PREAD, read_at},
	{"mmr_blocks_of mmr_blocks_next mmr_blocks_error", ROW_EITHER, feed_lines},
	{"mmr_blocks_of", ROW_EITHER, feed_back},
	{"mmr_blocks_of", 0, feed_bytes},
	{"mmr_blocks_of_fd", ROW_PREAD | ROW_NO_PLACE, feed_stream},
	{"mmr_parallel_run", ROW_EITHER, share_lines},
	{"mmr_parallel_run", ROW_EITHER, share_in_order},
	{"mmr_parallel_run", 0, share_bytes},
	{"mmr_count_lines", 0, count_lines},
	{"mmr_count_lines", 0, count_longest},
	{"mmr_count_matches", 0, count_matches},
	{"mmr_each_match", 0, each_match},
	{"mmr_sum_numbers", 0, sum_numbers},
	{"mmr_line_seek", ROW_EITHER, seek_forward},
	{"mmr_line_seek", ROW_EITHER, seek_back},
	{"mmr_shard", ROW_EITHER, shard},
	{"mmr_regex_count", ROW_PREAD, regex_count},
	{"mmr_regex_each", ROW_PREAD, regex_each},
	{"mmr_kind_of", ROW_PREAD, kind},
	{"mmr_open mmr_bytes", ROW_PREAD | ROW_NO_PLACE, copied},
	{"mmr_refresh", ROW_STAT, refresh},
	{"mmr_check", ROW_STAT, check},
	{"mmr_advise mmr_prefetch mmr_release", ROW_HARMLESS, hints},
	{"mmr_extents_of_range mmr_extents_next mmr_reader_memory mmr_reader_residency",
		ROW_HARMLESS, look_about},
};
const size_t n_file_rows = ARRAY_LEN(file_rows);
