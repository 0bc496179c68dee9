/* stream.c - reads a descriptor once, forward, and keeps bytes that were read but not used
 *
 * SPDX-License-Identifier: MIT */
#include "file/stream.h"

#include <errno.h>
#include <string.h>

int stream_start(struct mmr_reader *reader, bool wait_first)
{
	struct stream *stream = heap_alloc(sizeof(*stream));

	if (!stream)
		return -ENOMEM;
	memset(stream, 0, sizeof(*stream));
	stream->wait_first = wait_first;
	stream->position = os_position(reader->fd);
	reader->stream = stream;
	reader->first.kind = MMR_BACKING_STREAM;
	atomic_store(&reader->size, MMR_REST);
	return 0;
}

void stream_free(struct stream *stream)
{
	if (!stream)
		return;
	heap_free(stream->rest);
	heap_free(stream);
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

int stream_take(struct mmr_reader *reader)
{
	if (!atomic_exchange(&reader->stream->busy, true))
		return 0;
	error_set(-EBUSY, "read '%s'", reader->name);
	return error_hint(-EBUSY, "a stream can be read by one scan at a time");
}

void stream_give(struct mmr_reader *reader)
{
	struct stream *stream = reader->stream;

	/* Another program that shares the descriptor continues after what was used. */
	if (stream->position >= 0 &&
		os_seek(reader->fd, (uint64_t)stream->position + stream->consumed) == 0)
		stream->rest_len = 0;
	atomic_store(&stream->busy, false);
}

/* Bytes that were put back by moving the descriptor's offset are read again. */
static void keep_head(struct stream *stream, uint64_t off, const char *bytes, size_t len)
{
	size_t known, n;

	if (off > stream->head_len || stream->head_len - off >= len)
		return;
	known = stream->head_len - (size_t)off;
	n = min_size(len - known, STREAM_HEAD - stream->head_len);
	memcpy(stream->head + stream->head_len, bytes + known, n);
	stream->head_len += n;
}

int stream_read(struct mmr_reader *reader, uint64_t off, void *buffer, size_t len, size_t *ret_len)
{
	struct stream *stream = reader->stream;
	int err;

	if (stream->rest_len > 0) {
		*ret_len = min_size(len, stream->rest_len);
		memcpy(buffer, stream->rest, *ret_len);
		stream->rest_len -= *ret_len;
		memmove(stream->rest, stream->rest + *ret_len, stream->rest_len);
		return 0;
	}
	/* A FIFO that was opened without waiting reads as ended until it has a writer. */
	if (stream->wait_first)
		os_is_readable(reader->fd, true);
	stream->wait_first = false;
	while ((err = os_read_some(reader->fd, buffer, len, ret_len)) == -EAGAIN)
		os_is_readable(reader->fd, true);
	if (err < 0)
		return error_set_at(err, off, "read '%s'", reader->name);
	keep_head(stream, off, buffer, *ret_len);
	return 0;
}

bool stream_is_ready(const struct mmr_reader *reader)
{
	return reader->stream->rest_len > 0 || os_is_readable(reader->fd, false);
}

int stream_unread(struct mmr_reader *reader, const char *bytes, size_t len)
{
	struct stream *stream = reader->stream;
	size_t room = stream->rest_len + len;
	char *larger;

	if (len == 0)
		return 0;
	if (room > stream->rest_room) {
		larger = heap_alloc(room);
		if (!larger)
			return error_set(-ENOMEM, "keep %zu bytes of '%s'", room, reader->name);
		if (stream->rest_len > 0)
			memcpy(larger, stream->rest, stream->rest_len);
		heap_free(stream->rest);
		stream->rest = larger;
		stream->rest_room = room;
	}
	memmove(stream->rest + len, stream->rest, stream->rest_len);
	memcpy(stream->rest, bytes, len);
	stream->rest_len += len;
	return 0;
}
