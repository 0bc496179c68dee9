/* range.h - "A:B" as Python means it
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_RANGE_H
#define TOOLS_RANGE_H

#include "common.h"

/* From 0, half open, negative counts from the end. Either `stop` or, when `has_length`, `length`
 * items from `start` on. */
struct range {
	int64_t start;
	int64_t stop; /* MMR_END = to the end */
	bool has_length;
	int64_t length;
};

/* Parses "A:B", "A:", ":B", ":", "N" and "N:+M". Numbers are decimal or 0x hexadecimal, with K M G
 * T P E (powers of 1024), KB MB ... (of 1000) or KiB MiB ...; what is too large is clamped. */
bool range_parse(const char *text, struct range *ret_range);

/* A number as above, without a sign. */
bool range_parse_number(const char *text, uint64_t *ret_number);

/* Whether the range can only be found when the end is known. */
bool range_from_end(const struct range *range);

#endif
