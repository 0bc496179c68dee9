/* find.c - where a text stands in the part, or how often
 *
 * Files are searched by the library, with all threads and in order. A stream passes through a
 * buffer that keeps the end of what was searched, so that a match across two reads is found.
 *
 * SPDX-License-Identifier: MIT */
#include "actions.h"
#include "chain.h"
#include "match.h"
#include "message.h"
#include "output.h"
#include "pending.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>

static int on_match(void *context, uint64_t off)
{
	struct search *search = context;

	return match_found(search, off, search->options->text.len);
}

/* Whether a match can go past the end of a line. */
static bool has_delimiter(const struct options *options)
{
	return options->text.len > 0 &&
	       memchr(options->text.ptr, options->delimiter, options->text.len);
}

/* A shard is searched as a part of the whole: from the first byte that is free to start a match,
 * to the end of a match that starts in it. */
static int shard_range(struct input *input, const struct options *options, struct span *span)
{
	uint64_t from;
	int err;

	err = chain_resume(input->reader, options->text, span->start, &from);
	if (err < 0)
		return err;
	span->start = from;
	span->stop += min_u64(options->text.len - 1, mmr_size(input->reader) - span->stop);
	if (span->stop < from)
		span->stop = from;
	return 0;
}

static int search_reader(struct search *search, struct input *input)
{
	const struct options *options = search->options;
	mmr_count_options how = MMR_COUNT_OPTIONS_INIT;
	mmr_needle needle = mmr_needle_of(options->text);
	bool whole = options->selection.part == PART_SHARD && has_delimiter(options);
	struct span span;
	int err;

	err = part_locate(input, options, &span);
	if (err < 0)
		return err;
	input->used = span.stop;
	/* Matches that start there are those of the next shard. */
	search->stop = span.stop;
	err = whole ? shard_range(input, options, &span) : 0;
	if (err < 0 || options->maximum == 0)
		return err;
	how.offset = span.start;
	how.length = span.stop - span.start;
	how.n_threads = options->n_threads;
	if (options->count_only && options->maximum == NO_MAXIMUM && !whole)
		err = mmr_count_matches(input->reader, &needle, &how, &search->found);
	else
		err = mmr_each_match(input->reader, &needle, &how, on_match, search);
	report_search(input->reader);
	return err;
}

/* What is searched of a stream at a time, and what is kept of it. */
struct buffer {
	struct pending pending;
	uint64_t off; /* of the first byte in the stream */
};

/* Tells the matches in the buffer and keeps what the next one may begin with. Returns: as
 * match_found. */
static int search_buffer(struct search *search, const struct feed *feed, struct buffer *buffer,
	const mmr_needle *needle)
{
	mmr_slice all = {buffer->pending.bytes, buffer->pending.len}, match;
	mmr_matches it = mmr_matches_of(all, needle);
	size_t keep_from = 0, most = needle->text.len - 1;
	int result;

	search_reach(search, feed, all, buffer->off);
	while (mmr_matches_next(&it, &match)) {
		size_t at = (size_t)(match.ptr - buffer->pending.bytes);

		keep_from = at + match.len;
		result = match_found(search, buffer->off + at, match.len);
		if (result != 0)
			return result;
	}
	if (buffer->pending.len - keep_from > most)
		keep_from = buffer->pending.len - most;
	buffer->off += keep_from;
	result = search_leave(search, buffer->off);
	pending_drop(&buffer->pending, keep_from);
	return result;
}

static int search_stream(struct search *search, struct input *input)
{
	mmr_needle needle = mmr_needle_of(search->options->text);
	struct buffer buffer = {{NULL, 0, 0}, 0};
	struct feed feed;
	mmr_slice bytes;
	int err, end;

	err = feed_open(&feed, input, search->options);
	if (err < 0)
		return err;
	while (err == 0 && needle.text.len > 0 && feed_next(&feed, &bytes)) {
		report_bytes(bytes.len);
		if (buffer.pending.len == 0)
			buffer.off = feed.used - bytes.len;
		err = pending_add(&buffer.pending, bytes);
		if (err == 0)
			err = search_buffer(search, &feed, &buffer, &needle);
		output_flush();
	}
	free(buffer.pending.bytes);
	end = feed_close(&feed);
	return err < 0 ? err : end;
}

enum status action_find(struct input *input, const struct options *options)
{
	struct search search = search_begin(input, options);
	int err;

	err = input->reader ? search_reader(&search, input) : search_stream(&search, input);
	return search_end(&search, err);
}
