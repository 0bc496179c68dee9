/* intern_table.c - grows the table and adds entries in order
 *
 * SPDX-License-Identifier: MIT */
#include "intern/intern_table.h"

#include <string.h>

#define FIRST_HOMES 16

/* At 13/16, a search examines 3 entries on average. The table grows by a half and by a third in
 * turn, so it is at least 13/24 full: 14.8 bytes per text. With doubling it would be 19.7 bytes. */
static bool is_full(uint64_t n_used, uint64_t n_homes)
{
	return n_used > n_homes * 13 / 16;
}

/* 16, 24, 32, 48, 64 ... 2^32. Up to this size, tag * n_homes fits into 64 bits. */
static uint64_t next_homes(uint64_t n_homes)
{
	return (n_homes & (n_homes - 1)) == 0 ? n_homes / 2 * 3 : n_homes / 3 * 4;
}

/* The usual room after the end: entries that were moved past the end take a few cache lines. */
static uint64_t usual_extra(uint64_t n_homes)
{
	return min_u64(16 + n_homes / 64, 1024);
}

static uint64_t *make_entries(uint64_t n_homes, uint64_t n_extra)
{
	uint64_t n = n_homes + n_extra + INTERN_STRIDE;

	return n > SIZE_MAX / sizeof(uint64_t) ? NULL : heap_alloc((size_t)n * sizeof(uint64_t));
}

bool intern_table_open(struct intern_table *table)
{
	table->n_homes = FIRST_HOMES;
	table->n_extra = usual_extra(FIRST_HOMES);
	table->n_used = 0;
	table->entries = make_entries(table->n_homes, table->n_extra);
	if (!table->entries)
		return false;
	memset(table->entries, 0xff, (size_t)intern_table_bytes(table));
	return true;
}

void intern_table_close(struct intern_table *table)
{
	heap_free(table->entries);
	memset(table, 0, sizeof(*table));
}

uint64_t intern_table_bytes(const struct intern_table *table)
{
	if (!table->entries)
		return 0;
	return (table->n_homes + table->n_extra + INTERN_STRIDE) * sizeof(uint64_t);
}

/* Copies all entries in order to where they belong in `to`. Returns: false if too many are moved
 * past the end. */
static bool sweep(const struct intern_table *from, struct intern_table *to)
{
	uint64_t *at = to->entries, *stop = at + to->n_homes + to->n_extra, *home;
	const uint64_t *entry = from->entries;
	uint64_t n = from->n_used;

	for (; n > 0; entry++) {
		if (*entry == INTERN_FREE)
			continue;
		home = to->entries + (size_t)((*entry >> 32) * to->n_homes >> 32);
		while (at < home)
			*at++ = INTERN_FREE;
		if (at == stop)
			return false;
		*at++ = *entry;
		n--;
	}
	while (at < stop + INTERN_STRIDE)
		*at++ = INTERN_FREE;
	return true;
}

/* Moves all entries to another table. If many tags are close to the end, by chance or by intent,
 * the room after the end is doubled until they fit. It then grows with the number of such tags. */
static bool rebuild(struct intern_table *table, uint64_t n_homes, uint64_t n_extra)
{
	struct intern_table larger;

	for (;; n_extra *= 2) {
		larger.n_homes = n_homes;
		larger.n_extra = n_extra;
		larger.n_used = table->n_used;
		larger.entries = make_entries(n_homes, n_extra);
		if (!larger.entries)
			return false;
		if (sweep(table, &larger))
			break;
		heap_free(larger.entries);
	}
	heap_free(table->entries);
	*table = larger;
	return true;
}

bool intern_table_add(struct intern_table *table, uint32_t tag, uint32_t id)
{
	uint64_t entry = (uint64_t)tag << 32 | id, *at, *end;

	if (is_full(table->n_used + 1, table->n_homes) &&
		!rebuild(table, next_homes(table->n_homes), usual_extra(table->n_homes)))
		return false;
	for (;;) {
		at = intern_table_seek(table, tag);
		while (intern_table_is(*at, tag))
			at++;
		for (end = at; *end != INTERN_FREE; end++)
			;
		if (end < table->entries + table->n_homes + table->n_extra)
			break;
		if (!rebuild(table, table->n_homes, 2 * table->n_extra))
			return false;
	}
	memmove(at + 1, at, (size_t)(end - at) * sizeof(*at));
	*at = entry;
	table->n_used++;
	return true;
}
