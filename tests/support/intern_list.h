/* intern_list.h - the oracle of interning: a list that is searched from the start
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_INTERN_LIST_H
#define TESTS_INTERN_LIST_H

#include "support.h"

#define LIST_MAX 4000

struct list {
	mmr_slice texts[LIST_MAX];
	uint32_t n;
};

static inline bool same(mmr_slice a, mmr_slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline uint32_t list_find(const struct list *list, mmr_slice text)
{
	uint32_t i = 0;

	while (i < list->n && !same(list->texts[i], text))
		i++;
	return i;
}

static inline mmr_intern *pool_open(uint64_t seed, bool copy)
{
	mmr_intern_options options = MMR_INTERN_OPTIONS_INIT;
	mmr_intern *pool = NULL;

	options.seed = seed;
	options.zero_copy = !copy;
	ck_assert_int_eq(mmr_intern_open(&options, &pool), 0);
	return pool;
}

/* Opens a reader of memory, so that a pool without copies accepts texts in it. */
static inline mmr_reader *memory_reader(const void *bytes, size_t len)
{
	mmr_reader *reader = NULL;

	ck_assert_int_eq(mmr_open_memory(bytes, len, &reader), 0);
	return reader;
}

static inline void must_hold(const mmr_intern *pool, const struct list *list, const char *name)
{
	mmr_slice text;
	uint32_t i, id;

	MUST(mmr_intern_count(pool) == list->n, "%s: count", name);
	for (i = 0; i < list->n; i++) {
		MUST(mmr_intern_text(pool, i, &text) == 0, "%s: text %u", name, i);
		MUST(same(text, list->texts[i]), "%s: text %u differs", name, i);
		MUST(mmr_intern_find(pool, text, &id) == 1 && id == i, "%s: find %u", name, i);
	}
}

static inline void must_add(mmr_intern *pool, struct list *list, mmr_slice text, const char *name)
{
	uint32_t wanted = list_find(list, text), id = 77;
	bool is_new = wanted == list->n;

	MUST(mmr_intern_find(pool, text, &id) == !is_new, "%s: found, before %u", name, wanted);
	MUST(id == (is_new ? 77 : wanted), "%s: id %u found for %u", name, id, wanted);
	MUST(mmr_intern_add(pool, text, &id) == is_new, "%s: new, at %u", name, wanted);
	MUST(id == wanted, "%s: id %u for %u", name, id, wanted);
	if (is_new)
		list->texts[list->n++] = text;
}

#endif
