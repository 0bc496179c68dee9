/* intern_faults.c - interning of truncated files and without memory
 *
 * SPDX-License-Identifier: MIT */
#include "intern_list.h"
#include "support.h"

#include "intern/intern_table.h"

#include <sys/mman.h>
#include <unistd.h>

/* --- A malloc(3) for the whole program, which fails on demand --- */

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

static long mallocs_left = -1;           /* allocations that will succeed; below 0: all of them */
static struct temp *truncated_by_malloc; /* the next allocation truncates this file */

void *__wrap_malloc(size_t size)
{
	if (truncated_by_malloc)
		temp_resize(truncated_by_malloc, 0);
	truncated_by_malloc = NULL;
	if (mallocs_left == 0)
		return NULL;
	if (mallocs_left > 0)
		mallocs_left--;
	return __real_malloc(size);
}

/* The file is truncated while bytes are hashed, while they are compared with a text of the pool,
 * and while they are copied. */
START_TEST(test_intern_truncated)
{
	static char bytes[100000], same_bytes[100], fresh[] = "new";
	mmr_reader *memory = memory_reader(fresh, sizeof(fresh));
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	mmr_slice text, lost, twin = {same_bytes, sizeof(same_bytes)}, found, many[40];
	uint32_t id = 99, ids[4], many_ids[40], i;
	mmr_intern *pool, *copies, *more = pool_open(0, true);
	mmr_reader *reader;
	struct temp temp;

	ck_assert_int_eq(mmr_guard_install(), 0);
	memset(bytes, 'x', sizeof(bytes));
	memset(same_bytes, 'y', sizeof(same_bytes));
	memset(bytes + 5 * page, 'y', sizeof(same_bytes));
	temp = temp_open(bytes, sizeof(bytes));
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	text = (mmr_slice){mmr_bytes(reader).ptr, 10};
	lost = (mmr_slice){mmr_bytes(reader).ptr + 5 * page, sizeof(same_bytes)};
	pool = pool_open(0, false);
	copies = pool_open(0, true);
	ck_assert_int_eq(mmr_intern_add(pool, text, &id), 1);
	ck_assert_int_eq(mmr_intern_add(pool, lost, &id), 1);
	ck_assert_int_eq(mmr_intern_add(copies, lost, &id), 1);
	temp_resize(&temp, page);

	id = 99;
	lost.len--;
	ck_assert_int_eq(mmr_intern_add(pool, lost, &id), MMR_ETRUNCATED);
	ck_assert_uint_eq(mmr_last_error_offset(), page);
	ck_assert_int_eq(mmr_intern_find(pool, lost, &id), MMR_ETRUNCATED);
	ck_assert_int_eq(mmr_intern_add(copies, lost, &id), MMR_ETRUNCATED);
	/* The text is intact, but the one that it is compared with is lost. */
	ck_assert_int_eq(mmr_intern_add(pool, twin, &id), MMR_ETRUNCATED);
	ck_assert_int_eq(mmr_intern_find(pool, twin, &id), MMR_ETRUNCATED);
	ck_assert_uint_eq(id, 99);
	ck_assert_uint_eq(mmr_intern_count(pool), 2);
	ck_assert_uint_eq(mmr_intern_count(copies), 1);

	/* In a call with other texts, before and after the lost one. The ones before are added. */
	for (i = 0; i < ARRAY_LEN(many); i++)
		many[i] = i % 3 == 0 ? text : (mmr_slice){bytes + i, 1 + i};
	ck_assert_int_eq(mmr_intern_find_many(copies, many, ARRAY_LEN(many), many_ids), 0);
	many[30] = lost;
	ck_assert_int_eq(
		mmr_intern_find_many(copies, many, ARRAY_LEN(many), many_ids), MMR_ETRUNCATED);
	ck_assert_uint_eq(mmr_last_error_offset(), page);
	ck_assert_int_eq(
		mmr_intern_add_many(more, many, ARRAY_LEN(many), many_ids), MMR_ETRUNCATED);
	ck_assert_uint_eq(mmr_last_error_offset(), page);
	ck_assert_uint_eq(mmr_intern_count(more), 21);
	many[30] = twin;
	ck_assert_int_eq(mmr_intern_add_many(more, many, ARRAY_LEN(many), many_ids), 0);
	ck_assert_int_eq(mmr_intern_find_many(pool, &twin, 1, many_ids), MMR_ETRUNCATED);
	mmr_intern_close(more);

	/* Other texts can still be used, and a copy outlives the file. */
	ck_assert_int_eq(mmr_intern_find(pool, text, &id), 1);
	ck_assert_uint_eq(id, 0);
	ck_assert_int_eq(mmr_intern_add(pool, mmr_slice_of(fresh), &id), 1);
	ck_assert_uint_eq(id, 2);
	ck_assert_int_eq(mmr_intern_find(copies, twin, &id), 1);
	ck_assert_int_eq(mmr_intern_text(copies, 0, &found), 0);
	ck_assert(same(found, twin));

	/* A merge stops at the lost text and keeps the texts before it. */
	ck_assert_int_eq(mmr_intern_merge(copies, pool, ids), MMR_ETRUNCATED);
	ck_assert_uint_eq(mmr_intern_count(copies), 2);
	ck_assert_int_eq(mmr_intern_find(copies, text, &id), 1);
	ck_assert_uint_eq(id, 1);
	mmr_intern_close(pool);
	mmr_intern_close(copies);
	mmr_close(memory);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* Each allocation of a growing pool fails once. The next attempt succeeds. */
static void add_without_memory(bool copy)
{
	static char bytes[600][1000];
	mmr_reader *memory = memory_reader(bytes, sizeof(bytes));
	static struct list list;
	mmr_intern *pool = pool_open(3, copy);
	unsigned n_failed = 0;
	uint64_t held;
	mmr_slice text;
	uint32_t i, id;
	int err;

	list.n = 0;
	for (i = 0; i < ARRAY_LEN(bytes); i++) {
		text = (mmr_slice){bytes[i], i % 9 == 0 ? sizeof(bytes[i]) : 30};
		memset(bytes[i], 'x', text.len);
		memcpy(bytes[i], &i, sizeof(i));
		held = mmr_intern_bytes(pool);
		id = 99999;
		for (mallocs_left = 0; (err = mmr_intern_add(pool, text, &id)) < 0;
			mallocs_left = (long)(++n_failed % 3)) {
			mallocs_left = -1;
			MUST(err == -ENOMEM && id == 99999, "text %u: %d", i, err);
			MUST(strstr(mmr_last_error(), "memory"), "%s", mmr_last_error());
			must_hold(pool, &list, "without memory");
		}
		mallocs_left = -1;
		MUST(err == 1 && id == i && mmr_intern_bytes(pool) >= held, "text %u", i);
		list.texts[list.n++] = text;
	}
	must_hold(pool, &list, "after all");
	ck_assert_uint_ge(n_failed, 10);
	mmr_intern_close(pool);
	mmr_close(memory);
}

/* Each allocation fails once while many texts are added. The texts before the failing one stay, and
 * the next call continues. */
static void add_many_without_memory(bool copy)
{
	static char bytes[600][1000];
	static mmr_slice texts[600];
	static uint32_t ids[600];
	mmr_reader *memory = memory_reader(bytes, sizeof(bytes));
	static struct list list;
	mmr_intern *pool = pool_open(3, copy);
	unsigned n_failed = 0;
	uint32_t i;
	int err;

	for (i = 0; i < ARRAY_LEN(bytes); i++) {
		texts[i] = (mmr_slice){bytes[i], i % 9 == 0 ? sizeof(bytes[i]) : 30};
		memset(bytes[i], 'x', texts[i].len);
		memcpy(bytes[i], &i, sizeof(i));
	}
	list.n = 0;
	do {
		mallocs_left = (long)(n_failed % 3);
		err = mmr_intern_add_many(pool, texts, ARRAY_LEN(texts), ids);
		mallocs_left = -1;
		n_failed += err < 0;
		MUST(err == 0 || err == -ENOMEM, "%d", err);
		MUST(err == 0 || strstr(mmr_last_error(), "memory"), "%s", mmr_last_error());
		while (list.n < mmr_intern_count(pool)) {
			list.texts[list.n] = texts[list.n];
			list.n++;
		}
		must_hold(pool, &list, "many without memory");
	} while (err < 0);
	for (i = 0; i < ARRAY_LEN(texts); i++)
		MUST(ids[i] == i, "text %u is %u", i, ids[i]);
	ck_assert_uint_ge(n_failed, 10);
	mmr_intern_close(pool);
	mmr_close(memory);
}

START_TEST(test_intern_without_memory)
{
	uint64_t before = heap_in_use();
	mmr_intern *pool = NULL;
	long n;

	for (n = 0; !pool; n++) {
		mallocs_left = n;
		MUST(mmr_intern_open(NULL, &pool) == (n < 2 ? -ENOMEM : 0), "%ld", n);
		mallocs_left = -1;
	}
	mmr_intern_close(pool);
	add_without_memory(false);
	add_without_memory(true);
	add_many_without_memory(false);
	add_many_without_memory(true);
	ck_assert_uint_eq(mmr_heap_bytes(), before);
}
END_TEST

/* A text is lost after it was found to be new and before it is copied, into a shared block and into
 * its own block. Memory that was allocated for it is freed. */
START_TEST(test_intern_truncated_before_the_copy)
{
	static char bytes[100000];
	static const size_t lens[] = {30, 512, 513, 50000};
	mmr_intern *pool;
	mmr_slice text;
	size_t i, k;

	ck_assert_int_eq(mmr_guard_install(), 0);
	memset(bytes, 'x', sizeof(bytes));
	for (i = 0; i < ARRAY_LEN(lens); i++) {
		struct temp temp = temp_open(bytes, sizeof(bytes));
		mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
		uint64_t heap = heap_in_use(), held;
		uint32_t id = 99;

		pool = pool_open(3, true);
		/* The first text also allocates a leaf for its slice. The others fill its block. */
		ck_assert_int_eq(mmr_intern_add(pool, mmr_slice_of("first"), &id), 1);
		for (k = 0; lens[i] <= 512 && k < (4096 - 5) / lens[i]; k++) {
			memcpy(bytes, &k, sizeof(k));
			ck_assert_int_eq(mmr_intern_add(pool, (mmr_slice){bytes, lens[i]}, &id), 1);
		}
		memset(bytes, 'x', sizeof(k));
		held = mmr_intern_bytes(pool);
		text = (mmr_slice){mmr_bytes(reader).ptr, lens[i]};
		truncated_by_malloc = &temp;
		id = 99;
		MUST(mmr_intern_add(pool, text, &id) == MMR_ETRUNCATED, "%zu bytes: %s", lens[i],
			mmr_last_error());
		ck_assert_ptr_null(truncated_by_malloc);
		ck_assert_uint_eq(id, 99);
		ck_assert_uint_eq(mmr_intern_count(pool), k + 1);
		/* A shared block is kept for the next texts. */
		ck_assert_uint_le(mmr_intern_bytes(pool), held + (lens[i] <= 512 ? 8192 + 16 : 0));
		ck_assert_int_eq(mmr_intern_add(pool, (mmr_slice){bytes, lens[i]}, &id), 1);
		ck_assert_uint_eq(id, k + 1);
		ck_assert_int_eq(mmr_intern_text(pool, id, &text), 0);
		ck_assert(same(text, (mmr_slice){bytes, lens[i]}));
		mmr_intern_close(pool);
		ck_assert_uint_eq(mmr_heap_bytes(), heap);
		mmr_close(reader);
		temp_close(&temp);
	}
}
END_TEST

/* All tags are equal and the largest, so the end of the table is full: it grows, or is unchanged on
 * failure. */
START_TEST(test_intern_table_without_memory)
{
	struct intern_table table;
	uint64_t *entry, bytes;
	unsigned n_failed = 0;
	uint32_t i, k;
	bool added;

	ck_assert(intern_table_open(&table));
	for (i = 0; i < 3000; i++) {
		bytes = intern_table_bytes(&table);
		mallocs_left = 0;
		added = intern_table_add(&table, UINT32_MAX, i);
		mallocs_left = -1;
		if (!added) {
			n_failed++;
			ck_assert_uint_eq(table.n_used, i);
			ck_assert_uint_eq(intern_table_bytes(&table), bytes);
			entry = intern_table_seek(&table, UINT32_MAX);
			for (k = 0; k < i; k++)
				MUST((uint32_t)entry[k] == k, "entry %u of %u", k, i);
			ck_assert(intern_table_add(&table, UINT32_MAX, i));
		}
	}
	/* This is more often than the table grows from 16 to 4096 slots. */
	ck_assert_uint_gt(n_failed, 16);
	intern_table_close(&table);
}
END_TEST

static Suite *intern_faults_suite(void)
{
	Suite *suite = suite_create("intern_faults");

	ADD_CASE(suite, "faults", test_intern_truncated, test_intern_truncated_before_the_copy,
		test_intern_without_memory, test_intern_table_without_memory);
	return suite;
}

CHECK_MAIN(intern_faults_suite)
