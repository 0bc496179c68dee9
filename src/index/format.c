/* format.c - encodes and checks the header of an index
 *
 * SPDX-License-Identifier: MIT */
#include "index/format.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <string.h>

#define FORMAT_VERSION 1u

/* As in PNG: the first byte is not ASCII, the line ends reveal a transfer that converts them, and
 * the last byte ends the output of `type` on DOS. */
static const char magic[8] = "\x8fMMRI\r\n\x1a";

/* Offsets in the header. */
enum {
	AT_VERSION = 8,
	AT_LENGTH = 12,
	AT_FLAGS = 16,
	AT_BLOCK = 20,
	AT_COVERED = 24,
	AT_STARTS = 32,
	AT_DELIMITER = 40,
	AT_STATE = 41,
	AT_UNITS = 48,
	AT_MTIME = 56,
	AT_CTIME = 64,
	AT_INO = 72,
	AT_HEAD = 80,
	AT_TAIL = 88,
	AT_SEED = 96,
	AT_MIDDLE = 104,
	AT_SUM_OF_SUMS = 112,
	AT_START = 120,
	AT_SIZE = 128,
	AT_SUM = 248 /* of the bytes before it */
};

struct format_places format_places(const struct format *format)
{
	unsigned segment =
		format->flags & FORMAT_ROWS ? INDEX_ROW_SEGMENT_LOG2 : INDEX_SEGMENT_LOG2;
	uint64_t block = UINT64_C(1) << format->block_log2;
	uint64_t n_blocks = format->covered / block + (format->covered % block > 0), table;
	struct format_places places;

	places.n_ranks = n_blocks + 1;
	places.n_segments = ((n_blocks << format->block_log2) >> segment) + 1;
	places.ranks = FORMAT_HEADER;
	places.segments = round_up(places.ranks + places.n_ranks * 4, 8);
	places.sums = places.segments + places.n_segments * 8;
	table = places.sums - places.ranks;
	places.n_sums = table / FORMAT_PIECE + (table % FORMAT_PIECE > 0);
	places.end = places.sums + places.n_sums * 8;
	return places;
}

bool format_is_index(mmr_slice bytes)
{
	return bytes.len >= sizeof(magic) && memcmp(bytes.ptr, magic, sizeof(magic)) == 0;
}

void format_encode(const struct format *format, char *header)
{
	memset(header, 0, FORMAT_HEADER);
	memcpy(header, magic, sizeof(magic));
	format_put32(header + AT_VERSION, FORMAT_VERSION);
	format_put32(header + AT_LENGTH, (uint32_t)FORMAT_HEADER);
	format_put32(header + AT_FLAGS, format->flags);
	format_put32(header + AT_BLOCK, format->block_log2);
	format_put64(header + AT_COVERED, format->covered);
	format_put64(header + AT_STARTS, format->end.rank);
	header[AT_DELIMITER] = (char)format->delimiter;
	header[AT_STATE] = (char)format->end.state;
	format_put64(header + AT_UNITS, format->units);
	format_put64(header + AT_MTIME, (uint64_t)format->mtime_ns);
	format_put64(header + AT_CTIME, (uint64_t)format->ctime_ns);
	format_put64(header + AT_INO, format->ino);
	format_put64(header + AT_HEAD, format->samples.head);
	format_put64(header + AT_TAIL, format->samples.tail);
	format_put64(header + AT_SEED, format->samples.seed);
	format_put64(header + AT_MIDDLE, format->samples.middle);
	format_put64(header + AT_SUM_OF_SUMS, format->sum_of_sums);
	format_put64(header + AT_START, format->start);
	format_put64(header + AT_SIZE, format->size);
	format_put64(header + AT_SUM, XXH3_64bits(header, AT_SUM));
}

int format_decode(const char *header, uint64_t size, struct format *ret_format)
{
	struct format format;

	if (size < FORMAT_HEADER || memcmp(header, magic, sizeof(magic)) != 0 ||
		format_get32(header + AT_VERSION) != FORMAT_VERSION ||
		format_get32(header + AT_LENGTH) != FORMAT_HEADER ||
		format_get64(header + AT_SUM) != XXH3_64bits(header, AT_SUM))
		return MMR_EDAMAGED;
	format = (struct format){
		.flags = format_get32(header + AT_FLAGS),
		.block_log2 = format_get32(header + AT_BLOCK),
		.covered = format_get64(header + AT_COVERED),
		.end = {format_get64(header + AT_STARTS),
			(enum row_state)(unsigned char)header[AT_STATE]},
		.delimiter = (unsigned char)header[AT_DELIMITER],
		.units = format_get64(header + AT_UNITS),
		.mtime_ns = (int64_t)format_get64(header + AT_MTIME),
		.ctime_ns = (int64_t)format_get64(header + AT_CTIME),
		.ino = format_get64(header + AT_INO),
		.samples = {format_get64(header + AT_HEAD), format_get64(header + AT_TAIL),
			format_get64(header + AT_SEED), format_get64(header + AT_MIDDLE)},
		.start = format_get64(header + AT_START),
		.size = format_get64(header + AT_SIZE),
		.sum_of_sums = format_get64(header + AT_SUM_OF_SUMS),
	};
	if (format.block_log2 < INDEX_BLOCK_LOG2 || format.block_log2 > INDEX_BLOCK_LOG2_MOST ||
		format.covered > INT64_MAX || format.start > format.size - format.covered ||
		format.size < format.covered || format.size > INT64_MAX ||
		format.end.rank > format.covered || format.end.state >= ROW_N_STATES ||
		format_places(&format).end != size)
		return MMR_EDAMAGED;
	*ret_format = format;
	return 0;
}
