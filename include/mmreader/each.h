/* each.h - calls a function for each row or record of an input, by several threads
 *
 * The calls cut the input between rows or records, so that their callers see whole ones only. They
 * take files, memory and streams, of any size, and a range of them. Each worker has a state of its
 * own:
 *
 *	static int add_row(void *state, const mmr_row *row)
 *	{
 *		struct sum *sum = state;
 *
 *		if (row->n_cells > 2 && mmr_slice_to_f64(row->cells[2].text, &value) == 0)
 *			sum->total += value;
 *		return 0;
 *	}
 *
 *	mmr_row_job job = {
 *		.row = add_row, .end = merge, .context = &all, .state_size = sizeof(struct sum)};
 *
 *	err = mmr_each_row(reader, ',', NULL, &job);
 *
 * The members of a job are those of mmr_scan_job (scan.h), with a function for a row or a record in
 * the place of `work`.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_EACH_H
#define MMREADER_EACH_H

#include <mmreader/fields.h>
#include <mmreader/record.h>
#include <mmreader/scan.h>

MMR_BEGIN_DECLS

/* --- Rows ------------------------------------------------------------------------------------- */

/* A row of a table. Lifetime: until the function returns. */
typedef struct mmr_row {
	const mmr_cell *cells; /* as mmr_table_next returns them */
	size_t n_cells;        /* at least 1 */
	mmr_slice bytes;       /* with its line end, if it has one; as the bytes of a block */
	uint64_t off;          /* from the start of the reader */
	uint64_t number;       /* counted from 0 at `offset` of the options */
	bool malformed; /* a cell has a quote that is not closed, or bytes after its closing quote.
			   Such a cell starts with a quote and is not `quoted`. */
} mmr_row;

/* The functions of a scan of rows, and the states of its workers. */
typedef struct mmr_row_job {
	/* Processes a row: by several threads at once, each with its own `state`. Rows of a block
	 * come one after the other. Returns: like mmr_block_fn. */
	int (*row)(void *state, const mmr_row *row);
	/* Called after the rows of a block, as in mmr_scan_job; may be NULL. */
	mmr_block_fn *collect;
	/* As in mmr_scan_job; may be NULL. */
	int (*start)(void *state, void *context);
	void (*end)(void *state, void *context);
	void *context;
	size_t state_size;
} mmr_row_job;

/* Calls `row` for each row of a table. Rows and cells are those of mmr_table_of: quoted cells may
 * contain line ends. A row may have any number of cells.
 *
 * A row that is malformed is passed to the function like any other one. A quote that is not closed
 * makes the rest of the range one row; MMR_EQUOTE is returned after it.
 *
 * Shape: `separator` as for mmr_split_rows. `scan` may be NULL. `records` of its options must be
 *   NULL, or rows with this separator; an index of these may be used. Its `delimiter` must be \n.
 * Returns: like mmr_scan_run.
 * Errors: -EINVAL (separator, options); -ENOMEM, also for a row with too many cells; those of
 *   mmr_scan_run; MMR_EQUOTE, with the offset of the quote.
 * Threads: as mmr_scan_run. */
MMR_API MMR_MUST_CHECK int mmr_each_row(
	mmr_reader *reader, char separator, const mmr_scan_options *scan, const mmr_row_job *job);

/* --- Records ---------------------------------------------------------------------------------- */

/* A record of a fixed size. Lifetime: until the function returns. */
typedef struct mmr_record {
	mmr_slice bytes; /* for mmr_record_i64 and the like; as the bytes of a block */
	uint64_t off;    /* from the start of the reader */
	uint64_t number; /* counted from 0 at the end of the header */
} mmr_record;

/* The functions of a scan of records, and the states of its workers. As mmr_row_job. */
typedef struct mmr_record_job {
	int (*record)(void *state, const mmr_record *record);
	mmr_block_fn *collect;
	int (*start)(void *state, void *context);
	void (*end)(void *state, void *context);
	void *context;
	size_t state_size;
} mmr_record_job;

/* Calls `record` for each record after the first `header` bytes of a reader. All that
 * mmr_split_size says of ranges, and of an incomplete record at their end, is true of it.
 *
 * Shape: `scan` may be NULL. `records` of its options must be NULL, or of the size of the layout,
 *   with this header. The layout is needed during this call only.
 * Returns: like mmr_scan_run.
 * Errors: -EINVAL (options, a range that starts within a record); those of mmr_scan_run; -EBADMSG
 *   after the last record if bytes are left over.
 * Threads: as mmr_scan_run. */
MMR_API MMR_MUST_CHECK int mmr_each_record(mmr_reader *reader, const mmr_layout *layout,
	uint64_t header, const mmr_scan_options *scan, const mmr_record_job *job);

MMR_END_DECLS

#endif
