/* edges.h - what may be next to a match of a text in a line: words and whole lines
 *
 * A match that does not fit is not one. The search then goes on with the next occurrence in the
 * same line, even if it overlaps this one.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_TEXT_EDGES_H
#define SRC_TEXT_EDGES_H

#include "text/caseless.h"

/* What is next to a match. All matches fit if neither `words` nor `whole_lines` is set. */
struct edges {
	bool words;       /* no letter or digit of ASCII, and no '_' */
	bool whole_lines; /* the delimiter, or the start or end of the block */
	char delimiter;
};

static inline bool edges_allow_all(const struct edges *edges)
{
	return !edges->words && !edges->whole_lines;
}

static inline bool is_word_byte(char byte)
{
	return is_letter(byte) || (byte >= '0' && byte <= '9') || byte == '_';
}

/* Whether this byte may be next to a match. */
static inline bool edges_allow(const struct edges *edges, char byte)
{
	return byte == edges->delimiter ||
	       (!edges->whole_lines && !(edges->words && is_word_byte(byte)));
}

/* Whether a match of `len` bytes at `at` fits. A guard must be set. */
static inline bool edges_fit(const struct edges *edges, mmr_slice block, size_t at, size_t len)
{
	return (at == 0 || edges_allow(edges, block.ptr[at - 1])) &&
	       (at + len == block.len || edges_allow(edges, block.ptr[at + len]));
}

/* Like edges_fit, with a guard of its own.
 *
 * Shape: a block of whole lines, and a match in it.
 * Returns: 1 if it fits, 0 if not. Errors: MMR_ETRUNCATED, -EIO (a guarded fault). */
int edges_check(const struct edges *edges, mmr_slice block, size_t at, size_t len);

/* Whether occurrences of a text that overlap must be examined: the first one of them may not fit
 * although the next one does. After a text of word bytes alone, the next one does not fit either.
 * The text must be private memory. */
bool edges_need_overlaps(const struct edges *edges, mmr_slice text);

/* Finds where an empty text fits, at `from` or after it. `from` is the start of a line. There is no
 * line at the end of the block.
 *
 * Returns: 1 if found, 0 if not. Errors: as edges_check. */
int edges_find_empty(const struct edges *edges, mmr_slice block, size_t from, size_t *ret_at);

#endif
