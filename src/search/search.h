/* search.h - compiled patterns, and the lines of a block that match them
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SEARCH_SEARCH_H
#define SRC_SEARCH_SEARCH_H

#include "common.h"

#include "optional/regex_lines.h"
#include "scan/units.h"
#include "text/needles.h"

#include <mmreader/search.h>

/* A regular expression, several literal texts of which one is enough, one text, or an empty text,
 * which is in every line. */
struct term {
	mmr_regex *regex;        /* or NULL */
	struct needles *needles; /* or NULL */
	mmr_needle needle;       /* of one text, */
	char *copy;              /* which is here, folded if the search is caseless */
	bool overlaps;           /* occurrences of the text may overlap */
	bool crosses;            /* the text may cross records: it contains the delimiter, or they
				    have none */
};

struct mmr_search {
	mmr_search_options options;
	struct units units;
	struct edges edges; /* of literal texts */
	bool has_regex;
	size_t n_terms;
	struct term terms[];
};

/* How many terms patterns may have. Those for which is_text[i] is not set have one each. */
size_t terms_most(const mmr_search_options *options, const mmr_pattern *patterns,
	const bool *is_text, size_t n);

/* Adds the terms of the patterns for which is_text[i] is set.
 *
 * Errors: -ENOMEM; terms that were added stay. */
int terms_of_texts(
	struct mmr_search *search, const mmr_pattern *patterns, const bool *is_text, size_t n);

static inline bool term_is_empty(const struct term *term)
{
	return !term->regex && !term->needles && term->needle.text.len == 0;
}

/* Whether the patterns match all lines, since one is an empty text. */
static inline bool search_matches_all(const struct mmr_search *search)
{
	const mmr_search_options *options = &search->options;
	size_t i;

	if (options->all || options->words || options->whole_lines)
		return false;
	for (i = 0; i < search->n_terms; i++)
		if (term_is_empty(&search->terms[i]))
			return true;
	return false;
}

/* Whether all lines are found. */
static inline bool search_finds_all(const struct mmr_search *search)
{
	return !search->options.invert && !search->options.filter && search_matches_all(search);
}

/* The occurrences of the texts of a term in a block of whole lines. */
struct text_cursor {
	const struct mmr_search *search;
	const struct term *term;
	const struct edges *edges;
	mmr_slice block;
	bool is_line;                 /* the block is one line, or record, without its delimiter */
	size_t known;                 /* start of the record of the last one that crosses lines */
	bool is_short;                /* the line is so short that one text is compared in place */
	size_t next;                  /* in such a line: where the next one may start */
	mmr_matches matches;          /* of one text */
	struct needles_search of_set; /* of several */
};

/* Starts at the start of a block. `is_line`: it is one line without its delimiter. */
void text_load(struct text_cursor *cursor, const struct mmr_search *search, const struct term *term,
	mmr_slice block, bool is_line);

/* Continues with occurrences that start at `from` or after it. They may overlap those before. */
void text_seek(struct text_cursor *cursor, size_t from);

/* The next occurrence that fits in its line, at `from` or after it. An empty text is searched for
 * from the start of a line, and may be found at the end of the block.
 *
 * Returns: 1 if found, 0 if not. Errors: as mmr_matches_error. */
int text_next(struct text_cursor *cursor, size_t from, mmr_slice *ret_match);

/* The next match of a term in a block. */
struct cursor {
	const struct term *term;
	struct text_cursor text;
	struct regex_lines *lines;
	size_t at; /* NOT_FOUND after the last one */
	/* If the search failed, `at` is the start of the line in which it did. */
	int error;
	struct error_note note;
};

#define NOT_FOUND SIZE_MAX

/* How the expressions of a search are used in one input. Threads share it. */
struct filters {
	bool is_private;                 /* blocks are memory that nothing else changes */
	struct regex_filter *of_terms[]; /* NULL: PCRE2 is given all lines */
};

/* Chooses how a range is searched. Without a regular expression, `*ret_filters` is NULL. It also
 * chooses how blocks are loaded, in `scan` and `cut`.
 *
 * Errors: -ENOMEM. Lifetime: until filters_close. */
int filters_open(const struct mmr_search *search, const mmr_reader *reader, mmr_scan_options *scan,
	mmr_block_options *cut, struct filters **ret_filters);

/* NULL is allowed. */
void filters_close(const struct mmr_search *search, struct filters *filters);

struct sample;

/* The lines of a block that match. Belongs to one thread. */
struct finder {
	const struct mmr_search *search;
	const struct sample *sample; /* its lines match, and no others; or NULL */
	size_t sampled;              /* the next line of the sample */
	mmr_slice block;
	uint64_t off;  /* of the block in the file */
	uint64_t base; /* of the reader in the file; for the filter of the caller */
	const struct filters *filters;
	void *state; /* of the filter of the caller; NULL if it was not started */
	/* If the patterns match all lines, about which the filter decides: these lines. Or NULL. It
	 * is large, so a finder that does not need it has none. */
	struct unit_walk *walk;
	struct row_ends *ends; /* of the block, if it is searched for rows; or NULL */
	size_t from; /* the next line starts here; after an error, the first undecided line */
	struct cursor cursors[];
};

/* Shape: `filters` may be NULL if there is no regular expression; `base` is the offset of the
 * reader in the file. Errors: -ENOMEM; those of the filter of the caller. */
int finder_open(const struct mmr_search *search, const struct filters *filters, uint64_t base,
	struct finder **ret_finder);

/* NULL is allowed. */
void finder_close(struct finder *finder);

/* Starts with a block of whole lines. `off` is its offset in the file, for errors. */
void finder_load(struct finder *finder, mmr_slice block, uint64_t off);

/* The next line that matches and that the filter keeps; `invert` is not applied. An error of a
 * pattern is returned after the lines before the one in which it occurred, and only if the other
 * patterns leave it open whether this line matches. So errors do not depend on how a range is cut
 * into blocks, either.
 *
 * Returns: 1; 0 after the last one. Errors: those of mmr_search_count. */
int finder_next(struct finder *finder, mmr_slice *ret_line);

#endif
