/* index_build.c - builds an index in memory by counting the starts of blocks
 *
 * SPDX-License-Identifier: MIT */
#include "scan/index.h"

#include "file/reader.h"
#include "scan/options.h"
#include "scan/run.h"
#include "scan/window.h"

#include <errno.h>
#include <string.h>

#define HEAP_DEFAULT (UINT64_C(1) << 20)
#define HEAP_LEAST   (UINT64_C(4) << 10)

/* --- Counting --------------------------------------------------------------------------------- */

/* The most blocks, or parts of them, in a window. */
#define PIECES ((WINDOW_DEFAULT >> INDEX_BLOCK_LOG2) + 2)

/* What all workers share. Only collect_counts changes it. */
struct builder {
	mmr_index *index;
	uint64_t last; /* start that is counted */
	uint64_t next; /* the block whose entry was not passed yet */
	struct index_entry entry;
	struct row_place place; /* of rows: the same state */
	uint64_t ended;         /* offset after the last byte that was seen ... */
	bool terminated;        /* ... which is a delimiter */
	index_entry_fn *fn;
	void *context;
};

struct state {
	struct builder *builder;
	uint32_t counts[PIECES];
	struct row_function functions[PIECES]; /* of rows */
	bool terminated;
};

/* Where the block that contains an offset ends, or the bytes end before. */
static uint64_t piece_end(const mmr_index *index, uint64_t off, uint64_t stop)
{
	return min_u64(((off >> index->block_log2) + 1) << index->block_log2, stop);
}

/* The place of an offset in a block, or its start. */
static size_t offset_in(const mmr_block *block, uint64_t off)
{
	return (size_t)(off - min_u64(off, block->off));
}

static int count_pieces(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	const mmr_index *index = state->builder->index;
	const struct units *units = &index->units;
	size_t own = block->bytes.len - block->ahead, mark = units_mark(units);
	struct unit_view view = {block->bytes, block->off == 0, 0};
	mmr_slice last = {block->bytes.ptr + own - 1, 1};
	uint64_t off, end, stop = block->off + own, found;
	size_t from = view.at_start ? 1 : mark, to;
	unsigned i = 0;
	int err;

	for (off = block->off; off < stop; off = end) {
		end = piece_end(index, off, stop);
		to = offset_in(block, min_u64(end - 1 + mark, state->builder->last) + 1);
		err = units_count(units, &view, from, to, &found);
		if (err < 0)
			return err;
		state->counts[i++] = (uint32_t)found;
		from = to;
	}
	err = mmr_slice_count(last, units->delimiter, &found);
	state->terminated = found > 0;
	return err;
}

/* What the pieces of a block do to rows does not depend on the bytes before. */
static int read_rows(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	const mmr_index *index = state->builder->index;
	uint64_t off, end, stop = block->off + block->bytes.len;
	mmr_slice piece = {block->bytes.ptr, 0};
	unsigned i = 0;
	int err = 0;

	for (off = block->off; err == 0 && off < stop; off = end) {
		end = piece_end(index, off, stop);
		piece.len = (size_t)(end - off);
		err = rows_function(index->units.records->separator, piece, &state->functions[i++]);
		piece.ptr += piece.len;
	}
	return err;
}

/* Passes the entries of blocks up to one that starts at `off`. */
static int pass_entries(struct builder *builder, uint64_t off)
{
	int err = 0;

	while (err == 0 && builder->next << builder->index->block_log2 <= off)
		err = builder->fn(builder->context, builder->next++, &builder->entry);
	return err;
}

static int collect_counts(void *argument, const mmr_block *block)
{
	const struct state *state = argument;
	struct builder *builder = state->builder;
	uint64_t off, end, stop = block->off + block->bytes.len - block->ahead;
	unsigned i = 0;
	int err = 0;

	for (off = block->off; err == 0 && off < stop; off = end) {
		end = piece_end(builder->index, off, stop);
		err = pass_entries(builder, off);
		builder->entry.rank += state->counts[i++];
	}
	builder->ended = stop;
	builder->terminated = state->terminated;
	return err;
}

