/* progress.c - a thread that reads counters and shows them four times a second
 *
 * The work never waits for the thread: it adds to a counter, or the thread reads the counters of
 * the library.
 *
 * SPDX-License-Identifier: MIT */
#include "status/progress.h"

#include "output/human.h"
#include "status/message.h"
#include "status/status_line.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Seconds before the line appears, and between two of its updates. */
#define PATIENCE 1.0
#define STEP     0.25

/* The kinds of standard output. */
enum sink {
	SINK_PIPE,
	SINK_TERMINAL,
	SINK_OTHER
};

static struct {
	pthread_mutex_t lock;
	pthread_cond_t ended; /* on the monotonic clock */
	pthread_t thread;
	bool running, over, forced;
	enum sink sink;
	bool printed, at_line_start; /* about standard output, if it is a terminal */
	char name[512];
	mmr_progress *scans;
	bool scanning;
	uint64_t total;
	uint64_t seen, seen_total; /* what measure() has read last */
	double started;            /* of this input, in seconds */
} progress = {.lock = PTHREAD_MUTEX_INITIALIZER};

static _Atomic(uint64_t) passed;

static const char *duration(double seconds, char text[24])
{
	unsigned long whole = seconds < 1e9 ? (unsigned long)(seconds + 0.5) : 1000000000;

	if (whole < 3600)
		snprintf(text, 24, "%lu:%02lu", whole / 60, whole % 60);
	else
		snprintf(text, 24, "%lu:%02lu:%02lu", whole / 3600, whole / 60 % 60, whole % 60);
	return text;
}

/* Reads the bytes done, their total and the time so far. With the lock held. Returns: whether a
 * speed can be computed. */
static bool measure(uint64_t *ret_done, uint64_t *ret_total, double *ret_seconds)
{
	uint64_t done = atomic_load_explicit(&passed, memory_order_relaxed);
	uint64_t total = progress.total;

	if (progress.scanning)
		mmr_progress_read(progress.scans, &done, &total);
	/* Each pass over the same reader has a speed of its own. */
	if (progress.seen > 0 && (done < progress.seen || total != progress.seen_total))
		progress.started = now_seconds();
	progress.seen = done;
	progress.seen_total = total;
	*ret_done = done;
	*ret_total = total;
	*ret_seconds = now_seconds() - progress.started;
	return done > 0 && *ret_seconds > 0.001;
}

/* With the lock held. */
static bool may_show(void)
{
	if (progress.sink != SINK_TERMINAL || !progress.printed)
		return true;
	return progress.forced && progress.at_line_start;
}

/* With the lock held. */
static void show(void)
{
	char facts[128], line[512], done_text[HUMAN_ROOM], total_text[HUMAN_ROOM];
	char rate_text[HUMAN_ROOM], left_text[24];
	unsigned width = human_width(STDERR_FILENO);
	uint64_t done, total;
	double seconds, rate;
	int len;

	if (!measure(&done, &total, &seconds) || !may_show())
		return;
	rate = (double)done / seconds;
	if (total == UINT64_MAX || total < done)
		snprintf(facts, sizeof(facts), "%s, %s/s", human_size((double)done, done_text),
			human_size(rate, rate_text));
	else
		snprintf(facts, sizeof(facts), "%s of %s (%.0f%%), %s/s, %s left",
			human_size((double)done, done_text), human_size((double)total, total_text),
			100 * (double)done / (double)total, human_size(rate, rate_text),
			duration((double)(total - done) / rate, left_text));
	/* On a narrow terminal the name is cut, not the numbers. */
	len = snprintf(line, sizeof(line), "%s  %s", facts, progress.name);
	if (len > (int)sizeof(line) - 1)
		len = (int)sizeof(line) - 1;
	if ((unsigned)len > width - 1)
		len = (int)width - 1;
	status_line_draw(line, (size_t)len);
}

static struct timespec later(double seconds)
{
	double at = now_seconds() + seconds;

	return (struct timespec){(time_t)at, (long)((at - (double)(time_t)at) * 1e9)};
}

static void *watch(void *unused)
{
	struct timespec until = later(PATIENCE);

	pthread_mutex_lock(&progress.lock);
	while (!progress.over) {
		if (pthread_cond_timedwait(&progress.ended, &progress.lock, &until) == 0)
			continue;
		if (progress.over)
			break;
		show();
		until = later(STEP);
	}
	pthread_mutex_unlock(&progress.lock);
	return unused;
}

static enum sink sink_of_output(void)
{
	struct stat st;

	if (isatty(STDOUT_FILENO))
		return SINK_TERMINAL;
	if (fstat(STDOUT_FILENO, &st) < 0 || S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode))
		return SINK_PIPE;
	return SINK_OTHER;
}

void progress_start(bool forced)
{
	pthread_condattr_t monotonic;
	sigset_t all, old;

	progress.forced = forced;
	progress.sink = sink_of_output();
	if (!forced && (progress.sink == SINK_PIPE || !isatty(STDERR_FILENO)))
		return;
	progress.total = UINT64_MAX;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&progress.ended, &monotonic);
	pthread_condattr_destroy(&monotonic);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	/* If there is no thread, the run goes on without progress. */
	progress.running = pthread_create(&progress.thread, NULL, watch, NULL) == 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!progress.running)
		return;
	status_line_start();
	/* An action may end the program by exit(3), after a message about an option. */
	atexit(progress_end);
}

/* With the lock held. */
static void begin_pass(uint64_t total)
{
	progress.scanning = false;
	progress.total = total;
	progress.seen = 0;
	progress.started = now_seconds();
	atomic_store_explicit(&passed, 0, memory_order_relaxed);
}

void progress_input(const char *name)
{
	pthread_mutex_lock(&progress.lock);
	snprintf(progress.name, sizeof(progress.name), "%s", message_quote(name));
	begin_pass(UINT64_MAX);
	pthread_mutex_unlock(&progress.lock);
}

mmr_progress *progress_of_scans(void)
{
	pthread_mutex_lock(&progress.lock);
	if (!progress.scans)
		progress.scans = mmr_progress_new();
	progress.scanning = progress.scans != NULL;
	pthread_mutex_unlock(&progress.lock);
	return progress.scans;
}

void progress_expect(uint64_t total)
{
	pthread_mutex_lock(&progress.lock);
	begin_pass(total);
	pthread_mutex_unlock(&progress.lock);
}

void progress_add(uint64_t n_bytes)
{
	atomic_fetch_add_explicit(&passed, n_bytes, memory_order_relaxed);
}

void progress_pause(void)
{
	pthread_mutex_lock(&progress.lock);
	status_line_erase();
}

void progress_resume(void)
{
	pthread_mutex_unlock(&progress.lock);
}

void progress_output_begin(void)
{
	/* Other outputs do not share the terminal, and a write may block for long. */
	if (progress.sink == SINK_TERMINAL)
		progress_pause();
}

void progress_output_end(char last)
{
	if (progress.sink != SINK_TERMINAL)
		return;
	progress.printed = true;
	progress.at_line_start = last == '\n';
	progress_resume();
}

void progress_end(void)
{
	bool running;

	pthread_mutex_lock(&progress.lock);
	running = progress.running;
	progress.running = false;
	progress.over = true;
	status_line_erase();
	if (running)
		pthread_cond_signal(&progress.ended);
	pthread_mutex_unlock(&progress.lock);
	if (running)
		pthread_join(progress.thread, NULL);
}
