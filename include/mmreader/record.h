/* record.h - binary records of a fixed layout, read field by field without a copy
 *
 * The layout is given as text and parsed once into a table of names, offsets and types. Records
 * need no memory and no allocation of their own, for any number of them.
 *
 *	err = mmr_layout_parse(mmr_slice_of("id:u64le,price:f64le,name:16s"), &layout);
 *	price = mmr_layout_find(layout, "price");
 *	it = mmr_records_of(layout, mmr_bytes(file), 0);
 *	while (mmr_records_next(&it, &record))
 *		if (mmr_record_f64(record, price, &value) == 0)
 *			use(value);
 *	err = mmr_records_error(&it);
 *
 * mmr_layout_column makes a whole column an array. For files larger than memory use
 * mmr_each_record (each.h), which runs in several threads; mmr_split_size (scan.h), with which all
 * scans have whole records; or mmr_sum_numbers for one column.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_RECORD_H
#define MMREADER_RECORD_H

#include <mmreader/array.h>

#include <string.h>

MMR_BEGIN_DECLS

/* Used instead of a type for bytes that are not a number. */
#define MMR_TEXT 0

/* One field of a layout. All members may be read. */
typedef struct mmr_field {
	const char *name; /* as given, or the field's number, counted from 0: "2" */
	size_t off;       /* from the start of the record */
	size_t size;      /* bytes */
	uint8_t type;     /* an enum mmr_type, or MMR_TEXT */
	bool swapped;     /* the byte order is not this machine's */
} mmr_field;

/* The fields of a record. It never changes: any number of threads may use it. */
typedef struct mmr_layout mmr_layout;

/* Parses a layout: fields separated by commas or blanks, each `type` or `name:type`. Types are u8
 * u16 u32 u64 i8 i16 i32 i64 f16 f32 f64, followed by `le` or `be` if the byte order is not this
 * machine's; `16s` for text of 16 bytes; `4x` for 4 bytes that are no field. Fields are not
 * aligned: use `x` for padding. A name starts with a letter or `_` and continues with letters, `_`,
 * digits, `-` and `.`; the name of a field without one is its number.
 *
 * Errors: -EINVAL for an invalid layout: mmr_last_error reports the reason and
 *   mmr_last_error_offset the offset in `text`; -ENOMEM.
 * Lifetime: until mmr_layout_close. `text` is needed during this call only.
 * Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_layout_parse(mmr_slice text, mmr_layout **ret_layout);

/* Frees a layout and its fields. NULL is allowed. */
MMR_API void mmr_layout_close(mmr_layout *layout);

/* The size of a record in bytes; never 0. */
MMR_API size_t mmr_layout_size(const mmr_layout *layout);

/* The number of fields of a record; never 0. */
MMR_API size_t mmr_layout_n_fields(const mmr_layout *layout);

/* A field by its number or by its name.
 *
 * Returns: NULL when there is no such field.
 * Lifetime: that of the layout. */
MMR_API const mmr_field *mmr_layout_field(const mmr_layout *layout, size_t number);
MMR_API const mmr_field *mmr_layout_find(const mmr_layout *layout, const char *name);

/* Iterates over contiguous records. Members are private. A plain copy is a bookmark. */
typedef struct mmr_records {
	const char *record; /* the next one */
	const char *stop;   /* end of the slice */
	const char *seen;   /* the bytes before this have been touched under the guard */
	size_t size;
	size_t held; /* bytes before `seen` whose pages have not been dropped */
	int error;
} mmr_records;

/* The records after the first `header` bytes of a slice.
 *
 * Lifetime: that of the slice; the layout is needed during this call only. */
MMR_API mmr_records mmr_records_of(const mmr_layout *layout, mmr_slice slice, uint64_t header);

/* Private: used by the inline call below. */
MMR_API bool mmr_records_refill_(mmr_records *it);

/* The next record. Its pages have been touched under the guard, about 64 KiB in advance, but the
 * caller reads it without a guard. A truncation in between raises SIGBUS, except inside mmr_try and
 * in blocks that are copied (scan.h).
 *
 * Returns: false after the last whole record or at a fault; mmr_records_error reports which. */
MMR_INLINE bool mmr_records_next(mmr_records *it, mmr_slice *ret_record)
{
	if ((size_t)(it->seen - it->record) < it->size && !mmr_records_refill_(it))
		return false;
	ret_record->ptr = it->record;
	ret_record->len = it->size;
	it->record += it->size;
	return true;
}

/* The next records, up to `n` at once. The pages of all of them have been touched.
 *
 * Returns: how many there were; fewer than `n` only at the end or at a fault. */
MMR_API size_t mmr_records_fill(mmr_records *it, mmr_slice *ret_records, size_t n);

/* Why the iteration ended.
 *
 * Returns: 0 after the last record.
 * Errors: -EBADMSG when the slice ends with an incomplete record (mmr_last_error reports how many
 *   bytes are left over); MMR_ETRUNCATED, -EIO (a guarded fault); MMR_ENOMAP. */
