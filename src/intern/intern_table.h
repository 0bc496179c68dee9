/* intern_table.h - the hash table under intern.c: from 32 bits of a hash to ids
 *
 * Open addressing, in order: the place of an entry grows with its tag, so entries stand sorted by
 * tag. A search ends at the first larger one, which keeps it short in a table that is 13/16 full;
 * equal tags stand together; and a larger table is filled in one sweep over the old one, from
 * front to back, without a look at a single text.
 *
 * The price is that an entry may have to push others on: half a cache line, on average.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_INTERN_INTERN_TABLE_H
#define SRC_INTERN_INTERN_TABLE_H

#include "common.h"

/* An entry: the tag in its high half, the id in its low half. Free ones sort behind all others. */
#define INTERN_FREE UINT64_MAX

/* A search counts the smaller ones among so many entries, without a branch: where it will end
 * cannot be predicted, and a wrong guess costs more than to look at all of them. */
#define INTERN_STRIDE 8

struct intern_table {
	uint64_t *entries; /* n_homes + n_extra + INTERN_STRIDE; the last ones are always free */
	uint64_t n_homes;  /* an entry belongs at tag / 2^32 of these ... */
	uint64_t n_extra;  /* ... and those pushed past their end stand here */
	uint64_t n_used;
};

/* Errors: false when there is no memory. */
bool intern_table_open(struct intern_table *table);
void intern_table_close(struct intern_table *table);

/* Adds an entry behind those with its tag, in a larger table if need be.
 *
 * Shape: `id` is not UINT32_MAX; there are fewer than MMR_INTERN_MAX entries.
 * Errors: false when there is no memory; the table is then as it was. */
bool intern_table_add(struct intern_table *table, uint32_t tag, uint32_t id);

uint64_t intern_table_bytes(const struct intern_table *table);

/* The first entry with this tag, or where it would stand. */
static inline uint64_t *intern_table_seek(const struct intern_table *table, uint32_t tag)
{
	uint64_t *at = table->entries + (size_t)(tag * table->n_homes >> 32);
	uint64_t wanted = (uint64_t)tag << 32;

	while (at[INTERN_STRIDE - 1] < wanted)
		at += INTERN_STRIDE;
	at += 4 * (size_t)(at[3] < wanted);
	at += 2 * (size_t)(at[1] < wanted);
	return at + (at[0] < wanted);
}

static inline bool intern_table_is(uint64_t entry, uint32_t tag)
{
	return entry >> 32 == tag && entry != INTERN_FREE;
}

#endif
