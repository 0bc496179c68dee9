/* pattern.c - where a regular expression matches in the selection, or how often
 *
 * Files are searched by the library, with all threads and in order. A stream is cut after
 * delimiters, since a pattern sees one whole line at a time.
 *
 * SPDX-License-Identifier: MIT */
#include "actions.h"
#include "match.h"
#include "message.h"
#include "output.h"
#include "pending.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>

/* Compiled at the first input, for all. A wrong one ends the run: no input could do with it. */
static const mmr_regex *compiled(const struct options *options)
{
	static mmr_regex *regex;
	mmr_regex_options how = MMR_REGEX_OPTIONS_INIT;
	int err;

	if (regex)
		return regex;
	how.delimiter = options->delimiter;
	err = mmr_regex_compile(options->text, &how, &regex);
	if (err == 0)
		return regex;
	message("%s", message_quote(mmr_last_error()));
	exit(STATUS_TROUBLE);
}

static int on_match(void *context, const mmr_regex_match *match)
{
	return match_found(context, match->off, match->text.len);
}

static int search_reader(struct search *search, const mmr_regex *regex, struct input *input)
{
	const struct options *options = search->options;
	mmr_count_options how = MMR_COUNT_OPTIONS_INIT;
	struct span span;
	int err;

	err = part_locate(input, options, &span);
	if (err < 0)
		return err;
	input->used = span.stop;
	how.offset = span.start;
	how.length = span.stop - span.start;
	how.delimiter = options->delimiter;
	how.n_threads = options->n_threads;
	if (options->maximum == 0)
		return 0;
	if (options->count_only && options->maximum == NO_MAXIMUM)
		err = mmr_regex_count(regex, input->reader, &how, &search->found);
	else
		err = mmr_regex_each(regex, input->reader, &how, on_match, search);
	report_search(input->reader);
	return err;
}

/* Whole lines of a stream, with what came after the last of them. */
struct lines {
	struct pending pending;
	uint64_t off; /* of the first byte in the stream */
};

/* Searches the first `len` bytes and drops them. Returns: as match_found. */
static int search_lines(struct search *search, const mmr_regex *regex, const struct feed *feed,
	struct lines *lines, size_t len)
{
	mmr_slice bytes = {lines->pending.bytes, len};
	mmr_regex_matches *it;
	mmr_regex_match match;
	int result;

	result = mmr_regex_matches_of(regex, bytes, &it);
	if (result < 0)
		return result;
	search_reach(search, feed, bytes, lines->off);
	while (result == 0 && mmr_regex_matches_next(it, &match))
		result = match_found(search, lines->off + match.off, match.text.len);
	if (result == 0)
		result = mmr_regex_matches_error(it);
	mmr_regex_matches_close(it);
	lines->off += len;
	if (result == 0)
		result = search_leave(search, lines->off);
	pending_drop(&lines->pending, len);
	return result;
}

/* The length of what ends with the last delimiter. */
static size_t whole_lines(const struct lines *lines, char delimiter)
{
	size_t len = lines->pending.len;

	while (len > 0 && lines->pending.bytes[len - 1] != delimiter)
		len--;
	return len;
}

static int search_stream(struct search *search, const mmr_regex *regex, struct input *input)
{
	struct lines lines = {{NULL, 0, 0}, 0};
	char delimiter = search->options->delimiter;
	struct feed feed;
	mmr_slice bytes;
	size_t len;
	int result, end;

	result = feed_open(&feed, input, search->options);
	if (result < 0)
		return result;
	while (result == 0 && feed_next(&feed, &bytes)) {
		report_bytes(bytes.len);
		if (lines.pending.len == 0)
			lines.off = feed.used - bytes.len;
		result = pending_add(&lines.pending, bytes);
		/* A long line is looked at once, when its end has come. */
		len = result == 0 && memchr(bytes.ptr, delimiter, bytes.len)
			      ? whole_lines(&lines, delimiter)
			      : 0;
		if (len > 0)
			result = search_lines(search, regex, &feed, &lines, len);
		output_flush();
	}
	if (result == 0 && lines.pending.len > 0)
		result = search_lines(search, regex, &feed, &lines, lines.pending.len);
	free(lines.pending.bytes);
	end = feed_close(&feed);
	return result < 0 ? result : end;
}

enum status action_pattern(struct input *input, const struct options *options)
{
	struct search search = search_begin(input, options);
	const mmr_regex *regex = compiled(options);
	int err;

	err = input->reader ? search_reader(&search, regex, input)
			    : search_stream(&search, regex, input);
	return search_end(&search, err);
}
