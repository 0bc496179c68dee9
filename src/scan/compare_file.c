/* compare_file.c - compares two readers, one of which has offsets, by several threads
 *
 * The other one, which may be a stream, is scanned. For each of its blocks, the worker loads the
 * same bytes of the first one from a source that all workers share: so each reader has its own
 * choice of an I/O mode, and its own use of the page cache.
 *
 * SPDX-License-Identifier: MIT */
#include "file/guard.h"
#include "file/reader.h"
#include "scan/compare.h"
#include "scan/options.h"
#include "scan/run.h"
#include "scan/source.h"

#include <pthread.h>
#include <string.h>

/* What all workers share. */
struct common {
	const struct side *side; /* the one that has offsets */
	struct source source;    /* of its range; `lock` guards it */
	pthread_mutex_t lock;
	struct scan_place place;        /* of the one that is scanned */
	struct differences differences; /* `first` is set in turn, the rest at the end */
	uint64_t compared;              /* in turn */
	bool surplus;                   /* the range that is scanned is the longer one */
	bool failed;                    /* the reader that has offsets */
};

struct state {
	struct common *common;
	struct window window; /* of the reader that has offsets */
	struct differences differences;
	/* These describe the last block: */
	uint64_t stop; /* end of the compared bytes */
	bool surplus;
	int error; /* of the reader that has offsets */
	struct error_note note;
	uint64_t counts[]; /* of the differences */
};

/* --- Blocks ----------------------------------------------------------------------------------- */

/* Compares bytes of which both may be in a map. The error of the second ones goes to `ret_error`.
 */
static int compare_bytes(struct differences *differences, mmr_slice own, mmr_slice other,
	uint64_t off, int *ret_error)
{
	struct guard outer, inner;

	if (!GUARD_ENTER(&outer, own.ptr, own.len))
		return guard_fault(&outer);
	if (!GUARD_ENTER(&inner, other.ptr, other.len)) {
		guard_leave(&outer);
		*ret_error = guard_fault(&inner);
		return 0;
	}
	differences_add(differences, own.ptr, other.ptr, own.len, off);
	guard_leave(&inner);
	guard_leave(&outer);
	return 0;
}

/* Claims bytes [start, stop) of the shared source, or the first part of them. */
static int claim_other(struct state *state, uint64_t start, uint64_t stop, struct claim *ret_claim)
{
	struct common *common = state->common;
	struct source *source = &common->source;
	int result;

	pthread_mutex_lock(&common->lock);
	source->next = start;
	source->data_stop = stop;
	result = source_claim(source, &state->window, ret_claim);
	pthread_mutex_unlock(&common->lock);
	return result < 0 ? result : 0;
}

/* Ends the use of a claim, which has taken so many nanoseconds. */
static void release_other(struct state *state, const struct claim *claim, uint64_t took_ns)
{
	struct common *common = state->common;
	struct window *window = &state->window;

	source_release(&common->source, claim);
	if (window->held_stop - window->held_start >= WINDOW_DEFAULT)
		window_drop_outside(window, 0, 0);
	pthread_mutex_lock(&common->lock);
	source_record(&common->source, claim, source_claim_len(&common->source, claim), took_ns);
	pthread_mutex_unlock(&common->lock);
}

/* Compares the start of some bytes, which are at `off` of the range, with those of the other
 * reader. Returns: in `*ret_len` how many were compared. */
static int compare_claim(struct state *state, mmr_slice own, uint64_t off, size_t *ret_len)
{
	struct source *source = &state->common->source;
	uint64_t start = state->common->side->start + off, began = io_clock_ns();
	struct claim claim = {.io_mode = MMR_IO_AUTO};
	mmr_block other;
	int err = 0;

	state->error = claim_other(state, start, start + own.len, &claim);
	if (state->error == 0)
		state->error = source_load(source, &state->window, &claim, NULL, &other);
	if (state->error < 0)
		return 0;
	own.len = other.bytes.len;
	err = compare_bytes(&state->differences, own, other.bytes, off, &state->error);
	if (err == 0 && state->error == 0)
		state->error = window_verify(&state->window);
	release_other(state, &claim, io_clock_ns() - began);
	*ret_len = own.len;
	return err;
}

