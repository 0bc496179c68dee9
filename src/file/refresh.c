/* refresh.c - growth of a file under its reader
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"
#include "file/registry.h"

#include <errno.h>
#include <string.h>

/* The backing of before stays, for slices that point into it. Sizes at least double from one to the
 * next, so there are few of them. With `size` in it, the new one is seen by all that see the size.
 */
static void replace(mmr_reader *reader, struct backing *backing)
{
	registry_take();
	backing->older = reader_backing(reader);
	atomic_store_explicit(&reader->backing, backing, memory_order_release);
	registry_give();
}

/* Reads what was appended to a copy: bytes [size, *grown) of the range. Nobody looks at that part
 * of the room yet. A file that is cut meanwhile has grown less, if it is not shorter than before.
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
	new = heap_alloc(sizeof(*new));
	bytes = heap_alloc(room);
	if (!new || !bytes) {
		err = error_set(-ENOMEM, "grow the copy of '%s'", reader->name);
		goto free_new;
	}
	memcpy(bytes, old->bytes, (size_t)size);
	err = read_growth(reader, bytes, size, ret_grown);
	if (err < 0)
		goto free_new;
	memset(new, 0, sizeof(*new));
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

/* A map elsewhere, with room to double. */
static int map_growth(mmr_reader *reader, uint64_t grown)
{
	struct backing *new = heap_alloc(sizeof(*new));
	int err;

	if (!new)
		return error_set(-ENOMEM, "grow the map of '%s'", reader->name);
	memset(new, 0, sizeof(*new));
	err = backing_map_or_less(reader, grown, grown, new);
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

/* From `size` to `*grown` bytes, or as many as there are when they have been read. */
static int grow(mmr_reader *reader, uint64_t size, uint64_t *grown)
{
	struct backing *backing = reader_backing(reader);
	int err = -ENOMEM;

	switch (backing->kind) {
	case MMR_BACKING_COPIED:
		if (*grown >= BACKING_COPY_BELOW && !reader->copy_wanted)
			err = map_growth(reader, *grown);
		/* Files of some file systems cannot be mapped. */
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
	struct os_stat then = reader_stat(reader), now;
	int err;

	if (mmr_backing(reader) == MMR_BACKING_CALLER || reader_is_stream(reader))
		return 0;
	err = os_stat_fd(reader->fd, &now);
	if (err < 0)
		return error_set(err, "stat '%s'", reader->name);
	/* Compared with the kernel's own earlier answer: the size of a pseudo file is wrong, but
	 * always the same. */
	if (size > 0 && now.size < then.size && now.size < reader->offset + size)
		return error_set_at(MMR_ETRUNCATED, now.size, "refresh '%s'", reader->name);
	if (!reader->to_the_end || now.size <= then.size || now.size <= reader->offset)
		return 0;
	grown = now.size - reader->offset;
	/* It grew while it was copied: what is there now is in the copy. */
	if (grown <= size)
		return 0;
	err = grow(reader, size, &grown);
	if (err < 0)
		return err;
	now.size = min_u64(now.size, reader->offset + grown);
	registry_take();
	reader->stat = now;
	registry_give();
	atomic_store(&reader->ctime_ns, now.ctime_ns);
	atomic_store_explicit(&reader->size, grown, memory_order_release);
	return grown > size;
}
