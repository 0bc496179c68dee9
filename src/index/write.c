/* write.c - counts a file, and writes the table to a file meanwhile
 *
 * SPDX-License-Identifier: MIT */
#include "file/save.h"
#include "index/file.h"
#include "index/fresh.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <errno.h>
#include <string.h>
#include <time.h>

/* Entries are collected in pieces, each of which is hashed and written when it is full. */
struct writer {
	const mmr_index *index;
	struct save *save;
	uint64_t piece_off; /* where the piece starts */
	size_t used;
	uint64_t *segments, *sums;
	uint64_t n_sums;
	char piece[FORMAT_PIECE];
};

static int flush(struct writer *writer)
{
	int err;

	if (writer->used == 0)
		return 0;
	writer->sums[writer->n_sums++] = XXH3_64bits(writer->piece, writer->used);
	err = save_write(writer->save, writer->piece_off, writer->piece, writer->used);
	writer->piece_off += writer->used;
	writer->used = 0;
	return err;
}

static int put(struct writer *writer, const char *bytes, size_t len)
{
	/* Pieces and entries are multiples of 4 and 8 bytes. */
	memcpy(writer->piece + writer->used, bytes, len);
	writer->used += len;
	return writer->used == FORMAT_PIECE ? flush(writer) : 0;
}

static int put_rank(void *context, uint64_t block, uint64_t rank)
{
	struct writer *writer = context;
	uint64_t off = block << writer->index->block_log2, segment = off >> INDEX_SEGMENT_LOG2;
	char bytes[4];

	if (off == segment << INDEX_SEGMENT_LOG2)
		writer->segments[segment] = rank;
	format_put32(bytes, (uint32_t)(rank - writer->segments[segment]));
	return put(writer, bytes, sizeof(bytes));
}

/* Takes the entries of an older index, whose blocks may be smaller. */
static int put_old(struct writer *writer, mmr_index *index, mmr_index *old, uint64_t *ret_block)
{
	unsigned larger = index->block_log2 - old->block_log2;
	uint64_t block, last = index_lasting(old) >> larger, rank = 0;
	int err = 0;

	for (block = 0; err == 0 && block < last; block++) {
		err = old->table_kind->rank(old, block << larger, &rank);
		if (err == 0)
			err = put_rank(writer, block, rank);
	}
	/* index_scan passes the last one. */
	if (err == 0)
		err = old->table_kind->rank(old, last << larger, &rank);
	index->n_starts = rank;
	*ret_block = last;
	return err;
}

/* Writes what follows the ranks. */
static int put_rest(struct writer *writer, const struct format_places *places)
{
	static const char zeroes[8];
	char bytes[8];
	uint64_t i;
	int err = put(
		writer, zeroes, (size_t)(places->segments - places->ranks - places->n_ranks * 4));

	for (i = 0; err == 0 && i < places->n_segments; i++) {
		format_put64(bytes, writer->segments[i]);
		err = put(writer, bytes, sizeof(bytes));
	}
	return err < 0 ? err : flush(writer);
}

static int put_header(struct writer *writer, const mmr_index *index, struct format *format)
{
	struct format_places places = format_places(index->block_log2, index->covered);
	char header[FORMAT_HEADER];
	uint64_t i;
	int err;

	for (i = 0; i < writer->n_sums; i++)
		format_put64((char *)&writer->sums[i], writer->sums[i]);
	format->sum_of_sums = XXH3_64bits(writer->sums, (size_t)writer->n_sums * 8);
	format->block_log2 = index->block_log2;
	format->n_starts = index->n_starts;
	format->delimiter = (unsigned char)index->units.delimiter;
	format->units = file_units(&index->units);
	format->flags |= index->unterminated ? FORMAT_UNTERMINATED : 0;
	format_encode(format, header);
	err = save_write(writer->save, places.sums, writer->sums, (size_t)writer->n_sums * 8);
	if (err == 0)
		err = save_write(writer->save, 0, header, sizeof(header));
	return err < 0 ? err : save_finish(writer->save);
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int make(
	struct writer *writer, mmr_index *index, const mmr_scan_options *scan, mmr_index *old)
{
	struct format_places places = format_places(index->block_log2, index->covered);
	struct format format = {.covered = index->covered};
	struct os_stat then, now;
	int64_t started = now_ns();
	uint64_t from = 0;
	int err = 0;

	if (old)
		err = put_old(writer, index, old, &from);
	if (err == 0)
		err = index_scan(index, scan, from, put_rank, writer);
	if (err == 0)
		err = put_rest(writer, &places);
	if (err == 0)
		err = reader_status(index->reader, "index", &then, &now);
	if (err >= 0)
		err = fresh_describe(index->reader, &then, started, &format);
	return err < 0 ? err : put_header(writer, index, &format);
}

int file_make(mmr_index *index, const mmr_scan_options *scan, const char *path, mmr_index *old)
{
	struct format_places places = format_places(index->block_log2, index->covered);
	struct writer *writer = heap_alloc(sizeof(*writer));
	struct os_stat then, now;
	int err;

	if (!writer)
		return error_set(-ENOMEM, "make an index of '%s'", index->reader->name);
	memset(writer, 0, offsetof(struct writer, piece));
	writer->index = index;
	writer->piece_off = places.ranks;
	writer->segments = heap_alloc((size_t)places.n_segments * 8);
	writer->sums = heap_alloc((size_t)places.n_sums * 8);
	err = writer->segments && writer->sums
		      ? 0
		      : error_set(-ENOMEM, "make an index of '%s'", index->reader->name);
	if (err == 0)
		err = reader_status(index->reader, "index", &then, &now);
	if (err >= 0)
		err = save_open(path, then.mode, &writer->save);
	if (err == 0)
		err = make(writer, index, scan, old);
	save_close(writer->save);
	heap_free(writer->sums);
	heap_free(writer->segments);
	heap_free(writer);
	return err;
}
