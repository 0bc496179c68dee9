/* edges.c - checks what is next to a match
 *
 * SPDX-License-Identifier: MIT */
#include "text/edges.h"

#include "file/guard.h"

/* This function and find_empty are not inlined, because gcc then warns that sigsetjmp may change
 * their variables. */
static __attribute__((noinline)) bool fit(
	const struct edges *edges, mmr_slice block, size_t at, size_t len)
{
	return edges_fit(edges, block, at, len);
}

int edges_check(const struct edges *edges, mmr_slice block, size_t at, size_t len)
{
	struct guard guard;
	bool fits;

	if (edges_allow_all(edges))
		return 1;
	if (!GUARD_ENTER(&guard, block.ptr, block.len))
		return guard_fault(&guard);
	fits = fit(edges, block, at, len);
	guard_leave(&guard);
	return fits;
}

bool edges_need_overlaps(const struct edges *edges, mmr_slice text)
{
	size_t i;

	/* A line that is equal to a text contains it once. */
	if (edges->whole_lines || !edges->words)
		return false;
	for (i = 0; i < text.len; i++)
		if (!is_word_byte(text.ptr[i]))
			return true;
	return false;
}

/* A guard must be set. Returns: the offset; SIZE_MAX if there is none. */
static __attribute__((noinline)) size_t find_empty(
	const struct edges *edges, mmr_slice block, size_t from)
{
	bool may_start = true, ended = true;
	size_t at;
	char byte;

	for (at = from; at < block.len; at++) {
		byte = block.ptr[at];
		if (may_start && edges_allow(edges, byte))
			return at;
		may_start = edges_allow(edges, byte);
		ended = byte == edges->delimiter;
	}
	return may_start && !ended ? at : SIZE_MAX;
}

int edges_find_empty(const struct edges *edges, mmr_slice block, size_t from, size_t *ret_at)
{
	struct guard guard;
	size_t at;

	if (!GUARD_ENTER(&guard, block.ptr, block.len))
		return guard_fault(&guard);
	at = find_empty(edges, block, from);
	guard_leave(&guard);
	*ret_at = at;
	return at != SIZE_MAX;
}
