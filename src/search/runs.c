/* runs.c - finds the runs of lines that match in a block
 *
 * SPDX-License-Identifier: MIT */
#include "search/runs.h"

#include "search/context.h"

#include <errno.h>
#include <string.h>

int runs_open(const struct mmr_search *search, const struct filters *filters, uint64_t base,
	struct runs *ret_runs)
{
	int err;

	memset(ret_runs, 0, sizeof(*ret_runs));
	ret_runs->kept = heap_alloc(RUNS_KEPT * sizeof(*ret_runs->kept));
	if (!ret_runs->kept)
		return error_set(-ENOMEM, "search for lines");
	err = finder_open(search, filters, base, &ret_runs->finder);
	if (err < 0)
		heap_free(ret_runs->kept);
	return err;
}

void runs_close(struct runs *runs)
{
	finder_close(runs->finder);
	heap_free(runs->kept);
}

static bool is_inverted(const struct runs *runs)
{
	return runs->finder->search->options.invert;
}

static const struct units *units_of_runs(const struct runs *runs)
{
	return &runs->finder->search->units;
}

/* Counts the lines up to byte `to`. */
static int number_to(struct runs *runs, size_t to)
{
	mmr_slice part = {runs->block.ptr + runs->counted, to - runs->counted};
	uint64_t n;
	int err = units_in(units_of_runs(runs), part, &n);

	if (err < 0)
		return err;
	runs->n_units += (size_t)n;
	runs->counted = to;
	return 0;
}

/* Keeps a line. Returns: 1; 0 if there is no room. */
static int keep(struct runs *runs, size_t start, size_t stop, bool number)
{
	struct run *run = runs->kept + runs->n_kept - 1;
	int err;

	if (runs->n_kept == 0 || run->stop != start) {
		if (runs->n_kept == RUNS_KEPT)
			return 0;
		err = number ? number_to(runs, start) : 0;
		if (err < 0)
			return err;
		run = &runs->kept[runs->n_kept++];
		*run = (struct run){start, stop, number ? runs->n_units : NOT_COUNTED, 0};
	}
	run->stop = stop;
	run->n_lines++;
	runs->counted = stop;
	runs->n_units++;
	return 1;
}

static int count_rest(const struct runs *runs, uint64_t n_found, uint64_t *ret_n)
{
	mmr_slice decided = {runs->block.ptr, runs->decided};
	int err = units_in(units_of_runs(runs), decided, ret_n);

	*ret_n -= n_found;
	return err;
}

/* Searches the block. Returns: 0; 1 if there was no room. Errors: those of mmr_slice_count. */
static int find_lines(struct runs *runs, unsigned flags)
{
	mmr_slice line;
	size_t start;
	int found, kept;

	while ((found = finder_next(runs->finder, &line)) > 0) {
		start = (size_t)(line.ptr - runs->block.ptr);
		runs->n_lines++;
		if (runs->more)
			continue;
		kept = keep(runs, start, start + line.len, flags & RUNS_NUMBER);
		if (kept < 0)
			return kept;
		if (kept > 0)
			continue;
		runs->more = true;
		runs->kept_stop = start;
		if (!(flags & RUNS_COUNT))
			break;
	}
	if (found < 0) {
		runs->error = found;
		runs->decided = runs->finder->from;
		error_save(&runs->note);
	}
	return 0;
}

/* Keeps all lines of the block as one run. */
static int keep_all(struct runs *runs, unsigned flags)
{
	size_t n_before = flags & RUNS_NUMBER ? 0 : NOT_COUNTED;

	runs->n_kept = runs->block.len > 0;
	runs->kept[0] = (struct run){0, runs->block.len, n_before, 0};
	return flags & RUNS_COUNT ? units_in(units_of_runs(runs), runs->block, &runs->n_lines) : 0;
}

int runs_find(struct runs *runs, mmr_slice block, uint64_t off, unsigned flags)
{
	int err;

	runs->block = block;
	runs->off = off;
	runs->n_kept = 0;
	runs->more = false;
	runs->error = 0;
	runs->decided = block.len;
	runs->counted = runs->n_units = 0;
	runs->n_lines = 0;
	if (!runs->finder->sample && search_finds_all(runs->finder->search)) {
		err = keep_all(runs, flags);
	} else {
		finder_load(runs->finder, block, off);
		err = find_lines(runs, flags);
	}
	if (err == 0 && (flags & RUNS_NUMBER))
		err = number_to(runs, block.len);
	if (err == 0 && (flags & RUNS_COUNT) && is_inverted(runs))
		err = count_rest(runs, runs->n_lines, &runs->n_lines);
	return err;
}

/* --- The walk --------------------------------------------------------------------------------- */

struct run_walk run_walk_of(struct runs *runs, uint64_t max_lines)
{
	return (struct run_walk){.runs = runs, .left = max_lines};
}

/* Searches the lines after those that are kept again. */
static bool search_again(struct run_walk *walk, struct run *ret_run)
{
	struct runs *runs = walk->runs;
	size_t from = runs->kept_stop;
	mmr_slice rest = {runs->block.ptr + from, runs->block.len - from}, line;
	int found;

	if (!walk->searching)
		finder_load(runs->finder, rest, runs->off + from);
	walk->searching = true;
	found = finder_next(runs->finder, &line);
	if (found > 0) {
		ret_run->start = (size_t)(line.ptr - runs->block.ptr);
		ret_run->stop = ret_run->start + line.len;
		ret_run->n_before = NOT_COUNTED;
		ret_run->n_lines = 1;
		return true;
	}
	if (found < 0) {
		runs->error = found;
		runs->decided = from + runs->finder->from;
		error_save(&runs->note);
	}
	return false;
}

/* The next run of lines that match the patterns. */
static bool next_match(struct run_walk *walk, struct run *ret_run)
{
	struct runs *runs = walk->runs;

	if (walk->i < runs->n_kept) {
		*ret_run = runs->kept[walk->i++];
		return true;
	}
	return runs->more && search_again(walk, ret_run);
}

/* The next run, of as many lines as there are. */
static bool next_run(struct run_walk *walk, struct run *ret_run)
{
	struct run last;

	if (!is_inverted(walk->runs))
		return next_match(walk, ret_run);
	while (!walk->ended) {
		last = walk->last;
		walk->ended = !next_match(walk, &walk->last);
		ret_run->start = last.stop;
		ret_run->stop = walk->ended ? walk->runs->decided : walk->last.start;
		ret_run->n_before = last.n_before;
		ret_run->n_lines = 0;
		if (last.n_before != NOT_COUNTED)
			ret_run->n_before += last.n_lines;
		if (ret_run->start < ret_run->stop)
			return true;
	}
	return false;
}

int run_walk_next(struct run_walk *walk, struct run *ret_run)
{
	mmr_slice bytes;
	size_t at;
	int err;

	if (walk->left == 0 || !next_run(walk, ret_run))
		return 0;
	if (walk->left == UINT64_MAX)
		return 1;
	bytes = (mmr_slice){walk->runs->block.ptr, ret_run->stop};
	at = ret_run->start;
	err = units_forward(units_of_runs(walk->runs), bytes, &at, &walk->left);
	ret_run->stop = at;
	ret_run->n_lines = 0;
	return err < 0 ? err : 1;
}
