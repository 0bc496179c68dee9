/* copy.c - ranges of files, and streams
 *
 * SPDX-License-Identifier: MIT */
#include "input/copy.h"

#include "output/binary.h"
#include "output/output.h"
#include "status/progress.h"

static bool is_stream(const struct input *input)
{
	return mmr_backing(input->reader) == MMR_BACKING_STREAM;
}

/* Whether a scan of a stream has all of it. */
static bool is_all(const mmr_scan_options *scan)
{
	return scan->offset == 0 && scan->length == MMR_REST && scan->first_line == 0 &&
	       scan->n_lines == MMR_REST;
}

bool copy_meets_input(const struct input *input, const mmr_scan_options *scan)
{
	uint64_t start = input->base + scan->offset;

	/* A file that was empty until this run wrote into it is a stream, too. */
	if (is_stream(input))
		return output_is_input(&input->st, 0, UINT64_MAX, false);
	return output_is_input(&input->st, start, start + scan->length, false);
}

bool copy_is_refused(
	struct input *input, const mmr_scan_options *scan, const struct options *options)
{
	static char block[BINARY_LOOK];
	mmr_slice bytes = {block, 0};

	if (!binary_matters(options->binary) ||
		mmr_read_at(input->reader, scan->offset, block,
			(size_t)min_u64(scan->length, sizeof(block)), &bytes.len) < 0)
		return false;
	return binary_refused(input->name, bytes);
}

static int copy_range(struct input *input, const mmr_scan_options *scan,
	const struct options *options, uint64_t *ret_done, bool *ret_refused)
{
	*ret_refused = copy_is_refused(input, scan, options);
	if (*ret_refused)
		return 0;
	progress_expect(scan->length);
	return output_range(input->fd, input->base + scan->offset, scan->length, ret_done);
}

static int copy_blocks(struct input *input, const mmr_scan_options *scan,
	const struct options *options, uint64_t *ret_done, bool *ret_refused)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	bool look = binary_matters(options->binary);
	mmr_scan_options how = *scan;
	mmr_blocks *blocks;
	mmr_block block;
	int err;

	cut.split_lines = true;
	how.n_threads = 1;
	err = mmr_blocks_open(input->reader, &how, &cut, &blocks);
	if (err < 0)
		return err;
	while (mmr_blocks_next(blocks, &block)) {
		*ret_refused = look && binary_refused(input->name, block.bytes);
		look = false;
		if (*ret_refused)
			break;
		output_write(block.bytes.ptr, block.bytes.len);
		*ret_done += block.bytes.len;
	}
	output_flush();
	err = mmr_blocks_error(blocks);
	mmr_blocks_close(blocks);
	return err;
}

int copy_selection(struct input *input, const mmr_scan_options *scan, const struct options *options,
	uint64_t *ret_done, bool *ret_refused)
{
	*ret_done = 0;
	*ret_refused = false;
	if (!is_stream(input))
		return copy_range(input, scan, options, ret_done, ret_refused);
	if (!is_all(scan) || binary_matters(options->binary))
		return copy_blocks(input, scan, options, ret_done, ret_refused);
	progress_expect(MMR_REST);
	return output_stream(input->fd, ret_done);
}

uint64_t copy_offset(const struct input *input, const mmr_scan_options *scan, uint64_t done)
{
	return is_stream(input) ? done : input->base + scan->offset + done;
}
