/* row_scan.c - counts and finds rows in a range, by several threads
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"
#include "scan/options.h"
#include "scan/rows.h"

#include <errno.h>
#include <string.h>

/* --- Reading ---------------------------------------------------------------------------------- */

/* What all workers share; changed in turn. */
struct common {
	char separator;
	struct row_place *place;
	row_block_fn *fn;
	void *context;
};

struct state {
	const struct common *common;
	struct row_function function;
};

static mmr_slice own_bytes(const mmr_block *block)
{
	return (mmr_slice){block->bytes.ptr, block->bytes.len - block->ahead};
}

static int read_block(void *argument, const mmr_block *block)
{
	struct state *state = argument;

	return rows_function(state->common->separator, own_bytes(block), &state->function);
}

static int join_block(void *argument, const mmr_block *block)
{
	const struct state *state = argument;
	const struct common *common = state->common;
	struct row_block rows = {.block = block, .before = *common->place};

	rows.n_ends = rows_apply(&state->function, block->off, common->place);
	rows.after = *common->place;
	return common->fn ? common->fn(common->context, &rows) : 0;
}

int rows_read(mmr_reader *reader, const mmr_scan_options *scan, size_t window,
	struct row_place *place, struct scan_place *range, row_block_fn *fn, void *context)
{
	struct common common = {scan->records->separator, place, fn, context};
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_job job = {.work = read_block,
		.collect = join_block,
		.start = scan_keep_context,
		.context = &common,
		.state_size = sizeof(struct state)};

	cut.split_lines = true;
	cut.window = window;
	return scan_run(reader, scan, &cut, &job, range);
}

int rows_check_end(const mmr_reader *reader, const struct row_place *place)
{
	if (place->state != ROW_QUOTED)
		return 0;
	return rows_unclosed(reader->name, reader->offset + place->quote);
}

/* --- Counting --------------------------------------------------------------------------------- */

static int add_block(void *context, const struct row_block *block)
{
	uint64_t *n_ends = context;

	*n_ends += block->n_ends;
	return 0;
}

int rows_count(mmr_reader *reader, const mmr_scan_options *scan, mmr_counts *ret_counts)
{
	struct row_place place = row_place_start();
	struct scan_place range = {0};
	uint64_t n_ends = 0;
	bool open;
	int err = rows_read(reader, scan, 0, &place, &range, add_block, &n_ends);

	if (err < 0)
		return err;
	open = range.stop > range.start && place.state != ROW_START;
	*ret_counts = (mmr_counts){.lines = n_ends + open, .unterminated = open};
	return rows_check_end(reader, &place);
}

/* --- Seeking ---------------------------------------------------------------------------------- */

/* Checked options for the bytes [from, to) of a range. */
static mmr_scan_options bytes_of(const mmr_scan_options *scan, uint64_t from, uint64_t to)
{
	mmr_scan_options bytes = *scan;

	bytes.offset = from;
	bytes.length = to - from;
	bytes.first_line = 0;
	bytes.n_lines = MMR_REST;
	return bytes;
}

/* A search for the start of a row. */
struct search {
	char separator;
	uint64_t left; /* rows that end before it */
	uint64_t off;  /* the start, when it is found */
};

static int search_block(void *context, const struct row_block *block)
{
	struct search *search = context;
	enum row_state state = block->before.state;
	uint64_t passed;
	size_t at;
	int found;

	if (search->left > block->n_ends) {
		search->left -= block->n_ends;
		return 0;
	}
	found = rows_select(
		search->separator, own_bytes(block->block), &state, search->left - 1, &at, &passed);
	if (found > 0)
		search->off = block->block->off + at + 1;
	return found;
}

/* Like in seek.c, the first scans are short and have one thread. */
static const uint64_t steps[] = {(uint64_t)64 << 10, (uint64_t)4 << 20, MMR_REST};

/* Finds the start that follows row end `n` after `from`, counted from 1; `stop` if there is none.
 * `place` is that at `from`. */
