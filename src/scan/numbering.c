/* numbering.c - counts the lines before matches
 *
 * SPDX-License-Identifier: MIT */
#include "scan/numbering.h"

#include "file/reader.h"
#include "scan/index.h"
#include "scan/options.h"

#include <errno.h>
#include <string.h>

int numbering_start(struct numbering *numbering, mmr_reader *reader, mmr_scan_options *scan,
	unsigned flags, bool backward)
{
	int err = 0;

	memset(numbering, 0, sizeof(*numbering));
	if (flags > MMR_MATCH_LINES)
		return error_set(-EINVAL, "search with flags %u", flags);
	numbering->wanted = flags & MMR_MATCH_LINES;
	numbering->backward = backward;
	numbering->place.counts_lines = numbering->wanted;
	numbering->reader = reader;
	numbering->knows_before = reader_is_stream(reader);
	if (numbering->wanted && numbering->knows_before && scan->records && scan->offset > 0 &&
		!split_is_fixed(scan->records)) {
		error_set(-ESPIPE, "number the records of '%s' after %llu bytes", reader->name,
			(unsigned long long)scan->offset);
		return error_hint(-ESPIPE, "save the stream to a file first");
	}
	if (numbering->wanted)
		err = scan_use_bytes(reader, scan);
	numbering->scan = *scan;
	/* Backward, the lines of a block are counted in any case. */
	numbering->indexed = numbering->wanted && !backward && err == 0 &&
			     index_serves(scan->index, reader, scan);
	return err;
}

int numbering_count(
	const struct numbering *numbering, const mmr_block *block, uint64_t *ret_n_lines)
{
	mmr_slice own = {block->bytes.ptr, block->bytes.len - block->ahead};

	*ret_n_lines = 0;
	if (!numbering->wanted || numbering->indexed)
		return 0;
	return mmr_slice_count(own, numbering->scan.delimiter, ret_n_lines);
}

static int count_before(struct numbering *numbering)
{
	mmr_scan_options all = numbering->scan;
	uint64_t off = all.offset;
	mmr_counts counts = {0, false, 0, 0};
	struct units units = units_of(&all);
	int err = 0;

	if (numbering->knows_before)
		return 0;
	all.progress = NULL;
	if (numbering->backward)
		err = mmr_count_lines(numbering->reader, &all, &counts);
	/* The scan itself reports it. */
	if (units_end_error(&units, err))
		err = 0;
	all.offset = 0;
	all.length = MMR_REST;
	if (err == 0)
		err = mmr_line_number(numbering->reader, off, &all, &numbering->place.lines);
	numbering->place.lines += counts.lines;
	numbering->knows_before = err == 0;
	return err;
}

/* Gets the number of the line at an offset from the index. If it fails, the lines since the last
 * number are counted. */
static int query_index(struct numbering *numbering, uint64_t off)
{
	mmr_scan_options all = numbering->scan;
	uint64_t number;
	int err;

	if (off == numbering->known_off)
		return 0;
	all.progress = NULL;
	all.offset = 0;
	all.length = MMR_REST;
	if (!index_count_starts(numbering->reader, &all, 0, off, &numbering->known_number)) {
		all.offset = numbering->known_off;
		err = mmr_line_number(numbering->reader, off, &all, &number);
		if (err < 0)
			return err;
		numbering->known_number += number;
	}
	numbering->known_off = off;
	return 0;
}

int numbering_of_block(
	struct numbering *numbering, uint64_t off, uint64_t n_lines, uint64_t *ret_number)
{
	int err = 0;

	*ret_number = MMR_NO_LINE;
	if (!numbering->wanted)
		return 0;
	if (numbering->indexed) {
		err = query_index(numbering, off);
		*ret_number = numbering->known_number;
		return err;
	}
	err = count_before(numbering);
	if (err < 0)
		return err;
	if (numbering->backward)
		*ret_number = numbering->place.lines - numbering->passed - n_lines;
	else
		*ret_number = numbering->place.lines + numbering->passed;
	return 0;
}

int numbering_find(
	struct numbering *numbering, const mmr_block *block, uint64_t off, uint64_t *ret_line)
{
	size_t stop = (size_t)(off - block->off);
	mmr_slice bytes = {block->bytes.ptr + numbering->at, stop - numbering->at};
	uint64_t found, number;
	int err;

	err = numbering_of_block(numbering, block->off, 0, &number);
	*ret_line = number;
	if (err < 0 || !numbering->wanted)
		return err;
	err = mmr_slice_count(bytes, numbering->scan.delimiter, &found);
	if (err < 0)
		return err;
	numbering->in_block += found;
	numbering->at = stop;
	*ret_line = number + numbering->in_block;
	return 0;
}

void numbering_pass(struct numbering *numbering, uint64_t n_lines)
{
	numbering->passed += n_lines;
	numbering->in_block = 0;
	numbering->at = 0;
}

int numbering_refuse_records(const mmr_scan_options *scan, unsigned flags)
{
	if (!scan->records || !(flags & MMR_MATCH_LINES))
		return 0;
	error_set(-EINVAL, "number matches by records");
	return error_hint(-EINVAL, "search with mmr_search_run");
}
