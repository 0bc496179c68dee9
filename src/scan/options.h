/* options.h - the options of scans, their ranges and their progress
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_OPTIONS_H
#define SRC_SCAN_OPTIONS_H

#include "common.h"
#include "scan/units.h"

#include <mmreader/scan.h>

#include <stdatomic.h>

struct mmr_progress {
	_Atomic(uint64_t) done, total;
	_Atomic(uint64_t) bytes[MMR_IO_DIRECT + 1], device, kept; /* of mmr_io_summary */
};

/* Checks and copies options, or the defaults for NULL. Errors: -EINVAL. */
int scan_options(const mmr_scan_options *given, mmr_scan_options *ret_options);

/* The same for something that was compiled for lines that end with a delimiter: the options must
 * have the same one. */
int scan_options_for(const mmr_scan_options *given, char delimiter, mmr_scan_options *ret_options);

/* The same, and replaces each 0 by its meaning. */
int block_options(const mmr_block_options *given, mmr_block_options *ret_options);

/* Checks that an index of the options is one of this reader. Errors: -EINVAL. */
int scan_check_index(const mmr_reader *reader, const mmr_scan_options *scan);

/* Like mmr_scan_locate, for checked options. */
int scan_locate(
	mmr_reader *reader, const mmr_scan_options *scan, uint64_t *ret_start, uint64_t *ret_stop);

/* Like mmr_line_seek. If lines are rows, one starts at `known`, or at the start of the range if
 * that is later. */
int scan_seek(mmr_reader *reader, uint64_t known, uint64_t from, int64_t n_lines,
	const mmr_scan_options *scan, uint64_t *ret_off);

/* Sets the error of a line, or a record, past `line_limit` that starts at `off` in the file.
 * Returns: MMR_ELONG. */
int error_long(uint64_t off, const struct units *units);

/* Makes the range of a scan one of bytes, unless the reader is a stream. Errors: those of
 * mmr_scan_locate. */
int scan_use_bytes(mmr_reader *reader, mmr_scan_options *scan);

/* `progress` may be NULL. */
void scan_progress_start(mmr_progress *progress, uint64_t total);
void scan_progress_set(mmr_progress *progress, uint64_t done);
void scan_progress_end(mmr_progress *progress, const mmr_io_summary *summary);

#endif
