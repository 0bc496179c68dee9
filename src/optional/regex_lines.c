/* regex_lines.c - the matches of a regular expression, at most one for each line
 *
 * SPDX-License-Identifier: MIT */
#include "optional/regex_lines.h"

#include "optional/regex_filter.h"
#include "scan/io_mode.h"
#include "scan/units.h"
#include "text/high.h"

#include <errno.h>
#include <string.h>

/* If more lines of a block fail than one for so many bytes, the sample was not typical. */
#define BYTES_FOR_FAILURE 512

struct regex_lines {
	struct matcher matcher;
	struct units units;
	const struct regex_filter *filter; /* or NULL */
	struct regex_trial trial;
	bool measures; /* both ways are measured */
	mmr_slice block;
	uint64_t off;
	bool is_private;
	bool filters;                /* the block is searched for the text */
	bool is_timed;               /* the block is part of a trial */
	uint64_t took_ns;            /* by searches in the block, if it is timed */
	size_t n_failed;             /* lines of the block that had the text but did not match */
	mmr_matches matches;         /* of the filter's only text, */
	struct needles_search texts; /* or of its texts */
	struct row_ends ends;        /* of the block */
	size_t start, stop;          /* the part of the block that the matcher has */
	char *buffer;                /* for copies */
	size_t room;
};

int regex_lines_compile(mmr_slice pattern, const mmr_regex_options *options,
	const mmr_split *records, mmr_regex **ret_regex)
{
	mmr_regex *regex;
	int err = regex_compile(pattern, options, records ? REGEX_RECORD : REGEX_LINE, &regex);

	if (err < 0)
		return err;
	regex->records = records;
	err = regex_literals_of(pattern, options, regex, &regex->literals);
	if (err == 0 && regex->literals && regex->literals->impossible)
		err = regex_refuse(pattern, options->delimiter, regex->literals->impossible_at);
	if (err < 0)
		mmr_regex_close(regex);
	else
		*ret_regex = regex;
	return err;
}

int regex_lines_open(
	const mmr_regex *regex, const struct regex_filter *filter, struct regex_lines **ret_lines)
{
	struct regex_lines *lines = heap_alloc(sizeof(*lines));
	int err;

	if (!lines)
		return error_set(-ENOMEM, "match a pattern");
	memset(lines, 0, sizeof(*lines));
	err = matcher_start(&lines->matcher, regex);
	if (err < 0) {
		heap_free(lines);
		return err;
	}
	lines->units = (struct units){regex->delimiter, regex->records};
	lines->filter = filter;
	lines->measures = filter && filter->measures;
	*ret_lines = lines;
	return 0;
}

void regex_lines_close(struct regex_lines *lines)
{
	if (!lines)
		return;
	matcher_end(&lines->matcher);
	heap_free(lines->buffer);
	heap_free(lines);
}

/* Chooses the way to search the next block, after the last one. */
static void choose_way(struct regex_lines *lines)
{
	bool filtered = lines->filters;

	lines->filters = lines->filter != NULL;
	lines->measures |= lines->n_failed * BYTES_FOR_FAILURE > lines->block.len;
	if (!lines->filter || !lines->measures)
		return;
	if (lines->is_timed || !regex_trial_runs(&lines->trial))
		regex_trial_record(&lines->trial, filtered, lines->block.len, lines->took_ns);
	lines->filters = regex_trial_next(&lines->trial);
	lines->is_timed = regex_trial_runs(&lines->trial);
}

void regex_lines_load(struct regex_lines *lines, mmr_slice block, uint64_t off, bool is_private)
{
	choose_way(lines);
	lines->block = block;
	lines->off = off;
	lines->is_private = is_private;
	lines->took_ns = 0;
	lines->n_failed = 0;
	lines->start = lines->stop = 0;
	units_load(&lines->units, block, &lines->ends);
	if (lines->filters && lines->filter->needles) {
		needles_load(&lines->texts, lines->filter->needles, block);
	} else if (lines->filters) {
		lines->matches = mmr_matches_of(block, &lines->filter->needle);
		/* A text may cross the end of a record, where it is not in either. */
		lines->matches.overlapping = lines->units.records != NULL;
	} else if (is_private) {
		matcher_load(&lines->matcher, block);
		lines->stop = block.len;
	}
}

