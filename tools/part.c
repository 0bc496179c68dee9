/* part.c - from "A:B" to bytes
 *
 * SPDX-License-Identifier: MIT */
#include "part.h"

#include "progress.h"

#include <unistd.h>

/* Python's clamping of an index against a size. */
static uint64_t place(int64_t index, uint64_t size)
{
	if (index >= 0)
		return min_u64((uint64_t)index, size);
	return size - min_u64(0 - (uint64_t)index, size);
}

static struct span locate_bytes(const struct range *range, uint64_t size)
{
	struct span span;

	span.start = place(range->start, size);
	span.stop = range->has_length
			    ? span.start + min_u64((uint64_t)range->length, size - span.start)
			    : place(range->stop, size);
	if (span.stop < span.start)
		span.stop = span.start;
	return span;
}

static int seek(mmr_reader *reader, uint64_t from, int64_t n_lines, const struct options *options,
	uint64_t *ret_off)
{
	return mmr_line_seek(
		reader, from, n_lines, options->delimiter, options->n_threads, ret_off);
}

/* The start of line `index`: from the start of the file, or from its end when negative. */
static int locate_line(
	mmr_reader *reader, int64_t index, const struct options *options, uint64_t *ret_off)
{
	return seek(reader, index < 0 ? mmr_size(reader) : 0, index, options, ret_off);
}

static int locate_lines(mmr_reader *reader, const struct options *options, struct span *ret_span)
{
	const struct range *range = &options->range;
	struct span span;
	int err;

	err = locate_line(reader, range->start, options, &span.start);
	if (err < 0)
		return err;
	if (range->has_length)
		err = seek(reader, span.start, range->length, options, &span.stop);
	else if (range->stop == MMR_END)
		span.stop = mmr_size(reader);
	else if (range->start >= 0 && range->stop >= range->start)
		/* Both from the start: what lies before the first need not be read twice. */
		err = seek(reader, span.start, range->stop - range->start, options, &span.stop);
	else
		err = locate_line(reader, range->stop, options, &span.stop);
	if (err < 0)
		return err;
	if (span.stop < span.start)
		span.stop = span.start;
	*ret_span = span;
	return 0;
}

static int locate(const struct input *input, const struct options *options, struct span *ret_span)
{
	static const struct range all = {0, MMR_END, false, 0};

	switch (options->part) {
	case PART_LINES:
		return locate_lines(input->reader, options, ret_span);
	case PART_BYTES:
		*ret_span = locate_bytes(&options->range, mmr_size(input->reader));
		return 0;
	case PART_SHARD:
		return mmr_shard(input->reader, options->delimiter, options->shard.k,
			options->shard.n, &ret_span->start, &ret_span->stop);
	case PART_ALL:
		break;
	}
	*ret_span = locate_bytes(&all, mmr_size(input->reader));
	return 0;
}

/* Whether -m counts lines of the part. */
static bool shows_lines(enum action action)
{
	return action == ACTION_PRINT || action == ACTION_HEX || action == ACTION_INFO;
}

int part_locate(const struct input *input, const struct options *options, struct span *ret_span)
{
	int64_t maximum = (int64_t)min_u64(options->maximum, INT64_MAX);
	struct span span;
	uint64_t edge;
	int err;

	err = locate(input, options, &span);
	if (err < 0)
		return err;
	/* -m: of what is shown the first lines, of what is reversed the last. */
	if (options->maximum != NO_MAXIMUM && shows_lines(options->action)) {
		err = seek(input->reader, span.start, maximum, options, &edge);
		span.stop = err == 0 ? min_u64(span.stop, edge) : span.stop;
	} else if (options->maximum != NO_MAXIMUM && options->action == ACTION_REVERSE) {
		err = seek(input->reader, span.stop, -maximum, options, &edge);
		if (err == 0 && edge > span.start)
			span.start = edge;
	}
	if (err == 0)
		*ret_span = span;
	return err;
}

void feed_begin(struct feed *feed, const struct options *options)
{
	const struct range *range = &options->range;

	*feed = (struct feed){.delimiter = options->delimiter};
	feed->lines = options->part == PART_LINES;
	feed->numbers = options->json == JSON_LINES;
	feed->left = UINT64_MAX;
	feed->maximum = shows_lines(options->action) ? options->maximum : NO_MAXIMUM;
	if (options->part != PART_ALL) {
		feed->skip = (uint64_t)range->start;
		if (range->has_length)
			feed->left = (uint64_t)range->length;
		else if (range->stop != MMR_END)
			feed->left = range->stop > range->start
					     ? (uint64_t)(range->stop - range->start)
					     : 0;
	}
}

