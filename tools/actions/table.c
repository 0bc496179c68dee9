/* table.c - the actions of mmcat
 *
 * SPDX-License-Identifier: MIT */
#include "actions/action.h"

const struct action actions[] = {
	[ACTION_PRINT] = {'\0', NEED_BYTES, ACTION_FIRST_LINES, NULL, action_print},
	[ACTION_COUNT] = {'c', NEED_BYTES, ACTION_FIRST_LINES | ACTION_HAS_JSON, "lines",
		action_count},
	[ACTION_REVERSE] = {'r', NEED_OFFSETS, ACTION_LAST_LINES, NULL, action_reverse},
	[ACTION_SEARCH] = {'e', NEED_BYTES, ACTION_HAS_JSON, "lines", action_search},
	[ACTION_HEX] = {'x', NEED_BYTES, ACTION_FIRST_LINES | ACTION_HAS_WIDTH, NULL, action_hex},
	[ACTION_TYPE] = {'t', NEED_BYTES, ACTION_HAS_RECORDS | ACTION_HAS_WIDTH | ACTION_HAS_JSON,
		"records", action_type},
	[ACTION_INFO] = {'i', NEED_OFFSETS, ACTION_FIRST_LINES | ACTION_HAS_JSON, NULL,
		action_info},
	[ACTION_COMPARE] = {'\0', NEED_BYTES, ACTION_HAS_JSON, NULL, action_compare},
	[ACTION_INDEX] = {'\0', NEED_SIZE, 0, NULL, action_index},
};
