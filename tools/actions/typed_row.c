/* typed_row.c - formats the fields of a record
 *
 * SPDX-License-Identifier: MIT */
#include "actions/typed_row.h"

#include "output/put.h"

#include <string.h>

size_t typed_row_room(const struct typed_fields *fields, bool json)
{
	size_t room = sizeof("\t{}\n"), i;

	for (i = 0; i < fields->n; i++) {
		const mmr_field *field = fields->fields[i];

		if (json)
			room += sizeof(",\"\":") + strlen(field->name);
		if (field->type != MMR_TEXT)
			room += 1 + PUT_FLOAT_ROOM;
		else
			room += json ? PUT_JSON_ROOM(field->size) : 1 + 4 * field->size;
	}
	return room;
}

/* Writes a text with escapes for tab, newline, backslash and the other control bytes. */
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

static char *put_plain(char *to, const char *text)
{
	size_t len = strlen(text);

	memcpy(to, text, len);
	return to + len;
}

static char *put_text_value(char *to, mmr_slice text, bool json)
{
	return json ? put_json(to, text) : put_text(to, text);
}

static char *put_float_value(char *to, double value, enum mmr_type type, bool json)
{
	return json ? put_json_float(to, value, type) : put_float(to, value, type);
}

/* Each field is read as its own type. */
static int put_value(char **to, mmr_slice record, const mmr_field *field, bool json)
{
	uint64_t u64;
	int64_t i64;
	double value;
	int err;

	if (field->type == MMR_TEXT) {
		*to = put_text_value(*to, mmr_record_text(record, field), json);
		return 0;
	}
	if (field->type <= MMR_U64) {
		err = mmr_record_u64(record, field, &u64);
		if (err == 0)
			*to = put_unsigned(*to, u64);
		return err;
	}
	if (field->type <= MMR_I64) {
		err = mmr_record_i64(record, field, &i64);
		if (err == 0)
			*to = put_signed(*to, i64);
		return err;
	}
	err = mmr_record_f64(record, field, &value);
	if (err == 0)
		*to = put_float_value(*to, value, (enum mmr_type)field->type, json);
	return err;
}

int typed_row_put(char **to, const struct typed_fields *fields, mmr_slice record, bool json)
{
	size_t i;
	int err;

	for (i = 0; i < fields->n; i++) {
		const mmr_field *field = fields->fields[i];

		if (json) {
			*to = put_plain(*to, i == 0 ? "{\"" : ",\"");
			*to = put_plain(*to, field->name);
			*to = put_plain(*to, "\":");
		} else if (i > 0) {
			*(*to)++ = '\t';
		}
		err = put_value(to, record, field, json);
		if (err < 0)
			return err;
	}
	if (json)
		*(*to)++ = '}';
	return 0;
}