static int collect_rows(void *argument, const mmr_block *block)
{
	const struct state *state = argument;
	struct builder *builder = state->builder;
	uint64_t off, end, stop = block->off + block->bytes.len;
	unsigned i = 0;
	int err = 0;

	for (off = block->off; err == 0 && off < stop; off = end) {
		end = piece_end(builder->index, off, stop);
		err = pass_entries(builder, off);
		builder->entry.rank += rows_apply(&state->functions[i++], off, &builder->place);
		builder->entry.state = builder->place.state;
	}
	builder->ended = stop;
	builder->terminated = builder->entry.state == ROW_START;
	return err;
}

int index_scan(mmr_index *index, const mmr_scan_options *scan, uint64_t from, index_entry_fn *fn,
	void *context)
{
	uint64_t size = mmr_size(index->reader);
	struct builder builder = {.index = index,
		.last = min_u64(index->covered - 1 + units_mark(&index->units), size),
		.next = from,
		.entry = index->end,
		.place = {index->end.state, ROW_NOWHERE},
		.fn = fn,
		.context = context};
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	bool of_rows = units_are_rows(&index->units);
	mmr_scan_job job = {.work = of_rows ? read_rows : count_pieces,
		.collect = of_rows ? collect_rows : collect_counts,
		.start = scan_keep_context,
		.context = &builder,
		.state_size = sizeof(struct state)};
	mmr_scan_options how = *scan;
	uint64_t n_blocks = index_blocks(index), stop;
	int err;

	/* Where only a part is counted, the bytes after it decide about its last starts. */
	stop = min_u64(index->covered + units_ahead(&index->units), size);
	how.offset = from << index->block_log2;
	how.length = stop - min_u64(how.offset, stop);
	cut.split_lines = true;
	cut.ahead = units_ahead(&index->units);
	cut.window = WINDOW_DEFAULT;
	/* Where lines end with NUL, a hole is full of lines. In rows it is text. */
	cut.skip_holes = scan->delimiter != '\0' && !of_rows;
	err = mmr_scan_run(index->reader, &how, &cut, &job);
	while (err == 0 && builder.next <= n_blocks)
		err = fn(context, builder.next++, &builder.entry);
	if (err < 0)
		return err;
	index->end = builder.entry;
	if (index->covered > how.offset)
		index->unterminated = builder.ended < index->covered || !builder.terminated;
	return 0;
}

/* --- Tables in memory ------------------------------------------------------------------------- */

static int memory_entry(mmr_index *index, uint64_t block, struct index_entry *ret_entry)
{
	*ret_entry = index_unpack(
		index, index->ranks[block], index->segments[index_segment(index, block)]);
	return 0;
}

static void memory_close(mmr_index *index)
{
	heap_free(index->ranks);
	heap_free(index->segments);
}

static const struct index_table_kind in_memory = {memory_entry, memory_close};

static int store(void *context, uint64_t block, const struct index_entry *entry)
{
	mmr_index *index = context;
	uint64_t *before = &index->segments[index_segment(index, block)];

	if (index_opens_segment(index, block))
		*before = entry->rank;
	index->ranks[block] = index_pack(entry, *before);
	return 0;
}

static int alloc_table(mmr_index *index)
{
	size_t n_ranks = (size_t)index_blocks(index) + 1;

	index->table_kind = &in_memory;
	index->ranks = heap_alloc(n_ranks * sizeof(*index->ranks));
	index->segments = heap_alloc((size_t)index_segments(index) * sizeof(*index->segments));
	if (index->ranks && index->segments) {
		/* Where blocks are larger than segments, some of these have no entry. */
		memset(index->segments, 0,
			(size_t)index_segments(index) * sizeof(*index->segments));
		return 0;
	}
	memory_close(index);
	return error_set(-ENOMEM, "build an index of '%s'", index->reader->name);
}

static uint64_t table_bytes(const mmr_index *index)
{
	return (index_blocks(index) + 1) * sizeof(*index->ranks) +
	       index_segments(index) * sizeof(*index->segments);
}

int index_choose_block(mmr_index *index, uint64_t most)
{
	for (index->block_log2 = INDEX_BLOCK_LOG2; table_bytes(index) > most; index->block_log2++)
		if (index->block_log2 == INDEX_BLOCK_LOG2_MOST)
			return error_set(-EFBIG, "build an index of '%s'", index->reader->name);
	return 0;
}

