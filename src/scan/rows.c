/* rows.c - rows of a table as units of bytes that begin with one
 *
 * SPDX-License-Identifier: MIT */
#include "scan/units.h"

#include <errno.h>
#include <string.h>

/* What a view shows of the rows that start in [from, to): the bytes that may have the ends of the
 * rows before them, and the state before these bytes. */
struct part {
	mmr_slice bytes;
	enum row_state state;
};

static int part_of(const mmr_split *records, const struct unit_view *view, size_t from, size_t to,
	struct part *ret_part)
{
	size_t stop = min_size(to - 1, view->bytes.len), start = min_size(from - 1, stop);
	mmr_slice before = {view->bytes.ptr + view->known, start - view->known};
	struct row_place place = row_place_start();
	uint64_t n_ends;
	int err;

	err = rows_pass(records->separator, before, 0, &place, &n_ends);
	*ret_part = (struct part){{view->bytes.ptr + start, stop - start}, place.state};
	return err;
}

static int rows_forward(const mmr_split *records, const struct unit_view *view, size_t from,
	size_t to, uint64_t *left, size_t *ret_at)
{
	struct part part;
	uint64_t passed;
	size_t at;
	int found, err;

	if (from >= to || from > view->bytes.len)
		return 0;
	err = part_of(records, view, from, to, &part);
	if (err < 0)
		return err;
	found = rows_select(records->separator, part.bytes, &part.state, *left - 1, &at, &passed);
	if (found == 0)
		*left -= passed;
	if (found <= 0)
		return found;
	*left = 0;
	*ret_at = from + at;
	return 1;
}

static int rows_backward(const mmr_split *records, const struct unit_view *view, size_t from,
	size_t to, uint64_t *left, size_t *ret_at)
{
	struct row_place place = row_place_start();
	uint64_t n_ends, passed;
	struct part part;
	size_t at;
	int found, err;

	if (from >= to || from > view->bytes.len)
		return 0;
	err = part_of(records, view, from, to, &part);
	if (err < 0)
		return err;
	place.state = part.state;
	err = rows_pass(records->separator, part.bytes, 0, &place, &n_ends);
	if (err < 0)
		return err;
	if (n_ends < *left) {
		*left -= n_ends;
		return 0;
	}
	found = rows_select(
		records->separator, part.bytes, &part.state, n_ends - *left, &at, &passed);
	if (found <= 0)
		return found;
	*left = 0;
	*ret_at = from + at;
	return 1;
}

static void close_rows(mmr_split *records)
{
	heap_free(records);
}

int rows_split(char separator, mmr_split *ret_split)
{
	if (separator == '"' || separator == '\n' || separator == '\r')
		return error_set(
			-EINVAL, "separate cells by byte %u", (unsigned)(unsigned char)separator);
	*ret_split = (mmr_split){.forward = rows_forward,
		.backward = rows_backward,
		.close = close_rows,
		.of_rows = true,
		.delimiter = '\n',
		.separator = separator,
		.mark = 1,
		/* Those of patterns are odd. */
		.identity = ((uint64_t)(unsigned char)separator + 1) * 2};
	return 0;
}

int mmr_split_rows(char separator, mmr_split **ret_split)
{
	mmr_split split, *made;
	int err = rows_split(separator, &split);

	if (err < 0)
		return err;
	made = heap_alloc(sizeof(*made));
	if (!made)
		return error_set(-ENOMEM, "divide a table into rows");
	*made = split;
	*ret_split = made;
	return 0;
}
