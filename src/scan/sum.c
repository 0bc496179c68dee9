/* sum.c - sum, minimum and maximum of the numbers of a whole file
 *
 * An element belongs to the block in which it starts; a block includes enough of the next one for
 * its last element. Elements are added in pieces whose limits are multiples of SIMD_GRAIN in the
 * file, and pieces are added without rounding. Therefore the sum does not depend on windows and
 * workers.
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "data/array.h"
#include "file/guard.h"
#include "file/reader.h"
#include "scan/workers.h"

#include <mmreader/parallel.h>
#include <mmreader/sum.h>

#include <errno.h>
#include <string.h>

static const mmr_sum_options default_options = MMR_SUM_OPTIONS_INIT;

struct state {
	struct array_total total;
	enum mmr_type type;
	bool swapped;
	size_t stride;
	uint64_t start; /* offset of the first element in the reader */
	uint64_t base;  /* offset of the reader's start in the file */
};

static void add_pieces(struct state *state, const mmr_block *block)
{
	uint64_t stop = block->off + block->bytes.len - block->ahead, at = state->start, edge;
	mmr_array array;

	memset(&array, 0, sizeof(array));
	array.stride = (ptrdiff_t)state->stride;
	array.type = (uint8_t)state->type;
	array.swapped = state->swapped;
	if (at < block->off)
		at += ((block->off - at - 1) / state->stride + 1) * state->stride;
	while (at < stop) {
		edge = (state->base + at) / SIMD_GRAIN * SIMD_GRAIN + SIMD_GRAIN - state->base;
		array.ptr = block->bytes.ptr + (at - block->off);
		array.n = (size_t)((min_u64(edge, stop) - at - 1) / state->stride + 1);
		array_total_add(&state->total, &array);
		at += array.n * state->stride;
	}
}

static int sum_block(void *argument, const mmr_block *block)
{
	struct guard guard;

	if (!GUARD_ENTER(&guard, block->bytes.ptr, block->bytes.len))
		return guard_fault(&guard);
	add_pieces(argument, block);
	guard_leave(&guard);
	return 0;
}

static int run(mmr_reader *reader, const mmr_sum_options *options, const struct state *first,
	mmr_summary *ret_summary)
{
	mmr_parallel_options how = MMR_PARALLEL_OPTIONS_INIT;
	mmr_parallel_job job = {.work = sum_block, .state_size = sizeof(struct state)};
	struct state *states;
	unsigned i;
	int err;

	job.n_states = workers_for(reader, options->n_threads);
	states = heap_alloc(job.n_states * sizeof(*states));
	if (!states)
		return error_set(-ENOMEM, "add up with %u threads", job.n_states);
	for (i = 0; i < job.n_states; i++)
		states[i] = *first;
	job.states = states;
	how.offset = options->offset;
	how.length = options->length;
	how.delimiter = MMR_NO_DELIMITER;
	how.engine = options->engine;
	how.ahead = mmr_type_size(options->type) - 1;
	err = mmr_parallel_run(reader, &how, &job);
	if (err == 0) {
		for (i = 1; i < job.n_states; i++)
			array_total_merge(&states[0].total, &states[i].total);
		array_total_end(&states[0].total, ret_summary);
	}
	heap_free(states);
	return err;
}

int mmr_sum_numbers(mmr_reader *reader, const mmr_sum_options *options, mmr_summary *ret_summary)
{
	uint64_t size = mmr_size(reader), n;
	struct state first;
	size_t element;
	int err;

	if (!options)
		options = &default_options;
	element = options->struct_size < sizeof(*options) ? 0 : mmr_type_size(options->type);
	if (element == 0 || (unsigned)options->order > MMR_BIG ||
		(options->stride > 0 && options->stride < element) ||
		options->stride > PTRDIFF_MAX) {
		error_set(-EINVAL, "add up numbers with these options");
		return error_hint(-EINVAL, "start from MMR_SUM_OPTIONS_INIT, with a type, an order "
					   "and no stride shorter than an element");
	}
	memset(&first, 0, sizeof(first));
	first.total.type = first.type = options->type;
	first.swapped = array_swaps(options->type, options->order);
	first.stride = options->stride > 0 ? options->stride : element;
	first.start = min_u64(options->offset, size);
	first.base = reader->offset;
	err = array_count(
		min_u64(options->length, size - first.start), options->type, first.stride, &n);
	if (err < 0)
		return err;
	return run(reader, options, &first, ret_summary);
}
