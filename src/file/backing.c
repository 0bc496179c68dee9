/* backing.c - maps and copies the range of a reader
 *
 * SPDX-License-Identifier: MIT */
#include "file/backing.h"

#include <errno.h>
#include <string.h>

/* How much is read first from a file of size 0. The kernel makes the content of most pseudo files
 * anew for each read, so one read should be enough. Some files cannot be read in less than a word.
 */
#define PSEUDO_STEP (UINT64_C(4) << 10)

static int map(const mmr_reader *reader, uint64_t size, uint64_t reserve, struct backing *backing)
{
	size_t page = os_page_size();
	uint64_t lead = reader->offset % page;
	uint64_t room = SIZE_MAX - 2 * page;
	size_t len;
	int err;

	if (size > room - lead || reserve > room - lead - size)
		return -ENOMEM;
	len = (size_t)round_up(lead + size + reserve, page);
	backing->map_off = reader->offset - lead;
	backing->bytes = "";
	if (len > 0 && size + reserve > 0) {
		err = os_map(reader->fd, backing->map_off, len, &backing->map, &backing->shared);
		if (err < 0)
			return err;
		atomic_store(&backing->map_len, len);
		backing->bytes = (const char *)backing->map + lead;
	}
	backing->kind = MMR_BACKING_MAPPED;
	return 0;
}

int backing_map(const mmr_reader *reader, uint64_t size, uint64_t reserve, struct backing *backing)
{
	int err = map(reader, size, reserve, backing);

	if (err < 0 && reserve > 0)
		err = map(reader, size, 0, backing);
	return err;
}

/* Returns: how many bytes of a copy are true. If the file was truncated meanwhile, bytes after the
 * new end may have been copied as zeroes. If not, all are true, whatever the size is. */
static uint64_t size_left(const struct mmr_reader *reader)
{
	struct os_stat now;

	if (os_stat_fd(reader->fd, &now) < 0 || now.size >= reader->stat.size)
		return UINT64_MAX;
	return now.size > reader->offset ? now.size - reader->offset : 0;
}

int backing_copy(const mmr_reader *reader, uint64_t size, uint64_t wanted, uint64_t limit,
	struct backing *backing, size_t *ret_len, uint64_t *ret_off)
{
	uint64_t guess = size > 0 ? size + 2 : PSEUDO_STEP;
	size_t room = (size_t)(min_u64(min_u64(wanted, guess - 1), limit) + 1);
	size_t len = 0, got;
	char *bytes, *larger;
	int err;

	*ret_off = UINT64_MAX;
	bytes = heap_alloc(room);
	if (!bytes)
		return -ENOMEM;
	for (;;) {
		size_t step = (size_t)min_u64(room - len, wanted - len);

		err = os_read_at(reader->fd, reader->offset + len, bytes + len, step, &got);
		if (err < 0) {
			*ret_off = reader->offset + len + got;
			goto free_bytes;
		}
		len += got;
		if (got < step || len == wanted)
			break;
		err = -EFBIG;
		if (len > limit)
			goto free_bytes;
		err = -ENOMEM;
		larger = room > SIZE_MAX / 2 ? NULL : heap_alloc(room * 2);
		if (!larger)
			goto free_bytes;
		memcpy(larger, bytes, len);
		heap_free(bytes);
		bytes = larger;
		room *= 2;
	}
	*ret_len = (size_t)min_u64(len, size_left(reader));
	backing->bytes = bytes;
	backing->room = room;
	backing->kind = MMR_BACKING_COPIED;
	return 0;

free_bytes:
	heap_free(bytes);
	return err;
}

int backing_extend(const mmr_reader *reader, struct backing *backing, uint64_t size)
{
	size_t page = os_page_size();
	size_t old = atomic_load(&backing->map_len);
	uint64_t needed = reader->offset - backing->map_off + size;
	size_t len;
	int err;

	if (needed <= old)
		return 0;
	if (!backing->map || needed > SIZE_MAX - page)
		return -ENOMEM;
	len = (size_t)round_up(needed, page);
	err = os_map_extend(backing->map, old, len, reader->fd, backing->map_off);
	if (err == 0)
		atomic_store(&backing->map_len, len);
	return err;
}

void backing_end(struct backing *backing)
{
	if (backing->map)
		os_unmap(backing->map, atomic_load(&backing->map_len));
	if (backing->kind == MMR_BACKING_COPIED)
		heap_free((void *)backing->bytes);
}
