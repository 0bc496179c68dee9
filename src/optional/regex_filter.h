/* regex_filter.h - texts by which lines are selected for PCRE2
 *
 * Lines without the text cannot match. Whether it is worth while to look for it depends on how
 * rare it is in this input, so it is chosen from a sample. The choice has no effect on results.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OPTIONAL_REGEX_FILTER_H
#define SRC_OPTIONAL_REGEX_FILTER_H

#include "optional/regex_lines.h"
#include "optional/regex_literals.h"
#include "text/needles.h"

#include <mmreader/find.h>

/* It never changes: any number of threads may use it. */
struct regex_filter {
	const struct literal_set *set;
	bool measures;           /* the sample does not decide; both ways must be measured */
	mmr_needle needle;       /* of a single text */
	struct needles *needles; /* of several texts, or NULL */
};

/* --- Measuring -------------------------------------------------------------------------------- */

/* Some blocks are searched in either way, and the faster one is kept until the next trial. */
struct regex_trial {
	bool filters; /* the way that was faster */
	unsigned n_blocks;
	uint64_t since; /* bytes since the last trial */
	double best[2]; /* nanoseconds per byte: PCRE2 alone, filtered */
};

/* Records how a block of `len` bytes was searched, and how long that took. */
void regex_trial_record(struct regex_trial *trial, bool filtered, size_t len, uint64_t took_ns);

/* Whether the next block is part of a trial; if so, its search must be timed. */
bool regex_trial_runs(const struct regex_trial *trial);

/* Returns: whether to filter the next block. */
bool regex_trial_next(const struct regex_trial *trial);

#endif
