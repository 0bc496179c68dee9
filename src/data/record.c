/* record.c - iterates over records and reads their values
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "data/array.h"
#include "file/guard.h"
#include "file/walk.h"

#include <mmreader/record.h>

#include <errno.h>

/* How far ahead pages are touched. One guard per record would cost more than reading it. */
#define AHEAD ((size_t)64 << 10)
#define PAGE  ((size_t)4096)

static int left_over(uint64_t n_bytes, size_t size)
{
	error_set(-EBADMSG, "read records (%llu of the %zu bytes of a record are left over)",
		(unsigned long long)n_bytes, size);
	return error_hint(-EBADMSG, "cut them off if they do not belong to the data");
}

/* Removes the header from a slice. */
static int skip_header(mmr_slice *slice, uint64_t header)
{
	if (slice_is_nowhere(*slice))
		return error_nowhere();
	if (header > slice->len)
		return error_set(-EBADMSG, "skip a header of %llu bytes in a slice of %zu bytes",
			(unsigned long long)header, slice->len);
	/* An empty slice may have no pointer, to which C does not allow even 0 to be added. */
	if (header > 0)
		slice->ptr += (size_t)header;
	slice->len -= (size_t)header;
	return 0;
}

mmr_records mmr_records_of(const mmr_layout *layout, mmr_slice slice, uint64_t header)
{
	mmr_records it = {slice.ptr, slice.ptr, slice.ptr, mmr_layout_size(layout), 0, 0};

	it.error = skip_header(&slice, header);
	if (it.error == 0 && slice.len > 0) {
		it.record = it.seen = slice.ptr;
		it.stop = slice.ptr + slice.len;
	}
	return it;
}

bool mmr_records_refill_(mmr_records *it)
{
	size_t left = (size_t)(it->stop - it->record), ahead = (size_t)(it->seen - it->record), len;
	const volatile char *at;
	struct guard guard;

	if (it->error < 0)
		return false;
	if (left < it->size) {
		if (left > 0)
			it->error = left_over(left, it->size);
		return false;
	}
	/* The caller has not read the bytes ahead, so they are not counted as held. */
	it->held -= ahead;
	walk_pass(&it->held, it->record, 0, false);
	len = min_size(left, it->size > AHEAD ? it->size : AHEAD);
	if (!GUARD_ENTER(&guard, it->record, len)) {
		it->error = guard_fault(&guard);
		it->held = 0;
		return false;
	}
	for (at = it->record; at < it->record + len; at += PAGE)
		(void)*at;
	(void)it->record[len - 1];
	guard_leave(&guard);
	it->seen = it->record + len;
	it->held += len;
	return true;
}

DEFINE_FILL(mmr_records_fill, mmr_records, mmr_slice, mmr_records_next)

int mmr_record_at(const mmr_layout *layout, mmr_slice slice, uint64_t header, uint64_t number,
	mmr_slice *ret_record)
{
	size_t size = mmr_layout_size(layout);
	int err = skip_header(&slice, header);

	if (err < 0)
		return err == -EBADMSG ? -ERANGE : err;
	if (number >= slice.len / size)
		return error_set(-ERANGE, "read record %llu of a slice of %zu records",
			(unsigned long long)number, slice.len / size);
	ret_record->ptr = slice.ptr + (size_t)number * size;
	ret_record->len = size;
	return 0;
}

int mmr_layout_column(const mmr_layout *layout, mmr_slice slice, uint64_t header,
	const mmr_field *field, mmr_array *ret_array)
{
	size_t size = mmr_layout_size(layout);
	int err = skip_header(&slice, header);
	mmr_array array = {slice.ptr, 0, (ptrdiff_t)size, field->type, field->swapped};

	if (err < 0)
		return err;
	if (field->type == MMR_TEXT)
		return error_set(-EINVAL, "read the text field '%s' as numbers", field->name);
	if (slice.len % size > 0)
		return left_over(slice.len % size, size);
	array.n = slice.len / size;
	if (array.n > 0)
		array.ptr += field->off;
	*ret_array = array;
	return 0;
}

static int read_number(mmr_slice record, const mmr_field *field, struct array_number *ret_number)
{
	mmr_array one = {
		record.ptr + field->off, 1, (ptrdiff_t)field->size, field->type, field->swapped};

	if (field->type == MMR_TEXT)
		return error_set(-EINVAL, "read the text field '%s' as a number", field->name);
	return array_read(&one, ret_number);
}

static int unfit(const mmr_field *field, const char *wanted)
{
	return error_set(-ERANGE, "convert the %s field '%s' to %s without loss",
		array_type_name(field->type), field->name, wanted);
}

#define AS(name, to, convert, wanted) \
	int name(mmr_slice record, const mmr_field *field, to *ret_value) \
	{ \
		struct array_number number; \
		int err = read_number(record, field, &number); \
\
		if (err < 0) \
			return err; \
		return convert(number, ret_value) < 0 ? unfit(field, wanted) : 0; \
	}

AS(mmr_record_as_i64_, int64_t, number_to_i64, "i64")
AS(mmr_record_as_u64_, uint64_t, number_to_u64, "u64")
AS(mmr_record_as_f64_, double, number_to_f64, "f64")
