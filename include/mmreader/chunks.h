/* chunks.h - splits a slice into chunks of fixed size, which may overlap
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_CHUNKS_H
#define MMREADER_CHUNKS_H

#include <mmreader/base.h>

MMR_BEGIN_DECLS

/* Members are private. At most 48 bytes. */
typedef struct mmr_chunks {
	mmr_slice rest;
	size_t len;
	size_t step;
	size_t held; /* bytes before `rest` whose pages have not been dropped */
	bool done;
	int32_t error;
} mmr_chunks;

/* Chunks of `len` bytes. Each starts `len - overlap` bytes after the previous one.
 *
 * Shape: the last chunk ends with the slice and may be shorter. Every byte is in a chunk, and no
 *   chunk is entirely inside the previous one. There are no chunks if the slice is empty, if `len`
 *   is 0, or if `overlap` is `len` or more. */
MMR_API mmr_chunks mmr_chunks_of(mmr_slice slice, size_t len, size_t overlap);

/* Private: used by the inline call below. */
#define MMR_CHUNKS_LIMIT_ ((size_t)8 << 20)
MMR_API void mmr_chunks_drop_(mmr_chunks *it);

/* The next chunk. Returns: false at the end; mmr_chunks_error reports why. */
static inline bool mmr_chunks_next(mmr_chunks *it, mmr_slice *ret_chunk)
{
	if (it->done)
		return false;
	if (it->held >= MMR_CHUNKS_LIMIT_)
		mmr_chunks_drop_(it);
	*ret_chunk = it->rest;
	if (it->rest.len > it->len) {
		ret_chunk->len = it->len;
		it->rest.ptr += it->step;
		it->rest.len -= it->step;
		it->held += it->step;
	} else {
		it->done = true;
	}
	return true;
}

/* Why the iteration ended.
 *
 * Returns: 0 at the end of the slice.
 * Errors: MMR_ENOMAP (a slice without addresses). */
static inline int mmr_chunks_error(const mmr_chunks *it)
{
	return it->error;
}

MMR_END_DECLS

#endif
