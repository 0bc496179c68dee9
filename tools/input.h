/* input.h - one FILE of the command line: a reader where it has offsets, a stream where not
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_INPUT_H
#define TOOLS_INPUT_H

#include "options.h"

#include <sys/stat.h>

/* What the work needs of an input. */
enum need {
	NEED_BYTES,   /* in their order: a stream will do */
	NEED_OFFSETS, /* random access: a stream is saved to an unlinked file first, as far as the
			 selections reach */
	NEED_SIZE     /* as all who share the input see it: no stream */
};

/* The first bytes of a stream that are kept: enough for every signature of mmr_kind_sniff. */
#define INPUT_HEAD 16

struct input {
	const char *name; /* for messages */
	int fd;
	struct stat st; /* of `fd`, as it was opened */
	bool own_fd;    /* not standard input */
	bool no_mmap;
	bool spooled;  /* `fd` is not what was named, but a copy of it */
	uint64_t base; /* where the reader starts in the file: standard input may stand anywhere */
	mmr_reader *reader; /* NULL for a stream */
	/* What actions have done so far. */
	uint64_t used; /* end of what was used, from `base` on */
	uint64_t n;    /* lines, matches or records: what -c prints, and is left off -m */
	bool rest;     /* the last action found bytes after the last record, and no other error */
	/* The first bytes of a stream, as far as it was read. */
	size_t head_len;
	char head[INPUT_HEAD];
};

/* Opens a FILE of the command line; "-" is standard input. Says what failed. */
enum status input_open(
	const char *file, enum need need, const struct options *options, struct input *ret_input);

/* Closes, and leaves standard input right behind what was used. */
void input_close(struct input *input);

#endif