int index_start(mmr_index *index, mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_index_options *options, mmr_scan_options *ret_scan)
{
	static const mmr_index_options defaults = MMR_INDEX_OPTIONS_INIT;
	int err = scan_options(scan, ret_scan);

	if (!options)
		options = &defaults;
	if (err < 0)
		return err;
	if (options->struct_size < sizeof(*options) ||
		(options->heap > 0 && options->heap < HEAP_LEAST) || ret_scan->index ||
		ret_scan->offset > 0 || ret_scan->length != MMR_REST || ret_scan->first_line > 0 ||
		ret_scan->n_lines != MMR_REST) {
		error_set(-EINVAL, "build an index with these options");
		return error_hint(-EINVAL, "index the whole reader, with at least 4096 bytes");
	}
	if (split_is_fixed(ret_scan->records)) {
		error_set(-EINVAL, "build an index of records of a fixed size");
		return error_hint(-EINVAL, "scan without one: they are found by arithmetic");
	}
	if (reader_is_stream(reader))
		return reader_no_offsets(reader);
	memset(index, 0, sizeof(*index));
	index->reader = reader;
	index->units = units_of(ret_scan);
	index->heap = options->heap > 0 ? options->heap : HEAP_DEFAULT;
	index->covered = mmr_size(reader);
	return 0;
}

int mmr_index_build(mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_index_options *options, mmr_index **ret_index)
{
	mmr_scan_options checked;
	mmr_index *index = heap_alloc(sizeof(*index));
	int err;

	if (!index)
		return error_set(-ENOMEM, "build an index");
	err = index_start(index, reader, scan, options, &checked);
	if (err == 0)
		err = index_choose_block(index, index->heap);
	if (err == 0)
		err = alloc_table(index);
	if (err < 0) {
		heap_free(index);
		return err;
	}
	err = index_scan(index, &checked, 0, store, index);
	if (err < 0) {
		mmr_index_close(index);
		return err;
	}
	*ret_index = index;
	return 0;
}

/* Takes the entries that stay true from an index with smaller blocks, or as large ones. */
static int take_entries(mmr_index *index, mmr_index *old, uint64_t *ret_block)
{
	unsigned larger = index->block_log2 - old->block_log2;
	uint64_t block, last = index_lasting(old) >> larger;
	int err = 0;

	for (block = 0; err == 0 && block <= last; block++) {
		err = old->table_kind->entry(old, block << larger, &index->end);
		store(index, block, &index->end);
	}
	*ret_block = last;
	if (err == MMR_EDAMAGED)
		error_set(err, "extend an index of '%s'", index->reader->name);
	return err;
}

int mmr_index_extend(mmr_index *index, const mmr_scan_options *options)
{
	mmr_index_options how = MMR_INDEX_OPTIONS_INIT;
	mmr_index longer;
	mmr_scan_options scan;
	uint64_t block;
	int err;

	how.heap = index->heap;
	err = index_start(&longer, index->reader, options, &how, &scan);
	if (err == 0 &&
		(scan.delimiter != index->units.delimiter || scan.records != index->units.records))
		err = error_set(-EINVAL, "extend an index with other lines or records");
	if (err == 0)
		err = index_choose_block(&longer, longer.heap);
	/* Blocks of a saved table may be larger. They cannot be divided. */
	if (err == 0 && longer.block_log2 < index->block_log2)
		longer.block_log2 = index->block_log2;
	if (err == 0 && longer.covered > index->covered)
		err = alloc_table(&longer);
	if (err < 0 || longer.covered <= index->covered)
		return err;
	err = take_entries(&longer, index, &block);
	if (err == 0)
		err = index_scan(&longer, &scan, block, store, &longer);
	if (err < 0) {
		memory_close(&longer);
		return err;
	}
	index->table_kind->close(index);
	*index = longer;
	return 0;
}

void mmr_index_describe(const mmr_index *index, mmr_index_info *ret_info)
{
	*ret_info = (mmr_index_info){.covered = index->covered,
		.lines = index->end.rank + index->unterminated,
		.block = UINT64_C(1) << index->block_log2,
		.table = table_bytes(index),
		.saved = index->table != NULL,
		.failure = atomic_load(&index->failure)};
	/* No record starts at the end of the bytes. */
	if (index->units.records && !units_are_rows(&index->units))
		ret_info->lines = index->end.rank + (index->covered > 0);
}

void mmr_index_close(mmr_index *index)
{
	if (!index)
		return;
	index->table_kind->close(index);
	heap_free(index);
}
