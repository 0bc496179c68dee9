/* regex_filter.c - counts the texts of a pattern in a sample, and compares both ways to search
 *
 * SPDX-License-Identifier: MIT */
#include "optional/regex_filter.h"

#include "text/tune.h"

/* A text in fewer lines than one of this many is worth while in any case. */
#define LINES_RARE 32
/* A text in more lines than one of this many is not. */
#define LINES_COMMON 2

/* Two blocks in each way. */
#define TRIAL_BLOCKS 4
#define TRIAL_AGAIN  (UINT64_C(1) << 30)
/* Shorter blocks, at the end of a file, take too little time to be measured. */
#define TRIAL_LEN ((size_t)64 << 10)

/* --- Choice ----------------------------------------------------------------------------------- */

static mmr_needle needle_of(const struct literal_set *set)
{
	return mmr_needle_of((mmr_slice){set->texts[0].bytes, set->texts[0].len});
}

static uint64_t count_hits(const mmr_needle *needle, mmr_slice sample)
{
	mmr_matches matches = mmr_matches_of(sample, needle);
	mmr_slice match;
	uint64_t n = 0;

	while (mmr_matches_next(&matches, &match))
		n++;
	return n;
}

static uint64_t count_lines(mmr_slice sample, char delimiter)
{
	uint64_t n = 0;

	mmr_slice_count(sample, delimiter, &n);
	return n + 1;
}

struct regex_filter regex_filter_of(const mmr_regex *regex, mmr_slice sample)
{
	const struct regex_literals *literals = regex->literals;
	struct regex_filter filter = {.set = NULL};
	uint64_t fewest = UINT64_MAX, hits, lines;
	unsigned i;

	for (i = 0; literals && i < literals->n_sets; i++) {
		const struct literal_set *set = &literals->sets[i];
		mmr_needle needle;

		if (set->n > 1 || set->caseless)
			continue;
		needle = needle_of(set);
		hits = count_hits(&needle, sample);
		if (hits >= fewest)
			continue;
		fewest = hits;
		filter.set = set;
	}
	if (!filter.set)
		return filter;
	lines = count_lines(sample, regex->delimiter);
	filter.measures = sample.len == 0 || fewest * LINES_RARE > lines;
	/* Lines that contain an exact text are not given to PCRE2 at all. */
	if (fewest * LINES_COMMON > lines && !filter.set->exact)
		filter.set = NULL;
	if (!filter.set)
		return filter;
	filter.needle = needle_of(filter.set);
	needle_tune(&filter.needle, sample);
	return filter;
}

/* --- Measuring -------------------------------------------------------------------------------- */

bool regex_trial_runs(const struct regex_trial *trial)
{
	return trial->n_blocks < TRIAL_BLOCKS;
}

bool regex_trial_next(const struct regex_trial *trial)
{
	return regex_trial_runs(trial) ? trial->n_blocks < TRIAL_BLOCKS / 2 : trial->filters;
}

void regex_trial_record(struct regex_trial *trial, bool filtered, size_t len, uint64_t took_ns)
{
	double cost;

	if (!regex_trial_runs(trial)) {
		trial->since += len;
		if (trial->since >= TRIAL_AGAIN)
			*trial = (struct regex_trial){.filters = trial->filters};
		return;
	}
	if (len < TRIAL_LEN)
		return;
	cost = (double)took_ns / (double)len;
	if (trial->best[filtered] == 0 || cost < trial->best[filtered])
		trial->best[filtered] = cost;
	if (++trial->n_blocks == TRIAL_BLOCKS)
		trial->filters = trial->best[true] <= trial->best[false];
}
