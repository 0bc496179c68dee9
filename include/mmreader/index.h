/* index.h - finds lines by number, and numbers of lines, without a scan
 *
 * An index holds how many lines start before each block of a file: 4 bytes for each 16 KiB, however
 * long the lines are. A block is read to find the line that is wanted, so an answer takes about as
 * long as reading 16 KiB.
 *
 *	err = mmr_index_build(reader, NULL, NULL, &index);
 *	scan.index = index;
 *	err = mmr_line_seek(reader, 0, 40000000, &scan, &off);
 *
 * A scan with an index in its options has the same results as without one. An index that turns out
 * not to be that of the bytes is not used any more: then the scan reads the bytes instead.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_INDEX_H
#define MMREADER_INDEX_H

#include <mmreader/scan.h>

MMR_BEGIN_DECLS

/* How an index is made. Initialize it with MMR_INDEX_OPTIONS_INIT. */
typedef struct mmr_index_options {
	size_t struct_size;
	uint64_t heap; /* most bytes of a table in memory, at least 4096; 0 = 1 MiB. Blocks are made
			  larger until it fits. */
} mmr_index_options;

/* clang-format off */
#define MMR_INDEX_OPTIONS_INIT { sizeof(mmr_index_options), 0 }
/* clang-format on */

/* Builds an index in memory. It counts lines, or the records of the options, as fast as
 * mmr_count_lines does.
 *
 * Shape: `scan` and `options` may be NULL. The range of `scan` must be the whole reader, and its
 *   `index` NULL. An index serves scans with the same reader, delimiter and records.
 * Errors: -ESPIPE for a stream; -EINVAL (options); -EFBIG for a reader above 128 PiB; -ENOMEM;
 *   those of mmr_scan_run.
 * Lifetime: until mmr_index_close. The reader, and the records of `scan`, must live longer.
 * Threads: safe. Any number of threads may use the index. */
MMR_API int mmr_index_build(mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_index_options *options, mmr_index **ret_index);

/* Extends an index by the bytes that mmr_refresh has added to its reader. Until then the index
 * serves the bytes that it covers, and what is after them is scanned.
 *
 * Shape: `scan` as for mmr_index_build.
 * Errors: like mmr_index_build. The index is then unchanged.
 * Threads: no other call may use the index meanwhile. */
MMR_API int mmr_index_extend(mmr_index *index, const mmr_scan_options *scan);

/* What an index is. */
typedef struct mmr_index_info {
	uint64_t covered; /* bytes of the reader */
	uint64_t lines;   /* or records of these bytes, as mmr_count_lines counts them */
	uint64_t block;   /* bytes of a block */
	uint64_t table;   /* bytes of the table */
	int failure;      /* why the index is not used any more, or 0 */
} mmr_index_info;

/* Describes an index. Threads: safe. */
MMR_API void mmr_index_describe(const mmr_index *index, mmr_index_info *ret_info);

/* Frees an index, which nothing may use any more. NULL is allowed. */
MMR_API void mmr_index_close(mmr_index *index);

MMR_END_DECLS

#endif
