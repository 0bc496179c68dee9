/* follow.c - -f: print all files in turn, then wait
 *
 * One poll waits for everything: for events of the files, for the next look at them, for the reader
 * of the output to exit, and for SIGINT, whose handler interrupts the follower of the library.
 *
 * SPDX-License-Identifier: MIT */
#include "input/follow.h"

#include "input/followed.h"
#include "status/message.h"
#include "output/output.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Bytes of one file that are printed before the next file. */
#define TURN ((uint64_t)8 << 20)
/* Milliseconds of sleep after a poll that failed. */
#define NAP 250
/* Seconds for writing the rest after SIGINT. */
#define GRACE 1

/* --- SIGINT ----------------------------------------------------------------------------------- */

static volatile sig_atomic_t stopped;
static volatile sig_atomic_t last_status;
static mmr_follow *volatile interruptible; /* NULL: nothing waits */

static void on_interrupt(int number)
{
	mmr_follow *follow = interruptible;

	(void)number;
	stopped = 1;
	if (follow)
		mmr_follow_interrupt(follow);
	alarm(GRACE);
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
	if (what == FOLLOW_NOT || file->fd >= 0)
		followed_header(file);
	output_flush();
	if (what == FOLLOW_NOT) {
		if (follower->work->print(name, follower->options) == STATUS_TROUBLE)
			follower->status = STATUS_TROUBLE;
		output_flush();
	} else if (what == FOLLOW_IT) {
		followed_print(file);
		if (file->done)
			followed_close(file);
	}
	last_status = (sig_atomic_t)follower->status;
}

/* Sleeps after a poll that failed, so that repeated failures use no processor time. */
static void nap(void)
{
	const struct timespec time = {0, NAP * 1000000L};

	nanosleep(&time, NULL);
}

/* Waits until the follower may have an event. */
static void wait_for_change(const mmr_follow *follow)
{
	struct pollfd fds[] = {
		{mmr_follow_fd(follow), POLLIN, 0},
		{STDOUT_FILENO, 0, 0},
	};
	int n = poll(fds, sizeof(fds) / sizeof(fds[0]), mmr_follow_timeout(follow));

	if (n < 0 && errno != EINTR)
		nap();
	/* No reader is left. A write would report this, but there may be nothing to write. */
	if (n > 0 && fds[1].revents & (POLLERR | POLLHUP))
		output_failed(EPIPE);
}

static struct followed *find(struct followed *files, int n_files, int number)
{
	int i = 0;

	while (i < n_files && (files[i].done || files[i].number != number))
		i++;
	return i < n_files ? &files[i] : NULL;
}

/* Prints what is new in the files until they are complete. */
static void follow_all(struct followed *files, int n_begun, struct follower *follower)
{
	int i, n_left = 0;

	for (i = 0; i < n_begun; i++)
		n_left += !files[i].done;
	while (n_left > 0 && follower->maximum > 0 && !stopped) {
		mmr_follow_event event;
		struct followed *file;

		if (mmr_follow_next(follower->follow, 0, &event) == 0) {
			wait_for_change(follower->follow);
			continue;
		}
		file = find(files, n_begun, event.file);
		if (!file)
			continue;
		followed_handle(file, &event);
		last_status = (sig_atomic_t)follower->status;
		if (file->done) {
			followed_close(file);
			n_left--;
		}
	}
}

enum status follow_files(const struct options *options, const struct follow_work *work)
{
	mmr_follow_options how = MMR_FOLLOW_OPTIONS_INIT;
	struct follower follower = {
		.options = options, .work = work, .maximum = options->maximum, .stopped = &stopped};
	struct followed *files;
	int i, n_begun;

	output_check();
	/* A search needs whole lines. */
	if (!work->search)
		how.limit = TURN;
	files = calloc((size_t)options->n_files, sizeof(*files));
	if (!files) {
		follower.status = message("cannot follow files: %s", strerror(errno));
		return follower.status;
	}
	if (mmr_follow_open(&how, &follower.follow) < 0) {
		follower.status = message("%s", mmr_last_error());
		goto free_files;
	}
	interruptible = follower.follow;
	if (!catch_interrupt()) {
		follower.status = message("cannot follow files: %s", strerror(errno));
		goto close_follow;
	}
	follower.headers = options->n_files > 1 && !options->quiet && !work->search;
	for (i = 0; i < options->n_files && follower.maximum > 0 && !stopped; i++)
		begin(&files[i], options->files[i], &follower);
	n_begun = i;
	follow_all(files, n_begun, &follower);
	for (i = 0; i < n_begun; i++)
		if (!files[i].done)
			followed_close(&files[i]);
	alarm(0);

close_follow:
	interruptible = NULL;
	mmr_follow_close(follower.follow);
free_files:
	free(files);
	return follower.status;
}
