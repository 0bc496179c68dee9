/* finder.c - the lines of a block that match
 *
 * Each term has a cursor: its next match. If one term is enough, the next line is the one of the
 * first match of all. If all terms are needed, it is the one of the last match, unless another term
 * has no match in it: then the search goes on there. A term may also fail in a line.
 *
 * SPDX-License-Identifier: MIT */
#include "search/sample.h"
#include "search/search.h"

#include <errno.h>
#include <string.h>

/* --- The filter of the caller ----------------------------------------------------------------- */

static int start_filter(struct finder *finder)
{
	const mmr_search_filter *filter = finder->search->options.filter;
	size_t size = filter ? filter->state_size : 0;
	int err = 0;

	if (!filter)
		return 0;
	/* A state of no bytes has an address, too. */
	finder->state = heap_alloc(size + 1);
	if (!finder->state)
		return error_set(-ENOMEM, "search for lines");
	memset(finder->state, 0, size);
	if (filter->start)
		err = filter->start(finder->state, filter->context);
	if (err < 0) {
		heap_free(finder->state);
		finder->state = NULL;
	}
	return err;
}

static void end_filter(struct finder *finder)
{
	const mmr_search_filter *filter = finder->search->options.filter;

	if (!finder->state)
		return;
	if (filter->end)
		filter->end(finder->state, filter->context);
	heap_free(finder->state);
}

/* Asks the filter about a line. Returns: 1 to keep it; 0; an error. */
static int ask_filter(struct finder *finder, mmr_slice line)
{
	size_t start = (size_t)(line.ptr - finder->block.ptr);
	int kept = finder->search->options.filter->keep(
		finder->state, line, finder->off - finder->base + start);

	if (kept >= 0)
		return kept;
	finder->from = start;
	/* A filter that searches the line has no offset of it in the file. */
	return error_locate(kept, finder->off + start);
}

/* --- Lines ------------------------------------------------------------------------------------ */

void finder_close(struct finder *finder)
{
	size_t i;

	if (!finder)
		return;
	for (i = 0; i < finder->search->n_terms; i++)
		regex_lines_close(finder->cursors[i].lines);
	end_filter(finder);
	heap_free(finder);
}

/* Adds what only some finders need, after the cursors. */
static struct finder *alloc_finder(const struct mmr_search *search)
{
	_Static_assert(_Alignof(struct unit_walk) <= _Alignof(struct cursor), "a walk is aligned");
	_Static_assert(_Alignof(struct row_ends) <= _Alignof(struct cursor), "ends are aligned");
	size_t size = sizeof(struct finder) + search->n_terms * sizeof(struct cursor);
	bool walks = search->options.filter && search_matches_all(search);
	bool has_rows = !walks && units_are_rows(&search->units);
	size_t more = walks ? sizeof(struct unit_walk) : has_rows ? sizeof(struct row_ends) : 0;
	struct finder *finder = heap_alloc(size + more);

	if (!finder)
		return NULL;
	memset(finder, 0, size);
	if (walks)
		finder->walk = (struct unit_walk *)(void *)((char *)finder + size);
	if (has_rows)
		finder->ends = (struct row_ends *)(void *)((char *)finder + size);
	return finder;
}

int finder_open(const struct mmr_search *search, const struct filters *filters, uint64_t base,
	struct finder **ret_finder)
{
	struct finder *finder = alloc_finder(search);
	int err = 0;
	size_t i;

	if (!finder)
		return error_set(-ENOMEM, "search for lines");
	finder->search = search;
	finder->filters = filters;
	finder->base = base;
	for (i = 0; i < search->n_terms && err == 0; i++) {
		finder->cursors[i].term = &search->terms[i];
		if (search->terms[i].regex)
			err = regex_lines_open(search->terms[i].regex, filters->of_terms[i],
				&finder->cursors[i].lines);
	}
	if (err == 0)
		err = start_filter(finder);
	if (err < 0) {
		finder_close(finder);
		return err;
	}
	*ret_finder = finder;
	return 0;
}

