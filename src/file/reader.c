/* reader.c - asking and reading an open file
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"

#include "file/guard.h"
#include "file/registry.h"
#include "file/stream.h"
#include "os/os.h"

#include <mmreader/guard.h>

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

uint64_t mmr_consumed(const mmr_reader *reader)
{
	return reader->stream ? atomic_load(&reader->stream->consumed) : 0;
}

int mmr_head(const mmr_reader *reader, void *buffer, size_t len, size_t *ret_len)
{
	if (!reader->stream)
		return mmr_read_at(reader, 0, buffer, min_size(len, STREAM_HEAD), ret_len);
	*ret_len = min_size(len, reader->stream->head_len);
	memcpy(buffer, reader->stream->head, *ret_len);
	return 0;
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

/* Called with the registry's lock held. */
static void remember(struct mmr_reader *reader, int err, uint64_t off)
{
	if (atomic_load(&reader->fault) < 0)
		return;
	atomic_store(&reader->fault_off, off);
	atomic_store_explicit(&reader->fault, err, memory_order_release);
}

struct os_stat reader_stat(const struct mmr_reader *reader)
{
	struct os_stat then;

	registry_take();
	then = reader->stat;
	registry_give();
	return then;
}

static bool is_changed(const struct os_stat *then, const struct os_stat *now)
{
	return now->size != then->size || now->mtime_ns != then->mtime_ns ||
	       now->ctime_ns != then->ctime_ns;
}

int reader_explain(struct mmr_reader *reader, uint64_t off, bool bad_memory)
{
	struct os_stat now;
	size_t got;
	char byte;
	int err;

	err = os_stat_fd(reader->fd, &now);
	if (err == 0 && now.size <= reader->offset + off) {
		/* The kernel faults a page at a time; the file ended where its size now says. */
		off = now.size > reader->offset ? now.size - reader->offset : 0;
		err = MMR_ETRUNCATED;
	} else if (err == 0) {
		err = os_read_at(reader->fd, reader->offset + off, &byte, 1, &got);
		/* Readable all the same. Either the file was cut and has grown back, and what the
		 * scan missed is lost; or nobody has touched it, and it was the page in memory that
		 * is bad, or the device for a moment. */
		if (err == 0)
			err = bad_memory || !is_changed(&reader->stat, &now) ? -EIO
									     : MMR_ETRUNCATED;
	}
	remember(reader, err, reader->offset + off);
	return error_set_at(err, reader->offset + off, "read '%s'", reader->name);
}

int reader_reaches_file(const struct mmr_reader *reader, uint64_t stop, uint64_t *ret_stop)
{
	struct os_stat now;

	if (os_stat_fd(reader->fd, &now) < 0 || now.size >= reader->offset + stop)
		return 0;
	*ret_stop = now.size > reader->offset ? now.size - reader->offset : 0;
	return error_set_at(MMR_ETRUNCATED, now.size, "read '%s'", reader->name);
}

int reader_reaches(const struct mmr_reader *reader, const struct backing *backing, uint64_t stop,
	uint64_t *ret_stop)
{
	if (backing->kind != MMR_BACKING_MAPPED && backing->kind != MMR_BACKING_UNMAPPED)
		return 0;
	return reader_reaches_file(reader, stop, ret_stop);
}

static int copy(const mmr_reader *reader, const struct backing *backing, uint64_t off, void *buffer,
	size_t len, size_t *ret_len)
{
	size_t got;
	int err;

	if (len == 0 || backing->kind == MMR_BACKING_CALLER ||
		backing->kind == MMR_BACKING_COPIED) {
		if (len > 0)
			memcpy(buffer, backing->bytes + off, len);
		*ret_len = len;
		return 0;
	}
	err = os_read_at(reader->fd, reader->offset + off, buffer, len, &got);
	if (err < 0)
		return error_set_at(err, reader->offset + off + got, "read '%s'", reader->name);
	if (got < len)
		return error_set_at(
			MMR_ETRUNCATED, reader->offset + off + got, "read '%s'", reader->name);
	*ret_len = got;
	return 0;
}

/* Zeroes are looked for in so much; beyond, asking for the size costs less (450 ns where a pread of
 * 128 KiB takes 13,000). */
#define ZERO_LOOK ((size_t)8 << 10)

/* A file that is written to all the time is read again at most so often. */
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
 * size before, so the size is asked for afterwards. If the file has been written back since then,
 * the size is right again, but the file has changed: zeroes are believed if it did not change while
 * they were read a second time. */
static int confirm(const mmr_reader *reader, const struct backing *backing, uint64_t off,
	void *buffer, size_t len)
{
	int64_t changed = atomic_load(&reader->ctime_ns);
	struct os_stat now;
	int tries, err;

	if (backing->kind == MMR_BACKING_CALLER || backing->kind == MMR_BACKING_COPIED)
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
	if (err == 0 && got > 0 && (got > ZERO_LOOK || memchr(buffer, '\0', got)))
		err = confirm(reader, backing, off, buffer, got);
	if (err == 0)
		*ret_len = got;
	return err;
}

int mmr_check(const mmr_reader *reader)
{
	struct os_stat then = reader_stat(reader);
	uint64_t size = mmr_size(reader);
	struct os_stat now;
	int err;

	if (mmr_backing(reader) == MMR_BACKING_CALLER || reader_is_stream(reader))
		return 0;
	err = os_stat_fd(reader->fd, &now);
	if (err < 0)
		return error_set(err, "stat '%s'", reader->name);
	if (size > 0 && now.size < then.size && now.size < reader->offset + size)
		return error_set_at(MMR_ETRUNCATED, now.size, "check '%s'", reader->name);
	if (is_changed(&then, &now))
		return error_set(MMR_ECHANGED, "check '%s'", reader->name);
	if (!reader->by_path)
		return 0;
	if (os_stat_path(reader->name, &now) < 0 || now.dev != then.dev || now.ino != then.ino)
		return error_set(
			MMR_ECHANGED, "check '%s': its path leads elsewhere", reader->name);
	return 0;
}

int mmr_try(mmr_reader *reader, int (*fn)(void *arg), void *arg)
{
	int answer = reader_fault(reader);
	struct guard guard;

	if (answer < 0)
		return answer;
	if (mmr_backing(reader) == MMR_BACKING_MAPPED && !atomic_load(&guard_installed)) {
		error_set(-ENOTSUP, "guard the bytes of '%s'", reader->name);
		return error_hint(-ENOTSUP, "call mmr_guard_install first");
	}
	/* The guard names the reader, not its maps: a refresh may add one while `fn` runs. */
	if (!GUARD_ENTER(&guard, "", 0))
		return guard_fault(&guard);
	guard.reader = reader;
	answer = fn(arg);
	guard_leave(&guard);
	return answer;
}
