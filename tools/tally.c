/* tally.c - one pass over a part, counting
 *
 * SPDX-License-Identifier: MIT */
#include "tally.h"

#include "report.h"

static int tally_feed(struct feed *feed, struct tally *ret_tally)
{
	uint64_t lines = 0, found, last = 1;
	mmr_slice bytes;
	int err;

	while (feed_next(feed, &bytes)) {
		mmr_slice end = {bytes.ptr + bytes.len - 1, 1};

		err = mmr_slice_count(bytes, feed->delimiter, &found);
		if (err == 0)
			err = mmr_slice_count(end, feed->delimiter, &last);
		if (err < 0)
			return err;
		lines += found;
		report_bytes(bytes.len);
	}
	ret_tally->unterminated = last == 0;
	ret_tally->n_lines = lines + (last == 0);
	report_lines(ret_tally->n_lines);
	return 0;
}

static int tally_reader(struct input *input, const struct options *options, struct tally *ret_tally)
{
	mmr_count_options how = MMR_COUNT_OPTIONS_INIT;
	mmr_counts counts;
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
	report_bytes(span.stop - span.start);
	err = mmr_count_lines(input->reader, &how, &counts);
	if (err < 0)
		return err;
	ret_tally->n_lines = counts.lines;
	report_lines(counts.lines);
	ret_tally->unterminated = counts.unterminated;
	return 0;
}

int tally_part(struct input *input, const struct options *options, struct tally *ret_tally)
{
	struct feed feed;
	int err, end;

	if (input->reader)
		return tally_reader(input, options, ret_tally);
	err = feed_open(&feed, input, options);
	if (err < 0)
		return err;
	err = tally_feed(&feed, ret_tally);
	end = feed_close(&feed);
	return err < 0 ? err : end;
}
