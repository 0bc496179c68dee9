/* run.c - a scan by several workers: claims, turns, errors
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "file/reader.h"
#include "scan/options.h"
#include "scan/run.h"
#include "scan/source.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

/* More threads than this do not add memory bandwidth, but each needs a state. */
#define FILE_WORKERS 256
/* One thread at a time reads a stream, which does not keep more workers than this busy. */
#define STREAM_WORKERS 16
/* A device reaches its speed with this many requests at a time, unless each of them takes very
 * long. Their workers wait most of the time. */
#define COLD_WORKERS 4
/* States are aligned to this, so that workers that write to their states do not slow each other:
 * processors fetch cache lines in pairs. */
#define STATE_ALIGN ((size_t)128)

/* What the workers share. `lock` guards what changes, except the stream of the source, which
 * `reading` guards. */
struct run {
	struct source source;
	const struct scan_stages *stages;
	pthread_mutex_t lock;
	pthread_mutex_t reading; /* held by the worker that claims a block of a stream */
	pthread_cond_t turn_came;
	pthread_cond_t device_came; /* there is, or may be, work for those that wait for a device */
	struct worker *workers;
	char *states;
	unsigned n_workers, n_threads, n_busy;
	unsigned n_processors; /* workers after so many only wait for a device */
	uint64_t swept; /* pages before this offset, or backward after it, were dropped twice */
	uint64_t n_claimed;
	uint64_t row_turn;   /* the claim whose rows may be entered */
	uint64_t order_turn; /* the claim that may be ordered */
	uint64_t turn;       /* the claim whose results may be collected */
	uint64_t n_wanted;   /* claims from this one on are not wanted */
	bool stopped, ended;
	int result;
	struct error_note note;
};

struct worker {
	struct run *run;
	void *state;
	struct window window;
	pthread_t thread;
	/* The claim under way, or the last one; changed with the lock held. */
	bool busy;
	bool ended;  /* the scan has ended while it waited */
	int claimed; /* what source_claim returned */
	uint64_t turn;
	struct claim claim;
};

/* Ends the run with the result of the first caller. Call it with the lock held. */
static void stop_run(struct run *run, int result)
{
	if (!run->stopped) {
		run->stopped = true;
		run->result = result;
		if (result < 0)
			error_save(&run->note);
	}
	pthread_cond_broadcast(&run->turn_came);
	pthread_cond_broadcast(&run->device_came);
}

/* Whether another block is wanted. Call it with the lock held. */
static bool may_claim(const struct run *run)
{
	return !run->stopped && run->n_claimed < run->n_wanted;
}

static bool may_claim_now(struct run *run)
{
	bool may;

	pthread_mutex_lock(&run->lock);
	may = may_claim(run);
	pthread_mutex_unlock(&run->lock);
	return may;
}

/* Before a read that would wait, the other workers finish: so a scan that is stopped never waits
 * for bytes that it does not need. */
static bool wait_for_others(void *context)
{
	struct run *run = context;
	bool go;

	pthread_mutex_lock(&run->lock);
	while (run->n_busy > 0 && !run->stopped)
		pthread_cond_wait(&run->turn_came, &run->lock);
	go = !run->stopped;
	pthread_mutex_unlock(&run->lock);
	return go;
}

static int make_thread(struct worker *worker);

/* A stream gets its threads one by one: a short one is not worth a second thread. */
static void add_thread(struct run *run)
{
	if (run->source.is_stream && run->n_threads < run->n_workers &&
		run->source.stream.next >= (uint64_t)run->n_threads * WINDOW_DEFAULT &&
		make_thread(&run->workers[run->n_threads]) == 0)
		run->n_threads++;
}

/* Whether a worker has nothing to do now: the bytes are in the page cache, where it would only
 * compete for a processor. Call it with the lock held. */
static bool is_spare(const struct run *run, const struct worker *worker)
{
	return worker >= run->workers + run->n_processors && !run->source.is_cold &&
	       may_claim(run) && !run->ended;
}

/* Claims the next block. Reading a stream has a lock of its own, so that results can be collected
 * meanwhile. */
