/* followed.h - one FILE of -f: the file that has the name, and how much of it is printed
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_INPUT_FOLLOWED_H
#define TOOLS_INPUT_FOLLOWED_H

#include "input/follow.h"
#include "input/selection.h"
#include "input/watch.h"

#include <signal.h>
#include <sys/types.h>

struct followed;

/* What all files of the run share. */
struct follower {
	const struct options *options;
	const struct follow_work *work;
	uint64_t maximum; /* lines of all files that -m still allows */
	bool headers;
	const volatile sig_atomic_t *stopped; /* set when the run must end */
	const struct followed *last;          /* the file that printed last, or NULL */
	enum status status;
};

/* An open file. */
struct incarnation {
	int fd; /* -1: none */
	dev_t device;
	ino_t inode;
	uint64_t off; /* bytes before it are printed or not selected */
	int watch;
};

struct followed {
	struct follower *follower;
	const char *name; /* for messages and headers */
	const char *path; /* NULL for standard input */
	char *folder;     /* that contains the name */
	int folder_watch;
	double folder_seen; /* when the watch was last renewed */
	bool done;
	bool look; /* check whether the first bytes to be printed are binary */

	struct incarnation now;
	struct incarnation next; /* has the name already, but no byte yet */
	mmr_range range;         /* which of the next bytes are selected */
	uint64_t lines_before;   /* in the file before `off`, for a search */
	bool knows_lines;

	int missing;  /* errno: why no file has the name; 0 if one has it */
	double since; /* when this was first seen */
	int reported; /* the last such reason that was printed; 0 for none */
};

/* What to do with a FILE. */
enum follow {
	FOLLOW_IT,  /* it can grow, or may appear */
	FOLLOW_NOT, /* print it once */
	FOLLOW_FAILED
};

/* Opens a FILE of the command line, if it exists. Prints nothing but messages. A failure here or
 * later sets `status` of the follower.
 *
 * Returns: FOLLOW_IT if the caller must call followed_close. */
enum follow followed_start(struct followed *file, const char *name, struct follower *follower);

/* Examines the name and the file, and prints what is new, up to about `limit` bytes. Sets `done`
 * when the selection is complete or the file is lost.
 *
 * Returns: whether more can be printed without waiting. */
bool followed_step(struct followed *file, uint64_t limit);

/* Whether a watch reports every change of the file and its name. */
bool followed_is_watched(const struct followed *file);

void followed_close(struct followed *file);

/* Prints the lines that match in what is selected of the bytes up to `stop`. The last line may lack
 * its delimiter if it is `whole`.
 *
 * Returns: 0; MMR_ETRUNCATED if the file ends before `stop`; another code of reading; 1 if it
 *   printed why it cannot go on. */
int followed_search(struct followed *file, uint64_t stop, bool whole);

/* Prints "==> FILE <==", if there are several files and this one was not the last to print. */
void followed_header(const struct followed *file);

#endif
