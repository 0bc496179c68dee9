/* regex.h - regular expressions over slices and whole files
 *
 * The expressions are Perl's, as PCRE2 implements them; PCRE2 is loaded when it is first needed
 * (library.h). It sees only private copies of whole lines, with limits on time and memory. A search
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
 * Lines: a pattern sees one line at a time, without its delimiter, as if there were no other. So no
 * match and no look-around goes beyond a line; `^`, `\A`, `$` and `\z` are its ends, and results do
 * not depend on threads, blocks, shards or backings. A pattern that needs a '\n' is refused, unless
 * lines end with another byte: then '\n' is a byte of the line, `^` and `$` match next to it, too,
 * and `.` does not match it. A '\r' before the '\n' belongs to the line. After the last delimiter
 * there is no line, not even an empty one.
 *
 * Empty matches count, and the next search starts after them, as in Python's re.
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
	bool extended; /* white space and # comments in the pattern mean nothing */
	bool dot_all;  /* `.` takes '\n' too */
	/* Pattern and text are UTF-8, and \w, \d, \b and cases are Unicode's. Bytes of the text
	 * that are no UTF-8 are in no match; around them all goes on. Without, a byte is a
	 * character. */
	bool utf;
	bool no_jit;    /* interpret the pattern instead of compiling it to machine code */
	char delimiter; /* which lines end with */
	/* Limits of one search in one line. A search that reaches one fails with -ECANCELED. */
	uint32_t match_limit; /* steps back and on again; 0 = 10 million. To this, 8 are added for
				 each byte of the line */
	uint32_t depth_limit; /* of nested steps back, when interpreted; 0 = match_limit */
	uint32_t heap_limit;  /* KiB to remember them; 0 = 8192 */
} mmr_regex_options;

/* clang-format off */
#define MMR_REGEX_OPTIONS_INIT \
	{ sizeof(mmr_regex_options), false, false, false, false, false, '\n', 0, 0, 0 }
/* clang-format on */

/* Compiles a pattern.
 *
 * Shape: `options` may be NULL. The pattern should be in memory of the caller's: in a map of a file
 *   that is truncated it could not be guarded. It may contain NULs. It cannot turn UTF on by
 *   (*UTF).
 * Errors: -EINVAL for an invalid pattern, for one that needs a '\n' where that ends lines (the
 *   message gives the reason, mmr_last_error_offset the byte of the pattern) and for invalid
 *   options; MMR_ENOLIB; -ENOMEM; -ENOTSUP for `utf` where PCRE2 was built without it.
 * Lifetime: until mmr_regex_close; the pattern and the options may go at once. Threads: safe. */
MMR_API int mmr_regex_compile(
	mmr_slice pattern, const mmr_regex_options *options, mmr_regex **ret_regex);

/* Ends a compiled pattern; nothing may use it any more. NULL is allowed. */
MMR_API void mmr_regex_close(mmr_regex *regex);

/* How many groups the pattern has: they are numbered from 1 to this. Threads: safe. */
MMR_API unsigned mmr_regex_n_groups(const mmr_regex *regex);

/* Whether the pattern was compiled to machine code. It is not where PCRE2 cannot, and where the
 * release that was loaded is known to make wrong code of such patterns. Threads: safe. */
MMR_API bool mmr_regex_is_jit(const mmr_regex *regex);

/* Lifetime: until the next match is asked for, or the callback that got it returns. */
typedef struct mmr_regex_match {
	mmr_slice text; /* in the private copy: it cannot fault */
	uint64_t off;   /* of the text, from the start of the slice or of the reader's part */
	uint64_t line;  /* as in mmr_match; MMR_NO_LINE in a slice */
	/* For the calls below. */
	const mmr_regex *regex;
	const size_t *places;
} mmr_regex_match;

/* What a group of a match took, by number; 0 is the whole match. Where it begins is
 * `match->off + (text.ptr - match->text.ptr)`.
 *
 * Returns: 1; 0 when the group took no part in the match, `*ret_text` is then {NULL, 0}.
 * Errors: -ERANGE for a group that the pattern does not have.
 * Lifetime: as the match. Threads: safe. */
MMR_API int mmr_regex_group(const mmr_regex_match *match, unsigned number, mmr_slice *ret_text);

/* Like mmr_regex_group, by name: of groups that share it, the first that took part.
 *
 * Errors: -ENOENT for a name that the pattern does not have. */
MMR_API int mmr_regex_group_named(
	const mmr_regex_match *match, const char *name, mmr_slice *ret_text);

/* Matches in a slice. It belongs to one thread. */
typedef struct mmr_regex_matches mmr_regex_matches;

/* Starts to find the matches of a slice, which do not overlap.
 *
 * Errors: MMR_ENOMAP (a slice without addresses); -ENOMEM.
 * Lifetime: until mmr_regex_matches_close; the regex and the slice must live longer. */
MMR_API int mmr_regex_matches_of(
	const mmr_regex *regex, mmr_slice slice, mmr_regex_matches **ret_it);

/* The next match, from the start.
 *
 * Returns: false at the end or at an error; mmr_regex_matches_error tells which. */
MMR_API bool mmr_regex_matches_next(mmr_regex_matches *it, mmr_regex_match *ret_match);

/* Why the iteration ended.
 *
 * Returns: 0 at the end of the slice.
 * Errors: -ECANCELED when a limit of the regex was reached; MMR_ELONG for a line past 64 MiB;
 *   MMR_ETRUNCATED, -EIO (a guarded fault, or PCRE2's own trouble); -ENOMEM. The place of a limit
 *   is counted from the start of the slice. */
MMR_API int mmr_regex_matches_error(const mmr_regex_matches *it);

/* Ends an iteration. NULL is allowed. */
MMR_API void mmr_regex_matches_close(mmr_regex_matches *it);

/* Counts the matches in a reader, in parallel. Bytes are read into private copies, so a truncation
 * cannot raise SIGBUS.
 *
 * Shape: `scan` may be NULL. Its `delimiter` must be the one that the pattern was compiled with. An
 *   `io_mode` of MAP is replaced by READ.
 * Errors: -EINVAL (options); those of mmr_regex_matches_error and mmr_blocks_error. The message of
 *   the first limit that is reached has its offset. Threads: safe. */
MMR_API int mmr_regex_count(const mmr_regex *regex, mmr_reader *reader,
	const mmr_scan_options *scan, uint64_t *ret_matches);

/* What is done with a match.
 *
 * Returns: 0 to go on, 1 to stop, a negative code to stop with it. */
typedef int mmr_regex_fn(void *context, const mmr_regex_match *match);

/* Calls `fn` for each match that mmr_regex_count counts, in the order of the file, one at a time,
 * from any of the threads.
 *
 * Shape: `flags` are of enum mmr_match_flags.
 * Returns: 0 at the end of the range, 1 when `fn` stopped it.
 * Errors: what `fn` returned, if negative; otherwise like mmr_regex_count. */
MMR_API int mmr_regex_each(const mmr_regex *regex, mmr_reader *reader, const mmr_scan_options *scan,
	unsigned flags, mmr_regex_fn *fn, void *context);

MMR_END_DECLS

#endif
