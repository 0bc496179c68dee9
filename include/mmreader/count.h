/* count.h - what a whole file holds: lines, the longest of them, how they end, matches
 *
 * One pass with all processors, in bounded memory; holes of sparse files cost nothing.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_COUNT_H
#define MMREADER_COUNT_H

#include <mmreader/blocks.h>
#include <mmreader/find.h>

MMR_BEGIN_DECLS

/* How to count. Start from MMR_COUNT_OPTIONS_INIT, so that the struct can grow. */
typedef struct mmr_count_options {
	size_t struct_size;
	uint64_t offset;        /* of the range within the reader's part */
	uint64_t length;        /* of the range; MMR_REST = to the end */
	unsigned n_threads;     /* 0 = mmr_processors() */
	char delimiter;         /* of lines */
	enum mmr_engine engine; /* as in blocks.h */
	bool measure;           /* look at every line: fills `longest` and `crlf` */
} mmr_count_options;

/* clang-format off */
#define MMR_COUNT_OPTIONS_INIT \
	{ sizeof(mmr_count_options), 0, MMR_REST, 0, '\n', MMR_ENGINE_AUTO, false }
/* clang-format on */

typedef struct mmr_counts {
	uint64_t lines;    /* the last one counts without its delimiter too */
	uint64_t longest;  /* bytes of the longest line without its delimiter; 0 if not asked for */
	uint64_t crlf;     /* CR LF pairs, whatever the delimiter is; 0 if not asked for */
	bool unterminated; /* the last line lacks its delimiter */
} mmr_counts;

/* Counts the lines of a reader.
 *
 * Shape: `options` may be NULL.
 * Errors: -EINVAL (options), -ENOMEM, those of mmr_blocks_error. Threads: safe. */
MMR_API int mmr_count_lines(
	mmr_reader *reader, const mmr_count_options *options, mmr_counts *ret_counts);

/* Counts the matches of a needle, which do not overlap: as many as mmr_matches_next gives on all of
 * the range at once.
 *
 * Shape: `options` may be NULL; `delimiter` and `measure` have no meaning here.
 * Errors: like mmr_count_lines. Threads: safe. */
MMR_API int mmr_count_matches(mmr_reader *reader, const mmr_needle *needle,
	const mmr_count_options *options, uint64_t *ret_matches);

/* What is done with the offset of a match, from the start of the reader's part.
 *
 * Returns: 0 to go on, 1 to stop, a negative code to stop with it. */
typedef int mmr_match_fn(void *context, uint64_t off);

/* Calls `fn` for each match that mmr_count_matches counts, in the order of the file, one at a time,
 * from any of the threads.
 *
 * Returns: 0 at the end of the range, 1 when `fn` stopped it.
 * Errors: what `fn` returned, if negative; otherwise like mmr_count_lines. */
MMR_API int mmr_each_match(mmr_reader *reader, const mmr_needle *needle,
	const mmr_count_options *options, mmr_match_fn *fn, void *context);

MMR_END_DECLS

#endif