static bool claim_next(struct run *run, struct worker *worker)
{
	bool is_stream = run->source.is_stream;
	struct claim claim = {.io_mode = MMR_IO_AUTO};
	bool was_cold;
	int claimed = 0;

	if (is_stream) {
		pthread_mutex_lock(&run->reading);
		if (may_claim_now(run))
			claimed = source_claim(&run->source, &worker->window, &claim);
	}
	pthread_mutex_lock(&run->lock);
	worker->busy = false;
	while (is_spare(run, worker))
		pthread_cond_wait(&run->device_came, &run->lock);
	if (!is_stream && may_claim(run)) {
		was_cold = run->source.is_cold;
		claimed = source_claim(&run->source, &worker->window, &claim);
		if (run->source.is_cold && !was_cold)
			pthread_cond_broadcast(&run->device_came);
	}
	if (claimed == 0) {
		run->ended = true;
		pthread_cond_broadcast(&run->device_came);
	}
	worker->busy = claimed != 0;
	/* An error is a claim, too: it is reported in its turn. */
	if (worker->busy) {
		worker->claim = claim;
		worker->claimed = claimed;
		worker->turn = run->n_claimed++;
		run->n_busy++;
		add_thread(run);
	}
	pthread_mutex_unlock(&run->lock);
	if (is_stream)
		pthread_mutex_unlock(&run->reading);
	return claimed != 0;
}

/* Each worker drops the pages of its own claim. A search for the end of a line may then touch the
 * next claim, whose pages have been dropped, which maps a whole folio again. So the pages that all
 * claims under way have passed by more than a folio are dropped a second time. */
static void sweep(struct run *run)
{
	bool backward = run->source.cut.backward;
	const struct worker *worker;
	uint64_t edge, from, to;
	unsigned i;

	pthread_mutex_lock(&run->lock);
	edge = backward ? run->source.data_stop : run->source.next;
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
		reader_drop(run->source.reader, from, to - from);
}

/* Waits until a counter of the run reaches the claim. Returns: false when the run was stopped
 * meanwhile, or the claim is not wanted any more. */
static bool wait_turn(struct run *run, const struct worker *worker, const uint64_t *counter)
{
	bool go;

	pthread_mutex_lock(&run->lock);
	while (!run->stopped && worker->turn < run->n_wanted && *counter != worker->turn)
		pthread_cond_wait(&run->turn_came, &run->lock);
	go = !run->stopped && worker->turn < run->n_wanted;
	pthread_mutex_unlock(&run->lock);
	return go;
}

/* Waits until the rows before a claim are known, and passes on those after it. */
static int enter_rows(void *context, struct claim *claim, const struct row_function *function)
{
	struct worker *worker = context;
	struct run *run = worker->run;

	if (!wait_turn(run, worker, &run->row_turn)) {
		worker->ended = true;
		return 1;
	}
	pthread_mutex_lock(&run->lock);
	claim_enter(&run->source, claim, function);
	run->row_turn++;
	pthread_cond_broadcast(&run->turn_came);
	pthread_mutex_unlock(&run->lock);
	return 0;
}

/* The result of a callback, or an error if the bytes that it was given were not the file's. */
static int verified(const struct worker *worker, int result)
{
	int err = result < 0 ? 0 : window_verify(&worker->window);

	return err < 0 ? err : result;
}

int scan_wait_turn(struct worker *worker)
{
	if (!wait_turn(worker->run, worker, &worker->run->turn))
		return 0;
	return verified(worker, 1);
}

/* Loads the block of a claim and works on it. */
static int work_on_claim(struct run *run, struct worker *worker, mmr_block *ret_block)
{
	int result = worker->claimed < 0 ? worker->claimed : 0;

	if (result == 0)
		result = source_load(
			&run->source, &worker->window, &worker->claim, worker, ret_block);
	if (result != 0 || ret_block->bytes.len == 0)
		return verified(worker, result);
	if (run->stages->work_rows)
		result = run->stages->work_rows(worker->state, ret_block, worker->claim.first_row);
	else
		result = run->stages->job.work(worker->state, ret_block);
	return verified(worker, result);
}

