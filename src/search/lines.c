/* lines.c - finds the lines of a whole input that match, by several threads, in order
 *
 * A worker searches a block. In its turn, it then learns what depends on the blocks before: numbers
 * of lines, how many lines are still wanted, and context. After that it reports its lines, while
 * other workers do the same with their blocks.
 *
 * SPDX-License-Identifier: MIT */
#include "search/lines.h"

#include "file/reader.h"
#include "scan/options.h"

#include <errno.h>
#include <string.h>

static const mmr_found_options default_options = MMR_FOUND_OPTIONS_INIT;

/* --- Work ------------------------------------------------------------------------------------- */

static int count_block(void *argument, const mmr_block *block)
{
	struct lines_worker *lines = argument;
	struct runs *runs = &lines->runs;
	int err = runs_find(runs, block->bytes, lines->scan->reader->offset + block->off, true);

	if (err == 0 && runs->error < 0) {
		error_restore(&runs->note);
		err = runs->error;
	}
	lines->count += runs->n_lines;
	return err;
}

static int search_block(void *argument, const mmr_block *block)
{
	struct lines_worker *lines = argument;
	struct lines_scan *scan = lines->scan;
	bool count = !scan->how.backward && (lines_have_limit(scan) || lines_have_context(scan));
	bool number = scan->how.numbers && !scan->numbering.indexed;
	unsigned flags = (count ? RUNS_COUNT : 0) | (number ? RUNS_NUMBER : 0);

	return runs_find(&lines->runs, block->bytes, scan->reader->offset + block->off, flags);
}

/* --- What depends on the blocks before -------------------------------------------------------- */

/* Keeps the lines of a stream that the block's first line that matches has as context, and the last
 * lines of the block. `first` is SIZE_MAX if no line matches. */
static int keep_tail(struct lines_worker *lines, const mmr_block *block, size_t first)
{
	struct lines_scan *scan = lines->scan;
	uint64_t before = scan->how.before, from = lines_unreported(scan, scan->reported);
	const struct units *units = lines_units(lines);
	int err = 0;

	lines->tail.len = 0;
	if (before == 0 || !reader_is_stream(scan->reader))
		return 0;
	if (first != SIZE_MAX)
		err = units_backward(units, block->bytes, 0, &first, &before);
	if (err == 0 && first == 0)
		err = tail_copy(&lines->tail, &scan->tail, units, from, before);
	return err < 0 ? err : tail_add(&scan->tail, block, units, scan->how.before);
}

static int order_context(struct lines_worker *lines, const mmr_block *block)
{
	struct lines_scan *scan = lines->scan;
	struct run_walk walk = run_walk_of(&lines->runs, lines->allowed);
	mmr_slice decided = {block->bytes.ptr, lines->runs.decided};
	uint64_t after = scan->after_left;
	size_t first = SIZE_MAX, at = 0;
	struct run run;
	int found, err;

	lines->after_left = after;
	lines->reported = scan->reported;
	while ((found = run_walk_next(&walk, &run)) > 0) {
		if (first == SIZE_MAX)
			first = run.start;
		at = run.stop;
		after = scan->how.after;
	}
	err = found < 0 ? found : keep_tail(lines, block, first);
	if (err == 0)
		err = units_forward(lines_units(lines), decided, &at, &after);
	scan->after_left = after;
	if (at > 0)
		scan->reported = block->off + at;
	return err;
}

static void order_limit(struct lines_worker *lines, const mmr_block *block)
{
	struct lines_scan *scan = lines->scan;

	lines->allowed = min_u64(scan->left, lines->runs.n_lines);
	scan->left -= lines->allowed;
	/* What follows the last line that is wanted is not searched. */
	if (scan->left == 0) {
		lines->runs.error = 0;
		lines->runs.decided = block->bytes.len;
	}
}

/* Whether a line of the block may be reported. Backward, the lines after an error are. */
static bool has_lines(const struct lines_worker *lines)
{
	return lines->runs.n_kept > 0 || lines->runs.error < 0 ||
	       lines->scan->search->options.invert || lines->scan->after_left > 0;
}

static int order_block(void *argument, const mmr_block *block)
{
	struct lines_worker *lines = argument;
	struct lines_scan *scan = lines->scan;
	int err = 0;

	lines->allowed = UINT64_MAX;
	lines->first_number = MMR_NO_LINE;
	lines->at = 0;
	/* An index has the number of any line, so that those before a match need not be counted. */
	if (scan->numbering.indexed && lines->runs.n_kept > 0)
		lines->at = lines->runs.kept[0].start;
	if (has_lines(lines))
		err = numbering_of_block(&scan->numbering, block->off + lines->at,
			lines->runs.n_units, &lines->first_number);
	lines->number = lines->first_number;
	numbering_pass(&scan->numbering, lines->runs.n_units);
	if (err < 0 || scan->how.backward)
		return err;
	if (lines_have_limit(scan))
		order_limit(lines, block);
	if (lines_have_context(scan))
		err = order_context(lines, block);
	return err < 0 ? err : scan->left == 0 && scan->after_left == 0;
}

/* --- Reports ---------------------------------------------------------------------------------- */

/* Reports a block. An error is kept for collect_block: lines before it are collected. */
static int report_block(void *argument, const mmr_block *block, struct worker *worker)
{
	struct lines_worker *lines = argument;

	lines->block = block;
	lines->worker = worker;
	lines->in_turn = false;
	lines->result = lines->scan->how.backward ? report_backward(lines) : report_forward(lines);
	if (lines->result < 0)
		error_save(&lines->runs.note);
	return 0;
}

