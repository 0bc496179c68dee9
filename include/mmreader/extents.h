/* extents.h - the data of a sparse file, without its holes
 *
 * A hole reads as zeroes, takes no room on the disk and can be as large as the file system allows.
 * Work that finds nothing in zeroes need not look at them.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_EXTENTS_H
#define MMREADER_EXTENTS_H

#include <mmreader/reader.h>

MMR_BEGIN_DECLS

typedef struct mmr_extent {
	uint64_t off; /* from the start of the reader's part */
	uint64_t len;
} mmr_extent;

/* Fields are the library's. 32 bytes or less. */
typedef struct mmr_extents {
	const mmr_reader *reader;
	uint64_t off, stop;
} mmr_extents;

/* The runs of data in a reader, in order. Lifetime: of the reader. */
MMR_API mmr_extents mmr_extents_of(const mmr_reader *reader);

/* The runs of data in a range of it, cut at its ends. */
MMR_API mmr_extents mmr_extents_of_range(const mmr_reader *reader, uint64_t off, uint64_t len);

/* The next run. What lies between two is a hole. Where the file system does not tell, and in
 * memory, all is one run of data: it is always right to read what this gives.
 *
 * Returns: false behind the last one. */
MMR_API bool mmr_extents_next(mmr_extents *it, mmr_extent *ret_extent);

MMR_END_DECLS

#endif
