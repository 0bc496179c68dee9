/* texts.c - the occurrences of literal texts that fit in their lines
 *
 * SPDX-License-Identifier: MIT */
#include "search/search.h"

void text_load(struct text_cursor *cursor, const struct mmr_search *search, const struct term *term,
	mmr_slice block, bool is_line)
{
	cursor->search = search;
	cursor->is_line = is_line;
	cursor->term = term;
	cursor->edges = &search->edges;
	cursor->block = block;
	cursor->known = 0;
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
	/* A block without bytes has no address. */
	if (from > 0)
		rest = (mmr_slice){rest.ptr + from, rest.len - from};
	cursor->matches = mmr_matches_of(rest, &cursor->term->needle);
	cursor->matches.overlapping = cursor->term->overlaps;
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
	mmr_slice match;
	size_t at;
	int fits;

	if (cursor->term->needles)
		return next_of_set(cursor, from, ret_match);
	if (term_is_empty(cursor->term))
		return next_empty(cursor, from, ret_match);
	while (mmr_matches_next(&cursor->matches, &match)) {
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
	return mmr_matches_error(&cursor->matches);
}
