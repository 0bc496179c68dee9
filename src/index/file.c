/* file.c - reads the table of an index from a file
 *
 * SPDX-License-Identifier: MIT */
#include "index/file.h"

#include "file/guard.h"
#include "index/fresh.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

/* A piece of the table is hashed in steps of this size. */
#define STEP ((size_t)8 << 10)

struct table {
	mmr_reader *file;
	struct format_places places;
	_Atomic(unsigned char) checked[]; /* one for each piece */
};

uint64_t file_units(const struct units *units)
{
	return units->records ? units->records->identity : 0;
}

/* Copies bytes of the file, through the map if a fault of it is caught. */
static int read_bytes(const mmr_reader *file, uint64_t off, char *buffer, size_t len)
{
	mmr_slice all = mmr_bytes(file);
	struct guard guard;
	size_t got;

	if (!guard_covers(all))
		return mmr_read_at(file, off, buffer, len, &got);
	if (!GUARD_ENTER(&guard, all.ptr + off, len))
		return guard_fault(&guard);
	memcpy(buffer, all.ptr + off, len);
	guard_leave(&guard);
	return 0;
}

/* Hashes a range of the file. */
static int hash_range(const mmr_reader *file, uint64_t off, uint64_t len, uint64_t *ret_hash)
{
	XXH3_state_t state;
	char buffer[STEP];
	size_t step;
	int err = 0;

	XXH3_INITSTATE(&state);
	XXH3_64bits_reset(&state);
	for (; err == 0 && len > 0; off += step, len -= step) {
		step = (size_t)min_u64(len, STEP);
		err = read_bytes(file, off, buffer, step);
		if (err == 0)
			XXH3_64bits_update(&state, buffer, step);
	}
	*ret_hash = XXH3_64bits_digest(&state);
	return err;
}

/* Checks the piece of the table that contains an offset, once. */
static int check_piece(struct table *table, uint64_t off)
{
	uint64_t piece = (off - table->places.ranks) / FORMAT_PIECE, hash;
	uint64_t start = table->places.ranks + piece * FORMAT_PIECE;
	uint64_t len = min_u64(FORMAT_PIECE, table->places.sums - start);
	char sum[8];
	int err;

	if (atomic_load_explicit(&table->checked[piece], memory_order_relaxed))
		return 0;
	err = read_bytes(table->file, table->places.sums + piece * 8, sum, sizeof(sum));
	if (err == 0)
		err = hash_range(table->file, start, len, &hash);
	if (err < 0)
		return err;
	if (hash != format_get64(sum))
		return MMR_EDAMAGED;
	atomic_store_explicit(&table->checked[piece], 1, memory_order_relaxed);
	return 0;
}

/* Reads the bytes of an entry and of what it counts from. In a map, both under one guard. */
static int read_entry(const struct table *table, uint64_t rank_off, uint64_t segment_off,
	uint32_t *ret_packed, uint64_t *ret_before)
{
	mmr_slice all = mmr_bytes(table->file);
	struct guard guard;
	char rank[4], before[8];
	int err;

	if (guard_covers(all)) {
		if (!GUARD_ENTER(&guard, all.ptr, all.len))
			return guard_fault(&guard);
		*ret_packed = format_get32(all.ptr + rank_off);
		*ret_before = format_get64(all.ptr + segment_off);
		guard_leave(&guard);
		return 0;
	}
	err = read_bytes(table->file, rank_off, rank, sizeof(rank));
	if (err == 0)
		err = read_bytes(table->file, segment_off, before, sizeof(before));
	if (err < 0)
		return err;
	*ret_packed = format_get32(rank);
	*ret_before = format_get64(before);
	return 0;
}

static int file_entry(mmr_index *index, uint64_t block, struct index_entry *ret_entry)
{
	struct table *table = index->table;
	uint64_t rank_off = table->places.ranks + block * 4;
	uint64_t segment_off = table->places.segments + index_segment(index, block) * 8;
	uint64_t before = 0;
	uint32_t packed = 0;
	int err = check_piece(table, rank_off);

	if (err == 0)
		err = check_piece(table, segment_off);
	if (err == 0)
		err = read_entry(table, rank_off, segment_off, &packed, &before);
	if (err == 0)
		*ret_entry = index_unpack(index, packed, before);
	return err;
}

