/* intern.c - pools of distinct texts
 *
 * A lookup has three steps: hash the text, find the upper 32 bits of the hash (the tag) in a table
 * of 8 bytes per entry, and compare the text with those that have the same tag. Two different texts
 * share a tag with a probability of 2^-32, so there is nearly always only one comparison. The table
 * stores the tags, so it grows without hashing again.
 *
 * SPDX-License-Identifier: MIT */
#include "file/guard.h"
#include "file/registry.h"
#include "intern/intern_search.h"

#include <errno.h>
#include <time.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* The time in nanoseconds and the addresses of heap and stack cannot be guessed from outside. */
static uint64_t make_seed(const mmr_intern *pool)
{
	struct {
		struct timespec now;
		const void *place[2];
	} salt;

	memset(&salt, 0, sizeof(salt));
	clock_gettime(CLOCK_REALTIME, &salt.now);
	salt.place[0] = pool;
	salt.place[1] = &salt;
	return XXH3_64bits(&salt, sizeof(salt));
}

int mmr_intern_open(const mmr_intern_options *options, mmr_intern **ret_pool)
{
	mmr_intern *pool;

	if (options && options->struct_size < sizeof(*options))
		return error_set(-EINVAL, "open an intern pool with options of %zu bytes",
			options->struct_size);
	pool = heap_alloc(sizeof(*pool));
	if (!pool)
		return error_set(-ENOMEM, "open an intern pool");
	memset(pool, 0, sizeof(*pool));
	if (!intern_table_open(&pool->table)) {
		heap_free(pool);
		return error_set(-ENOMEM, "open an intern pool");
	}
	pool->zero_copy = options && options->zero_copy;
	pool->seed = options && options->seed != 0 ? options->seed : make_seed(pool);
	*ret_pool = pool;
	return 0;
}

void mmr_intern_close(mmr_intern *pool)
{
	if (!pool)
		return;
	intern_table_close(&pool->table);
	intern_texts_close(&pool->texts);
	heap_free(pool);
}

static inline uint32_t tag_of(const mmr_intern *pool, mmr_slice text)
{
	return (uint32_t)(XXH3_64bits_withSeed(text.ptr, text.len, pool->seed) >> 32);
}

static inline uint64_t search(const mmr_intern *pool, mmr_slice text)
{
	uint32_t tag = tag_of(pool, text);

	return intern_compare(pool, intern_table_seek(&pool->table, tag), tag, text);
}

/* These run under the guard. They are separate functions, because the compiler keeps nothing in
 * registers in a function that calls sigsetjmp. There are two, so that the one for short texts
 * calls nothing and saves no registers, which halves its time.
 *
 * Returns: the entry of the text, or one with its tag and MMR_INTERN_NONE. */
static __attribute__((noinline, flatten)) uint64_t search_short(
	const mmr_intern *pool, mmr_slice text)
{
	if (text.len > INTERN_SHORT)
		__builtin_unreachable();
	return search(pool, text);
}

static __attribute__((noinline)) uint64_t search_long(const mmr_intern *pool, mmr_slice text)
{
	return search(pool, text);
}

/* Two calls, because the compiler would make one indirect call of a conditional expression. */
static inline uint64_t search_any(const mmr_intern *pool, mmr_slice text)
{
	if (text.len <= INTERN_SHORT)
		return search_short(pool, text);
	return search_long(pool, text);
}

uint32_t intern_tag(const mmr_intern *pool, mmr_slice text)
{
	return tag_of(pool, text);
}

static __attribute__((noinline)) int search_guarded(
	const mmr_intern *pool, const mmr_slice *text, uint64_t *ret_entry)
{
	uintptr_t lo = text->len > 0 ? (uintptr_t)text->ptr : 0; /* empty ones have any address */
	mmr_slice range = intern_guarded(pool, lo, lo + text->len);
	struct guard guard;

	if (!GUARD_ENTER(&guard, range.ptr, range.len))
		return guard_fault(&guard);
	*ret_entry = search_any(pool, *text);
	guard_leave(&guard);
	return 0;
}

int intern_check(const mmr_intern *pool)
{
	return pool->table.entries ? 0 : error_set(-EPERM, "search in a frozen intern pool");
}

static inline int find(const mmr_intern *pool, mmr_slice text, uint64_t *ret_entry)
{
	if (!pool->table.entries)
		return intern_check(pool);
	if (slice_is_nowhere(text))
		return error_nowhere();
	if (atomic_load_explicit(&guard_installed, memory_order_relaxed))
		return search_guarded(pool, &text, ret_entry);
	*ret_entry = search_any(pool, text);
	return 0;
}

