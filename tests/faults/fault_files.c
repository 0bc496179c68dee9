/* fault_files.c - calls that read a whole file: blocks, scans, counts, searches, sums, seeks
 *
 * SPDX-License-Identifier: MIT */
#include "fault_scene.h"

#include <stdlib.h>
#include <string.h>

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

/* Counts the line ends in all blocks, and closes the blocks. */
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

static int feed(const struct scene *scene, bool split, bool backward)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_blocks *blocks;
	uint64_t n = 0;
	int err;

	scan.io_mode = scene->io_mode;
	cut.window = scene->window;
	cut.split_lines = split;
	cut.backward = backward;
	err = mmr_blocks_open(scene->reader, &scan, &cut, &blocks);
	if (err == 0)
		err = drain(blocks, &n);
	return judge(err, n == SCENE_N_LINES);
}

static int feed_lines(const struct scene *scene)
{
	return feed(scene, false, false);
}

static int feed_back(const struct scene *scene)
{
	return feed(scene, false, true);
}

static int feed_bytes(const struct scene *scene)
{
	return feed(scene, true, false);
}

/* A stream has no size, so the end of a cut file is its end. */
static int feed_stream(const struct scene *scene)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader *stream;
	mmr_blocks *blocks;
	uint64_t n = 0;
	int err;

	options.backing = MMR_BACKING_STREAM;
	err = mmr_open(scene->path, &options, &stream);
	if (err < 0)
		return err;
	err = mmr_blocks_open(stream, NULL, NULL, &blocks);
	if (err == 0)
		err = drain(blocks, &n);
	if (err == 0 && mmr_consumed(stream) < SCENE_SIZE)
		err = n < SCENE_N_LINES ? MMR_ETRUNCATED : WRONG;
	mmr_close(stream);
	return judge(err, n == SCENE_N_LINES);
}

static int count_block(void *state, const mmr_block *block)
{
	uint64_t found = 0;
	int err = mmr_slice_count(block->bytes, '\n', &found);

	*(uint64_t *)state += found;
	return err;
}

static void add_count(void *state, void *context)
{
	*(uint64_t *)context += *(const uint64_t *)state;
}

static int share(const struct scene *scene, bool split, bool backward, bool in_order)
{
	mmr_scan_options scan = scan_options(scene);
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	uint64_t n = 0;
	mmr_scan_job job = {.work = count_block,
		.collect = in_order ? count_block : NULL,
		.end = add_count,
		.context = &n,
		.state_size = sizeof(n)};
	int err;

	cut.window = scene->window > 0 ? scene->window : STEP;
	cut.split_lines = split;
	cut.backward = backward;
	err = mmr_scan_run(scene->reader, &scan, &cut, &job);
	return judge(err, n == SCENE_N_LINES * (1 + in_order));
}

static int share_lines(const struct scene *scene)
{
	return share(scene, false, false, false);
}

static int share_in_order(const struct scene *scene)
{
	return share(scene, false, true, true);
}

static int share_bytes(const struct scene *scene)
{
	return share(scene, true, false, true);
}

/* The number of lines of the intact file: the search must find the last one. */
static int locate(const struct scene *scene)
{
	mmr_scan_options scan = scan_options(scene);
	uint64_t start = 0, stop = 0;
	int err;

	scan.first_line = 1;
	scan.n_lines = SCENE_N_LINES - 2;
	err = mmr_scan_locate(scene->reader, &scan, &start, &stop);
	return judge(err, start == FAULT_LINE_LEN && stop == SCENE_SIZE - FAULT_LINE_LEN);
}

static int count_lines(const struct scene *scene)
{
	mmr_scan_options scan = scan_options(scene);
	mmr_counts counts = {0};
	int err = mmr_count_lines(scene->reader, &scan, &counts);

	return judge(err, counts.lines == SCENE_N_LINES && !counts.unterminated);
}

static int count_longest(const struct scene *scene)
{
	mmr_scan_options scan = scan_options(scene);
	mmr_counts counts = {0};
	int err = mmr_measure_lines(scene->reader, &scan, &counts);

	return judge(err, counts.lines == SCENE_N_LINES && counts.longest == FAULT_LINE_LEN - 1);
}

static int count_matches(const struct scene *scene)
{
	mmr_scan_options scan = scan_options(scene);
	mmr_needle needle = mmr_needle_of(mmr_slice_of("needle"));
	uint64_t n = 0;
	int err = mmr_count_matches(scene->reader, &needle, &scan, &n);

	return judge(err, n == SCENE_N_LINES);
}

