/* chunks.h - a slice in windows of fixed size, which may overlap
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_CHUNKS_H
#define MMREADER_CHUNKS_H

#include <mmreader/base.h>

MMR_BEGIN_DECLS

/* Fields are the library's. 48 bytes or less. */
typedef struct mmr_chunks {
	mmr_slice rest;
	size_t len;
	size_t step;
	size_t held; /* bytes before `rest` whose pages are not dropped */
	bool done;
	int32_t error;
} mmr_chunks;

/* Windows of `len` bytes, each beginning `len - overlap` bytes after the one before.
 *
 * Shape: the last window ends with the slice and may be shorter. Each byte is in a window, and no
 *   window is wholly inside the one before. A `len` of 0, or an `overlap` of `len` or more, gives
 * no window; an empty slice has none. */
MMR_API mmr_chunks mmr_chunks_of(mmr_slice slice, size_t len, size_t overlap);

/* For the inline call below. */
#define MMR_CHUNKS_LIMIT_ ((size_t)8 << 20)
MMR_API void mmr_chunks_drop_(mmr_chunks *it);

/* The next window. */
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

/* Why the iteration ended. Returns: 0 at the end. Errors: MMR_ENOMAP (a slice without addresses).
 */
static inline int mmr_chunks_error(const mmr_chunks *it)
{
	return it->error;
}

MMR_END_DECLS

#endif
