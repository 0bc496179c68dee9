/* write.c - writes the file of an index
 *
 * SPDX-License-Identifier: MIT */
#include "index/write.h"

#include "file/reader.h"
#include "file/save.h"
#include "index/file.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <errno.h>
#include <string.h>

/* Entries are collected in pieces, each of which is hashed and written when it is full. */
struct writer {
	const mmr_index *index;
	struct save *save;
	uint64_t first; /* block */
	struct format_places places;
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

int writer_put(void *context, uint64_t block, const struct index_entry *entry)
{
	struct writer *writer = context;
	const mmr_index *index = writer->index;
	uint64_t *before;
	char bytes[4];

	block -= writer->first;
	before = &writer->segments[index_segment(index, block)];
	if (index_opens_segment(index, block))
		*before = entry->rank;
	format_put32(bytes, index_pack(entry, *before));
	return put(writer, bytes, sizeof(bytes));
}

/* Writes what follows the ranks. */
static int put_rest(struct writer *writer)
{
	static const char zeroes[8];
	const struct format_places *places = &writer->places;
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

int writer_finish(struct writer *writer, struct format *format)
{
	const mmr_index *index = writer->index;
	char header[FORMAT_HEADER];
	uint64_t i;
	int err = put_rest(writer);

	for (i = 0; i < writer->n_sums; i++)
		format_put64((char *)&writer->sums[i], writer->sums[i]);
	format->sum_of_sums = XXH3_64bits(writer->sums, (size_t)writer->n_sums * 8);
	format->end = index->end;
	format->flags |= index->unterminated ? FORMAT_UNTERMINATED : 0;
	format_encode(format, header);
	if (err == 0)
		err = save_write(writer->save, writer->places.sums, writer->sums,
			(size_t)writer->n_sums * 8);
	if (err == 0)
		err = save_write(writer->save, 0, header, sizeof(header));
	return err < 0 ? err : save_finish(writer->save);
}

/* What a header says of the units and the blocks of an index. */
static void describe(const mmr_index *index, struct format *format)
{
	format->block_log2 = index->block_log2;
	format->delimiter = (unsigned char)index->units.delimiter;
	format->units = file_units(&index->units);
	format->flags |= units_are_rows(&index->units) ? FORMAT_ROWS : 0;
}

int writer_open(const mmr_index *index, const char *path, uint64_t first, struct format *format,
	struct writer **ret_writer)
{
	struct writer *writer = heap_alloc(sizeof(*writer));
	struct os_stat then = {0}, now;
	int err;

	if (!writer)
		return error_set(-ENOMEM, "write '%s'", path);
	memset(writer, 0, offsetof(struct writer, piece));
	writer->index = index;
	writer->first = first;
	describe(index, format);
	writer->places = format_places(format);
	writer->piece_off = writer->places.ranks;
	writer->segments = heap_alloc((size_t)writer->places.n_segments * 8);
	writer->sums = heap_alloc((size_t)writer->places.n_sums * 8);
	if (!writer->segments || !writer->sums) {
		writer_close(writer);
		return error_set(-ENOMEM, "write '%s'", path);
	}
	/* Where blocks are larger than segments, some of these have no entry. */
	memset(writer->segments, 0, (size_t)writer->places.n_segments * 8);
	err = file_may_replace(path, index->reader);
	if (err == 0)
		err = reader_status(index->reader, "index", &then, &now);
	if (err >= 0)
		err = save_open(path, then.mode, &writer->save);
	if (err < 0) {
		writer_close(writer);
		return err;
	}
	*ret_writer = writer;
	return 0;
}

void writer_close(struct writer *writer)
{
	if (!writer)
		return;
	save_close(writer->save);
	heap_free(writer->sums);
	heap_free(writer->segments);
	heap_free(writer);
}
