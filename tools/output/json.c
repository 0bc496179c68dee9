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
