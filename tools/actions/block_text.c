/* block_text.c - buffers and blocks for workers that make text
 *
 * SPDX-License-Identifier: MIT */
#include "actions/block_text.h"

#include <errno.h>
#include <stdlib.h>

/* Small enough that a worker's text, about five times as long, stays in a processor cache. */
#define WINDOW ((size_t)128 << 10)

int block_text_reserve(struct block_text *text, size_t room)
{
	if (room <= text->room)
		return 0;
	free(text->bytes);
	text->bytes = malloc(room);
	text->room = text->bytes ? room : 0;
	return text->bytes ? 0 : -ENOMEM;
}

static int start(void *state, void *context)
{
	struct block_text *text = state;

	text->context = context;
	return 0;
}

static void end(void *state, void *context)
{
	struct block_text *text = state;

	(void)context;
	free(text->bytes);
}

int block_text_scan(mmr_reader *reader, const mmr_scan_options *scan, const mmr_block_options *cut,
	mmr_scan_job job)
{
	mmr_scan_options how = *scan;

	how.io_mode = MMR_IO_READ;
	job.start = start;
	job.end = end;
	return mmr_scan_run(reader, &how, cut, &job);
}

mmr_block_options block_units(size_t unit)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;

	cut.split_lines = true;
	cut.window = WINDOW;
	cut.ahead = unit - 1;
	return cut;
}

mmr_slice block_units_in(const mmr_block *block, size_t unit)
{
	size_t own = block->bytes.len - block->ahead;
	size_t skip = (size_t)((unit - (block->off - block->start) % unit) % unit);
	mmr_slice units = {block->bytes.ptr + skip, 0};

	if (skip < own)
		units.len = (size_t)min_u64(
			(own - skip + unit - 1) / unit * unit, block->bytes.len - skip);
	else
		units.ptr = block->bytes.ptr;
	return units;
}
