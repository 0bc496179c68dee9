/* hex_rows.c - formats bytes as rows of a hex view
 *
 * SPDX-License-Identifier: MIT */
#include "actions/hex_rows.h"

#include "output/output.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char no_color[] = "\033[0m";

/* The most bytes of a color. */
#define COLOR_BYTES 5

/* Each kind of byte has a color: NUL, white space, control characters, text, and others. */
static const char *color_of(unsigned char byte)
{
	if (byte == 0)
		return "\033[90m";
	if (byte == ' ' || (byte >= '\t' && byte <= '\r'))
		return "\033[32m";
	if (byte < ' ' || byte == 0x7f)
		return "\033[35m";
	return byte < 0x7f ? "\033[36m" : "\033[33m";
}

static char *put_color(char *to, const char **current, const char *wanted)
{
	size_t len;

	if (*current == wanted)
		return to;
	*current = wanted;
	len = strlen(wanted);
	memcpy(to, wanted, len);
	return to + len;
}

static const char digits[] = "0123456789abcdef";

/* clang-format off */
#define PAIR(high, low)  {' ', (high), (low), '\0'}
#define SIXTEEN(high) \
	PAIR(high, '0'), PAIR(high, '1'), PAIR(high, '2'), PAIR(high, '3'), \
	PAIR(high, '4'), PAIR(high, '5'), PAIR(high, '6'), PAIR(high, '7'), \
	PAIR(high, '8'), PAIR(high, '9'), PAIR(high, 'a'), PAIR(high, 'b'), \
	PAIR(high, 'c'), PAIR(high, 'd'), PAIR(high, 'e'), PAIR(high, 'f')

/* " hh" of each byte, so that a byte takes one load and one store of four bytes. */
static const char cells[256][4] = {
	SIXTEEN('0'), SIXTEEN('1'), SIXTEEN('2'), SIXTEEN('3'),
	SIXTEEN('4'), SIXTEEN('5'), SIXTEEN('6'), SIXTEEN('7'),
	SIXTEEN('8'), SIXTEEN('9'), SIXTEEN('a'), SIXTEEN('b'),
	SIXTEEN('c'), SIXTEEN('d'), SIXTEEN('e'), SIXTEEN('f'),
};
/* clang-format on */

static char *put_offset(char *to, int n_digits, uint64_t off)
{
	while (n_digits < 16 && off >> (4 * n_digits) != 0)
		n_digits++;
	if (n_digits % 2 != 0)
		*to++ = digits[off >> (4 * --n_digits) & 15];
	for (; n_digits > 0; n_digits -= 2, to += 2)
		memcpy(to, cells[off >> (4 * n_digits - 8) & 255] + 1, 2);
	return to;
}

static char shown(unsigned char byte)
{
	return byte >= ' ' && byte < 0x7f ? (char)byte : '.';
}

/* A whole row without colors, of a width that eight divides, as nearly all rows are. */
static char *put_plain_row(char *to, const struct hex_style *style, mmr_slice row, uint64_t off)
{
	const unsigned char *bytes = (const unsigned char *)row.ptr;
	size_t i, j;

	to = put_offset(to, style->digits, off);
	/* The fourth byte of a cell is overwritten by the next one. */
	for (i = 0; i < row.len; i += 8) {
		*to++ = ' ';
		for (j = 0; j < 8; j++, to += 3)
			memcpy(to, cells[bytes[i + j]], 4);
	}
	memcpy(to, "  |", 3);
	to += 3;
	for (i = 0; i < row.len; i += 8, to += 8)
		for (j = 0; j < 8; j++)
			to[j] = shown(bytes[i + j]);
	*to++ = '|';
	*to++ = '\n';
	return to;
}

static char *put_row(char *to, const struct hex_style *style, mmr_slice row, uint64_t off)
{
	const unsigned char *bytes = (const unsigned char *)row.ptr;
	const char *current = no_color;
	size_t i;

	if (!style->color && row.len == style->width && row.len % 8 == 0)
		return put_plain_row(to, style, row, off);
	to = put_offset(to, style->digits, off);
	for (i = 0; i < style->width; i++) {
		if (i % 8 == 0)
			*to++ = ' ';
		*to++ = ' ';
		if (i >= row.len) {
			to = put_color(to, &current, no_color);
			*to++ = ' ';
			*to++ = ' ';
			continue;
		}
		if (style->color)
			to = put_color(to, &current, color_of(bytes[i]));
		*to++ = digits[bytes[i] >> 4];
		*to++ = digits[bytes[i] & 15];
	}
	to = put_color(to, &current, no_color);
	memcpy(to, "  |", 3);
	to += 3;
	for (i = 0; i < row.len; i++) {
		if (style->color)
			to = put_color(to, &current, color_of(bytes[i]));
		*to++ = shown(bytes[i]);
	}
	to = put_color(to, &current, no_color);
	*to++ = '|';
	*to++ = '\n';
	return to;
}

/* Bytes that a row may take. */
static size_t row_room(const struct hex_style *style)
{
	size_t each = style->color ? 5 + 2 * COLOR_BYTES : 5;

	return 16 + 16 + style->width * each;
}

int hex_rows_make(
	struct hex_rows *rows, const struct hex_style *style, mmr_slice bytes, uint64_t off)
{
	size_t width = style->width, n_rows = (bytes.len + width - 1) / width, at;
	mmr_slice row, before = {NULL, 0};
	char *to;
	int err;

	err = block_text_reserve(&rows->text, n_rows * row_room(style));
	if (err < 0)
		return err;
	to = rows->text.bytes;
	rows->lead = 0;
	rows->lead_is_all = true;
	rows->starred = false;
	rows->first = rows->last = before;
	for (at = 0; at < bytes.len; at += width, before = row) {
		row.ptr = bytes.ptr + at;
		row.len = bytes.len - at < width ? bytes.len - at : width;
		if (row.len == width && before.len == width &&
			memcmp(row.ptr, before.ptr, width) == 0) {
			if (!rows->starred) {
				*to++ = '*';
				*to++ = '\n';
			}
			rows->starred = true;
			continue;
		}
		if (at > 0 && rows->lead_is_all) {
			rows->lead = (size_t)(to - rows->text.bytes);
			rows->lead_is_all = false;
		}
		rows->starred = false;
		to = put_row(to, style, row, off + at);
	}
	rows->text.len = (size_t)(to - rows->text.bytes);
	if (rows->lead_is_all)
		rows->lead = rows->text.len;
	if (bytes.len >= width) {
		rows->first.ptr = bytes.ptr;
		rows->first.len = width;
	}
	if (before.len == width)
		rows->last = before;
	return 0;
}

void hex_print_offset(const struct hex_style *style, uint64_t off, const char *after)
{
	char text[32], *end = put_offset(text, style->digits, off);

	output_write(text, (size_t)(end - text));
	output_write(after, strlen(after));
}
