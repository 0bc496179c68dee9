/* lines.h - a search of a whole input, and its workers
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SEARCH_LINES_H
#define SRC_SEARCH_LINES_H

#include "scan/numbering.h"
#include "search/context.h"
#include "search/runs.h"

/* No line is reported yet. */
#define NOTHING UINT64_MAX

/* What all workers share. The second part is changed in turn. */
struct lines_scan {
	const struct mmr_search *search;
	mmr_reader *reader;
	mmr_scan_options scan;
	mmr_found_options how;
	const mmr_found_job *job; /* NULL to count lines only */
	struct filters *filters;
	const struct sample *sample; /* its lines are reported; or NULL: those that match */

	struct numbering numbering;
	uint64_t left;       /* lines that may still match */
	uint64_t after_left; /* lines of context at the start of the next block */
	uint64_t reported;   /* with context: end of the last line that is reported; or NOTHING */
	struct tail tail;    /* of a stream */
	bool stopped;        /* by the job */
	uint64_t count;      /* lines that match, if they are only counted */
};

/* A worker, and its block. */
struct lines_worker {
	struct lines_scan *scan;
	void *user; /* its state of the job */
	struct runs runs;
	uint64_t count;
	const mmr_block *block;

	/* What depends on the blocks before. */
	uint64_t allowed;    /* lines that may match */
	uint64_t after_left; /* lines of context at the start */
	uint64_t reported;
	uint64_t first_number; /* of the block; or MMR_NO_LINE */
	uint64_t number;       /* of the line at byte `at` */
	size_t at;
	struct unit_marks marks; /* of the block, if it is reported backward */
	struct tail tail;        /* lines of a stream before the block, if they are context in it */

	/* While the block is reported. */
	struct worker *worker;
	bool in_turn; /* all earlier blocks are collected */
	bool stopped; /* by the job */
	int result;
};

static inline const struct units *lines_units(const struct lines_worker *lines)
{
	return &lines->scan->search->units;
}

static inline bool lines_have_context(const struct lines_scan *scan)
{
	return scan->how.before > 0 || scan->how.after > 0;
}

static inline bool lines_have_limit(const struct lines_scan *scan)
{
	return scan->how.max_lines != UINT64_MAX;
}

/* The start of the lines before the next block that are not reported yet. */
static inline uint64_t lines_unreported(const struct lines_scan *scan, uint64_t reported)
{
	return reported == NOTHING ? scan->numbering.place.start : reported;
}

/* Checks the options of a search. Errors: -EINVAL. */
int lines_check(
	const struct lines_scan *scan, const mmr_scan_options *options, mmr_scan_options *ret_scan);

/* Searches a range. Returns: like mmr_search_run, but 1 also at the last line that is wanted. */
int lines_run(struct lines_scan *scan, const mmr_scan_options *options);

/* The same for a random sample of the lines that match. */
int lines_run_sample(struct lines_scan *scan, const mmr_scan_options *options);

/* Reports the lines of a block that match, and their context, from the first to the last. An error
 * of the search is returned after the lines before it.
 *
 * Returns: like mmr_found_line_fn. */
int report_forward(struct lines_worker *lines);

/* The same from the last to the first, without context. */
int report_backward(struct lines_worker *lines);

#endif
