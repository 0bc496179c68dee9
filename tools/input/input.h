/* input.h - one FILE of the command line
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_INPUT_INPUT_H
#define TOOLS_INPUT_INPUT_H

#include "cli/action.h"

#include <sys/stat.h>

struct input {
	const char *name; /* for messages */
	int fd;
	struct stat st; /* of `fd`, as it was opened */
	bool own_fd;    /* not standard input */
	bool no_mmap;
	bool spooled;  /* `fd` is not what was named, but a copy of it */
	uint64_t base; /* where the reader starts in the file: standard input may stand anywhere */
	mmr_reader *reader;
	/* What actions have done so far. */
	uint64_t used; /* end of what was used, in the reader */
	uint64_t n;    /* lines, matches or records: what -c prints, and is left off -m */
	bool rest;     /* the last action found bytes after the last record, and no other error */
};

/* Opens a FILE of the command line; "-" is standard input. Says what failed. */
enum status input_open(
	const char *file, enum need need, const struct options *options, struct input *ret_input);

/* Saves a stream to an unlinked file in $TMPDIR, up to the end of the last selection, which becomes
 * `fd`. Prints what failed. */
enum status input_spool(struct input *input, const struct options *options);

/* Closes, and leaves standard input right behind what was used. */
void input_close(struct input *input);

#endif
