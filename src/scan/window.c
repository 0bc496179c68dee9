/* window.c - loads bytes of a reader and drops their pages
 *
 * SPDX-License-Identifier: MIT */
#include "scan/window.h"

#include "file/guard.h"
#include "file/reader.h"

#include <errno.h>
#include <string.h>

/* A fault maps the whole folio around it, also pages of it that were dropped. So the held range
 * starts and stops at multiples of the largest folio: the folio in which two blocks meet is dropped
 * as a whole when it is passed. */
#define HELD_STEP ((uint64_t)WINDOW_DEFAULT)

/* A fault maps up to so many bytes around it, unless a folio is larger (fault_around_bytes). */
#define TOUCH_STEP  ((size_t)64 << 10)
#define TOUCH_AFTER 2

/* A copy in the same position of a cache line as the original is made up to 10 % faster, since the
 * kernel then reads and writes whole lines. */
#define COPY_ALIGN ((size_t)64)

void window_start(struct window *window, mmr_reader *reader, const struct backing *backing)
{
	memset(window, 0, sizeof(*window));
	window->reader = reader;
	window->backing = backing;
}

void window_end(struct window *window)
{
	window_drop_outside(window, 0, 0);
	heap_free(window->buffer);
}

int window_reserve(struct window *window, size_t room)
{
	char *larger;

	if (room <= window->room)
		return 0;
	larger = heap_alloc(room);
	if (!larger)
		return error_set(-ENOMEM, "buffer %zu bytes of a line", room);
	if (window->filled > 0)
		memcpy(larger, window->buffer, window->filled);
	heap_free(window->buffer);
	window->buffer = larger;
	window->room = room;
	window->is_new = true;
	return 0;
}

/* Extends a range, which is empty at first, to one that includes [start, stop). */
static void extend(uint64_t *range_start, uint64_t *range_stop, uint64_t start, uint64_t stop)
{
	bool is_empty = *range_start == *range_stop;

	*range_start = is_empty ? start : min_u64(*range_start, start);
	*range_stop = is_empty ? stop : max_u64(*range_stop, stop);
}

/* Reads without leaving the bytes in the page cache. Errors: -ENOTSUP; -ENOMEM. */
static int read_past(
	struct window *window, enum reader_way way, uint64_t off, size_t len, mmr_slice *ret_bytes)
{
	int err;

	if (!reader_offers(window->reader, way))
		return -ENOTSUP;
	err = window_reserve(window, len + READER_SLACK);
	if (err < 0)
		return err;
	return reader_read(window->reader, way, off, window->buffer, len, ret_bytes);
}

static int copy(struct window *window, uint64_t off, size_t len, mmr_slice *ret_bytes)
{
	uint64_t start, end;
	size_t got;
	char *to;
	int err;

	if (window->io_mode == MMR_IO_UNCACHED || window->io_mode == MMR_IO_DIRECT) {
		err = read_past(window,
			window->io_mode == MMR_IO_DIRECT ? READER_DIRECT : READER_UNCACHED, off,
			len, ret_bytes);
		if (err != -ENOTSUP)
			return err;
		window->io_mode = MMR_IO_READ;
	}
	start = window->reader->offset + off;
	err = window_reserve(window, len + COPY_ALIGN - 1);
	if (err < 0)
		return err;
	to = window->buffer + (size_t)(start - (uintptr_t)window->buffer) % COPY_ALIGN;
	err = mmr_read_at(window->reader, off, to, len, &got);
	if (err == MMR_ETRUNCATED) {
		/* The file may end before `off`. */
		end = mmr_last_error_offset();
		got = end > start ? (size_t)(end - start) : 0;
	} else if (err < 0) {
		return err;
	}
	ret_bytes->ptr = to;
	ret_bytes->len = got;
	return err;
}

/* Brings the pages of a window into the map by one access for each TOUCH_STEP, before they are
 * used: a fault between two accesses of a scan costs more. Which error a fault has is found out
 * when the bytes are used. */
static void touch(const char *bytes, size_t len)
{
	struct guard guard;
	size_t at;

	if (!GUARD_ENTER(&guard, bytes, len))
		return;
	for (at = 0; at < len; at += TOUCH_STEP)
		(void)*(const volatile char *)(bytes + at);
	guard_leave(&guard);
}

int window_load(struct window *window, enum mmr_io_mode io_mode, uint64_t off, size_t len,
	mmr_slice *ret_bytes)
{
	uint64_t stop;
	int err;

	window->mapped_stop = 0;
	window->io_mode = io_mode;
	window->is_new = false;
	if (io_mode != MMR_IO_MAP)
		return copy(window, off, len, ret_bytes);
	err = reader_reaches(window->reader, window->backing, off + len, &stop);
	if (err < 0)
		len = stop > off ? (size_t)(stop - off) : 0;
	extend(&window->held_start, &window->held_stop, off, off + len);
	window->mapped_stop = off + len;
	ret_bytes->ptr = window->backing->bytes + off;
	ret_bytes->len = len;
	/* A scan may end in its first windows. */
	if (window->backing->kind == MMR_BACKING_MAPPED && window->n_mapped++ >= TOUCH_AFTER)
		touch(ret_bytes->ptr, len);
	return err;
}

void window_use(struct window *window, uint64_t stop)
{
	window->mapped_stop = min_u64(window->mapped_stop, stop);
}

int window_verify(const struct window *window)
{
	uint64_t stop;

	if (window->mapped_stop == 0)
		return 0;
	return reader_reaches(window->reader, window->backing, window->mapped_stop, &stop);
}

/* Page tables of a GiB of pages take 2 MiB. Releasing them more often costs time. */
#define RECLAIM_STEP ((uint64_t)1 << 30)

static void drop(struct window *window, uint64_t start, uint64_t stop)
{
	reader_drop(window->reader, start, stop - start);
	extend(&window->passed_start, &window->passed_stop, start, stop);
	if (window->passed_stop - window->passed_start < RECLAIM_STEP)
		return;
	reader_reclaim(
		window->reader, window->passed_start, window->passed_stop - window->passed_start);
	window->passed_start = window->passed_stop = 0;
}

void window_drop_outside(struct window *window, uint64_t start, uint64_t stop)
{
	uint64_t base, edge;

	if (window->held_start == window->held_stop)
		return;
	if (start >= stop || stop <= window->held_start || start >= window->held_stop) {
		drop(window, window->held_start, window->held_stop);
		window->held_start = window->held_stop = 0;
		return;
	}
	base = window->reader->offset;
	if (start > window->held_start) {
		drop(window, window->held_start, start);
		edge = (base + start) % HELD_STEP;
		window->held_start = start - min_u64(start, edge);
	}
	if (stop < window->held_stop) {
		drop(window, stop, window->held_stop);
		edge = (base + stop) % HELD_STEP;
		window->held_stop = stop + (edge ? HELD_STEP - edge : 0);
	}
}
