/* regex.h - regular expressions over slices and whole files
 *
 * The syntax is Perl's, as PCRE2 implements it. PCRE2 is loaded when it is first needed
 * (library.h). It gets private copies of whole lines, and its time and memory are limited. A search
 * that reaches a limit is an error, not "no match".
 *
 *	err = mmr_regex_compile(mmr_slice_of("(?<word>\\w+)=(\\d+)"), NULL, &regex);
 *	err = mmr_regex_matches_of(regex, bytes, &it);
 *	while (mmr_regex_matches_next(it, &match))
 *		use(match.text);
 *	err = mmr_regex_matches_error(it);
 *	mmr_regex_matches_close(it);
 *	mmr_regex_close(regex);
 *
 * Lines: a pattern is matched against one line at a time, without its delimiter. No match and no
 * look-around goes beyond a line; `^`, `\A`, `$` and `\z` match at its ends. So results do not
 * depend on threads, blocks, shards or backings. A pattern that needs a '\n' is refused if lines
 * end with '\n', as far as its text shows that; mmr_search_compile examines patterns more closely.
 * If lines end with another byte, '\n' is a byte of the line: `^` and `$` also
 * match next to it, and `.` does not match it. A '\r' before the '\n' belongs to the line. There
 * is no line after the last delimiter, not even an empty one.
 *
 * Empty matches count. The next search starts after them, as in Python's re.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_REGEX_H
#define MMREADER_REGEX_H

#include <mmreader/scan.h>

MMR_BEGIN_DECLS

/* A compiled pattern. It never changes: any number of threads may use it. */
typedef struct mmr_regex mmr_regex;

/* How to compile. Start from MMR_REGEX_OPTIONS_INIT, so that the struct can grow. */
typedef struct mmr_regex_options {
	size_t struct_size;
	bool caseless;
	bool extended; /* white space and # comments in the pattern are ignored */
	bool dot_all;  /* `.` also matches '\n' */
	/* Pattern and text are UTF-8, and \w, \d, \b and cases are Unicode's. Bytes of the text
	 * that are not UTF-8 are in no match; the search continues after them. If false, each byte
	 * is a character. */
	bool utf;
	bool no_jit;    /* interpret the pattern instead of compiling it to machine code */
	char delimiter; /* ends lines */
	/* Limits of one search in one line. A search that reaches one fails with -ECANCELED. */
	uint32_t match_limit; /* backtracking steps; 0 = 10 million. 8 are added for each byte of
				 the line */
	uint32_t depth_limit; /* nested backtracking, when interpreted; 0 = match_limit */
	uint32_t heap_limit;  /* KiB for backtracking; 0 = 8192 */
} mmr_regex_options;

/* clang-format off */
#define MMR_REGEX_OPTIONS_INIT \
	{ sizeof(mmr_regex_options), false, false, false, false, false, '\n', 0, 0, 0 }
/* clang-format on */

/* Compiles a pattern.
 *
 * Shape: `options` may be NULL. The pattern should be in memory of the caller, not in a map of a
 *   file, since it is not guarded. It may contain NULs. It cannot enable UTF with (*UTF).
 * Errors: -EINVAL for an invalid pattern, for one that needs a '\n' where that ends lines (the
 *   message gives the reason, mmr_last_error_offset the byte of the pattern) and for invalid
 *   options; MMR_ENOLIB; -ENOMEM; -ENOTSUP for `utf` where PCRE2 was built without it.
 * Lifetime: until mmr_regex_close. The pattern and the options are copied. Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_regex_compile(
	mmr_slice pattern, const mmr_regex_options *options, mmr_regex **ret_regex);

/* Frees a compiled pattern, which nothing may use any more. NULL is allowed. */
MMR_API void mmr_regex_close(mmr_regex *regex);

/* The number of groups in the pattern. They are numbered from 1. Threads: safe. */
MMR_API unsigned mmr_regex_n_groups(const mmr_regex *regex);

/* Whether the pattern was compiled to machine code. It is not if PCRE2 cannot do that, or if the
 * loaded release is known to make wrong code for such patterns. Threads: safe. */
MMR_API bool mmr_regex_is_jit(const mmr_regex *regex);

/* A match of an expression. Lifetime: until the next match is requested, or until the callback
 * returns. */
