/* regex_lines.h - the matches of a regular expression, at most one for each line
 *
 * If the expression requires a text, lines are searched for it first, and only those that contain
 * it are given to PCRE2. So a line that cannot match may cause no error, although PCRE2 would reach
 * a limit in it.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OPTIONAL_REGEX_LINES_H
#define SRC_OPTIONAL_REGEX_LINES_H

#include "common.h"

#include <mmreader/regex.h>

/* Compiles a pattern for the calls below, and finds the texts that it requires. With `records`,
 * which must live as long as the regex, it is matched against records: all that is said of lines
 * is true of them.
 *
 * Errors: those of mmr_regex_compile; -EINVAL for a pattern that needs the delimiter, unless it is
 *   matched against records. */
int regex_lines_compile(mmr_slice pattern, const mmr_regex_options *options,
	const mmr_split *records, mmr_regex **ret_regex);

/* The texts that are looked for in one input. */
struct regex_filter;

/* Chooses the texts that are worth while in an input.
 *
 * Shape: a sample of the input in private memory; empty if there is none.
 * Returns: 0; `*ret_filter` is NULL if no texts are. Then blocks should be private copies.
 * Errors: -ENOMEM.
 * Lifetime: until regex_filter_close; the regex must live longer. */
int regex_filter_open(const mmr_regex *regex, mmr_slice sample, struct regex_filter **ret_filter);

/* NULL is allowed. */
void regex_filter_close(struct regex_filter *filter);

/* The matches of one thread. It searches one block of whole lines after another. */
struct regex_lines;

/* Shape: `filter` may be NULL: all lines are given to PCRE2. Errors: -ENOMEM. */
int regex_lines_open(
	const mmr_regex *regex, const struct regex_filter *filter, struct regex_lines **ret_lines);

/* NULL is allowed. */
void regex_lines_close(struct regex_lines *lines);

/* Starts with a new block, which stays valid. If it is not private, PCRE2 is given copies of its
 * lines. `off` is its offset in the file, for errors. */
void regex_lines_load(struct regex_lines *lines, mmr_slice block, uint64_t off, bool is_private);

/* The offset of the first match in the lines from `from` on, which is the start of a line or the
 * end of the block. Calls for one block must not go back.
 *
 * Returns: 1; 0 if there is none. Errors: those of mmr_regex_matches_error; `*ret_at` is then the
 *   start of the line in which the search failed, or REGEX_NOWHERE after a fault of the block. */
int regex_lines_next(struct regex_lines *lines, size_t from, size_t *ret_at);

#define REGEX_NOWHERE SIZE_MAX

/* The first match that starts at or after `from` and is not empty, in a private block that is one
 * line without its delimiter. Lines must be opened without a filter.
 *
 * Returns: 1; 0 if there is none. Errors: those of mmr_regex_matches_error. */
int regex_lines_match(struct regex_lines *lines, size_t from, mmr_slice *ret_match);

/* Whether there is a match, which may be empty, in such a line that was just loaded. Returns and
 * errors: as regex_lines_next. */
int regex_lines_test(struct regex_lines *lines);

#endif
