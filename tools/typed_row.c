/* typed_row.c - numbers and texts of a record in characters
 *
 * SPDX-License-Identifier: MIT */
#include "typed_row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A tab, and the longest number: "-2.2250738585072014e-308". */
#define NUMBER_ROOM 32
/* Doubles up to here that are whole are told as such. */
#define WHOLE_LIMIT 1e15

size_t typed_row_room(const mmr_layout *layout)
{
	size_t room = 2, i;

	for (i = 0; i < mmr_layout_n_fields(layout); i++) {
		const mmr_field *field = mmr_layout_field(layout, i);

		room += field->type == MMR_TEXT ? 1 + 4 * field->size : NUMBER_ROOM;
	}
	return room;
}

static char *put_unsigned(char *to, uint64_t number)
{
	char digits[20], *at = digits + sizeof(digits);
	size_t len;

	do
		*--at = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	len = (size_t)(digits + sizeof(digits) - at);
	memcpy(to, at, len);
	return to + len;
}

static char *put_signed(char *to, int64_t number)
{
	if (number >= 0)
		return put_unsigned(to, (uint64_t)number);
	*to++ = '-';
	return put_unsigned(to, 0 - (uint64_t)number);
}

/* The fewest digits that give the same number back, of `least` to `most`. */
static char *put_shortest(char *to, double value, enum mmr_type type)
{
	int least = type == MMR_F64 ? 15 : type == MMR_F32 ? 6 : 4, len, digits;
	int most = type == MMR_F64 ? 17 : type == MMR_F32 ? 9 : 5;

	for (digits = least;; digits++) {
		double again;

		len = snprintf(to, NUMBER_ROOM, "%.*g", digits, value);
		again = strtod(to, NULL);
		if (digits == most || again == value ||
			(type == MMR_F32 && (float)again == (float)value))
			return to + len;
	}
}

static char *put_float(char *to, double value, enum mmr_type type)
{
	if (value != value) {
		memcpy(to, "nan", 3);
		return to + 3;
	}
	/* -0 is not whole: it has a sign to keep. */
	if (value > -WHOLE_LIMIT && value < WHOLE_LIMIT && value == (double)(int64_t)value &&
		(value != 0 || 1 / value > 0))
		return put_signed(to, (int64_t)value);
	return put_shortest(to, value, type);
}

static char *put_text(char *to, mmr_slice text)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.ptr[i];

		if (byte >= ' ' && byte != 0x7f && byte != '\\') {
			*to++ = (char)byte;
			continue;
		}
		*to++ = '\\';
		if (byte == '\t' || byte == '\n' || byte == '\\') {
			*to++ = byte == '\t' ? 't' : byte == '\n' ? 'n' : '\\';
			continue;
		}
		*to++ = 'x';
		*to++ = digits[byte >> 4];
		*to++ = digits[byte & 15];
	}
	return to;
}

static char *put_value(char *to, mmr_slice record, const mmr_field *field)
{
	uint64_t u64 = 0;
	int64_t i64 = 0;
	double f64 = 0;

	/* None of these fails: each type is asked for as its own kind. */
	if (field->type == MMR_TEXT)
		return put_text(to, mmr_record_text(record, field));
	if (field->type <= MMR_U64) {
		mmr_record_u64(record, field, &u64);
		return put_unsigned(to, u64);
	}
	if (field->type <= MMR_I64) {
		mmr_record_i64(record, field, &i64);
		return put_signed(to, i64);
	}
	mmr_record_f64(record, field, &f64);
	return put_float(to, f64, (enum mmr_type)field->type);
}

char *typed_row_put(char *to, const mmr_layout *layout, mmr_slice record)
{
	size_t n = mmr_layout_n_fields(layout), i;

	for (i = 0; i < n; i++) {
		if (i > 0)
			*to++ = '\t';
		to = put_value(to, record, mmr_layout_field(layout, i));
	}
	return to;
}