typedef struct mmr_regex_match {
	mmr_slice text; /* in the private copy: it cannot fault */
	uint64_t off;   /* of the text, from the start of the slice or of the reader */
	uint64_t line;  /* as in mmr_match; MMR_NO_LINE in a slice */
	/* For the calls below. */
	const mmr_regex *regex;
	const size_t *places;
} mmr_regex_match;

/* The text that a group matched, by number; 0 is the whole match. Its offset is
 * `match->off + (text.ptr - match->text.ptr)`.
 *
 * Returns: 1; 0 when the group did not match, with `*ret_text` {NULL, 0}.
 * Errors: -ERANGE for a group that the pattern does not have.
 * Lifetime: that of the match. Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_regex_group(
	const mmr_regex_match *match, unsigned number, mmr_slice *ret_text);

/* Like mmr_regex_group, but by name. If groups share the name, the first that matched.
 *
 * Errors: -ENOENT for a name that the pattern does not have. */
MMR_API MMR_MUST_CHECK int mmr_regex_group_named(
	const mmr_regex_match *match, const char *name, mmr_slice *ret_text);

/* Iterates over the matches in a slice. Belongs to one thread. */
typedef struct mmr_regex_matches mmr_regex_matches;

/* Starts to find the matches of a slice, which do not overlap.
 *
 * Errors: MMR_ENOMAP (a slice without addresses); -ENOMEM.
 * Lifetime: until mmr_regex_matches_close; the regex and the slice must live longer. */
MMR_API MMR_MUST_CHECK int mmr_regex_matches_of(
	const mmr_regex *regex, mmr_slice slice, mmr_regex_matches **ret_it);

/* The next match, from the start.
 *
 * Returns: false at the end or at an error; mmr_regex_matches_error reports which. */
MMR_API bool mmr_regex_matches_next(mmr_regex_matches *it, mmr_regex_match *ret_match);

/* The places of the next matches, up to `n` at once, without their texts and groups, which are in
 * memory that the search reuses.
 *
 * Units: offsets from the start of the slice.
 * Returns: how many there were; fewer than `n` only at the end or at an error. */
MMR_API size_t mmr_regex_matches_fill(mmr_regex_matches *it, mmr_match *ret_matches, size_t n);

/* Why the iteration ended.
 *
 * Returns: 0 at the end of the slice.
 * Errors: -ECANCELED when a limit of the regex was reached; MMR_ELONG for a line past 64 MiB;
 *   MMR_ETRUNCATED, -EIO (a guarded fault, or an internal error of PCRE2); -ENOMEM. Offsets of
 *   limits are counted from the start of the slice. */
MMR_API MMR_MUST_CHECK int mmr_regex_matches_error(const mmr_regex_matches *it);

/* Ends an iteration. NULL is allowed. */
MMR_API void mmr_regex_matches_close(mmr_regex_matches *it);

/* Counts the matches in a reader, by several threads. Bytes are read into private copies, so a
 * truncation cannot raise SIGBUS.
 *
 * Shape: `scan` may be NULL. Its `delimiter` must be the one that the pattern was compiled with.
 *   MMR_IO_READ replaces its `io_mode`.
 * Errors: -EINVAL (options); those of mmr_regex_matches_error and mmr_blocks_error. The message of
 *   the first limit that is reached has its offset. Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_regex_count(const mmr_regex *regex, mmr_reader *reader,
	const mmr_scan_options *scan, uint64_t *ret_matches);

/* Processes a match.
 *
 * Returns: 0 to continue, 1 to stop, a negative code to stop with that error. */
typedef int mmr_regex_fn(void *context, const mmr_regex_match *match);

/* Calls `fn` for each match that mmr_regex_count counts, in the order of the input, one at a time,
 * from any of the threads.
 *
 * Shape: `flags` are of enum mmr_match_flags.
 * Returns: 0 at the end of the range, 1 when `fn` stopped it.
 * Errors: what `fn` returned, if negative; otherwise like mmr_regex_count. */
MMR_API MMR_MUST_CHECK int mmr_regex_each(const mmr_regex *regex, mmr_reader *reader,
	const mmr_scan_options *scan, unsigned flags, mmr_regex_fn *fn, void *context);

MMR_END_DECLS

#endif
