/* parallel.h - a file's blocks shared out among threads
 *
 * Workers claim blocks from one cursor, so a slow one holds nobody up. Each has a state of its own,
 * which nobody locks; what it found is merged afterwards by the caller, or block by block in the
 * order of the file, or its reverse, when that is wanted. A line belongs to the block in which it
 * starts.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_PARALLEL_H
#define MMREADER_PARALLEL_H

#include <mmreader/blocks.h>

MMR_BEGIN_DECLS

/* What to share out. Start from MMR_PARALLEL_OPTIONS_INIT, so that the struct can grow. */
typedef struct mmr_parallel_options {
	size_t struct_size;
	uint64_t offset;        /* of the range within the reader's part */
	uint64_t length;        /* of the range; MMR_REST = to the end */
	size_t window;          /* bytes in a block, about; 0 = 2 MiB */
	size_t line_limit;      /* a line that must be buffered may be this long; 0 = 64 MiB */
	int delimiter;          /* a byte from 0 to 255, or MMR_NO_DELIMITER */
	enum mmr_engine engine; /* as in blocks.h */
	bool skip_holes;        /* leave the holes of sparse files out; for MMR_NO_DELIMITER only */
	size_t ahead;           /* bytes shown behind each block; for MMR_NO_DELIMITER only */
	bool backward;          /* claim, and collect, from the end; not with skip_holes */
} mmr_parallel_options;

/* clang-format off */
#define MMR_PARALLEL_OPTIONS_INIT \
	{ sizeof(mmr_parallel_options), 0, MMR_REST, 0, 0, '\n', MMR_ENGINE_AUTO, false, 0, false }
/* clang-format on */

/* What is done with each block.
 *
 * Returns: 0 to go on; 1 to stop everything, well; a negative code to stop everything with it.
 * Lifetime: of the block, until the function returns.
 * Threads: called from several at once, each with its own `state`. */
typedef int mmr_block_fn(void *state, const mmr_block *block);

typedef struct mmr_parallel_job {
	mmr_block_fn *work;
	/* Called after `work` for the same block and state, in the order of the file, one at a
	 * time; NULL when order does not matter. */
	mmr_block_fn *collect;
	void *states;      /* n_states of them, one for each worker, as the caller made them */
	size_t state_size; /* of one */
	unsigned n_states; /* how many threads to use at most: 1 or more */
} mmr_parallel_job;

/* Processors that this thread may run on: a good n_states. At least 1. */
MMR_API unsigned mmr_processors(void);

/* Runs the job over all blocks of a range. The calling thread is one of the workers. When threads
 * cannot be made, fewer do the work.
 *
 * Shape: `options` may be NULL.
 * Returns: 0 when all blocks are done, 1 when a callback stopped the run.
 * Errors: what a callback returned, if negative; -EINVAL (options, n_states of 0); those of
 *   mmr_blocks_error. The first error stops all; its sentence is in the caller's mmr_last_error.
 * Threads: safe. Library threads have SIGBUS unblocked and other signals blocked. */
MMR_API int mmr_parallel_run(
	mmr_reader *reader, const mmr_parallel_options *options, const mmr_parallel_job *job);

/* How far the parallel run (or count, search, seek: all are such) that started last on a reader has
 * come, for who shows progress: bytes that its workers have taken up, and all of them. Holes that
 * are skipped count as passed.
 *
 * Returns: 0 of 0 before the first run.
 * Threads: safe; that is what it is for. */
MMR_API void mmr_parallel_progress(
	const mmr_reader *reader, uint64_t *ret_done, uint64_t *ret_total);

/* Finds the bounds of shard `k` of `n`, counted from 1. The range is divided into `n` shares of equal
 * size, the first `size % n` of which have one byte more; a line belongs to the shard whose share its
 * first byte is in. `split -n l/K/N` does the same since coreutils 9.2. Together, the shards 1 to `n`
 * are the whole.
 *
 * Units: bytes from the start of the part. Errors: -EINVAL unless 1 <= k <= n; those of
 *   mmr_blocks_error. Threads: safe. */
MMR_API int mmr_shard(mmr_reader *reader, char delimiter, uint64_t k, uint64_t n,
	uint64_t *ret_start, uint64_t *ret_stop);

MMR_END_DECLS

#endif
