/* progress.c - a thread that looks at two counters four times a second
 *
 * The work never waits for it: it adds to a counter or is looked at from outside.
 *
 * SPDX-License-Identifier: MIT */
#include "progress.h"

#include "human.h"
#include "message.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 2000
#define STEP_MS     250

static struct {
	pthread_mutex_t lock;
	pthread_cond_t ended; /* on the monotonic clock */
	pthread_t thread;
	bool running, over, shown;
	const char *name;
	const mmr_reader *reader;
	uint64_t total;
	double started; /* of this input, in seconds */
} progress = {.lock = PTHREAD_MUTEX_INITIALIZER, .name = ""};

static _Atomic(uint64_t) passed;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static const char *duration(double seconds, char text[24])
{
	unsigned long whole = seconds < 1e9 ? (unsigned long)(seconds + 0.5) : 1000000000;

	if (whole < 3600)
		snprintf(text, 24, "%lu:%02lu", whole / 60, whole % 60);
	else
		snprintf(text, 24, "%lu:%02lu:%02lu", whole / 3600, whole / 60 % 60, whole % 60);
	return text;
}

/* Passes bytes to the terminal; one that does not take them is not worth an error. */
static void put(const char *text, size_t len)
{
	ssize_t n = write(STDERR_FILENO, text, len);

	(void)n;
}

/* With the lock held. */
static void erase(void)
{
	if (progress.shown)
		put("\r\033[K", 4);
	progress.shown = false;
}

/* With the lock held. */
static void show(void)
{
	char facts[128], line[512], done_text[HUMAN_ROOM], total_text[HUMAN_ROOM];
	char rate_text[HUMAN_ROOM], left_text[24];
	uint64_t done = atomic_load_explicit(&passed, memory_order_relaxed);
	uint64_t total = progress.total;
	double seconds = now() - progress.started, rate;
	unsigned width = human_width(STDERR_FILENO);
	int len;

	if (progress.reader && total == UINT64_MAX)
		mmr_parallel_progress(progress.reader, &done, &total);
	if (done == 0 || seconds <= 0)
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
	/* The end of the name says more than its beginning; facts come first to stay in sight. */
	len = snprintf(line, sizeof(line), "%s  %s", facts, message_quote(progress.name));
	if (len > (int)sizeof(line) - 1)
		len = (int)sizeof(line) - 1;
	if ((unsigned)len > width - 1)
		len = (int)width - 1;
	put("\r", 1);
	put(line, (size_t)len);
	put("\033[K", 3);
	progress.shown = true;
}

static struct timespec later(long ms)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	time.tv_sec += ms / 1000;
	time.tv_nsec += ms % 1000 * 1000000;
	if (time.tv_nsec >= 1000000000) {
		time.tv_nsec -= 1000000000;
		time.tv_sec++;
	}
	return time;
}

static void *watch(void *unused)
{
	struct timespec until = later(PATIENCE_MS);

	pthread_mutex_lock(&progress.lock);
	while (!progress.over) {
		if (pthread_cond_timedwait(&progress.ended, &progress.lock, &until) == 0)
			continue;
		show();
		until = later(STEP_MS);
	}
	pthread_mutex_unlock(&progress.lock);
	return unused;
}

static bool has_spectator(void)
{
	struct stat out, err;

	if (!isatty(STDERR_FILENO))
		return false;
	return !isatty(STDOUT_FILENO) || fstat(STDOUT_FILENO, &out) < 0 ||
	       fstat(STDERR_FILENO, &err) < 0 || out.st_rdev != err.st_rdev;
}

void progress_start(void)
{
	pthread_condattr_t monotonic;
	sigset_t all, old;

	if (!has_spectator())
		return;
	progress.total = UINT64_MAX;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&progress.ended, &monotonic);
	pthread_condattr_destroy(&monotonic);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	/* Without the thread all goes on as well. */
	progress.running = pthread_create(&progress.thread, NULL, watch, NULL) == 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void progress_input(const char *name)
{
	pthread_mutex_lock(&progress.lock);
	progress.name = name;
	progress.reader = NULL;
	progress.total = UINT64_MAX;
	progress.started = now();
	atomic_store_explicit(&passed, 0, memory_order_relaxed);
	pthread_mutex_unlock(&progress.lock);
}

void progress_watch(const mmr_reader *reader)
{
	pthread_mutex_lock(&progress.lock);
	progress.reader = reader;
	pthread_mutex_unlock(&progress.lock);
}

void progress_expect(uint64_t total)
{
	pthread_mutex_lock(&progress.lock);
	progress.total = total;
	progress.started = now();
	pthread_mutex_unlock(&progress.lock);
}

void progress_add(uint64_t n_bytes)
{
	atomic_fetch_add_explicit(&passed, n_bytes, memory_order_relaxed);
}

void progress_erase(void)
{
	pthread_mutex_lock(&progress.lock);
	erase();
	pthread_mutex_unlock(&progress.lock);
}

void progress_end(void)
{
	if (!progress.running)
		return;
	pthread_mutex_lock(&progress.lock);
	progress.over = true;
	erase();
	pthread_cond_signal(&progress.ended);
	pthread_mutex_unlock(&progress.lock);
	pthread_join(progress.thread, NULL);
	progress.running = false;
}
