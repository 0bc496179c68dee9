/* patterns.h - the patterns of a search: -e, -E, --patterns
 *
 * The first three functions print a message and exit if a pattern is wrong.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_CLI_PATTERNS_H
#define TOOLS_CLI_PATTERNS_H

#include "cli/options.h"

/* Adds an argument of -e or -E. */
void pattern_add(struct search_options *search, char *argument, bool is_regex);

/* Replaces the escapes in the texts that were added. */
void pattern_unescape(struct search_options *search);

/* Adds the texts of a file, one per line, as they are. "-" is standard input. */
void pattern_add_file(struct search_options *search, const char *file);

/* Whether the search is for one text, as it is. */
bool pattern_is_plain(const struct search_options *search);

/* Whether a text contains the delimiter of lines. */
bool pattern_has_delimiter(const struct search_options *search, char delimiter);

/* The same, unless records replace lines: then such a text is like any other. */
bool pattern_crosses_lines(const struct options *options);

#endif
