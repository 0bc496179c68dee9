/* where_faults.c - counts and reports the rows that --where could not test
 *
 * Workers count the rows with faults, but they also test rows after the last one that -m wants, and
 * some of those in reverse order twice. If there are faults then, those of the rows in question are
 * counted again. A stream cannot be read again, so one thread counts them up to that row.
 *
 * SPDX-License-Identifier: MIT */
#include "actions/where_faults.h"

#include "actions/row_filter.h"

/* A sample is drawn from the first row to the last. */
static bool is_backward(const struct task *task)
{
	return task->options->reverse && task->options->sample == NO_SAMPLE;
}

void where_faults_start(const struct task *task, mmr_scan_options *scan)
{
	bool in_order = where_given(&task->options->where) && task->maximum != NO_MAXIMUM &&
			!input_has_ranges(task->input);

	row_filter_start(task->filter, in_order ? task->maximum : UINT64_MAX, is_backward(task));
	if (in_order)
		scan->n_threads = 1;
}

/* Removes the rows after the last one that was found, if -m wanted no more. Returns: whether rows
 * with faults must be counted again. */
static bool find_tested(
	const struct task *task, const struct line_print *print, mmr_scan_options *scan)
{
	uint64_t stop = scan->offset + scan->length;
	bool reverse = is_backward(task);
	bool ended = task->maximum != NO_MAXIMUM && print->n_lines == task->maximum;

	if (!input_has_ranges(task->input) || !(ended || reverse))
		return false;
	if (ended && reverse)
		scan->offset = print->found_start;
	if (ended && !reverse)
		stop = print->found_stop;
	scan->length = stop - scan->offset;
	return true;
}

int where_faults_report(const struct task *task, const struct line_print *print)
{
	const struct where_faults *faults = &task->filter->faults;
	mmr_scan_options scan = task->scan;
	uint64_t n;
	int err = 0;

	if (faults->lacks.n == 0 && faults->no_number.n == 0)
		return 0;
	if (print && find_tested(task, print, &scan)) {
		row_filter_start(task->filter, UINT64_MAX, false);
		err = mmr_search_count(print->style.search, task->input->reader, &scan, &n);
	}
	if (err < 0 && err != MMR_EQUOTE)
		return err;
	return row_filter_report(task->filter);
}
