/* compare_streams.c - compares two streams, by one thread
 *
 * SPDX-License-Identifier: MIT */
#include "scan/compare.h"

#include <mmreader/slice.h>

#include <errno.h>

/* A stream, and what is left of its last block. */
struct feed {
	mmr_blocks *blocks;
	mmr_slice rest;
	uint64_t start;
	bool placed, ended;
};

/* Makes sure that there are bytes, unless the range has ended. */
static int fill(struct feed *feed)
{
	mmr_block block;

	if (feed->rest.len > 0 || feed->ended)
		return 0;
	if (!mmr_blocks_next(feed->blocks, &block)) {
		feed->ended = true;
		return mmr_blocks_error(feed->blocks);
	}
	if (!feed->placed)
		feed->start = block.start;
	feed->placed = true;
	feed->rest = block.bytes;
	return 0;
}

/* Counts the lines up to the first difference. */
static int count_lines(mmr_slice bytes, uint64_t off, char delimiter,
	const struct differences *differences, uint64_t *n_lines)
{
	uint64_t n = 0;
	int err;

	if (differences_found(differences))
		bytes.len = (size_t)min_u64(
			bytes.len, differences->first - min_u64(differences->first, off));
	err = mmr_slice_count(bytes, delimiter, &n);
	*n_lines += n;
	return err;
}

/* Compares what both feeds have. */
static int compare_rests(struct feed *feeds, struct differences *differences, bool lines,
	mmr_comparison *result, char delimiter)
{
	mmr_slice bytes = {feeds[0].rest.ptr, min_size(feeds[0].rest.len, feeds[1].rest.len)};
	uint64_t off = result->compared;
	unsigned i;

	differences_add(differences, bytes.ptr, feeds[1].rest.ptr, bytes.len, off);
	for (i = 0; i < 2; i++) {
		feeds[i].rest.ptr += bytes.len;
		feeds[i].rest.len -= bytes.len;
	}
	result->compared += bytes.len;
	return lines ? count_lines(bytes, off, delimiter, differences, &result->line) : 0;
}

/* Returns: like mmr_compare; compares until one of the feeds ends. */
static int compare_feeds(struct feed *feeds, const struct side *sides,
	struct differences *differences, bool lines, mmr_comparison *result)
{
	unsigned i;
	int err = 0;

	while (err == 0) {
		for (i = 0; i < 2; i++) {
			err = fill(&feeds[i]);
			if (err < 0) {
				result->failed = 1 + i;
				return err;
			}
		}
		if (feeds[0].ended || feeds[1].ended)
			break;
		err = compare_rests(feeds, differences, lines, result, sides[0].scan.delimiter);
		if (differences->first_only && differences_found(differences))
			break;
	}
	if (feeds[0].ended != feeds[1].ended)
		result->shorter = feeds[0].ended ? 1 : 2;
	return err;
}

int compare_streams(const struct side *sides, struct differences *differences, bool lines,
	mmr_comparison *result)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	struct feed feeds[2] = {{.blocks = NULL}, {.blocks = NULL}};
	mmr_scan_options scan;
	struct error_note note;
	unsigned i;
	int err = 0;

	if (lines && sides[0].scan.records)
		return error_set(-ESPIPE, "number the records of two streams");
	result->line = lines ? 0 : MMR_NO_LINE;
	cut.split_lines = true;
	for (i = 0; i < 2 && err == 0; i++) {
		scan = sides[i].scan;
		scan.n_threads = 1;
		/* Progress is that of the first stream. */
		if (i == 1)
			scan.progress = NULL;
		err = mmr_blocks_open(sides[i].reader, &scan, &cut, &feeds[i].blocks);
		if (err < 0)
			result->failed = 1 + i;
	}
	if (err == 0)
		err = compare_feeds(feeds, sides, differences, lines, result);
	if (err < 0)
		error_save(&note);
	for (i = 0; i < 2; i++) {
		mmr_blocks_close(feeds[i].blocks);
		result->starts[i] =
			feeds[i].placed ? feeds[i].start : mmr_consumed(sides[i].reader);
	}
	if (err < 0)
		error_restore(&note);
	return err;
}
