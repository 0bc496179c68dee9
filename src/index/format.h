/* format.h - the bytes of a file that holds an index
 *
 *	header    256 bytes
 *	RANKS     a 32-bit entry for each block, and one more: starts since the start of its segment
 *	SEGMENTS  a 64-bit entry for each 4 GiB: starts before it
 *	SUMS      a 64-bit checksum of each 64 KiB of the two
 *
 * Numbers are little-endian. Checksums are those of XXH3 with 64 bits. Where the parts are follows
 * from the numbers of the header. A file of another version is not used.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_INDEX_FORMAT_H
#define SRC_INDEX_FORMAT_H

#include "scan/index.h"

#define FORMAT_HEADER ((size_t)256)
/* Bytes of the table under one checksum. */
#define FORMAT_PIECE ((size_t)64 << 10)

enum format_flags {
	/* The file was written less than 2 s before it was indexed. A later write may have the same
	 * times, so they prove nothing. */
	FORMAT_YOUNG = 1,
	FORMAT_UNTERMINATED = 2,
	/* A part of an index, for mmr_index_join: what is covered begins at `start`, and entries
	 * count from there. It has no samples. */
	FORMAT_PART = 4,
	/* Rows of a table: entries have states, and segments have 512 MiB. */
	FORMAT_ROWS = 8
};

/* Hashes of some bytes of a file, to find out whether it has changed. */
struct format_samples {
	uint64_t head, tail; /* of the first and the last 4 KiB that are covered */
	uint64_t seed;       /* chooses the places of ... */
	uint64_t middle;     /* ... 64 more blocks of 4 KiB */
};

/* The content of a header, without what follows from it. */
struct format {
	uint32_t flags;
	unsigned block_log2;
	uint64_t covered;
	struct index_entry end; /* after the covered bytes */
	uint64_t start, size;   /* of what is covered; of the file */
	unsigned char delimiter;
	uint64_t units; /* what is counted: 0 for lines, else the identity of the records */
	int64_t mtime_ns, ctime_ns;
	uint64_t ino;
	struct format_samples samples;
	uint64_t sum_of_sums;
};

/* Where the parts of a file are. */
struct format_places {
	uint64_t n_ranks, n_segments, n_sums;
	uint64_t ranks, segments, sums, end;
};

/* Those of a file with this header. */
struct format_places format_places(const struct format *format);

/* Whether bytes are the start of an index: its first 8 are compared. */
bool format_is_index(mmr_slice bytes);

void format_encode(const struct format *format, char *header);

/* Errors: MMR_EDAMAGED if the bytes are not a header of this version, or if its numbers do not fit
 * a file of `size` bytes. No message is set. */
int format_decode(const char *header, uint64_t size, struct format *ret_format);

static inline uint32_t format_get32(const char *bytes)
{
	const unsigned char *byte = (const unsigned char *)bytes;

	return byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
}

static inline uint64_t format_get64(const char *bytes)
{
	return format_get32(bytes) | (uint64_t)format_get32(bytes + 4) << 32;
}

static inline void format_put32(char *bytes, uint32_t value)
{
	unsigned i;

	for (i = 0; i < 4; i++)
		bytes[i] = (char)(value >> 8 * i);
}

static inline void format_put64(char *bytes, uint64_t value)
{
	format_put32(bytes, (uint32_t)value);
	format_put32(bytes + 4, (uint32_t)(value >> 32));
}

#endif
