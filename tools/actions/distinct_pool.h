/* distinct_pool.h - the values of a part or of the shared table, in memory
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_DISTINCT_POOL_H
#define TOOLS_ACTIONS_DISTINCT_POOL_H

#include "actions/distinct.h"

struct distinct_entry {
	uint64_t count, first;
};

struct distinct_pool {
	mmr_intern *texts;
	/* By id: */
	struct distinct_entry *entries;
	char *extras;
	size_t room;
};

/* All functions can be used with an empty pool: {NULL}. */
void distinct_pool_close(struct distinct_pool *pool);

uint32_t distinct_pool_count(const struct distinct_pool *pool);

/* The bytes that the pool uses, with those to sort it. */
uint64_t distinct_pool_bytes(const struct distinct_pool *pool, const struct distinct_extra *extra);

/* Adds up to DISTINCT_BATCH texts, and sets their ids. New ones have the count 0. Errors: those of
 * mmr_intern_add. */
int distinct_pool_ids(struct distinct_pool *pool, const struct distinct_extra *extra,
	const mmr_slice *texts, size_t n, uint32_t *ret_ids);

/* Adds values with the ids that their texts have. */
void distinct_pool_merge(struct distinct_pool *pool, const struct distinct_extra *extra,
	const struct distinct_value *values, const uint32_t *ids, size_t n);

/* The value of an id. Lifetime: until the pool is changed. */
struct distinct_value distinct_pool_value(
	const struct distinct_pool *pool, const struct distinct_extra *extra, uint32_t id);

/* Calls `fn` for each value. Returns: 0; what `fn` returned; -ENOMEM. Threads: one at a time, also
 * for different pools. */
int distinct_pool_each(const struct distinct_pool *pool, const struct distinct_extra *extra,
	enum distinct_order order, distinct_fn *fn, void *context);

/* What decides the order of values first: the less, the earlier. */
uint64_t distinct_key(const struct distinct_value *value, enum distinct_order order);

/* Compares values with equal keys. Returns: like memcmp. */
int distinct_compare(
	const struct distinct_value *a, const struct distinct_value *b, enum distinct_order order);

#endif
