/* sum.c - sum, minimum and maximum of the numbers of a whole file
 *
 * An element belongs to the block in which it starts. Blocks show enough of the next one for its
 * end. The elements of a block are added up in pieces that start at fixed offsets of the file, and
 * pieces are added without rounding. So the sum does not depend on blocks or workers. Where
 * elements are adjacent, all whole pieces of a block are added by one call, which may add several
 * in step.
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "data/array.h"
#include "file/guard.h"
#include "file/reader.h"
#include "scan/options.h"
#include "scan/run.h"

#include <errno.h>
#include <string.h>

/* What all workers share. */
struct common {
	enum mmr_type type;
	bool swapped;
	size_t stride;
	uint64_t base; /* of the reader in the file */
	struct scan_place place;
	struct array_total total;
};

struct state {
	const struct common *common;
	struct array_total total;
};

static void add_pieces(struct state *state, const mmr_block *block)
{
	const struct common *common = state->common;
	uint64_t stop = block->off + block->bytes.len - block->ahead;
	uint64_t at = block->start, edge;
	size_t element = mmr_type_size(common->type), room;
	mmr_array array;

	memset(&array, 0, sizeof(array));
	array.stride = (ptrdiff_t)common->stride;
	array.type = (uint8_t)common->type;
	array.swapped = common->swapped;
	if (at < block->off)
		at += ((block->off - at - 1) / common->stride + 1) * common->stride;
	while (at < stop) {
		/* A stream may end within an element. */
		room = block->bytes.len - (size_t)(at - block->off);
		if (room < element)
			break;
		edge = (common->base + at) / SIMD_GRAIN * SIMD_GRAIN + SIMD_GRAIN - common->base;
		array.ptr = block->bytes.ptr + (at - block->off);
		array.n = (size_t)((min_u64(edge, stop) - at - 1) / common->stride + 1);
		if (array.n * common->stride == SIMD_GRAIN && common->stride == element)
			array.n = (size_t)((stop - at - 1) / element + 1);
		array.n = min_size(array.n, (room - element) / common->stride + 1);
		array_total_add(&state->total, &array);
		at += array.n * common->stride;
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

static int start_state(void *argument, void *context)
{
	struct state *state = argument;

	state->common = context;
	state->total.type = state->common->type;
	return 0;
}

static void end_state(void *argument, void *context)
{
	struct state *state = argument;
	struct common *common = context;

	array_total_merge(&common->total, &state->total);
}

static int check(enum mmr_type type, enum mmr_order order, size_t stride)
{
	size_t element = mmr_type_size(type);

	if (element > 0 && (unsigned)order <= MMR_BIG && (stride == 0 || stride >= element) &&
		stride <= PTRDIFF_MAX)
		return 0;
	error_set(-EINVAL, "add up numbers with these options");
	return error_hint(-EINVAL, "pass a type, an order and no stride shorter than an element");
}

int mmr_sum_numbers(mmr_reader *reader, enum mmr_type type, enum mmr_order order, size_t stride,
	const mmr_scan_options *options, mmr_summary *ret_summary)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	struct common common = {.type = type, .base = reader->offset};
	mmr_scan_job job = {.work = sum_block,
		.start = start_state,
		.end = end_state,
		.context = &common,
		.state_size = sizeof(struct state)};
	mmr_scan_options scan;
	uint64_t n;
	int err;

	err = scan_options(options, &scan);
	if (err == 0)
		err = check(type, order, stride);
	if (err < 0)
		return err;
	common.total.type = type;
	common.swapped = array_swaps(type, order);
	common.stride = stride > 0 ? stride : mmr_type_size(type);
	cut.split_lines = true;
	cut.ahead = mmr_type_size(type) - 1;
	err = scan_use_bytes(reader, &scan);
	if (err == 0 && !reader_is_stream(reader))
		err = array_count(scan.length, type, common.stride, &n);
	if (err == 0)
		err = scan_run(reader, &scan, &cut, &job, &common.place);
	/* The end of a stream is only known now. */
	if (err == 0)
		err = array_count(common.place.stop - common.place.start, type, common.stride, &n);
	if (err == 0)
		array_total_end(&common.total, ret_summary);
	return err;
}
