/* stream_blocks.h - a range of a stream, cut into blocks as its bytes arrive
 *
 * One thread at a time reads. A block is returned as soon as there is a whole line, or, where lines
 * are split, a byte more than is shown ahead. Bytes after the end of a block are carried to the
 * next one.
 *
 * A record is whole when the start of the next one has been read. The records of a range are only
 * known when blocks are cut, so those before and after it are dropped then; a range of records is
 * therefore never cut within one.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_STREAM_BLOCKS_H
#define SRC_SCAN_STREAM_BLOCKS_H

#include "scan/run.h"
#include "scan/units.h"
#include "scan/window.h"

/* Called before a read that would wait. Returns: false when the scan is to end instead. */
typedef bool stream_wait_fn(void *context);

struct stream_blocks {
	struct mmr_reader *reader;
	mmr_range range; /* what is still missing */
	mmr_scan_options scan;
	mmr_block_options cut;
	stream_wait_fn *wait; /* may be NULL */
	void *wait_context;
	struct units units;
	bool whole;               /* blocks end with a unit */
	size_t longest;           /* unit that may be buffered */
	size_t undecided;         /* first offset in the buffer that may be the start of a unit */
	struct row_place row;     /* of whole rows: what is before this offset */
	uint64_t n_ended;         /* rows whose ends were found, ... */
	uint64_t n_returned;      /* ... and those in blocks */
	uint64_t skip, left;      /* records before the range, and of it; for records only */
	bool returned;            /* a block */
	bool finished;            /* all records of the range were returned */
	uint64_t first;           /* offset of the first byte of the scan */
	uint64_t start;           /* of the range */
	uint64_t next;            /* offset of the first byte that was not taken from the stream */
	struct window carry;      /* bytes of the range before `next`; only its buffer is used */
	struct scan_place *place; /* may be NULL */
	bool placed;              /* `place` knows where the range starts */
	bool ended;               /* the range or the stream */
	int error;                /* reported after the bytes that were read before it */
	struct error_note note;
};

/* Takes the stream, for checked options; `place` may be NULL. Errors: -EBUSY; -ESPIPE for
 * `backward`. */
int stream_blocks_start(struct stream_blocks *blocks, struct mmr_reader *reader,
	const mmr_scan_options *scan, const mmr_block_options *cut, struct scan_place *place);

/* Reads the next block into the buffer of a window. `*ret_row` is the number of its first row,
 * counted from 0 at the start of the range.
 *
 * Returns: 1; 0 at the end, or when `wait` ended the scan.
 * Errors: errno of read(2), MMR_ELONG, -ENOMEM. */
int stream_blocks_next(struct stream_blocks *blocks, struct window *window, mmr_block *ret_block,
	uint64_t *ret_row);

/* Puts back the bytes of a block that was not used. Blocks are put back from the last to the first.
 * Errors: -ENOMEM. */
int stream_blocks_unread(struct stream_blocks *blocks, const mmr_block *block);

/* Leaves the stream to the next scan. */
void stream_blocks_end(struct stream_blocks *blocks);

#endif