int mmr_intern_find(const mmr_intern *pool, mmr_slice text, uint32_t *ret_id)
{
	uint64_t entry;
	int err = find(pool, text, &entry);

	if (err < 0)
		return err;
	if ((uint32_t)entry == MMR_INTERN_NONE)
		return 0;
	*ret_id = (uint32_t)entry;
	return 1;
}

/* Replaces `text` by a copy. */
static int copy_text(mmr_intern *pool, mmr_slice *text)
{
	struct guard guard;
	char *copy;

	copy = intern_texts_take(&pool->texts, text->len);
	if (!copy)
		return error_set(-ENOMEM, "copy a text of %zu bytes", text->len);
	if (!GUARD_ENTER(&guard, text->ptr, text->len)) {
		intern_texts_give_back(&pool->texts, text->len);
		return guard_fault(&guard);
	}
	memcpy(copy, text->ptr, text->len);
	guard_leave(&guard);
	text->ptr = copy;
	return 0;
}

/* A text that is not copied must stay valid as long as the pool. This is known only for bytes of
 * open readers: the buffer of a block is reused for the next block. */
static int check_lasting(mmr_slice text)
{
	if (registry_find(text, NULL))
		return 0;
	error_set(-EINVAL, "intern without a copy %zu bytes that are in no open reader", text.len);
	return error_hint(
		-EINVAL, "set zero_copy to false, or open the memory with mmr_open_memory");
}

/* Adds a text with the next id. On failure the pool is unchanged. */
static int add_new(mmr_intern *pool, mmr_slice text, uint32_t tag, bool copy)
{
	int err = 0;

	if (pool->n == MMR_INTERN_MAX)
		return error_set(
			-EOVERFLOW, "intern more than %lu texts", (unsigned long)MMR_INTERN_MAX);
	if (!intern_texts_room(&pool->texts, pool->n))
		return error_set(-ENOMEM, "intern text %lu", (unsigned long)pool->n);
	if (text.len == 0) {
		text.ptr = "";
		copy = false;
	} else {
		err = copy ? copy_text(pool, &text) : check_lasting(text);
	}
	if (err < 0)
		return err;
	if (!intern_table_add(&pool->table, tag, pool->n)) {
		if (copy)
			intern_texts_give_back(&pool->texts, text.len);
		return error_set(-ENOMEM, "intern text %lu", (unsigned long)pool->n);
	}
	if (!copy && text.len > 0) {
		if (!pool->lo || (uintptr_t)text.ptr < (uintptr_t)pool->lo)
			pool->lo = text.ptr;
		if ((uintptr_t)(text.ptr + text.len) > (uintptr_t)pool->hi)
			pool->hi = text.ptr + text.len;
	}
	*intern_texts_at(&pool->texts, pool->n++) = text;
	return 1;
}

int intern_add(mmr_intern *pool, mmr_slice text, bool copy, uint32_t *ret_id)
{
	uint64_t entry;
	int err = find(pool, text, &entry);

	if (err == 0 && (uint32_t)entry == MMR_INTERN_NONE) {
		err = add_new(pool, text, (uint32_t)(entry >> 32), copy);
		entry = pool->n - 1;
	}
	if (err >= 0)
		*ret_id = (uint32_t)entry;
	return err;
}

int mmr_intern_add(mmr_intern *pool, mmr_slice text, uint32_t *ret_id)
{
	return intern_add(pool, text, !pool->zero_copy, ret_id);
}

int mmr_intern_text(const mmr_intern *pool, uint32_t id, mmr_slice *ret_text)
{
	if (id >= pool->n)
		return error_set(-ERANGE, "return text %lu of an intern pool of %lu texts",
			(unsigned long)id, (unsigned long)pool->n);
	*ret_text = *intern_texts_at(&pool->texts, id);
	return 0;
}

uint32_t mmr_intern_count(const mmr_intern *pool)
{
	return pool->n;
}

uint64_t mmr_intern_bytes(const mmr_intern *pool)
{
	return sizeof(*pool) + intern_table_bytes(&pool->table) + pool->texts.n_bytes;
}

void mmr_intern_freeze(mmr_intern *pool)
{
	intern_table_close(&pool->table);
}

int mmr_intern_merge(mmr_intern *pool, const mmr_intern *other, uint32_t *ret_ids)
{
	bool copy = !pool->zero_copy || other->texts.blocks || other->texts.large;
	uint32_t unused[INTERN_LEAF] = {0}, i, n;
	int err = intern_check(pool);

	/* The texts of a leaf are one array. */
	for (i = 0; i < other->n && err == 0; i += n) {
		n = (uint32_t)min_u64(INTERN_LEAF, other->n - i);
		err = intern_add_many(pool, intern_texts_at(&other->texts, i), n, copy,
			ret_ids ? ret_ids + i : unused);
	}
	return err;
}
