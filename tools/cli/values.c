/* values.c - parsing the values of options
 *
 * SPDX-License-Identifier: MIT */
#include "cli/values.h"

#include "status/message.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ESCAPES "\\n \\t \\r \\0 \\\\ \\xHH"

_Noreturn void value_wrong(const char *what, const char *value, const char *hint)
{
	message("invalid %s '%s'; %s", what, message_quote(value), hint);
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
			value_wrong(what, argument, "the escapes are " ESCAPES);
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
		value_wrong("delimiter", argument, "use one byte, or one of " ESCAPES);
	return byte;
}

uint64_t value_number(const char *what, const char *argument, enum number_unit unit, uint64_t least,
	uint64_t most)
{
	char hint[64];
	uint64_t number;

	if (number_parse_all(argument, unit, &number) && number >= least && number <= most)
		return number;
	if (most >= INT64_MAX)
		snprintf(hint, sizeof(hint), "use a whole number, as in 100 or 5e6");
	else
		snprintf(hint, sizeof(hint), "use a number from %" PRIu64 " to %" PRIu64, least,
			most);
	value_wrong(what, argument, hint);
}

unsigned value_word(const char *what, const char *argument, const char *const *words)
{
	char hint[64] = "use ";
	unsigned i;

	for (i = 0; words[i]; i++)
		if (strcmp(argument, words[i]) == 0)
			return i;
	for (i = 0; words[i]; i++) {
		size_t len = strlen(hint);

		snprintf(hint + len, sizeof(hint) - len, "%s%s", i > 0 ? " or " : "", words[i]);
	}
	value_wrong(what, argument, hint);
}
