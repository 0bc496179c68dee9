/* regex_literals.h - texts that every line contains in which a pattern matches
 *
 * A search for one of these texts is much faster than PCRE2. So only the lines that contain one
 * are given to PCRE2.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OPTIONAL_REGEX_LITERALS_H
#define SRC_OPTIONAL_REGEX_LITERALS_H

#include "optional/regex.h"

/* The limits of sets. A text of one byte would be in too many lines. */
#define LITERAL_MIN      2
#define LITERAL_MAX      32
#define LITERAL_TEXTS    64
#define LITERAL_SETS_MAX 8

struct literal {
	unsigned char len;
	char bytes[LITERAL_MAX];
};

/* Each line in which the pattern matches contains at least one of these texts. */
struct literal_set {
	unsigned n;
	bool caseless; /* ASCII letters of the texts, which are lower-case, stand for both cases */
	bool exact;    /* the pattern matches in each line that contains one of the texts */
	bool around;   /* a text may include what a look-around requires */
	bool high;     /* there are no texts: such lines contain a byte that is not ASCII */
	struct literal texts[LITERAL_TEXTS];
};

/* Several sets that are valid independently of each other, the most promising one first. */
struct regex_literals {
	bool impossible;      /* no line matches, since an item takes nothing but the delimiter */
	size_t impossible_at; /* the offset of such an item in the pattern */
	unsigned n_sets;
	struct literal_set sets[LITERAL_SETS_MAX];
};

/* Finds the texts that a pattern requires.
 *
 * Returns: 0; `*ret_literals` is NULL if nothing is known.
 * Errors: -ENOMEM.
 * Lifetime: the caller frees the result with heap_free. */
int regex_literals_of(mmr_slice pattern, const mmr_regex_options *options, const mmr_regex *regex,
	struct regex_literals **ret_literals);

/* Whether a pattern may match in a line, which is in private memory: the line contains a text of
 * each set. `literals` may be NULL. */
bool regex_literals_allow(const struct regex_literals *literals, mmr_slice line);

#endif
