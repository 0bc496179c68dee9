/* reader.c - asking and reading an open file
 *
 * SPDX-License-Identifier: MIT */
#include "open/reader.h"

#include "open/guard.h"
#include "open/registry.h"
#include "os/map.h"

#include <mmreader/guard.h>

#include <errno.h>
#include <string.h>

uint64_t mmr_size(const mmr_reader *reader)
{
	return atomic_load_explicit(&reader->size, memory_order_acquire);
}

enum mmr_backing_kind mmr_backing(const mmr_reader *reader)
{
	return reader->backing;
}

mmr_slice mmr_bytes(const mmr_reader *reader)
{
	mmr_slice bytes = {reader->bytes, (size_t)mmr_size(reader)};

	if (reader->backing == MMR_BACKING_UNMAPPED) {
		bytes.ptr = slice_nowhere;
		bytes.len = 0;
	}
	return bytes;
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

/* What the file was when it was opened or refreshed. */
static struct os_stat stat_then(const mmr_reader *reader)
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

int reader_reaches(const struct mmr_reader *reader, uint64_t stop, uint64_t *ret_stop)
{
	struct os_stat now;

	if (reader->backing == MMR_BACKING_CALLER || reader->backing == MMR_BACKING_COPIED)
		return 0;
	if (os_stat_fd(reader->fd, &now) < 0 || now.size >= reader->offset + stop)
		return 0;
	*ret_stop = now.size > reader->offset ? now.size - reader->offset : 0;
	return error_set_at(MMR_ETRUNCATED, now.size, "read '%s'", reader->name);
}

static int copy(const mmr_reader *reader, uint64_t off, void *buffer, size_t len, size_t *ret_len)
{
	uint64_t size = mmr_size(reader);
	size_t got;
	int err;

	len = off < size ? (size_t)min_u64(len, size - off) : 0;
	if (len == 0 || reader->backing == MMR_BACKING_CALLER ||
		reader->backing == MMR_BACKING_COPIED) {
		if (len > 0)
			memcpy(buffer, reader->bytes + off, len);
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

int mmr_read_at(const mmr_reader *reader, uint64_t off, void *buffer, size_t len, size_t *ret_len)
{
	uint64_t stop;
	size_t got = 0;
	int err;

	err = copy(reader, off, buffer, len, &got);
	/* A cut zeroes the page cache while pread(2) may be copying from it. The size is set
	 * before, and so is asked for afterwards. */
	if (err == 0 && got > 0 && (got > ZERO_LOOK || memchr(buffer, '\0', got)))
		err = reader_reaches(reader, off + got, &stop);
	if (err == 0)
		*ret_len = got;
	return err;
}

/* Makes room for `size` bytes of the part in the map, where it stands. */
static int grow_map(struct mmr_reader *reader, uint64_t size)
{
	size_t page = os_page_size();
	size_t old = atomic_load(&reader->map_len);
	uint64_t needed = reader->offset - reader->map_off + size;
	size_t len;
	int err = -ENOMEM;

	if (needed <= old)
		return 0;
	if (reader->map && needed <= SIZE_MAX - page) {
		len = (size_t)(needed + page - 1) / page * page;
		err = os_map_extend(reader->map, old, len, reader->fd, reader->map_off);
		if (err == 0)
			atomic_store(&reader->map_len, len);
	}
	return err;
}

static void set_stat(mmr_reader *reader, const struct os_stat *now)
{
	registry_take();
	reader->stat = *now;
	registry_give();
}

int mmr_refresh(mmr_reader *reader)
{
	uint64_t size = mmr_size(reader), grown;
	struct os_stat then = stat_then(reader), now;
	int err;

	if (reader->backing == MMR_BACKING_CALLER)
		return 0;
	err = os_stat_fd(reader->fd, &now);
	if (err < 0)
		return error_set(err, "stat '%s'", reader->name);
	/* Against the kernel's own earlier word: the size of a pseudo file is a lie, but it is
	 * always the same lie. */
	if (size > 0 && now.size < then.size && now.size < reader->offset + size)
		return error_set_at(MMR_ETRUNCATED, now.size, "refresh '%s'", reader->name);
	if (!reader->to_the_end || now.size <= then.size || now.size <= reader->offset)
		return 0;
	grown = now.size - reader->offset;
	/* It grew while it was copied: what is there now is in the copy. */
	if (grown <= size)
		return 0;
	err = 0;
	if (reader->backing == MMR_BACKING_COPIED)
		err = -ENOMEM;
	else if (reader->backing == MMR_BACKING_MAPPED)
		err = grow_map(reader, grown);
	if (err < 0) {
		error_set(MMR_ENOROOM, "refresh '%s'", reader->name);
		return error_hint(MMR_ENOROOM, "open it with a larger reserve");
	}
	set_stat(reader, &now);
	atomic_store_explicit(&reader->size, grown, memory_order_release);
	return 1;
}

int mmr_check(const mmr_reader *reader)
{
	struct os_stat then = stat_then(reader);
	uint64_t size = mmr_size(reader);
	struct os_stat now;
	int err;

	if (reader->backing == MMR_BACKING_CALLER)
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
	struct guard guard;
	int answer;

	answer = reader_fault(reader);
	if (answer < 0)
		return answer;
	if (reader->backing == MMR_BACKING_MAPPED && !atomic_load(&guard_installed)) {
		error_set(-ENOTSUP, "guard the bytes of '%s'", reader->name);
		return error_hint(-ENOTSUP, "call mmr_guard_install first");
	}
	if (!GUARD_ENTER(&guard, reader->map, atomic_load(&reader->map_len)))
		return guard_fault(&guard);
	answer = fn(arg);
	guard_leave(&guard);
	return answer;
}
