/* window.h - some bytes of a reader in memory: pointed at in the map, or copied
 *
 * What a feed and each worker of a parallel run own. It knows nothing of lines or of order.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_WINDOW_H
#define SRC_SCAN_WINDOW_H

#include "common.h"
#include "file/backing.h"

#include <mmreader/scan.h>

/* Large enough that dropping pages costs nothing per byte, and the size of the largest folio. */
#define WINDOW_DEFAULT ((size_t)2 << 20)
/* Copies are scanned while they are still in the core's own cache. */
#define WINDOW_COPY       ((size_t)128 << 10)
#define WINDOW_LINE_LIMIT ((size_t)64 << 20)

struct window {
	mmr_reader *reader;
	/* The same for all windows of a scan, while a refresh may give the reader another one. */
	const struct backing *backing;
	char *buffer; /* of copies; `room` bytes, of which the first `filled` are kept when it grows
		       */
	size_t room, filled;
	uint64_t held_start, held_stop;     /* mapped and touched, not dropped yet */
	uint64_t passed_start, passed_stop; /* dropped, but perhaps not its page tables */
	uint64_t mapped_stop;               /* end of what was loaded last, if it was pointed at */
};

void window_start(struct window *window, mmr_reader *reader, const struct backing *backing);

/* Drops what is held and frees the buffer. */
void window_end(struct window *window);

/* Bytes [off, off + len) of the reader, until the next load.
 *
 * Returns: 0; when a file has become shorter, MMR_ETRUNCATED with `*ret_bytes` what is left of
 * them, perhaps nothing. Other errors leave it untouched. */
int window_load(struct window *window, enum mmr_io_mode io_mode, uint64_t off, size_t len,
	mmr_slice *ret_bytes);

/* After the use of what was loaded last: whether it was the file's. Only a map can have given
 * zeroes of a page that was cut meanwhile. Returns: 0 or MMR_ETRUNCATED. */
int window_verify(const struct window *window);

/* The bytes that were loaded last are used only up to `stop`. */
void window_use(struct window *window, uint64_t stop);

/* Makes the buffer at least `room` bytes. */
int window_reserve(struct window *window, size_t room);

/* Gives back the held pages before or behind [start, stop), and holds no more than that. */
void window_drop_outside(struct window *window, uint64_t start, uint64_t stop);

#endif
