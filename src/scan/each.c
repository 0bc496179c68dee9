/* each.c - calls a function for each row or record of an input
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader/each.h>

#include "file/reader.h"
#include "scan/fixed.h"
#include "scan/options.h"
#include "scan/rows.h"
#include "scan/run.h"
#include "text/cells.h"

#include <errno.h>

/* States of callers are aligned to this, as mmr_scan_job says. */
#define STATE_ALIGN ((size_t)128)

/* The functions of a caller. */
struct caller {
	int (*row)(void *state, const mmr_row *row);
	int (*record)(void *state, const mmr_record *record);
	mmr_block_fn *collect;
	int (*start)(void *state, void *context);
	void (*end)(void *state, void *context);
	void *context;
	size_t state_size;
};

/* What all workers share. */
struct common {
	struct caller caller;
	mmr_split split; /* unless the caller has one */
	uint64_t first;  /* number of the first row of the range */
};

/* The state of a worker; that of the caller is after it. */
struct state {
	const struct common *common;
	struct cells cells;
};

#define STATE_SIZE ((sizeof(struct state) + STATE_ALIGN - 1) / STATE_ALIGN * STATE_ALIGN)

static void *own_state(struct state *state)
{
	return (char *)state + STATE_SIZE;
}

static int start_state(void *argument, void *context)
{
	struct state *state = argument;
	const struct common *common = context;

	state->common = common;
	if (!common->caller.start)
		return 0;
	return common->caller.start(own_state(state), common->caller.context);
}

static void end_state(void *argument, void *context)
{
	struct state *state = argument;
	const struct common *common = context;

	cells_free(&state->cells);
	if (common->caller.end)
		common->caller.end(own_state(state), common->caller.context);
}

static int collect_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;

	return state->common->caller.collect(own_state(state), block);
}

static int run(mmr_reader *reader, const mmr_scan_options *scan, struct scan_stages stages,
	struct common *common)
{
	stages.job.collect = common->caller.collect ? collect_block : NULL;
	stages.job.start = start_state;
	stages.job.end = end_state;
	stages.job.context = common;
	stages.job.state_size = STATE_SIZE + common->caller.state_size;
	return scan_run_stages(reader, scan, NULL, &stages, NULL);
}

/* --- Rows ------------------------------------------------------------------------------------- */

static int work_on_rows(void *argument, const mmr_block *block, uint64_t number)
{
	struct state *state = argument;
	const struct common *common = state->common;
	struct cells *cells = &state->cells;
	const struct found_row *found;
	mmr_row row = {.number = common->first + number};
	int result;

	cells_load(cells, common->split.separator, block->bytes);
	while ((result = cells_next(cells)) > 0) {
		for (found = cells->rows; found < cells->rows + cells->n_rows; found++) {
			row.cells = cells->found + found->first;
			row.n_cells = found->n;
			row.bytes = (mmr_slice){found->start, (size_t)(found->stop - found->start)};
			row.off = block->off + (uint64_t)(found->start - block->bytes.ptr);
			row.malformed = found->malformed;
			result = common->caller.row(own_state(state), &row);
			if (result != 0)
				return result;
			row.number++;
		}
	}
	return result;
}

int mmr_each_row(
	mmr_reader *reader, char separator, const mmr_scan_options *options, const mmr_row_job *job)
{
	struct common common = {.caller = {.row = job->row,
					.collect = job->collect,
					.start = job->start,
					.end = job->end,
					.context = job->context,
					.state_size = job->state_size}};
	struct scan_stages stages = {.work_rows = work_on_rows};
	mmr_scan_options scan;
	int err = scan_options(options, &scan);

	if (err == 0 && !job->row)
		err = error_set(-EINVAL, "read rows without a function");
	if (err == 0)
		err = rows_split(separator, &common.split);
	if (err == 0 && scan.records &&
		(!scan.records->of_rows || scan.records->separator != separator))
		err = error_set(-EINVAL, "read rows with options that have other records");
	if (err < 0)
		return err;
	if (!scan.records)
		scan.records = &common.split;
	common.first = scan.first_line;
	return run(reader, &scan, stages, &common);
}

/* --- Records ---------------------------------------------------------------------------------- */

static int work_on_records(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	const struct common *common = state->common;
	size_t size = common->split.size;
	mmr_record record = {.bytes = {block->bytes.ptr, size},
		.off = block->off,
		.number = fixed_count(&common->split, 0, block->off)};
	const char *stop = block->bytes.ptr + block->bytes.len;
	int result = 0;

	for (; record.bytes.ptr < stop && result == 0; record.bytes.ptr += size) {
		result = common->caller.record(own_state(state), &record);
		record.off += size;
		record.number++;
	}
	return result;
}

int mmr_each_record(mmr_reader *reader, const mmr_layout *layout, uint64_t header,
	const mmr_scan_options *options, const mmr_record_job *job)
{
	struct common common = {.caller = {.record = job->record,
					.collect = job->collect,
					.start = job->start,
					.end = job->end,
					.context = job->context,
					.state_size = job->state_size},
		.split = fixed_split(mmr_layout_size(layout), header)};
	struct scan_stages stages = {.job = {.work = work_on_records}};
	mmr_scan_options scan;
	int err = scan_options(options, &scan);

	if (err == 0 && !job->record)
		err = error_set(-EINVAL, "read records without a function");
	if (err == 0 && scan.records &&
		(scan.records->size != common.split.size || scan.records->header != header))
		err = error_set(-EINVAL, "read records with options that have other records");
	if (err < 0)
		return err;
	if (!scan.records)
		scan.records = &common.split;
	return run(reader, &scan, stages, &common);
}
