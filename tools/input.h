/* input.h - one FILE of the command line: a reader where it has offsets, a stream where not
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_INPUT_H
#define TOOLS_INPUT_H

#include "options.h"

struct input {
	const char *name; /* for messages */
	int fd;
	bool own_fd; /* not standard input */
	bool no_mmap;
	uint64_t base; /* where the reader starts in the file: standard input may stand anywhere */
	mmr_reader *reader; /* NULL for a stream */
	uint64_t used;      /* end of what was used, from `base` on */
};

/* Opens a FILE of the command line; "-" is standard input. Says what failed.
 *
 * `offsets`: the work needs random access, so a stream is saved to an unlinked file first.
 * `no_mmap`: files are read, never mapped. */
enum status input_open(const char *file, bool offsets, bool no_mmap, struct input *ret_input);

/* Closes, and leaves standard input right behind what was used. */
void input_close(struct input *input);

#endif