/* Orders the block of a claim, in its turn, and formats it. `result` is that of the work.
 *
 * Returns: in `*ret_last` whether this is the last block. */
static int order_and_format(
	struct run *run, struct worker *worker, const mmr_block *block, int result, bool *ret_last)
{
	const struct scan_stages *stages = run->stages;

	*ret_last = false;
	if (result == 0 && block->bytes.len > 0)
		result = verified(worker, stages->order(worker->state, block));
	pthread_mutex_lock(&run->lock);
	run->order_turn++;
	if (result > 0) {
		*ret_last = true;
		run->n_wanted = worker->turn + 1;
		result = 0;
		pthread_cond_broadcast(&run->device_came);
	}
	pthread_cond_broadcast(&run->turn_came);
	pthread_mutex_unlock(&run->lock);
	if (result == 0 && block->bytes.len > 0)
		result = verified(worker, stages->format(worker->state, block, worker));
	return result;
}

/* Ends the use of a claim's bytes. Returns: how long that took, in nanoseconds: it is a part of the
 * cost of a map. */
static uint64_t release(struct run *run, struct worker *worker)
{
	struct window *window = &worker->window;
	uint64_t started;

	source_release(&run->source, &worker->claim);
	if (window->held_stop - window->held_start < WINDOW_DEFAULT)
		return 0;
	started = io_clock_ns();
	window_drop_outside(window, 0, 0);
	sweep(run);
	return io_clock_ns() - started;
}

/* One claim from loading to collecting. Returns: false when the worker is to end. */
static bool serve(struct run *run, struct worker *worker)
{
	const mmr_scan_job *job = &run->stages->job;
	struct claim *claim = &worker->claim;
	uint64_t started = io_clock_ns(), took;
	mmr_block block = {{NULL, 0}, 0, 0, 0};
	int result = work_on_claim(run, worker, &block);
	bool last = false;

	if (worker->ended)
		return false;
	took = io_clock_ns() - started;
	if (run->stages->order) {
		if (!wait_turn(run, worker, &run->order_turn))
			return false;
		result = order_and_format(run, worker, &block, result, &last);
	}
	/* If results are collected in order, an error waits for its turn, too, so that the results
	 * before it are collected. */
	if (job->collect) {
		if (!wait_turn(run, worker, &run->turn))
			return false;
		if (result == 0 && block.bytes.len > 0)
			result = verified(worker, job->collect(worker->state, &block));
		if (result == 0)
			result = last;
	}
	took += release(run, worker);
	pthread_mutex_lock(&run->lock);
	source_record(&run->source, claim, source_claim_len(&run->source, claim), took);
	run->turn++;
	run->n_busy--;
	if (result != 0)
		stop_run(run, result);
	else if (job->collect || run->source.is_stream)
		pthread_cond_broadcast(&run->turn_came);
	pthread_mutex_unlock(&run->lock);
	return result == 0;
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	struct run *run = worker->run;

	while (claim_next(run, worker) && serve(run, worker))
		;
	/* Drops the pages but keeps the buffer: put_back may return its bytes to the stream. */
	window_drop_outside(&worker->window, 0, 0);
	pthread_mutex_lock(&run->lock);
	worker->busy = false;
	pthread_mutex_unlock(&run->lock);
	return NULL;
}

