/* source.c - claims the blocks of a range
 *
 * SPDX-License-Identifier: MIT */
#include "scan/source.h"

#include "file/reader.h"
#include "scan/options.h"

#include <string.h>

static int start_file(struct source *source, struct scan_place *place)
{
	int err;

	err = scan_locate(source->reader, &source->scan, &source->start, &source->stop);
	if (err < 0)
		return err;
	source->next = source->start;
	source->data_stop = source->cut.skip_holes ? source->start : source->stop;
	source->extents =
		mmr_extents_of_range(source->reader, source->start, source->stop - source->start);
	if (place) {
		place->start = source->start;
		place->stop = source->stop;
	}
	scan_progress_start(source->scan.progress, source->stop - source->start);
	return 0;
}

static int start_stream(struct source *source, struct scan_place *place)
{
	int err;

	err = stream_blocks_start(
		&source->stream, source->reader, &source->scan, &source->cut, place);
	if (err == 0)
		scan_progress_start(source->scan.progress, MMR_REST);
	return err;
}

int source_start(struct source *source, mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_block_options *cut, struct scan_place *place)
{
	int err;

	memset(source, 0, sizeof(*source));
	source->reader = reader;
	source->backing = reader_backing(reader);
	source->is_stream = reader_is_stream(reader);
	err = scan_options(scan, &source->scan);
	if (err == 0)
		err = block_options(cut, &source->cut);
	if (err == 0)
		err = reader_fault(reader);
	if (err < 0)
		return err;
	io_choice_start(&source->io, source->backing->kind, source->scan.io_mode);
	return source->is_stream ? start_stream(source, place) : start_file(source, place);
}

/* Goes on to the next data where holes are skipped. The end of a file that was truncated looks
 * like a hole, so the size is asked for. Returns: 1; 0 at the end of the range; MMR_ETRUNCATED. */
static int next_data(struct source *source)
{
	mmr_extent extent;
	uint64_t reached;

	if (source->next < source->data_stop)
		return 1;
	if (source->cut.skip_holes && mmr_extents_next(&source->extents, &extent)) {
		source->next = extent.off;
		source->data_stop = extent.off + extent.len;
		return 1;
	}
	scan_progress_set(source->scan.progress, source->stop - source->start);
	if (!source->cut.skip_holes)
		return 0;
	return reader_reaches(source->reader, source->backing, source->stop, &reached);
}

/* Cuts a claim off what is left. Claims meet at multiples of their length in the file, so that no
 * page and no folio has two owners. */
static void cut_claim(struct source *source, uint64_t len, struct claim *claim)
{
	uint64_t base = source->reader->offset, edge;

	claim->start = source->next;
	claim->stop = source->data_stop;
	if (source->cut.backward) {
		edge = (base + source->data_stop - 1) / len * len;
		if (edge > base + source->next)
			claim->start = edge - base;
		source->data_stop = claim->start;
		scan_progress_set(source->scan.progress, source->stop - claim->start);
	} else {
		edge = ((base + source->next) / len + 1) * len;
		claim->stop = min_u64(edge - base, source->data_stop);
		source->next = claim->stop;
		scan_progress_set(source->scan.progress, claim->stop - source->start);
	}
}

int source_claim(struct source *source, struct window *window, struct claim *ret_claim)
{
	uint64_t len = source->cut.window;
	int result;

	if (source->is_stream) {
		ret_claim->io_mode = MMR_IO_READ;
		result = stream_blocks_next(&source->stream, window, &ret_claim->block);
		scan_progress_set(
			source->scan.progress, source->stream.next - source->stream.first);
		return result;
	}
	result = next_data(source);
	if (result <= 0)
		return result;
	ret_claim->io_mode = io_choice_next(&source->io);
	if (ret_claim->io_mode == MMR_IO_READ)
		len = min_u64(len, WINDOW_COPY);
	cut_claim(source, len, ret_claim);
	return 1;
}

size_t source_claim_len(const struct source *source, const struct claim *claim)
{
	if (source->is_stream)
		return claim->block.bytes.len - claim->block.ahead;
	return (size_t)(claim->stop - claim->start);
}

int source_load(const struct source *source, struct window *window, struct claim *claim,
	mmr_block *ret_block)
{
	size_t len = source_claim_len(source, claim), ahead;

	*ret_block = claim->block;
	if (source->is_stream)
		return 0;
	ret_block->start = source->start;
	if (!source->cut.split_lines)
		return file_blocks_load(source, window, claim, ret_block);
	ahead = (size_t)min_u64(source->cut.ahead, source->stop - claim->stop);
	ret_block->off = claim->start;
	ret_block->ahead = ahead;
	return window_load(window, claim->io_mode, claim->start, len + ahead, &ret_block->bytes);
}

void source_end(struct source *source)
{
	if (source->is_stream) {
		stream_blocks_end(&source->stream);
		scan_progress_set(
			source->scan.progress, source->stream.next - source->stream.first);
	}
	scan_progress_end(source->scan.progress, io_choice_main(&source->io));
}
