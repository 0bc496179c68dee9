/* selection.c - locates the selected bytes, lines and records
 *
 * SPDX-License-Identifier: MIT */
#include "input/selection.h"

#include "input/sorted.h"
#include "output/output.h"
#include "status/progress.h"
#include "status/report.h"

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
	scan.records = options->records;
	scan.n_threads = options->n_threads;
	scan.cache = options->cache;
	scan.progress = progress_of_scans();
	/* Output is printed before more input arrives. A count is printed at the end. */
	if (!options->count_only)
		scan.before_wait = flush_output;
	return scan;
}

/* Removes the header from the start of a range of bytes. */
static void skip_header(const struct options *options, mmr_scan_options *scan)
{
	uint64_t skipped = options->header - min_u64(options->header, scan->offset);

	if (scan->length != MMR_REST)
		scan->length -= min_u64(scan->length, skipped);
	scan->offset += skipped;
}

/* Sets the range of a selection whose ends count from the start. */
static void set_range(
	const struct options *options, const struct selection *selection, mmr_scan_options *scan)
{
	const struct range *range = &selection->range;
	uint64_t start = (uint64_t)range->start, length = MMR_REST;

	if (range->has_length)
		length = (uint64_t)range->length;
	else if (range->stop != MMR_END)
		length = range->stop > range->start ? (uint64_t)(range->stop - range->start) : 0;
	if (selection->part != PART_LINES) {
		scan->offset = start;
		scan->length = length;
		skip_header(options, scan);
	} else if (options->record_size > 0) {
		start = multiply_clamped(start, options->record_size);
		scan->offset = start + min_u64(options->header, UINT64_MAX - start);
		scan->length = multiply_clamped(length, options->record_size);
	} else {
		scan->first_line = start;
		scan->n_lines = length;
	}
}

/* Whether -m takes the last lines or records of a selection, which the action prints first. */
static bool takes_last(const struct options *options)
{
	if (options->record_size > 0)
		return options->reverse;
	return action_has(options, ACTION_LAST_LINES);
}

/* Limits a range to `maximum` lines or records, where the action takes the first ones. With
 * --where, -m counts the records that are found. */
static void limit_first(const struct options *options, uint64_t maximum, mmr_scan_options *scan)
{
	if (takes_last(options) || where_given(&options->where))
		return;
	if (options->record_size > 0)
		scan->length =
			min_u64(scan->length, multiply_clamped(maximum, options->record_size));
	else if (action_has(options, ACTION_FIRST_LINES))
		scan->n_lines = min_u64(scan->n_lines, maximum);
}

mmr_scan_options selection_range(
	const struct options *options, const struct selection *selection, uint64_t maximum)
{
	mmr_scan_options scan = scan_all(options);

	set_range(options, selection, &scan);
	limit_first(options, maximum, &scan);
	if (maximum == 0)
		scan.length = 0;
	return scan;
}

/* --- Inputs with offsets ---------------------------------------------------------------------- */

static void set_bytes(uint64_t start, uint64_t stop, mmr_scan_options *scan)
{
	scan->offset = start;
	scan->length = stop > start ? stop - start : 0;
	scan->first_line = 0;
	scan->n_lines = MMR_REST;
}

/* The number of records between the header and the end of an input. */
static uint64_t records_of(const struct options *options, uint64_t size)
{
	return (size - min_u64(options->header, size)) / options->record_size;
}

/* Divides the records into shards whose sizes differ by at most one record. */
static void set_shard_of_records(const struct options *options, const struct shard *shard,
	uint64_t size, mmr_scan_options *scan)
{
	uint64_t n = shard->n, k = shard->k, records = records_of(options, size);
	uint64_t start = records / n * (k - 1) + min_u64(k - 1, records % n);
	uint64_t stop = records / n * k + min_u64(k, records % n);
	uint64_t first = min_u64(options->header, size);

	/* The bytes after the last whole record belong to the last shard, which reports them. */
	set_bytes(first + start * options->record_size,
		k == n ? size : first + stop * options->record_size, scan);
}

static int locate_shard(mmr_reader *reader, const struct options *options,
	const struct shard *shard, mmr_scan_options *scan)
{
	uint64_t start, stop;
	int err;

	if (options->record_size > 0) {
		set_shard_of_records(options, shard, mmr_size(reader), scan);
		return 0;
	}
	err = mmr_shard(reader, scan, shard->k, shard->n, &start, &stop);
	if (err == 0)
		set_bytes(start, stop, scan);
	return err;
}

/* Locates a range of lines, one end of which counts from the end. */
static int locate_lines(mmr_reader *reader, const struct range *range, mmr_scan_options *scan)
{
	uint64_t size = mmr_size(reader), start, stop = size;
	int err;

	err = mmr_line_seek(reader, range->start < 0 ? size : 0, range->start, scan, &start);
	if (err == 0 && range->stop != MMR_END)
		err = mmr_line_seek(reader, range->stop < 0 ? size : 0, range->stop, scan, &stop);
	if (err == 0)
		set_bytes(start, stop, scan);
	return err;
}

