/* fixed.h - records of a fixed size as units of scans
 *
 * Their starts are found by arithmetic. So a range of records is made a range of bytes before
 * anything is read, in a file and in a stream.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_FIXED_H
#define SRC_SCAN_FIXED_H

#include "common.h"

#include "scan/units.h"

/* Records of `size` bytes, at least 1, after a header. It owns nothing. */
mmr_split fixed_split(size_t size, uint64_t header);

/* Makes a range of records one of bytes, after the header. `at` is the offset that `scan->offset`
 * is counted from: 0 in a file.
 *
 * Errors: -EINVAL for a range that starts within a record; `scan` is then a range of bytes, too. */
int fixed_range(mmr_scan_options *scan, uint64_t at);

/* Records between the header, or `from` if that is later, and `off`. */
uint64_t fixed_count(const mmr_split *records, uint64_t from, uint64_t off);

/* Like mmr_line_seek, in the range [start, stop). A shorter record at its end counts, too. */
uint64_t fixed_seek(
	const mmr_split *records, uint64_t start, uint64_t stop, uint64_t from, int64_t n);

/* Counts the records of a range for mmr_count_lines, with checked options. */
int fixed_count_lines(mmr_reader *reader, const mmr_scan_options *scan, mmr_counts *ret_counts);

/* The error of `rest` bytes at `off` after the last record of a range. Returns: 0 if there are
 * none, or -EBADMSG. */
int fixed_check_end(
	const mmr_reader *reader, const mmr_split *records, uint64_t off, uint64_t rest);

#endif
