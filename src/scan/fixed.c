/* fixed.c - finds records of a fixed size by arithmetic
 *
 * SPDX-License-Identifier: MIT */
#include "scan/fixed.h"

#include "file/reader.h"
#include "scan/options.h"
#include "scan/run.h"

#include <errno.h>
#include <string.h>

/* --- Starts in bytes that begin with a record ------------------------------------------------- */

/* The starts in [from, to). Returns: their number. */
static uint64_t starts_in(const mmr_split *records, const struct unit_view *view, size_t from,
	size_t to, size_t *ret_first)
{
	size_t size = records->size, stop = min_size(to, view->bytes.len);

	if (from >= stop || (stop - 1) / size * size < from)
		return 0;
	*ret_first = ((from - 1) / size + 1) * size;
	return (stop - 1 - *ret_first) / size + 1;
}

static int fixed_forward(const mmr_split *records, const struct unit_view *view, size_t from,
	size_t to, uint64_t *left, size_t *ret_at)
{
	size_t first = 0;
	uint64_t n = starts_in(records, view, from, to, &first);

	if (n < *left) {
		*left -= n;
		return 0;
	}
	*ret_at = first + (size_t)(*left - 1) * records->size;
	*left = 0;
	return 1;
}

static int fixed_backward(const mmr_split *records, const struct unit_view *view, size_t from,
	size_t to, uint64_t *left, size_t *ret_at)
{
	size_t first = 0;
	uint64_t n = starts_in(records, view, from, to, &first);

	if (n < *left) {
		*left -= n;
		return 0;
	}
	*ret_at = first + (size_t)(n - *left) * records->size;
	*left = 0;
	return 1;
}

static void close_fixed(mmr_split *records)
{
	heap_free(records);
}

mmr_split fixed_split(size_t size, uint64_t header)
{
	return (mmr_split){.forward = fixed_forward,
		.backward = fixed_backward,
		.close = close_fixed,
		.mark = 1,
		.size = size,
		.header = header};
}

int mmr_split_size(size_t size, uint64_t header, mmr_split **ret_split)
{
	mmr_split *made;

	if (size == 0 || size > PTRDIFF_MAX)
		return error_set(-EINVAL, "divide bytes into records of %zu bytes", size);
	made = heap_alloc(sizeof(*made));
	if (!made)
		return error_set(-ENOMEM, "divide bytes into records");
	*made = fixed_split(size, header);
	*ret_split = made;
	return 0;
}

/* --- Ranges ----------------------------------------------------------------------------------- */

static uint64_t add(uint64_t a, uint64_t b)
{
	return a + min_u64(b, UINT64_MAX - a);
}

/* The bytes of `n` records. */
static uint64_t bytes_of(uint64_t n, size_t size)
{
	return n > UINT64_MAX / size ? UINT64_MAX : n * size;
}

/* Moves the start of a range, up to its end. */
static void skip(mmr_scan_options *scan, uint64_t n_bytes)
{
	if (scan->length != MMR_REST) {
		n_bytes = min_u64(n_bytes, scan->length);
		scan->length -= n_bytes;
	}
	scan->offset = add(scan->offset, n_bytes);
}

int fixed_range(mmr_scan_options *scan, uint64_t at)
{
	const mmr_split *records = scan->records;
	uint64_t start = add(at, scan->offset), n_lines = scan->n_lines;

	skip(scan, records->header - min_u64(records->header, start));
	skip(scan, bytes_of(scan->first_line, records->size));
	if (n_lines != MMR_REST)
		scan->length = min_u64(scan->length, bytes_of(n_lines, records->size));
	scan->first_line = 0;
	scan->n_lines = MMR_REST;
	if (start <= records->header || (start - records->header) % records->size == 0)
		return 0;
	error_set(-EINVAL, "start a range at byte %llu, within a record of %zu bytes",
		(unsigned long long)start, records->size);
	return error_hint(-EINVAL, "start it with a record");
}

uint64_t fixed_count(const mmr_split *records, uint64_t from, uint64_t off)
{
	from = max_u64(from, records->header);
	return (off - min_u64(from, off)) / records->size;
}

uint64_t fixed_seek(
	const mmr_split *records, uint64_t start, uint64_t stop, uint64_t from, int64_t n)
{
	uint64_t size = records->size, before = (from - start) / size;

	if (n >= 0) {
		before = add(before, (uint64_t)n);
		return before > (stop - start) / size ? stop : start + before * size;
	}
	before += (from - start) % size > 0;
	/* As unsigned, since -INT64_MIN does not fit. */
	before -= min_u64(before, 0 - (uint64_t)n);
	return start + before * size;
}

/* --- Counting --------------------------------------------------------------------------------- */

static int pass_block(void *state, const mmr_block *block)
{
	(void)state;
	(void)block;
	return 0;
}

/* The records of a stream are read, but their bytes are not looked at. */
static int find_range(
	mmr_reader *reader, const mmr_scan_options *scan, uint64_t *ret_start, uint64_t *ret_stop)
{
	mmr_scan_job job = {.work = pass_block};
	struct scan_place place = {0};
	uint64_t rest;
	int err;

	if (reader_is_stream(reader)) {
		err = scan_run(reader, scan, NULL, &job, &place);
		*ret_start = place.start;
		*ret_stop = place.stop;
		return err;
	}
	err = reader_fault(reader);
	if (err == 0)
		err = scan_locate(reader, scan, ret_start, ret_stop);
	if (err < 0)
		return err;
	rest = (*ret_stop - *ret_start) % scan->records->size;
	return fixed_check_end(reader, scan->records, *ret_stop - rest, rest);
}

int fixed_count_lines(mmr_reader *reader, const mmr_scan_options *scan, mmr_counts *ret_counts)
{
	uint64_t start = 0, stop = 0;
	int err = find_range(reader, scan, &start, &stop);

	if (err == 0 || err == -EBADMSG)
		*ret_counts = (mmr_counts){
			.lines = (stop - start) / scan->records->size, .unterminated = err < 0};
	return err;
}

int fixed_check_end(const mmr_reader *reader, const mmr_split *records, uint64_t off, uint64_t rest)
{
	if (rest == 0)
		return 0;
	error_set_at(-EBADMSG, reader->offset + off,
		"read records of '%s' (%llu of the %zu bytes of a record are left over)",
		reader->name, (unsigned long long)rest, records->size);
	return error_hint(-EBADMSG, "cut these bytes off if they do not belong to the data");
}
