/* page_cache.c - the page cache of a file: what is in it, and reads that leave it as it is
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"

#include <errno.h>

/* --- Reads that do not fill it --- */

bool reader_offers(const struct mmr_reader *reader, enum reader_way way)
{
	return !(atomic_load_explicit(&reader->refused, memory_order_relaxed) & way);
}

/* Returns: the descriptor for direct reads, which is opened at the first call; -1 if the file
 * cannot be opened so. */
static int direct_fd(struct mmr_reader *reader)
{
	int fd = atomic_load(&reader->direct_fd), expected = -1;

	if (fd >= 0 || os_reopen(reader->fd, true, &fd) < 0)
		return fd;
	if (atomic_compare_exchange_strong(&reader->direct_fd, &expected, fd))
		return fd;
	os_close(fd);
	return expected;
}

/* Reads blocks of the device: from the one with the first byte to the one with the last. */
static int read_direct(struct mmr_reader *reader, uint64_t off, char *buffer, size_t len,
	char **ret_start, size_t *ret_len)
{
	uint64_t start = reader->offset + off, block = round_down(start, OS_DIRECT_ALIGN);
	char *aligned = buffer + (0 - (uintptr_t)buffer) % OS_DIRECT_ALIGN;
	size_t lead = (size_t)(start - block), got;
	int fd = direct_fd(reader), err;

	if (fd < 0)
		return -ENOTSUP;
	err = os_read_direct(
		fd, block, aligned, (size_t)round_up(start + len - block, OS_DIRECT_ALIGN), &got);
	*ret_start = aligned + lead;
	*ret_len = got > lead ? min_size(got - lead, len) : 0;
	return err;
}

static int read_in_way(struct mmr_reader *reader, enum reader_way way, uint64_t off, char *buffer,
	size_t len, char **ret_start, size_t *ret_len)
{
	if (way == READER_DIRECT)
		return read_direct(reader, off, buffer, len, ret_start, ret_len);
	*ret_start = buffer;
	return os_read_uncached(reader->fd, reader->offset + off, buffer, len, ret_len);
}

int reader_read(const struct mmr_reader *const_reader, enum reader_way way, uint64_t off,
	char *buffer, size_t len, mmr_slice *ret_bytes)
{
	mmr_reader *reader = (mmr_reader *)const_reader;
	size_t got = 0;
	char *start;
	int err;

	if (!reader_offers(reader, way))
		return -ENOTSUP;
	err = read_in_way(reader, way, off, buffer, len, &start, &got);
	if (err == -EINVAL || err == -EOPNOTSUPP || err == -ENOTSUP || err == -ENOSYS)
		atomic_fetch_or(&reader->refused, (unsigned)way);
	if (err < 0)
		return -ENOTSUP;
	if (got < len || reader_confirm(reader, reader_backing(reader), off, start, len) < 0)
		return -ENOTSUP;
	ret_bytes->ptr = start;
	ret_bytes->len = len;
	return 0;
}

/* --- What is in it --- */

int reader_cached(const struct mmr_reader *reader, uint64_t off, uint64_t len, bool by_mincore,
	uint64_t *ret_n_cached, uint64_t *ret_n_all)
{
	uint64_t page = os_page_size(), start = round_down(reader->offset + off, page);
	uint64_t stop = round_up(reader->offset + off + len, page);

	*ret_n_all = (stop - start) / page;
	if (by_mincore)
		return os_mincore(reader->fd, start, stop - start, ret_n_cached);
	return os_cachestat(reader->fd, start, stop - start, ret_n_cached);
}

void reader_evict(const struct mmr_reader *reader, uint64_t off, uint64_t len)
{
	uint64_t page = os_page_size(), start = round_down(reader->offset + off, page);

	os_evict(reader->fd, start, round_up(reader->offset + off + len, page) - start);
}

void reader_prefetch(const struct mmr_reader *reader, uint64_t off, uint64_t len)
{
	os_prefetch(reader->fd, reader->offset + off, len);
}

bool reader_fits_cache(uint64_t len)
{
	return len <= os_memory_available() / 2;
}
