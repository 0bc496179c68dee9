/* file.h - an index whose table is in a file
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_INDEX_FILE_H
#define SRC_INDEX_FILE_H

#include "file/reader.h"
#include "index/format.h"

/* Opens the file of an index, and checks its header and its checksums. The parts of the table are
 * checked when they are first used. `index` has a reader, units and limits; the rest is set.
 *
 * Errors: MMR_EDAMAGED; MMR_ESTALE if it has other units or is not one of these bytes; -EPERM if
 *   somebody else may have written it, unless `any_owner` is set; those of mmr_open and
 *   mmr_read_at. */
int file_load(mmr_index *index, const char *path, bool any_owner);

/* Counts the reader of an index from a block on, and saves the table. The entries before that block
 * are those of `old`, which may be NULL for block 0.
 *
 * Errors: those of mmr_scan_run, save_open, save_write and save_finish; -ENOMEM. */
int file_make(mmr_index *index, const mmr_scan_options *scan, const char *path, mmr_index *old);

/* What is counted: 0 for lines, else the identity of the records. */
uint64_t file_units(const struct units *units);

#endif
