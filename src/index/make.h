/* make.h - makes the files of indexes: whole ones, parts, and parts that are joined
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_INDEX_MAKE_H
#define SRC_INDEX_MAKE_H

#include "index/format.h"

/* Counts the reader of an index, and saves the table. The first entries are those of `old`, which
 * may be NULL. Blocks of `index` are at least as large as those of `old`.
 *
 * Errors: those of mmr_scan_run, writer_open and writer_finish. */
int make_whole(mmr_index *index, const mmr_scan_options *scan, const char *path, mmr_index *old);

/* Counts part `k` of `n`, from 1, and saves it as a file of its own. Errors: like make_whole. */
int make_part(
	mmr_index *index, const mmr_scan_options *scan, const char *path, uint64_t k, uint64_t n);

/* Makes an index of its `n` parts, whose blocks are those of `index`.
 *
 * Errors: MMR_ESTALE if the parts are not those of the file as it is now; those of file_load_part,
 *   writer_open and writer_finish. */
int make_joined(mmr_index *index, const char *path, bool any_owner, uint64_t n);

/* The path of a part. Returns: a string to free with heap_free; NULL without memory. */
char *make_part_path(const char *path, uint64_t k, uint64_t n);

#endif
