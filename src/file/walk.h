/* walk.h - drops the pages of a mapped file that an iterator has passed
 *
 * An iterator counts the bytes that it has scanned, and now and then drops their pages, so that a
 * walk over a large file needs only a few MiB. It has only a slice, so the reader is found by the
 * address of the slice. Memory of the caller is not dropped. Slices stay valid: a page that is
 * accessed again comes back.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_FILE_WALK_H
#define SRC_FILE_WALK_H

#include "common.h"

/* A walk over a reader larger than WALK_SMALL has at most about this much in memory. This is
 * several times the largest folio, and large enough that the cost of dropping does not matter. */
#define WALK_LIMIT ((size_t)8 << 20)

/* Readers up to this size keep their pages: a second walk would otherwise have to map them again,
 * which can take ten times as long as the walk itself. */
#define WALK_SMALL ((uint64_t)64 << 20)
extern uint64_t walk_small; /* WALK_SMALL by default; tests change it */

/* Drops pages of the `len` bytes before `at`, or after `at` in a backward walk. Do not call it
 * inside a guard.
 *
 * Returns: how many bytes are still to be dropped later. This may be more than `len`, since pages
 *   and folios are not divided. 0 if pages of this reader are never dropped. */
size_t walk_drop(const char *at, size_t len, bool backward);

/* Counts `len` bytes that a walk has passed on its way to `at`. `*held` is the number of bytes that
 * the walk has passed but not dropped. */
static inline void walk_pass(size_t *held, const char *at, size_t len, bool backward)
{
	*held += len;
	if (*held >= WALK_LIMIT)
		*held = walk_drop(at, *held, backward);
}

#endif
