/* run.c - a scan by several workers: claims, turns, errors
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "file/reader.h"
#include "scan/file_blocks.h"
#include "scan/io_mode.h"
#include "scan/options.h"
#include "scan/run.h"
#include "scan/stream_blocks.h"
#include "scan/window.h"

#include <mmreader/reader.h>
#include <mmreader/positions.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

/* A stream is read by one thread at a time, and does not keep more than so many others busy. */
#define STREAM_WORKERS 16
/* States start at multiples of this: two cache lines, as processors fetch them, so that workers
 * that write to their states do not slow each other. */
#define STATE_ALIGN ((size_t)128)

/* What the workers share. The lock guards all that changes. */
struct run {
	mmr_reader *reader;
	const struct backing *backing;
	mmr_scan_options scan;
	mmr_block_options cut;
	const mmr_scan_job *job;
	uint64_t start, stop;
	struct file_blocks file;
	pthread_mutex_t lock;
	pthread_cond_t turn_came;
	mmr_extents extents;
	uint64_t cursor, data_stop; /* what is not claimed of the current run of data, or of all */
	struct worker *workers;
	char *states;
	unsigned n_workers, n_threads, n_busy;
	bool is_stream;
	pthread_mutex_t reading; /* held by the worker that reads the stream */
	struct stream_blocks stream;
	uint64_t swept; /* up to here, or backward from here on, no page is held */
	uint64_t n_claimed;
	uint64_t turn; /* the claim whose results may be collected */
	struct io_choice io;
	bool stopped;
	int result;
	struct error_note note;
};

struct claim {
	uint64_t start, stop;
	uint64_t turn;
	enum mmr_io_mode io_mode;
	/* Of a stream, which is read when it is claimed: */
	int result;
	mmr_block block;
};

struct worker {
	struct run *run;
	void *state;
	struct window window;
	bool busy;
	struct claim claim; /* under way; changed with the lock held */
	bool used;          /* its bytes */
	pthread_t thread;
};

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

	if (!run->cut.skip_holes)
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

/* Cuts a claim off what is left. Claims meet at multiples of their length in the file, so that no
 * page and no folio has two owners. With the lock held. */
static void cut_claim(struct run *run, uint64_t len, struct claim *claim)
{
	uint64_t base = run->reader->offset, edge;

	if (run->cut.backward) {
		edge = (base + run->data_stop - 1) / len * len;
		claim->stop = run->data_stop;
		claim->start = edge > base + run->cursor ? edge - base : run->cursor;
		run->data_stop = claim->start;
		scan_progress_set(run->scan.progress, run->stop - claim->start);
	} else {
		edge = ((base + run->cursor) / len + 1) * len;
		claim->start = run->cursor;
		claim->stop = min_u64(edge - base, run->data_stop);
		run->cursor = claim->stop;
		scan_progress_set(run->scan.progress, claim->stop - run->start);
	}
}

static bool claim_range(struct run *run, struct claim *claim)
{
	uint64_t len = run->cut.window;

	if (run->cursor >= run->data_stop && !next_data(run))
		return false;
	claim->io_mode = io_choice_next(&run->io);
	if (claim->io_mode == MMR_IO_READ)
		len = min_u64(len, WINDOW_COPY);
	cut_claim(run, len, claim);
	return true;
}

/* Before a read that would wait, the other workers finish: so a scan that is stopped never waits
 * for bytes that it does not need. */
static bool wait_for_stream(void *context)
{
	struct run *run = context;
	bool stopped;

	pthread_mutex_lock(&run->lock);
	while (run->n_busy > 0 && !run->stopped)
		pthread_cond_wait(&run->turn_came, &run->lock);
	stopped = run->stopped;
	pthread_mutex_unlock(&run->lock);
	if (!stopped && run->scan.before_wait)
		run->scan.before_wait(run->scan.wait_context);
	return !stopped;
}

static int make_thread(struct worker *worker);

/* Reads the next block of a stream. An error is a claim, too: it is reported in its turn. */
static bool claim_block(struct run *run, struct worker *worker, struct claim *claim)
{
	bool stopped;

	pthread_mutex_lock(&run->lock);
	stopped = run->stopped;
	pthread_mutex_unlock(&run->lock);
	if (stopped)
		return false;
	claim->io_mode = MMR_IO_READ;
	claim->result = stream_blocks_next(&run->stream, &worker->window, &claim->block);
	scan_progress_set(run->scan.progress, run->stream.next - run->stream.first);
	return claim->result != 0;
}

/* A short stream is worth no second thread. */
static void add_thread(struct run *run)
{
	if (run->n_threads < run->n_workers &&
		run->stream.next >= (uint64_t)run->n_threads * WINDOW_DEFAULT &&
		make_thread(&run->workers[run->n_threads]) == 0)
		run->n_threads++;
}

