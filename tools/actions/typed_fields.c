/* typed_fields.c - the fields of a layout that are printed of each record
 *
 * SPDX-License-Identifier: MIT */
#include "actions/typed_fields.h"

#include "status/message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void refuse(const mmr_layout *layout, const char *wanted)
{
	size_t n = mmr_layout_n_fields(layout), len = 0, i;
	char names[512] = "";

	for (i = 0; i < n && len < sizeof(names); i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s", i > 0 ? ", " : "",
			mmr_layout_field(layout, i)->name);
	exit((int)message("cannot find field '%s': the layout has %zu: %s%s", message_quote(wanted),
		n, names, len < sizeof(names) ? "" : "..."));
}

static void add(struct typed_fields *fields, const mmr_field *field)
{
	const mmr_field **more = realloc(fields->fields, (fields->n + 1) * sizeof(*fields->fields));

	if (!more)
		exit((int)message("cannot keep %zu fields: %s", fields->n, strerror(errno)));
	fields->fields = more;
	fields->fields[fields->n++] = field;
}

static void add_named(struct typed_fields *fields, const mmr_layout *layout, mmr_slice name)
{
	char *wanted = malloc(name.len + 1);
	const mmr_field *field;

	if (!wanted)
		exit((int)message("cannot keep the name of a field: %s", strerror(errno)));
	memcpy(wanted, name.ptr, name.len);
	wanted[name.len] = '\0';
	field = mmr_layout_find(layout, wanted);
	if (!field)
		refuse(layout, wanted);
	free(wanted);
	add(fields, field);
}

/* Adds fields of the layout, counted from 1. */
static void add_numbered(
	struct typed_fields *fields, const mmr_layout *layout, const struct field_item *item)
{
	size_t n = mmr_layout_n_fields(layout), i;
	size_t last = item->last == FIELDS_REST ? n : item->last;
	char text[32];

	if (item->first > n || last > n) {
		snprintf(text, sizeof(text), "%zu", item->first > n ? item->first : last);
		refuse(layout, text);
	}
	for (i = item->first; i <= last; i++)
		add(fields, mmr_layout_field(layout, i - 1));
}

void typed_fields_choose(
	const mmr_layout *layout, const struct field_list *list, struct typed_fields *ret_fields)
{
	static const struct field_item every = {1, FIELDS_REST, {NULL, 0}, false};
	size_t i;

	*ret_fields = (struct typed_fields){NULL, 0};
	if (list->n == 0)
		add_numbered(ret_fields, layout, &every);
	for (i = 0; i < list->n; i++) {
		if (list->items[i].name.ptr)
			add_named(ret_fields, layout, list->items[i].name);
		else
			add_numbered(ret_fields, layout, &list->items[i]);
	}
}