static int collect_block(void *argument, const mmr_block *block)
{
	struct lines_worker *lines = argument;
	struct lines_scan *scan = lines->scan;
	int result = 0;

	(void)block;
	if (scan->job->collect)
		result = scan->job->collect(lines->user);
	scan->stopped |= lines->stopped || result > 0;
	if (result != 0)
		return result;
	if (lines->result < 0)
		error_restore(&lines->runs.note);
	return lines->result;
}

/* --- Runs ------------------------------------------------------------------------------------- */

static int start_worker(void *state, void *context)
{
	struct lines_worker *lines = state;
	struct lines_scan *scan = context;
	const mmr_found_job *job = scan->job;
	size_t size = job ? job->state_size : 0;
	int err = runs_open(scan->search, scan->filters, scan->reader->offset, &lines->runs);

	lines->scan = scan;
	if (err < 0)
		return err;
	lines->runs.finder->sample = scan->sample;
	if (size > 0) {
		lines->user = heap_alloc(size);
		if (!lines->user)
			err = error_set(-ENOMEM, "search for lines");
		else
			memset(lines->user, 0, size);
	}
	if (err == 0 && job && job->start)
		err = job->start(lines->user, job->context);
	if (err < 0) {
		heap_free(lines->user);
		runs_close(&lines->runs);
	}
	return err;
}

static void end_worker(void *state, void *context)
{
	struct lines_worker *lines = state;
	struct lines_scan *scan = context;

	scan->count += lines->count;
	if (scan->job && scan->job->end)
		scan->job->end(lines->user, scan->job->context);
	heap_free(lines->user);
	tail_free(&lines->tail);
	runs_close(&lines->runs);
}

static int check(const mmr_found_options *how)
{
	if (how->struct_size < sizeof(*how)) {
		error_set(-EINVAL, "search for lines with these options");
		return error_hint(-EINVAL, "start from MMR_FOUND_OPTIONS_INIT");
	}
	if (how->backward && (how->before > 0 || how->after > 0 || how->runs))
		return error_set(-EINVAL, "search backward for lines with context, or for runs");
	return 0;
}

int lines_check(
	const struct lines_scan *scan, const mmr_scan_options *options, mmr_scan_options *ret_scan)
{
	int err = check(&scan->how);

	if (err == 0)
		err = scan_options_for(options, scan->search->options.delimiter, ret_scan);
	if (err < 0 || ret_scan->records == scan->search->options.records)
		return err;
	error_set(-EINVAL, "search in %s",
		ret_scan->records ? "other records" : "lines, not in records");
	return error_hint(-EINVAL, "compile the patterns for the same records");
}

int lines_run(struct lines_scan *scan, const mmr_scan_options *options)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	struct scan_stages stages = {.job = {.work = scan->job ? search_block : count_block,
					     .collect = scan->job ? collect_block : NULL,
					     .start = start_worker,
					     .end = end_worker,
					     .context = scan,
					     .state_size = sizeof(struct lines_worker)},
		.order = scan->job ? order_block : NULL,
		.format = report_block};
	int err = lines_check(scan, options, &scan->scan);

	if (err == 0)
		err = numbering_start(&scan->numbering, scan->reader, &scan->scan,
			scan->how.numbers ? MMR_MATCH_LINES : MMR_MATCH_PLAIN, scan->how.backward);
	if (err < 0 || scan->how.max_lines == 0)
		return err;
	scan->left = scan->how.max_lines;
	scan->reported = NOTHING;
	cut.backward = scan->how.backward;
	err = filters_open(scan->search, scan->reader, &scan->scan, &cut, &scan->filters);
	if (err < 0)
		return err;
	err = scan_run_stages(scan->reader, &scan->scan, &cut, &stages, &scan->numbering.place);
	tail_free(&scan->tail);
	filters_close(scan->search, scan->filters);
	return err;
}

int mmr_search_count(const mmr_search *search, mmr_reader *reader, const mmr_scan_options *scan,
	uint64_t *ret_lines)
{
	struct lines_scan all = {.search = search, .reader = reader, .how = default_options};
	int err = lines_run(&all, scan);

	if (err == 0 || units_end_error(&search->units, err))
		*ret_lines = all.count;
	return err;
}

int mmr_search_run(const mmr_search *search, mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_found_options *how, const mmr_found_job *job)
{
	struct lines_scan all = {.search = search,
		.reader = reader,
		.how = how ? *how : default_options,
		.job = job};
	int result;

	if (!job->line)
		return error_set(-EINVAL, "search for lines without a function");
	result =
		all.how.sample == UINT64_MAX ? lines_run(&all, scan) : lines_run_sample(&all, scan);
	return result > 0 && !all.stopped ? 0 : result;
}

/* The function of a caller and its context. */
struct caller {
	mmr_found_line_fn *fn;
	void *context;
};

static int call(void *state, const mmr_found_line *line)
{
	const struct caller *const *caller = state;

	return (*caller)->fn((*caller)->context, line);
}

int mmr_search_lines(const mmr_search *search, mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_found_options *how, mmr_found_line_fn *fn, void *context)
{
	struct caller caller = {fn, context};
	mmr_found_job job = {.line = call,
		.start = scan_keep_context,
		.context = &caller,
		.state_size = sizeof(struct caller *)};

	return mmr_search_run(search, reader, scan, how, &job);
}
