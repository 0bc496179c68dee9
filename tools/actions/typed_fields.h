/* typed_fields.h - the fields of a layout that are printed of each record
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_TYPED_FIELDS_H
#define TOOLS_ACTIONS_TYPED_FIELDS_H

#include "cli/fields.h"

/* In the order in which they are printed. */
struct typed_fields {
	const mmr_field **fields; /* from malloc */
	size_t n;
};

/* Finds the fields of a list, or all fields if it is empty. Prints a message and exits if the
 * layout has no such field. Lifetime: that of the layout, for the fields. */
void typed_fields_choose(
	const mmr_layout *layout, const struct field_list *list, struct typed_fields *ret_fields);

#endif
