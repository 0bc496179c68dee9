/* followed.h - one FILE of -f: prints what is selected of the bytes that its events report
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_INPUT_FOLLOWED_H
#define TOOLS_INPUT_FOLLOWED_H

#include "input/follow.h"
#include "input/selection.h"

#include <signal.h>

struct followed;

/* What all files of the run share. */
struct follower {
	const struct options *options;
	const struct follow_work *work;
	mmr_follow *follow;
	uint64_t maximum; /* lines of all files that -m still allows */
	bool headers;
	const volatile sig_atomic_t *stopped; /* set when the run must end */
	const struct followed *last;          /* the file that printed last, or NULL */
	enum status status;
};

struct followed {
	struct follower *follower;
	const char *name; /* for messages and headers */
	bool is_input;    /* standard input */
	int number;       /* in the follower of the library */
	bool done;
	bool look; /* check whether the first bytes to be printed are binary */

	int fd;                /* of the last event; -1: no file is open */
	uint64_t off;          /* bytes of the file before it are printed or not selected */
	mmr_range range;       /* which of the next bytes are selected */
	uint64_t lines_before; /* in the file before `off`, for a search */
	bool knows_lines;
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

/* Prints what was selected when the file was started, up to its end at that time. Sets `done` when
 * the selection is complete or the file is lost. */
void followed_print(struct followed *file);

/* Like followed_print, for an event of the file: prints the bytes that it reports, or a message. */
void followed_handle(struct followed *file, const mmr_follow_event *event);

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
