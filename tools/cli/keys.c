/* keys.c - the keys of sorted files: --from, --until, --key
 *
 * SPDX-License-Identifier: MIT */
#include "cli/keys.h"

#include "cli/values.h"
#include "status/message.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define KINDS "use line, field=N, field=N:SEPARATOR, number=N, number=N:SEPARATOR or regex=PATTERN"

/* Parses "N" or "N:SEPARATOR". Fields are counted from 1. */
static void parse_field(const char *value, const char *text, mmr_key *key)
{
	const char *colon = strchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : strlen(text);
	char number[32] = "";

	if (len >= sizeof(number))
		value_wrong("key", value, KINDS);
	memcpy(number, text, len);
	key->kind = MMR_KEY_FIELD;
	key->field = value_number("number of a field", number, NUMBER_OF_ITEMS, 1, UINT32_MAX) - 1;
	if (colon)
		key->separator = value_byte("separator", colon + 1);
}

static void compile_regex(const char *pattern, char delimiter, struct key_range *keys)
{
	mmr_regex_options how = MMR_REGEX_OPTIONS_INIT;

	how.delimiter = delimiter;
	if (mmr_regex_compile(mmr_slice_of(pattern), &how, &keys->regex) < 0)
		exit((int)message("%s", message_quote(mmr_last_error())));
	keys->key.regex = keys->regex;
}

/* Returns: what follows a prefix, or NULL. */
static const char *after(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

/* Returns: the pattern of an expression, or NULL. */
static const char *parse_key(const char *value, mmr_key *key)
{
	const char *rest;

	if (strcmp(value, "line") == 0) {
		key->kind = MMR_KEY_LINE;
	} else if ((rest = after(value, "field="))) {
		parse_field(value, rest, key);
	} else if ((rest = after(value, "number="))) {
		parse_field(value, rest, key);
		key->numeric = true;
	} else if ((rest = after(value, "regex="))) {
		key->kind = MMR_KEY_REGEX;
		return rest;
	} else {
		value_wrong("key", value, KINDS);
	}
	return NULL;
}

static double number_of(const char *text)
{
	double number;

	if (mmr_slice_to_f64(mmr_slice_of(text), &number) < 0 || isnan(number))
		value_wrong("key", text, "use a number, since --key=number=N compares numbers");
	return number;
}

/* A text without a digit is not the start of a time stamp: more likely, lines are sorted as such.
 */
static void check_form(const char *wanted)
{
	if (wanted[strcspn(wanted, "0123456789")] == '\0')
		value_wrong("key", wanted,
			"use digits, such as 2024-05-01T12, or say with --key what the key is");
}

static void check_order(const struct key_range *keys)
{
	double from, until;

	if (keys->key.numeric) {
		from = keys->from ? number_of(keys->from) : -HUGE_VAL;
		until = keys->until ? number_of(keys->until) : HUGE_VAL;
		if (until < from)
			exit((int)message("cannot use --until=%s with --from=%s, which is greater",
				message_quote(keys->until), message_quote(keys->from)));
	} else if (keys->from && keys->until && strcmp(keys->until, keys->from) < 0) {
		exit((int)message("cannot use --until=%s with --from=%s, which is greater: "
				  "keys are compared as bytes, unless --key=number=N",
			message_quote(keys->until), message_quote(keys->from)));
	}
}

struct key_range keys_parse(const char *from, const char *until, const char *key, char delimiter)
{
	struct key_range keys = {.from = from, .until = until, .key = MMR_KEY_INIT};
	const char *pattern = NULL;

	keys.key.kind = MMR_KEY_FORM;
	if (key)
		pattern = parse_key(key, &keys.key);
	if (keys.key.kind == MMR_KEY_FORM && from)
		check_form(from);
	if (keys.key.kind == MMR_KEY_FORM && until)
		check_form(until);
	check_order(&keys);
	/* Last, so that a command line that is refused leaves nothing. */
	if (pattern)
		compile_regex(pattern, delimiter, &keys);
	return keys;
}
