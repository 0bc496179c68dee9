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

#include <mmreader/index.h>

#include <stdatomic.h>

/* Blocks are at least this large. Half of it would double the table and save 0.4 microseconds of
 * a search; four times as much takes twice as long. */
#define INDEX_BLOCK_LOG2 14
/* Larger ones may have more starts than an entry can hold. */
#define INDEX_BLOCK_LOG2_MOST 31
/* Entries count from the start of their segment, which keeps them at 32 bits. */
#define INDEX_SEGMENT_LOG2 32

struct mmr_index {
	mmr_reader *reader;
	struct units units;
	uint64_t heap; /* of the options */
	unsigned block_log2;
	uint64_t covered;
	uint64_t n_starts; /* in [1, covered] */
	bool unterminated; /* the last unit has no delimiter */
	/* Where the table is. */
	const struct index_table_kind *table_kind;
	uint32_t *ranks;
	uint64_t *segments;
	void *table; /* of another kind of table */
	_Atomic(int) failure;
};

struct index_table_kind {
	/* Reads entry `block`, at most index_blocks(). Errors: no message is set. */
	int (*rank)(mmr_index *index, uint64_t block, uint64_t *ret_rank);
	void (*close)(mmr_index *index);
};

/* Blocks up to `covered`; the last one may be shorter. The table has one entry more. */
static inline uint64_t index_blocks(const mmr_index *index)
{
	uint64_t block = UINT64_C(1) << index->block_log2;

	return index->covered / block + (index->covered % block > 0);
}

/* Entries that segment numbers are stored for. */
static inline uint64_t index_segments(const mmr_index *index)
{
	return ((index_blocks(index) << index->block_log2) >> INDEX_SEGMENT_LOG2) + 1;
}

/* Whether an index serves a scan of a reader. A scan of a range of records may divide it in another
 * way than the whole reader is divided. */
bool index_serves(const mmr_index *index, const mmr_reader *reader, const mmr_scan_options *scan);

/* Finds the last offset up to `off` whose rank an entry has. The rank of an offset is the number of
 * starts in [1, offset]. */
int index_floor(mmr_index *index, uint64_t off, uint64_t *ret_edge, uint64_t *ret_rank);

/* Adds the starts in (edge, off] to `*rank`. `edge` is that of `off`. Offsets after the last edge
 * are left alone.
 *
 * Returns: 1; 0 for such an offset. Errors: MMR_ESTALE; those of mmr_read_at; of a guarded fault.
 */
int index_count(mmr_index *index, uint64_t edge, uint64_t off, uint64_t *rank);

/* Finds the start whose rank is `rank`, at least 1. Returns: 1 with `*ret_off`; 0 if it is after
 * the last edge. Errors: like index_count. */
int index_select(mmr_index *index, uint64_t rank, uint64_t *ret_off);

/* Counts the starts in (start, stop] by the index of a scan, without a scan.
 *
 * Returns: false if there is no index, or if it cannot answer. */
bool index_count_starts(mmr_reader *reader, const mmr_scan_options *scan, uint64_t start,
	uint64_t stop, uint64_t *ret_n);

/* --- Making a table --------------------------------------------------------------------------- */

/* Receives the entries of a table, in order. */
typedef int index_entry_fn(void *context, uint64_t block, uint64_t rank);

/* Counts the starts of a reader from block `from` on, whose entry is `index->n_starts` at first,
 * and passes the entries from `from` to index_blocks(). Sets `n_starts` and `unterminated`. */
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
