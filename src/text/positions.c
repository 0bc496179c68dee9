/* positions.c - refills a positions iterator
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "file/guard.h"
#include "file/walk.h"
#include "simd/simd.h"
#include "text/tags.h"

#include <errno.h>
#include <string.h>

/* The first refill is small, for callers that want one line. Later ones grow by a factor of 4. */
#define FIRST_BATCH 256

mmr_positions mmr_positions_of_set(mmr_slice slice, mmr_slice set)
{
	mmr_positions it;

	/* `at` is not cleared, since each refill writes these 512 bytes before they are read. */
	memset(&it, 0, offsetof(mmr_positions, at));
	it.base = slice.ptr;
	it.start = slice.ptr;
	it.stop = slice.len > 0 ? slice.ptr + slice.len : slice.ptr;
	it.batch = FIRST_BATCH;
	if (slice_is_nowhere(slice))
		it.error = error_nowhere();
	else if (set.len < 1 || set.len > MMR_POSITIONS_SET)
		it.error = error_set(-EINVAL, "search for a set of %zu bytes", set.len);
	else
		memcpy(it.set, set.ptr, set.len);
	if (it.error < 0)
		it.stop = it.start;
	it.n_set = (unsigned char)set.len;
	return it;
}

mmr_positions mmr_positions_of(mmr_slice slice, char byte)
{
	mmr_slice set = {&byte, 1};

	return mmr_positions_of_set(slice, set);
}

/* Looks at the byte before each position, which the scan has just brought into the cache. The start
 * of the slice, which no byte precedes, may be the first or the last of the positions. The branch
 * is predicted, since most files have one kind of line ends; without it a line takes 0.2 ns more.
 * Not inlined, because gcc keeps variables of a function that calls sigsetjmp in memory. */
static __attribute__((noinline)) void mark_crs(
	mmr_positions *it, const char *ptr, const char *slice_start)
{
	unsigned i = 0, n = it->n;
	const char *before = ptr - 1;

	if (n > 0 && ptr + it->at[0] == slice_start)
		i = 1;
	else if (n > 0 && ptr + it->at[n - 1] == slice_start)
		n--;
	for (; i < n; i++)
		if (before[it->at[i]] == '\r')
			it->at[i] |= TAG_CR;
}

/* Looks at the byte of each position, and at that before a line end. Not inlined, either. */
static __attribute__((noinline)) void mark_kinds(
	mmr_positions *it, const char *ptr, const char *slice_start)
{
	const char *at;
	unsigned i;

	for (i = 0; i < it->n; i++) {
		at = ptr + it->at[i];
		if (*at == '"')
			it->at[i] |= TAG_QUOTE;
		else if (*at == '\n')
			it->at[i] |=
				at != slice_start && at[-1] == '\r' ? TAG_END | TAG_CR : TAG_END;
	}
}

/* Scans [ptr, ptr + len) and stores the positions. Returns: the bytes scanned; 0 after a fault. */
static size_t mark(
	mmr_positions *it, simd_mark_fn *fn, const char *ptr, size_t len, const char *slice_start)
{
	size_t before = it->tags != TAGS_NONE && ptr != slice_start;
	struct simd_probe probe = {
		.n = it->n_set, .bytes = {it->set[0], it->set[1], it->set[2], it->set[3]}};
	struct guard guard;
	size_t used;

	if (!GUARD_ENTER(&guard, ptr - before, len + before)) {
		it->error = guard_fault(&guard);
		it->stop = it->start;
		return 0;
	}
	it->n = fn(ptr, len, &probe, it->at, &used);
	if (it->tags == TAGS_LINES)
		mark_crs(it, ptr, slice_start);
	else if (it->tags == TAGS_TABLE)
		mark_kinds(it, ptr, slice_start);
	guard_leave(&guard);
	it->base = ptr;
	it->next = 0;
	if (it->batch < SIMD_BATCH)
		it->batch *= 4;
	return used;
}

/* The caller has received the lines or fields that end in the last batch, and may have touched
 * them. Pages of a long line that were dropped during the search for its end are therefore counted
 * as held again. */
static void hold_items(mmr_positions *it, size_t len)
{
	if (it->held < len)
		it->held = len;
	it->item = it->base + (it->at[it->n - 1] & TAG_OFFSET);
}

/* `backward` is a constant in both calls, so each of them has a loop of its own. */
SIMD_INLINE bool refill(mmr_positions *it, bool backward)
{
	const struct simd_kernels *kernels = simd_kernels();
	const char *at = backward ? it->stop : it->start, *slice_start;
	size_t len;

	if (it->n > 0)
		hold_items(it, (size_t)(backward ? it->item - at : at - it->item));
	else
		it->item = at;
	do {
		/* Forward, only the first batch starts there. */
		slice_start = backward || it->batch == FIRST_BATCH ? it->start : NULL;
		len = min_size((size_t)(it->stop - it->start), it->batch);
		if (len > 0 && backward)
			len = mark(it, kernels->mark_back, it->stop - len, len, slice_start);
		else if (len > 0)
			len = mark(it, kernels->mark, it->start, len, slice_start);
		if (len == 0)
			return false;
		if (backward)
			at = it->stop -= len;
		else
			at = it->start += len;
		walk_pass(&it->held, at, len, backward);
	} while (it->n == 0);
	return true;
}

bool mmr_positions_refill_(mmr_positions *it)
{
	return refill(it, false);
}

bool mmr_positions_refill_back_(mmr_positions *it)
{
	return refill(it, true);
}

DEFINE_FILL(mmr_positions_fill, mmr_positions, const char *, mmr_positions_next)
DEFINE_FILL(mmr_positions_fill_back, mmr_positions, const char *, mmr_positions_next_back)
