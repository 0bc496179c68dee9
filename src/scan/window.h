/* window.h - some bytes of a reader in memory: in the map, or copied
 *
 * mmr_blocks has one window, and so has each worker of mmr_scan_run.
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
#define WINDOW_COPY ((size_t)128 << 10)
/* Requests to a device are large, so that few are needed; the kernel does not read ahead of direct
 * ones. */
#define WINDOW_DIRECT     ((size_t)2 << 20)
#define WINDOW_COLD       ((size_t)1 << 20)
#define WINDOW_LINE_LIMIT ((size_t)64 << 20)

struct window {
	mmr_reader *reader;
	/* The same for all windows of a scan, even if a refresh gives the reader another one. */
	const struct backing *backing;
	char *buffer;                       /* of copies */
	size_t room, filled;                /* its bytes; those that are kept when it grows */
	uint64_t held_start, held_stop;     /* mapped and touched, not dropped yet */
	uint64_t passed_start, passed_stop; /* dropped, but perhaps not its page tables */
	uint64_t mapped_stop;               /* end of the last loaded bytes, if they are mapped */
	enum mmr_io_mode io_mode;           /* in which they were loaded */
	bool is_new;                        /* the last load has made a buffer */
	unsigned n_mapped;                  /* loads of mapped bytes */
};

void window_start(struct window *window, mmr_reader *reader, const struct backing *backing);

/* Drops what is held and frees the buffer. */
void window_end(struct window *window);

/* Loads bytes [off, off + len) of the reader. They are valid until the next load. If the system
 * refuses the I/O mode, they are read, and `window->io_mode` says so.
 *
 * Errors: MMR_ETRUNCATED when a file has become shorter, with the remaining bytes in `*ret_bytes`,
 * perhaps none; those of mmr_read_at; -ENOMEM. */
int window_load(struct window *window, enum mmr_io_mode io_mode, uint64_t off, size_t len,
	mmr_slice *ret_bytes);

/* Checks, after the use of the last loaded bytes, that they were in the file: a map shows zeroes in
 * a page that was truncated meanwhile. Returns: 0 or MMR_ETRUNCATED. */
int window_verify(const struct window *window);

/* Limits window_verify to the bytes before `stop`, if no others are used. */
void window_use(struct window *window, uint64_t stop);

/* Makes the buffer at least `room` bytes. */
int window_reserve(struct window *window, size_t room);

/* Drops the held pages outside [start, stop). */
void window_drop_outside(struct window *window, uint64_t start, uint64_t stop);

#endif
