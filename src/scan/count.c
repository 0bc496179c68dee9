/* count.c - counting in parallel, merged at the end or in the order of the file
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "scan/workers.h"

#include <mmreader/count.h>
#include <mmreader/find.h>
#include <mmreader/lines.h>
#include <mmreader/parallel.h>

#include <errno.h>
#include <string.h>

static const mmr_count_options default_options = MMR_COUNT_OPTIONS_INIT;

/* The longest line so far, across blocks: common to all workers, touched in turn. */
struct longest {
	uint64_t line_start; /* of the line that the last block left open */
	uint64_t len;
};

struct state {
	char delimiter;
	uint64_t n_delimiters, n_crlf;
	/* Of one block: where its first line ends and its last, open one begins. */
	bool found;
	uint64_t first_end, last_start, longest;
	struct longest *shared;
};

static int count_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	uint64_t found;
	int err;

	err = mmr_slice_count(block->bytes, state->delimiter, &found);
	if (err == 0)
		state->n_delimiters += found;
	return err;
}

/* One byte ahead shows the LF of a CR at the block's end. */
static int count_crlf(struct state *state, const mmr_block *block)
{
	mmr_needle needle = mmr_needle_of((mmr_slice){"\r\n", 2});
	mmr_matches matches = mmr_matches_of(block->bytes, &needle);
	mmr_slice match;

	while (mmr_matches_next(&matches, &match))
		state->n_crlf++;
	return mmr_matches_error(&matches);
}

static int measure_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	mmr_slice own = {block->bytes.ptr, block->bytes.len - block->ahead};
	mmr_marks marks = mmr_marks_of(own, state->delimiter);
	const char *at, *line = NULL;
	int err;

	state->found = false;
	state->longest = 0;
	while (mmr_marks_next(&marks, &at)) {
		if (!line)
			state->first_end = block->off + (uint64_t)(at - block->bytes.ptr);
		else if ((uint64_t)(at - line) > state->longest)
			state->longest = (uint64_t)(at - line);
		line = at + 1;
		state->n_delimiters++;
	}
	if (line) {
		state->found = true;
		state->last_start = block->off + (uint64_t)(line - block->bytes.ptr);
	}
	err = mmr_marks_error(&marks);
	return err < 0 ? err : count_crlf(state, block);
}

static void longer(struct longest *longest, uint64_t len)
{
	if (longest->len < len)
		longest->len = len;
}

/* Joins a block to those before it: the line that they left open ends in this one, or goes on. */
static int join_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;

	(void)block;
	if (!state->found)
		return 0;
	longer(state->shared, state->first_end - state->shared->line_start);
	longer(state->shared, state->longest);
	state->shared->line_start = state->last_start;
	return 0;
}

static int run(mmr_reader *reader, const mmr_count_options *options, unsigned n_states,
	struct state *states)
{
	mmr_parallel_options how = MMR_PARALLEL_OPTIONS_INIT;
	mmr_parallel_job job = {.work = count_block,
		.states = states,
		.state_size = sizeof(*states),
		.n_states = n_states};

	how.offset = options->offset;
	how.length = options->length;
	how.delimiter = MMR_NO_DELIMITER;
	how.engine = options->engine;
	/* Where lines end with NUL, a hole is full of lines. */
	how.skip_holes = options->delimiter != '\0';
	if (options->measure) {
		how.ahead = 1;
		job.work = measure_block;
		job.collect = join_block;
	}
	return mmr_parallel_run(reader, &how, &job);
}

/* Whether the range ends with a line that lacks its delimiter. */
static int check_end(mmr_reader *reader, char delimiter, uint64_t start, uint64_t stop, bool *ret)
{
	size_t got;
	char byte;
	int err;

	*ret = false;
	if (start == stop)
		return 0;
	err = mmr_read_at(reader, stop - 1, &byte, 1, &got);
	if (err == 0)
		*ret = byte != delimiter;
	return err;
}

int mmr_count_lines(mmr_reader *reader, const mmr_count_options *options, mmr_counts *ret_counts)
{
	uint64_t size = mmr_size(reader), start, stop;
	mmr_counts counts = {0, 0, 0, false};
	struct longest longest = {0, 0};
	struct state *states;
	unsigned n_states, i;
	int err;

	if (!options)
		options = &default_options;
	if (options->struct_size < sizeof(*options)) {
		error_set(-EINVAL, "count lines with these options");
		return error_hint(-EINVAL, "start from MMR_COUNT_OPTIONS_INIT");
	}
	start = min_u64(options->offset, size);
	stop = start + min_u64(options->length, size - start);
	longest.line_start = start;
	n_states = workers_for(reader, options->n_threads);
	states = heap_alloc(n_states * sizeof(*states));
	if (!states)
		return error_set(-ENOMEM, "count with %u threads", n_states);
	memset(states, 0, n_states * sizeof(*states));
	for (i = 0; i < n_states; i++) {
		states[i].delimiter = options->delimiter;
		states[i].shared = &longest;
	}
	err = run(reader, options, n_states, states);
	for (i = 0; i < n_states; i++) {
		counts.lines += states[i].n_delimiters;
		counts.crlf += states[i].n_crlf;
	}
	heap_free(states);
	if (err == 0)
		err = check_end(reader, options->delimiter, start, stop, &counts.unterminated);
	if (err < 0)
		return err;
	counts.lines += counts.unterminated;
	if (options->measure) {
		if (counts.unterminated)
			longer(&longest, stop - longest.line_start);
		counts.longest = longest.len;
	}
	*ret_counts = counts;
	return 0;
}