static int seek_forward(mmr_reader *reader, const mmr_scan_options *scan, struct row_place place,
	uint64_t from, uint64_t stop, uint64_t n, uint64_t *ret_off)
{
	struct search search = {scan->records->separator, n, stop};
	mmr_scan_options bytes;
	size_t step;
	int found = 0;

	for (step = 0; step < ARRAY_LEN(steps) && found == 0 && from < stop; step++) {
		bytes = bytes_of(scan, from, from + min_u64(stop - from, steps[step]));
		if (steps[step] != MMR_REST)
			bytes.n_threads = 1;
		found = rows_read(reader, &bytes, 0, &place, NULL, search_block, &search);
		from += bytes.length;
	}
	if (found < 0)
		return found;
	*ret_off = search.off;
	return 0;
}

/* The last blocks before an offset: most rows that are searched for backward are near. */
#define KEPT 64

struct tail {
	uint64_t n_ends; /* so far */
	unsigned n;      /* blocks so far; block i is kept at i % KEPT */
	struct {
		uint64_t off, n_ends; /* before it */
		struct row_place place;
	} kept[KEPT];
};

static int keep_block(void *context, const struct row_block *block)
{
	struct tail *tail = context;
	unsigned i = tail->n % KEPT;

	tail->kept[i].off = block->block->off;
	tail->kept[i].n_ends = tail->n_ends;
	tail->kept[i].place = block->before;
	tail->n_ends += block->n_ends;
	/* The counter stays above KEPT, so that all of them are known to be used. */
	tail->n = tail->n + 1 == 2 * KEPT ? KEPT : tail->n + 1;
	return 0;
}

/* Like seek_forward, but starts at the last of the kept blocks that is not after the row. */
static int seek_in_tail(mmr_reader *reader, const mmr_scan_options *scan, const struct tail *tail,
	uint64_t from, uint64_t stop, uint64_t n, uint64_t *ret_off)
{
	struct row_place place = row_place_start();
	uint64_t start = from, passed = 0;
	unsigned i;

	for (i = 0; i < tail->n && i < KEPT; i++) {
		if (tail->kept[i].n_ends >= n || tail->kept[i].off < start)
			continue;
		start = tail->kept[i].off;
		passed = tail->kept[i].n_ends;
		place = tail->kept[i].place;
	}
	return seek_forward(reader, scan, place, start, stop, n - passed, ret_off);
}

/* Finds the start of row `n` before `stop`; that of the range if there are fewer. */
static int seek_backward(mmr_reader *reader, const mmr_scan_options *scan, uint64_t stop,
	uint64_t n, uint64_t *ret_off)
{
	struct row_place place = row_place_start();
	struct tail tail = {.n_ends = 0};
	uint64_t start = scan->offset;
	mmr_scan_options bytes;
	int err;

	if (stop <= start) {
		*ret_off = start;
		return 0;
	}
	/* A row that starts at `stop` is not before it. */
	bytes = bytes_of(scan, start, stop - 1);
	err = rows_read(reader, &bytes, 0, &place, NULL, keep_block, &tail);
	if (err < 0)
		return err;
	if (tail.n_ends < n) {
		*ret_off = start;
		return 0;
	}
	return seek_in_tail(reader, scan, &tail, start, stop, tail.n_ends - n + 1, ret_off);
}

int rows_seek_from(mmr_reader *reader, const mmr_scan_options *scan, enum row_state state,
	uint64_t from, uint64_t stop, uint64_t n, uint64_t *ret_off)
{
	struct row_place place = {state, ROW_NOWHERE};

	return seek_forward(reader, scan, place, from, stop, n, ret_off);
}

int rows_count_from(mmr_reader *reader, const mmr_scan_options *scan, enum row_state state,
	uint64_t from, uint64_t to, uint64_t *n)
{
	struct row_place place = {state, ROW_NOWHERE};
	mmr_scan_options bytes = bytes_of(scan, from, to);
	uint64_t n_ends = 0;
	int err = rows_read(reader, &bytes, 0, &place, NULL, add_block, &n_ends);

	*n += n_ends;
	return err < 0 ? err : 0;
}

