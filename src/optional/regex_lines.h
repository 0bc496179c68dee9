/* regex_lines.h - the matches of a regular expression, at most one for each line
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OPTIONAL_REGEX_LINES_H
#define SRC_OPTIONAL_REGEX_LINES_H

#include "common.h"

#include <mmreader/regex.h>

/* The matches of one thread. It searches one piece of whole lines after another. */
struct regex_lines;

/* Errors: -ENOMEM. */
int regex_lines_open(const mmr_regex *regex, struct regex_lines **ret_lines);

/* NULL is allowed. */
void regex_lines_close(struct regex_lines *lines);

/* Starts with a new piece. It must be private memory that stays valid. `off` is its offset in the
 * file, for errors. */
void regex_lines_load(struct regex_lines *lines, mmr_slice piece, uint64_t off);

/* The offset of the first match in the lines from `from` on, which is the start of a line or the
 * end of the piece.
 *
 * Returns: 1; 0 if there is none. Errors: those of mmr_regex_matches_error; `*ret_at` is then the
 *   start of the line in which the search failed. */
int regex_lines_next(struct regex_lines *lines, size_t from, size_t *ret_at);

/* The first match that starts at or after `from` and is not empty, in a piece that is one line
 * without its delimiter.
 *
 * Returns: 1; 0 if there is none. Errors: those of mmr_regex_matches_error. */
int regex_lines_match(struct regex_lines *lines, size_t from, mmr_slice *ret_match);

#endif