/* Makes a thread in which only the signals of faults are unblocked: all others are for the
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

/* Makes and starts the states of the workers, but no threads. */
static int start_workers(struct run *run, unsigned n_workers)
{
	const mmr_scan_job *job = &run->stages->job;
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
		window_start(&worker->window, run->source.reader, run->source.backing);
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

/* It is no error if a thread cannot be made: fewer threads do the same work. */
static void run_workers(struct run *run)
{
	unsigned i;

	run->n_threads = 1;
	while (!run->source.is_stream && run->n_threads < run->n_workers &&
		make_thread(&run->workers[run->n_threads]) == 0)
		run->n_threads++;
	work(&run->workers[0]);
	/* A thread may make another one until it ends, so the number is read after each join. */
	for (i = 1; i < count_threads(run); i++)
		pthread_join(run->workers[i].thread, NULL);
}

/* Puts unused blocks back into the stream for the next scan, the last one first. */
static void put_back(struct run *run)
{
	struct worker *worker;
	uint64_t turn;

	for (turn = run->n_claimed; turn-- > run->turn;)
		for (worker = run->workers; worker < run->workers + run->n_workers; worker++)
			if (worker->claimed > 0 && worker->turn == turn &&
				stream_blocks_unread(&run->source.stream, &worker->claim.block) < 0)
				return;
}

static void end_workers(struct run *run)
{
	unsigned i;

	for (i = 0; i < run->n_workers; i++) {
		window_end(&run->workers[i].window);
		if (run->stages->job.end)
			run->stages->job.end(run->workers[i].state, run->stages->job.context);
	}
	heap_free(run->states);
	heap_free(run->workers);
}

/* As many workers as wanted (0: one for each processor), but no more than windows to share. */
static unsigned choose_workers(struct run *run)
{
	struct source *source = &run->source;
	uint64_t most = (source->stop - source->start) / source->cut.window;
	unsigned n = source->scan.n_threads;
	bool choose = n == 0;

	most = source->is_stream ? STREAM_WORKERS : min_u64(most, FILE_WORKERS - 1) + 1;
	/* A small file does not pay for finding out how many processors there are. */
	if (choose && most > 1)
		n = mmr_processors();
	n = n > 1 ? (unsigned)min_u64(n, most) : 1;
	run->n_processors = n;
	if (choose && n < COLD_WORKERS && most >= COLD_WORKERS && !source->is_stream &&
		cached_expects_device(&source->cached))
		n = COLD_WORKERS;
	source->is_alone = n == 1;
	return n;
}

int scan_run_stages(mmr_reader *reader, const mmr_scan_options *scan, const mmr_block_options *cut,
	const struct scan_stages *stages, struct scan_place *place)
{
	struct run run = {.stages = stages, .n_wanted = UINT64_MAX};
	struct source *source = &run.source;
	int err;

	if (!stages->job.work && !stages->work_rows)
		return error_set(-EINVAL, "scan without a function");
	err = source_start(source, reader, scan, cut, place);
	if (err < 0)
		return err;
	source->stream.wait = wait_for_others;
	source->stream.wait_context = &run;
	source->enter = enter_rows;
	run.swept = source->cut.backward ? source->stop : source->start;
	pthread_mutex_init(&run.lock, NULL);
	pthread_mutex_init(&run.reading, NULL);
	pthread_cond_init(&run.turn_came, NULL);
	pthread_cond_init(&run.device_came, NULL);
	run.result = start_workers(&run, choose_workers(&run));
	if (run.result == 0)
		run_workers(&run);
	else
		error_save(&run.note);
	if (run.result == 0 && run.n_wanted == UINT64_MAX) {
		run.result = source_check_end(source);
		error_save(&run.note);
	}
	if (source->is_stream)
		put_back(&run);
	else
		reader_drop(reader, source->start, source->stop - source->start);
	source_end(source);
	end_workers(&run);
	pthread_cond_destroy(&run.device_came);
	pthread_cond_destroy(&run.turn_came);
	pthread_mutex_destroy(&run.reading);
	pthread_mutex_destroy(&run.lock);
	if (run.result < 0)
		error_restore(&run.note);
	return run.result;
}

int scan_run(mmr_reader *reader, const mmr_scan_options *scan, const mmr_block_options *cut,
	const mmr_scan_job *job, struct scan_place *place)
{
	struct scan_stages stages = {.job = *job};

	return scan_run_stages(reader, scan, cut, &stages, place);
}

int mmr_scan_run(mmr_reader *reader, const mmr_scan_options *scan, const mmr_block_options *cut,
	const mmr_scan_job *job)
{
	return scan_run(reader, scan, cut, job, NULL);
}

int scan_keep_context(void *state, void *context)
{
	memcpy(state, &context, sizeof(context));
	return 0;
}
