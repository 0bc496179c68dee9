/* regex_reader.c - finds the matches of a whole input, in parallel but reported in order
 *
 * SPDX-License-Identifier: MIT */
#include "optional/regex.h"

#include "file/reader.h"
#include "scan/numbering.h"
#include "scan/options.h"
#include "scan/run.h"

#include <errno.h>
#include <string.h>

/* How many offsets a worker keeps for one block. Further matches are searched for when the block is
 * collected. */
#define KEPT ((size_t)8 << 10)

/* What all workers share. */
struct common {
	const mmr_regex *regex;
	const mmr_reader *reader;
	struct numbering numbering;
	mmr_regex_fn *fn; /* NULL to count only */
	void *context;
	uint64_t n;
};

struct state {
	struct common *common;
	struct matcher matcher;
	uint64_t n, n_lines;
	size_t n_kept;
	bool more;              /* the matcher's last match and those after it are not kept */
	int error;              /* after the matches that are kept ... */
	struct error_note note; /* ... and its message */
	size_t kept[KEPT]; /* for each match: the start of its line, and two offsets per group */
};

static int next_in_block(struct state *state, const mmr_block *block)
{
	return matcher_next(&state->matcher, state->common->reader->offset + block->off);
}

static int search_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	size_t n_places = 2 * ((size_t)state->matcher.regex->n_groups + 1);
	int found;

	matcher_load(&state->matcher, block->bytes);
	state->n_kept = 0;
	state->more = false;
	state->error = 0;
	found = numbering_count(&state->common->numbering, block, &state->n_lines);
	while (found == 0 && (found = next_in_block(state, block)) > 0) {
		state->n++;
		found = 0;
		if (!state->common->fn)
			continue;
		state->more = 1 + n_places > KEPT - state->n_kept;
		if (state->more)
			return 0;
		state->kept[state->n_kept] = matcher_line(&state->matcher);
		memcpy(state->kept + state->n_kept + 1, state->matcher.places,
			n_places * sizeof(size_t));
		state->n_kept += 1 + n_places;
	}
	/* The matches before the error are reported. */
	if (found < 0 && state->common->fn) {
		error_save(&state->note);
		state->error = found;
		return 0;
	}
	return found;
}

/* Reports the match with these places in the line that starts at `line` of the block. */
static int report(struct state *state, const mmr_block *block, size_t line, const size_t *places)
{
	struct common *common = state->common;
	mmr_regex_match match = matcher_match(&state->matcher, line, places, block->off);
	int err = numbering_find(&common->numbering, block, match.off, &match.line);

	return err < 0 ? err : common->fn(common->context, &match);
}

static int collect_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	size_t n_places = 2 * ((size_t)state->matcher.regex->n_groups + 1), i;
	int result = 0, found = state->more;

	for (i = 0; i < state->n_kept && result == 0; i += 1 + n_places)
		result = report(state, block, state->kept[i], state->kept + i + 1);
	while (result == 0 && found > 0) {
		result = report(state, block, matcher_line(&state->matcher), state->matcher.places);
		if (result == 0)
			found = next_in_block(state, block);
	}
	numbering_pass(&state->common->numbering, state->n_lines);
	if (result == 0 && state->error < 0) {
		error_restore(&state->note);
		return state->error;
	}
	return found < 0 ? found : result;
}

static int start_state(void *argument, void *context)
{
	struct state *state = argument;

	state->common = context;
	return matcher_start(&state->matcher, state->common->regex);
}

static void end_state(void *argument, void *context)
{
	struct state *state = argument;
	struct common *common = context;

	common->n += state->n;
	matcher_end(&state->matcher);
}

static int run(
	struct common *common, mmr_reader *reader, const mmr_scan_options *options, unsigned flags)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_job job = {.work = search_block,
		.collect = common->fn ? collect_block : NULL,
		.start = start_state,
		.end = end_state,
		.context = common,
		.state_size = sizeof(struct state)};
	mmr_scan_options scan;
	int err;

	err = scan_options_for(options, common->regex->delimiter, &scan);
	if (err < 0)
		return err;
	err = numbering_refuse_records(&scan, flags);
	if (err == 0)
		err = numbering_start(&common->numbering, reader, &scan, flags, false);
	if (err < 0)
		return err;
	/* PCRE2 is given private copies alone. */
	scan.io_mode = MMR_IO_READ;
	cut.window = REGEX_PIECE;
	return scan_run(reader, &scan, &cut, &job, &common->numbering.place);
}

int mmr_regex_count(const mmr_regex *regex, mmr_reader *reader, const mmr_scan_options *scan,
	uint64_t *ret_matches)
{
	struct common common = {.regex = regex, .reader = reader};
	int err = run(&common, reader, scan, MMR_MATCH_PLAIN);

	if (err == 0)
		*ret_matches = common.n;
	return err;
}

int mmr_regex_each(const mmr_regex *regex, mmr_reader *reader, const mmr_scan_options *scan,
	unsigned flags, mmr_regex_fn *fn, void *context)
{
	struct common common = {.regex = regex, .reader = reader, .fn = fn, .context = context};

	return run(&common, reader, scan, flags);
}
