/* reader.c - the properties of a reader, reads at offsets, and checks for changes of the file
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"

#include <errno.h>
#include <string.h>
#include <time.h>

uint64_t mmr_size(const mmr_reader *reader)
{
	return atomic_load_explicit(&reader->size, memory_order_acquire);
}

enum mmr_backing_kind mmr_backing(const mmr_reader *reader)
{
	return reader_backing(reader)->kind;
}

mmr_slice mmr_bytes(const mmr_reader *reader)
{
	uint64_t size = mmr_size(reader);
	const struct backing *backing = reader_backing(reader);
	mmr_slice bytes = {backing->bytes, (size_t)size};

	if (backing->kind == MMR_BACKING_UNMAPPED || backing->kind == MMR_BACKING_STREAM) {
		bytes.ptr = slice_nowhere;
		bytes.len = 0;
	}
	return bytes;
}

unsigned mmr_abilities(const mmr_reader *reader)
{
	switch (mmr_backing(reader)) {
	case MMR_BACKING_STREAM:
		return 0;
	case MMR_BACKING_UNMAPPED:
		return MMR_HAS_OFFSETS;
	default:
		return MMR_HAS_OFFSETS | MMR_HAS_ADDRESSES;
	}
}

int reader_no_offsets(const struct mmr_reader *reader)
{
	error_set(-ESPIPE, "read '%s' at an offset", reader->name);
	return error_hint(-ESPIPE, "save the stream to a file first");
}

const struct backing *reader_map_at(const struct mmr_reader *reader, const char *address)
{
	const struct backing *backing = reader_backing(reader);
	const char *map;

	for (; backing; backing = backing->older) {
		map = backing->map;
		if (map && address >= map && address < map + atomic_load(&backing->map_len))
			break;
	}
	return backing;
}

int reader_fault(const struct mmr_reader *reader)
{
	int err = atomic_load_explicit(&reader->fault, memory_order_acquire);

	if (err == 0)
		return 0;
	return error_set_at(err, atomic_load(&reader->fault_off), "read '%s', which failed before",
		reader->name);
}

static bool is_changed(const struct os_stat *then, const struct os_stat *now)
{
	return now->size != then->size || now->mtime_ns != then->mtime_ns ||
	       now->ctime_ns != then->ctime_ns;
}

int reader_status(const struct mmr_reader *reader, const char *verb, struct os_stat *ret_then,
	struct os_stat *ret_now)
{
	uint64_t size;
	int err;

	if (reader->fd < 0 || reader_is_stream(reader))
		return 0;
	lock_take(LOCK_READERS);
	*ret_then = reader->stat;
	lock_give(LOCK_READERS);
	size = mmr_size(reader);
	err = os_stat_fd(reader->fd, ret_now);
	if (err < 0)
		return error_set(err, "stat '%s'", reader->name);
	/* Compared with the earlier status, not only with the size of the reader: the size of a
	 * pseudo file is wrong, but always the same. */
	if (size > 0 && ret_now->size < ret_then->size && ret_now->size < reader->offset + size)
		return error_set_at(MMR_ETRUNCATED, ret_now->size, "%s '%s'", verb, reader->name);
	return 1;
}

int reader_explain(struct mmr_reader *reader, uint64_t off, bool bad_memory)
{
	struct os_stat now;
	size_t got;
	char byte;
	int err;

	lock_take(LOCK_READERS);
	err = os_stat_fd(reader->fd, &now);
	if (err == 0 && now.size <= reader->offset + off) {
		/* The kernel faults a page at a time; the file ended where its size now says. */
		off = now.size > reader->offset ? now.size - reader->offset : 0;
		err = MMR_ETRUNCATED;
	} else if (err == 0) {
		err = os_read_at(reader->fd, reader->offset + off, &byte, 1, &got);
		/* The byte can be read now. If the file has changed, it was truncated and has grown
		 * again, and the scan has missed bytes. If not, the page in memory is bad, or the
		 * device failed for a moment. */
		if (err == 0)
			err = bad_memory || !is_changed(&reader->stat, &now) ? -EIO
									     : MMR_ETRUNCATED;
	}
	off += reader->offset;
	if (atomic_load(&reader->fault) == 0) {
		atomic_store(&reader->fault_off, off);
		atomic_store_explicit(&reader->fault, err, memory_order_release);
	}
	lock_give(LOCK_READERS);
	return error_set_at(err, off, "read '%s'", reader->name);
}

int reader_reaches_file(const struct mmr_reader *reader, uint64_t stop, uint64_t *ret_stop)
{
	struct os_stat now;

	/* A range that starts after the end of the file is empty, and has no bytes to lose. */
	if (stop == 0 || os_stat_fd(reader->fd, &now) < 0 || now.size >= reader->offset + stop)
		return 0;
	*ret_stop = now.size > reader->offset ? now.size - reader->offset : 0;
	return error_set_at(MMR_ETRUNCATED, now.size, "read '%s'", reader->name);
}

