/* select.c - counts the occurrences of a byte, and finds the n-th one
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "file/guard.h"
#include "simd/order.h"

#include <mmreader/find.h>
#include <mmreader/positions.h>

/* Occurrences are counted in steps of this size. An mmr_positions iterator then finds the one that
 * is wanted in its step. */
#define SELECT_STEP ((size_t)64 << 10)

int mmr_slice_count(mmr_slice slice, char byte, uint64_t *ret_count)
{
	struct guard guard;

	if (slice_is_nowhere(slice))
		return error_nowhere();
	if (!GUARD_ENTER(&guard, slice.ptr, slice.len))
		return guard_fault(&guard);
	*ret_count = order_count(slice.ptr, slice.len, byte);
	guard_leave(&guard);
	return 0;
}

int mmr_slice_select(mmr_slice slice, char byte, uint64_t n, size_t *ret_off)
{
	const char *start = slice.ptr, *at = NULL;
	mmr_slice step = slice;
	mmr_positions positions;
	uint64_t found;
	int err;

	if (slice_is_nowhere(slice))
		return error_nowhere();
	for (; slice.len > 0; slice.ptr += step.len, slice.len -= step.len) {
		step.ptr = slice.ptr;
		step.len = min_size(slice.len, SELECT_STEP);
		err = mmr_slice_count(step, byte, &found);
		if (err < 0)
			return err;
		if (n < found)
			break;
		n -= found;
	}
	if (slice.len == 0)
		return 0;
	positions = mmr_positions_of(step, byte);
	do
		if (!mmr_positions_next(&positions, &at))
			return mmr_positions_error(&positions);
	while (n-- > 0);
	*ret_off = (size_t)(at - start);
	return 1;
}
