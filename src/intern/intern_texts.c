/* intern_texts.c - stores slices in leaves and copies in blocks
 *
 * SPDX-License-Identifier: MIT */
#include "intern/intern_texts.h"

#include <string.h>

/* The size of blocks doubles from the first to the last. A text of more than LARGE bytes has its
 * own block, so that at most an eighth of each block is unused. */
#define FIRST_BLOCK ((size_t)4 << 10)
#define LAST_BLOCK  ((size_t)1 << 20)
#define LARGE       (FIRST_BLOCK / 8)

struct intern_block {
	struct intern_block *older;
	char bytes[];
};

static void close_blocks(struct intern_block *block)
{
	struct intern_block *older;

	for (; block; block = older) {
		older = block->older;
		heap_free(block);
	}
}

void intern_texts_close(struct intern_texts *texts)
{
	size_t i;

	for (i = 0; i < texts->n_leaves; i++)
		heap_free(texts->leaves[i]);
	heap_free(texts->leaves);
	close_blocks(texts->blocks);
	close_blocks(texts->large);
	memset(texts, 0, sizeof(*texts));
}

/* Doubles the list of leaves. Its size is 1/512 of the leaves: 2^24 entries for all ids. */
static bool grow_list(struct intern_texts *texts)
{
	size_t room = texts->room > 0 ? 2 * texts->room : 8;
	mmr_slice **leaves;

	leaves = heap_alloc(room * sizeof(*leaves));
	if (!leaves)
		return false;
	if (texts->n_leaves > 0)
		memcpy(leaves, texts->leaves, texts->n_leaves * sizeof(*leaves));
	heap_free(texts->leaves);
	texts->n_bytes += (room - texts->room) * sizeof(*leaves);
	texts->leaves = leaves;
	texts->room = room;
	return true;
}

bool intern_texts_room(struct intern_texts *texts, uint32_t id)
{
	mmr_slice *leaf;

	if (id / INTERN_LEAF < texts->n_leaves)
		return true;
	if (texts->n_leaves == texts->room && !grow_list(texts))
		return false;
	leaf = heap_alloc(INTERN_LEAF * sizeof(*leaf));
	if (!leaf)
		return false;
	texts->leaves[texts->n_leaves++] = leaf;
	texts->n_bytes += INTERN_LEAF * sizeof(*leaf);
	return true;
}

/* Adds a new block at the front of a list. `size` cannot overflow: a text of this size is in
 * memory. */
static bool add_block(struct intern_texts *texts, struct intern_block **list, size_t size)
{
	struct intern_block *block;

	block = heap_alloc(sizeof(*block) + size);
	if (!block)
		return false;
	block->older = *list;
	*list = block;
	texts->n_bytes += sizeof(*block) + size;
	return true;
}

char *intern_texts_take(struct intern_texts *texts, size_t len)
{
	size_t size;

	if (len > LARGE)
		return add_block(texts, &texts->large, len) ? texts->large->bytes : NULL;
	if (len > texts->block_size - texts->block_used) {
		size = texts->blocks ? min_size(2 * texts->block_size, LAST_BLOCK) : FIRST_BLOCK;
		if (!add_block(texts, &texts->blocks, size))
			return NULL;
		texts->block_size = size;
		texts->block_used = 0;
	}
	texts->block_used += len;
	return texts->blocks->bytes + texts->block_used - len;
}

void intern_texts_give_back(struct intern_texts *texts, size_t len)
{
	struct intern_block *block = texts->large;

	if (len <= LARGE) {
		texts->block_used -= len;
		return;
	}
	texts->large = block->older;
	texts->n_bytes -= sizeof(*block) + len;
	heap_free(block);
}
