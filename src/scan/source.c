/* source.c - claims the blocks of a range
 *
 * SPDX-License-Identifier: MIT */
#include "scan/source.h"

#include "file/reader.h"
#include "scan/fixed.h"
#include "scan/options.h"

#include <string.h>

/* AUTO decides about the page cache after so many bytes: a call that reads a few lines of a large
 * file is not worth asking how much memory there is, and they may be read again. */
#define DECIDE_AFTER (UINT64_C(64) << 20)
/* How far ahead bytes are prefetched. */
#define FETCH (UINT64_C(8) << 20)
/* How far the kernel may read ahead. */
#define READ_AHEAD (UINT64_C(16) << 20)

static bool is_file(const struct backing *backing)
{
	return backing->kind == MMR_BACKING_MAPPED || backing->kind == MMR_BACKING_UNMAPPED;
}

/* What a scan does to the page cache. A range that does not fit into memory is not worth keeping.
 */
static enum mmr_cache policy_of(
	const struct backing *backing, const mmr_scan_options *scan, uint64_t len)
{
	if (!is_file(backing) || scan->io_mode == MMR_IO_MAP)
		return MMR_CACHE_FILL;
	if (scan->io_mode == MMR_IO_UNCACHED || scan->io_mode == MMR_IO_DIRECT)
		return MMR_CACHE_LEAVE;
	if (scan->cache != MMR_CACHE_AUTO)
		return scan->cache;
	return len >= DECIDE_AFTER && !reader_fits_cache(len) ? MMR_CACHE_LEAVE : MMR_CACHE_FILL;
}

/* Chooses the way to load bytes without adding them to the page cache, until the system refuses it.
 * A direct read adds no page. An uncached one may leave pages that the kernel has read ahead. */
static void choose_cold_way(struct source *source)
{
	enum mmr_io_mode wanted = source->scan.io_mode;
	struct io_way way = {MMR_IO_READ, WINDOW_COLD};

	if (wanted != MMR_IO_UNCACHED && reader_offers(source->reader, READER_DIRECT))
		way = (struct io_way){MMR_IO_DIRECT, WINDOW_DIRECT};
	else if (wanted != MMR_IO_DIRECT && reader_offers(source->reader, READER_UNCACHED))
		way.io_mode = MMR_IO_UNCACHED;
	io_choice_set(&source->io, way, wanted == MMR_IO_UNCACHED || wanted == MMR_IO_DIRECT);
}

/* From now on, nothing is added to the page cache. */
static void leave(struct source *source)
{
	source->leaves = true;
	cached_be_exact(&source->cached);
	choose_cold_way(source);
}

/* Decides how the bytes of the range are loaded. */
static void start_io(struct source *source)
{
	bool decides_later = source->scan.cache == MMR_CACHE_AUTO &&
			     source->scan.io_mode != MMR_IO_UNCACHED &&
			     source->scan.io_mode != MMR_IO_DIRECT;
	uint64_t len = source->stop - source->start;

	source->fetched = source->stop;
	cached_start(
		&source->cached, source->reader, source->start, source->stop, source->cut.backward);
	if (!is_file(source->backing) || source->scan.io_mode == MMR_IO_MAP)
		source->cached.asks = false;
	else if (decides_later)
		source->asks_memory = len >= DECIDE_AFTER;
	else if (policy_of(source->backing, &source->scan, len) == MMR_CACHE_LEAVE && len > 0)
		leave(source);
}

/* The largest power of two that is not greater than `len`. */
static size_t power_below(size_t len)
{
	while (len & (len - 1))
		len &= len - 1;
	return len;
}

/* The states of rows are kept at multiples of the length of a claim. */
static int start_rows(struct source *source)
{
	const struct units units = units_of(&source->scan);

	source->of_rows = units_are_rows(&units) && !source->cut.split_lines;
	source->reached = row_place_start();
	if (!source->of_rows || !source->cut.backward)
		return 0;
	source->cut.window = power_below(min_size(source->cut.window, WINDOW_DEFAULT));
	if (source->start < source->stop)
		return row_states_find(source->reader, &source->scan, source->start, source->stop,
			source->cut.window, &source->states);
	return 0;
}