/* Makes bytes of the block private. */
static int take(struct regex_lines *lines, size_t from, size_t len, mmr_slice *ret_bytes)
{
	const char *bytes = lines->block.ptr + from;

	if (lines->units.records && len > WINDOW_LINE_LIMIT)
		return error_set_at(MMR_ELONG, lines->off + from, "copy a record for a pattern");
	ret_bytes->ptr = lines->is_private ? bytes : lines->buffer;
	ret_bytes->len = len;
	if (lines->is_private)
		return 0;
	if (len > lines->room) {
		heap_free(lines->buffer);
		lines->room = 0;
		lines->buffer = heap_alloc((size_t)max_u64(len, REGEX_PIECE));
		if (!lines->buffer)
			return error_set(-ENOMEM, "copy %zu bytes of a line", len);
		lines->room = (size_t)max_u64(len, REGEX_PIECE);
		ret_bytes->ptr = lines->buffer;
	}
	return regex_copy(lines->buffer, bytes, len);
}

/* --- PCRE2 alone ------------------------------------------------------------------------------ */

/* Gives the matcher a copy of the next whole lines. */
static int load_piece(struct regex_lines *lines, size_t from)
{
	size_t rest = lines->block.len - from, len;
	mmr_slice piece;
	int err;

	for (len = REGEX_PIECE;; len *= 2) {
		len = min_size(len, rest);
		err = take(lines, from, len, &piece);
		if (err < 0)
			return err;
		if (len < rest)
			piece.len = regex_whole_lines(piece, lines->matcher.regex->delimiter);
		if (piece.len > 0)
			break;
	}
	lines->start = from;
	lines->stop = from + piece.len;
	matcher_load(&lines->matcher, piece);
	return 0;
}

/* Gives the matcher a record, or a line, that has been found in the block. */
static int load_unit(struct regex_lines *lines, mmr_slice unit)
{
	size_t start = (size_t)(unit.ptr - lines->block.ptr);
	int err = take(lines, start, unit.len, &unit);

	if (err < 0)
		return err;
	lines->start = start;
	lines->stop = start + unit.len;
	if (lines->units.records && units_end_with(&lines->units, unit.ptr[unit.len - 1]))
		unit.len--;
	matcher_load(&lines->matcher, unit);
	return 0;
}

/* Gives the matcher the record that starts at `from`. */
static int load_record(struct regex_lines *lines, size_t from)
{
	struct unit_view view = {lines->block, true, from};
	size_t stop = lines->block.len;
	int found = units_next(&lines->units, &view, from + 1, stop, &stop);

	if (found < 0)
		return found;
	return load_unit(lines, (mmr_slice){lines->block.ptr + from, stop - from});
}

/* Searches one subject of the matcher. A line in which PCRE2 reaches a limit, but which lacks a
 * text that each match contains, does not match. So it does not depend on the way whether there is
 * an error.
 *
 * Returns: 1; 0; an error. `*ret_next` is where the search goes on in the block after a 0. */
static int match_more(struct regex_lines *lines, size_t *ret_next)
{
	struct matcher *matcher = &lines->matcher;
	int found = matcher_next(matcher, lines->off + lines->start);

	*ret_next = lines->stop;
	if (found != -ECANCELED || regex_literals_allow(matcher->regex->literals, matcher->subject))
		return found;
	*ret_next = lines->start + matcher_line(matcher) + matcher->subject.len + 1;
	*ret_next = min_size(*ret_next, lines->stop);
	return 0;
}

