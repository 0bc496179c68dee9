/* index.h - finds lines by number, and numbers of lines, without a scan
 *
 * An index holds how many lines start before each block of a file: 4 bytes for each 16 KiB, however
 * long the lines are. A block is read to find the line that is wanted, so a query takes about as
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
	uint64_t heap; /* most bytes of a table in memory, at least 4096; 0 = 1 MiB. Blocks are
			  made larger until it fits. */
	/* For indexes in files: */
	const char *place; /* path of the file, or of a directory for it; NULL: beside the data */
	const char *data_path; /* of the data; NULL: the path by which the reader was opened */
	bool any_owner;        /* use a file that somebody else may have written */
} mmr_index_options;

/* clang-format off */
#define MMR_INDEX_OPTIONS_INIT { sizeof(mmr_index_options), 0, NULL, NULL, false }
/* clang-format on */

/* Builds an index in memory. It counts lines, or the records or rows of the options, as fast as
 * mmr_count_lines does.
 *
 * Shape: `scan` and `options` may be NULL. The range of `scan` must be the whole reader, and its
 *   `index` NULL. An index serves scans with the same reader, delimiter and records. One of
 *   records or rows serves only scans of the whole reader, since a part may be divided in another
 *   way. Records of a fixed size are refused: they are found without an index.
 * Errors: -ESPIPE for a stream; -EINVAL (options); -EFBIG for a reader above 128 PiB; -ENOMEM;
 *   those of mmr_scan_run.
 * Lifetime: until mmr_index_close. The reader, and the records of `scan`, must live longer.
 * Threads: safe. Any number of threads may use the index. */
MMR_API MMR_MUST_CHECK int mmr_index_build(mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_index_options *options, mmr_index **ret_index);

/* Extends an index by the bytes that mmr_refresh has added to its reader. Until then the index
 * serves the bytes that it covers, and what is after them is scanned.
 *
 * Shape: `scan` as for mmr_index_build.
 * Errors: like mmr_index_build. The index is then unchanged.
 * Threads: no other call may use the index meanwhile. */
MMR_API MMR_MUST_CHECK int mmr_index_extend(mmr_index *index, const mmr_scan_options *scan);

/* --- Indexes in files ------------------------------------------------------------------------- */

/* Finds the path of the file that holds the index of a reader. Beside FILE, it is FILE.mmri. In a
 * directory that `place` names, a hash of the file's path is part of the name. So is one of the
 * delimiter and the records, unless lines that end with \n are indexed.
 *
 * Shape: `buffer` has `size` bytes; a longer path is cut. It ends with a NUL unless `size` is 0.
 *   `scan` and `options` may be NULL.
 * Returns: 0 with the length of the whole path in `*ret_len`.
 * Errors: those of mmr_index_load, except for those of the file. Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_index_path(mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_index_options *options, char *buffer, size_t size, size_t *ret_len);

/* Opens the index that was saved for a reader, if it is one of the bytes that the file has now.
 *
 * If the size and the times of the file are those of when it was indexed, nothing of it is read,
 * unless it was less than 2 seconds old at that time. Else 66 blocks of 4 KiB are compared. So an
 * index is recognized after its file was copied, and serves the old bytes of a file that has grown.
 * A file that was overwritten in place, and whose times were set back, is recognized by these
 * blocks only, if at all: mmr_index_verify reads the whole file.
 *
 * Each part of the table is checked when it is used for the first time. A damaged one is not used:
 * then scans read the bytes instead.
 *
 * Shape: `scan` as for mmr_index_build. The reader is that of a whole regular file, opened by its
 *   path unless `place` is a file or `data_path` is given. `scan` and `options` may be NULL.
 * Errors: MMR_ESTALE if the file has changed, or other units are meant; MMR_EDAMAGED; -EPERM unless
 *   the file belongs to this user, to root or to the owner of the data, and nobody else may write
 *   it; -EINVAL (options, reader); -ENOMEM; errno of open(2), -ENOENT if there is none; those of
 *   mmr_read_at.
 * Lifetime: like mmr_index_build. */
MMR_API MMR_MUST_CHECK int mmr_index_load(mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_index_options *options, mmr_index **ret_index);

/* Like mmr_index_load, but makes the index if there is none, or extends it if the file has grown.
 * Only the new bytes are then counted. The whole table of an index that is kept is checked. The
 * file is replaced as a whole: readers of the old one keep it, and of two processes that make it at
 * a time, the last one wins.
 *
 * An index of less than 4 MiB is built in memory and not saved.
 *
 * Units: the file takes 256 KiB for each GiB; above 1 TiB, at most 256 MiB.
 * Errors: those of mmr_index_load for the reader; those of mmr_index_build; -ENOSPC and other
 *   errors of writing. The file of before is then unchanged. -EEXIST if it is not an
 *   index, or is the data. */
MMR_API MMR_MUST_CHECK int mmr_index_make(mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_index_options *options, mmr_index **ret_index);

/* Makes part `k` of `n` of an index, counted from 1, in a file of its own: that of mmr_index_path
 * with ".K-N" after its name. So the processes of a job each count a part, and one of them joins
 * the parts when all are made.
 *
 * Shape: as for mmr_index_load. All parts must be made with the same options.
 * Errors: those of mmr_index_make; -EINVAL unless 1 <= k <= n, and for the rows of a table, whose
 *   parts depend on each other. Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_index_make_part(mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_index_options *options, uint64_t k, uint64_t n);

/* Joins the `n` parts of an index, and removes them. No byte of the data is counted again.
 *
 * Errors: those of mmr_index_make; -ENOENT if a part is missing; MMR_ESTALE if the parts are not of
 *   the file as it is now, or were made with other options; MMR_EDAMAGED. The parts then stay.
 * Lifetime: like mmr_index_build. */
MMR_API MMR_MUST_CHECK int mmr_index_join(mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_index_options *options, uint64_t n, mmr_index **ret_index);

/* Counts the bytes that an index covers again, and compares.
 *
 * Shape: `scan` as for mmr_index_build, but its delimiter and records are those of the index.
 * Errors: MMR_ESTALE if the index is wrong, MMR_EDAMAGED; it is then not used any more. Those of
 *   mmr_scan_run. Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_index_verify(mmr_index *index, const mmr_scan_options *scan);

/* --- All indexes ------------------------------------------------------------------------------ */

/* What an index is. */
typedef struct mmr_index_info {
	uint64_t covered; /* bytes of the reader */
	uint64_t lines;   /* or records of these bytes, as mmr_count_lines counts them */
	uint64_t block;   /* bytes of a block */
	uint64_t table;   /* bytes of the table */
	bool saved;       /* the table is in a file */
	int failure;      /* why the index is not used any more, or 0 */
} mmr_index_info;

/* Describes an index. Threads: safe. */
MMR_API void mmr_index_describe(const mmr_index *index, mmr_index_info *ret_info);

/* Frees an index, which nothing may use any more. NULL is allowed. */
MMR_API void mmr_index_close(mmr_index *index);

MMR_END_DECLS

#endif
