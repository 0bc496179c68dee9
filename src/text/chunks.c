/* chunks.c - splits a slice into chunks
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "file/walk.h"

#include <mmreader/slice.h>

_Static_assert(MMR_CHUNKS_LIMIT_ == WALK_LIMIT, "the public header repeats the limit of walk.h");

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
