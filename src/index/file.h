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

/* Checks the whole table. Errors: MMR_EDAMAGED; those of mmr_read_at. */
int file_check(const mmr_index *index);

/* Opens a part of an index likewise. Whether it is one of these bytes is not checked.
 *
 * Returns: in `*ret_format` what the file was when the part was made. */
int file_load_part(mmr_index *index, const char *path, bool any_owner, struct format *ret_format);

/* Checks that a file may be replaced by an index of `data`: that it does not exist, or is an index
 * and not the data.
 *
 * Errors: -EEXIST; those of mmr_open. */
int file_may_replace(const char *path, const mmr_reader *data);

/* What is counted: 0 for lines, else the identity of the records. */
uint64_t file_units(const struct units *units);

#endif
