/* regex_reader.c - the matches of a whole file, in parallel and yet in order
 *
 * SPDX-License-Identifier: MIT */
#include "side/regex.h"

#include "bulk/workers.h"
#include "open/reader.h"

#include <errno.h>
#include <string.h>

/* Places that a worker keeps of one block; the matches behind are found in their turn. */
#define KEPT ((size_t)8 << 10)

struct state {
	struct matcher matcher;
	const mmr_reader *reader;
	mmr_regex_fn *fn; /* NULL to count only */
	void *context;
	uint64_t n;
	size_t n_kept;
	bool more;         /* the matcher's last match, and those behind, are not kept */
	size_t kept[KEPT]; /* places of matches, a pair for each group */
};

static int next_in_block(struct state *state, const mmr_block *block)
{
	return matcher_next(&state->matcher, state->reader->offset + block->off);
}

static int search_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	size_t n_places = 2 * ((size_t)state->matcher.regex->n_groups + 1);
	int found;

	matcher_load(&state->matcher, block->bytes);
	state->n_kept = 0;
	state->more = false;
	while ((found = next_in_block(state, block)) > 0) {
		state->n++;
		if (!state->fn)
			continue;
		state->more = n_places > KEPT - state->n_kept;
		if (state->more)
			return 0;
		memcpy(state->kept + state->n_kept, state->matcher.places,
			n_places * sizeof(size_t));
		state->n_kept += n_places;
	}
	return found;
}

static int collect_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	size_t n_places = 2 * ((size_t)state->matcher.regex->n_groups + 1), i;
	mmr_regex_match match;
	int result = 0, found = state->more;

	for (i = 0; i < state->n_kept && result == 0; i += n_places) {
		match = matcher_match(&state->matcher, state->kept + i, block->off);
		result = state->fn(state->context, &match);
	}
	while (result == 0 && found > 0) {
		match = matcher_match(&state->matcher, state->matcher.places, block->off);
		result = state->fn(state->context, &match);
		if (result == 0)
			found = next_in_block(state, block);
	}
	return found < 0 ? found : result;
}

static int run(const mmr_regex *regex, mmr_reader *reader, const mmr_count_options *options,
	mmr_regex_fn *fn, void *context, uint64_t *ret_n)
{
	static const mmr_count_options plain = MMR_COUNT_OPTIONS_INIT;
	mmr_parallel_options how = MMR_PARALLEL_OPTIONS_INIT;
	mmr_parallel_job job = {.work = search_block, .state_size = sizeof(struct state)};
	struct state *states;
	unsigned n;
	int err = 0;

	if (!options)
		options = &plain;
	if (options->struct_size < sizeof(*options)) {
		error_set(-EINVAL, "match a pattern with these options");
		return error_hint(-EINVAL, "start from MMR_COUNT_OPTIONS_INIT");
	}
	how.offset = options->offset;
	how.length = options->length;
	how.window = REGEX_PIECE;
	how.engine = MMR_ENGINE_COPY;
	job.n_states = workers_for(reader, options->n_threads);
	job.collect = fn ? collect_block : NULL;
	states = heap_alloc(job.n_states * sizeof(*states));
	if (!states)
		return error_set(-ENOMEM, "match a pattern with %u threads", job.n_states);
	for (n = 0; n < job.n_states; n++) {
		err = matcher_start(&states[n].matcher, regex);
		if (err < 0)
			break;
		states[n].reader = reader;
		states[n].fn = fn;
		states[n].context = context;
		states[n].n = 0;
	}
	job.states = states;
	if (err == 0)
		err = mmr_parallel_run(reader, &how, &job);
	for (*ret_n = 0; n > 0; n--) {
		*ret_n += states[n - 1].n;
		matcher_end(&states[n - 1].matcher);
	}
	heap_free(states);
	return err;
}

int mmr_regex_count(const mmr_regex *regex, mmr_reader *reader, const mmr_count_options *options,
	uint64_t *ret_matches)
{
	uint64_t n;
	int err = run(regex, reader, options, NULL, NULL, &n);

	if (err == 0)
		*ret_matches = n;
	return err;
}

int mmr_regex_each(const mmr_regex *regex, mmr_reader *reader, const mmr_count_options *options,
	mmr_regex_fn *fn, void *context)
{
	uint64_t n;

	return run(regex, reader, options, fn, context, &n);
}
