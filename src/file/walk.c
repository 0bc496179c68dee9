/* walk.c - drops the pages that a walk has passed
 *
 * SPDX-License-Identifier: MIT */
#include "file/walk.h"

#include "file/registry.h"

/* A fault maps a whole folio, including pages of it that were dropped before. Therefore ranges are
 * dropped up to multiples of the largest folio. One more folio is kept, because callers may read
 * the last lines again, and pages that this brings back would never be dropped. */
#define FOLIO ((uint64_t)2 << 20)
/* Page tables for this many bytes are freed at a time, on kernels that keep them. */
#define TABLES_STEP ((uint64_t)1 << 30)

uint64_t walk_small = WALK_SMALL;

/* The address of an offset of the file. */
static const char *address(const struct owner *owner, uint64_t off)
{
	return (const char *)owner->backing->map + (off - owner->backing->map_off);
}

static void reclaim(const struct owner *owner, uint64_t start, uint64_t stop)
{
	backing_reclaim(
		owner->reader, owner->backing, address(owner, start), (size_t)(stop - start));
}

/* Drops bytes [start, stop) of a file. Returns: the offset from which on bytes are kept. */
static uint64_t drop_before(const struct owner *owner, uint64_t start, uint64_t stop)
{
	uint64_t first = owner->backing->map_off, edge;

	start = max_u64(round_down(start, FOLIO), first);
	stop = round_down(stop, FOLIO);
	if (stop < start + 2 * FOLIO)
		return start;
	stop -= FOLIO;
	os_drop(address(owner, start), (size_t)(stop - start));
	edge = round_down(stop, TABLES_STEP);
	if (edge > start)
		reclaim(owner, max_u64(edge - TABLES_STEP, first), edge);
	return stop;
}

/* Like drop_before, for a backward walk. Returns: the offset up to which bytes are kept. */
static uint64_t drop_after(const struct owner *owner, uint64_t start, uint64_t stop)
{
	uint64_t last = owner->backing->map_off + atomic_load(&owner->backing->map_len), edge;

	stop = min_u64(round_up(stop, FOLIO), last);
	start = round_up(start, FOLIO);
	if (stop < start + 2 * FOLIO)
		return stop;
	start += FOLIO;
	os_drop(address(owner, start), (size_t)(stop - start));
	edge = round_up(start, TABLES_STEP);
	if (edge < stop)
		reclaim(owner, edge, min_u64(edge + TABLES_STEP, last));
	return start;
}

size_t walk_drop(const char *at, size_t len, bool backward)
{
	const char *first = backward ? at : at - len;
	struct owner owner;
	uint64_t off;

	/* The slice that is walked over keeps its reader open. */
	if (!registry_owner(first, &owner) || owner.reader->keep_pages ||
		mmr_size(owner.reader) <= walk_small)
		return 0;
	off = owner.backing->map_off + (uint64_t)(first - (const char *)owner.backing->map);
	if (backward)
		return (size_t)(drop_after(&owner, off, off + len) - off);
	return (size_t)(off + len - drop_before(&owner, off, off + len));
}
