/* regex_lines.c - the matches of a regular expression, at most one for each line
 *
 * SPDX-License-Identifier: MIT */
#include "optional/regex_lines.h"

#include "optional/regex.h"

#include <errno.h>

struct regex_lines {
	struct matcher matcher;
	uint64_t off;
};

int regex_lines_open(const mmr_regex *regex, struct regex_lines **ret_lines)
{
	struct regex_lines *lines = heap_alloc(sizeof(*lines));
	int err;

	if (!lines)
		return error_set(-ENOMEM, "match a pattern");
	err = matcher_start(&lines->matcher, regex);
	if (err < 0) {
		heap_free(lines);
		return err;
	}
	*ret_lines = lines;
	return 0;
}

void regex_lines_close(struct regex_lines *lines)
{
	if (!lines)
		return;
	matcher_end(&lines->matcher);
	heap_free(lines);
}

void regex_lines_load(struct regex_lines *lines, mmr_slice piece, uint64_t off)
{
	matcher_load(&lines->matcher, piece);
	lines->off = off;
}

int regex_lines_next(struct regex_lines *lines, size_t from, size_t *ret_at)
{
	int found;

	matcher_skip(&lines->matcher, from);
	found = matcher_next(&lines->matcher, lines->off);
	/* \K may put the start of a match after its end, but not into another line. */
	if (found > 0)
		*ret_at = matcher_line(&lines->matcher) + lines->matcher.places[1];
	else if (found < 0)
		*ret_at = (size_t)max_u64(matcher_line(&lines->matcher), from);
	return found;
}

int regex_lines_match(struct regex_lines *lines, size_t from, mmr_slice *ret_match)
{
	struct matcher *matcher = &lines->matcher;
	const char *start;
	int found;

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