struct found {
	uint64_t n;
	bool wrong;
};

static int check_match(struct found *found, uint64_t off, uint64_t line)
{
	found->wrong |= off != found->n * FAULT_LINE_LEN + 5 || line != found->n;
	found->n++;
	return 0;
}

static int on_match(void *context, const mmr_match *match)
{
	return check_match(context, match->off, match->line);
}

static int each_match(const struct scene *scene)
{
	mmr_scan_options scan = scan_options(scene);
	mmr_needle needle = mmr_needle_of(mmr_slice_of("needle"));
	struct found found = {0, false};
	int err = mmr_each_match(scene->reader, &needle, &scan, MMR_MATCH_LINES, on_match, &found);

	return found.wrong ? WRONG : judge(err, found.n == SCENE_N_LINES);
}

static int sum_numbers(const struct scene *scene)
{
	mmr_scan_options scan = scan_options(scene);
	mmr_summary summary = {0};
	int err = mmr_sum_numbers(
		scene->reader, MMR_U16, MMR_LITTLE, FAULT_LINE_LEN, &scan, &summary);

	return judge(err, summary.sum_low == SCENE_N_LINES * (uint64_t)(',' << 8 | 'a'));
}

static int seek_forward(const struct scene *scene)
{
	mmr_scan_options scan = scan_options(scene);
	uint64_t off = 0;
	int err = mmr_line_seek(scene->reader, 0, (int64_t)SCENE_N_LINES - 1, &scan, &off);

	return judge(err, off == SCENE_SIZE - FAULT_LINE_LEN);
}

static int seek_back(const struct scene *scene)
{
	mmr_scan_options scan = scan_options(scene);
	uint64_t off = 0;
	int err = mmr_line_seek(scene->reader, SCENE_SIZE, 1 - (int64_t)SCENE_N_LINES, &scan, &off);

	return judge(err, off == FAULT_LINE_LEN);
}

/* Reads only around the fault, as `shard` does. */
static int line_bounds(const struct scene *scene)
{
	mmr_scan_options scan = scan_options(scene);
	uint64_t off, start = 0, stop = 0;
	int err = 0;

	for (off = SCENE_BAD; off < SCENE_BAD + 8192 && err == 0; off += FAULT_LINE_LEN) {
		err = mmr_line_bounds(scene->reader, off + 3, &scan, &start, &stop);
		if (err == 0 && (start != off || stop != off + FAULT_LINE_LEN))
			return WRONG;
	}
	return err;
}

static int line_number(const struct scene *scene)
{
	mmr_scan_options scan = scan_options(scene);
	uint64_t number = 0;
	int err = mmr_line_number(scene->reader, SCENE_SIZE - 1, &scan, &number);

	return judge(err, number == SCENE_N_LINES - 1);
}

/* Builds an index, which reads the whole file, and asks it. */
static int use_index(const struct scene *scene)
{
	mmr_scan_options scan = scan_options(scene);
	mmr_index *index;
	mmr_index_info info;
	uint64_t off = 0;
	int err = mmr_index_build(scene->reader, &scan, NULL, &index);

	if (err < 0)
		return err;
	mmr_index_describe(index, &info);
	err = mmr_index_extend(index, &scan);
	scan.index = index;
	if (err == 0)
		err = mmr_line_seek(scene->reader, 0, (int64_t)SCENE_N_LINES - 1, &scan, &off);
	mmr_index_close(index);
	return judge(err, off == SCENE_SIZE - FAULT_LINE_LEN && info.lines == SCENE_N_LINES);
}

/* Finds the line ends after each bound, and reads only there: shards of 2 KiB, around the fault,
 * have bounds within its page. */
static int shard(const struct scene *scene)
{
	uint64_t size = 2048, n = SCENE_SIZE / size, start = 0, stop = 0, k;
	int err = 0;

	for (k = SCENE_BAD / size; k < SCENE_BAD / size + 4 && err == 0; k++) {
		err = mmr_shard(scene->reader, NULL, k, n, &start, &stop);
		if (err == 0 && (start != (k - 1) * size || stop != k * size))
			return WRONG;
	}
	return err;
}