/* Moves a cursor to its next match, or its next error, in the lines from `from` on. */
static void advance(struct cursor *cursor, const struct finder *finder, size_t from)
{
	mmr_slice match;
	int found;

	cursor->error = 0;
	cursor->at = from;
	if (cursor->lines) {
		found = regex_lines_next(cursor->lines, from, &cursor->at);
	} else {
		found = text_next(&cursor->text, from, &match);
		if (found > 0)
			cursor->at = (size_t)(match.ptr - finder->block.ptr);
	}
	/* A match may end at the end of the last line. */
	if (found > 0)
		cursor->at = min_size(cursor->at, finder->block.len - 1);
	if (found == 0)
		cursor->at = NOT_FOUND;
	if (found < 0) {
		cursor->error = found;
		error_save(&cursor->note);
	}
}

void finder_load(struct finder *finder, mmr_slice block, uint64_t off)
{
	struct cursor *cursor = finder->cursors;

	finder->block = block;
	finder->off = off;
	finder->from = 0;
	if (finder->sample) {
		finder->sampled = sample_find(finder->sample, off);
		return;
	}
	if (finder->walk) {
		unit_walk_start(finder->walk, &finder->search->units, block);
		return;
	}
	units_load(&finder->search->units, block, finder->ends);
	for (; cursor < finder->cursors + finder->search->n_terms; cursor++) {
		if (cursor->lines)
			regex_lines_load(cursor->lines, block, off, finder->filters->is_private);
		else
			text_load(&cursor->text, finder->search, cursor->term, block, false);
		advance(cursor, finder, 0);
	}
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

/* Whether a line, in which a term matches or fails, is found. Returns: 1, or the error of a term
 * that decides about the line. */
static int decide(const struct finder *finder, size_t stop)
{
	const struct cursor *cursor = finder->cursors, *failed = NULL;
	bool found = false;

	for (; cursor < finder->cursors + finder->search->n_terms; cursor++) {
		if (cursor->at >= stop)
			continue;
		if (cursor->error < 0)
			failed = cursor;
		else
			found = true;
	}
	if (!failed || (found && !finder->search->options.all))
		return 1;
	error_restore(&failed->note);
	return failed->error;
}

/* Returns: like finder_next. */
static int next_sampled(struct finder *finder, mmr_slice *ret_line)
{
	const struct sample *sample = finder->sample;
	size_t at;
	int err;

	if (finder->sampled == sample->len)
		return 0;
	if (sample->lines[finder->sampled].off - finder->off >= finder->block.len)
		return 0;
	at = (size_t)(sample->lines[finder->sampled].off - finder->off);
	finder->sampled++;
	err = units_around(&finder->search->units, finder->block, at, at, ret_line);
	return err < 0 ? err : 1;
}

/* The same for lines that all match. */
static int next_line(struct finder *finder, mmr_slice *ret_line)
{
	if (!unit_walk_next(finder->walk, ret_line))
		return unit_walk_error(finder->walk);
	finder->from += ret_line->len;
	return 1;
}

/* The same for lines in which the patterns are searched for. */
static int next_match(struct finder *finder, mmr_slice *ret_line)
{
	bool all = finder->search->options.all;
	struct cursor *cursor;
	size_t at, start;
	int err;

	for (;;) {
		for (cursor = finder->cursors; cursor < finder->cursors + finder->search->n_terms;
			cursor++) {
			if (cursor->at < finder->from)
				advance(cursor, finder, finder->from);
			/* A fault is not an error of a line. */
			if (cursor->error < 0 && (!cursor->lines || cursor->at == REGEX_NOWHERE)) {
				error_restore(&cursor->note);
				return cursor->error;
			}
		}
		at = edge(finder, all);
		if (at == NOT_FOUND)
			return 0;
		err = units_around_next(&finder->search->units, finder->block, finder->from, at,
			finder->ends, ret_line);
		if (err < 0)
			return err;
		start = (size_t)(ret_line->ptr - finder->block.ptr);
		if (!all || edge(finder, false) >= start)
			break;
		finder->from = start;
	}
	err = decide(finder, start + ret_line->len);
	finder->from = start + (err > 0 ? ret_line->len : 0);
	return err;
}

int finder_next(struct finder *finder, mmr_slice *ret_line)
{
	int found, kept = 0;

	if (finder->sample)
		return next_sampled(finder, ret_line);
	while (kept == 0) {
		found = finder->walk ? next_line(finder, ret_line) : next_match(finder, ret_line);
		if (found <= 0 || !finder->state)
			return found;
		kept = ask_filter(finder, *ret_line);
	}
	return kept < 0 ? kept : 1;
}
