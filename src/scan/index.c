/* index.c - queries to an index: the rank of an offset, and the start of a rank
 *
 * SPDX-License-Identifier: MIT */
#include "scan/index.h"

#include "file/guard.h"
#include "file/reader.h"

#include <errno.h>

/* Blocks are read in pieces of this size. */
#define PIECE ((size_t)1 << INDEX_BLOCK_LOG2)
/* Room for the bytes after a piece that decide about its last starts. */
#define AHEAD ((size_t)4096 + 64)
/* Lines that are so near are found without the table. */
#define NEAR       ((size_t)1024)
#define NEAR_LINES 8
/* Steps of a search for a block that guess by proportion, before it halves what is left. */
#define GUESSES 6

bool index_serves(const mmr_index *index, const mmr_reader *reader, const mmr_scan_options *scan)
{
	if (!index || atomic_load_explicit(&index->failure, memory_order_relaxed) != 0)
		return false;
	return !scan->records || (scan->offset == 0 && scan->length >= mmr_size(reader));
}

static uint64_t edge_of(const mmr_index *index, uint64_t block)
{
	if (block == 0)
		return 0;
	return min_u64(
		(block << index->block_log2) + units_mark(&index->units) - 1, index->covered);
}

/* Bytes after the covered ones may decide about starts before their end. */
uint64_t index_lasting(const mmr_index *index)
{
	size_t beyond = units_ahead(&index->units);

	return index->covered < beyond ? 0 : (index->covered - beyond) >> index->block_log2;
}

/* The number of the last entry that is true for the reader as it is now. */
static uint64_t last_entry(const mmr_index *index)
{
	return mmr_size(index->reader) == index->covered ? index_blocks(index)
							 : index_lasting(index);
}

static int entry_of(mmr_index *index, uint64_t block, struct index_entry *ret_entry)
{
	return index->table_kind->entry(index, block, ret_entry);
}

int index_floor(mmr_index *index, uint64_t off, uint64_t *ret_edge, struct index_entry *ret_entry)
{
	uint64_t block = min_u64(off >> index->block_log2, last_entry(index));

	while (block > 0 && edge_of(index, block) > off)
		block--;
	if (block + 1 == index_blocks(index) && off >= index->covered &&
		last_entry(index) == index_blocks(index))
		block++;
	*ret_edge = edge_of(index, block);
	return entry_of(index, block, ret_entry);
}

/* --- The starts of a block -------------------------------------------------------------------- */

/* A query to the starts of a block, which are counted from 0. */
struct query {
	uint64_t off; /* how many are up to this offset? */
	uint64_t nth; /* where is this one? */
	uint64_t n_before, n_found;
	struct row_place place; /* of rows: after the bytes that were read */
	uint64_t at;
	bool is_found;
};

/* Adds the starts of a piece, up to `off` and after it. Returns: whether the wanted start is one of
 * them, with its number among them. */
static bool add_counts(struct query *query, uint64_t before, uint64_t after, uint64_t *ret_nth)
{
	*ret_nth = query->nth - query->n_found;
	query->n_before += before;
	query->n_found += before + after;
	return !query->is_found && *ret_nth < before + after;
}

/* Bytes of the reader: in the map if a fault of it is caught, else in the buffer. */
static int load(const mmr_reader *reader, uint64_t off, size_t len, char *buffer, mmr_slice *ret)
{
	mmr_slice all = mmr_bytes(reader);

	if (guard_covers(all)) {
		*ret = (mmr_slice){all.ptr + off, len};
		return 0;
	}
	ret->ptr = buffer;
	return mmr_read_at(reader, off, buffer, len, &ret->len);
}

int index_near(mmr_index *index, uint64_t from, uint64_t n, uint64_t *ret_off)
{
	size_t len = (size_t)min_u64(NEAR, mmr_size(index->reader) - from), at;
	char buffer[NEAR];
	mmr_slice bytes;
	int found;

	/* Bytes that a truncation has lost may read as zeroes. */
	if (n > NEAR_LINES || index->units.records || index->units.delimiter == '\0')
		return 0;
	found = load(index->reader, from, len, buffer, &bytes);
	if (found == 0)
		found = mmr_slice_select(bytes, index->units.delimiter, n - 1, &at);
	if (found > 0)
		*ret_off = from + at + 1;
	return found;
}

/* Counts the starts that a piece decides about, those up to `edge`, and finds the wanted one. */
static int query_piece(
	mmr_index *index, uint64_t start, uint64_t stop, uint64_t edge, struct query *query)
{
	size_t mark = units_mark(&index->units), ahead = units_ahead(&index->units);
	uint64_t end = min_u64(stop + ahead, mmr_size(index->reader));
	struct unit_view view = {.at_start = start == 0};
	char buffer[PIECE + AHEAD];
	size_t from = start == 0 ? 1 : mark, to = (size_t)(edge - start) + 1, split;
	uint64_t before, after, nth;
	int err;

	err = load(index->reader, start, (size_t)(end - start), buffer, &view.bytes);
	if (err < 0)
		return err;
	split = query->off < start ? from : (size_t)min_u64(query->off - start + 1, to);
	split = split < from ? from : split;
	err = units_count(&index->units, &view, from, split, &before);
	if (err == 0)
		err = units_count(&index->units, &view, split, to, &after);
	if (err < 0)
		return err;
	if (!add_counts(query, before, after, &nth))
		return 0;
	err = units_select(&index->units, &view, from, to, nth, &split);
	query->is_found = err > 0;
	query->at = start + split;
	return err < 0 ? err : 0;
}

