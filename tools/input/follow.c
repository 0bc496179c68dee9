/* follow.c - -f: all files in turn, then a wait for whatever comes first
 *
 * One poll waits for everything: growth where it is reported, time to look where it is not, the
 * reader of the output that goes away, and SIGINT by way of a pipe.
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

/* Printed of one file before the others have their turn. */
#define TURN ((uint64_t)8 << 20)
/* Milliseconds between two looks at what is not watched; and at what is, in case a folder on the
 * way to it was replaced. */
#define LOOK_EVERY    250
#define WATCHED_EVERY 1000
/* Seconds that the reader of the output has to take the rest after SIGINT. */
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
	/* Wakes the poll; there is room for the only byte that is ever written. */
	n = write(stop_pipe[1], "", 1);
	(void)n;
	alarm(GRACE);
	errno = saved;
}

/* Writing waits for a reader that takes nothing, or reading for a writer that gives nothing. */
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
	/* The second one kills. */
	action.sa_flags = (int)SA_RESETHAND;
	action.sa_handler = on_interrupt;
	return sigaction(SIGINT, &action, NULL) == 0;
}

/* --- The run ---------------------------------------------------------------------------------- */

static void worsen(enum status *status, enum status other)
{
	if (other == STATUS_TROUBLE)
		*status = STATUS_TROUBLE;
	last_status = (sig_atomic_t)*status;
}

/* The first look: prints the part as far as it is there. */
static void begin(struct followed *file, const char *name, struct follower *follower,
	enum status (*print)(const char *, const struct options *), enum status *status)
{
	enum status first;
	enum follow what = followed_start(file, name, follower, &first);

	worsen(status, first);
	file->done = what != FOLLOW_IT;
	if (what == FOLLOW_FAILED)
		return;
	/* A file that is there has its header, bytes or not: it shows what is followed. */
	if (what == FOLLOW_NOT || file->now.fd >= 0)
		followed_header(file, follower);
	output_flush();
	if (what == FOLLOW_NOT) {
		worsen(status, print(name, follower->options));
		output_flush();
		return;
	}
	/* To the end that it has now; then the next file shall have its turn. */
	followed_step(file, follower, UINT64_MAX, status);
	worsen(status, *status);
}

/* Instead of a wait that cannot be relied upon: it might be over at once, again and again. */
static void nap(void)
{
	const struct timespec time = {0, LOOK_EVERY * 1000000L};

	nanosleep(&time, NULL);
}

/* Waits until something may have changed. `look_every`: milliseconds, at most. */
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
	/* Nobody reads any more: what a write would be told, if there were something to write. */
	if (fds[2].revents & (POLLERR | POLLHUP))
		output_failed(EPIPE);
}

/* Lets each file print some of what is new. Returns: how long to wait before the next round, in
 * milliseconds; -1 when no file is left. */
static int go_round(struct followed *files, struct follower *follower, enum status *status)
{
	int i, look_every = -1, wanted;

	for (i = 0; i < follower->options->n_files && !stopped; i++) {
		if (files[i].done)
			continue;
		if (followed_step(&files[i], follower, TURN, status))
			wanted = 0;
		else
			wanted = followed_is_watched(&files[i]) ? WATCHED_EVERY : LOOK_EVERY;
		worsen(status, *status);
		if (files[i].done)
			followed_close(&files[i]);
		else if (look_every < 0 || wanted < look_every)
			look_every = wanted;
	}
	return look_every;
}

enum status follow_files(const struct options *options,
	enum status (*print)(const char *file, const struct options *options))
{
	struct follower follower = {
		.options = options, .maximum = options->maximum, .stopped = &stopped};
	enum status status = STATUS_DONE;
	int i, n_begun, notifier, look_every;
	struct followed *files;

	output_check();
	files = calloc((size_t)options->n_files, sizeof(*files));
	if (!files || !catch_interrupt()) {
		status = message("cannot follow: %s", strerror(errno));
		goto free_files;
	}
	follower.headers = options->n_files > 1 && !options->quiet;
	notifier = watch_start();
	for (i = 0; i < options->n_files && follower.maximum > 0 && !stopped; i++)
		begin(&files[i], options->files[i], &follower, print, &status);
	n_begun = i;
	/* What grew meanwhile is seen in the first round. */
	while (follower.maximum > 0 && !stopped) {
		look_every = go_round(files, &follower, &status);
		if (look_every < 0)
			break;
		wait_for_change(notifier, look_every);
	}
	for (i = 0; i < n_begun; i++)
		followed_close(&files[i]);
	alarm(0);

free_files:
	free(files);
	return status;
}
