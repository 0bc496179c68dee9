/* finder.c - the lines of a block that match
 *
 * Each term has a cursor: its next match. If one term is enough, the next line is the one of the
 * first match of all. If all terms are needed, it is the one of the last match, unless another term
 * has no match in it: then the search goes on there.
 *
 * SPDX-License-Identifier: MIT */
#include "search/search.h"

#include <mmreader/lines.h>

#include <errno.h>
#include <string.h>

void finder_close(struct finder *finder)
{
	size_t i;

	if (!finder)
		return;
	for (i = 0; i < finder->search->n_terms; i++)
		regex_lines_close(finder->cursors[i].lines);
	heap_free(finder);
}

int finder_open(const struct mmr_search *search, struct finder **ret_finder)
{
	size_t size = sizeof(struct finder) + search->n_terms * sizeof(struct cursor), i;
	struct finder *finder = heap_alloc(size);
	int err = 0;

	if (!finder)
		return error_set(-ENOMEM, "search for lines");
	memset(finder, 0, size);
	finder->search = search;
	for (i = 0; i < search->n_terms && err == 0; i++) {
		finder->cursors[i].term = &search->terms[i];
		if (search->terms[i].regex)
			err = regex_lines_open(search->terms[i].regex, &finder->cursors[i].lines);
	}
	if (err < 0) {
		finder_close(finder);
		return err;
	}
	*ret_finder = finder;
	return 0;
}

/* Moves a cursor to its next match in the lines from `from` on. */
static int advance(struct cursor *cursor, const struct finder *finder, size_t from)
{
	mmr_slice match;
	int found = 1;

	if (cursor->lines) {
		found = regex_lines_next(cursor->lines, from, &cursor->at);
		/* A match may end at the end of the last line. */
		cursor->at = min_size(cursor->at, finder->block.len - 1);
	} else if (cursor->term->needle.text.len == 0) {
		cursor->at = from;
		found = from < finder->block.len;
	} else {
		do {
			if (!mmr_matches_next(&cursor->matches, &match)) {
				found = mmr_matches_error(&cursor->matches);
				break;
			}
			cursor->at = (size_t)(match.ptr - finder->block.ptr);
		} while (cursor->at < from);
	}
	if (found == 0)
		cursor->at = NOT_FOUND;
	return found < 0 ? found : 0;
}

int finder_load(struct finder *finder, mmr_slice block, uint64_t off)
{
	struct cursor *cursor = finder->cursors;
	int err = 0;

	finder->block = block;
	finder->from = 0;
	for (; err == 0 && cursor < finder->cursors + finder->search->n_terms; cursor++) {
		if (cursor->lines)
			regex_lines_load(cursor->lines, block, off);
		else
			cursor->matches = mmr_matches_of(block, &cursor->term->needle);
		err = advance(cursor, finder, 0);
	}
	return err;
}

/* The first match of all terms, or the last one. */
static size_t edge(const struct finder *finder, bool last)
{
	const struct cursor *cursor = finder->cursors;
	size_t at = cursor->at;

	for (; cursor < finder->cursors + finder->search->n_terms; cursor++)
		if (last ? cursor->at > at : cursor->at < at)
			at = cursor->at;
	return at;
}

int finder_next(struct finder *finder, mmr_slice *ret_line)
{
	bool all = finder->search->options.all;
	struct cursor *cursor;
	size_t at, start;
	int err;

	for (;;) {
		for (cursor = finder->cursors; cursor < finder->cursors + finder->search->n_terms;
			cursor++) {
			err = cursor->at < finder->from ? advance(cursor, finder, finder->from) : 0;
			if (err < 0)
				return err;
		}
		at = edge(finder, all);
		if (at == NOT_FOUND)
			return 0;
		err = mmr_line_around(
			finder->block, at, finder->search->options.delimiter, ret_line);
		if (err < 0)
			return err;
		start = (size_t)(ret_line->ptr - finder->block.ptr);
		if (!all || edge(finder, false) >= start)
			break;
		finder->from = start;
	}
	finder->from = start + ret_line->len;
	return 1;
}
