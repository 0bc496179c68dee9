/* source.h - the blocks of a range, out of a file or a stream
 *
 * mmr_blocks takes them one after the other; the workers of mmr_scan_run share them. A block is
 * first claimed, which is quick for a file and done under a lock. Then it is loaded.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_SOURCE_H
#define SRC_SCAN_SOURCE_H

#include "scan/cached.h"
#include "scan/extent_union.h"
#include "scan/io_mode.h"
#include "scan/rows.h"
#include "scan/stream_blocks.h"
#include "scan/window.h"

struct claim;

/* Called when it is known what the bytes of a claim do to rows: sets `claim->before` and
 * `claim->after` with claim_enter, when all claims before have done so.
 *
 * Returns: 0; 1 when the scan has ended meanwhile. */
typedef int source_enter_fn(
	void *context, struct claim *claim, const struct row_function *function);

struct source {
	mmr_reader *reader;
	const struct backing *backing;
	mmr_scan_options scan;
	mmr_block_options cut;
	bool is_stream;
	struct stream_blocks stream;
	/* For files only: */
	uint64_t start, stop;     /* the range */
	uint64_t next, data_stop; /* what is not claimed of this extent, or of the range */
	struct extent_union extents;
	struct io_choice io;
	struct cached cached;
	bool asks_memory;                 /* MMR_CACHE_AUTO, not decided yet */
	bool leaves;                      /* nothing is to be added to the page cache */
	bool is_cold;                     /* the last claim is not in the page cache */
	bool is_alone;                    /* there is one thread, so nobody reads while it works */
	uint64_t claimed;                 /* bytes */
	uint64_t fetched;                 /* where the last prefetch of a backward scan started */
	uint64_t empty_start, empty_stop; /* adjacent claims, up to the last one, that were empty */
	uint64_t rest; /* bytes after `stop`, which are too few for a record of a fixed size */
	/* Where blocks have whole rows: */
	bool of_rows;
	struct row_place reached; /* after the last claim that was entered; forward */
	uint64_t n_rows;          /* that end before this place */
	struct row_states states; /* backward */
	source_enter_fn *enter;   /* NULL: claims are loaded one after the other */
};

struct claim {
	uint64_t start, stop; /* of a file */
	enum mmr_io_mode io_mode;
	struct io_taken taken;
	bool is_cold;
	uint64_t fetch_start, fetch_stop; /* to be prefetched */
	/* None of its pages was in the page cache, and none is to stay there: these bytes, from the
	 * first to the last one, are dropped from it after the claim. */
	bool was_empty;
	uint64_t evict_start, evict_stop;
	bool entered; /* of rows: these are known */
	struct row_place before, after;
	uint64_t n_before;  /* rows that end before it; forward */
	uint64_t first_row; /* number of the first row of the block, from 0; forward */
	mmr_block block;    /* of a stream, which is read when it is claimed */
};

/* Checks the options and finds the range. `place` may be NULL.
 *
 * Errors: those of mmr_blocks_open. */
int source_start(struct source *source, mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_block_options *cut, struct scan_place *place);

/* Claims the next block. A stream is read into the window, which may wait.
 *
 * Returns: 1; 0 at the end of the range. Errors: MMR_ETRUNCATED; those of stream_blocks_next. */
int source_claim(struct source *source, struct window *window, struct claim *ret_claim);

/* The bytes that a claim has. */
size_t source_claim_len(const struct source *source, const struct claim *claim);

/* Ends the use of a claim's bytes. */
void source_release(const struct source *source, const struct claim *claim);

/* Records how long the use of a claim took. Calls must not overlap with source_claim. */
void source_record(struct source *source, const struct claim *claim, size_t len, uint64_t took_ns);

/* Loads the block of a claim: the lines that start in its bytes, or just these bytes and those
 * that are shown ahead. The block is empty if no line starts there. A line that is too long for a
 * copy is taken from the map if there is one: this changes the I/O mode of the claim.
 *
 * Returns: 0; 1 when `enter`, which is passed `context`, has ended the scan.
 * Errors: those of window_load, MMR_ELONG. */
int source_load(struct source *source, struct window *window, struct claim *claim, void *context,
	mmr_block *ret_block);

/* Applies what the bytes of a claim do to the place that the source has reached. */
void claim_enter(struct source *source, struct claim *claim, const struct row_function *function);

/* The error at the end of a scan that has reached the end of the range. Returns: 0, MMR_EQUOTE for
 * whole rows, or -EBADMSG for records of a fixed size. */
int source_check_end(const struct source *source);

/* For source_load: blocks of a file that end with a line, with a record of a fixed size, or with a
 * row. */
int file_blocks_load(const struct source *source, struct window *window, struct claim *claim,
	mmr_block *ret_block);
int fixed_blocks_load(const struct source *source, struct window *window, struct claim *claim,
	mmr_block *ret_block);
int row_blocks_load(struct source *source, struct window *window, struct claim *claim,
	void *context, mmr_block *ret_block);

/* Ends a scan. What was not used of a stream is left to the next one. */
void source_end(struct source *source);

#endif
