/* seek.h - from an offset so many lines forward or backward, in a file of any size
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_SEEK_H
#define MMREADER_SEEK_H

#include <mmreader/reader.h>

MMR_BEGIN_DECLS

/* The start of the line `n_lines` lines after offset `from`, or before it when negative.
 *
 * Line N of a file is (0, N) away from its start; its last line is (mmr_size, -1) away from its
 * end, terminated or not. Only what lies between is read, in bounded memory.
 *
 * Shape: far forward, up to `n_threads` count (0 = mmr_processors()). `from` should be the start of
 * a line or the end of the reader; clamped to the end. Returns: 0; `*ret_off` is clamped: the size
 * when there are fewer lines after, 0 before. Errors: MMR_ETRUNCATED, errno of pread(2), -ENOMEM.
 * Threads: safe. */
MMR_API int mmr_line_seek(mmr_reader *reader, uint64_t from, int64_t n_lines, char delimiter,
	unsigned n_threads, uint64_t *ret_off);

MMR_END_DECLS

#endif
