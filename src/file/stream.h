/* stream.h - the bytes of a pipe, socket, terminal or other input that is read once, forward
 *
 * A stream belongs to one scan at a time. What a scan has read and not used stays here for the next
 * one. If the descriptor can be repositioned (files of /proc), its offset is moved back to the
 * first unused byte instead.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_FILE_STREAM_H
#define SRC_FILE_STREAM_H

#include "file/reader.h"

/* The first bytes are kept: enough for the signatures of mmr_filetype_sniff. */
#define STREAM_HEAD 64

struct stream {
	_Atomic(bool) busy;
	_Atomic(uint64_t) consumed; /* bytes that scans have used */
	bool wait_first;            /* a FIFO that may not have a writer yet */
	int64_t position;           /* of the descriptor when it was opened; -1: it has none */
	char *rest;                 /* read, but not used */
	size_t rest_len;
	_Atomic(size_t) rest_room; /* of heap */
	size_t head_len;
	char head[STREAM_HEAD];
};

/* Makes a reader a stream. Errors: -ENOMEM. */
int stream_start(struct mmr_reader *reader, bool wait_first);
void stream_free(struct stream *stream);

/* Reserves the stream for one scan. Errors: -EBUSY. */
int stream_take(struct mmr_reader *reader);
void stream_give(struct mmr_reader *reader);

/* Reads the bytes that are available, and waits if there are none. `off` is the offset of the next
 * byte.
 *
 * Returns: 0; `*ret_len` is 0 at the end of the stream. Errors: errno of read(2). */
int stream_read(struct mmr_reader *reader, uint64_t off, void *buffer, size_t len, size_t *ret_len);

/* Whether stream_read returns at once. */
bool stream_is_ready(const struct mmr_reader *reader);

/* Puts bytes back that were read but not used. Errors: -ENOMEM. */
int stream_unread(struct mmr_reader *reader, const char *bytes, size_t len);

#endif
