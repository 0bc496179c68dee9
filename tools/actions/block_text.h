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

/* Makes room for a text and discards the previous one. Returns: 0 or -ENOMEM. */
int block_text_reserve(struct block_text *text, size_t room);

/* Runs a job of `work`, `collect`, `context` and `state_size`. Returns: like mmr_scan_run. */
int block_text_scan(mmr_reader *reader, const mmr_scan_options *scan, const mmr_block_options *cut,
	mmr_scan_job job);

/* Blocks for units of `unit` bytes, counted from the start of the range. */
mmr_block_options block_units(size_t unit);

/* The units that start in a block. The last one may lack bytes at the end of the range. */
mmr_slice block_units_in(const mmr_block *block, size_t unit);

#endif
