/* regex_syntax.h - derives properties of all matches from the text of a pattern
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OPTIONAL_REGEX_SYNTAX_H
#define SRC_OPTIONAL_REGEX_SYNTAX_H

#include <mmreader/regex.h>

/* A member is true only if it is certain. If a construct is not known, all members are false. */
struct regex_syntax {
	/* No match and no look-around can include the byte '\n', and assertions at the start or end
	 * of the subject are equivalent to those at lines. The pattern then has the same matches in
	 * several lines at once as in each line alone. */
	bool within_lines;
	bool needs_newline; /* every match contains '\n', or its look-arounds need one */
	size_t newline_at;  /* the offset in the pattern of the item that needs it */
};

/* Parses a pattern that PCRE2 accepts. */
struct regex_syntax regex_syntax_of(mmr_slice pattern, const mmr_regex_options *options);

#endif
