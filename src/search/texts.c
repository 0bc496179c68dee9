/* texts.c - the occurrences of literal texts that fit in their lines
 *
 * SPDX-License-Identifier: MIT */
#include "search/search.h"

#include "file/guard.h"

#include <string.h>

/* In such a line, it is not slow to compare a text at each byte. The iterator, which is made for
 * blocks, takes longer to start. */
#define SHORT_LINE ((size_t)256)

void text_load(struct text_cursor *cursor, const struct mmr_search *search, const struct term *term,
	mmr_slice block, bool is_line)
{
	cursor->search = search;
	cursor->is_line = is_line;
	cursor->term = term;
	cursor->edges = &search->edges;
	cursor->block = block;
	cursor->known = 0;
	cursor->is_short = is_line && block.len <= SHORT_LINE && !term->needle.caseless;
	if (term->needles)
		needles_load(&cursor->of_set, term->needles, block);
	else
		text_seek(cursor, 0);
}

void text_seek(struct text_cursor *cursor, size_t from)
{
	mmr_slice rest = cursor->block;

	if (cursor->term->needles)
		return;
	cursor->next = from;
	if (cursor->is_short)
		return;
	/* A block without bytes has no address. */
	if (from > 0)
		rest = (mmr_slice){rest.ptr + from, rest.len - from};
	cursor->matches = mmr_matches_of(rest, &cursor->term->needle);
	cursor->matches.overlapping = cursor->term->overlaps;
}

/* The first occurrence in a line. Returns: its offset; SIZE_MAX if there is none. Not inlined,
 * because gcc keeps variables of a function that calls sigsetjmp in memory. */
static __attribute__((noinline)) size_t find_in_line(
	const mmr_needle *needle, mmr_slice line, size_t from)
{
	size_t len = needle->text.len, place = needle->places[0];
	const char *at = line.ptr + from + place, *stop = line.ptr + (line.len - len) + 1 + place;

	for (; at < stop; at++) {
		at = memchr(at, needle->bytes[0], (size_t)(stop - at));
		if (!at)
			break;
		if (memcmp(at - place, needle->text.ptr, len) == 0)
			return (size_t)(at - place - line.ptr);
	}
	return SIZE_MAX;
}

/* The next occurrence in a short line. Returns: 1; 0; the error of a fault. */
static int next_in_line(struct text_cursor *cursor, mmr_slice *ret_match)
{
	const struct term *term = cursor->term;
	mmr_slice line = cursor->block;
	struct guard guard;
	size_t at;

	if (cursor->next > line.len || term->needle.text.len > line.len - cursor->next)
		return 0;
	if (!GUARD_ENTER(&guard, line.ptr, line.len))
		return guard_fault(&guard);
	at = find_in_line(&term->needle, line, cursor->next);
	guard_leave(&guard);
	if (at == SIZE_MAX)
		return 0;
	*ret_match = (mmr_slice){line.ptr + at, term->needle.text.len};
	cursor->next = at + (term->overlaps ? 1 : term->needle.text.len);
	return 1;
}

static int next_occurrence(struct text_cursor *cursor, mmr_slice *ret_match)
{
	if (cursor->is_short)
		return next_in_line(cursor, ret_match);
	return mmr_matches_next(&cursor->matches, ret_match) ? 1
							     : mmr_matches_error(&cursor->matches);
}

/* An empty text may be at the end of the last line. */
static int next_empty(struct text_cursor *cursor, size_t from, mmr_slice *ret_match)
{
	int found = from < cursor->block.len;
	size_t at = from;

	if (found && !edges_allow_all(cursor->edges))
		found = edges_find_empty(cursor->edges, cursor->block, from, &at);
	if (found > 0)
		*ret_match = (mmr_slice){cursor->block.ptr + at, 0};
	return found;
}

static int next_of_set(struct text_cursor *cursor, size_t from, mmr_slice *ret_match)
{
	struct needle_match match;
	int found = needles_next(&cursor->of_set, from, &match);

	if (found > 0)
		*ret_match = (mmr_slice){cursor->block.ptr + match.at, match.len};
	return found;
}

/* Whether an occurrence is within one record, without its last delimiter. Returns: 1; 0; an error.
 */
static int is_within(struct text_cursor *cursor, size_t at, size_t len)
{
	const struct units *units = &cursor->search->units;
	mmr_slice record, last;
	uint64_t terminated;
	int err;

	if (cursor->is_line)
		return 1;
	err = units_around(
		units, cursor->block, at < cursor->known ? 0 : cursor->known, at, &record);
	if (err < 0)
		return err;
	cursor->known = (size_t)(record.ptr - cursor->block.ptr);
	last = (mmr_slice){record.ptr + record.len - 1, units_are_fixed(units) ? 0 : 1};
	err = mmr_slice_count(last, units->delimiter, &terminated);
	if (err < 0)
		return err;
	return cursor->block.ptr + at + len <= record.ptr + record.len - terminated;
}

int text_next(struct text_cursor *cursor, size_t from, mmr_slice *ret_match)
{
	mmr_slice match = {cursor->block.ptr, 0}; /* analyzers think that errors may be above 0 */
	int found, fits;
	size_t at;

	if (cursor->term->needles)
		return next_of_set(cursor, from, ret_match);
	if (term_is_empty(cursor->term))
		return next_empty(cursor, from, ret_match);
	while ((found = next_occurrence(cursor, &match)) > 0) {
		at = (size_t)(match.ptr - cursor->block.ptr);
		if (at < from)
			continue;
		fits = edges_check(cursor->edges, cursor->block, at, match.len);
		if (fits > 0 && cursor->term->crosses)
			fits = is_within(cursor, at, match.len);
		if (fits != 0) {
			*ret_match = match;
			return fits;
		}
	}
	return found;
}
