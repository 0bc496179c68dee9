/* followed.h - one FILE of -f: the file that has its name, and how far it is printed
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_INPUT_FOLLOWED_H
#define TOOLS_INPUT_FOLLOWED_H

#include "input/selection.h"
#include "input/watch.h"

#include <signal.h>
#include <sys/types.h>

struct followed;

/* What all files of the run share. */
struct follower {
	const struct options *options;
	uint64_t maximum; /* lines that are still wanted of all: -m */
	bool headers;
	const volatile sig_atomic_t *stopped; /* the run is to end soon */
	const struct followed *last; /* whose bytes or header came last; NULL before the first */
};

/* A file that is open. */
struct incarnation {
	int fd; /* -1: none */
	dev_t device;
	ino_t inode;
	uint64_t off; /* bytes before are printed, or are not selected */
	int watch;
};

struct followed {
	const char *name; /* for messages and headers */
	const char *path; /* NULL: standard input, which has no other */
	char *folder;     /* where the name is */
	int folder_watch;
	double folder_seen; /* when the watch was last made sure of */
	bool done;
	bool look; /* whether the first bytes to be printed are fit for a terminal */

	struct incarnation now;
	struct incarnation next; /* has the name already, but not yet a byte */
	mmr_range range;         /* which of the bytes to come are selected */

	int missing;  /* errno: why nothing is under the name; 0 when something is */
	double since; /* when this was seen first */
	int told;     /* the last such reason that was said; 0 when none was */
};

/* What a FILE turned out to be. */
enum follow {
	FOLLOW_IT,  /* it can grow, or come to be */
	FOLLOW_NOT, /* to be printed once */
	FOLLOW_FAILED
};

/* Looks at a FILE of the command line for the first time; prints nothing but messages.
 *
 * Returns: FOLLOW_FAILED also means that nothing is left to close. `*ret_status` is that of the
 *   FILE so far. */
enum follow followed_start(struct followed *file, const char *name, const struct follower *follower,
	enum status *ret_status);

/* Looks at the name and the file, and prints what is new, up to about `limit` bytes.
 *
 * Returns: whether there may be more at once. `*status` is made worse by what goes wrong; `done`
 *   is set when the part is complete or the file is lost. */
bool followed_step(
	struct followed *file, struct follower *follower, uint64_t limit, enum status *status);

/* Whether every change of the file and its name will wake the watch. */
bool followed_is_watched(const struct followed *file);

void followed_close(struct followed *file);

/* "==> FILE <==", where there are several and it was not the last to print. */
void followed_header(const struct followed *file, struct follower *follower);

#endif
