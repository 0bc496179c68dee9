/* follow.c - -f: print all files in turn, then wait
 *
 * One poll waits for everything: for growth if it is reported, for the next check if it is not, for
 * the reader of the output to exit, and for SIGINT, whose handler writes to a pipe.
 *
 * SPDX-License-Identifier: MIT */
#include "input/follow.h"

#include "input/followed.h"
#include "status/message.h"
#include "output/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Bytes of one file that are printed before the next file. */
#define TURN ((uint64_t)8 << 20)
/* Milliseconds between two checks of a file that is not watched; and of one that is, since a folder
 * of its path may be replaced. */
#define LOOK_EVERY    250
#define WATCHED_EVERY 1000
/* Seconds for writing the rest after SIGINT. */
#define GRACE 1

/* --- SIGINT ----------------------------------------------------------------------------------- */

static volatile sig_atomic_t stopped;
static volatile sig_atomic_t last_status;
static int stop_pipe[2];

static void on_interrupt(int number)
{
	int saved = errno;
	ssize_t n;

	(void)number;
	stopped = 1;
	/* Wakes the poll. The pipe has room: this is the only byte. */
	n = write(stop_pipe[1], "", 1);
	(void)n;
	alarm(GRACE);
	errno = saved;
}

/* A write or a read still blocks. */
static void on_grace_over(int number)
{
	(void)number;
	_exit((int)last_status);
}

static bool catch_interrupt(void)
{
	struct sigaction before, action = {0};

	if (pipe(stop_pipe) < 0)
		return false;
	fcntl(stop_pipe[0], F_SETFD, FD_CLOEXEC);
	fcntl(stop_pipe[1], F_SETFD, FD_CLOEXEC);
	if (sigaction(SIGINT, NULL, &before) < 0)
		return false;
	if (before.sa_handler == SIG_IGN)
		return true;
	sigemptyset(&action.sa_mask);
	action.sa_handler = on_grace_over;
	if (sigaction(SIGALRM, &action, NULL) < 0)
		return false;
	/* A second SIGINT ends the program at once. */
	action.sa_flags = (int)SA_RESETHAND;
	action.sa_handler = on_interrupt;
	return sigaction(SIGINT, &action, NULL) == 0;
}

/* --- The run ---------------------------------------------------------------------------------- */

/* Prints the selection as far as it exists. */
static void begin(struct followed *file, const char *name, struct follower *follower)
{
	enum follow what = followed_start(file, name, follower);

	file->done = what != FOLLOW_IT;
	/* An empty file has a header too, to show that it is followed. */
	if (what == FOLLOW_NOT || file->now.fd >= 0)
		followed_header(file);
	output_flush();
	if (what == FOLLOW_NOT) {
		if (follower->work->print(name, follower->options) == STATUS_TROUBLE)
			follower->status = STATUS_TROUBLE;
		output_flush();
	} else if (what == FOLLOW_IT) {
		/* Up to its present end. Then the next file begins. */
		followed_step(file, UINT64_MAX);
	}
	last_status = (sig_atomic_t)follower->status;
}

/* Sleeps after a poll that failed, so that repeated failures use no processor time. */
static void nap(void)
{
	const struct timespec time = {0, LOOK_EVERY * 1000000L};

	nanosleep(&time, NULL);
}

/* Waits until something may have changed, at most for `look_every` milliseconds. */
static void wait_for_change(int notifier, int look_every)
{
	struct pollfd fds[] = {
		{stop_pipe[0], POLLIN, 0},
		{notifier, POLLIN, 0},
		{STDOUT_FILENO, 0, 0},
	};
	int n = poll(fds, sizeof(fds) / sizeof(fds[0]), look_every);

	if (n < 0 && errno != EINTR)
		nap();
	if (n <= 0)
		return;
	if (fds[1].revents && !watch_clear())
		nap();
	/* No reader is left. A write would report this, but there may be nothing to write. */
	if (fds[2].revents & (POLLERR | POLLHUP))
		output_failed(EPIPE);
}

/* Prints some of what is new in each file. Returns: how long to wait before the next round, in
 * milliseconds; -1 when no file is left. */
static int go_round(struct followed *files, struct follower *follower)
{
	int i, look_every = -1, wanted;

	for (i = 0; i < follower->options->n_files && !stopped; i++) {
		if (files[i].done)
			continue;
		if (followed_step(&files[i], TURN))
			wanted = 0;
		else
			wanted = followed_is_watched(&files[i]) ? WATCHED_EVERY : LOOK_EVERY;
		last_status = (sig_atomic_t)follower->status;
		if (files[i].done)
			followed_close(&files[i]);
		else if (look_every < 0 || wanted < look_every)
			look_every = wanted;
	}
	return look_every;
}

enum status follow_files(const struct options *options, const struct follow_work *work)
{
	struct follower follower = {
		.options = options, .work = work, .maximum = options->maximum, .stopped = &stopped};
	int i, n_begun, notifier, look_every;
	struct followed *files;

	output_check();
	files = calloc((size_t)options->n_files, sizeof(*files));
	if (!files || !catch_interrupt()) {
		follower.status = message("cannot follow files: %s", strerror(errno));
		goto free_files;
	}
	follower.headers = options->n_files > 1 && !options->quiet && !work->search;
	notifier = watch_start();
	for (i = 0; i < options->n_files && follower.maximum > 0 && !stopped; i++)
		begin(&files[i], options->files[i], &follower);
	n_begun = i;
	/* The first round prints what was appended meanwhile. */
	while (follower.maximum > 0 && !stopped) {
		look_every = go_round(files, &follower);
		if (look_every < 0)
			break;
		wait_for_change(notifier, look_every);
	}
	for (i = 0; i < n_begun; i++)
		followed_close(&files[i]);
	alarm(0);

free_files:
	free(files);
	return follower.status;
}
