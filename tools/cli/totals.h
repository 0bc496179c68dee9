/* totals.h - the list of --sum, --mean, --min and --max
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_CLI_TOTALS_H
#define TOOLS_CLI_TOTALS_H

#include "cli/fields.h"

enum total_kind {
	TOTAL_SUM,
	TOTAL_MEAN,
	TOTAL_MIN,
	TOTAL_MAX
};

/* A result. */
struct total_item {
	enum total_kind kind;
	const char *field; /* as it was given */
	size_t column;     /* counted from 0: several results may have the same one */
};

struct total_list {
	struct total_item *items; /* from malloc, in the order given */
	size_t n;
	struct field_list columns; /* the different fields */
};

/* Returns: "sum" and so on. */
const char *total_name(enum total_kind kind);

/* Adds a result of a field, which is a number or a name. Prints a message and exits if it is wrong.
 * Lifetime: that of the text. */
void totals_add(struct total_list *list, enum total_kind kind, const char *field);

#endif
