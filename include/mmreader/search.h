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
 * With records of several lines, all that is said of lines is true of records. In an expression,
 * `^` and `$` match at the start and the end of each of their lines, `\A` and `\z` at those of the
 * record, and `.` takes no newline, except after `(?s)`. Records of a fixed size have no delimiter,
 * so all their bytes are searched.
 *
 * If each match of an expression contains a certain text, such as "ERROR" in `ERROR \d+`, lines
 * without it are not given to PCRE2. They cause no error, even if PCRE2 would reach a limit of the
 * expression in them.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_SEARCH_H
#define MMREADER_SEARCH_H

#include <mmreader/scan.h>

MMR_BEGIN_DECLS

/* A text or an expression to search for. */
typedef struct mmr_pattern {
	mmr_slice text;
	bool is_regex; /* a regular expression (regex.h); otherwise a literal text */
} mmr_pattern;

/* Decides about lines that the patterns match. A line that is refused counts as one that does not
 * match: it is neither counted nor reported, `max_lines` and `sample` do not see it, and `invert`
 * finds it. */
typedef struct mmr_search_filter {
	/* Decides about a line, with its delimiter, at `off` in the reader. The answer must depend
	 * on nothing else, since a line may be passed several times, or although it is not wanted.
	 *
	 * Returns: 1 to keep the line, 0 to refuse it, a negative code to end the search before it.
	 * If it is that of a call that failed without an offset, the error gets that of the line.
	 * Lifetime: of the bytes, which are those of a block, until it returns.
	 * Threads: called by several threads at once, each with its own `state`. */
	int (*keep)(void *state, mmr_slice line, uint64_t off);
	/* As in mmr_scan_job; either may be NULL. `end` may be called by several threads at once,
	 * but only for states that `keep` was never called with. */
	int (*start)(void *state, void *context);
	void (*end)(void *state, void *context);
	void *context;
	size_t state_size; /* bytes of the state of a worker, aligned as those of malloc */
} mmr_search_filter;

/* What matches. Initialize it with MMR_SEARCH_OPTIONS_INIT, so that later versions can add members.
 *
 * Literal texts need PCRE2 only for `caseless` and `words` together with `utf`, for `whole_lines`
 * together with records, and for `words` together with records of a fixed size. */
typedef struct mmr_search_options {
	size_t struct_size;
	bool caseless;    /* letters match in both cases */
	bool words;       /* no letter, digit or '_' is next to a match */
	bool whole_lines; /* a match is the whole line */
	bool all;         /* a line must contain all patterns, not one */
	bool invert;      /* find the lines that do not match */
	bool utf;         /* as in mmr_regex_options */
	char delimiter;   /* ends lines */
	/* Records or rows take the place of lines (scan.h): patterns are matched against one record
	 * at a time, without its last delimiter. It must live as long as the search. */
	const mmr_split *records;
	const mmr_search_filter *filter; /* or NULL; it must live as long as the search */
} mmr_search_options;

/* clang-format off */
#define MMR_SEARCH_OPTIONS_INIT \
	{ sizeof(mmr_search_options), false, false, false, false, false, false, '\n', NULL, NULL }
/* clang-format on */

/* Compiled patterns. They never change: any number of threads may use them. */
typedef struct mmr_search mmr_search;

/* Compiles patterns.
 *
 * Shape: at least one pattern, in memory of the caller. An empty text is in every line. `options`
 *   may be NULL.
 * Errors: -EINVAL without a pattern; unless there are records, for a text that contains the
 *   delimiter and for an expression that can only match across lines, such as `A\nB`, `A[\n]` or
 *   `(A|B)\x{a}+`; for invalid options; those of mmr_regex_compile; -ENOMEM.
 * Lifetime: until mmr_search_close. The patterns and the options are copied. Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_search_compile(const mmr_pattern *patterns, size_t n_patterns,
	const mmr_search_options *options, mmr_search **ret_search);

/* Frees compiled patterns, which nothing may use any more. NULL is allowed. */
MMR_API void mmr_search_close(mmr_search *search);

/* Counts the lines of a reader that match, by several threads.
 *
 * Shape: `scan` may be NULL. Its `delimiter` and its `records` must be those of the search. If a
 *   pattern is compiled by PCRE2, MMR_IO_READ may replace its `io_mode`.
 * Errors: -EINVAL (options); those of mmr_regex_matches_error and mmr_blocks_error; what the filter
 * returned, if negative. The number is set with MMR_EQUOTE and -EBADMSG, too. Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_search_count(const mmr_search *search, mmr_reader *reader,
	const mmr_scan_options *scan, uint64_t *ret_lines);

/* --- Lines that match, and lines around them -------------------------------------------------- */

/* Which lines are reported, and how. Initialize it with MMR_FOUND_OPTIONS_INIT, so that later
 * versions can add members. */
typedef struct mmr_found_options {
	size_t struct_size;
	uint64_t before, after; /* lines of context before and after each line that matches */
	uint64_t max_lines; /* stop after so many lines that match, and the context of the last */
	bool numbers;       /* report the numbers of lines */
	bool runs;          /* report adjacent lines of the same kind together, where possible */
	bool backward;      /* the last line first: without context and runs; not on streams */
	/* Report so many of the lines that match, chosen at random, as if no others matched;
	 * UINT64_MAX = all. Not on streams. */
	uint64_t sample;
	uint64_t seed; /* of the choice */
} mmr_found_options;

/* clang-format off */
#define MMR_FOUND_OPTIONS_INIT \
	{ sizeof(mmr_found_options), 0, 0, UINT64_MAX, false, false, false, UINT64_MAX, 0 }
