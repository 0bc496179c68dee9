/* typed_row.c - numbers and texts of a record in characters
 *
 * SPDX-License-Identifier: MIT */
#include "actions/typed_row.h"

#include "output/put.h"

#include <math.h>
#include <string.h>

size_t typed_row_room(const mmr_layout *layout)
{
	size_t room = 2, i;

	for (i = 0; i < mmr_layout_n_fields(layout); i++) {
		const mmr_field *field = mmr_layout_field(layout, i);

		room += field->type == MMR_TEXT ? 1 + 4 * field->size : (1 + PUT_FLOAT_ROOM);
	}
	return room;
}

/* With escapes for what would break a line of values with tabs between them. */
static char *put_text(char *to, mmr_slice text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.ptr[i];

		if (byte == '\t' || byte == '\n' || byte == '\\') {
			*to++ = '\\';
			*to++ = byte == '\t' ? 't' : byte == '\n' ? 'n' : '\\';
		} else if (byte < ' ' || byte == 0x7f) {
			to = put_hex_escape(to, byte);
		} else {
			*to++ = (char)byte;
		}
	}
	return to;
}

/* None of the library's calls here fails: each type is asked for as its own kind. */
static double float_of(mmr_slice record, const mmr_field *field)
{
	double value = 0;

	mmr_record_f64(record, field, &value);
	return value;
}

static char *put_number(char *to, mmr_slice record, const mmr_field *field)
{
	uint64_t u64 = 0;
	int64_t i64 = 0;

	if (field->type <= MMR_U64) {
		mmr_record_u64(record, field, &u64);
		return put_unsigned(to, u64);
	}
	if (field->type <= MMR_I64) {
		mmr_record_i64(record, field, &i64);
		return put_signed(to, i64);
	}
	return put_float(to, float_of(record, field), (enum mmr_type)field->type);
}

char *typed_row_put(char *to, const mmr_layout *layout, mmr_slice record)
{
	size_t n = mmr_layout_n_fields(layout), i;

	for (i = 0; i < n; i++) {
		const mmr_field *field = mmr_layout_field(layout, i);

		if (i > 0)
			*to++ = '\t';
		if (field->type == MMR_TEXT)
			to = put_text(to, mmr_record_text(record, field));
		else
			to = put_number(to, record, field);
	}
	return to;
}

size_t typed_row_json_room(const mmr_layout *layout)
{
	size_t room = sizeof("{}\n"), i;

	for (i = 0; i < mmr_layout_n_fields(layout); i++) {
		const mmr_field *field = mmr_layout_field(layout, i);

		room += sizeof(",\"\":") + strlen(field->name);
		room += field->type == MMR_TEXT ? PUT_JSON_ROOM(field->size) : (1 + PUT_FLOAT_ROOM);
	}
	return room;
}

static char *put_plain(char *to, const char *text)
{
	size_t len = strlen(text);

	memcpy(to, text, len);
	return to + len;
}

static char *put_json_value(char *to, mmr_slice record, const mmr_field *field)
{
	double value;

	if (field->type == MMR_TEXT)
		return put_json(to, mmr_record_text(record, field));
	if (field->type <= MMR_I64)
		return put_number(to, record, field);
	value = float_of(record, field);
	/* "-0" would be read as a whole number, which has no sign. */
	if (value == 0 && signbit(value))
		return put_plain(to, "-0.0");
	if (isfinite(value))
		return put_float(to, value, (enum mmr_type)field->type);
	return put_plain(to, value != value ? "\"NaN\""
			     : value > 0    ? "\"Infinity\""
					    : "\"-Infinity\"");
}

char *typed_row_put_json(char *to, const mmr_layout *layout, mmr_slice record)
{
	size_t n = mmr_layout_n_fields(layout), i;

	for (i = 0; i < n; i++) {
		const mmr_field *field = mmr_layout_field(layout, i);

		to = put_plain(to, i == 0 ? "{\"" : ",\"");
		to = put_plain(to, field->name);
		to = put_plain(to, "\":");
		to = put_json_value(to, record, field);
	}
	*to++ = '}';
	return to;
}
