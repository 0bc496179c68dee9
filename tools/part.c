/* part.c - from selections to bytes
 *
 * SPDX-License-Identifier: MIT */
#include "part.h"

#include "progress.h"

#include <string.h>
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

/* The same in records: the bytes after the last whole one are no record. */
static uint64_t record_place(int64_t index, size_t record_size, uint64_t size)
{
	uint64_t n = size / record_size;

	/* Past the records it is the end of the file, so that such bytes are not passed over. */
	if (index >= 0)
		return (uint64_t)index <= n ? (uint64_t)index * record_size : size;
	return place(index, n) * record_size;
}

static struct span locate_records(const struct range *range, size_t record_size, uint64_t size)
{
	int64_t stop = range->stop;
	struct span span;

	if (range->has_length)
		stop = range->length > INT64_MAX - range->start ? INT64_MAX
								: range->start + range->length;
	span.start = record_place(range->start, record_size, size);
	span.stop = record_place(stop, record_size, size);
	if (span.stop < span.start)
		span.stop = span.start;
	return span;
}

/* Shards of records are as equal as those of bytes. */
static struct span shard_of_records(const struct shard *shard, size_t record_size, uint64_t size)
{
	uint64_t n = shard->n, k = shard->k, records = size / record_size;
	struct span span;

	span.start = (records / n * (k - 1) + min_u64(k - 1, records % n)) * record_size;
	/* The bytes after the last whole record belong to the last shard, which reports them. */
	span.stop = k == n ? size : (records / n * k + min_u64(k, records % n)) * record_size;
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
	const struct range *range = &options->selection.range;
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
	const struct selection *selection = &options->selection;
	uint64_t size = mmr_size(input->reader);
	size_t record_size = options->record_size;

	switch (selection->part) {
	case PART_LINES:
		if (record_size == 0)
			return locate_lines(input->reader, options, ret_span);
		*ret_span = locate_records(&selection->range, record_size, size);
		return 0;
	case PART_SHARD:
		if (record_size == 0)
			return mmr_shard(input->reader, options->delimiter, selection->shard.k,
				selection->shard.n, &ret_span->start, &ret_span->stop);
		*ret_span = shard_of_records(&selection->shard, record_size, size);
		return 0;
	case PART_BYTES:
	case PART_ALL:
		break;
	}
	*ret_span = locate_bytes(&selection->range, size);
	return 0;
}

/* Whether -m counts the first lines of the selections. */
static bool shows_lines(enum action action)
{
	return action == ACTION_PRINT || action == ACTION_COUNT || action == ACTION_HEX ||
	       action == ACTION_INFO;
}

/* Adds the lines of a span to what -m has used up. */
static int count_lines(struct input *input, const struct options *options, struct span span)
{
	mmr_count_options how = MMR_COUNT_OPTIONS_INIT;
	mmr_counts counts;
	int err;

	how.offset = span.start;
	how.length = span.stop - span.start;
	how.delimiter = options->delimiter;
	how.n_threads = options->n_threads;
	err = mmr_count_lines(input->reader, &how, &counts);
	if (err == 0)
		input->n += counts.lines;
	return err;
}

int part_locate(struct input *input, const struct options *options, struct span *ret_span)
{
	int64_t maximum = (int64_t)min_u64(options->maximum, INT64_MAX);
	bool reverses = options->action == ACTION_REVERSE;
	struct span span;
	uint64_t edge;
	int err;

	err = locate(input, options, &span);
	if (err == 0 && options->maximum != NO_MAXIMUM) {
		/* What is printed first: when the lines are reversed, the last ones. */
		if (shows_lines(options->action)) {
			err = seek(input->reader, span.start, maximum, options, &edge);
			span.stop = err == 0 ? min_u64(span.stop, edge) : span.stop;
		} else if (reverses) {
			err = seek(input->reader, span.stop, -maximum, options, &edge);
			if (err == 0 && edge > span.start)
				span.start = edge;
		}
		/* tally.c counts those of ACTION_COUNT. */
		if (err == 0 && options->n_selections > 1 && options->action != ACTION_COUNT &&
			(shows_lines(options->action) || reverses))
			err = count_lines(input, options, span);
	}
	if (err == 0)
		*ret_span = span;
	return err;
}

static uint64_t multiply_clamped(uint64_t a, uint64_t b)
{
	return b > 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

/* Records are bytes of a known number. */
static void count_records(struct feed *feed, const struct options *options)
{
	if (feed->lines) {
		feed->skip = multiply_clamped(feed->skip, options->record_size);
		feed->left = multiply_clamped(feed->left, options->record_size);
	}
	feed->lines = false;
	if (options->maximum != NO_MAXIMUM)
		feed->left = min_u64(
			feed->left, multiply_clamped(options->maximum, options->record_size));
}

void feed_begin(struct feed *feed, const struct options *options, const struct selection *selection)
{
	const struct range *range = &selection->range;

	*feed = (struct feed){.delimiter = options->delimiter};
	feed->lines = selection->part == PART_LINES;
	feed->numbers = options->json == JSON_LINES;
	feed->end_wanted = options->action == ACTION_HEX;
	feed->left = UINT64_MAX;
	feed->maximum = shows_lines(options->action) ? options->maximum : NO_MAXIMUM;
	feed->skip = (uint64_t)range->start;
	if (range->has_length)
		feed->left = (uint64_t)range->length;
	else if (range->stop != MMR_END)
		feed->left =
			range->stop > range->start ? (uint64_t)(range->stop - range->start) : 0;
	if (options->record_size > 0)
		count_records(feed, options);
	if (options->maximum == 0)
		feed->left = 0;
}

/* Streams of which a selection counts from the end were saved to a file before. */
int feed_open(struct feed *feed, struct input *input, const struct options *options)
{
	mmr_blocks_options how = MMR_BLOCKS_OPTIONS_INIT;

	feed_begin(feed, options, &options->selection);
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

	if (*left == 0)
		bytes->len = 0;
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
	if (feed->skip > 0 && feed->end_wanted)
		return false;
	return feed->left == 0 || feed->maximum == 0;
}

/* Blocks of a stream are as short as its writes. */
static void keep_head(struct input *input, mmr_slice bytes)
{
	size_t len = (size_t)min_u64(bytes.len, INPUT_HEAD - input->head_len);

	memcpy(input->head + input->head_len, bytes.ptr, len);
	input->head_len += len;
}

bool feed_next(struct feed *feed, mmr_slice *ret_bytes)
{
	const char *start;
	mmr_block block;
	int err = 0;

	while (!feed_done(feed) && mmr_blocks_next(feed->blocks, &block)) {
		start = block.bytes.ptr;
		progress_add(block.bytes.len);
		keep_head(feed->input, block.bytes);
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

	feed->input->used = feed->used;
	/* A file in /proc has a place to go back to; a pipe has not. */
	if (feed->position >= 0)
		lseek(feed->input->fd, feed->position + (off_t)feed->used, SEEK_SET);
	mmr_blocks_close(feed->blocks);
	return err;
}
