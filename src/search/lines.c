/* lines.c - finds the lines of a whole input that match, in parallel but reported in order
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"
#include "scan/numbering.h"
#include "scan/options.h"
#include "scan/window.h"
#include "search/search.h"

#include <mmreader/positions.h>

#include <errno.h>
#include <string.h>

/* Lines that a worker keeps for one block. Further lines are searched for when it is collected. */
#define KEPT 4096

/* What all workers share. */
struct common {
	const struct mmr_search *search;
	const mmr_reader *reader;
	struct numbering numbering;
	mmr_found_line_fn *fn; /* NULL to count only */
	void *context;
	uint64_t count;
};

struct state {
	struct common *common;
	uint64_t count;   /* of all blocks */
	uint64_t n_lines; /* delimiters in the block, if lines are numbered */
	size_t n_kept;
	int found;              /* what finder_next returned last: 1 if there may be more lines */
	struct error_note note; /* of an error */
	mmr_slice *kept;        /* KEPT lines that match */
	struct finder *finder;
};

/* --- Work ------------------------------------------------------------------------------------- */

/* Counts the lines of a block. The last one may lack its delimiter. */
static int count_lines(const struct state *state, mmr_slice block, uint64_t *ret_n)
{
	char delimiter = state->common->search->options.delimiter;
	mmr_slice last = {block.ptr + block.len - 1, 1};
	uint64_t terminated;
	int err = mmr_slice_count(block, delimiter, ret_n);

	if (err == 0)
		err = mmr_slice_count(last, delimiter, &terminated);
	if (err == 0)
		*ret_n += 1 - terminated;
	return err;
}

static int count_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	uint64_t n = 0, all = 0;
	mmr_slice line;
	int found, err;

	finder_load(state->finder, block->bytes, state->common->reader->offset + block->off);
	while ((found = finder_next(state->finder, &line)) > 0)
		n++;
	if (found < 0)
		return found;
	if (state->common->search->options.invert) {
		err = count_lines(state, block->bytes, &all);
		if (err < 0)
			return err;
		n = all - n;
	}
	state->count += n;
	return 0;
}

/* An error of the search is kept for collect_block: lines before it are reported. */
static int search_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	int err = numbering_count(&state->common->numbering, block, &state->n_lines);

	if (err < 0)
		return err;
	finder_load(state->finder, block->bytes, state->common->reader->offset + block->off);
	state->n_kept = 0;
	do
		state->found = finder_next(state->finder, &state->kept[state->n_kept]);
	while (state->found > 0 && ++state->n_kept < KEPT);
	if (state->found < 0)
		error_save(&state->note);
	return 0;
}

/* --- Collecting, in order --------------------------------------------------------------------- */

static int report(struct common *common, const mmr_block *block, mmr_slice bytes)
{
	mmr_found_line line = {.bytes = bytes};
	int err;

	line.off = block->off + (uint64_t)(bytes.ptr - block->bytes.ptr);
	err = numbering_find(&common->numbering, block, line.off, &line.number);
	return err < 0 ? err : common->fn(common->context, &line);
}

/* Reports the lines of a gap between lines that match. */
static int report_gap(struct common *common, const mmr_block *block, mmr_slice gap)
{
	mmr_positions ends = mmr_positions_of(gap, common->search->options.delimiter);
	const char *at;
	size_t len;
	int result;

	while (gap.len > 0) {
		len = mmr_positions_next(&ends, &at) ? (size_t)(at - gap.ptr) + 1 : gap.len;
		if (mmr_positions_error(&ends) < 0)
			return mmr_positions_error(&ends);
		result = report(common, block, (mmr_slice){gap.ptr, len});
		if (result != 0)
			return result;
		gap.ptr += len;
		gap.len -= len;
	}
	return 0;
}

/* Reports the lines before an error, which are decided. Returns: the error. */
static int end_with_error(struct state *state, const mmr_block *block, const char *start)
{
	const char *stop = block->bytes.ptr + state->finder->from;
	int result = 0;

	if (!state->common->search->options.invert)
		return state->found;
	error_save(&state->note);
	result = report_gap(state->common, block, (mmr_slice){start, (size_t)(stop - start)});
	if (result != 0)
		return result;
	error_restore(&state->note);
	return state->found;
}

static int collect_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	struct common *common = state->common;
	bool invert = common->search->options.invert;
	const char *stop = block->bytes.ptr + block->bytes.len;
	mmr_slice gap = {block->bytes.ptr, 0}, line;
	int result = 0;
	size_t i = 0;

	for (;; gap.ptr = line.ptr + line.len) {
		if (i < state->n_kept) {
			line = state->kept[i++];
		} else {
			if (state->found > 0)
				state->found = finder_next(state->finder, &line);
			else if (state->found < 0)
				error_restore(&state->note);
			if (state->found < 0)
				return end_with_error(state, block, gap.ptr);
			if (state->found == 0)
				break;
		}
		gap.len = (size_t)(line.ptr - gap.ptr);
		result = invert ? report_gap(common, block, gap) : report(common, block, line);
		if (result != 0)
			return result;
	}
	gap.len = (size_t)(stop - gap.ptr);
	if (invert)
		result = report_gap(common, block, gap);
	numbering_pass(&common->numbering, state->n_lines);
	return result;
}

/* --- Runs ------------------------------------------------------------------------------------- */

static int start_state(void *argument, void *context)
{
	struct state *state = argument;
	int err = 0;

	state->common = context;
	if (state->common->fn) {
		state->kept = heap_alloc(KEPT * sizeof(*state->kept));
		if (!state->kept)
			err = error_set(-ENOMEM, "search for lines");
	}
	if (err == 0)
		err = finder_open(state->common->search, &state->finder);
	if (err < 0)
		heap_free(state->kept);
	return err;
}

static void end_state(void *argument, void *context)
{
	struct state *state = argument;
	struct common *common = context;

	common->count += state->count;
	finder_close(state->finder);
	heap_free(state->kept);
}

static int run(
	struct common *common, mmr_reader *reader, const mmr_scan_options *options, unsigned flags)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_job job = {.work = common->fn ? search_block : count_block,
		.collect = common->fn ? collect_block : NULL,
		.start = start_state,
		.end = end_state,
		.context = common,
		.state_size = sizeof(struct state)};
	mmr_scan_options scan;
	int err;

	err = scan_options_for(options, common->search->options.delimiter, &scan);
	if (err < 0)
		return err;
	err = numbering_start(&common->numbering, reader, &scan, flags);
	if (err < 0)
		return err;
	common->reader = reader;
	/* PCRE2 is given private copies alone, which are scanned while they are in the cache. */
	if (common->search->has_regex) {
		scan.io_mode = MMR_IO_READ;
		cut.window = WINDOW_COPY;
	}
	return scan_run(reader, &scan, &cut, &job, &common->numbering.place);
}

int mmr_search_count(const mmr_search *search, mmr_reader *reader, const mmr_scan_options *scan,
	uint64_t *ret_lines)
{
	struct common common = {.search = search};
	int err = run(&common, reader, scan, MMR_MATCH_PLAIN);

	if (err == 0)
		*ret_lines = common.count;
	return err;
}

int mmr_search_lines(const mmr_search *search, mmr_reader *reader, const mmr_scan_options *scan,
	unsigned flags, mmr_found_line_fn *fn, void *context)
{
	struct common common = {.search = search, .fn = fn, .context = context};

	return run(&common, reader, scan, flags);
}
