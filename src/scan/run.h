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
	/* Set by the caller for a file whose holes are skipped: another reader, whose data are not
	 * skipped either, and its byte that is in step with the start of the range; or NULL. */
	const mmr_reader *other;
	uint64_t other_start;
};

/* A worker of a scan, for scan_wait_turn. */
struct worker;

/* A job whose results depend on the blocks before, but are made by several threads. */
struct scan_stages {
	mmr_scan_job job;
	/* In the place of `work`, for rows from the first to the last: it is also passed the number
	 * of the first row of the block, counted from 0 at the start of the range. */
	int (*work_rows)(void *state, const mmr_block *block, uint64_t number);
	/* Called after `work`, in the order of the scan, one call at a time: it decides what
	 * depends on the blocks before. Returns: like `work`; 1 makes this block the last one. */
	mmr_block_fn *order;
	/* Called after `order`, by several threads at once. Returns: like `work`. */
	int (*format)(void *state, const mmr_block *block, struct worker *worker);
};

/* For `format`: waits until all earlier blocks are collected. After that, it may do what `collect`
 * does.
 *
 * Returns: 1; 0 when the scan was stopped meanwhile. Errors: MMR_ETRUNCATED if the bytes of the
 *   block were not the file's. */
int scan_wait_turn(struct worker *worker);

/* Runs stages; `place` may be NULL. */
int scan_run_stages(mmr_reader *reader, const mmr_scan_options *scan, const mmr_block_options *cut,
	const struct scan_stages *stages, struct scan_place *place);

/* Like mmr_scan_run; `place` may be NULL. */
int scan_run(mmr_reader *reader, const mmr_scan_options *scan, const mmr_block_options *cut,
	const mmr_scan_job *job, struct scan_place *place);

/* For `start` of a job: sets the first member of a state, a pointer, to the context. Returns: 0. */
int scan_keep_context(void *state, void *context);

#endif
