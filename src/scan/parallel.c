/* parallel.c - workers, one cursor, and turns
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "file/reader.h"
#include "scan/engine.h"
#include "scan/window.h"

#include <mmreader/extents.h>
#include <mmreader/marks.h>
#include <mmreader/parallel.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

/* How far behind its end a block is searched for the end of its last line, at first. */
#define SLACK ((size_t)4 << 10)
/* Whatever is asked for. */
#define THREADS_MAX 4096

/* What the workers share. The lock guards all that changes. */
struct run {
	mmr_reader *reader;
	const struct backing *backing;
	mmr_parallel_options options;
	const mmr_parallel_job *job;
	uint64_t start, stop;
	pthread_mutex_t lock;
	pthread_cond_t turn_came;
	mmr_extents extents;
	uint64_t cursor, data_stop; /* what is not claimed of the current run of data, or of all */
	struct worker *workers;
	unsigned n_workers;
	uint64_t swept; /* up to here, or backward from here on, no page is held */
	uint64_t n_claimed;
	uint64_t turn; /* the claim whose results may be collected */
	struct engine engine;
	bool stopped;
	int result;
	struct error_note note;
};

struct claim {
	uint64_t start, stop;
	uint64_t turn;
	enum mmr_engine engine;
};

struct worker {
	struct run *run;
	void *state;
	struct window window;
	bool busy;
	uint64_t start, stop; /* of the claim under way; with the lock held */
	pthread_t thread;
};

static const mmr_parallel_options default_options = MMR_PARALLEL_OPTIONS_INIT;

/* Ends the run; the first word counts. With the lock held. */
static void stop_run(struct run *run, int result)
{
	if (!run->stopped) {
		run->stopped = true;
		run->result = result;
		if (result < 0)
			error_save(&run->note);
	}
	pthread_cond_broadcast(&run->turn_came);
}

/* The next run of data, where holes are skipped. What was cut off the end of a file looks like a
 * hole there, and is asked for at once: it may grow back. With the lock held. */
static bool next_data(struct run *run)
{
	mmr_extent extent;
	uint64_t reached;
	int err;

	if (!run->options.skip_holes)
		return false;
	if (!mmr_extents_next(&run->extents, &extent)) {
		err = reader_reaches(run->reader, run->backing, run->stop, &reached);
		if (err < 0)
			stop_run(run, err);
		return false;
	}
	run->cursor = extent.off;
	run->data_stop = extent.off + extent.len;
	return true;
}

static void tell_progress(const struct run *run, uint64_t done)
{
	atomic_store_explicit(&run->reader->run_done, done, memory_order_relaxed);
}

/* Cuts a claim off what is left. Claims meet at multiples of their length in the file, so that no
 * page and no folio has two owners. With the lock held. */
static void cut_claim(struct run *run, uint64_t len, struct claim *claim)
{
	uint64_t base = run->reader->offset, edge;

	if (run->options.backward) {
		edge = (base + run->data_stop - 1) / len * len;
		claim->stop = run->data_stop;
		claim->start = edge > base + run->cursor ? edge - base : run->cursor;
		run->data_stop = claim->start;
		tell_progress(run, run->stop - claim->start);
	} else {
		edge = ((base + run->cursor) / len + 1) * len;
		claim->start = run->cursor;
		claim->stop = min_u64(edge - base, run->data_stop);
		run->cursor = claim->stop;
		tell_progress(run, claim->stop - run->start);
	}
}

static bool claim_next(struct run *run, struct worker *worker, struct claim *ret_claim)
{
	uint64_t len = run->options.window;
	bool claimed = false;

	pthread_mutex_lock(&run->lock);
	if (!run->stopped && (run->cursor < run->data_stop || next_data(run))) {
		ret_claim->engine = engine_ask(&run->engine);
		if (ret_claim->engine == MMR_ENGINE_COPY)
			len = min_u64(len, WINDOW_COPY);
		cut_claim(run, len, ret_claim);
		ret_claim->turn = run->n_claimed++;
		worker->start = ret_claim->start;
		worker->stop = ret_claim->stop;
		claimed = true;
	}
	worker->busy = claimed;
	pthread_mutex_unlock(&run->lock);
	return claimed;
}