static int compare_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;
	const struct side *side = state->common->side;
	uint64_t off = block->off - block->start, room = side->stop - side->start;
	mmr_slice own = block->bytes;
	size_t len;
	int err = 0;

	room -= min_u64(room, off);
	state->surplus = own.len > room;
	own.len = (size_t)min_u64(own.len, room);
	state->stop = off + own.len;
	state->differences.first = MMR_REST;
	state->error = 0;
	while (own.len > 0 && err == 0 && state->error == 0) {
		err = compare_claim(state, own, off, &len);
		if (err < 0 || state->error < 0)
			break;
		own.ptr += len;
		own.len -= len;
		off += len;
		if (state->differences.first_only && differences_found(&state->differences))
			break;
	}
	if (state->error < 0)
		error_save(&state->note);
	return err;
}

static void copy_first(const struct differences *from, struct differences *to)
{
	to->first = from->first;
	memcpy(to->bytes, from->bytes, sizeof(to->bytes));
}

/* The first error and the first difference of all blocks. */
static int collect_block(void *argument, const mmr_block *block)
{
	const struct state *state = argument;
	struct common *common = state->common;

	(void)block;
	if (state->error < 0) {
		common->failed = true;
		error_restore(&state->note);
		return state->error;
	}
	common->compared = state->stop;
	common->surplus = state->surplus;
	if (!differences_found(&common->differences) && differences_found(&state->differences))
		copy_first(&state->differences, &common->differences);
	return state->surplus ||
	       (common->differences.first_only && differences_found(&common->differences));
}

static int start_state(void *argument, void *context)
{
	struct state *state = argument;
	struct common *common = context;

	state->common = common;
	state->differences = common->differences;
	state->differences.counts = state->counts;
	window_start(&state->window, common->side->reader, common->source.backing);
	return 0;
}

static void end_state(void *argument, void *context)
{
	struct state *state = argument;
	struct common *common = context;

	window_end(&state->window);
	differences_merge(&common->differences, &state->differences);
}

/* --- A reader that has offsets ---------------------------------------------------------------- */

/* A truncated end looks like a hole, which is not read. */
static int check_end(const struct common *common)
{
	const struct source *source = &common->source;
	uint64_t reached;

	return reader_reaches(source->reader, source->backing, source->stop, &reached);
}

/* Scans a reader, and compares it with one that has offsets. */
static int run(struct common *common, const struct side *scanned, size_t state_size)
{
	mmr_scan_job job = {.work = compare_block,
		.collect = collect_block,
		.start = start_state,
		.end = end_state,
		.context = common,
		.state_size = state_size};
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	int err;

	cut.split_lines = true;
	cut.skip_holes = !reader_is_stream(scanned->reader);
	common->place.other = common->side->reader;
	common->place.other_start = common->side->start;
	err = scan_run(scanned->reader, &scanned->scan, &cut, &job, &common->place);
	if (err == 0 && cut.skip_holes) {
		err = check_end(common);
		common->failed = err < 0;
	}
	return err;
}

/* Where the second side was scanned, its bytes come first. */
static void swap_bytes(struct differences *differences)
{
	unsigned char byte = differences->bytes[0];

	differences->bytes[0] = differences->bytes[1];
	differences->bytes[1] = byte;
}

int compare_with_file(const struct side *sides, unsigned other, struct differences *differences,
	mmr_comparison *result)
{
	const struct side *scanned = &sides[1 - other];
	struct common common = {.side = &sides[other], .differences = *differences};
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_options scan = sides[other].scan;
	uint64_t len = sides[other].stop - sides[other].start, scanned_len;
	struct error_note note;
	int err;

	cut.split_lines = true;
	scan.progress = NULL;
	err = source_start(&common.source, sides[other].reader, &scan, &cut, NULL);
	if (err < 0) {
		result->failed = 1 + other;
		return err;
	}
	pthread_mutex_init(&common.lock, NULL);
	err = run(
		&common, scanned, sizeof(struct state) + differences->n_counts * sizeof(uint64_t));
	if (err < 0)
		error_save(&note);
	pthread_mutex_destroy(&common.lock);
	scan_progress_end(scanned->scan.progress, &common.source.io.summary);
	source_end(&common.source);
	reader_drop(sides[other].reader, sides[other].start, len);
	*differences = common.differences;
	if (other == 0)
		swap_bytes(differences);
	result->starts[1 - other] = common.place.start;
	if (err < 0) {
		result->failed = common.failed ? 1 + other : 2 - other;
		error_restore(&note);
		return err;
	}
	scanned_len = common.place.stop - common.place.start;
	/* The last bytes of a file may be in a hole, which is not passed to a worker. */
	result->compared =
		reader_is_stream(scanned->reader) ? common.compared : min_u64(scanned_len, len);
	if (common.surplus)
		result->shorter = 1 + other;
	else if (scanned_len < len && err == 0)
		result->shorter = 2 - other;
	return 0;
}
