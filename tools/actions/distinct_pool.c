/* distinct_pool.c - the values of a part or of the shared table, in memory
 *
 * SPDX-License-Identifier: MIT */
#include "actions/distinct_pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A value in the order of the output. */
struct sorted {
	uint64_t key;
	uint32_t id;
};

/* The array of these, and a copy that qsort(3) may make. */
#define SORT_BYTES (2 * sizeof(struct sorted))

#define LEAST_ROOM DISTINCT_BATCH

/* What the comparison needs: qsort(3) passes no context, and only one sort runs at a time. */
static struct {
	const struct distinct_pool *pool;
	const struct distinct_extra *extra;
	enum distinct_order order;
} sorting;

void distinct_pool_close(struct distinct_pool *pool)
{
	mmr_intern_close(pool->texts);
	free(pool->entries);
	free(pool->extras);
	*pool = (struct distinct_pool){NULL, NULL, NULL, 0};
}

uint32_t distinct_pool_count(const struct distinct_pool *pool)
{
	return pool->texts ? mmr_intern_count(pool->texts) : 0;
}

uint64_t distinct_pool_bytes(const struct distinct_pool *pool, const struct distinct_extra *extra)
{
	if (!pool->texts)
		return 0;
	return mmr_intern_bytes(pool->texts) + pool->room * (sizeof(*pool->entries) + extra->size) +
	       (uint64_t)mmr_intern_count(pool->texts) * SORT_BYTES;
}

/* Makes room for `n` more values. */
static int reserve(struct distinct_pool *pool, const struct distinct_extra *extra, size_t n)
{
	size_t needed = mmr_intern_count(pool->texts) + n, room;
	struct distinct_entry *entries;
	char *extras;

	if (needed <= pool->room)
		return 0;
	room = needed > 2 * pool->room ? needed : 2 * pool->room;
	room = room > LEAST_ROOM ? room : LEAST_ROOM;
	entries = realloc(pool->entries, room * sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	pool->entries = entries;
	if (extra->size > 0) {
		extras = realloc(pool->extras, room * extra->size);
		if (!extras)
			return -ENOMEM;
		pool->extras = extras;
	}
	pool->room = room;
	return 0;
}

int distinct_pool_ids(struct distinct_pool *pool, const struct distinct_extra *extra,
	const mmr_slice *texts, size_t n, uint32_t *ret_ids)
{
	uint32_t known, i;
	int err = 0;

	if (!pool->texts)
		err = mmr_intern_open(NULL, &pool->texts);
	if (err == 0)
		err = reserve(pool, extra, n);
	if (err < 0)
		return err;
	known = mmr_intern_count(pool->texts);
	err = mmr_intern_add_many(pool->texts, texts, n, ret_ids);
	for (i = known; i < mmr_intern_count(pool->texts); i++)
		pool->entries[i] = (struct distinct_entry){0, UINT64_MAX};
	if (extra->size > 0 && i > known)
		memset(pool->extras + known * extra->size, 0, (i - known) * extra->size);
	return err;
}

void distinct_pool_merge(struct distinct_pool *pool, const struct distinct_extra *extra,
	const struct distinct_value *values, const uint32_t *ids, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct distinct_entry *entry = &pool->entries[ids[i]];

		entry->count += values[i].count;
		entry->first = min_u64(entry->first, values[i].first);
		if (extra->size > 0)
			extra->merge(pool->extras + ids[i] * extra->size, values[i].extra);
	}
}

struct distinct_value distinct_pool_value(
	const struct distinct_pool *pool, const struct distinct_extra *extra, uint32_t id)
{
	struct distinct_value value = {{NULL, 0}, pool->entries[id].count, pool->entries[id].first,
		extra->size > 0 ? pool->extras + id * extra->size : NULL};

	/* It cannot fail: the id exists. */
	if (mmr_intern_text(pool->texts, id, &value.text) < 0)
		value.count = 0;
	return value;
}

/* --- Order ------------------------------------------------------------------------------------ */

/* The first 8 bytes of a text, so that they compare as numbers. */
static uint64_t first_bytes(mmr_slice text)
{
	uint64_t key = 0;
	size_t i;

	for (i = 0; i < sizeof(key); i++)
		key = key << 8 | (i < text.len ? (unsigned char)text.ptr[i] : 0);
	return key;
}

uint64_t distinct_key(const struct distinct_value *value, enum distinct_order order)
{
	switch (order) {
	case DISTINCT_BY_COUNT:
		return UINT64_MAX - value->count;
	case DISTINCT_BY_VALUE:
		return first_bytes(value->text);
	default:
		return value->first;
	}
}

int distinct_compare(
	const struct distinct_value *a, const struct distinct_value *b, enum distinct_order order)
{
	size_t len = a->text.len < b->text.len ? a->text.len : b->text.len;
	int way;

	if (order != DISTINCT_BY_VALUE)
		return (a->first > b->first) - (a->first < b->first);
	way = len > 0 ? memcmp(a->text.ptr, b->text.ptr, len) : 0;
	return way != 0 ? way : (a->text.len > b->text.len) - (a->text.len < b->text.len);
}

static int compare(const void *left, const void *right)
{
	const struct sorted *a = left, *b = right;
	struct distinct_value values[2];

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	values[0] = distinct_pool_value(sorting.pool, sorting.extra, a->id);
	values[1] = distinct_pool_value(sorting.pool, sorting.extra, b->id);
	return distinct_compare(&values[0], &values[1], sorting.order);
}

int distinct_pool_each(const struct distinct_pool *pool, const struct distinct_extra *extra,
	enum distinct_order order, distinct_fn *fn, void *context)
{
	uint32_t n = distinct_pool_count(pool), i;
	struct distinct_value value;
	struct sorted *sorted;
	int result = 0;

	if (n == 0)
		return 0;
	sorted = malloc(n * sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		value = distinct_pool_value(pool, extra, i);
		sorted[i] = (struct sorted){distinct_key(&value, order), i};
	}
	sorting.pool = pool;
	sorting.extra = extra;
	sorting.order = order;
	qsort(sorted, n, sizeof(*sorted), compare);
	for (i = 0; i < n && result == 0; i++) {
		value = distinct_pool_value(pool, extra, sorted[i].id);
		result = fn(context, &value);
	}
	free(sorted);
	return result;
}