static int regex_count(const struct scene *scene)
{
	mmr_scan_options scan = scan_options(scene);
	mmr_regex *regex;
	uint64_t n = 0;
	int err = mmr_regex_compile(mmr_slice_of("n.+dle"), NULL, &regex);

	if (err < 0)
		return err;
	err = mmr_regex_count(regex, scene->reader, &scan, &n);
	mmr_regex_close(regex);
	return judge(err, n == SCENE_N_LINES);
}

static int on_regex_match(void *context, const mmr_regex_match *match)
{
	return check_match(context, match->off, match->line);
}

static int regex_each(const struct scene *scene)
{
	mmr_scan_options scan = scan_options(scene);
	struct found found = {0, false};
	mmr_regex *regex;
	int err = mmr_regex_compile(mmr_slice_of("n.+dle"), NULL, &regex);

	if (err < 0)
		return err;
	err = mmr_regex_each(regex, scene->reader, &scan, MMR_MATCH_LINES, on_regex_match, &found);
	mmr_regex_close(regex);
	return found.wrong ? WRONG : judge(err, found.n == SCENE_N_LINES);
}

static int on_found_line(void *context, const mmr_found_line *line)
{
	struct found *found = context;

	found->wrong |= line->off != found->n * FAULT_LINE_LEN || line->number != found->n ||
			line->bytes.len != FAULT_LINE_LEN;
	found->n++;
	return 0;
}

static int search(const struct scene *scene, bool is_regex)
{
	mmr_pattern pattern = {mmr_slice_of(is_regex ? "n.+dle" : "needle"), is_regex};
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	mmr_scan_options scan = scan_options(scene);
	struct found found = {0, false};
	mmr_search *search;
	uint64_t n = 0;
	int err = mmr_search_compile(&pattern, 1, NULL, &search);

	if (err < 0)
		return err;
	how.numbers = true;
	err = mmr_search_lines(search, scene->reader, &scan, &how, on_found_line, &found);
	if (err == 0)
		err = mmr_search_count(search, scene->reader, &scan, &n);
	mmr_search_close(search);
	return found.wrong ? WRONG : judge(err, found.n == SCENE_N_LINES && n == found.n);
}

static int search_text(const struct scene *scene)
{
	return search(scene, false);
}

static int search_regex(const struct scene *scene)
{
	return search(scene, true);
}

/* The lines of one worker, and those that are collected of all. */
struct batch {
	struct found *all;
	uint64_t n;
};

static int batch_start(void *state, void *context)
{
	struct batch *batch = state;

	batch->all = context;
	return 0;
}

static int batch_line(void *state, const mmr_found_line *line)
{
	struct batch *batch = state;

	batch->n += line->bytes.len == FAULT_LINE_LEN;
	return 0;
}

static int batch_collect(void *state)
{
	struct batch *batch = state;

	batch->all->n += batch->n;
	batch->n = 0;
	return 0;
}

/* The last line first, by several threads. */
static int search_back(const struct scene *scene)
{
	mmr_pattern pattern = {mmr_slice_of("needle"), false};
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;
	mmr_scan_options scan = scan_options(scene);
	struct found found = {0, false};
	mmr_found_job job = {.line = batch_line,
		.collect = batch_collect,
		.start = batch_start,
		.context = &found,
		.state_size = sizeof(struct batch)};
	mmr_search *search;
	int err = mmr_search_compile(&pattern, 1, NULL, &search);

	if (err < 0)
		return err;
	how.backward = true;
	err = mmr_search_run(search, scene->reader, &scan, &how, &job);
	mmr_search_close(search);
	return judge(err, found.n == SCENE_N_LINES);
}

static int kind(const struct scene *scene)
{
	mmr_filetype what = {.mime = ""};
	int err = mmr_filetype_of(scene->reader, &what);

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
	/* A reader that is opened after the cut has the size after the cut. */
	if (bytes.len < SCENE_SIZE)
		err = MMR_ETRUNCATED;
	err = judge(err, memcmp(bytes.ptr, scene->same.ptr, bytes.len) == 0);
	mmr_close(reader);
	return err;
}

/* Reads the bytes of an event. The follower reports what has failed. */
static int read_growth(
	const struct scene *scene, mmr_follow *follow, mmr_follow_event *event, uint64_t *ret_total)
{
	static _Thread_local char buffer[STEP];
	uint64_t off;
	size_t got;
	int err;

	for (off = event->start; off < event->stop; off += got) {
		size_t len = event->stop - off < STEP ? (size_t)(event->stop - off) : STEP;

		err = mmr_read_at(event->reader, off, buffer, len, &got);
		if (err < 0)
			return mmr_follow_used(follow, event->file, mmr_last_error_offset(), err);
		if (memcmp(buffer, scene->same.ptr + off, got) != 0)
			return WRONG;
	}
	*ret_total = off;
	return 0;
}