/* Returns: an index into `size` items, counted from the start. */
static int64_t from_start(int64_t index, uint64_t size)
{
	return index < 0 ? (int64_t)(size - min_u64(0 - (uint64_t)index, size)) : index;
}

static int locate(mmr_reader *reader, const struct options *options,
	const struct selection *selection, mmr_scan_options *scan)
{
	struct selection forward = *selection;
	uint64_t size = mmr_size(reader);

	if (selection->part == PART_SHARD)
		return locate_shard(reader, options, &selection->shard, scan);
	if (keys_given(&options->keys))
		return 0;
	if (range_from_end(&selection->range)) {
		if (selection->part == PART_LINES && options->record_size == 0)
			return locate_lines(reader, &selection->range, scan);
		if (selection->part == PART_LINES)
			size = records_of(options, size);
		forward.range.start = from_start(selection->range.start, size);
		forward.range.stop = from_start(selection->range.stop, size);
	}
	set_range(options, &forward, scan);
	return 0;
}

/* The start of the last `maximum` records of [start, stop). Bytes after the last whole one stay. */
static uint64_t start_of_last(
	uint64_t start, uint64_t stop, const struct options *options, uint64_t maximum)
{
	uint64_t n = (stop - start) / options->record_size;

	return start + (n - min_u64(n, maximum)) * options->record_size;
}

/* Limits a range to what -m allows: the first lines, or the last ones where the action prints those
 * first. Then finds its bytes. */
static int limit(
	mmr_reader *reader, const struct options *options, uint64_t maximum, mmr_scan_options *scan)
{
	uint64_t start, stop;
	int err;

	limit_first(options, maximum, scan);
	err = mmr_scan_locate(reader, scan, &start, &stop);
	if (err < 0)
		return err;
	set_bytes(start, stop, scan);
	if (maximum == NO_MAXIMUM || !takes_last(options) || where_given(&options->where))
		return 0;
	if (maximum == 0)
		start = stop;
	else if (options->record_size > 0)
		start = start_of_last(start, stop, options, maximum);
	else
		err = mmr_line_seek(
			reader, stop, -(int64_t)min_u64(maximum, INT64_MAX), scan, &start);
	if (err == 0)
		set_bytes(start, stop, scan);
	return err;
}

/* Adds the lines of a selection to `taken` for -m. The action -c adds them itself. */
static int count_lines(
	struct input *input, const struct options *options, const mmr_scan_options *scan)
{
	mmr_counts counts;
	int err;

	if (options->n_selections == 1 || options->action == ACTION_COUNT ||
		!action_has(options, ACTION_FIRST_LINES | ACTION_LAST_LINES))
		return 0;
	err = mmr_count_lines(input->reader, scan, &counts);
	/* The action reports the quote. */
	if (err == MMR_EQUOTE)
		err = 0;
	if (err == 0)
		input->taken += counts.lines;
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
	int err;

	if (!has_offsets(input)) {
		*ret_scan = selection_range(options, selection, maximum);
		return 0;
	}
	scan.index = input->index;
	err = keys_given(&options->keys) ? sorted_locate(input, options, &scan) : 0;
	if (err == 0)
		err = locate(input->reader, options, selection, &scan);
	if (err == 0)
		err = limit(input->reader, options, maximum, &scan);
	if (err == 0 && maximum != NO_MAXIMUM)
		err = count_lines(input, options, &scan);
	if (err == 0)
		*ret_scan = scan;
	return err;
}

/* --- Any input -------------------------------------------------------------------------------- */

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

bool input_has_ranges(const struct input *input)
{
	return has_offsets(input);
}

int input_lines_before(const struct input *input, const mmr_scan_options *scan, uint64_t *ret_lines)
{
	mmr_reader_options how = MMR_READER_OPTIONS_INIT;
	mmr_scan_options all = *scan;
	mmr_reader *file;
	int err;

	*ret_lines = input->lines_before;
	if (input->knows_lines || input->base == 0)
		return 0;
	/* The bytes after `base` decide whether a record begins there. */
	if (!scan->records)
		how.length = input->base;
	err = mmr_open_fd(input->fd, &how, &file);
	if (err < 0)
		return err;
	all.offset = 0;
	all.length = MMR_REST;
	all.index = NULL;
	err = mmr_line_number(file, min_u64(input->base, mmr_size(file)), &all, ret_lines);
	mmr_close(file);
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
	/* A hole starts at `at`, or at the end of a unit that extends into the hole. */
	hole_stop = data == it->stop ? data : data - (data - it->start) % it->unit;
	if (hole_stop > it->at && hole_stop - it->at >= 2 * it->unit) {
		ret_stretch->hole_start = it->at;
		ret_stretch->hole_stop = hole_stop;
		it->at = hole_stop;
	}
	/* The data ends with a whole unit. */
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