static bool claim_next(struct run *run, struct worker *worker)
{
	struct claim claim = {0};
	bool claimed = false;

	if (run->is_stream) {
		pthread_mutex_lock(&run->reading);
		claimed = claim_block(run, worker, &claim);
	}
	pthread_mutex_lock(&run->lock);
	if (!run->is_stream)
		claimed = !run->stopped && claim_range(run, &claim);
	if (claimed) {
		claim.turn = run->n_claimed++;
		worker->claim = claim;
		worker->used = false;
		run->n_busy++;
		if (run->is_stream)
			add_thread(run);
	}
	worker->busy = claimed;
	pthread_mutex_unlock(&run->lock);
	if (run->is_stream)
		pthread_mutex_unlock(&run->reading);
	return claimed;
}

/* Each worker drops the pages of its own claim. But looking for a line's end it may touch a folio
 * of its neighbour's, and a fault maps all of that, after the neighbour has dropped it: so what
 * lies more than a folio behind every claim under way is dropped once more. */
static void sweep(struct run *run)
{
	bool backward = run->cut.backward;
	const struct worker *worker;
	uint64_t edge, from, to;
	unsigned i;

	pthread_mutex_lock(&run->lock);
	edge = backward ? run->data_stop : run->cursor;
	for (i = 0; i < run->n_workers; i++) {
		worker = &run->workers[i];
		if (worker->busy && !backward)
			edge = min_u64(edge, worker->claim.start);
		else if (worker->busy && edge < worker->claim.stop)
			edge = worker->claim.stop;
	}
	from = backward ? edge + WINDOW_DEFAULT : run->swept;
	to = backward ? run->swept : edge - min_u64(edge, WINDOW_DEFAULT);
	if (from + WINDOW_DEFAULT <= to)
		run->swept = backward ? from : to;
	pthread_mutex_unlock(&run->lock);
	if (from + WINDOW_DEFAULT <= to)
		reader_drop(run->reader, from, to - from);
}

/* How many bytes a claim has. */
static size_t claimed_len(const struct run *run, const struct claim *claim)
{
	if (run->is_stream)
		return claim->block.bytes.len - claim->block.ahead;
	return (size_t)(claim->stop - claim->start);
}

