/* regex_reader.c - the matches of a whole file, in parallel and yet in order
 *
 * SPDX-License-Identifier: MIT */
#include "optional/regex.h"

#include "file/reader.h"
#include "scan/workers.h"

#include <errno.h>
#include <string.h>

/* Numbers that a worker keeps of one block; the matches after these are found when they are wanted.
 */
#define KEPT ((size_t)8 << 10)

struct state {
	struct matcher matcher;
	const mmr_reader *reader;
	mmr_regex_fn *fn; /* NULL to count only */
	void *context;
	uint64_t n;
	size_t n_kept;
	bool more;         /* the matcher's last match, and those after it, are not kept */
	size_t kept[KEPT]; /* of each match the start of its line, and a pair of places a group */
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
		state->more = 1 + n_places > KEPT - state->n_kept;
		if (state->more)
			return 0;
		state->kept[state->n_kept] = matcher_line(&state->matcher);
		memcpy(state->kept + state->n_kept + 1, state->matcher.places,
			n_places * sizeof(size_t));
		state->n_kept += 1 + n_places;
	}
	return found;
}

static int collect_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	size_t n_places = 2 * ((size_t)state->matcher.regex->n_groups + 1), i;
	mmr_regex_match match;
	int result = 0, found = state->more;

	for (i = 0; i < state->n_kept && result == 0; i += 1 + n_places) {
		match = matcher_match(
			&state->matcher, state->kept[i], state->kept + i + 1, block->off);
		result = state->fn(state->context, &match);
	}
	while (result == 0 && found > 0) {
		match = matcher_match(&state->matcher, matcher_line(&state->matcher),
			state->matcher.places, block->off);
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
	if (options->delimiter != regex->delimiter) {
		error_set(-EINVAL, "match a pattern in lines that end with byte %u",
			(unsigned)(unsigned char)options->delimiter);
		return error_hint(-EINVAL, "compile it with the delimiter");
	}
	how.offset = options->offset;
	how.length = options->length;
	how.window = REGEX_PIECE;
	how.delimiter = (unsigned char)regex->delimiter;
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
