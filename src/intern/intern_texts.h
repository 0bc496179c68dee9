/* intern_texts.h - the texts of intern.c by id, and the copies of texts
 *
 * Both grow by adding memory and never move. So pointers stay valid, and the data never exists
 * twice at the same time.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_INTERN_INTERN_TEXTS_H
#define SRC_INTERN_INTERN_TEXTS_H

#include "common.h"

/* Texts per leaf: 4 KiB of slices, so that a small pool needs little memory. */
#define INTERN_LEAF 256

struct intern_block;

struct intern_texts {
	mmr_slice **leaves; /* INTERN_LEAF slices each */
	size_t n_leaves, room;
	struct intern_block *blocks;   /* of copies, the newest first */
	struct intern_block *large;    /* of one copy each, the newest first */
	size_t block_used, block_size; /* of the newest of `blocks` */
	uint64_t n_bytes;              /* total heap */
};

/* Frees everything. The struct is then all 0, which is also the initial state. */
void intern_texts_close(struct intern_texts *texts);

/* Makes room for the slice of an id, which is at most one leaf after the last.
 *
 * Returns: false if there is no memory. */
bool intern_texts_room(struct intern_texts *texts, uint32_t id);

/* Allocates room for a copy of `len` bytes, at least 1. Returns: NULL if there is no memory. */
char *intern_texts_take(struct intern_texts *texts, size_t len);

/* Frees the last allocation. */
void intern_texts_give_back(struct intern_texts *texts, size_t len);

static inline mmr_slice *intern_texts_at(const struct intern_texts *texts, uint32_t id)
{
	return &texts->leaves[id / INTERN_LEAF][id % INTERN_LEAF];
}

#endif