static int load(struct run *run, struct worker *worker, mmr_block *ret_block)
{
	const struct claim *claim = &worker->claim;

	if (run->is_stream) {
		*ret_block = claim->block;
		return claim->result < 0 ? claim->result : 0;
	}
	return file_blocks_load(
		&run->file, &worker->window, claim->io_mode, claim->start, claim->stop, ret_block);
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
static bool serve(struct run *run, struct worker *worker)
{
	const mmr_scan_job *job = run->job;
	const struct claim *claim = &worker->claim;
	uint64_t started = io_clock_ns();
	mmr_block block = {{NULL, 0}, 0, 0, 0};
	int result;
	bool go;

	result = load(run, worker, &block);
	if (result == 0 && block.bytes.len > 0)
		result = job->work(worker->state, &block);
	result = verified(worker, result);
	started = io_clock_ns() - started;
	/* In order, an error too waits for its turn: what comes before it is still collected. */
	if (job->collect) {
		if (!wait_turn(run, claim))
			return false;
		if (result == 0 && block.bytes.len > 0)
			result = verified(worker, job->collect(worker->state, &block));
	}
	pthread_mutex_lock(&run->lock);
	worker->used = true;
	io_choice_record(&run->io, claim->io_mode, claimed_len(run, claim), started);
	run->turn++;
	run->n_busy--;
	if (result != 0)
		stop_run(run, result);
	else if (job->collect || run->is_stream)
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

	while (claim_next(run, worker) && serve(run, worker)) {
		if (window->held_stop - window->held_start < WINDOW_DEFAULT)
			continue;
		window_drop_outside(window, 0, 0);
		sweep(run);
	}
	/* The buffer of a stream may have bytes that are put back. */
	window_drop_outside(window, 0, 0);
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

/* Makes the states of the workers. */
static int start_workers(struct run *run, unsigned n_workers)
{
	const mmr_scan_job *job = run->job;
	size_t state_size = (job->state_size + STATE_ALIGN - 1) / STATE_ALIGN * STATE_ALIGN;
	struct worker *worker;
	char *states;
	int err = 0;

	run->workers = heap_alloc(n_workers * sizeof(*run->workers));
	run->states = heap_alloc(n_workers * state_size + STATE_ALIGN);
	if (!run->workers || !run->states)
		return error_set(-ENOMEM, "make %u workers", n_workers);
	memset(run->workers, 0, n_workers * sizeof(*run->workers));
	memset(run->states, 0, n_workers * state_size + STATE_ALIGN);
	states = run->states + (STATE_ALIGN - (uintptr_t)run->states % STATE_ALIGN);
	while (err == 0 && run->n_workers < n_workers) {
		worker = &run->workers[run->n_workers];
		worker->run = run;
		worker->state = states + run->n_workers * state_size;
		window_start(&worker->window, run->reader, run->backing);
		if (job->start)
			err = job->start(worker->state, job->context);
		run->n_workers += err == 0;
	}
	return err;
}

static unsigned count_threads(struct run *run)
{
	unsigned n;

	pthread_mutex_lock(&run->lock);
	n = run->n_threads;
	pthread_mutex_unlock(&run->lock);
	return n;
}

/* Fewer threads than wanted do the same work: that they cannot be made is no error. */
static void run_workers(struct run *run)
{
	unsigned i;

	run->n_threads = 1;
	/* A stream gets its threads one by one. */
	while (!run->is_stream && run->n_threads < run->n_workers &&
		make_thread(&run->workers[run->n_threads]) == 0)
		run->n_threads++;
	work(&run->workers[0]);
	/* A thread that ends makes no other. */
	for (i = 1; i < count_threads(run); i++)
		pthread_join(run->workers[i].thread, NULL);
}

/* Leaves the blocks that no worker has used to the next scan, from the last to the first. */
static void put_back(struct run *run)
{
	struct worker *last;
	unsigned i;

	do {
		last = NULL;
		for (i = 0; i < run->n_workers; i++) {
			struct worker *worker = &run->workers[i];

			if (worker->claim.result > 0 && !worker->used &&
				(!last || worker->claim.turn > last->claim.turn))
				last = worker;
		}
		if (!last || stream_blocks_unread(&run->stream, &last->claim.block) < 0)
			break;
		last->used = true;
	} while (last);
}

static void end_workers(struct run *run)
{
	unsigned i;

	for (i = 0; i < run->n_workers; i++) {
		window_end(&run->workers[i].window);
		if (run->job->end)
			run->job->end(run->workers[i].state, run->job->context);
	}
	heap_free(run->states);
	heap_free(run->workers);
}

static int start_range(struct run *run)
{
	int err;

	run->is_stream = reader_is_stream(run->reader);
	if (run->is_stream) {
		err = stream_blocks_start(&run->stream, run->reader, &run->scan, &run->cut);
		run->stream.wait = wait_for_stream;
		run->stream.wait_context = run;
		run->stop = MMR_REST;
		return err;
	}
	err = scan_locate(run->reader, &run->scan, &run->start, &run->stop);
	if (err < 0)
		return err;
	run->swept = run->cut.backward ? run->stop : run->start;
	run->cursor = run->data_stop = run->start;
	if (!run->cut.skip_holes)
		run->data_stop = run->stop;
	run->extents = mmr_extents_of_range(run->reader, run->start, run->stop - run->start);
	return 0;
}

int scan_run(mmr_reader *reader, const mmr_scan_options *scan, const mmr_block_options *cut,
	const mmr_scan_job *job, struct scan_place *place)
{
	struct run run = {.reader = reader, .backing = reader_backing(reader), .job = job};
	unsigned n_workers;
	int err;

	if (!job->work)
		return error_set(-EINVAL, "scan without a function");
	err = scan_options(scan, &run.scan);
	if (err == 0)
		err = block_options(cut, &run.cut);
	if (err == 0)
		err = reader_fault(reader);
	if (err == 0)
		err = start_range(&run);
	if (err < 0)
		return err;
	run.stream.place = place;
	run.stream.range.counts_lines = place && place->counts_lines;
	if (place) {
		place->start = run.start;
		place->stop = run.stop;
	}
	scan_progress_start(run.scan.progress, run.is_stream ? MMR_REST : run.stop - run.start);
	io_choice_start(&run.io, run.backing->kind, run.scan.io_mode);
	run.file = (struct file_blocks){
		reader, run.start, run.stop, run.scan.delimiter, run.cut, run.io.may_map};
	n_workers = scan_workers(run.scan.n_threads, run.stop - run.start, run.cut.window);
	if (run.is_stream && n_workers > STREAM_WORKERS)
		n_workers = STREAM_WORKERS;
	pthread_mutex_init(&run.lock, NULL);
	pthread_mutex_init(&run.reading, NULL);
	pthread_cond_init(&run.turn_came, NULL);
	run.result = start_workers(&run, n_workers);
	if (run.result == 0)
		run_workers(&run);
	else
		error_save(&run.note);
	if (run.is_stream) {
		put_back(&run);
		stream_blocks_end(&run.stream);
		scan_progress_set(run.scan.progress, run.stream.next - run.stream.first);
	} else {
		reader_drop(reader, run.start, run.stop - run.start);
	}
	end_workers(&run);
	if (run.result == 0 && !run.is_stream)
		scan_progress_set(run.scan.progress, run.stop - run.start);
	scan_progress_end(run.scan.progress, io_choice_main(&run.io));
	pthread_cond_destroy(&run.turn_came);
	pthread_mutex_destroy(&run.reading);
	pthread_mutex_destroy(&run.lock);
	if (run.result < 0)
		error_restore(&run.note);
	return run.result;
}

int mmr_scan_run(mmr_reader *reader, const mmr_scan_options *scan, const mmr_block_options *cut,
	const mmr_scan_job *job)
{
	return scan_run(reader, scan, cut, job, NULL);
}