static int start_file(struct source *source, struct scan_place *place)
{
	int err;

	err = scan_locate(source->reader, &source->scan, &source->start, &source->stop);
	if (err < 0)
		return err;
	if (place) {
		place->start = source->start;
		place->stop = source->stop;
	}
	if (split_is_fixed(source->scan.records) && !source->cut.split_lines)
		source->rest = (source->stop - source->start) % source->scan.records->size;
	source->stop -= source->rest;
	source->next = source->start;
	source->data_stop = source->cut.skip_holes ? source->start : source->stop;
	source->extents =
		extent_union_of(source->reader, source->start, source->stop - source->start);
	if (place && place->other)
		extent_union_add(&source->extents, place->other, place->other_start);
	err = start_rows(source);
	if (err < 0)
		return err;
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
		err = scan_check_index(reader, &source->scan);
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
	if (source->cut.skip_holes && extent_union_next(&source->extents, &extent)) {
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
	if (source->claimed < DECIDE_AFTER)
		return;
	source->asks_memory = false;
	if (policy_of(source->backing, &source->scan, source->stop - source->start) ==
		MMR_CACHE_LEAVE)
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
	source->claimed += claim->stop - claim->start;
}

/* The largest length of a claim, at most `len`, with which no claim crosses the end of a stretch.
 */
static uint64_t within_stretch(uint64_t len)
{
	uint64_t part = CACHED_STRETCH;

	while (part > len)
		part /= 2;
	return part;
}

/* What the kernel reads ahead may arrive after the claim that it belongs to has been dropped. So
 * the empty claims before are dropped again. */
static void cut_evict(struct source *source, struct claim *claim)
{
	uint64_t start = claim->start, stop = claim->stop;

	if (!claim->was_empty) {
		source->empty_start = source->empty_stop = 0;
		return;
	}
	if (source->empty_stop == 0 ||
		(start != source->empty_stop && stop != source->empty_start)) {
		source->empty_start = start;
		source->empty_stop = stop;
	}
	source->empty_start = min_u64(source->empty_start, start);
	source->empty_stop = max_u64(source->empty_stop, stop);
	claim->evict_start = max_u64(source->empty_start, start - min_u64(start, READ_AHEAD));
	claim->evict_stop = min_u64(source->empty_stop, stop + READ_AHEAD);
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
		result = stream_blocks_next(
			&source->stream, window, &ret_claim->block, &ret_claim->first_row);
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
	/* The ends of lines are searched for in the neighbours of a claim. */
	way = io_choice_next(&source->io,
		source->is_cold || (source->leaves && !cached_is_inside(&source->cached)),
		&ret_claim->taken);
	ret_claim->io_mode = way.io_mode;
	ret_claim->is_cold = source->is_cold;
	ret_claim->was_empty = source->leaves && state == CACHED_NONE;
	/* The rows of a backward claim are known at the ends of windows only. */
	if (!source->of_rows || !source->cut.backward)
		len = min_u64(len, way.len);
	cut_claim(source, source->leaves ? within_stretch(len) : len, ret_claim);
	cut_fetch(source, ret_claim);
	cut_evict(source, ret_claim);
	return 1;
}

void source_release(const struct source *source, const struct claim *claim)
{
	if (claim->was_empty && claim->io_mode != MMR_IO_DIRECT)
		reader_evict(
			source->reader, claim->evict_start, claim->evict_stop - claim->evict_start);
}

void source_record(struct source *source, const struct claim *claim, size_t len, uint64_t took_ns)
{
	mmr_io_summary *summary = &source->io.summary;
	bool is_kept = claim->io_mode <= MMR_IO_READ && !claim->was_empty;

	io_choice_record(&source->io, &claim->taken, claim->io_mode, len, took_ns);
	summary->device += claim->is_cold ? len : 0;
	summary->kept += claim->is_cold && is_kept ? len : 0;
	if (source->leaves)
		choose_cold_way(source);
}

size_t source_claim_len(const struct source *source, const struct claim *claim)
{
	if (source->is_stream)
		return claim->block.bytes.len - claim->block.ahead;
	return (size_t)(claim->stop - claim->start);
}

void claim_enter(struct source *source, struct claim *claim, const struct row_function *function)
{
	claim->entered = true;
	claim->before = source->reached;
	claim->n_before = source->n_rows;
	source->n_rows += rows_apply(function, claim->start, &source->reached);
	claim->after = source->reached;
}

int source_check_end(const struct source *source)
{
	const struct row_place *end = source->cut.backward ? &source->states.end : &source->reached;

	if (source->rest > 0)
		return fixed_check_end(
			source->reader, source->scan.records, source->stop, source->rest);
	return source->of_rows ? rows_check_end(source->reader, end) : 0;
}

int source_load(struct source *source, struct window *window, struct claim *claim, void *context,
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
	if (source->of_rows)
		return row_blocks_load(source, window, claim, context, ret_block);
	if (!source->cut.split_lines && split_is_fixed(source->scan.records))
		return fixed_blocks_load(source, window, claim, ret_block);
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
	row_states_free(&source->states);
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
	*ret_cache = policy_of(reader_backing(reader), &scan, len);
	return 0;
}
