/* walk.h - dropping the pages of a mapped file that an iterator has passed
 *
 * Iterators know a slice and no reader. So that a walk over a file of any size stays within a few
 * MiB, an iterator counts the bytes that it has scanned, and from time to time drops the pages that
 * it has passed. Their reader is looked up by address; memory of the caller has none and is left
 * alone. Slices stay valid: a page that is touched again comes back.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_FILE_WALK_H
#define SRC_FILE_WALK_H

#include "common.h"

/* A walk has no more than about this much in memory. Dropping 4 MiB at a time costs nothing for
 * each byte, and leaves more than the largest folio. */
#define WALK_LIMIT ((size_t)8 << 20)

/* Readers up to this size keep their pages: a walk that is repeated would have to map them again,
 * which can take ten times as long as the walk. */
#define WALK_SMALL ((uint64_t)64 << 20)
extern uint64_t walk_small; /* WALK_SMALL; tests set it */

/* Drops what may be dropped of the `len` bytes that a walk has passed and not dropped yet: those up
 * to `at`, or backward those from `at` on. It must not be called inside a guard.
 *
 * Returns: how many of them are kept. */
size_t walk_drop(const char *at, size_t len, bool backward);

/* A walk has come to `at`, by `len` bytes; `*held` are the bytes that it has passed and not
 * dropped. */
static inline void walk_pass(size_t *held, const char *at, size_t len, bool backward)
{
	*held += len;
	if (*held >= WALK_LIMIT)
		*held = walk_drop(at, *held, backward);
}

#endif
