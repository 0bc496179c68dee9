/* fields.h - the list of -F
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_CLI_FIELDS_H
#define TOOLS_CLI_FIELDS_H

#include "mmcat.h"

/* The greatest number of a field. */
#define FIELDS_MOST ((size_t)1 << 20)

/* Up to the last field, as the end of a range. */
#define FIELDS_REST SIZE_MAX

/* Adjacent fields, counted from 1; or the field with a name. */
struct field_item {
	size_t first, last;
	mmr_slice name; /* as it is in a CSV row, perhaps with quotes; `ptr` is NULL for numbers */
	bool is_plain;  /* a quote of the name is a part of it */
};

/* In the order given. */
struct field_list {
	struct field_item *items; /* from malloc; NULL if there is no list */
	size_t n;
};

/* Parses "N", "N-M", "N-", "-M" and names, separated by commas. Prints a message and exits if the
 * list is wrong. Lifetime: that of the text, for names. */
void fields_parse(const char *text, struct field_list *ret_list);

/* Whether a field is given by its name. */
bool fields_have_names(const struct field_list *list);

#endif
