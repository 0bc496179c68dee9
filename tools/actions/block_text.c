/* block_text.c - buffers and blocks for workers that make text
 *
 * SPDX-License-Identifier: MIT */
#include "actions/block_text.h"

#include <errno.h>
#include <stdlib.h>

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
