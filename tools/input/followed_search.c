/* followed_search.c - searches what a file has grown by, line by line
 *
 * SPDX-License-Identifier: MIT */
#include "input/followed.h"

/* Opens what a file has grown by. */
static int open_growth(const struct followed *file, uint64_t stop, struct input *ret_input)
{
	mmr_reader_options how = MMR_READER_OPTIONS_INIT;

	*ret_input = (struct input){.name = file->name, .fd = file->fd, .base = file->off};
	how.offset = file->off;
	how.length = stop - file->off;
	how.backing = MMR_BACKING_UNMAPPED;
	return mmr_open_fd(file->fd, &how, &ret_input->reader);
}

/* Finds the end of the last line that has its delimiter; or of the last one, if it is `whole`. */
static int find_lines(
	const struct input *input, const mmr_scan_options *scan, bool whole, uint64_t *ret_stop)
{
	uint64_t size = mmr_size(input->reader);
	size_t got;
	char last;
	int err;

	*ret_stop = size;
	if (whole)
		return 0;
	err = mmr_read_at(input->reader, size - 1, &last, 1, &got);
	if (err == 0 && got == 0)
		err = MMR_ETRUNCATED;
	if (err == 0 && last != scan->delimiter)
		err = mmr_line_seek(input->reader, size, -1, scan, ret_stop);
	return err;
}

/* Skips lines before the selection. */
static int skip_lines(struct followed *file, const struct input *input, mmr_scan_options *scan)
{
	mmr_range *range = &file->range;
	uint64_t start = 0, skipped = 0;
	int err;

	if (range->skip_lines == 0)
		return 0;
	err = mmr_line_seek(
		input->reader, 0, (int64_t)min_u64(range->skip_lines, INT64_MAX), scan, &start);
	if (err == 0)
		err = mmr_line_number(input->reader, start, scan, &skipped);
	if (err < 0)
		return err;
	range->skip_lines -= min_u64(skipped, range->skip_lines);
	scan->offset += start;
	scan->length -= start;
	return 0;
}

/* Searches the whole lines of an input. */
static int search_input(struct followed *file, struct input *input, bool whole)
{
	struct follower *follower = file->follower;
	const struct options *options = follower->options;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	uint64_t n_lines = 0, stop;
	int err;

	scan.delimiter = options->delimiter;
	err = find_lines(input, &scan, whole, &stop);
	scan.length = stop;
	if (err == 0 && options->search.numbers && !file->knows_lines)
		err = input_lines_before(input, &scan, &file->lines_before);
	if (err == 0 && options->search.numbers)
		err = mmr_line_number(input->reader, stop, &scan, &n_lines);
	if (err < 0 || stop == 0)
		return err;
	file->knows_lines = true;
	input->lines_before = file->lines_before;
	input->knows_lines = true;
	err = skip_lines(file, input, &scan);
	if (err == 0 && scan.length > 0)
		err = follower->work->search(input, options, &scan, follower->maximum);
	if (err != 0)
		return err;
	if (input->rest)
		follower->status = STATUS_TROUBLE;
	file->off += stop;
	file->lines_before += n_lines;
	if (follower->maximum != NO_MAXIMUM)
		follower->maximum -= min_u64(input->taken, follower->maximum);
	return 0;
}

int followed_search(struct followed *file, uint64_t stop, bool whole)
{
	struct input input;
	uint64_t skipped;
	int err;

	skipped = min_u64(file->range.skip_bytes, stop - file->off);
	file->range.skip_bytes -= skipped;
	file->off += skipped;
	if (file->off == stop)
		return 0;
	err = open_growth(file, stop, &input);
	if (err < 0)
		return err;
	err = search_input(file, &input, whole);
	mmr_close(input.reader);
	return err;
}
