/* search.h - finds the lines of an input that match texts and regular expressions
 *
 *	mmr_pattern patterns[] = {{mmr_slice_of("ERROR"), false}, {mmr_slice_of("5\\d\\d$"), true}};
 *
 *	err = mmr_search_compile(patterns, 2, NULL, &search);
 *	err = mmr_search_count(search, reader, NULL, &n_lines);
 *	mmr_search_close(search);
 *
 * A line matches if it contains one of the patterns, or all of them if `all` is set. A pattern is
 * matched against one line at a time, without its delimiter. So results do not depend on threads,
 * blocks, shards or backings. There is no line after the last delimiter, not even an empty one.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_SEARCH_H
#define MMREADER_SEARCH_H

#include <mmreader/scan.h>

MMR_BEGIN_DECLS

typedef struct mmr_pattern {
	mmr_slice text;
	bool is_regex; /* a regular expression (regex.h); otherwise a literal text */
} mmr_pattern;

/* What matches. Initialize it with MMR_SEARCH_OPTIONS_INIT, so that later versions can add members.
 *
 * `caseless`, `words` and `whole_lines` need PCRE2 for literal texts, too. */
typedef struct mmr_search_options {
	size_t struct_size;
	bool caseless;    /* letters match in both cases */
	bool words;       /* no letter, digit or '_' is next to a match */
	bool whole_lines; /* a match is the whole line */
	bool all;         /* a line must contain all patterns, not one */
	bool invert;      /* find the lines that do not match */
	bool utf;         /* as in mmr_regex_options */
	char delimiter;   /* ends lines */
} mmr_search_options;

/* clang-format off */
#define MMR_SEARCH_OPTIONS_INIT \
	{ sizeof(mmr_search_options), false, false, false, false, false, false, '\n' }
/* clang-format on */

/* Compiled patterns. They never change: any number of threads may use them. */
typedef struct mmr_search mmr_search;

/* Compiles patterns.
 *
 * Shape: at least one pattern, in memory of the caller. An empty text is in every line. `options`
 *   may be NULL.
 * Errors: -EINVAL without a pattern, for a text that contains the delimiter, and for invalid
 *   options; those of mmr_regex_compile; -ENOMEM.
 * Lifetime: until mmr_search_close. The patterns and the options are copied. Threads: safe. */
MMR_API int mmr_search_compile(const mmr_pattern *patterns, size_t n_patterns,
	const mmr_search_options *options, mmr_search **ret_search);

/* Frees compiled patterns, which nothing may use any more. NULL is allowed. */
MMR_API void mmr_search_close(mmr_search *search);

/* Counts the lines of a reader that match, by several threads.
 *
 * Shape: `scan` may be NULL. Its `delimiter` must be the one of the search. If a pattern is
 * compiled by PCRE2, MMR_IO_READ replaces its `io_mode`. Errors: -EINVAL (options); those of
 * mmr_regex_matches_error and mmr_blocks_error. Threads: safe. */
MMR_API int mmr_search_count(const mmr_search *search, mmr_reader *reader,
	const mmr_scan_options *scan, uint64_t *ret_lines);

/* A line that matches. Lifetime: until the callback returns. */
typedef struct mmr_found_line {
	mmr_slice bytes; /* with its delimiter, if it has one; as the bytes of a block */
	uint64_t off;    /* from the start of the reader */
	uint64_t number; /* counted from 0 in the reader; or MMR_NO_LINE */
} mmr_found_line;

/* Processes a line.
 *
 * Returns: 0 to continue, 1 to stop, a negative code to stop with that error. */
typedef int mmr_found_line_fn(void *context, const mmr_found_line *line);

/* Calls `fn` for each line that mmr_search_count counts, in the order of the input. Calls do not
 * overlap, but may come from different threads.
 *
 * Shape: `flags` are of enum mmr_match_flags.
 * Returns: 0 at the end of the range, 1 when `fn` stopped the scan.
 * Errors: what `fn` returned, if negative; otherwise like mmr_search_count. */
MMR_API int mmr_search_lines(const mmr_search *search, mmr_reader *reader,
	const mmr_scan_options *scan, unsigned flags, mmr_found_line_fn *fn, void *context);

MMR_END_DECLS

#endif