/* Follows the file until all bytes that it has now were read. */
static int follow(const struct scene *scene)
{
	mmr_follow_event event;
	mmr_follow *follow;
	uint64_t total = 0;
	int err = mmr_follow_open(NULL, &follow), file;

	if (err < 0)
		return err;
	file = mmr_follow_add(follow, scene->path, 0);
	err = file < 0 || mmr_follow_look(follow, file, &event) != 1 ||
	      event.kind != MMR_FOLLOW_OPENED;
	while (err == 0 && mmr_follow_next(follow, 0, &event) > 0) {
		if (event.kind == MMR_FOLLOW_GREW)
			err = read_growth(scene, follow, &event, &total);
		else
			err = event.kind == MMR_FOLLOW_TRUNCATED ? MMR_ETRUNCATED : event.code;
	}
	/* It was cut before it was opened. */
	if (err == 0 && total < SCENE_SIZE)
		err = MMR_ETRUNCATED;
	mmr_follow_remove(follow, file);
	mmr_follow_close(follow);
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

	/* Finds the extents and the residency: the number of extents is limited, and there is an
	 * end. */
	while (mmr_extents_next(&it, &extent))
		if (extent.len == 0 || extent.off + extent.len > SCENE_SIZE)
			return WRONG;
	mmr_reader_memory(scene->reader, &info);
	return mmr_reader_residency(scene->reader, 0, SCENE_SIZE, buckets, 16, &residency);
}

const struct row file_rows[] = {
	{"mmr_read_at", ROW_PREAD, read_at},
	{"mmr_blocks_open mmr_blocks_next mmr_blocks_error", ROW_EITHER, feed_lines},
	{"mmr_blocks_open", ROW_EITHER, feed_back},
	{"mmr_blocks_open", 0, feed_bytes},
	{"mmr_blocks_open mmr_consumed", ROW_PREAD | ROW_NO_PLACE, feed_stream},
	{"mmr_scan_run", ROW_EITHER, share_lines},
	{"mmr_scan_run", ROW_EITHER, share_in_order},
	{"mmr_scan_run", 0, share_bytes},
	{"mmr_count_lines", 0, count_lines},
	{"mmr_measure_lines", 0, count_longest},
	{"mmr_count_matches", 0, count_matches},
	{"mmr_each_match", 0, each_match},
	{"mmr_sum_numbers", 0, sum_numbers},
	{"mmr_scan_locate", ROW_EITHER, locate},
	{"mmr_line_seek", ROW_EITHER, seek_forward},
	{"mmr_line_seek", ROW_EITHER, seek_back},
	{"mmr_line_bounds", ROW_EITHER, line_bounds},
	{"mmr_line_number", 0, line_number},
	{"mmr_index_build mmr_index_extend mmr_index_describe", 0, use_index},
	{"mmr_shard", ROW_EITHER, shard},
	{"mmr_regex_count", ROW_PREAD, regex_count},
	{"mmr_regex_each", ROW_PREAD, regex_each},
	{"mmr_search_lines mmr_search_count", ROW_EITHER, search_text},
	{"mmr_search_lines", ROW_PREAD, search_regex},
	{"mmr_search_run", ROW_EITHER, search_back},
	{"mmr_filetype_of", ROW_PREAD, kind},
	{"mmr_open mmr_bytes", ROW_PREAD | ROW_NO_PLACE, copied},
	{"mmr_follow_open mmr_follow_add mmr_follow_look mmr_follow_next mmr_follow_used "
	 "mmr_follow_remove mmr_follow_close",
		ROW_PREAD | ROW_NO_PLACE, follow},
	{"mmr_refresh", ROW_STAT, refresh},
	{"mmr_check", ROW_STAT, check},
	{"mmr_advise mmr_prefetch mmr_release", ROW_HARMLESS, hints},
	{"mmr_extents_of_range mmr_extents_next mmr_reader_memory mmr_reader_residency",
		ROW_HARMLESS, look_about},
};
const size_t n_file_rows = ARRAY_LEN(file_rows);
