/* registry.c - a list of all open readers of this process
 *
 * Opening and closing link and unlink in constant time. The list is searched after a fault, for a
 * text that is kept without a copy, for an error message, and from time to time by a long walk.
 *
 * SPDX-License-Identifier: MIT */
#include "file/registry.h"

#include "file/reader.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;
static struct mmr_reader *first;

static void take(void)
{
	pthread_mutex_lock(&lock);
}

static void give(void)
{
	pthread_mutex_unlock(&lock);
}

/* A child of fork must not inherit the lock taken by a thread that it does not have. */
static void watch_fork(void)
{
	pthread_atfork(take, give, give);
}

void registry_take(void)
{
	pthread_once(&fork_once, watch_fork);
	take();
}

void registry_give(void)
{
	give();
}

void registry_add(struct mmr_reader *reader)
{
	registry_take();
	reader->in_registry = true;
	reader->previous = NULL;
	reader->next = first;
	if (first)
		first->previous = reader;
	first = reader;
	give();
}

void registry_remove(struct mmr_reader *reader)
{
	take();
	if (reader->previous)
		reader->previous->next = reader->next;
	else
		first = reader->next;
	if (reader->next)
		reader->next->previous = reader->previous;
	give();
}

/* With the lock held. */
static bool find(const char *address, struct owner *ret_owner)
{
	struct mmr_reader *reader;

	for (reader = first; reader; reader = reader->next) {
		ret_owner->reader = reader;
		ret_owner->backing = reader_map_at(reader, address);
		if (ret_owner->backing)
			return true;
	}
	return false;
}

bool registry_owner(const char *address, struct owner *ret_owner)
{
	bool found;

	registry_take();
	found = find(address, ret_owner);
	give();
	return found;
}

int registry_explain(const char *address, bool bad_memory)
{
	struct owner owner;
	int err;

	take();
	if (!find(address, &owner))
		err = error_set(-EFAULT, "read memory at %p", (const void *)address);
	else if (address < owner.backing->bytes)
		/* The page of the first byte: all of it is lost. */
		err = reader_explain(owner.reader, 0, bad_memory);
	else
		err = reader_explain(
			owner.reader, (uint64_t)(address - owner.backing->bytes), bad_memory);
	give();
	return err;
}

/* How many bytes of memory a backing has from `bytes` on. The size of a reader is not asked for: a
 * slice may be of an older backing. */
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

/* The backing of a reader that contains a whole slice; NULL for none. */
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

	registry_take();
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
	give();
	return reader != NULL;
}