MMR_INLINE MMR_MUST_CHECK int mmr_records_error(const mmr_records *it)
{
	return it->error;
}

/* One record by its number.
 *
 * Errors: -ERANGE when there is no such record or it is incomplete; MMR_ENOMAP. */
MMR_API MMR_MUST_CHECK int mmr_record_at(const mmr_layout *layout, mmr_slice slice, uint64_t header,
	uint64_t number, mmr_slice *ret_record);

/* All values of one field as an array.
 *
 * Errors: -EINVAL for text; -EBADMSG when the slice ends with an incomplete record; MMR_ENOMAP.
 * Lifetime: that of the slice. */
MMR_API MMR_MUST_CHECK int mmr_layout_column(const mmr_layout *layout, mmr_slice slice,
	uint64_t header, const mmr_field *field, mmr_array *ret_array);

/* The bytes of a field, unchanged. */
MMR_INLINE mmr_slice mmr_record_bytes(mmr_slice record, const mmr_field *field)
{
	mmr_slice bytes;

	bytes.ptr = record.ptr + field->off;
	bytes.len = field->size;
	return bytes;
}

/* The bytes of a field without trailing NULs. */
MMR_INLINE mmr_slice mmr_record_text(mmr_slice record, const mmr_field *field)
{
	mmr_slice text = mmr_record_bytes(record, field);

	while (text.len > 0 && text.ptr[text.len - 1] == '\0')
		text.len--;
	return text;
}

/* Private: used by the calls below for numbers that need a conversion. */
MMR_API MMR_MUST_CHECK int mmr_record_as_i64_(
	mmr_slice record, const mmr_field *field, int64_t *ret_value);
MMR_API MMR_MUST_CHECK int mmr_record_as_u64_(
	mmr_slice record, const mmr_field *field, uint64_t *ret_value);
MMR_API MMR_MUST_CHECK int mmr_record_as_f64_(
	mmr_slice record, const mmr_field *field, double *ret_value);

MMR_INLINE uint64_t mmr_record_bits_(mmr_slice record, const mmr_field *field)
{
	const char *at = record.ptr + field->off;
	uint64_t bits8;
	uint32_t bits4;
	uint16_t bits2;

	/* The widest first, because most fields are of this size. */
	if (field->size == 8) {
		memcpy(&bits8, at, 8);
		if (!field->swapped)
			return bits8;
		bits8 = (bits8 >> 32) | (bits8 << 32);
		bits8 = ((bits8 & UINT64_C(0xffff0000ffff0000)) >> 16) |
			((bits8 & UINT64_C(0x0000ffff0000ffff)) << 16);
		return ((bits8 & UINT64_C(0xff00ff00ff00ff00)) >> 8) |
		       ((bits8 & UINT64_C(0x00ff00ff00ff00ff)) << 8);
	}
	if (field->size == 4) {
		memcpy(&bits4, at, 4);
		if (!field->swapped)
			return bits4;
		bits4 = (bits4 >> 16) | (bits4 << 16);
		return ((bits4 & UINT32_C(0xff00ff00)) >> 8) |
		       ((bits4 & UINT32_C(0x00ff00ff)) << 8);
	}
	if (field->size == 2) {
		memcpy(&bits2, at, 2);
		if (field->swapped)
			bits2 = (uint16_t)((bits2 >> 8) | (bits2 << 8));
		return bits2;
	}
	return (unsigned char)*at;
}

/* The value of a field, converted to an integer or a double without loss.
 *
 * Shape: the record and the field must belong to the same layout.
 * Errors: -EINVAL for text; -ERANGE when the conversion would lose something, as in array.h. */
MMR_INLINE MMR_MUST_CHECK int mmr_record_i64(
	mmr_slice record, const mmr_field *field, int64_t *ret_value)
{
	unsigned unused;

	if (field->type < MMR_I8 || field->type > MMR_I64)
		return mmr_record_as_i64_(record, field, ret_value);
	unused = 64 - 8 * (unsigned)field->size;
	*ret_value = (int64_t)(mmr_record_bits_(record, field) << unused) >> unused;
	return 0;
}

MMR_INLINE MMR_MUST_CHECK int mmr_record_u64(
	mmr_slice record, const mmr_field *field, uint64_t *ret_value)
{
	if (field->type - 1u > MMR_U64 - 1u)
		return mmr_record_as_u64_(record, field, ret_value);
	*ret_value = mmr_record_bits_(record, field);
	return 0;
}

MMR_INLINE MMR_MUST_CHECK int mmr_record_f64(
	mmr_slice record, const mmr_field *field, double *ret_value)
{
	uint64_t bits;

	if (field->type != MMR_F64)
		return mmr_record_as_f64_(record, field, ret_value);
	bits = mmr_record_bits_(record, field);
	memcpy(ret_value, &bits, sizeof(bits));
	return 0;
}

MMR_END_DECLS

#endif
