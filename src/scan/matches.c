/* matches.c - finds a literal text in whole files, in parallel but reported in order
 *
 * A match belongs to the block in which it starts. Blocks show enough of the next one for its end.
 * Matches do not overlap, so those of a block depend on the end of the last match before it. If
 * this is after the start of the block's own first match, the block is searched again from there
 * when it is collected.
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "scan/numbering.h"
#include "scan/options.h"

#include <errno.h>
#include <string.h>

/* Offsets that a worker keeps for one block. A block with more is searched again when it is
 * collected. */
#define KEPT 4096

/* What all workers share; changed in turn. */
struct common {
	const mmr_needle *needle;
	struct numbering numbering;
	mmr_match_fn *fn; /* NULL to count only */
	void *context;
	uint64_t free_from; /* the end of the last match, before which no other may start */
	uint64_t count;
};

struct state {
	struct common *common;
	uint64_t n_lines;    /* delimiters in the block */
	uint64_t n;          /* matches in it */
	size_t first;        /* offsets in the block: of the first match, ... */
	size_t last_end;     /* ... of the end of the last, ... */
	uint32_t kept[KEPT]; /* ... and of the first KEPT, if they are reported */
};

static int report(struct common *common, const mmr_block *block, size_t at)
{
	mmr_match match = {.off = block->off + at, .len = common->needle->text.len};
	int err = numbering_find(&common->numbering, block, match.off, &match.line);

	return err < 0 ? err : common->fn(common->context, &match);
}

/* Finds the matches of a block that start at or after `from`. They start in the block, since it
 * shows less of the next one than the needle has. Reports them at once if `now` is set. */
static int search(struct state *state, const mmr_block *block, size_t from, bool now)
{
	struct common *common = state->common;
	size_t len = common->needle->text.len, at;
	mmr_slice rest = {block->bytes.ptr + from, block->bytes.len - from}, match;
	mmr_matches it = mmr_matches_of(rest, common->needle);
	int result;

	state->n = 0;
	while (mmr_matches_next(&it, &match)) {
		at = (size_t)(match.ptr - block->bytes.ptr);
		if (state->n == 0)
			state->first = at;
		state->last_end = at + len;
		if (common->fn && now) {
			result = report(common, block, at);
			if (result != 0)
				return result;
		} else if (common->fn && state->n < KEPT) {
			state->kept[state->n] = (uint32_t)at;
		}
		state->n++;
	}
	return mmr_matches_error(&it);
}

static int search_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	int err = numbering_count(&state->common->numbering, block, &state->n_lines);

	return err < 0 ? err : search(state, block, 0, false);
}

static int collect_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	struct common *common = state->common;
	uint64_t clash = common->free_from > block->off ? common->free_from - block->off : 0;
	bool again = state->n > 0 && state->first < clash;
	uint64_t i;
	int result;

	if (again || (common->fn && state->n > KEPT)) {
		/* A block may be shorter than the part of the last match that is in it. */
		result = search(state, block, (size_t)min_u64(clash, block->bytes.len), true);
		if (result != 0)
			return result;
	} else {
		for (i = 0; common->fn && i < state->n; i++) {
			result = report(common, block, state->kept[i]);
			if (result != 0)
				return result;
		}
	}
	numbering_pass(&common->numbering, state->n_lines);
	common->count += state->n;
	if (state->n > 0)
		common->free_from = block->off + state->last_end;
	return 0;
}

static int run(
	mmr_reader *reader, const mmr_scan_options *options, unsigned flags, struct common *common)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_job job = {.work = search_block,
		.collect = collect_block,
		.start = scan_keep_context,
		.context = common,
		.state_size = sizeof(struct state)};
	mmr_slice text = common->needle->text;
	mmr_scan_options scan;
	int err;

	err = scan_options(options, &scan);
	if (err < 0 || text.len == 0)
		return err;
	err = numbering_refuse_records(&scan, flags);
	if (err == 0)
		err = numbering_start(&common->numbering, reader, &scan, flags, false);
	if (err < 0)
		return err;
	cut.split_lines = true;
	cut.ahead = text.len - 1;
	/* Only a needle with a NUL can match in a hole or reach into one. */
	cut.skip_holes = memchr(text.ptr, '\0', text.len) == NULL &&
			 !(common->numbering.wanted && scan.delimiter == '\0');
	return scan_run(reader, &scan, &cut, &job, &common->numbering.place);
}

int mmr_count_matches(mmr_reader *reader, const mmr_needle *needle, const mmr_scan_options *scan,
	uint64_t *ret_matches)
{
	struct common common = {.needle = needle};
	int err = run(reader, scan, MMR_MATCH_PLAIN, &common);

	if (err == 0)
		*ret_matches = common.count;
	return err;
}

int mmr_each_match(mmr_reader *reader, const mmr_needle *needle, const mmr_scan_options *scan,
	unsigned flags, mmr_match_fn *fn, void *context)
{
	struct common common = {.needle = needle, .fn = fn, .context = context};

	return run(reader, scan, flags, &common);
}
