/* copy.c - copying ranges of files, and streams
 *
 * SPDX-License-Identifier: MIT */
#include "input/copy.h"

#include "output/output.h"
#include "status/message.h"
#include "status/progress.h"
#include "status/report.h"

/* Binary data was not printed to a terminal, which was reported. */
#define REFUSED 1

static bool is_stream(const struct input *input)
{
	return mmr_backing(input->reader) == MMR_BACKING_STREAM;
}

/* Whether a scan of a stream reads all of it. */
static bool is_all(const mmr_scan_options *scan)
{
	return scan->offset == 0 && scan->length == MMR_REST && scan->first_line == 0 &&
	       scan->n_lines == MMR_REST;
}

bool copy_meets_output(const struct input *input, const mmr_scan_options *scan)
{
	uint64_t start = input->base + scan->offset, stop = start + scan->length;

	/* A file that was empty until this run wrote into it is a stream, too. */
	if (is_stream(input)) {
		start = 0;
		stop = UINT64_MAX;
	}
	if (!output_is_input(&input->st, start, stop, false))
		return false;
	message("%s: cannot print: input file is output file", message_quote(input->name));
	return true;
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

/* Copies a stream in blocks. Returns: 0, a code of reading, or REFUSED. */
static int copy_blocks(struct input *input, const mmr_scan_options *scan, bool look, uint64_t *done)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_options how = *scan;
	mmr_blocks *blocks;
	mmr_block block;
	int err;

	cut.split_lines = true;
	how.n_threads = 1;
	err = mmr_blocks_open(input->reader, &how, &cut, &blocks);
	if (err < 0)
		return err;
	while (err == 0 && mmr_blocks_next(blocks, &block)) {
		if (look && binary_refused(input->name, block.bytes)) {
			err = REFUSED;
			break;
		}
		look = false;
		output_write(block.bytes.ptr, block.bytes.len);
		*done += block.bytes.len;
	}
	output_flush();
	if (err == 0)
		err = mmr_blocks_error(blocks);
	mmr_blocks_close(blocks);
	return err;
}

/* What the workers of copy_uncached share. */
struct copying {
	const struct input *input;
	bool looks; /* at the first block */
	bool refused;
	uint64_t *done;
};

struct copier {
	struct copying *copying;
};

static int keep_block(void *state, const mmr_block *block)
{
	(void)state, (void)block;
	return 0;
}

/* Prints a block in its turn, while other workers read. */
static int print_block(void *state, const mmr_block *block)
{
	struct copying *copying = ((struct copier *)state)->copying;

	copying->refused = copying->looks && binary_refused(copying->input->name, block->bytes);
	copying->looks = false;
	if (copying->refused)
		return 1;
	output_write(block->bytes.ptr, block->bytes.len);
	*copying->done += block->bytes.len;
	return 0;
}

static int start_copying(void *state, void *context)
{
	((struct copier *)state)->copying = context;
	return 0;
}

/* Copies a file and leaves the page cache as it is. After an error in a block, the bytes before the
 * error are copied, too. Returns: like copy_blocks. */
static int copy_uncached(struct input *input, const mmr_scan_options *scan,
	const struct options *options, uint64_t *done)
{
	struct copying copying = {input, binary_matters(options->binary), false, done};
	uint64_t start = input->base + scan->offset, more = 0;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_options how = *scan;
	mmr_scan_job job = {.work = keep_block,
		.collect = print_block,
		.start = start_copying,
		.context = &copying,
		.state_size = sizeof(struct copier)};
	int err;

	cut.split_lines = true;
	how.cache = MMR_CACHE_LEAVE;
	/* A fault in a map would occur where the output is written. */
	how.io_mode = MMR_IO_READ;
	err = mmr_scan_run(input->reader, &how, &cut, &job);
	output_flush();
	if (err >= 0)
		return copying.refused ? REFUSED : 0;
	err = output_range(input->fd, start + *done, scan->length - *done, &more);
	*done += more;
	return err;
}

/* Returns: like copy_blocks. */
static int copy(struct input *input, const mmr_scan_options *scan, const struct options *options,
	uint64_t *done)
{
	bool look = binary_matters(options->binary);
	enum mmr_cache cache;
	int err = mmr_scan_cache(input->reader, scan, &cache);

	if (err < 0)
		return err;
	if (!is_stream(input) && cache == MMR_CACHE_LEAVE)
		return copy_uncached(input, scan, options, done);
	/* The kernel copies within the page cache. */
	if (!is_stream(input)) {
		if (copy_is_refused(input, scan, options))
			return REFUSED;
		progress_expect(scan->length);
		return output_range(input->fd, input->base + scan->offset, scan->length, done);
	}
	/* The reader has bytes that it read together with the header. */
	if (!is_all(scan) || look || input->header.len > 0)
		return copy_blocks(input, scan, look, done);
	progress_expect(MMR_REST);
	return output_stream(input->fd, done);
}

enum status copy_selection(
	struct input *input, const mmr_scan_options *scan, const struct options *options)
{
	uint64_t start = is_stream(input) ? 0 : input->base + scan->offset, done = 0;
	int err;

	if (copy_meets_output(input, scan))
		return STATUS_TROUBLE;
	err = copy(input, scan, options, &done);
	report_bytes(done);
	if (err < 0)
		return message_file_at(input->name, err, start + done);
	return err == REFUSED ? STATUS_TROUBLE : STATUS_DONE;
}
