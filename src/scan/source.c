/* source.c - claims the blocks of a range
 *
 * SPDX-License-Identifier: MIT */
#include "scan/source.h"

#include "file/reader.h"
#include "scan/options.h"

#include <string.h>

/* AUTO decides about the page cache after so many bytes: a call that reads a few lines of a large
 * file is not worth asking how much memory there is, and they may be read again. */
#define DECIDE_AFTER (UINT64_C(64) << 20)
/* How far ahead bytes are prefetched. */
#define FETCH (UINT64_C(8) << 20)
/* How far the kernel may read ahead after a range. */
#define TAIL (UINT64_C(16) << 20)

static bool is_file(const struct backing *backing)
{
	return backing->kind == MMR_BACKING_MAPPED || backing->kind == MMR_BACKING_UNMAPPED;
}

static void remove_if_refused(struct source *source, enum reader_way way, enum mmr_io_mode io_mode)
{
	if (!reader_offers(source->reader, way))
		io_choice_remove(&source->io, io_mode);
}

static void remove_refused(struct source *source)
{
	remove_if_refused(source, READER_UNCACHED, MMR_IO_UNCACHED);
	remove_if_refused(source, READER_DIRECT, MMR_IO_DIRECT);
}

/* From now on, nothing is added to the page cache. */
static void leave(struct source *source)
{
	uint64_t size = mmr_size(source->reader), n_cached = 1, n_all;
	uint64_t tail = min_u64(TAIL, size - source->stop);

	source->leaves = true;
	cached_be_exact(&source->cached);
	io_choice_leave(&source->io);
	remove_refused(source);
	source->tail_is_empty =
		tail > 0 &&
		reader_cached(source->reader, source->stop, tail, true, &n_cached, &n_all) == 0 &&
		n_cached == 0;
}

/* Decides how the bytes of the range are loaded. */
static void start_io(struct source *source)
{
	enum mmr_io_mode wanted = source->scan.io_mode;

	source->fetched = source->stop;
	cached_start(&source->cached, source->reader, source->start, source->stop,
		source->cut.window, source->cut.backward);
	if (!is_file(source->backing) || (wanted != MMR_IO_AUTO && wanted != MMR_IO_READ)) {
		source->cached.asks = false;
		return;
	}
	source->asks_memory = source->scan.cache == MMR_CACHE_AUTO;
	if (source->scan.cache == MMR_CACHE_LEAVE && source->stop > source->start)
		leave(source);
}

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
	start_io(source);
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

