/* matches.c - literal search over whole files, in parallel and yet in order
 *
 * A match belongs to the block in which it starts; blocks show enough of the next one to see its
 * end. Whether two overlapping places both match depends on where the search began, so a block's
 * result is checked when its turn comes: if the last match before it reaches into it, and over its
 * own first one, the block is searched again from there.
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "scan/workers.h"

#include <mmreader/count.h>
#include <mmreader/parallel.h>

#include <errno.h>
#include <string.h>

/* Offsets that a worker keeps of one block; a block with more is searched again in its turn. */
#define KEPT 4096

/* What all blocks share, in turn. */
struct common {
	mmr_match_fn *fn; /* NULL to count only */
	void *context;
	uint64_t free_from; /* no match may start before: the end of the last one */
	uint64_t count;
};

struct state {
	const mmr_needle *needle;
	struct common *common;
	uint64_t n;          /* matches in the block */
	size_t first;        /* places in the block: of the first match, ... */
	size_t last_end;     /* ... of the end of the last, ... */
	uint32_t kept[KEPT]; /* ... and of the first KEPT, when they are wanted */
};

/* Matches of a block that start at `from` or behind it: in the block, since what it shows of the
 * next one is shorter than the needle. Calls fn at once when `tell`. */
static int search(struct state *state, const mmr_block *block, size_t from, bool tell)
{
	struct common *common = state->common;
	size_t len = state->needle->text.len, at;
	mmr_slice rest = {block->bytes.ptr + from, block->bytes.len - from}, match;
	mmr_matches it = mmr_matches_of(rest, state->needle);
	int result;

	state->n = 0;
	while (mmr_matches_next(&it, &match)) {
		at = (size_t)(match.ptr - block->bytes.ptr);
		if (state->n == 0)
			state->first = at;
		state->last_end = at + len;
		if (common->fn && tell) {
			result = common->fn(common->context, block->off + at);
			if (result != 0)
				return result;
		} else if (common->fn && state->n < KEPT) {
			state->kept[state->n] = (uint32_t)at;
		}
		state->n++;
	}
	return mmr_matches_error(&it);
}

static int search_block(void *argument, const mmr_block *block)
{
	return search(argument, block, 0, false);
}

static int collect_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	struct common *common = state->common;
	uint64_t clash = common->free_from > block->off ? common->free_from - block->off : 0;
	bool again = state->n > 0 && state->first < clash;
	uint64_t i;
	int result;

	if (again || (common->fn && state->n > KEPT)) {
		/* Never beyond the block's own bytes: the last match was shown in full there. */
		result = search(state, block, (size_t)min_u64(clash, block->bytes.len), true);
		if (result != 0)
			return result;
	} else {
		for (i = 0; common->fn && i < state->n; i++) {
			result = common->fn(common->context, block->off + state->kept[i]);
			if (result != 0)
				return result;
		}
	}
	common->count += state->n;
	if (state->n > 0)
		common->free_from = block->off + state->last_end;
	return 0;
}

static int run(mmr_reader *reader, const mmr_needle *needle, const mmr_count_options *options,
	struct common *common)
{
	mmr_parallel_options how = MMR_PARALLEL_OPTIONS_INIT;
	mmr_parallel_job job = {
		.work = search_block, .collect = collect_block, .state_size = sizeof(struct state)};
	struct state *states;
	unsigned i;
	int err;

	if (options->struct_size < sizeof(*options)) {
		error_set(-EINVAL, "search with these options");
		return error_hint(-EINVAL, "start from MMR_COUNT_OPTIONS_INIT");
	}
	if (needle->text.len == 0)
		return 0;
	how.offset = options->offset;
	how.length = options->length;
	how.engine = options->engine;
	how.delimiter = MMR_NO_DELIMITER;
	how.ahead = needle->text.len - 1;
	/* Only a needle with a NUL can match in a hole or reach into one. */
	how.skip_holes = memchr(needle->text.ptr, '\0', needle->text.len) == NULL;
	job.n_states = workers_for(reader, options->n_threads);
	states = heap_alloc(job.n_states * sizeof(*states));
	if (!states)
		return error_set(-ENOMEM, "search with %u threads", job.n_states);
	for (i = 0; i < job.n_states; i++) {
		states[i].needle = needle;
		states[i].common = common;
	}
	job.states = states;
	err = mmr_parallel_run(reader, &how, &job);
	heap_free(states);
	return err;
}

static const mmr_count_options default_options = MMR_COUNT_OPTIONS_INIT;

int mmr_count_matches(mmr_reader *reader, const mmr_needle *needle,
	const mmr_count_options *options, uint64_t *ret_matches)
{
	struct common common = {0};
	int err;

	err = run(reader, needle, options ? options : &default_options, &common);
	if (err == 0)
		*ret_matches = common.count;
	return err;
}

int mmr_each_match(mmr_reader *reader, const mmr_needle *needle, const mmr_count_options *options,
	mmr_match_fn *fn, void *context)
{
	struct common common = {.fn = fn, .context = context};

	return run(reader, needle, options ? options : &default_options, &common);
}
