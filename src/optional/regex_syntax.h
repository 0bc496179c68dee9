/* regex_syntax.h - what the text of a pattern tells about its matches
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OPTIONAL_REGEX_SYNTAX_H
#define SRC_OPTIONAL_REGEX_SYNTAX_H

#include <mmreader/regex.h>

/* Each is true only if it certainly holds. A construct that is not known here makes all false. */
struct regex_syntax {
	/* No part of a match, and nothing that a look-around looks at, can be the byte '\n', and
	 * the start and end of the subject are tested only as starts and ends of lines. The pattern
	 * then finds in several lines at once what it finds in each of them alone. */
	bool within_lines;
	bool needs_newline; /* every match contains '\n', or looks at one */
	size_t newline_at;  /* the byte of the pattern that needs it */
};

/* Reads a pattern that PCRE2 accepts. */
struct regex_syntax regex_syntax_of(mmr_slice pattern, const mmr_regex_options *options);

#endif
