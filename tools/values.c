/* values.c - parsing what stands behind an option
 *
 * SPDX-License-Identifier: MIT */
#include "values.h"

#include "message.h"
#include "range.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void value_wrong(const char *what, const char *value)
{
	message("invalid %s '%s'", what, message_quote(value));
	exit(STATUS_TROUBLE);
}

/* One byte of an argument, or an escape. Returns: what follows; NULL for an escape that is none. */
static const char *parse_byte(const char *text, char *ret_byte)
{
	static const char names[] = "0ntr\\", values[] = "\0\n\t\r\\";
	const char *name;
	char hex[3] = "";

	*ret_byte = text[0];
	if (text[0] != '\\')
		return text + 1;
	name = text[1] ? strchr(names, text[1]) : NULL;
	if (name) {
		*ret_byte = values[name - names];
		return text + 2;
	}
	if (text[1] != 'x' || !isxdigit((unsigned char)text[2]) ||
		!isxdigit((unsigned char)text[3]))
		return NULL;
	memcpy(hex, text + 2, 2);
	*ret_byte = (char)strtol(hex, NULL, 16);
	return text + 4;
}

mmr_slice value_bytes(const char *what, char *argument)
{
	mmr_slice bytes = {argument, 0};
	const char *at;
	char byte;

	if (strcmp(argument, "\\") == 0)
		return mmr_slice_of(argument);
	for (at = argument; *at;) {
		at = parse_byte(at, &byte);
		if (!at)
			value_wrong(what, argument);
	}
	for (at = argument; *at; argument[bytes.len++] = byte)
		at = parse_byte(at, &byte);
	return bytes;
}

char value_delimiter(const char *argument)
{
	const char *end = argument;
	char byte = '\\';

	if (strcmp(argument, "\\") != 0)
		end = *argument ? parse_byte(argument, &byte) : NULL;
	else
		end++;
	if (!end || *end)
		value_wrong("delimiter", argument);
	return byte;
}

uint64_t value_number(const char *what, const char *argument, uint64_t least, uint64_t most)
{
	uint64_t number;

	if (!range_parse_number(argument, &number) || number < least || number > most)
		value_wrong(what, argument);
	return number;
}

unsigned value_word(const char *what, const char *argument, const char *const *words)
{
	unsigned i;

	for (i = 0; words[i]; i++)
		if (strcmp(argument, words[i]) == 0)
			return i;
	value_wrong(what, argument);
}
