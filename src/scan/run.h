/* run.h - the scan that all whole-file calls are made of
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_RUN_H
#define SRC_SCAN_RUN_H

#include <mmreader/scan.h>

/* Where the range of a scan is. For a stream, `start` and `lines` are known when the first block is
 * passed to a callback, and `stop` at the end. */
struct scan_place {
	uint64_t start, stop;
	bool counts_lines; /* set by the caller: */
	uint64_t lines;    /* lines of a stream that were read before the range */
};

/* Like mmr_scan_run; `place` may be NULL. */
int scan_run(mmr_reader *reader, const mmr_scan_options *scan, const mmr_block_options *cut,
	const mmr_scan_job *job, struct scan_place *place);

/* For `start` of a job: sets the first member of a state, a pointer, to the context. Returns: 0. */
int scan_keep_context(void *state, void *context);

#endif
