/* json.c - writes JSON objects to standard output
 *
 * SPDX-License-Identifier: MIT */
#include "output/json.h"

#include "output/output.h"
#include "output/put.h"

#include <limits.h>
#include <string.h>

/* Longer texts are cut. No open file has a longer name. */
#define LONGEST_TEXT PATH_MAX

static void print(const char *text)
{
	output_write(text, strlen(text));
}

static void print_string(const char *text)
{
	static char string[PUT_JSON_ROOM(LONGEST_TEXT)];
	size_t len = strlen(text);
	mmr_slice bytes = {text, len < LONGEST_TEXT ? len : LONGEST_TEXT};

	output_write(string, (size_t)(put_json(string, bytes) - string));
}

static void print_name(const char *name)
{
	print(",\"");
	print(name);
	print("\":");
}

void json_begin(const char *name)
{
	print("{\"file\":");
	print_string(name);
}

void json_number(const char *name, uint64_t number)
{
	char text[PUT_NUMBER_ROOM];

	print_name(name);
	output_write(text, (size_t)(put_unsigned(text, number) - text));
}

void json_number_or_null(const char *name, uint64_t number, bool known)
{
	if (known)
		json_number(name, number);
	else
		json_literal(name, "null");
}

void json_numbers(const char *name, const uint64_t *numbers, size_t n)
{
	char text[1 + PUT_NUMBER_ROOM];
	size_t i;

	print_name(name);
	for (i = 0; i < n; i++) {
		text[0] = i == 0 ? '[' : ',';
		output_write(text, (size_t)(put_unsigned(text + 1, numbers[i]) - text));
	}
	print(n == 0 ? "[]" : "]");
}

void json_text(const char *name, const char *text)
{
	print_name(name);
	print_string(text);
}

void json_literal(const char *name, const char *literal)
{
	print_name(name);
	print(literal);
}

void json_end(void)
{
	print("}\n");
}
