/* runs.h - the parts of a block whose lines match: runs of adjacent lines
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SEARCH_RUNS_H
#define SRC_SEARCH_RUNS_H

#include "search/search.h"

/* Whole lines of a block, from byte `start` to `stop`. */
struct run {
	size_t start, stop;
	size_t n_before; /* lines in the block before them; or NOT_COUNTED */
	size_t n_lines;  /* or 0 if that is not known */
};

#define NOT_COUNTED SIZE_MAX

/* Runs that are kept for a block. Further ones are searched for again when they are needed. */
#define RUNS_KEPT 2048

/* What was found in a block. */
struct runs {
	struct finder *finder;
	struct run *kept; /* of lines that match, before `invert` */
	size_t n_kept;
	mmr_slice block;
	uint64_t off;            /* of the block in the file */
	bool more;               /* other runs may follow those that are kept ... */
	size_t kept_stop;        /* ... in the lines from here on */
	size_t decided;          /* end of the lines about which the search has decided */
	size_t counted, n_units; /* if lines are numbered: bytes and lines counted so far */
	uint64_t n_lines;        /* lines that match, if all are counted; `invert` is applied */
	int error;               /* of the search, after these lines */
	struct error_note note;
};

/* Shape, Errors: as finder_open. */
int runs_open(const struct mmr_search *search, const struct filters *filters, uint64_t base,
	struct runs *ret_runs);
void runs_close(struct runs *runs);

enum runs_flags {
	RUNS_COUNT = 1, /* search all of the block, and count the lines that match */
	RUNS_NUMBER = 2 /* count the lines of the block, and those before each run */
};

/* Searches a block of whole lines, whose offset in the file is `off`. An error of the search is
 * kept. Errors: those of mmr_slice_count. */
int runs_find(struct runs *runs, mmr_slice block, uint64_t off, unsigned flags);

/* Iterates over runs, `invert` applied. A run that is searched for again is a single line. */
struct run_walk {
	struct runs *runs;
	size_t i;        /* of the next run that is kept */
	struct run last; /* run of lines that match */
	uint64_t left;   /* lines that are still wanted */
	bool searching;  /* again */
	bool ended;
};

struct run_walk run_walk_of(struct runs *runs, uint64_t max_lines);

/* The next run. Returns: 1; 0 at the end, and where the search failed. Errors: those of
 * mmr_slice_count. */
int run_walk_next(struct run_walk *walk, struct run *ret_run);

#endif
