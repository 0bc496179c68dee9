/* runs.c - finds the runs of lines that match in a block
 *
 * SPDX-License-Identifier: MIT */
#include "search/runs.h"

#include "search/context.h"

#include <errno.h>
#include <string.h>

int runs_open(const struct mmr_search *search, struct runs *ret_runs)
{
	int err;

	memset(ret_runs, 0, sizeof(*ret_runs));
	ret_runs->kept = heap_alloc(RUNS_KEPT * sizeof(*ret_runs->kept));
	if (!ret_runs->kept)
		return error_set(-ENOMEM, "search for lines");
	err = finder_open(search, &ret_runs->finder);
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

/* Keeps a line. Returns: false if there is no room. */
static bool keep(struct runs *runs, size_t start, size_t stop)
{
	struct run *last = runs->kept + runs->n_kept - 1;

	if (runs->n_kept > 0 && last->stop == start) {
		last->stop = stop;
		return true;
	}
	if (runs->n_kept == RUNS_KEPT)
		return false;
	runs->kept[runs->n_kept++] = (struct run){start, stop};
	return true;
}

/* Counts the lines of bytes, of which the last may lack its delimiter. */
static int count_lines(mmr_slice bytes, char delimiter, uint64_t *ret_n)
{
	mmr_slice last = {bytes.ptr, 1};
	uint64_t terminated;
	int err;

	*ret_n = 0;
	if (bytes.len == 0)
		return 0;
	last.ptr += bytes.len - 1;
	err = mmr_slice_count(bytes, delimiter, ret_n);
	if (err == 0)
		err = mmr_slice_count(last, delimiter, &terminated);
	if (err == 0)
		*ret_n += 1 - terminated;
	return err;
}

static int count_rest(const struct runs *runs, uint64_t n_found, uint64_t *ret_n)
{
	mmr_slice decided = {runs->block.ptr, runs->decided};
	int err = count_lines(decided, runs->finder->search->options.delimiter, ret_n);

	*ret_n -= n_found;
	return err;
}

int runs_find(struct runs *runs, mmr_slice block, uint64_t off, bool count)
{
	uint64_t n_found = 0;
	mmr_slice line;
	size_t start;
	int found;

	runs->block = block;
	runs->off = off;
	runs->n_kept = 0;
	runs->more = false;
	runs->error = 0;
	runs->decided = block.len;
	finder_load(runs->finder, block, off);
	while ((found = finder_next(runs->finder, &line)) > 0) {
		start = (size_t)(line.ptr - block.ptr);
		n_found++;
		if (!runs->more && !keep(runs, start, start + line.len)) {
			runs->more = true;
			runs->kept_stop = start;
		}
		if (runs->more && !count)
			break;
	}
	if (found < 0) {
		runs->error = found;
		runs->decided = runs->finder->from;
		error_save(&runs->note);
	}
	runs->n_lines = n_found;
	return count && is_inverted(runs) ? count_rest(runs, n_found, &runs->n_lines) : 0;
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
	struct run match;

	if (!is_inverted(walk->runs))
		return next_match(walk, ret_run);
	while (!walk->ended) {
		walk->ended = !next_match(walk, &match);
		ret_run->start = walk->at;
		ret_run->stop = walk->ended ? walk->runs->decided : match.start;
		walk->at = walk->ended ? 0 : match.stop;
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
	err = lines_forward(bytes, walk->runs->finder->search->options.delimiter, &at, &walk->left);
	ret_run->stop = at;
	return err < 0 ? err : 1;
}
