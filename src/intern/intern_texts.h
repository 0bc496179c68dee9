/* intern_texts.h - the texts of intern.c by id, and where copies of them are kept
 *
 * Both grow by adding, never by moving: what was once handed out stays where it is, and there is
 * no moment at which everything is there twice.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_INTERN_INTERN_TEXTS_H
#define SRC_INTERN_INTERN_TEXTS_H

#include "common.h"

/* Texts in one leaf: 4 KiB of slices, so that a small pool is small. */
#define INTERN_LEAF 256

struct intern_block;

struct intern_texts {
	mmr_slice **leaves; /* INTERN_LEAF slices each */
	size_t n_leaves, room;
	struct intern_block *blocks;   /* of copies, the newest first */
	struct intern_block *large;    /* of one copy each, the newest first */
	size_t block_used, block_size; /* of the newest of `blocks` */
	uint64_t n_bytes;              /* of heap, in all */
};

/* All zero is empty. */
void intern_texts_close(struct intern_texts *texts);

/* Makes room for the slice of an id, which is at most one leaf past the others.
 *
 * Errors: false when there is no memory. */
bool intern_texts_room(struct intern_texts *texts, uint32_t id);

/* Takes room for a copy of `len` bytes, at least 1. Returns: NULL when there is no memory. */
char *intern_texts_take(struct intern_texts *texts, size_t len);

/* Gives back what was taken last. */
void intern_texts_give_back(struct intern_texts *texts, size_t len);

static inline mmr_slice *intern_texts_at(const struct intern_texts *texts, uint32_t id)
{
	return &texts->leaves[id / INTERN_LEAF][id % INTERN_LEAF];
}

#endif
