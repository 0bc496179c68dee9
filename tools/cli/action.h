/* action.h - the properties of each action, in a table
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_CLI_ACTION_H
#define TOOLS_CLI_ACTION_H

#include "cli/options.h"

struct task;

/* What an action needs of an input. */
enum need {
	NEED_BYTES,   /* the bytes in order: any input has them */
	NEED_OFFSETS, /* reads at any offset: a stream is saved to an unlinked file first */
	NEED_SIZE     /* a size, the same for all processes of a job: not a stream */
};

enum action_flags {
	ACTION_HAS_JSON = 1,
	ACTION_HAS_WIDTH = 2,   /* -w */
	ACTION_FIRST_LINES = 4, /* -m takes the first lines of the selection ... */
	ACTION_LAST_LINES = 8,  /* ... or the last ones */
	ACTION_HAS_RECORDS = 16 /* records replace lines */
};

struct action {
	char letter;      /* 0 for printing, which has none */
	enum need need;   /* of an input */
	unsigned flags;   /* of enum action_flags */
	const char *unit; /* what it counts, if it can be used with -c */
	/* Prints what failed, and adds what it counts to `n` and `taken` of the input. */
	enum status (*run)(struct task *task);
};

/* By enum action_id. */
extern const struct action actions[];

static inline const struct action *action_of(const struct options *options)
{
	return &actions[options->action];
}

static inline bool action_has(const struct options *options, unsigned flags)
{
	return (action_of(options)->flags & flags) != 0;
}

#endif
