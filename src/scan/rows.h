/* rows.h - rows of a table as units of scans
 *
 * Only the bytes before a row decide where it starts. A scan that knows where its range starts
 * reads all of it: each worker finds out what its bytes do from any state, and the results are
 * joined in the order of the range. So threads wait for each other only to join results.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_ROWS_H
#define SRC_SCAN_ROWS_H

#include "scan/run.h"
#include "scan/units.h"

/* Rows of cells with a separator between them. It owns nothing. Errors: -EINVAL (separator). */
int rows_split(char separator, mmr_split *ret_split);

/* A block of a scan. */
struct row_block {
	const mmr_block *block;
	struct row_place before, after;
	uint64_t n_ends; /* rows that end in it */
};

/* Called in the order of the range, one call at a time. Returns: like mmr_block_fn. */
typedef int row_block_fn(void *context, const struct row_block *block);

/* Reads the range of checked options, whose records are rows. Blocks start within `window` bytes;
 * 0 = the default. `*place` is that before the range, and then that after the last block. `range`
 * and `fn` may be NULL.
 *
 * Returns: like mmr_scan_run. Errors: those of mmr_scan_run, but not MMR_EQUOTE. */
int rows_read(mmr_reader *reader, const mmr_scan_options *scan, size_t window,
	struct row_place *place, struct scan_place *range, row_block_fn *fn, void *context);

/* Counts the rows of a range. Errors: those of mmr_count_lines; the counts are also set with
 * MMR_EQUOTE. */
int rows_count(mmr_reader *reader, const mmr_scan_options *scan, mmr_counts *ret_counts);

/* Finds the start of row `n` after offset `from`, or before it when negative. The range of the
 * options is that of the bytes, and starts with a row. A row starts at `known`, too, which is not
 * after `from`.
 *
 * Returns: 0 with the start or the end of the range if there are fewer rows. Errors: as
 *   mmr_line_seek. */
int rows_seek(mmr_reader *reader, const mmr_scan_options *scan, uint64_t known, uint64_t from,
	int64_t n, uint64_t *ret_off);

/* Counts the rows that start after the start of such a range, up to `off`. */
int rows_number(
	mmr_reader *reader, const mmr_scan_options *scan, uint64_t off, uint64_t *ret_number);

/* Finds the start that follows row end `n` after `from`, counted from 1; `stop` if there is none.
 * The state before `from` is known. */
int rows_seek_from(mmr_reader *reader, const mmr_scan_options *scan, enum row_state state,
	uint64_t from, uint64_t stop, uint64_t n, uint64_t *ret_off);

/* Adds the rows that end in [from, to). The state before `from` is known. */
int rows_count_from(mmr_reader *reader, const mmr_scan_options *scan, enum row_state state,
	uint64_t from, uint64_t to, uint64_t *n);

/* The error of a place at the end of a range. Returns: 0, or MMR_EQUOTE. */
int rows_check_end(const mmr_reader *reader, const struct row_place *place);

/* --- Backward --------------------------------------------------------------------------------- */

/* The states at equal distances in a range, for scans that start at its end. */
struct row_states {
	uint64_t start, base,
		step; /* a state at `start`, and at each multiple of `step` of base + offset */
	uint8_t *states;
	struct row_place end;
};

/* Reads the range [start, stop) with checked options. `len`, a power of two, divides all offsets of
 * the file that will be asked for. Errors: -ENOMEM; those of mmr_scan_run. */
int row_states_find(mmr_reader *reader, const mmr_scan_options *scan, uint64_t start, uint64_t stop,
	size_t len, struct row_states *ret_states);

/* The state at `off`. Errors: those of mmr_read_at. */
int row_states_at(const struct row_states *states, mmr_reader *reader, char separator, uint64_t off,
	enum row_state *ret_state);

/* Shape: zeroed states are allowed. */
void row_states_free(struct row_states *states);

#endif
