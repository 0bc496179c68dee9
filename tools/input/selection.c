/* selection.c - where the selected bytes, lines and records are
 *
 * SPDX-License-Identifier: MIT */
#include "input/selection.h"

#include "output/output.h"
#include "status/progress.h"
#include "status/report.h"

/* Bytes [start, stop) of an input's reader. */
struct span {
	uint64_t start, stop;
};

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

static void flush_output(void *unused)
{
	(void)unused;
	output_flush();
}

/* All of an input, before a selection is made. */
static mmr_scan_options scan_all(const struct options *options)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;

	scan.delimiter = options->delimiter;
	scan.n_threads = options->n_threads;
	scan.progress = progress_of_scans();
	/* What was found is seen before more arrives. A count is printed at the end. */
	if (!options->count_only)
		scan.before_wait = flush_output;
	return scan;
}

static uint64_t multiply_clamped(uint64_t a, uint64_t b)
{
	return b > 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

mmr_scan_options selection_range(
	const struct options *options, const struct selection *selection, uint64_t maximum)
{
	const struct range *range = &selection->range;
	mmr_scan_options scan = scan_all(options);
	uint64_t start = (uint64_t)range->start, length = MMR_REST;
	size_t record_size = options->record_size;

	if (range->has_length)
		length = (uint64_t)range->length;
	else if (range->stop != MMR_END)
		length = range->stop > range->start ? (uint64_t)(range->stop - range->start) : 0;
	if (selection->part == PART_LINES && record_size == 0) {
		scan.first_line = start;
		scan.n_lines = length;
	} else if (selection->part == PART_LINES) {
		scan.offset = multiply_clamped(start, record_size);
		scan.length = multiply_clamped(length, record_size);
	} else {
		scan.offset = start;
		scan.length = length;
	}
	if (maximum == 0)
		scan.length = 0;
	else if (maximum != NO_MAXIMUM && record_size > 0)
		scan.length = min_u64(scan.length, multiply_clamped(maximum, record_size));
	else if (maximum != NO_MAXIMUM && action_has(options, ACTION_FIRST_LINES))
		scan.n_lines = min_u64(scan.n_lines, maximum);
	return scan;
}

/* --- Inputs with offsets ---------------------------------------------------------------------- */

/* The start of line `index`: from the start of the file, or from its end when negative. */
static int locate_line(
	mmr_reader *reader, int64_t index, const mmr_scan_options *all, uint64_t *ret_off)
{
	return mmr_line_seek(reader, index < 0 ? mmr_size(reader) : 0, index, all, ret_off);
}

static int locate_lines(mmr_reader *reader, const struct range *range, const mmr_scan_options *all,
	struct span *ret_span)
{
	struct span span;
	int err;

	err = locate_line(reader, range->start, all, &span.start);
	if (err < 0)
		return err;
	if (range->has_length)
		err = mmr_line_seek(reader, span.start, range->length, all, &span.stop);
	else if (range->stop == MMR_END)
		span.stop = mmr_size(reader);
	else if (range->start >= 0 && range->stop >= range->start)
		/* Both from the start: what comes before the first is not read twice. */
		err = mmr_line_seek(
			reader, span.start, range->stop - range->start, all, &span.stop);
	else
		err = locate_line(reader, range->stop, all, &span.stop);
	if (err < 0)
		return err;
	if (span.stop < span.start)
		span.stop = span.start;
	*ret_span = span;
	return 0;
}

static int locate(mmr_reader *reader, const struct options *options,
	const struct selection *selection, const mmr_scan_options *all, struct span *ret_span)
{
	uint64_t size = mmr_size(reader);
	size_t record_size = options->record_size;

	switch (selection->part) {
	case PART_LINES:
		if (record_size == 0)
			return locate_lines(reader, &selection->range, all, ret_span);
		*ret_span = locate_records(&selection->range, record_size, size);
		return 0;
	case PART_SHARD:
		if (record_size == 0)
			return mmr_shard(reader, options->delimiter, selection->shard.k,
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

/* Leaves what -m allows: the first lines, or the last ones where those are printed first. */
static int limit(mmr_reader *reader, const struct options *options, uint64_t maximum,
	const mmr_scan_options *all, struct span *span)
{
	int64_t n = (int64_t)min_u64(maximum, INT64_MAX);
	uint64_t edge;
	int err = 0;

	if (options->record_size > 0) {
		edge = multiply_clamped(maximum, options->record_size);
		span->stop = span->start + min_u64(span->stop - span->start, edge);
	} else if (action_has(options, ACTION_FIRST_LINES)) {
		err = mmr_line_seek(reader, span->start, n, all, &edge);
		span->stop = err == 0 ? min_u64(span->stop, edge) : span->stop;
	} else if (action_has(options, ACTION_LAST_LINES)) {
		err = mmr_line_seek(reader, span->stop, -n, all, &edge);
		if (err == 0 && edge > span->start)
			span->start = edge;
	}
	return err;
}

/* Adds the lines of a selection to what -m has used up. The action -c adds them itself. */
static int count_lines(
	struct input *input, const struct options *options, const mmr_scan_options *scan)
{
	mmr_counts counts;
	int err;

	if (options->n_selections == 1 || options->action == ACTION_COUNT ||
		!action_has(options, ACTION_FIRST_LINES | ACTION_LAST_LINES))
		return 0;
	err = mmr_count_lines(input->reader, scan, &counts);
	if (err == 0)
		input->n += counts.lines;
	return err;
}

static bool has_offsets(const struct input *input)
{
	return (mmr_abilities(input->reader) & MMR_HAS_OFFSETS) != 0;
}

int selection_locate(struct input *input, const struct options *options,
	const struct selection *selection, uint64_t maximum, mmr_scan_options *ret_scan)
{
	mmr_scan_options scan = scan_all(options);
	struct span span;
	int err;

	if (!has_offsets(input)) {
		*ret_scan = selection_range(options, selection, maximum);
		return 0;
	}
	err = locate(input->reader, options, selection, &scan, &span);
	if (err == 0 && maximum != NO_MAXIMUM)
		err = limit(input->reader, options, maximum, &scan, &span);
	if (err < 0)
		return err;
	scan.offset = span.start;
	scan.length = span.stop - span.start;
	if (maximum != NO_MAXIMUM)
		err = count_lines(input, options, &scan);
	if (err == 0)
		*ret_scan = scan;
	return err;
}

/* --- Any input -------------------------------------------------------------------------------- */

uint64_t selection_known_end(const struct input *input, const mmr_scan_options *scan)
{
	return has_offsets(input) ? scan->offset + scan->length : 0;
}

uint64_t selection_end(const struct input *input, const mmr_scan_options *scan)
{
	return has_offsets(input) ? scan->offset + scan->length : mmr_consumed(input->reader);
}

void selection_report(const struct input *input, const mmr_scan_options *scan)
{
	if (has_offsets(input))
		report_bytes(scan->length);
	else
		report_scan();
}

int selection_size(struct input *input, const mmr_scan_options *scan, uint64_t *ret_size)
{
	mmr_scan_options how = *scan;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_blocks *blocks;
	mmr_block block;
	uint64_t size = 0;
	int err;

	if (has_offsets(input)) {
		*ret_size = scan->length;
		return 0;
	}
	cut.split_lines = true;
	how.n_threads = 1;
	err = mmr_blocks_open(input->reader, &how, &cut, &blocks);
	if (err < 0)
		return err;
	while (mmr_blocks_next(blocks, &block))
		size += block.bytes.len;
	err = mmr_blocks_error(blocks);
	mmr_blocks_close(blocks);
	if (err == 0)
		*ret_size = size;
	return err;
}

int selection_reach(struct input *input, const mmr_scan_options *scan)
{
	mmr_scan_options before = *scan;
	uint64_t size;

	if (has_offsets(input) || (scan->length > 0 && scan->n_lines > 0))
		return 0;
	before.offset = 0;
	before.length = scan->offset > 0 ? scan->offset : MMR_REST;
	before.first_line = 0;
	before.n_lines = scan->first_line > 0 ? scan->first_line : MMR_REST;
	if (scan->offset == 0 && scan->first_line == 0)
		return 0;
	return selection_size(input, &before, &size);
}

struct stretches stretches_of(const struct input *input, const mmr_scan_options *scan, size_t unit)
{
	struct stretches it = {.input = input, .scan = *scan, .unit = unit};

	if (!has_offsets(input))
		return it;
	it.extents = mmr_extents_of_range(input->reader, scan->offset, scan->length);
	it.start = it.at = scan->offset;
	it.stop = scan->offset + scan->length;
	it.ended = it.at == it.stop;
	return it;
}

bool stretches_next(struct stretches *it, struct stretch *ret_stretch)
{
	uint64_t data, hole_stop;
	mmr_extent extent;
	bool more;

	if (it->ended)
		return false;
	*ret_stretch = (struct stretch){.scan = it->scan};
	if (!has_offsets(it->input)) {
		it->ended = true;
		return true;
	}
	more = mmr_extents_next(&it->extents, &extent);
	data = more ? extent.off : it->stop;
	/* A hole from `at` on, or from the end of a unit that reaches into it. */
	hole_stop = data == it->stop ? data : data - (data - it->start) % it->unit;
	if (hole_stop > it->at && hole_stop - it->at >= 2 * it->unit) {
		ret_stretch->hole_start = it->at;
		ret_stretch->hole_stop = hole_stop;
		it->at = hole_stop;
	}
	/* A last hole that is too short is data, too. */
	data = more ? extent.off + extent.len : it->stop;
	if (data < it->stop)
		data = min_u64(
			it->stop, data + (it->unit - (data - it->start) % it->unit) % it->unit);
	ret_stretch->scan.offset = it->at;
	ret_stretch->scan.length = data - it->at;
	it->at = data;
	it->ended = it->at == it->stop;
	return true;
}

int stretches_error(const struct stretches *it)
{
	return mmr_check(it->input->reader) == MMR_ETRUNCATED ? MMR_ETRUNCATED : 0;
}
