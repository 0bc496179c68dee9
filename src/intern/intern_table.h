/* intern_table.h - the hash table of intern.c: maps 32 bits of a hash to ids
 *
 * Open addressing with ordered entries: the position of an entry grows with its tag, so the entries
 * are sorted by tag. A search ends at the first larger tag, which keeps it short in a table that is
 * 13/16 full. Equal tags are adjacent. A larger table is filled in one pass over the old one,
 * without reading any text.
 *
 * In return, adding an entry may move other entries: half a cache line on average.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_INTERN_INTERN_TABLE_H
#define SRC_INTERN_INTERN_TABLE_H

#include "common.h"

/* An entry has the tag in its high half and the id in its low half. Free ones are the largest. */
#define INTERN_FREE UINT64_MAX

/* A search counts the smaller tags among this many entries without a branch. The processor cannot
 * predict where the search ends, and a misprediction costs more than examining all of them. */
#define INTERN_STRIDE 8

struct intern_table {
	uint64_t *entries; /* n_homes + n_extra + INTERN_STRIDE; the last ones are always free */
	uint64_t n_homes;  /* an entry belongs at index tag * n_homes / 2^32 */
	uint64_t n_extra;  /* room for entries that were moved past the end of these */
	uint64_t n_used;
};

/* Returns: false if there is no memory. */
bool intern_table_open(struct intern_table *table);
void intern_table_close(struct intern_table *table);

/* Adds an entry after those with the same tag, in a larger table if needed.
 *
 * Shape: `id` is not UINT32_MAX; there are fewer than MMR_INTERN_MAX entries.
 * Returns: false if there is no memory; the table is then unchanged. */
bool intern_table_add(struct intern_table *table, uint32_t tag, uint32_t id);

uint64_t intern_table_bytes(const struct intern_table *table);

/* Where the search for a tag starts. */
static inline uint64_t *intern_table_home(const struct intern_table *table, uint32_t tag)
{
	return table->entries + (size_t)(tag * table->n_homes >> 32);
}

/* The first entry with this tag, or the position where it would be. */
static inline uint64_t *intern_table_seek(const struct intern_table *table, uint32_t tag)
{
	uint64_t *at = intern_table_home(table, tag);
	uint64_t wanted = (uint64_t)tag << 32;

	while (at[INTERN_STRIDE - 1] < wanted)
		at += INTERN_STRIDE;
	return at +
	       ((size_t)(at[0] < wanted) + (at[1] < wanted) + (at[2] < wanted) + (at[3] < wanted) +
		       (at[4] < wanted) + (at[5] < wanted) + (at[6] < wanted));
}

static inline bool intern_table_is(uint64_t entry, uint32_t tag)
{
	return entry >> 32 == tag && entry != INTERN_FREE;
}

#endif
