/* put.c - writes numbers and texts into a buffer
 *
 * SPDX-License-Identifier: MIT */
#include "output/put.h"

#include <string.h>

static const char hex_digits[] = "0123456789abcdef";

char *put_unsigned(char *to, uint64_t number)
{
	char digits[PUT_NUMBER_ROOM], *end = digits + sizeof(digits), *at = end;

	do
		*--at = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	memcpy(to, at, (size_t)(end - at));
	return to + (end - at);
}

char *put_signed(char *to, int64_t number)
{
	if (number >= 0)
		return put_unsigned(to, (uint64_t)number);
	*to++ = '-';
	return put_unsigned(to, 0 - (uint64_t)number);
}

char *put_hex_escape(char *to, unsigned char byte)
{
	*to++ = '\\';
	*to++ = 'x';
	*to++ = hex_digits[byte >> 4];
	*to++ = hex_digits[byte & 15];
	return to;
}

/* The length of the UTF-8 character at `at`; 0 if it is incomplete or malformed.
 * Source: The Unicode Standard, table 3-7, "Well-Formed UTF-8 Byte Sequences". */
static size_t utf8_len(const unsigned char *at, size_t left)
{
	unsigned char least = 0x80, most = 0xbf;
	size_t len, i;

	if (at[0] < 0x80)
		return 1;
	if (at[0] < 0xc2 || at[0] > 0xf4)
		return 0;
	len = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	if (left < len)
		return 0;
	if (at[0] == 0xe0)
		least = 0xa0;
	else if (at[0] == 0xed)
		most = 0x9f;
	else if (at[0] == 0xf0)
		least = 0x90;
	else if (at[0] == 0xf4)
		most = 0x8f;
	if (at[1] < least || at[1] > most)
		return 0;
	for (i = 2; i < len; i++)
		if (at[i] < 0x80 || at[i] > 0xbf)
			return 0;
	return len;
}

/* "\uHHHH" */
static char *put_unit(char *to, unsigned unit)
{
	int shift;

	*to++ = '\\';
	*to++ = 'u';
	for (shift = 12; shift >= 0; shift -= 4)
		*to++ = hex_digits[unit >> shift & 15];
	return to;
}

char *put_json(char *to, mmr_slice text)
{
	const unsigned char *at = (const unsigned char *)text.ptr, *stop = at + text.len;

	*to++ = '"';
	while (at < stop) {
		size_t len = utf8_len(at, (size_t)(stop - at));

		if (len == 0) {
			to = put_unit(to, 0xdc00u + *at++);
		} else if (*at < ' ' || *at == 0x7f) {
			to = put_unit(to, *at++);
		} else {
			if (*at == '"' || *at == '\\')
				*to++ = '\\';
			memcpy(to, at, len);
			to += len;
			at += len;
		}
	}
	*to++ = '"';
	return to;
}

char *put_json_part(char *to, mmr_slice text)
{
	static const char shorts[] = "btn\0fr"; /* \b is 8 */
	const char *at = text.ptr, *stop = at + text.len, *run;

	while (at < stop) {
		unsigned char byte;

		for (run = at; at < stop && (unsigned char)*at >= ' ' && *at != '"' && *at != '\\';)
			at++;
		memcpy(to, run, (size_t)(at - run));
		to += at - run;
		if (at == stop)
			break;
		byte = (unsigned char)*at++;
		if (byte >= ' ') {
			*to++ = '\\';
			*to++ = (char)byte;
		} else if (byte >= 8 && byte < 14 && shorts[byte - 8]) {
			*to++ = '\\';
			*to++ = shorts[byte - 8];
		} else {
			to = put_unit(to, byte);
		}
	}
	return to;
}

bool put_is_utf8(mmr_slice text)
{
	const unsigned char *at = (const unsigned char *)text.ptr, *stop = at + text.len;
	uint64_t word;
	size_t len;

	while (at < stop) {
		if ((size_t)(stop - at) >= sizeof(word)) {
			memcpy(&word, at, sizeof(word));
			if ((word & UINT64_C(0x8080808080808080)) == 0) {
				at += sizeof(word);
				continue;
			}
		}
		len = utf8_len(at, (size_t)(stop - at));
		if (len == 0)
			return false;
		at += len;
	}
	return true;
}

char *put_base64(char *to, mmr_slice bytes)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *at = (const unsigned char *)bytes.ptr;
	size_t left = bytes.len;

	for (; left > 0; at += 3) {
		unsigned group = (unsigned)at[0] << 16;

		group |= left > 1 ? (unsigned)at[1] << 8 : 0;
		group |= left > 2 ? at[2] : 0;
		*to++ = digits[group >> 18];
		*to++ = digits[group >> 12 & 63];
		*to++ = left > 1 ? digits[group >> 6 & 63] : '=';
		*to++ = left > 2 ? digits[group & 63] : '=';
		left -= left < 3 ? left : 3;
	}
	return to;
}
