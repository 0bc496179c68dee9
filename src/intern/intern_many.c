/* intern_many.c - lookups of many texts in one call
 *
 * In a pool that is larger than the caches, a lookup waits for memory three times, and each access
 * needs the result of the one before: the table, the slice, the text. So each step is done for a
 * group of texts before the next step, and memory serves a whole group at a time.
 *
 * SPDX-License-Identifier: MIT */
#include "file/guard.h"
#include "intern/intern_search.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* Processors have room for 10 to 16 or more cache misses at a time. A larger group gains nothing
 * and spills the arrays below. */
#define GROUP 16

/* The tag of a text. That of a short one is computed here, without a call. */
static inline uint32_t tag_of(const mmr_intern *pool, mmr_slice text)
{
	if (text.len > INTERN_SHORT)
		return intern_tag(pool, text);
	return (uint32_t)(XXH3_64bits_withSeed(text.ptr, text.len, pool->seed) >> 32);
}

/* Like intern_is_equal, but four loads cover 4 to 16 bytes without a branch that depends on the
 * length. In a single lookup the branch of the hash predicts that of the comparison; here they are
 * far apart. */
static inline bool is_equal(const char *a, const char *b, size_t len)
{
	size_t middle = len / 8 * 4;

	if (len < 4 || len > INTERN_SHORT)
		return intern_is_equal(a, b, len);
	return ((load_u32le(a) ^ load_u32le(b)) |
		       (load_u32le(a + middle) ^ load_u32le(b + middle)) |
		       (load_u32le(a + len - 4 - middle) ^ load_u32le(b + len - 4 - middle)) |
		       (load_u32le(a + len - 4) ^ load_u32le(b + len - 4))) == 0;
}

/* Runs under the guard, in a function of its own (see intern.c). Prefetching an address that is
 * not mapped is harmless. */
static __attribute__((noinline)) void search_group(
	const mmr_intern *pool, const mmr_slice *texts, size_t n, uint32_t *ret_ids)
{
	static const mmr_slice no_text = {"", SIZE_MAX};
	const mmr_slice *others[GROUP];
	const uint64_t *entries[GROUP];
	uint32_t tags[GROUP];
	size_t i;

	for (i = 0; i < n; i++) {
		tags[i] = tag_of(pool, texts[i]);
		entries[i] = intern_table_home(&pool->table, tags[i]);
		__builtin_prefetch(entries[i]);
		__builtin_prefetch(entries[i] + INTERN_STRIDE - 1);
	}
	for (i = 0; i < n; i++) {
		entries[i] = intern_table_seek(&pool->table, tags[i]);
		others[i] = &no_text;
		if (intern_table_is(*entries[i], tags[i]))
			others[i] = intern_texts_at(&pool->texts, (uint32_t)*entries[i]);
		__builtin_prefetch(others[i]);
	}
	for (i = 0; i < n; i++)
		__builtin_prefetch(others[i]->ptr);
	for (i = 0; i < n; i++) {
		if (others[i]->len == texts[i].len &&
			is_equal(others[i]->ptr, texts[i].ptr, texts[i].len))
			ret_ids[i] = (uint32_t)*entries[i];
		else
			ret_ids[i] = (uint32_t)intern_compare(pool, entries[i], tags[i], texts[i]);
	}
}

static __attribute__((noinline)) int search_group_guarded(
	const mmr_intern *pool, const mmr_slice *texts, size_t n, uint32_t *ret_ids)
{
	uintptr_t lo = 0, hi = 0, at;
	struct guard guard;
	mmr_slice range;
	size_t i;

	/* An empty text may have any address. */
	for (i = 0; i < n; i++) {
		if (texts[i].len == 0)
			continue;
		at = (uintptr_t)texts[i].ptr;
		if (!lo || at < lo)
			lo = at;
		if (at + texts[i].len > hi)
			hi = at + texts[i].len;
	}
	range = intern_guarded(pool, lo, hi);
	if (!GUARD_ENTER(&guard, range.ptr, range.len))
		return guard_fault(&guard);
	search_group(pool, texts, n, ret_ids);
	guard_leave(&guard);
	return 0;
}

/* Looks up at most GROUP texts. */
static int find_group(const mmr_intern *pool, const mmr_slice *texts, size_t n, uint32_t *ret_ids)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (slice_is_nowhere(texts[i]))
			return error_nowhere();
	if (atomic_load_explicit(&guard_installed, memory_order_relaxed))
		return search_group_guarded(pool, texts, n, ret_ids);
	search_group(pool, texts, n, ret_ids);
	return 0;
}

int mmr_intern_find_many(
	const mmr_intern *pool, const mmr_slice *texts, size_t n, uint32_t *ret_ids)
{
	size_t i;
	int err = intern_check(pool);

	for (i = 0; i < n && err == 0; i += GROUP)
		err = find_group(pool, texts + i, min_size(GROUP, n - i), ret_ids + i);
	return err;
}

/* After an error in a group, its texts are added one by one, so that those before the failing one
 * are added and the error is the one of that text. */
int intern_add_many(
	mmr_intern *pool, const mmr_slice *texts, size_t n, bool copy, uint32_t *ret_ids)
{
	bool is_searched = false;
	size_t i;
	int err = intern_check(pool);

	for (i = 0; i < n && err >= 0; i++) {
		if (i % GROUP == 0)
			is_searched = find_group(pool, texts + i, min_size(GROUP, n - i),
					      ret_ids + i) == 0;
		if (!is_searched || ret_ids[i] == MMR_INTERN_NONE)
			err = intern_add(pool, texts[i], copy, &ret_ids[i]);
	}
	return err < 0 ? err : 0;
}

int mmr_intern_add_many(mmr_intern *pool, const mmr_slice *texts, size_t n, uint32_t *ret_ids)
{
	return intern_add_many(pool, texts, n, !pool->zero_copy, ret_ids);
}
