/* refresh.c - extends a reader when its file has grown
 *
 * SPDX-License-Identifier: MIT */
#include "file/backing.h"

#include <errno.h>
#include <string.h>

static struct backing *backing_new(void)
{
	struct backing *backing = heap_alloc(sizeof(*backing));

	if (backing)
		memset(backing, 0, sizeof(*backing));
	return backing;
}

/* Makes a backing the newest one. The old one stays, since slices point into it. Each is at least
 * twice as large as the one before, so there are few. */
static void replace(mmr_reader *reader, struct backing *backing)
{
	lock_take(LOCK_READERS);
	backing->older = reader_backing(reader);
	atomic_store_explicit(&reader->backing, backing, memory_order_release);
	lock_give(LOCK_READERS);
}

/* Reads bytes [size, *grown) of the range, which were appended, into the unused room of a copy. If
 * the file is truncated meanwhile, `*grown` becomes smaller. It is an error if it is below `size`.
 */
static int read_growth(const mmr_reader *reader, char *bytes, uint64_t size, uint64_t *grown)
{
	size_t wanted = (size_t)(*grown - size), got;
	int err = os_read_at(reader->fd, reader->offset + size, bytes + size, wanted, &got);

	if (err < 0)
		return error_set_at(err, reader->offset + size + got, "read '%s'", reader->name);
	*grown = size + got;
	err = reader_reaches_file(reader, *grown, grown);
	return *grown < size ? err : 0;
}

static int grow_copy(mmr_reader *reader, uint64_t size, uint64_t *ret_grown)
{
	uint64_t grown = *ret_grown;
	struct backing *old = reader_backing(reader), *new;
	size_t room;
	char *bytes;
	int err;

	if (grown <= old->room)
		return read_growth(reader, (char *)(uintptr_t)old->bytes, size, ret_grown);
	if (grown > SIZE_MAX / 4)
		return error_set(-ENOMEM, "grow the copy of '%s'", reader->name);
	room = (size_t)grown * 2;
	new = backing_new();
	bytes = heap_alloc(room);
	if (!new || !bytes) {
		err = error_set(-ENOMEM, "grow the copy of '%s'", reader->name);
		goto free_new;
	}
	memcpy(bytes, old->bytes, (size_t)size);
	err = read_growth(reader, bytes, size, ret_grown);
	if (err < 0)
		goto free_new;
	new->kind = MMR_BACKING_COPIED;
	new->bytes = bytes;
	new->room = room;
	replace(reader, new);
	return 0;

free_new:
	heap_free(bytes);
	heap_free(new);
	return err;
}

/* Maps the file at another address, with room to double. */
static int map_growth(mmr_reader *reader, uint64_t grown)
{
	struct backing *new = backing_new();
	int err;

	if (!new)
		return error_set(-ENOMEM, "grow the map of '%s'", reader->name);
	err = backing_map(reader, grown, grown, new);
	if (err == 0) {
		replace(reader, new);
		return 0;
	}
	heap_free(new);
	if (err != -ENOMEM)
		return error_set(err, "map '%s'", reader->name);
	error_set(MMR_ENOROOM, "map '%s'", reader->name);
	return error_hint(MMR_ENOROOM, "raise the address space limit (ulimit -v)");
}

/* Extends the reader from `size` to `*grown` bytes, or to as many as could be read. */
static int grow(mmr_reader *reader, uint64_t size, uint64_t *grown)
{
	struct backing *backing = reader_backing(reader);
	int err = -ENOMEM;

	switch (backing->kind) {
	case MMR_BACKING_COPIED:
		if (*grown >= BACKING_COPY_BELOW && !reader->copy_wanted)
			err = map_growth(reader, *grown);
		/* Some file systems do not support maps. */
		return err == 0 ? 0 : grow_copy(reader, size, grown);
	case MMR_BACKING_MAPPED:
		err = backing_extend(reader, backing, *grown);
		if (err < 0)
			err = map_growth(reader, *grown);
		return err;
	default:
		return 0;
	}
}

int mmr_refresh(mmr_reader *reader)
{
	uint64_t size = mmr_size(reader), grown;
	struct os_stat then, now;
	int err = reader_status(reader, "refresh", &then, &now);

	if (err <= 0)
		return err;
	if (!reader->to_the_end || now.size <= then.size || now.size <= reader->offset)
		return 0;
	grown = now.size - reader->offset;
	/* It grew while it was copied, so the copy already has the new bytes. */
	if (grown <= size)
		return 0;
	err = grow(reader, size, &grown);
	if (err < 0)
		return err;
	now.size = min_u64(now.size, reader->offset + grown);
	lock_take(LOCK_READERS);
	reader->stat = now;
	lock_give(LOCK_READERS);
	atomic_store(&reader->ctime_ns, now.ctime_ns);
	atomic_store_explicit(&reader->size, grown, memory_order_release);
	return grown > size;
}
