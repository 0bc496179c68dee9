/* extents.c - finds the data of a sparse file, without moving the offset of a caller's descriptor
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"

mmr_extents mmr_extents_of_range(const mmr_reader *reader, uint64_t off, uint64_t len)
{
	uint64_t size = mmr_size(reader);
	mmr_extents it = {reader, min_u64(off, size), 0};

	it.stop = it.off + min_u64(len, size - it.off);
	return it;
}

mmr_extents mmr_extents_of(const mmr_reader *reader)
{
	return mmr_extents_of_range(reader, 0, MMR_REST);
}

/* Returns: a descriptor whose offset may be moved, or -1. It is the reader's own if the reader
 * opened the path, or else a second one, which is opened at the first call. */
static int seekable(const mmr_reader *const_reader)
{
	mmr_reader *reader = (mmr_reader *)const_reader;
	int expected = -1, fd;

	if (reader->fd < 0 || mmr_backing(reader) == MMR_BACKING_COPIED || reader_is_stream(reader))
		return -1;
	if (reader->by_path)
		return reader->fd;
	fd = atomic_load(&reader->seek_fd);
	if (fd >= 0 || os_reopen(reader->fd, false, &fd) < 0)
		return fd;
	if (atomic_compare_exchange_strong(&reader->seek_fd, &expected, fd))
		return fd;
	os_close(fd);
	return expected;
}

bool mmr_extents_next(mmr_extents *it, mmr_extent *ret_extent)
{
	uint64_t base = it->reader->offset, asked = base + it->off;
	uint64_t start = it->off, stop = it->stop;
	int fd;

	if (start >= stop)
		return false;
	fd = seekable(it->reader);
	if (fd >= 0 && os_next_data(fd, asked, &start, &stop) == 0) {
		start = max_u64(start, asked) - base;
		stop = min_u64(stop - base, it->stop);
	}
	if (start >= stop) {
		it->off = it->stop;
		return false;
	}
	ret_extent->off = start;
	ret_extent->len = stop - start;
	it->off = stop;
	return true;
}

DEFINE_FILL(mmr_extents_fill, mmr_extents, mmr_extent, mmr_extents_next)
