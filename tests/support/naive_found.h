/* naive_found.h - which lines or records a search must report, chosen one by one
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_NAIVE_FOUND_H
#define TESTS_NAIVE_FOUND_H

#include <mmreader/search.h>

struct naive_found {
	size_t n;        /* units of the range */
	size_t *starts;  /* n + 1 offsets: of the units, and of the end of the last one */
	uint64_t number; /* of the first one */
	/* A bool for each unit: it matches, and it must be reported. */
	bool *found, *reported;
	size_t at, previous; /* units passed; the last one that was reported, or SIZE_MAX */
};

/* Makes `found` and `reported` for `n` units, all false, and starts at the first one. */
void naive_found_make(struct naive_found *naive);

/* Frees all arrays, also `starts`. */
void naive_found_free(struct naive_found *naive);

/* Reduces `found` to the first `max_lines` units, and sets `reported` for these and their context.
 * Returns: whether the search ends before the end of the range. */
bool naive_found_choose(struct naive_found *naive, const mmr_found_options *how);

/* The next unit that must be reported; SIZE_MAX at the end. */
size_t naive_found_next(struct naive_found *naive, const mmr_found_options *how);

/* Compares a unit, or a run of adjacent ones, that a search reports.
 *
 * Returns: 0; -EPROTO for wrong units, -ERANGE for a wrong number, -ECHILD for a wrong gap. */
int naive_found_check(
	struct naive_found *naive, const mmr_found_options *how, const mmr_found_line *line);

#endif
