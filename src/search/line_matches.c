/* line_matches.c - the matches of all patterns in one line
 *
 * SPDX-License-Identifier: MIT */
#include "file/guard.h"
#include "scan/window.h"
#include "search/search.h"

#include <errno.h>
#include <string.h>

/* The next match of a term. */
struct next_match {
	struct text_cursor text;
	struct regex_lines *lines;
	size_t start, stop; /* `start` is NOT_FOUND after the last one */
};

struct mmr_line_matches {
	const struct mmr_search *search;
	mmr_slice line;  /* without its delimiter */
	mmr_slice bytes; /* that are searched: the line, or a copy of it */
	char *copy;
	size_t room;
	size_t at; /* end of the last match */
	int error;
	struct next_match terms[];
};

void mmr_line_matches_close(mmr_line_matches *it)
{
	size_t i;

	if (!it)
		return;
	for (i = 0; i < it->search->n_terms; i++)
		regex_lines_close(it->terms[i].lines);
	heap_free(it->copy);
	heap_free(it);
}

int mmr_line_matches_open(const mmr_search *search, mmr_line_matches **ret_it)
{
	size_t size = sizeof(mmr_line_matches) + search->n_terms * sizeof(struct next_match), i;
	mmr_line_matches *it = heap_alloc(size);
	int err = 0;

	if (!it)
		return error_set(-ENOMEM, "find matches in a line");
	memset(it, 0, size);
	it->search = search;
	for (i = 0; i < search->n_terms && err == 0; i++)
		if (search->terms[i].regex)
			err = regex_lines_open(search->terms[i].regex, NULL, &it->terms[i].lines);
	if (err < 0) {
		mmr_line_matches_close(it);
		return err;
	}
	*ret_it = it;
	return 0;
}

static int copy_line(mmr_line_matches *it)
{
	size_t len = it->line.len;
	struct guard guard;

	if (len > WINDOW_LINE_LIMIT)
		return error_set(MMR_ELONG, "copy a %s for a pattern",
			it->search->options.records ? "record" : "line");
	if (len > it->room) {
		heap_free(it->copy);
		it->room = 0;
		it->copy = heap_alloc(2 * len);
		if (!it->copy)
			return error_set(-ENOMEM, "copy a line of %zu bytes", len);
		it->room = 2 * len;
	}
	it->bytes.ptr = it->copy;
	if (len == 0)
		return 0;
	if (!GUARD_ENTER(&guard, it->line.ptr, len))
		return guard_fault(&guard);
	memcpy(it->copy, it->line.ptr, len);
	guard_leave(&guard);
	return 0;
}

/* Moves a term to its first match that starts at or after `it->at`. */
static int advance(mmr_line_matches *it, size_t i)
{
	const struct term *term = &it->search->terms[i];
	mmr_slice match;
	struct next_match *next = &it->terms[i];
	int found = 0;

	if (term->regex) {
		found = regex_lines_match(next->lines, it->at, &match);
	} else if (!term_is_empty(term)) {
		/* The cursor may be behind the end of another term's match. */
		if (next->stop != it->at)
			text_seek(&next->text, it->at);
		found = text_next(&next->text, it->at, &match);
	}
	if (found < 0)
		return found;
	next->start = found ? (size_t)(match.ptr - it->bytes.ptr) : NOT_FOUND;
	next->stop = found ? next->start + match.len : NOT_FOUND;
	return 0;
}

/* Takes a line without its delimiter, or a copy of it. */
static int take_line(mmr_line_matches *it, mmr_slice line)
{
	char delimiter = it->search->options.delimiter;
	struct guard guard;

	it->error = 0;
	it->at = 0;
	if (slice_is_nowhere(line))
		return error_nowhere();
	if (line.len > 0 && !units_are_fixed(&it->search->units)) {
		if (!GUARD_ENTER(&guard, line.ptr + line.len - 1, 1))
			return guard_fault(&guard);
		line.len -= line.ptr[line.len - 1] == delimiter;
		guard_leave(&guard);
	}
	it->line = it->bytes = line;
	return it->search->has_regex ? copy_line(it) : 0;
}

static void load_term(mmr_line_matches *it, size_t i)
{
	const struct term *term = &it->search->terms[i];

	if (term->regex)
		regex_lines_load(it->terms[i].lines, it->bytes, UINT64_MAX, true);
	else
		text_load(&it->terms[i].text, it->search, term, it->bytes, true);
	it->terms[i].stop = 0;
}

int mmr_line_matches_load(mmr_line_matches *it, mmr_slice line)
{
	int err = take_line(it, line);
	size_t i;

	for (i = 0; i < it->search->n_terms && err == 0; i++) {
		load_term(it, i);
		err = advance(it, i);
	}
	it->error = err;
	return err;
}

/* Whether the last line of a record is empty: it ends where the record does. */
static int ends_with_empty_line(const mmr_line_matches *it)
{
	mmr_slice bytes = it->bytes;
	uint64_t n = 1;
	int err = 0;

	if (bytes.len > 0)
		err = mmr_slice_count((mmr_slice){bytes.ptr + bytes.len - 1, 1},
			it->search->options.delimiter, &n);
	return err < 0 ? err : (int)n;
}

/* Whether a term matches the line. Returns: 1; 0; an error. */
static int test_term(mmr_line_matches *it, size_t i)
{
	const struct term *term = &it->search->terms[i];
	mmr_slice match;
	int found;

	load_term(it, i);
	if (term->regex)
		return regex_lines_test(it->terms[i].lines);
	found = text_next(&it->terms[i].text, 0, &match);
	/* An empty text is also in an empty line at the end, where there is no byte. */
	return found == 0 && term_is_empty(term) ? ends_with_empty_line(it) : found;
}

/* As in finder.c, an error counts only if the other terms do not decide. */
int mmr_line_matches_test(mmr_line_matches *it, mmr_slice line)
{
	bool all = it->search->options.all;
	int err = take_line(it, line), found, failed = 0;
	struct error_note note;
	size_t i;

	for (i = 0; i < it->search->n_terms && err == 0; i++) {
		found = test_term(it, i);
		if (found >= 0 && (found > 0) != all)
			return found;
		if (found < 0) {
			failed = found;
			error_save(&note);
		}
	}
	if (err == 0 && failed < 0) {
		error_restore(&note);
		err = failed;
	}
	it->error = err;
	return err < 0 ? err : all;
}

bool mmr_line_matches_next(mmr_line_matches *it, mmr_slice *ret_match)
{
	const struct next_match *first = NULL;
	size_t i;

	for (i = 0; i < it->search->n_terms && it->error == 0; i++) {
		struct next_match *next = &it->terms[i];

		if (next->start != NOT_FOUND && next->start < it->at)
			it->error = advance(it, i);
		if (next->start == NOT_FOUND)
			continue;
		if (!first || next->start < first->start ||
			(next->start == first->start && next->stop > first->stop))
			first = next;
	}
	if (!first || it->error < 0)
		return false;
	ret_match->ptr = it->line.ptr + first->start;
	ret_match->len = first->stop - first->start;
	it->at = first->stop;
	return true;
}

DEFINE_FILL(mmr_line_matches_fill, mmr_line_matches, mmr_slice, mmr_line_matches_next)

int mmr_line_matches_error(const mmr_line_matches *it)
{
	return it->error;
}
