/* context.c - finds lines before and after a line, and keeps the last lines of a stream
 *
 * SPDX-License-Identifier: MIT */
#include "search/context.h"

#include "scan/window.h"

#include <errno.h>
#include <string.h>

/* The start of the last `n_lines` lines of a tail, of no more than the limit. */
static int find_start(
	const struct tail *tail, const struct units *units, uint64_t n_lines, size_t *ret_at)
{
	size_t least = tail->len > WINDOW_LINE_LIMIT ? tail->len - WINDOW_LINE_LIMIT : 0;
	mmr_slice bytes = {tail->bytes, tail->len};
	size_t at = tail->len;
	struct unit_view view = {bytes, true, 0};
	uint64_t left = n_lines;
	int err = units_backward(units, bytes, 0, &at, &left);

	/* The lines that start before the limit are too many bytes. */
	if (err == 0 && at < least) {
		at = tail->len;
		err = units_next(units, &view, least, tail->len, &at);
	}
	*ret_at = at;
	return err < 0 ? err : 0;
}

/* Drops the lines that are not needed. */
static int shorten(struct tail *tail, const struct units *units, uint64_t n_lines)
{
	size_t at;
	int err = find_start(tail, units, n_lines, &at);

	if (err < 0)
		return err;
	tail->len -= at;
	memmove(tail->bytes, tail->bytes + at, tail->len);
	return 0;
}

/* Makes room for so many more bytes. */
static int reserve(struct tail *tail, size_t more)
{
	size_t room = 2 * (tail->len + more);
	char *larger;

	if (tail->room - tail->len >= more)
		return 0;
	larger = heap_alloc(room);
	if (!larger)
		return error_set(-ENOMEM, "keep %zu bytes of context", tail->len + more);
	if (tail->len > 0)
		memcpy(larger, tail->bytes, tail->len);
	heap_free(tail->bytes);
	tail->bytes = larger;
	tail->room = room;
	return 0;
}

int tail_add(struct tail *tail, const mmr_block *block, const struct units *units, uint64_t n_lines)
{
	size_t at = block->bytes.len, len;
	uint64_t left = n_lines;
	int err = units_backward(units, block->bytes, 0, &at, &left);

	if (err < 0)
		return err;
	if (left == 0)
		tail->len = 0;
	len = block->bytes.len - at;
	/* Old lines are dropped only when there is no room, so that this is done rarely. */
	if (tail->room - tail->len < len && tail->len > 0)
		err = shorten(tail, units, n_lines);
	if (err == 0)
		err = reserve(tail, len);
	if (err < 0)
		return err;
	if (len > 0)
		memcpy(tail->bytes + tail->len, block->bytes.ptr + at, len);
	tail->len += len;
	tail->stop = block->off + block->bytes.len;
	return 0;
}

mmr_slice tail_from(const struct tail *tail, uint64_t from)
{
	size_t len = (size_t)min_u64(tail->len, tail->stop - min_u64(from, tail->stop));

	if (len == 0)
		return (mmr_slice){tail->bytes, 0};
	return (mmr_slice){tail->bytes + (tail->len - len), len};
}

int tail_copy(struct tail *tail, const struct tail *other, const struct units *units, uint64_t from,
	uint64_t n_lines)
{
	mmr_slice bytes = tail_from(other, from);
	struct tail part = {(char *)bytes.ptr, bytes.len, bytes.len, other->stop};
	size_t at;
	int err = find_start(&part, units, n_lines, &at);

	tail->len = 0;
	if (err == 0)
		err = reserve(tail, bytes.len - at);
	if (err < 0)
		return err;
	tail->len = bytes.len - at;
	tail->stop = other->stop;
	if (tail->len > 0)
		memcpy(tail->bytes, bytes.ptr + at, tail->len);
	return 0;
}

void tail_free(struct tail *tail)
{
	heap_free(tail->bytes);
}
