/* options.h - checking the options of scans, and reporting their progress
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_OPTIONS_H
#define SRC_SCAN_OPTIONS_H

#include "common.h"

#include <mmreader/scan.h>

#include <stdatomic.h>

struct mmr_progress {
	_Atomic(uint64_t) done, total;
	_Atomic(int) io_mode; /* an enum mmr_io_mode */
};

/* Copies the options, or the defaults for NULL. Errors: -EINVAL, with the message. */
int scan_options(const mmr_scan_options *given, mmr_scan_options *ret_options);
int block_options(const mmr_block_options *given, mmr_block_options *ret_options);

/* Finds the bytes that a scan of a file has, as mmr_scan_locate does, for checked options. */
int scan_locate(
	mmr_reader *reader, const mmr_scan_options *scan, uint64_t *ret_start, uint64_t *ret_stop);

/* `progress` may be NULL in these. */
void scan_progress_start(mmr_progress *progress, uint64_t total);
void scan_progress_set(mmr_progress *progress, uint64_t done);
void scan_progress_end(mmr_progress *progress, enum mmr_io_mode io_mode);

/* More threads than this do not add memory bandwidth, but each needs a state. */
#define WORKERS_MAX 256

/* The number of workers for so many bytes: as many as wanted (0: one for each processor), and no
 * more than there are windows to share. */
unsigned scan_workers(unsigned wanted, uint64_t n_bytes, size_t window);

#endif