static void decide_cache(struct source *source)
{
	uint64_t len = source->stop - source->start;

	if (len - (source->data_stop - source->next) < DECIDE_AFTER)
		return;
	source->asks_memory = false;
	if (!reader_fits_cache(len))
		leave(source);
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

/* An uncached read drops the pages that it has used, but not those that the kernel has read ahead
 * of it, which may then be read in another way, or not at all. */
static void evict_empty(struct source *source)
{
	uint64_t len = source->empty_stop - source->empty_start;

	if (source->tail_is_empty && source->empty_stop == source->stop)
		len += TAIL;
	if (len > 0)
		reader_evict(source->reader, source->empty_start, len);
	source->empty_start = source->empty_stop = 0;
}

static void extend_empty(struct source *source, const struct claim *claim)
{
	if (claim->evicts && claim->start == source->empty_stop && claim->start > 0) {
		source->empty_stop = claim->stop;
	} else if (claim->evicts && claim->stop == source->empty_start) {
		source->empty_start = claim->start;
	} else {
		evict_empty(source);
		if (claim->evicts) {
			source->empty_start = claim->start;
			source->empty_stop = claim->stop;
		}
	}
}

/* The kernel reads ahead of a forward scan, but not of a backward one. Where several threads read,
 * the device is busy all the same. */
static void cut_fetch(struct source *source, struct claim *claim)
{
	if (!source->is_alone || !source->cut.backward || source->leaves || !source->is_cold)
		return;
	claim->fetch_stop = min_u64(source->fetched, claim->start);
	claim->fetch_start = max_u64(source->next, claim->start - min_u64(claim->start, FETCH));
	claim->fetch_start = min_u64(claim->fetch_start, claim->fetch_stop);
	source->fetched = claim->fetch_start;
}

int source_claim(struct source *source, struct window *window, struct claim *ret_claim)
{
	uint64_t len = source->cut.window;
	enum cached_state state;
	struct io_way way;
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
	if (source->asks_memory)
		decide_cache(source);
	state = cached_state_at(
		&source->cached, source->cut.backward ? source->data_stop - 1 : source->next);
	source->is_cold = state != CACHED_ALL;
	way = io_choice_next(&source->io, source->is_cold, &ret_claim->taken);
	/* Read-ahead would fill gaps between cached pages, and it is lost on a backward scan. */
	if (way.io_mode == MMR_IO_UNCACHED && source->leaves &&
		(source->cut.backward || cached_has_gaps(&source->cached, TAIL)) &&
		reader_offers(source->reader, READER_DIRECT))
		way.io_mode = MMR_IO_DIRECT;
	ret_claim->io_mode = way.io_mode;
	ret_claim->evicts = source->leaves && state == CACHED_NONE;
	cut_claim(source, min_u64(len, way.len), ret_claim);
	cut_fetch(source, ret_claim);
	if (source->leaves)
		extend_empty(source, ret_claim);
	return 1;
}

void source_release(const struct source *source, const struct claim *claim)
{
	if (claim->evicts)
		reader_evict(source->reader, claim->start, claim->stop - claim->start);
}

void source_record(struct source *source, const struct claim *claim, size_t len, uint64_t took_ns)
{
	mmr_io_summary *summary = &source->io.summary;
	bool is_kept = claim->io_mode <= MMR_IO_READ && !claim->evicts;

	io_choice_record(&source->io, &claim->taken, claim->io_mode, len, took_ns);
	summary->device += claim->taken.is_cold ? len : 0;
	summary->kept += claim->taken.is_cold && is_kept ? len : 0;
	remove_refused(source);
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
	int err;

	*ret_block = claim->block;
	if (source->is_stream)
		return 0;
	ret_block->start = source->start;
	if (claim->fetch_start < claim->fetch_stop)
		reader_prefetch(
			source->reader, claim->fetch_start, claim->fetch_stop - claim->fetch_start);
	if (!source->cut.split_lines)
		return file_blocks_load(source, window, claim, ret_block);
	ahead = (size_t)min_u64(source->cut.ahead, source->stop - claim->stop);
	ret_block->off = claim->start;
	ret_block->ahead = ahead;
	err = window_load(window, claim->io_mode, claim->start, len + ahead, &ret_block->bytes);
	claim->io_mode = window->io_mode;
	claim->taken.is_first = window->is_new;
	return err;
}

void source_end(struct source *source)
{
	if (source->is_stream) {
		stream_blocks_end(&source->stream);
		scan_progress_set(
			source->scan.progress, source->stream.next - source->stream.first);
	}
	if (source->empty_stop > source->empty_start && !source->cut.backward)
		source->empty_stop +=
			min_u64(TAIL, cached_none_after(&source->cached, source->empty_stop));
	evict_empty(source);
	io_choice_end(&source->io);
	scan_progress_end(source->scan.progress, &source->io.summary);
}

int mmr_scan_cache(
	const mmr_reader *reader, const mmr_scan_options *options, enum mmr_cache *ret_cache)
{
	uint64_t size = mmr_size(reader), len;
	mmr_scan_options scan;
	int err = scan_options(options, &scan);

	if (err < 0)
		return err;
	len = min_u64(scan.length, size - min_u64(size, scan.offset));
	if (scan.cache == MMR_CACHE_AUTO)
		scan.cache = len >= DECIDE_AFTER && !reader_fits_cache(len) ? MMR_CACHE_LEAVE
									    : MMR_CACHE_FILL;
	*ret_cache = is_file(reader_backing(reader)) ? scan.cache : MMR_CACHE_FILL;
	return 0;
}
