/* typed_where.h - --where for the records of a layout
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_TYPED_WHERE_H
#define TOOLS_ACTIONS_TYPED_WHERE_H

#include "cli/where.h"

/* Finds the fields of an expression in a layout, or exits with a message. Both must live as long as
 * the filter, which reads records without a guard: blocks must be copies.
 *
 * Returns: the filter; NULL without an expression. */
const mmr_search_filter *typed_where(const struct where *where, const mmr_layout *layout);

#endif
