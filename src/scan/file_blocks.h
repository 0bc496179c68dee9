/* file_blocks.h - one block of a file, for a worker that has claimed a range
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_FILE_BLOCKS_H
#define SRC_SCAN_FILE_BLOCKS_H

#include "scan/window.h"

/* What is the same for all blocks of a scan. */
struct file_blocks {
	mmr_reader *reader;
	uint64_t start, stop; /* of the range that is scanned */
	char delimiter;
	mmr_block_options cut;
	bool may_map; /* a line that is too long to copy may be pointed at in the map */
};

/* Loads the block of [start, stop), into a window: the lines that start there, or just these bytes
 * and those that are shown ahead. The block is empty if no line starts there.
 *
 * Errors: those of window_load, MMR_ELONG. */
int file_blocks_load(const struct file_blocks *blocks, struct window *window,
	enum mmr_io_mode io_mode, uint64_t start, uint64_t stop, mmr_block *ret_block);

#endif