/* clang-format on */

/* A line, or several with `runs`. Lifetime: until the callback returns. */
typedef struct mmr_found_line {
	mmr_slice bytes; /* with its delimiter, if it has one; as the bytes of a block */
	uint64_t off;    /* from the start of the reader */
	uint64_t number; /* counted from 0 in the reader; or MMR_NO_LINE */
	bool is_context; /* it is near a line that matches */
	bool after_gap;  /* with context: lines between the last one reported and this are not */
	bool in_turn;    /* all lines before it are collected: it may be printed at once */
} mmr_found_line;

/* Processes a line.
 *
 * Returns: 0 to continue, 1 to stop, a negative code to stop with that error. */
typedef int mmr_found_line_fn(void *context, const mmr_found_line *line);

/* Calls `fn` for each line that mmr_search_count counts, and for the lines of context, in the order
 * of the input. Calls do not overlap, but may come from different threads.
 *
 * With `sample`, the range is searched before the first call. Each line that matches has the same
 * chance, and so has each set of so many lines; if no more lines match, all are reported. The
 * choice depends on the seed and on the offsets of these lines in the reader alone: not on threads,
 * blocks, the I/O mode or the system. A search for an empty text draws a sample of all lines. It
 * takes up to 100 bytes of memory for each line of the sample.
 *
 * Shape: `how` may be NULL: only lines that match, without numbers. Context is taken from the range
 *   of the scan; on a stream, up to 64 MiB of it before a line.
 * Returns: 0 at the end of the range, and after `max_lines`; 1 when `fn` stopped the scan.
 * Errors: what `fn` returned, if negative; -ESPIPE on a stream for `backward` and `sample`, and for
 *   `numbers` of records after a number of bytes, unless these are of a fixed size; otherwise like
 *   mmr_search_count. */
MMR_API MMR_MUST_CHECK int mmr_search_lines(const mmr_search *search, mmr_reader *reader,
	const mmr_scan_options *scan, const mmr_found_options *how, mmr_found_line_fn *fn,
	void *context);

/* Returned by mmr_found_job.line: there is no room for the line. */
#define MMR_FOUND_FULL 2

/* The functions of a search whose lines are processed by several threads at once, and the states of
 * these threads. */
typedef struct mmr_found_job {
	/* Processes a line: by several threads at once, each with its own `state`.
	 *
	 * Returns: like mmr_found_line_fn; or MMR_FOUND_FULL: `collect` is then called in its turn,
	 *   and this again for the same line. */
	int (*line)(void *state, const mmr_found_line *line);
	/* Takes the results of the lines so far, in the order of the input, one call at a time.
	 * NULL: `line` itself is called so. Returns: like mmr_found_line_fn. */
	int (*collect)(void *state);
	/* As in mmr_scan_job. */
	int (*start)(void *state, void *context);
	void (*end)(void *state, void *context);
	void *context;
	size_t state_size;
} mmr_found_job;

/* Like mmr_search_lines, with a job. A stop by `line` takes effect after the results of the lines
 * before it, and of the line itself, are collected. */
MMR_API MMR_MUST_CHECK int mmr_search_run(const mmr_search *search, mmr_reader *reader,
	const mmr_scan_options *scan, const mmr_found_options *how, const mmr_found_job *job);

/* --- Matches in a line ------------------------------------------------------------------------ */

/* Iterates over the matches in lines that were found, for one thread. */
typedef struct mmr_line_matches mmr_line_matches;

/* Makes an iterator.
 *
 * Errors: -ENOMEM.
 * Lifetime: until mmr_line_matches_close; the search must live longer. */
MMR_API MMR_MUST_CHECK int mmr_line_matches_open(
	const mmr_search *search, mmr_line_matches **ret_it);

/* Frees an iterator. NULL is allowed. */
MMR_API void mmr_line_matches_close(mmr_line_matches *it);

/* Starts with a line. A delimiter at its end is not searched. The bytes are copied if an expression
 * is searched for.
 *
 * Errors: MMR_ENOMAP (a slice without addresses); MMR_ELONG for a line of more than 64 MiB that
 *   must be copied; -ENOMEM; those of mmr_line_matches_error.
 * Lifetime: the line must stay valid until the next call or the end. */
MMR_API MMR_MUST_CHECK int mmr_line_matches_load(mmr_line_matches *it, mmr_slice line);

/* The next match: the first one after the previous match; of several that start there, the longest.
 * A match that is empty is left out. With `invert`, too, these are matches of the patterns.
 *
 * Returns: in `*ret_match` bytes of the line that was loaded.
 * Errors: those of mmr_regex_matches_error, which mmr_line_matches_error returns. */
MMR_API bool mmr_line_matches_next(mmr_line_matches *it, mmr_slice *ret_match);

/* The next matches, up to `n` at once. Returns: how many; fewer than `n` only at the end of the
 * line or at an error. */
MMR_API size_t mmr_line_matches_fill(mmr_line_matches *it, mmr_slice *ret_matches, size_t n);

/* Whether the patterns match a line, as a search decides it, without `invert` and the filter. Empty
 * matches count. Load a line again before the next match.
 *
 * Returns: 1 or 0. Errors: those of mmr_line_matches_load. */
MMR_API MMR_MUST_CHECK int mmr_line_matches_test(mmr_line_matches *it, mmr_slice line);

/* Why there was no next match. Returns: 0 at the end of the line. */
MMR_API MMR_MUST_CHECK int mmr_line_matches_error(const mmr_line_matches *it);

MMR_END_DECLS

#endif