/* Each worker drops the pages of its own claim. But looking for a line's end it may touch a folio
 * of its neighbour's, and a fault maps all of that, after the neighbour has dropped it: so what
 * lies more than a folio behind every claim under way is dropped once more. */
static void sweep(struct run *run)
{
	bool backward = run->options.backward;
	const struct worker *worker;
	uint64_t edge, from, to;
	unsigned i;

	pthread_mutex_lock(&run->lock);
	edge = backward ? run->data_stop : run->cursor;
	for (i = 0; i < run->n_workers; i++) {
		worker = &run->workers[i];
		if (worker->busy && !backward)
			edge = min_u64(edge, worker->start);
		else if (worker->busy && edge < worker->stop)
			edge = worker->stop;
	}
	from = backward ? edge + WINDOW_DEFAULT : run->swept;
	to = backward ? run->swept : edge - min_u64(edge, WINDOW_DEFAULT);
	if (from + WINDOW_DEFAULT <= to)
		run->swept = backward ? from : to;
	pthread_mutex_unlock(&run->lock);
	if (from + WINDOW_DEFAULT <= to)
		reader_drop(run->reader, from, to - from);
}

/* Whether a line starts with the claim: by the byte before it. Not through the map, where touching
 * that byte would bring a whole folio back that its owner has done with. */
static int starts_with_line(const struct run *run, const struct claim *claim, bool *ret_starts)
{
	size_t got;
	char byte;
	int err;

	err = mmr_read_at(run->reader, claim->start - 1, &byte, 1, &got);
	if (err == 0)
		*ret_starts = byte == (char)run->options.delimiter;
	return err;
}

/* The first delimiter in some bytes. Returns: 1 with its place, 0 for none. */
static int find_delimiter(const struct run *run, mmr_slice bytes, size_t *ret_at)
{
	mmr_marks marks = mmr_marks_of(bytes, (char)run->options.delimiter);
	const char *at;

	if (!mmr_marks_next(&marks, &at))
		return mmr_marks_error(&marks);
	*ret_at = (size_t)(at - bytes.ptr);
	return 1;
}

/* Tells of a line past the limit, by where it starts: behind the last delimiter in some bytes at
 * `off`, the first of which starts a line. Returns: MMR_ELONG, or what went wrong on the way. */
static int line_too_long(const struct run *run, mmr_slice bytes, uint64_t off)
{
	mmr_marks marks = mmr_marks_of(bytes, (char)run->options.delimiter);
	const char *at;

	if (mmr_marks_next_back(&marks, &at))
		off += (uint64_t)(at - bytes.ptr) + 1;
	else if (mmr_marks_error(&marks) < 0)
		return mmr_marks_error(&marks);
	error_set_at(MMR_ELONG, run->reader->offset + off, "buffer a line");
	return error_hint(MMR_ELONG, "raise line_limit, or use no delimiter");
}

/* The lines that start in the claim: behind the first delimiter from the byte before it on, up to
 * the first delimiter from its last byte on. */
static int load_lines(
	struct run *run, struct worker *worker, const struct claim *claim, mmr_block *ret_block)
{
	enum mmr_engine engine = claim->engine;
	bool starts = claim->start == run->start;
	size_t slack = SLACK, skip = 0, last, len, at;
	uint64_t from = claim->start;
	mmr_slice bytes, part;
	int found, err;

