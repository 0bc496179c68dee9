/* intern_search.h - the pool, and the steps of a lookup, which intern.c and intern_many.c share
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_INTERN_INTERN_SEARCH_H
#define SRC_INTERN_INTERN_SEARCH_H

#include "common.h"
#include "intern/intern_table.h"
#include "intern/intern_texts.h"
#include "simd/load.h"

#include <mmreader/intern.h>

#include <string.h>

struct mmr_intern {
	struct intern_table table; /* has no entries when frozen */
	struct intern_texts texts;
	const char *lo, *hi; /* the range of all texts that are not copies; NULL if there is none */
	uint64_t seed;
	uint32_t n;
	bool zero_copy;
};

/* Texts up to this length are compared with two overlapping loads that stay inside the text. */
#define INTERN_SHORT 16

static inline bool intern_is_equal(const char *a, const char *b, size_t len)
{
	if (len > INTERN_SHORT)
		return memcmp(a, b, len) == 0;
	if (len >= 8)
		return ((load_u64le(a) ^ load_u64le(b)) |
			       (load_u64le(a + len - 8) ^ load_u64le(b + len - 8))) == 0;
	if (len >= 4)
		return ((load_u32le(a) ^ load_u32le(b)) |
			       (load_u32le(a + len - 4) ^ load_u32le(b + len - 4))) == 0;
	return len == 0 || (a[0] == b[0] && a[len / 2] == b[len / 2] && a[len - 1] == b[len - 1]);
}

/* Compares a text with those that have its tag. `entry` is what intern_table_seek returned.
 *
 * Returns: the entry of the text, or one with its tag and MMR_INTERN_NONE. */
static inline uint64_t intern_compare(
	const mmr_intern *pool, const uint64_t *entry, uint32_t tag, mmr_slice text)
{
	const mmr_slice *other;

	for (; intern_table_is(*entry, tag); entry++) {
		other = intern_texts_at(&pool->texts, (uint32_t)*entry);
		if (other->len == text.len && intern_is_equal(other->ptr, text.ptr, text.len))
			return *entry;
	}
	return (uint64_t)tag << 32 | MMR_INTERN_NONE;
}

/* Widens [lo, hi), which contains texts that are looked up, to what they may be compared with. One
 * guard for both costs less than two. `lo` is NULL if all texts are empty. */
static inline mmr_slice intern_guarded(const mmr_intern *pool, uintptr_t lo, uintptr_t hi)
{
	mmr_slice range;

	if (!lo)
		lo = hi = (uintptr_t)pool->lo;
	if (pool->lo && (uintptr_t)pool->lo < lo)
		lo = (uintptr_t)pool->lo;
	if ((uintptr_t)pool->hi > hi)
		hi = (uintptr_t)pool->hi;
	range.ptr = (const char *)lo;
	range.len = (size_t)(hi - lo);
	return range;
}

/* The tag of a text of any length. The bytes must be guarded. */
uint32_t intern_tag(const mmr_intern *pool, mmr_slice text);

/* Errors: -EPERM if the pool is frozen. */
int intern_check(const mmr_intern *pool);

/* Like mmr_intern_add, but copies a new text only if `copy` is set. */
int intern_add(mmr_intern *pool, mmr_slice text, bool copy, uint32_t *ret_id);

/* Like mmr_intern_add_many. */
int intern_add_many(
	mmr_intern *pool, const mmr_slice *texts, size_t n, bool copy, uint32_t *ret_ids);

#endif
