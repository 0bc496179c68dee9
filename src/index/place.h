/* place.h - where the index of a file is saved
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_INDEX_PLACE_H
#define SRC_INDEX_PLACE_H

#include "file/reader.h"
#include "scan/index.h"

/* Finds the path of the index of a reader. mmr_index_path explains it.
 *
 * Returns: in `*ret_path` a string to free with heap_free.
 * Errors: -ENOMEM; -EINVAL if the reader is none of a whole file that was opened by its path, and
 *   no path is given; those of reader_path. */
int place_path(const mmr_reader *reader, const struct units *units,
	const mmr_index_options *options, char **ret_path);

#endif