static void file_close(mmr_index *index)
{
	struct table *table = index->table;

	mmr_close(table->file);
	heap_free(table);
}

static const struct index_table_kind in_file = {file_entry, file_close};

int file_check(const mmr_index *index)
{
	struct table *table = index->table;
	uint64_t piece;
	int err = 0;

	for (piece = 0; err == 0 && piece < table->places.n_sums; piece++)
		err = check_piece(table, table->places.ranks + piece * FORMAT_PIECE);
	return err;
}

/* Checks all of a file but its table. */
static int check_header(mmr_reader *file, const mmr_index *index, bool any_owner, bool is_part,
	struct format *format)
{
	char header[FORMAT_HEADER] = {0};
	struct os_stat data, now;
	size_t got;
	int err = any_owner ? 1 : reader_is_trusted(file, index->reader);

	if (err <= 0)
		return err < 0 ? err : -EPERM;
	err = reader_status(index->reader, "read", &data, &now);
	if (err < 0)
		return err;
	err = mmr_read_at(file, 0, header, sizeof(header), &got);
	if (err == 0)
		err = format_decode(header, mmr_size(file), format);
	if (err < 0)
		return err;
	if (format->delimiter != (unsigned char)index->units.delimiter ||
		format->units != file_units(&index->units) ||
		units_are_rows(&index->units) != ((format->flags & FORMAT_ROWS) != 0) ||
		is_part != ((format->flags & FORMAT_PART) != 0))
		return MMR_ESTALE;
	return is_part ? 0 : fresh_check(index->reader, &data, format);
}

static int open_table(mmr_index *index, mmr_reader *file, const struct format *format)
{
	struct format_places places = format_places(format);
	struct table *table = heap_alloc(sizeof(*table) + (size_t)places.n_sums);
	uint64_t hash;
	int err;

	if (!table)
		return -ENOMEM;
	err = hash_range(file, places.sums, places.n_sums * 8, &hash);
	if (err == 0 && hash != format->sum_of_sums)
		err = MMR_EDAMAGED;
	if (err < 0) {
		heap_free(table);
		return err;
	}
	memset(table, 0, sizeof(*table) + (size_t)places.n_sums);
	table->file = file;
	table->places = places;
	index->table = table;
	index->table_kind = &in_file;
	index->block_log2 = format->block_log2;
	index->covered = format->covered;
	index->end = format->end;
	index->unterminated = format->flags & FORMAT_UNTERMINATED;
	return 0;
}

int file_may_replace(const char *path, const mmr_reader *data)
{
	char start[8];
	mmr_reader *file;
	size_t len;
	int err = mmr_open(path, NULL, &file), same;

	if (err == -ENOENT)
		return 0;
	if (err < 0)
		return err;
	err = mmr_read_at(file, 0, start, sizeof(start), &len);
	same = reader_is_same_file(file, data);
	mmr_close(file);
	if (same < 0)
		return same;
	if (err == 0 && same == 0 && format_is_index((mmr_slice){start, len}))
		return 0;
	error_set(-EEXIST, "replace '%s'", path);
	return error_hint(-EEXIST, same ? "it is the data" : "it is not an index; remove it first");
}

static int load(
	mmr_index *index, const char *path, bool any_owner, bool is_part, struct format *ret_format)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader *file;
	int err;

	options.keep_pages = true;
	err = mmr_open(path, &options, &file);
	if (err < 0)
		return err;
	err = check_header(file, index, any_owner, is_part, ret_format);
	if (err == 0)
		err = open_table(index, file, ret_format);
	if (err == 0)
		return 0;
	error_set(err, "use the index '%s'", path);
	mmr_close(file);
	return err;
}

int file_load(mmr_index *index, const char *path, bool any_owner)
{
	struct format format;

	return load(index, path, any_owner, false, &format);
}

int file_load_part(mmr_index *index, const char *path, bool any_owner, struct format *ret_format)
{
	return load(index, path, any_owner, true, ret_format);
}
