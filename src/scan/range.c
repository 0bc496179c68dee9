/* range.c - the bytes of a range, in a file and in a stream
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"
#include "scan/fixed.h"
#include "scan/options.h"

#include <errno.h>

mmr_range mmr_range_of(const mmr_scan_options *options)
{
	static const mmr_scan_options defaults = MMR_SCAN_OPTIONS_INIT;
	mmr_scan_options scan;

	scan = options ? *options : defaults;
	if (split_is_fixed(scan.records)) {
		(void)fixed_range(&scan, 0);
		scan.records = NULL;
	}
	return (mmr_range){.skip_bytes = scan.offset,
		.bytes = scan.length,
		.skip_lines = scan.first_line,
		.lines = scan.n_lines,
		.delimiter = scan.delimiter,
		.of_records = scan.records != NULL};
}

static int skip_bytes(mmr_range *range, mmr_slice *bytes)
{
	size_t n = (size_t)min_u64(range->skip_bytes, bytes->len);
	uint64_t found = 0;
	int err = 0;

	if (n == 0)
		return 0;
	if (range->counts_lines)
		err = mmr_slice_count((mmr_slice){bytes->ptr, n}, range->delimiter, &found);
	range->skipped_lines += found;
	range->skip_bytes -= n;
	bytes->ptr += n;
	bytes->len -= n;
	return err;
}

/* Finds the end of the `*left`-th line, and subtracts the lines that end in the bytes.
 *
 * Returns: 1 with `*ret_end`; 0 when the bytes end before, with all of them; or an error. */
static int pass_lines(char delimiter, mmr_slice bytes, uint64_t *left, size_t *ret_end)
{
	uint64_t found;
	int err;

	err = mmr_slice_select(bytes, delimiter, *left - 1, ret_end);
	if (err > 0) {
		*ret_end += 1;
		*left = 0;
		return 1;
	}
	*ret_end = bytes.len;
	if (err == 0)
		err = mmr_slice_count(bytes, delimiter, &found);
	if (err == 0)
		*left -= found;
	return err;
}

static int skip_lines(mmr_range *range, mmr_slice *bytes)
{
	uint64_t before = range->skip_lines;
	size_t end;
	int err;

	if (range->skip_lines == 0 || bytes->len == 0)
		return 0;
	err = pass_lines(range->delimiter, *bytes, &range->skip_lines, &end);
	if (err < 0)
		return err;
	range->skipped_lines += before - range->skip_lines;
	bytes->ptr += end;
	bytes->len -= end;
	return 0;
}

int mmr_range_cut(mmr_range *range, mmr_slice *bytes)
{
	size_t end;
	int err;

	if (slice_is_nowhere(*bytes))
		return error_nowhere();
	if (range->of_records && (range->skip_lines > 0 || range->lines != MMR_REST))
		return error_set(-EINVAL, "cut a range of records out of pieces");
	err = skip_bytes(range, bytes);
	if (err < 0)
		return err;
	bytes->len = mmr_range_ended(range) ? 0 : (size_t)min_u64(bytes->len, range->bytes);
	if (range->bytes != MMR_REST)
		range->bytes -= bytes->len;
	err = skip_lines(range, bytes);
	if (err < 0 || range->lines == MMR_REST || bytes->len == 0)
		return err;
	err = pass_lines(range->delimiter, *bytes, &range->lines, &end);
	if (err < 0)
		return err;
	bytes->len = end;
	return 0;
}

bool mmr_range_ended(const mmr_range *range)
{
	return range->bytes == 0 || range->lines == 0;
}

uint64_t mmr_range_wanted(const mmr_range *range)
{
	if (mmr_range_ended(range))
		return 0;
	return range->bytes > MMR_REST - range->skip_bytes ? MMR_REST
							   : range->skip_bytes + range->bytes;
}

/* The number of lines as mmr_line_seek takes it. */
static int64_t clamped(uint64_t n_lines)
{
	return (int64_t)min_u64(n_lines, INT64_MAX);
}

int scan_locate(
	mmr_reader *reader, const mmr_scan_options *scan, uint64_t *ret_start, uint64_t *ret_stop)
{
	uint64_t size = mmr_size(reader), start, stop;
	mmr_scan_options bytes = *scan;
	int err = 0;

	err = scan_check_index(reader, scan);
	if (err < 0)
		return err;
	if (reader_is_stream(reader))
		return reader_no_offsets(reader);
	if (split_is_fixed(scan->records)) {
		err = fixed_range(&bytes, 0);
		scan = &bytes;
	}
	if (err < 0)
		return err;
	start = min_u64(scan->offset, size);
	stop = start + min_u64(scan->length, size - start);
	bytes.first_line = 0;
	bytes.n_lines = MMR_REST;
	if (scan->first_line > 0)
		err = scan_seek(reader, start, start, clamped(scan->first_line), &bytes, &start);
	if (err == 0 && scan->n_lines != MMR_REST)
		err = scan_seek(reader, start, start, clamped(scan->n_lines), &bytes, &stop);
	if (err < 0)
		return err;
	*ret_start = start;
	*ret_stop = stop;
	return 0;
}

int scan_use_bytes(mmr_reader *reader, mmr_scan_options *scan)
{
	uint64_t start, stop;
	int err;

	if (reader_is_stream(reader))
		return 0;
	err = scan_locate(reader, scan, &start, &stop);
	if (err < 0)
		return err;
	scan->offset = start;
	scan->length = stop - start;
	scan->first_line = 0;
	scan->n_lines = MMR_REST;
	return 0;
}

int mmr_scan_locate(mmr_reader *reader, const mmr_scan_options *options, uint64_t *ret_start,
	uint64_t *ret_stop)
{
	mmr_scan_options scan;
	int err = scan_options(options, &scan);

	return err < 0 ? err : scan_locate(reader, &scan, ret_start, ret_stop);
}
