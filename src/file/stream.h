/* stream.h - a descriptor whose bytes pass once
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_FILE_STREAM_H
#define SRC_FILE_STREAM_H

#include "common.h"

/* Reads what is there, waiting for at least one byte. `off` is for the message.
 *
 * Returns: 0; `*ret_len` is 0 at the end of the stream. */
int stream_read(int fd, uint64_t off, void *buffer, size_t len, size_t *ret_len);

#endif
