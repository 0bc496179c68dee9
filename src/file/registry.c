/* registry.c - a list of all open readers of this process
 *
 * Opening and closing a reader takes constant time. The list is searched after a fault, to keep a
 * text without a copy, for an error message, and now and then by a long walk.
 *
 * SPDX-License-Identifier: MIT */
#include "file/registry.h"

#include <stdio.h>

static struct mmr_reader *first;

void registry_add(struct mmr_reader *reader)
{
	lock_take(LOCK_READERS);
	reader->in_registry = true;
	reader->previous = NULL;
	reader->next = first;
	if (first)
		first->previous = reader;
	first = reader;
	lock_give(LOCK_READERS);
}

void registry_remove(struct mmr_reader *reader)
{
	lock_take(LOCK_READERS);
	if (reader->previous)
		reader->previous->next = reader->next;
	else
		first = reader->next;
	if (reader->next)
		reader->next->previous = reader->previous;
	lock_give(LOCK_READERS);
}

bool registry_owner(const char *address, struct owner *ret_owner)
{
	const struct backing *backing = NULL;
	struct mmr_reader *reader;

	lock_take(LOCK_READERS);
	for (reader = first; reader && !backing; reader = reader->next) {
		backing = reader_map_at(reader, address);
		ret_owner->reader = reader;
		ret_owner->backing = backing;
	}
	lock_give(LOCK_READERS);
	return backing != NULL;
}

/* Returns: how many bytes of memory a backing has from `bytes` on. This is not the size of the
 * reader, because a slice may be in an older backing. */
static size_t length_of(const struct mmr_reader *reader, const struct backing *backing)
{
	switch (backing->kind) {
	case MMR_BACKING_MAPPED:
		if (!backing->map)
			return 0;
		return atomic_load(&backing->map_len) -
		       (size_t)(backing->bytes - (const char *)backing->map);
	case MMR_BACKING_COPIED:
		return backing->room;
	case MMR_BACKING_CALLER:
		return (size_t)atomic_load(&reader->size);
	default:
		return 0;
	}
}

/* Returns: the backing of a reader that contains a whole slice; NULL if there is none. */
static const struct backing *container(const struct mmr_reader *reader, mmr_slice slice)
{
	const struct backing *backing = reader_backing(reader);
	uintptr_t start, at = (uintptr_t)slice.ptr;
	size_t len;

	for (; backing; backing = backing->older) {
		start = (uintptr_t)backing->bytes;
		len = length_of(reader, backing);
		if (at >= start && at - start <= len && slice.len <= len - (at - start))
			break;
	}
	return backing;
}

bool registry_find(mmr_slice slice, struct registry_place *ret_place)
{
	const struct backing *backing = NULL;
	struct mmr_reader *reader;
	uint64_t off;

	lock_take(LOCK_READERS);
	for (reader = first; reader; reader = reader->next) {
		backing = container(reader, slice);
		if (backing)
			break;
	}
	if (reader && ret_place) {
		off = (uint64_t)(slice.ptr - backing->bytes);
		ret_place->off = reader->offset + off;
		ret_place->at_end = off + slice.len == atomic_load(&reader->size);
		snprintf(ret_place->name, sizeof(ret_place->name), "%s", reader->name);
	}
	lock_give(LOCK_READERS);
	return reader != NULL;
}
