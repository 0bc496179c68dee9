/* slice.c - cuts, compares, trims and splits slices
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "file/guard.h"
#include "file/walk.h"

#include <mmreader/slice.h>

#include <errno.h>
#include <string.h>

/* Converts a Python index to an offset, clamped to [0, len]. */
static size_t clamp(int64_t index, size_t len)
{
	if (index >= 0)
		return (uint64_t)index < len ? (size_t)index : len;
	/* Negated as -(index + 1) + 1, because -INT64_MIN overflows. */
	if ((uint64_t) - (index + 1) + 1 >= len)
		return 0;
	return len - ((size_t) - (index + 1) + 1);
}

mmr_slice mmr_slice_cut(mmr_slice slice, int64_t start, int64_t stop)
{
	size_t from = clamp(start, slice.len), to = clamp(stop, slice.len);

	if (slice.len == 0)
		return slice;
	slice.ptr += from;
	slice.len = from < to ? to - from : 0;
	return slice;
}

int mmr_slice_at(mmr_slice slice, uint64_t off, uint64_t len, mmr_slice *ret_part)
{
	if (slice_is_nowhere(slice))
		return error_nowhere();
	if (off > slice.len || len > slice.len - off)
		return error_set(-ERANGE, "take %llu bytes at offset %llu of a slice of %zu bytes",
			(unsigned long long)len, (unsigned long long)off, slice.len);
	ret_part->ptr = slice.len > 0 ? slice.ptr + off : slice.ptr;
	ret_part->len = (size_t)len;
	return 0;
}

mmr_slice mmr_slice_of(const char *text)
{
	mmr_slice slice = {text, strlen(text)};

	return slice;
}

/* Both slices may be in maps, so each gets a guard. */
static int compare_bytes(const char *a, const char *b, size_t len, int *ret_order)
{
	struct guard outer, inner;

	if (!GUARD_ENTER(&outer, a, len))
		return guard_fault(&outer);
	if (!GUARD_ENTER(&inner, b, len)) {
		guard_leave(&outer);
		return guard_fault(&inner);
	}
	*ret_order = memcmp(a, b, len);
	guard_leave(&inner);
	guard_leave(&outer);
	return 0;
}

int mmr_slice_compare(mmr_slice a, mmr_slice b)
{
	size_t common = min_size(a.len, b.len);
	int order = 0;

	if (common > 0 && compare_bytes(a.ptr, b.ptr, common, &order) < 0)
		return -1;
	if (order != 0 || a.len == b.len)
		return order;
	return a.len < b.len ? -1 : 1;
}

bool mmr_slice_equal(mmr_slice a, mmr_slice b)
{
	return a.len == b.len && mmr_slice_compare(a, b) == 0;
}

bool mmr_slice_has_prefix(mmr_slice slice, mmr_slice prefix)
{
	if (prefix.len > slice.len)
		return false;
	slice.len = prefix.len;
	return mmr_slice_equal(slice, prefix);
}

bool mmr_slice_has_suffix(mmr_slice slice, mmr_slice suffix)
{
	if (suffix.len > slice.len)
		return false;
	if (suffix.len == 0)
		return true;
	slice.ptr += slice.len - suffix.len;
	slice.len = suffix.len;
	return mmr_slice_equal(slice, suffix);
}

static bool is_space(char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Counts the bytes of white space at the start of a slice, or at its end. Returns: 0 after a fault,
 * so that nothing is trimmed. */
static size_t spaces(mmr_slice slice, bool at_end)
{
	struct guard guard;
	size_t n = 0;

	if (!GUARD_ENTER(&guard, slice.ptr, slice.len)) {
		guard_fault(&guard);
		return 0;
	}
	while (n < slice.len && is_space(slice.ptr[at_end ? slice.len - 1 - n : n]))
		n++;
	guard_leave(&guard);
	return n;
}

mmr_slice mmr_slice_trim_start(mmr_slice slice)
{
	size_t n = spaces(slice, false);

	if (n > 0)
		slice.ptr += n;
	slice.len -= n;
	return slice;
}

mmr_slice mmr_slice_trim_end(mmr_slice slice)
{
	slice.len -= spaces(slice, true);
	return slice;
}

mmr_slice mmr_slice_trim(mmr_slice slice)
{
	return mmr_slice_trim_end(mmr_slice_trim_start(slice));
}

_Static_assert(MMR_CHUNKS_LIMIT_ == WALK_LIMIT, "MMR_CHUNKS_LIMIT_ must be equal to WALK_LIMIT");

mmr_chunks mmr_chunks_of(mmr_slice slice, size_t len, size_t overlap)
{
	mmr_chunks it = {slice, len, len - overlap, 0, false, 0};

	it.done = slice.len == 0 || len == 0 || overlap >= len;
	if (slice_is_nowhere(slice))
		it.error = error_nowhere();
	return it;
}

void mmr_chunks_drop_(mmr_chunks *it)
{
	it->held = walk_drop(it->rest.ptr, it->held, false);
}

DEFINE_FILL(mmr_chunks_fill, mmr_chunks, mmr_slice, mmr_chunks_next)
