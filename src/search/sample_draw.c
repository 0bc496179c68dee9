/* sample_draw.c - draws a random sample of the lines of a range that match
 *
 * Each worker draws a sample of its block. In the order of the blocks, these are joined.
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"
#include "scan/options.h"
#include "scan/run.h"
#include "search/runs.h"
#include "search/sample.h"

#include <errno.h>
#include <stdatomic.h>

/* What all workers share; `sample` is changed in turn. */
struct drawing {
	const mmr_search *search;
	const struct filters *filters;
	bool all_lines; /* match: there is nothing to search for */
	struct sample sample;
	_Atomic(uint64_t) limit; /* of the sample */
};

struct drawer {
	struct drawing *drawing;
	struct runs runs;
	struct sample sample; /* of the block */
};

/* Adds whole lines, the first of which is at `off` in the file. */
static int add_lines(struct drawer *drawer, mmr_slice bytes, uint64_t off)
{
	struct unit_walk walk;
	mmr_slice line;
	int err = 0;

	unit_walk_start(&walk, &drawer->drawing->search->units, bytes);
	while (err == 0 && unit_walk_next(&walk, &line))
		err = sample_add(&drawer->sample, off + (uint64_t)(line.ptr - bytes.ptr));
	return err < 0 ? err : unit_walk_error(&walk);
}

/* Adds the lines of a block that match. */
static int add_matches(struct drawer *drawer, mmr_slice bytes, uint64_t off)
{
	struct runs *runs = &drawer->runs;
	struct run_walk walk;
	struct run run;
	int found, err = runs_find(runs, bytes, off, 0);

	if (err < 0)
		return err;
	walk = run_walk_of(runs, UINT64_MAX);
	while ((found = run_walk_next(&walk, &run)) > 0) {
		err = add_lines(drawer, (mmr_slice){bytes.ptr + run.start, run.stop - run.start},
			off + run.start);
		if (err < 0)
			return err;
	}
	if (found == 0 && runs->error < 0) {
		error_restore(&runs->note);
		found = runs->error;
	}
	return found;
}

static int draw_block(void *state, const mmr_block *block)
{
	struct drawer *drawer = state;
	struct drawing *drawing = drawer->drawing;
	uint64_t off = drawing->sample.base + block->off;

	drawer->sample.len = 0;
	drawer->sample.limit = atomic_load_explicit(&drawing->limit, memory_order_relaxed);
	return drawing->all_lines ? add_lines(drawer, block->bytes, off)
				  : add_matches(drawer, block->bytes, off);
}

static int join_block(void *state, const mmr_block *block)
{
	struct drawer *drawer = state;
	struct drawing *drawing = drawer->drawing;
	int err = sample_join(&drawing->sample, &drawer->sample);

	(void)block;
	atomic_store_explicit(&drawing->limit, drawing->sample.limit, memory_order_relaxed);
	return err;
}

static int start_drawer(void *state, void *context)
{
	struct drawer *drawer = state;
	struct drawing *drawing = context;

	drawer->drawing = drawing;
	drawer->sample = sample_of(drawing->sample.n, drawing->sample.seed, drawing->sample.base);
	return drawing->all_lines ? 0
				  : runs_open(drawing->search, drawing->filters,
					    drawing->sample.base, &drawer->runs);
}

static void end_drawer(void *state, void *context)
{
	struct drawer *drawer = state;

	(void)context;
	sample_free(&drawer->sample);
	if (!drawer->drawing->all_lines)
		runs_close(&drawer->runs);
}

int sample_draw(const mmr_search *search, mmr_reader *reader, const mmr_scan_options *scan,
	uint64_t n, uint64_t seed, struct sample *ret_sample)
{
	struct drawing drawing = {.search = search,
		.all_lines = search_finds_all(search),
		.sample = sample_of(n, seed, reader->offset),
		.limit = UINT64_MAX};
	mmr_scan_job job = {.work = draw_block,
		.collect = join_block,
		.start = start_drawer,
		.end = end_drawer,
		.context = &drawing,
		.state_size = sizeof(struct drawer)};
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_options how = *scan;
	struct filters *filters = NULL;
	int err, end = 0;

	err = filters_open(search, reader, &how, &cut, &filters);
	drawing.filters = filters;
	if (err == 0) {
		err = mmr_scan_run(reader, &how, &cut, &job);
		filters_close(search, filters);
	}
	/* All lines were searched: they are reported before the error. */
	if (units_end_error(&search->units, err)) {
		end = err;
		err = 0;
	}
	if (err == 0)
		err = sample_finish(&drawing.sample);
	if (err < 0)
		sample_free(&drawing.sample);
	else
		*ret_sample = drawing.sample;
	return err < 0 ? err : end;
}
