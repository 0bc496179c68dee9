/* part.h - what a selection chooses of an input: of a file a range of offsets, of a stream a feed
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_PART_H
#define TOOLS_PART_H

#include "input.h"

#include <sys/types.h>

/* Bytes [start, stop) of an input's reader. */
struct span {
	uint64_t start, stop;
};

/* The bytes of `options->selection` in an input that has offsets. Where several selections share
 * the lines of -m, the lines are counted in `input->n`. Returns: 0 or a code of the library. */
int part_locate(struct input *input, const struct options *options, struct span *ret_span);

/* The part of a stream, block by block, in bounded memory. It ends as soon as the part does. */
struct feed {
	struct input *input;
	mmr_blocks *blocks;
	char delimiter;
	bool lines;
	uint64_t skip;    /* bytes or lines before the part */
	uint64_t left;    /* bytes or lines in it */
	uint64_t maximum; /* lines of it that are wanted: -m */
	bool numbers;     /* lines before the part are counted, even if it is one of bytes */
	uint64_t skipped_lines;
	bool end_wanted; /* what is before an empty part is read, too: its end is shown */
	off_t position;  /* where the stream stood, if it can say so; else -1 */
	uint64_t used;   /* end of what was used, from there on */
	int error;
};

int feed_open(struct feed *feed, struct input *input, const struct options *options);

/* Like mmr_blocks_next; blocks may end anywhere. */
bool feed_next(struct feed *feed, mmr_slice *ret_bytes);

/* Returns: why the feed ended. */
int feed_close(struct feed *feed);

/* A feed of bytes that the caller reads, in their order; it is not closed. Both ends of the
 * selection must count from the start. */
void feed_begin(
	struct feed *feed, const struct options *options, const struct selection *selection);

/* Leaves of the next bytes what belongs to the part; of what lies behind it nothing. Returns: 0 or
 * a code of the library. */
int feed_cut(struct feed *feed, mmr_slice *bytes);

/* Whether the part is complete. */
bool feed_done(const struct feed *feed);

#endif
