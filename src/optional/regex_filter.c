/* regex_filter.c - counts the texts of a pattern in a sample, and compares both ways to search
 *
 * SPDX-License-Identifier: MIT */
#include "optional/regex_filter.h"

#include "text/high.h"
#include "text/tune.h"

#include <errno.h>
#include <string.h>

/* A text in fewer lines than one of this many is worth while in any case. */
#define LINES_RARE 32
/* A text in more lines than one of this many is not. */
#define LINES_COMMON 2
/* What it costs to look for several texts, or for both cases, in a sample: as much as so many lines
 * that are given to PCRE2. */
#define COST_SEVERAL  8
#define COST_CASELESS 2

/* Two blocks in each way. */
#define TRIAL_BLOCKS 4
#define TRIAL_AGAIN  (UINT64_C(1) << 30)
/* Shorter blocks, at the end of a file, take too little time to be measured. */
#define TRIAL_LEN ((size_t)64 << 10)

/* --- Choice ----------------------------------------------------------------------------------- */

static mmr_slice text_of(const struct literal *text)
{
	return (mmr_slice){text->bytes, text->len};
}

/* Errors: -ENOMEM. */
static int prepare(struct regex_filter *filter, const struct literal_set *set)
{
	mmr_slice texts[LITERAL_TEXTS];
	unsigned i;

	memset(filter, 0, sizeof(*filter));
	filter->set = set;
	if (set->high)
		return 0;
	if (set->n == 1) {
		filter->needle = set->caseless ? needle_of_folded(text_of(&set->texts[0]))
					       : mmr_needle_of(text_of(&set->texts[0]));
		return 0;
	}
	for (i = 0; i < set->n; i++)
		texts[i] = text_of(&set->texts[i]);
	return needles_open(texts, set->n, set->caseless, NULL, &filter->needles);
}

/* Counts the lines that are not ASCII. */
static uint64_t count_high(mmr_slice sample, char delimiter)
{
	const char *end;
	uint64_t n = 0;
	size_t at = 0;

	for (; high_next(sample, at, &at) > 0; n++) {
		end = memchr(sample.ptr + at, delimiter, sample.len - at);
		at = end ? (size_t)(end - sample.ptr) : sample.len;
	}
	return n;
}

static uint64_t count_hits(const struct regex_filter *filter, mmr_slice sample, char delimiter)
{
	mmr_matches matches = mmr_matches_of(sample, &filter->needle);
	struct needle_match found = {.at = 0};
	struct needles_search search;
	mmr_slice match;
	uint64_t n = 0;

	if (filter->set->high)
		return count_high(sample, delimiter);
	if (filter->needles) {
		needles_load(&search, filter->needles, sample);
		for (; needles_next(&search, found.at, &found) > 0; n++)
			found.at += found.len;
		return n;
	}
	while (mmr_matches_next(&matches, &match))
		n++;
	return n;
}

static uint64_t cost_of(const struct regex_filter *filter, uint64_t hits)
{
	return hits + (filter->needles ? COST_SEVERAL : 0) +
	       (filter->set->caseless ? COST_CASELESS : 0);
}

/* Whether a set may be worth while in a sample. */
static bool is_useful(const struct regex_filter *filter, uint64_t hits, uint64_t lines)
{
	/* Lines that contain an exact text are not given to PCRE2 at all. */
	return filter->set->exact || hits * LINES_COMMON <= lines;
}

static uint64_t count_lines(mmr_slice sample, char delimiter)
{
	uint64_t n = 0;

	/* A fault in the sample changes the choice only. The search reports it. */
	if (mmr_slice_count(sample, delimiter, &n) < 0)
		return 1;
	return n + 1;
}

/* Chooses a set. Returns: 1; 0 if there is none. Errors: -ENOMEM. */
static int choose(struct regex_filter *best, const mmr_regex *regex, mmr_slice sample)
{
	const struct regex_literals *literals = regex->literals;
	uint64_t lines = count_lines(sample, regex->delimiter), least = UINT64_MAX, hits;
	struct regex_filter filter;
	unsigned i;
	int err;

	best->needles = NULL;
	for (i = 0; i < literals->n_sets; i++) {
		err = prepare(&filter, &literals->sets[i]);
		if (err < 0) {
			needles_close(best->needles);
			return err;
		}
		hits = count_hits(&filter, sample, regex->delimiter);
		if (!is_useful(&filter, hits, lines) || cost_of(&filter, hits) >= least) {
			needles_close(filter.needles);
			continue;
		}
		least = cost_of(&filter, hits);
		filter.measures = sample.len == 0 || hits * LINES_RARE > lines;
		needles_close(best->needles);
		*best = filter;
	}
	if (least != UINT64_MAX && !best->needles && !best->set->high)
		needle_tune(&best->needle, sample);
	return least != UINT64_MAX;
}

int regex_filter_open(const mmr_regex *regex, mmr_slice sample, struct regex_filter **ret_filter)
{
	struct regex_filter *filter;
	int chosen;

	*ret_filter = NULL;
	if (!regex->literals || regex->literals->n_sets == 0)
		return 0;
	filter = heap_alloc(sizeof(*filter));
	if (!filter)
		return error_set(-ENOMEM, "search for the texts of a pattern");
	chosen = choose(filter, regex, sample);
	if (chosen <= 0) {
		heap_free(filter);
		return chosen;
	}
	*ret_filter = filter;
	return 0;
}

void regex_filter_close(struct regex_filter *filter)
{
	if (!filter)
		return;
	needles_close(filter->needles);
	heap_free(filter);
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
