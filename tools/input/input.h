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
	bool spooled;  /* `fd` is a saved copy of the stream */
	uint64_t base; /* offset of the reader in the file; not 0 for some standard inputs */
	mmr_reader *reader;
	mmr_index *index;      /* or NULL */
	mmr_slice header;      /* of --header, with its line end; from malloc */
	uint64_t lines_before; /* in the file before `base`, if that is known */
	bool knows_lines;
	/* What actions have done so far. */
	uint64_t used;  /* end of what was used, in the reader */
	uint64_t n;     /* lines, matches or records, printed by -c */
	uint64_t taken; /* lines or records, subtracted from -m */
	bool disorder;  /* --from or --until has met lines that are not sorted */
	/* The last action did all its work, but found bytes after the last record, or a quote that
	 * is not closed. */
	bool rest;
};

/* Opens a FILE of the command line; "-" is standard input. Prints what failed. */
enum status input_open(
	const char *file, enum need need, const struct options *options, struct input *ret_input);

/* Whether two FILEs are one pipe, socket or terminal, whose bytes can be read only once. */
bool input_is_one_stream(const char *file, const char *other);

/* Moves the start of an input that is not a stream. Errors: those of mmr_open_fd. */
int input_move(struct input *input, uint64_t base);

/* Reads the header of an input, which then starts after it. Prints what failed. */
enum status input_header(struct input *input, const struct options *options);

/* Reads the first bytes of an input, its header included, as far as they were used. Errors: those
 * of mmr_head. */
int input_head(const struct input *input, char *head, size_t room, size_t *ret_len);

/* Saves a stream to an unlinked file in $TMPDIR, up to the end of the last selection, which becomes
 * `fd`. Prints what failed. */
enum status input_spool(struct input *input, const struct options *options);

/* Closes an input. Leaves the offset of standard input at the end of what was used. */
void input_close(struct input *input);

#endif