/* Whether a change of the file changes the bytes of this backing. */
static bool is_file(const struct backing *backing)
{
	return backing->kind == MMR_BACKING_MAPPED || backing->kind == MMR_BACKING_UNMAPPED;
}

int reader_reaches(const struct mmr_reader *reader, const struct backing *backing, uint64_t stop,
	uint64_t *ret_stop)
{
	return is_file(backing) ? reader_reaches_file(reader, stop, ret_stop) : 0;
}

static int copy(const mmr_reader *reader, const struct backing *backing, uint64_t off, void *buffer,
	size_t len, size_t *ret_len)
{
	size_t got;
	int err;

	*ret_len = len;
	if (len == 0)
		return 0;
	if (!is_file(backing)) {
		memcpy(buffer, backing->bytes + off, len);
		return 0;
	}
	err = os_read_at(reader->fd, reader->offset + off, buffer, len, &got);
	if (err == 0 && got < len)
		err = MMR_ETRUNCATED;
	if (err < 0)
		return error_set_at(err, reader->offset + off + got, "read '%s'", reader->name);
	return 0;
}

/* Up to this many bytes are searched for zeroes. For more, fstat(2) costs less: it takes 450 ns,
 * where pread(2) of 128 KiB takes 13,000 ns. */
#define ZERO_LOOK ((size_t)8 << 10)

/* A file that is written continuously is read again at most this often. */
#define READ_AGAIN 8

/* Kernels before 6.13 stamp changes with a clock that ticks every 10 ms or less: two changes may
 * have the same time. */
static bool is_past(int64_t time_ns)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec - time_ns > 10 * 1000000;
}

/* A truncation zeroes the page cache while pread(2) may be copying from it. The kernel sets the
 * size before that, so the size is checked after the copy. If the file has been extended again, its
 * size is right, but its time has changed. Then zeroes are read again, until the file does not
 * change meanwhile. */
int reader_confirm(const mmr_reader *reader, const struct backing *backing, uint64_t off,
	void *buffer, size_t len)
{
	int64_t changed = atomic_load(&reader->ctime_ns);
	struct os_stat now;
	int tries, err;

	if (!is_file(backing) || len == 0 || (len <= ZERO_LOOK && !memchr(buffer, '\0', len)))
		return 0;
	for (tries = 0; tries < READ_AGAIN; tries++) {
		if (os_stat_fd(reader->fd, &now) < 0)
			return 0;
		if (now.size < reader->offset + off + len)
			return error_set_at(MMR_ETRUNCATED, now.size, "read '%s'", reader->name);
		if (now.ctime_ns == changed && (tries == 0 || is_past(changed)))
			return 0;
		if (!memchr(buffer, '\0', len))
			return 0;
		changed = now.ctime_ns;
		err = copy(reader, backing, off, buffer, len, &len);
		if (err < 0)
			return err;
	}
	return 0;
}

int mmr_read_at(const mmr_reader *reader, uint64_t off, void *buffer, size_t len, size_t *ret_len)
{
	uint64_t size = mmr_size(reader);
	const struct backing *backing = reader_backing(reader);
	size_t got = 0;
	int err;

	if (reader_is_stream(reader))
		return reader_no_offsets(reader);
	len = off < size ? (size_t)min_u64(len, size - off) : 0;
	err = copy(reader, backing, off, buffer, len, &got);
	if (err == 0)
		err = reader_confirm(reader, backing, off, buffer, got);
	if (err == 0)
		*ret_len = got;
	return err;
}

/* Whether the path of the reader, if it has one, still names its file. */
static bool is_at_path(const struct mmr_reader *reader, const struct os_stat *then)
{
	struct os_stat now;

	return !reader->by_path || (os_stat_path(reader->name, &now) == 0 && now.dev == then->dev &&
					   now.ino == then->ino);
}

int mmr_check(const mmr_reader *reader)
{
	struct os_stat then, now;
	int err = reader_status(reader, "check", &then, &now);

	if (err <= 0)
		return err;
	/* First, because rename(2) and unlink(2) change the times of the file too. */
	if (!is_at_path(reader, &then))
		return error_explain_at(MMR_EREPLACED, UINT64_MAX,
			"cannot check '%s': its path names another file or none", reader->name);
	if (now.size > then.size)
		return error_set(MMR_EGROWN, "check '%s'", reader->name);
	if (is_changed(&then, &now))
		return error_set(MMR_ECHANGED, "check '%s'", reader->name);
	return 0;
}
