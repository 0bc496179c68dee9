/* draft.h - random patterns, and texts that they probably match
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_DRAFT_H
#define TESTS_SUPPORT_DRAFT_H

#include "support.h"

#define DRAFT_ROOM 300

struct draft {
	struct chance *chance;
	char pattern[DRAFT_ROOM], text[DRAFT_ROOM];
	size_t n_pattern, n_text;
};

/* Draws a pattern of all constructs that PCRE2 has; it may be invalid. The text may contain '\n'.
 */
struct draft draft_of(struct chance *chance);

/* Whether a pattern may have a verb such as (*COMMIT), the effect of which depends on PCRE2's
 * optimizations of the start of a search. */
bool draft_has_verb(mmr_slice pattern);

/* Changes a line in a few places, and each '\n' in it.
 *
 * Shape: `line` has `room` bytes, of which `len` are used. Returns: the new length. */
size_t draft_mutate(struct chance *chance, char *line, size_t len, size_t room);

#endif