/* The same for the starts of rows after [start, stop). */
static int query_rows(mmr_index *index, uint64_t start, uint64_t stop, struct query *query)
{
	char separator = index->units.records->separator, buffer[PIECE];
	uint64_t split = min_u64(max_u64(query->off, start), stop), before, after, nth, n;
	struct row_place first = query->place;
	mmr_slice bytes, head, tail;
	size_t at;
	int err;

	err = load(index->reader, start, (size_t)(stop - start), buffer, &bytes);
	if (err < 0)
		return err;
	head = (mmr_slice){bytes.ptr, (size_t)(split - start)};
	tail = (mmr_slice){bytes.ptr + head.len, bytes.len - head.len};
	err = rows_pass(separator, head, start, &query->place, &before);
	if (err == 0)
		err = rows_pass(separator, tail, split, &query->place, &after);
	if (err < 0)
		return err;
	if (!add_counts(query, before, after, &nth))
		return 0;
	err = rows_select(separator, bytes, &first.state, nth, &at, &n);
	query->is_found = err > 0;
	query->at = start + at + 1;
	return err < 0 ? err : 0;
}

/* Reads a block for a query, and checks that it has as many starts as the table says. */
static int query_block(mmr_index *index, uint64_t block, struct query *query)
{
	uint64_t start = block << index->block_log2, stop, end;
	struct index_entry before = {0, ROW_START}, after = {0, ROW_START};
	size_t mark = units_mark(&index->units);
	int err;

	end = min_u64((block + 1) << index->block_log2, index->covered);
	query->n_before = query->n_found = 0;
	query->is_found = false;
	err = entry_of(index, block, &before);
	if (err == 0)
		err = entry_of(index, block + 1, &after);
	query->place = (struct row_place){before.state, ROW_NOWHERE};
	for (; err == 0 && start < end; start = stop) {
		stop = min_u64(start + PIECE, end);
		if (units_are_rows(&index->units))
			err = query_rows(index, start, stop, query);
		else
			err = query_piece(index, start, stop,
				min_u64(stop + mark - 1, index->covered), query);
	}
	if (err == 0 && (after.rank < before.rank || query->n_found != after.rank - before.rank ||
				query->place.state != after.state))
		return MMR_ESTALE;
	return err;
}

int index_count(mmr_index *index, uint64_t edge, uint64_t off, uint64_t *rank)
{
	struct query query = {.off = off, .nth = UINT64_MAX};
	uint64_t block = edge >> index->block_log2;
	int err;

	if (edge == off)
		return 1;
	if (block >= last_entry(index))
		return 0;
	err = query_block(index, block, &query);
	*rank += query.n_before;
	return err < 0 ? err : 1;
}

/* Finds the block in which the start of a rank is: the last one whose entry is less. */
static int find_block(
	mmr_index *index, uint64_t rank, uint64_t last, uint64_t last_rank, uint64_t *ret_block)
{
	uint64_t low = 0, high = last, low_rank = 0, high_rank = last_rank, middle;
	struct index_entry here;
	unsigned guesses = GUESSES;
	int err;

	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (guesses > 0 && high_rank > low_rank) {
			middle = low +
				 (uint64_t)((double)(rank - low_rank) /
					    (double)(high_rank - low_rank) * (double)(high - low));
			middle = min_u64(max_u64(middle, low + 1), high - 1);
			guesses--;
		}
		err = entry_of(index, middle, &here);
		if (err < 0)
			return err;
		/* Entries that fall are those of a damaged table. */
		if (here.rank < low_rank || here.rank > high_rank)
			return MMR_ESTALE;
		if (here.rank < rank) {
			low = middle;
			low_rank = here.rank;
		} else {
			high = middle;
			high_rank = here.rank;
		}
	}
	*ret_block = low;
	return 0;
}

int index_select(mmr_index *index, uint64_t rank, uint64_t *ret_off)
{
	struct query query = {.off = 0};
	struct index_entry end, before = {0, ROW_START};
	uint64_t last = last_entry(index), block = 0;
	int err;

	err = entry_of(index, last, &end);
	if (err < 0 || rank > end.rank)
		return err;
	err = find_block(index, rank, last, end.rank, &block);
	if (err == 0)
		err = entry_of(index, block, &before);
	if (err < 0)
		return err;
	query.nth = rank - before.rank - 1;
	err = query_block(index, block, &query);
	if (err < 0)
		return err;
	*ret_off = query.at;
	return query.is_found ? 1 : MMR_ESTALE;
}
