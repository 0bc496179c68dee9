/* block_text.h - text that workers make from blocks, each worker in its own buffer
 *
 * Blocks are read with pread: nothing can fault, and only bytes that were in the file are printed.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_BLOCK_TEXT_H
#define TOOLS_ACTIONS_BLOCK_TEXT_H

#include "mmcat.h"

/* The state of a worker, or its first member. */
struct block_text {
	void *context; /* of the job */
	char *bytes;
	size_t len, room;
};

/* Bytes of a block. Few enough that the text of a worker, about five times as long, stays in a
 * processor cache. */
#define BLOCK_TEXT_WINDOW ((size_t)128 << 10)

/* Makes room for a text and discards the previous one. Returns: 0 or -ENOMEM. */
int block_text_reserve(struct block_text *text, size_t room);

/* Runs a job of `work`, `collect`, `context` and `state_size`. Returns: like mmr_scan_run. */
int block_text_scan(mmr_reader *reader, const mmr_scan_options *scan, const mmr_block_options *cut,
	mmr_scan_job job);

#endif
