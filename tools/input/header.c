/* header.c - the header of a table: its first line or row
 *
 * SPDX-License-Identifier: MIT */
#include "input/input.h"

#include "status/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Copies a block. The first line of an input is one block. A fault of the map jumps out of this. */
struct copying {
	char *to;
	mmr_slice bytes;
};

static int copy(void *argument)
{
	struct copying *copying = argument;

	memcpy(copying->to, copying->bytes.ptr, copying->bytes.len);
	return 0;
}

static int keep(struct input *input, mmr_slice bytes)
{
	struct copying copying = {malloc(bytes.len), bytes};
	int err = -ENOMEM;

	if (copying.to)
		err = mmr_try(input->reader, copy, &copying);
	if (err < 0)
		free(copying.to);
	else
		input->header = (mmr_slice){copying.to, bytes.len};
	return err;
}

enum status input_header(struct input *input, const struct options *options)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_blocks *blocks;
	mmr_block block;
	int err;

	scan.delimiter = options->delimiter;
	scan.records = options->records;
	scan.io_mode = MMR_IO_READ;
	scan.n_threads = 1;
	scan.n_lines = 1;
	err = mmr_blocks_open(input->reader, &scan, NULL, &blocks);
	if (err < 0)
		return message_file(input->name, err);
	if (mmr_blocks_next(blocks, &block))
		err = keep(input, block.bytes);
	if (err == 0)
		err = mmr_blocks_error(blocks);
	mmr_blocks_close(blocks);
	/* Data is numbered from 1. */
	input->knows_lines = true;
	if (err == 0 && mmr_backing(input->reader) != MMR_BACKING_STREAM)
		err = input_move(input, input->base + input->header.len);
	return err < 0 ? message_file(input->name, err) : STATUS_DONE;
}

int input_head(const struct input *input, char *head, size_t room, size_t *ret_len)
{
	size_t len = 0, more = 0;
	int err;

	/* A stream keeps its first bytes; another reader starts after the header. */
	if (mmr_backing(input->reader) != MMR_BACKING_STREAM && input->header.len > 0) {
		len = (size_t)min_u64(input->header.len, room);
		memcpy(head, input->header.ptr, len);
	}
	err = mmr_head(input->reader, head + len, (size_t)min_u64(input->used, room - len), &more);
	*ret_len = len + more;
	return err;
}