	if (!starts && engine == MMR_ENGINE_MAP) {
		err = starts_with_line(run, claim, &starts);
		if (err < 0)
			return err;
	} else if (!starts) {
		from--;
	}
	last = (size_t)(claim->stop - 1 - from);
	for (;;) {
		len = (size_t)(claim->stop - from + min_u64(run->stop - claim->stop, slack));
		err = window_load(&worker->window, engine, from, len, &bytes);
		if (err < 0)
			return err;
		if (!starts) {
			part.ptr = bytes.ptr;
			part.len = last;
			found = find_delimiter(run, part, &at);
			ret_block->bytes.len = 0;
			if (found <= 0)
				return found;
			skip = at + 1;
			starts = true;
		}
		part.ptr = bytes.ptr + last;
		part.len = len - last;
		found = find_delimiter(run, part, &at);
		if (found < 0)
			return found;
		if (found > 0)
			len = last + at + 1;
		if (found > 0 || from + len == run->stop)
			break;
		if (engine == MMR_ENGINE_COPY && slack >= run->options.line_limit) {
			if (run->engine.may_map) {
				engine = MMR_ENGINE_MAP;
				continue;
			}
			part.ptr = bytes.ptr + skip;
			part.len = last - skip;
			return line_too_long(run, part, from + skip);
		}
		slack = slack > SIZE_MAX / 8 ? slack : slack * 4;
	}
	ret_block->bytes.ptr = bytes.ptr + skip;
	ret_block->bytes.len = len - skip;
	ret_block->off = from + skip;
	return 0;
}

static int load(
	struct run *run, struct worker *worker, const struct claim *claim, mmr_block *ret_block)
{
	if (run->options.delimiter != MMR_NO_DELIMITER)
		return load_lines(run, worker, claim, ret_block);
	ret_block->off = claim->start;
	ret_block->ahead = (size_t)min_u64(run->options.ahead, run->stop - claim->stop);
	return window_load(&worker->window, claim->engine, claim->start,
		(size_t)(claim->stop - claim->start) + ret_block->ahead, &ret_block->bytes);
}

/* Waits for the claim's turn. Returns: false when the run was stopped meanwhile. */
static bool wait_turn(struct run *run, const struct claim *claim)
{
	bool go;

	pthread_mutex_lock(&run->lock);
	while (!run->stopped && run->turn != claim->turn)
		pthread_cond_wait(&run->turn_came, &run->lock);
	go = !run->stopped;
	pthread_mutex_unlock(&run->lock);
	return go;
}

/* What a callback answered, if what it was shown was the file's. */
static int verified(const struct worker *worker, int result)
{
	int err = result < 0 ? 0 : window_verify(&worker->window);

	return err < 0 ? err : result;
}

/* One claim from loading to collecting. Returns: false when the worker is to end. */
static bool serve(struct run *run, struct worker *worker, const struct claim *claim)
{
	const mmr_parallel_job *job = run->job;
	uint64_t started = engine_clock_ns();
	mmr_block block = {{NULL, 0}, 0, 0};
	int result;
	bool go;

	result = load(run, worker, claim, &block);
	if (result == 0 && block.bytes.len > 0)
		result = job->work(worker->state, &block);
	result = verified(worker, result);
	started = engine_clock_ns() - started;
	/* In order, an error too waits for its turn: what lies before it is still collected. */
	if (job->collect) {
		if (!wait_turn(run, claim))
			return false;
		if (result == 0 && block.bytes.len > 0)
			result = verified(worker, job->collect(worker->state, &block));
	}
	pthread_mutex_lock(&run->lock);
	engine_tell(&run->engine, claim->engine, (size_t)(claim->stop - claim->start), started);
	run->turn++;
	if (result != 0)
		stop_run(run, result);
	else if (job->collect)
		pthread_cond_broadcast(&run->turn_came);
	go = !run->stopped;
	pthread_mutex_unlock(&run->lock);
	return go;
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	struct window *window = &worker->window;
	struct run *run = worker->run;
	struct claim claim;

	window_start(window, run->reader, run->backing);
	while (claim_next(run, worker, &claim) && serve(run, worker, &claim)) {
		if (window->held_stop - window->held_start < WINDOW_DEFAULT)
			continue;
		window_drop_outside(window, 0, 0);
		sweep(run);
	}
	window_end(window);
	pthread_mutex_lock(&run->lock);
	worker->busy = false;
	pthread_mutex_unlock(&run->lock);
	return NULL;
}

/* Makes a thread with the faults' signals unblocked and all others blocked: those belong to the
 * application's own threads. */
static int make_thread(struct worker *worker)
{
	static const int faults[] = {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGABRT};
	sigset_t mask, old;
	size_t i;
	int err;

	sigfillset(&mask);
	for (i = 0; i < ARRAY_LEN(faults); i++)
		sigdelset(&mask, faults[i]);
	pthread_sigmask(SIG_SETMASK, &mask, &old);
	err = pthread_create(&worker->thread, NULL, work, worker);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -err;
}

