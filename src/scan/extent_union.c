/* extent_union.c - bytes that are data in one of two readers
 *
 * SPDX-License-Identifier: MIT */
#include "scan/extent_union.h"

#include <string.h>

struct extent_union extent_union_of(const mmr_reader *reader, uint64_t off, uint64_t len)
{
	struct extent_union both;

	memset(&both, 0, sizeof(both));
	both.its[0] = mmr_extents_of_range(reader, off, len);
	both.n = 1;
	return both;
}

void extent_union_add(struct extent_union *both, const mmr_reader *other, uint64_t other_off)
{
	const mmr_extents *own = &both->its[0];

	both->its[1] = mmr_extents_of_range(other, other_off, own->stop - own->off);
	both->shift = own->off - other_off;
	both->n = 2;
}

/* Goes on to an extent that is not passed. Returns: false if there is none. */
static bool find_next(struct extent_union *both, unsigned which)
{
	mmr_extent *next = &both->next[which];

	while (next->off + next->len <= both->reached || next->len == 0) {
		next->len = 0;
		if (!mmr_extents_next(&both->its[which], next))
			return false;
		next->off += which == 1 ? both->shift : 0;
	}
	return true;
}

bool extent_union_next(struct extent_union *both, mmr_extent *ret_extent)
{
	bool first, second;
	mmr_extent next;
	uint64_t off;

	if (both->n == 1)
		return mmr_extents_next(&both->its[0], ret_extent);
	first = find_next(both, 0);
	second = find_next(both, 1);
	if (!first && !second)
		return false;
	next = both->next[second && (!first || both->next[1].off < both->next[0].off)];
	off = max_u64(next.off, both->reached);
	both->reached = next.off + next.len;
	*ret_extent = (mmr_extent){off, both->reached - off};
	return true;
}

void extent_union_cut(struct extent_union *both, uint64_t stop)
{
	both->its[0].stop = stop;
}
