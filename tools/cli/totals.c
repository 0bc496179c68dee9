/* totals.c - the list of --sum, --mean, --min and --max
 *
 * SPDX-License-Identifier: MIT */
#include "cli/totals.h"

#include "cli/values.h"
#include "status/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *total_name(enum total_kind kind)
{
	static const char *const names[] = {"sum", "mean", "min", "max"};

	return names[kind];
}

static bool is_same(const struct field_item *a, const struct field_item *b)
{
	return a->first == b->first && a->name.len == b->name.len &&
	       (a->name.len == 0 || memcmp(a->name.ptr, b->name.ptr, a->name.len) == 0);
}

/* Makes room for one more item. */
static void *grow(void *items, size_t n, size_t size)
{
	void *more = realloc(items, (n + 1) * size);

	if (!more)
		exit((int)message("cannot keep %zu totals: %s", n + 1, strerror(errno)));
	return more;
}

/* Finds a column, or adds it. Returns: its number. */
static size_t add_column(struct field_list *columns, const struct field_item *item)
{
	size_t i;

	for (i = 0; i < columns->n; i++)
		if (is_same(&columns->items[i], item))
			return i;
	columns->items = grow(columns->items, columns->n, sizeof(*columns->items));
	columns->items[columns->n++] = *item;
	return i;
}

void totals_add(struct total_list *list, enum total_kind kind, const char *field)
{
	/* Static, so that memory checkers find what it points to after a wrong list. */
	static struct field_list one;

	free(one.items);
	fields_parse(field, &one);
	if (one.n != 1 || one.items[0].first != one.items[0].last)
		value_wrong("field", field, "use a number from 1 to 1048576, or one name");
	list->items = grow(list->items, list->n, sizeof(*list->items));
	list->items[list->n++] =
		(struct total_item){kind, field, add_column(&list->columns, &one.items[0])};
}