int rows_seek(mmr_reader *reader, const mmr_scan_options *scan, uint64_t known, uint64_t from,
	int64_t n, uint64_t *ret_off)
{
	struct row_place place = row_place_start();
	uint64_t stop = scan->offset + scan->length;
	mmr_scan_options before;
	int err = 0;

	/* As unsigned, since -INT64_MIN does not fit. */
	if (n < 0)
		return seek_backward(reader, scan, from, 0 - (uint64_t)n, ret_off);
	if (n == 0) {
		*ret_off = from;
		return 0;
	}
	if (known < from) {
		before = bytes_of(scan, known, from);
		err = rows_read(reader, &before, 0, &place, NULL, NULL, NULL);
	}
	return err < 0 ? err : seek_forward(reader, scan, place, from, stop, (uint64_t)n, ret_off);
}

int rows_number(
	mmr_reader *reader, const mmr_scan_options *scan, uint64_t off, uint64_t *ret_number)
{
	uint64_t n_ends = 0;
	int err = rows_count_from(reader, scan, ROW_START, scan->offset, off, &n_ends);

	if (err == 0)
		*ret_number = n_ends;
	return err;
}

/* --- Backward --------------------------------------------------------------------------------- */

/* At most so many states are kept: 1 MiB. The range between them is read again. */
#define STATES_MOST ((uint64_t)1 << 20)
#define READ_BYTES  ((size_t)64 << 10)

/* The number of the last state that is not after `off`. State 0 is that at the start. */
static uint64_t state_before(const struct row_states *states, uint64_t off)
{
	return (states->base + off) / states->step - (states->base + states->start) / states->step;
}

static int keep_state(void *context, const struct row_block *block)
{
	struct row_states *states = context;
	uint64_t off = block->block->off;

	if ((states->base + off) % states->step == 0)
		states->states[state_before(states, off)] = (uint8_t)block->before.state;
	return 0;
}

int row_states_find(mmr_reader *reader, const mmr_scan_options *scan, uint64_t start, uint64_t stop,
	size_t len, struct row_states *ret_states)
{
	struct row_states states = {start, reader->offset, len, NULL, row_place_start()};
	mmr_scan_options bytes = bytes_of(scan, start, stop);
	size_t n;
	int err;

	while ((stop - start) / states.step >= STATES_MOST - 1)
		states.step *= 2;
	n = (size_t)state_before(&states, stop) + 1;
	states.states = heap_alloc(n);
	if (!states.states)
		return error_set(-ENOMEM, "read the rows of '%s' backward", reader->name);
	memset(states.states, ROW_START, n);
	bytes.progress = NULL;
	err = rows_read(reader, &bytes, len, &states.end, NULL, keep_state, &states);
	if (err < 0) {
		heap_free(states.states);
		return err;
	}
	*ret_states = states;
	return 0;
}

int row_states_at(const struct row_states *states, mmr_reader *reader, char separator, uint64_t off,
	enum row_state *ret_state)
{
	uint64_t i = state_before(states, off), n_ends;
	uint64_t at = i == 0 ? states->start
			     : round_down(states->base + off, states->step) - states->base;
	struct row_place place = {(enum row_state)states->states[i], ROW_NOWHERE};
	mmr_slice bytes;
	char *buffer;
	int err = 0;

	*ret_state = place.state;
	if (at == off)
		return 0;
	buffer = heap_alloc(READ_BYTES);
	if (!buffer)
		return error_set(-ENOMEM, "read the rows of '%s' backward", reader->name);
	bytes.ptr = buffer;
	for (; err == 0 && at < off; at += bytes.len) {
		err = mmr_read_at(
			reader, at, buffer, (size_t)min_u64(READ_BYTES, off - at), &bytes.len);
		if (err == 0)
			err = rows_pass(separator, bytes, at, &place, &n_ends);
	}
	heap_free(buffer);
	*ret_state = place.state;
	return err;
}

void row_states_free(struct row_states *states)
{
	heap_free(states->states);
}
