/* index.h - the numbers of starts before blocks of a reader, and the starts between them
 *
 * Entry `b` of the table is how many units start in [1, index_edge(b)]. An edge is the last offset
 * that the bytes before block `b`, and a few from it on, decide about. So an entry never depends on
 * how the bytes were divided when they were counted.
 *
 * A block is only used after its starts were counted and found to be as many as its entries say.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_INDEX_H
#define SRC_SCAN_INDEX_H

#include "scan/units.h"
#include "text/rows.h"

#include <mmreader/index.h>

#include <stdatomic.h>

/* Blocks are at least this large. Half of it would double the table and save 0.4 microseconds of
 * a search; four times as much takes twice as long. */
#define INDEX_BLOCK_LOG2 14
/* Larger ones may have more starts than an entry can hold. */
#define INDEX_BLOCK_LOG2_MOST 31
/* Entries count from the start of their segment, which keeps them at 32 bits. Those of rows have a
 * state in three of these bits. */
#define INDEX_SEGMENT_LOG2     32
#define INDEX_ROW_SEGMENT_LOG2 29

/* What is known before a block. */
struct index_entry {
	uint64_t rank;        /* starts in [1, edge of the block] */
	enum row_state state; /* of rows, else ROW_START */
};

struct mmr_index {
	mmr_reader *reader;
	struct units units;
	uint64_t heap; /* of the options */
	unsigned block_log2;
	uint64_t covered;
	struct index_entry end; /* after the covered bytes */
	bool unterminated;      /* the last unit has no delimiter */
	/* Where the table is. */
	const struct index_table_kind *table_kind;
	uint32_t *ranks;
	uint64_t *segments;
	void *table; /* of another kind of table */
	_Atomic(int) failure;
};

struct index_table_kind {
	/* Reads entry `block`, at most index_blocks(). Errors: no message is set. */
	int (*entry)(mmr_index *index, uint64_t block, struct index_entry *ret_entry);
	void (*close)(mmr_index *index);
};

/* Blocks up to `covered`; the last one may be shorter. The table has one entry more. */
static inline uint64_t index_blocks(const mmr_index *index)
{
	uint64_t block = UINT64_C(1) << index->block_log2;

	return index->covered / block + (index->covered % block > 0);
}

static inline unsigned index_segment_log2(const mmr_index *index)
{
	return units_are_rows(&index->units) ? INDEX_ROW_SEGMENT_LOG2 : INDEX_SEGMENT_LOG2;
}

/* The segment of a block, or of its start where blocks are larger. */
static inline uint64_t index_segment(const mmr_index *index, uint64_t block)
{
	return (block << index->block_log2) >> index_segment_log2(index);
}

/* Whether no earlier block is in the segment of a block. */
static inline bool index_opens_segment(const mmr_index *index, uint64_t block)
{
	return block == 0 || index_segment(index, block) != index_segment(index, block - 1);
}

/* Segments that the entries are in. */
static inline uint64_t index_segments(const mmr_index *index)
{
	return index_segment(index, index_blocks(index)) + 1;
}

/* The 32 bits of an entry. `before` is the rank of its segment. */
static inline uint32_t index_pack(const struct index_entry *entry, uint64_t before)
{
	return (uint32_t)(entry->rank - before) | (uint32_t)entry->state << INDEX_ROW_SEGMENT_LOG2;
}

static inline struct index_entry index_unpack(
	const mmr_index *index, uint32_t packed, uint64_t before)
{
	unsigned bits = index_segment_log2(index);

	if (bits == INDEX_SEGMENT_LOG2)
		return (struct index_entry){before + packed, ROW_START};
	return (struct index_entry){
		before + (packed & ((UINT32_C(1) << bits) - 1)), (enum row_state)(packed >> bits)};
}

/* Whether an index serves a scan of a reader. A scan of a range of records may divide it in another
 * way than the whole reader is divided. */
bool index_serves(const mmr_index *index, const mmr_reader *reader, const mmr_scan_options *scan);

/* Finds the last offset up to `off` that an entry is for. The rank of an offset is the number of
 * starts in [1, offset]. */
int index_floor(mmr_index *index, uint64_t off, uint64_t *ret_edge, struct index_entry *ret_entry);

/* Adds the starts in (edge, off] to `*rank`. `edge` is that of `off`. Offsets after the last edge
 * are left alone.
 *
 * Returns: 1; 0 for such an offset. Errors: MMR_ESTALE; those of mmr_read_at; of a guarded fault.
 */
int index_count(mmr_index *index, uint64_t edge, uint64_t off, uint64_t *rank);

/* Finds the start of the n-th line after `from`, at least 1, if it is a few hundred bytes away.
 *
 * Returns: 1; 0 if it is not. Errors: like index_count, but not MMR_ESTALE. */
int index_near(mmr_index *index, uint64_t from, uint64_t n, uint64_t *ret_off);

/* Finds the start whose rank is `rank`, at least 1. Returns: 1 with `*ret_off`; 0 if it is after
 * the last edge. Errors: like index_count. */
int index_select(mmr_index *index, uint64_t rank, uint64_t *ret_off);

/* Counts the starts in (start, stop] by the index of a scan, without a scan.
 *
 * Returns: false if there is no index, or if it has failed. */
bool index_count_starts(mmr_reader *reader, const mmr_scan_options *scan, uint64_t start,
	uint64_t stop, uint64_t *ret_n);

/* --- Making a table --------------------------------------------------------------------------- */

/* Receives the entries of a table, in order. */
typedef int index_entry_fn(void *context, uint64_t block, const struct index_entry *entry);

/* Counts the starts of a reader from block `from` on, whose entry is `index->end` at first, and
 * passes the entries from `from` to index_blocks(). Sets `end` and `unterminated`. */
int index_scan(mmr_index *index, const mmr_scan_options *scan, uint64_t from, index_entry_fn *fn,
	void *context);

/* Checks options and prepares an index without a table for a reader. */
int index_start(mmr_index *index, mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_index_options *options, mmr_scan_options *ret_scan);

/* Makes the smallest blocks with which the table has at most so many bytes. Errors: -EFBIG. */
int index_choose_block(mmr_index *index, uint64_t most);

/* The entries up to this one stay true when the reader grows. */
uint64_t index_lasting(const mmr_index *index);

#endif