/* Fewer threads than wanted do the same work: that they cannot be made is no error. */
static void run_workers(struct run *run, struct worker *workers, unsigned n_workers)
{
	unsigned n_threads, i;

	memset(workers, 0, n_workers * sizeof(*workers));
	run->workers = workers;
	run->n_workers = n_workers;
	for (i = 0; i < n_workers; i++) {
		workers[i].run = run;
		workers[i].state = run->job->state_size > 0
					   ? (char *)run->job->states + i * run->job->state_size
					   : run->job->states;
	}
	for (n_threads = 1; n_threads < n_workers; n_threads++)
		if (make_thread(&workers[n_threads]) < 0)
			break;
	work(&workers[0]);
	for (i = 1; i < n_threads; i++)
		pthread_join(workers[i].thread, NULL);
	reader_drop(run->reader, run->start, run->stop - run->start);
}

static int check(const mmr_parallel_options *options, const mmr_parallel_job *job)
{
	bool lines = options->delimiter != MMR_NO_DELIMITER;

	if (options->struct_size < sizeof(*options) || options->delimiter < MMR_NO_DELIMITER ||
		options->delimiter > UINT8_MAX || options->engine > MMR_ENGINE_COPY ||
		(lines && (options->skip_holes || options->ahead > 0)) ||
		(options->backward && options->skip_holes) || !job->work || job->n_states == 0) {
		error_set(-EINVAL, "run a parallel job with these options");
		return error_hint(-EINVAL,
			"start from MMR_PARALLEL_OPTIONS_INIT, with work and 1 state or more");
	}
	return 0;
}

int mmr_parallel_run(
	mmr_reader *reader, const mmr_parallel_options *options, const mmr_parallel_job *job)
{
	uint64_t size = mmr_size(reader), n_windows;
	struct run run = {.reader = reader, .backing = reader_backing(reader), .job = job};
	struct worker *workers;
	unsigned n_workers;
	int err;

	run.options = options ? *options : default_options;
	err = check(&run.options, job);
	if (err == 0)
		err = reader_fault(reader);
	if (err < 0)
		return err;
	if (run.options.window == 0)
		run.options.window = WINDOW_DEFAULT;
	if (run.options.line_limit == 0)
		run.options.line_limit = WINDOW_LINE_LIMIT;
	run.start = min_u64(run.options.offset, size);
	run.stop = run.start + min_u64(run.options.length, size - run.start);
	run.swept = run.options.backward ? run.stop : run.start;
	run.cursor = run.data_stop = run.start;
	if (!run.options.skip_holes)
		run.data_stop = run.stop;
	tell_progress(&run, 0);
	atomic_store_explicit(&reader->run_total, run.stop - run.start, memory_order_relaxed);
	run.extents = mmr_extents_of_range(reader, run.start, run.stop - run.start);
	engine_start(&run.engine, run.backing->kind, run.options.engine);

	n_windows = (run.stop - run.start) / run.options.window + 1;
	n_workers = (unsigned)min_u64(min_u64(job->n_states, n_windows), THREADS_MAX);
	workers = heap_alloc(n_workers * sizeof(*workers));
	if (!workers)
		return error_set(-ENOMEM, "make %u workers", n_workers);
	pthread_mutex_init(&run.lock, NULL);
	pthread_cond_init(&run.turn_came, NULL);
	run_workers(&run, workers, n_workers);
	engine_end(&run.engine, reader);
	if (run.result == 0)
		tell_progress(&run, run.stop - run.start);
	pthread_cond_destroy(&run.turn_came);
	pthread_mutex_destroy(&run.lock);
	heap_free(workers);
	if (run.result < 0)
		error_restore(&run.note);
	return run.result;
}

void mmr_parallel_progress(const mmr_reader *reader, uint64_t *ret_done, uint64_t *ret_total)
{
	*ret_done = atomic_load_explicit(&reader->run_done, memory_order_relaxed);
	*ret_total = atomic_load_explicit(&reader->run_total, memory_order_relaxed);
}
