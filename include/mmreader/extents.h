/* extents.h - the data of a sparse file, without its holes
 *
 * A hole reads as zeroes, uses no disk space, and can be as large as the file system allows. A scan
 * that finds nothing in zeroes can skip holes.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_EXTENTS_H
#define MMREADER_EXTENTS_H

#include <mmreader/reader.h>

MMR_BEGIN_DECLS

typedef struct mmr_extent {
	uint64_t off; /* from the start of the reader */
	uint64_t len;
} mmr_extent;

/* Members are private. At most 32 bytes. */
typedef struct mmr_extents {
	const mmr_reader *reader;
	uint64_t off, stop;
} mmr_extents;

/* The extents of a reader, in order. Lifetime: that of the reader. */
MMR_API mmr_extents mmr_extents_of(const mmr_reader *reader);

/* The extents of a range of the reader, cut at the ends of the range. */
MMR_API mmr_extents mmr_extents_of_range(const mmr_reader *reader, uint64_t off, uint64_t len);

/* The next extent. Bytes between two extents are a hole. If the file system does not report holes,
 * and in memory, all bytes are one extent. So it is always enough to read the extents.
 *
 * Returns: false after the last one. */
MMR_API bool mmr_extents_next(mmr_extents *it, mmr_extent *ret_extent);

MMR_END_DECLS

#endif
