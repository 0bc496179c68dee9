/* fields.c - parses the list of -F
 *
 * SPDX-License-Identifier: MIT */
#include "cli/fields.h"

#include "cli/values.h"
#include "status/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HINT \
	"use numbers from 1 to 1048576, ranges such as 2-4, 3- or -2, or names, separated by commas"

static _Noreturn void wrong(const char *list)
{
	value_wrong("list of fields", list, HINT);
}

/* The end of the item that starts here. A comma between quotes does not end it. */
static const char *item_end(const char *at, const char *list)
{
	if (*at != '"')
		return at + strcspn(at, ",");
	for (at++; *at && (*at != '"' || at[1] == '"'); at += *at == '"' ? 2 : 1)
		;
	/* A quote closes the name, and nothing follows it. */
	if (*at != '"' || (at[1] && at[1] != ','))
		wrong(list);
	return at + 1;
}

static const char *parse_number(const char *at, const char *list, size_t *ret_number)
{
	size_t number = 0;

	for (; *at >= '0' && *at <= '9'; at++) {
		number = 10 * number + (size_t)(*at - '0');
		if (number > FIELDS_MOST)
			wrong(list);
	}
	if (number == 0)
		wrong(list);
	*ret_number = number;
	return at;
}

static struct field_item parse_numbers(const char *at, const char *end, const char *list)
{
	struct field_item item = {1, FIELDS_REST, {NULL, 0}, false};
	bool has_first = *at != '-';

	if (has_first)
		at = parse_number(at, list, &item.first);
	if (at == end) {
		item.last = item.first;
		return item;
	}
	at++;
	/* "-" alone is none. */
	if (at < end || !has_first)
		at = parse_number(at, list, &item.last);
	if (at != end || item.last < item.first)
		wrong(list);
	return item;
}

static struct field_item parse_item(const char *at, const char *end, const char *list)
{
	size_t len = (size_t)(end - at);

	if (len == 0)
		wrong(list);
	if (strspn(at, "0123456789-") >= len)
		return parse_numbers(at, end, list);
	return (struct field_item){0, 0, {at, len}, false};
}

void fields_parse(const char *text, struct field_list *ret_list)
{
	size_t most = 1;
	const char *at, *end;

	for (at = text; *at; at++)
		most += *at == ',';
	ret_list->n = 0;
	ret_list->items = malloc(most * sizeof(*ret_list->items));
	if (!ret_list->items)
		exit((int)message("cannot keep %zu fields: %s", most, strerror(errno)));
	for (at = text;; at = end + 1) {
		end = item_end(at, text);
		ret_list->items[ret_list->n++] = parse_item(at, end, text);
		if (!*end)
			return;
	}
}

bool fields_have_names(const struct field_list *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (list->items[i].name.ptr)
			return true;
	return false;
}