/* Streams whose part counts from the end were saved to a file before: both ends count from the
 * start here. */
int feed_open(struct feed *feed, struct input *input, const struct options *options)
{
	mmr_blocks_options how = MMR_BLOCKS_OPTIONS_INIT;

	feed_begin(feed, options);
	feed->input = input;
	feed->position = lseek(input->fd, 0, SEEK_CUR);
	how.delimiter = MMR_NO_DELIMITER;
	/* Not a byte more than needed is taken from the stream: its next reader wants the rest. */
	if (!feed->lines && feed->left < UINT64_MAX - feed->skip)
		how.length = feed->skip + feed->left;
	return mmr_blocks_of_fd(feed->input->fd, &how, &feed->blocks);
}

/* Drops what lies before the part from a block of a stream. */
static int skip_before(struct feed *feed, mmr_slice *bytes)
{
	uint64_t found;
	size_t at;
	int err;

	if (feed->skip == 0)
		return 0;
	if (!feed->lines) {
		at = (size_t)min_u64(feed->skip, bytes->len);
		feed->skip -= at;
		if (feed->numbers && at > 0) {
			err = mmr_slice_count((mmr_slice){bytes->ptr, at}, feed->delimiter, &found);
			if (err < 0)
				return err;
			feed->skipped_lines += found;
		}
	} else {
		err = mmr_slice_select(*bytes, feed->delimiter, feed->skip - 1, &at);
		if (err < 0)
			return err;
		if (err > 0) {
			feed->skipped_lines += feed->skip;
			feed->skip = 0;
			at++;
		} else {
			err = mmr_slice_count(*bytes, feed->delimiter, &found);
			if (err < 0)
				return err;
			feed->skip -= found;
			feed->skipped_lines += found;
			at = bytes->len;
		}
	}
	bytes->ptr += at;
	bytes->len -= at;
	return 0;
}

/* Leaves no more than `*left` lines, and counts those that end. */
static int cut_lines(const struct feed *feed, uint64_t *left, mmr_slice *bytes)
{
	uint64_t found;
	size_t at;
	int err;

	if (*left == UINT64_MAX || bytes->len == 0)
		return 0;
	err = mmr_slice_select(*bytes, feed->delimiter, *left - 1, &at);
	if (err > 0) {
		bytes->len = at + 1;
		*left = 0;
		return 0;
	}
	if (err == 0)
		err = mmr_slice_count(*bytes, feed->delimiter, &found);
	if (err == 0)
		*left -= found;
	return err;
}

/* Drops what lies behind the part, and behind the lines that -m allows. */
static int cut_behind(struct feed *feed, mmr_slice *bytes)
{
	int err = 0;

	if (feed->lines) {
		err = cut_lines(feed, &feed->left, bytes);
	} else if (feed->left != UINT64_MAX) {
		bytes->len = (size_t)min_u64(bytes->len, feed->left);
		feed->left -= bytes->len;
	}
	return err < 0 ? err : cut_lines(feed, &feed->maximum, bytes);
}

int feed_cut(struct feed *feed, mmr_slice *bytes)
{
	int err = skip_before(feed, bytes);

	return err == 0 && bytes->len > 0 ? cut_behind(feed, bytes) : err;
}

bool feed_done(const struct feed *feed)
{
	return feed->left == 0 || feed->maximum == 0;
}

bool feed_next(struct feed *feed, mmr_slice *ret_bytes)
{
	const char *start;
	mmr_block block;
	int err = 0;

	while (!feed_done(feed) && mmr_blocks_next(feed->blocks, &block)) {
		start = block.bytes.ptr;
		progress_add(block.bytes.len);
		err = feed_cut(feed, &block.bytes);
		if (err < 0)
			break;
		feed->used = block.off + (uint64_t)(block.bytes.ptr - start) + block.bytes.len;
		if (block.bytes.len > 0) {
			*ret_bytes = block.bytes;
			return true;
		}
	}
	feed->error = err;
	return false;
}

int feed_close(struct feed *feed)
{
	int err = feed->error < 0 ? feed->error : mmr_blocks_error(feed->blocks);

	/* A file in /proc has a place to go back to; a pipe has not. */
	if (feed->position >= 0)
		lseek(feed->input->fd, feed->position + (off_t)feed->used, SEEK_SET);
	mmr_blocks_close(feed->blocks);
	return err;
}