static int next_match(struct regex_lines *lines, size_t from, size_t *ret_at)
{
	struct matcher *matcher = &lines->matcher;
	size_t next;
	int found = 0;

	*ret_at = REGEX_NOWHERE;
	for (; found == 0 && from < lines->block.len; from = next) {
		if (lines->units.records)
			found = load_record(lines, from);
		else if (from < lines->stop)
			matcher_skip(matcher, from - lines->start);
		else
			found = load_piece(lines, from);
		if (found < 0)
			return found;
		found = match_more(lines, &next);
		/* \K may put the start of a match after its end, but not into another line. */
		if (found > 0)
			*ret_at = lines->start + matcher_line(matcher) + matcher->places[1];
		/* A record without a delimiter may end with the match. */
		if (found > 0 && lines->units.records)
			*ret_at = min_size(*ret_at, lines->stop - 1);
		if (found < 0)
			*ret_at = (size_t)max_u64(lines->start + matcher_line(matcher), from);
	}
	return found;
}

/* --- Filtered --------------------------------------------------------------------------------- */

/* Whether PCRE2 finds a match in a line of the block. */
static int match_line(struct regex_lines *lines, mmr_slice line, size_t *ret_at)
{
	size_t start;
	int err;

	*ret_at = REGEX_NOWHERE;
	err = load_unit(lines, line);
	if (err < 0)
		return err;
	*ret_at = start = lines->start;
	return match_more(lines, &start);
}

/* The next text of the filter at or after `from`. Returns: 1; 0; the error of a fault. */
static int next_text(struct regex_lines *lines, size_t from, size_t *ret_at)
{
	struct needle_match found;
	mmr_slice match;
	int result;

	if (lines->filter->set->high)
		return high_next(lines->block, from, ret_at);
	if (lines->filter->needles) {
		result = needles_next(&lines->texts, from, &found);
		*ret_at = found.at;
		return result;
	}
	while (mmr_matches_next(&lines->matches, &match)) {
		*ret_at = (size_t)(match.ptr - lines->block.ptr);
		if (*ret_at >= from)
			return 1;
	}
	return mmr_matches_error(&lines->matches);
}

static int next_candidate(struct regex_lines *lines, size_t from, size_t *ret_at)
{
	mmr_slice line = {NULL, 0};
	int found;

	for (;;) {
		found = next_text(lines, from, ret_at);
		if (found == 0 || (found > 0 && lines->filter->set->exact))
			return found;
		if (found > 0)
			found = units_around_next(
				&lines->units, lines->block, from, *ret_at, &lines->ends, &line);
		if (found < 0) {
			*ret_at = REGEX_NOWHERE;
			return found;
		}
		found = match_line(lines, line, ret_at);
		if (found != 0)
			return found;
		lines->n_failed++;
		from = (size_t)(line.ptr - lines->block.ptr) + line.len;
	}
}

int regex_lines_next(struct regex_lines *lines, size_t from, size_t *ret_at)
{
	uint64_t since = lines->is_timed ? io_clock_ns() : 0;
	int found = lines->filters ? next_candidate(lines, from, ret_at)
				   : next_match(lines, from, ret_at);

	if (lines->is_timed)
		lines->took_ns += io_clock_ns() - since;
	return found;
}

int regex_lines_match(struct regex_lines *lines, size_t from, mmr_slice *ret_match)
{
	struct matcher *matcher = &lines->matcher;
	const char *start;
	int found;

	/* A line without bytes has no address. */
	if (matcher->piece.len == 0)
		return 0;
	matcher->from = from;
	matcher->after_empty = false;
	do {
		found = matcher_next(matcher, lines->off);
		if (found <= 0)
			return found;
		start = matcher->piece.ptr + matcher_line(matcher);
		ret_match->ptr = start + matcher->places[0];
		ret_match->len = matcher->places[1] - matcher->places[0];
	} while (ret_match->len == 0);
	return 1;
}

int regex_lines_test(struct regex_lines *lines)
{
	size_t next;

	/* A line without bytes may have no address, but PCRE2 needs one. */
	if (lines->block.len == 0)
		matcher_load(&lines->matcher, (mmr_slice){"", 0});
	return match_more(lines, &next);
}
