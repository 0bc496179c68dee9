/* status_line.c - one line on standard error that can be replaced and erased
 *
 * The line must also be erased when a signal ends the program. A signal handler cannot take a
 * lock, so the state is in atomics, and every line is one write(2).
 *
 * SPDX-License-Identifier: MIT */
#include "status/status_line.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define ERASE_REST "\033[K"
#define ERASE_LINE "\r" ERASE_REST

/* How long a signal handler waits for a write of the drawing thread. */
#define PATIENCE_MS 100

static atomic_bool shown;    /* there is a line to erase */
static atomic_bool drawing;  /* the drawing thread may be in write(2) */
static atomic_bool stopping; /* a signal handler has erased the line: draw no other */

/* If the write fails, the line is not shown; the run continues. */
static void put(const char *text, size_t len)
{
	ssize_t n = write(STDERR_FILENO, text, len);

	(void)n;
}

/* A terminal that was stopped with ^S would block the thread that writes to it. */
static bool accepts_output(void)
{
	struct pollfd ready = {STDERR_FILENO, POLLOUT, 0};

	return poll(&ready, 1, 0) == 1;
}

/* The shell, or another program, owns the terminal while this one is in the background. */
static bool in_foreground(void)
{
	pid_t group = tcgetpgrp(STDERR_FILENO);

	return group < 0 || group == getpgrp();
}

void status_line_draw(const char *text, size_t len)
{
	char line[1024] = "\r";
	size_t room = sizeof(line) - sizeof(ERASE_LINE);

	if (!accepts_output() || !in_foreground())
		return;
	if (len > room)
		len = room;
	memcpy(line + 1, text, len);
	memcpy(line + 1 + len, ERASE_REST, sizeof(ERASE_REST) - 1);
	/* In this order: a handler that read `drawing` as false has set `stopping` before. */
	atomic_store(&drawing, true);
	if (!atomic_load(&stopping)) {
		atomic_store(&shown, true);
		put(line, sizeof(ERASE_LINE) - 1 + len);
	}
	atomic_store(&drawing, false);
}

void status_line_erase(void)
{
	if (atomic_exchange(&shown, false) && accepts_output())
		put(ERASE_LINE, sizeof(ERASE_LINE) - 1);
}

/* --- Signals -------------------------------------------------------------------------------------
 *
 * The thread that draws has all signals blocked, so a handler never waits for itself. */

static void erase_in_handler(void)
{
	int i;

	atomic_store(&stopping, true);
	for (i = 0; atomic_load(&drawing) && i < PATIENCE_MS; i++)
		poll(NULL, 0, 1);
	status_line_erase();
}

static void on_end(int number)
{
	erase_in_handler();
	signal(number, SIG_DFL);
	/* The signal is blocked here. It ends the program when this handler returns. */
	raise(number);
}

static void on_stop(int number)
{
	struct sigaction by_default = {.sa_handler = SIG_DFL}, ours;
	int errnum = errno;

	erase_in_handler();
	sigaction(number, &by_default, &ours);
	/* SA_NODEFER: the program stops here and later continues here. */
	raise(number);
	sigaction(number, &ours, NULL);
	atomic_store(&stopping, false);
	errno = errnum;
}

static void handle(int number, void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART | flags}, old;

	sigemptyset(&action.sa_mask);
	if (sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
		sigaction(number, &action, NULL);
}

void status_line_start(void)
{
	static const int ends[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGXCPU, SIGXFSZ};
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		handle(ends[i], on_end, 0);
	handle(SIGTSTP, on_stop, SA_NODEFER);
}
