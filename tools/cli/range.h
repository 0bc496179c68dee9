/* range.h - "A:B" as in Python, and "A,B" as in sed
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_CLI_RANGE_H
#define TOOLS_CLI_RANGE_H

#include "cli/number.h"

/* From 0, half open, negative counts from the end. Either `stop` or, when `has_length`, `length`
 * items from `start` on. */
struct range {
	int64_t start;
	int64_t stop; /* MMR_END = to the end */
	bool has_length;
	int64_t length;
};

/* Parses "A:B", "A:", ":B", ":", "N" and "N:+M", and for items also the addresses of sed, which
 * count from 1 and include the last: "A,B", "A," and "A,+M" (A and the M items after it).
 *
 * Returns: NULL, or a hint for value_wrong. */
const char *range_parse(const char *text, enum number_unit unit, struct range *ret_range);

/* Whether the range counts from the end. */
bool range_from_end(const struct range *range);

#endif
