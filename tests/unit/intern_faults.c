/* intern_faults.c - texts that go away and memory that is not there
 *
 * SPDX-License-Identifier: MIT */
#include "intern_list.h"
#include "support.h"

#include "intern/intern_table.h"

#include <sys/mman.h>
#include <unistd.h>

/* --- malloc(3) of the whole program, which fails on demand --- */

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

static long mallocs_left = -1;   /* that will work; below 0: all of them */
static struct temp *lost_by_one; /* the file that is cut by the next one */

void *__wrap_malloc(size_t size)
{
	if (lost_by_one)
		temp_resize(lost_by_one, 0);
	lost_by_one = NULL;
	if (mallocs_left == 0)
		return NULL;
	if (mallocs_left > 0)
		mallocs_left--;
	return __real_malloc(size);
}

/* The bytes go while they are hashed, while they are compared with a text of the pool, and while
 * they are copied. */
START_TEST(test_intern_truncated)
{
	static char bytes[100000], same_bytes[100], fresh[] = "new";
	mmr_reader *memory = lasting(fresh, sizeof(fresh));
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	mmr_slice text, lost, twin = {same_bytes, sizeof(same_bytes)}, found;
	uint32_t id = 99, ids[4];
	mmr_intern *pool, *copies;
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
	/* Intact itself, but what it is compared with is gone. */
	ck_assert_int_eq(mmr_intern_add(pool, twin, &id), MMR_ETRUNCATED);
	ck_assert_int_eq(mmr_intern_find(pool, twin, &id), MMR_ETRUNCATED);
	ck_assert_uint_eq(id, 99);
	ck_assert_uint_eq(mmr_intern_count(pool), 2);
	ck_assert_uint_eq(mmr_intern_count(copies), 1);

	/* What is there works on, and a copy outlives the file. */
	ck_assert_int_eq(mmr_intern_find(pool, text, &id), 1);
	ck_assert_uint_eq(id, 0);
	ck_assert_int_eq(mmr_intern_add(pool, mmr_slice_of(fresh), &id), 1);
	ck_assert_uint_eq(id, 2);
	ck_assert_int_eq(mmr_intern_find(copies, twin, &id), 1);
	ck_assert_int_eq(mmr_intern_text(copies, 0, &found), 0);
	ck_assert(same(found, twin));

	/* A merge stops at the lost text; what came before is there. */
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

/* Every allocation of growing from nothing fails once; the next try works. */
static void add_without_memory(bool copy)
{
	static char bytes[600][1000];
	mmr_reader *memory = lasting(bytes, sizeof(bytes));
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
	ck_assert_uint_eq(mmr_heap_bytes(), before);
}
END_TEST

/* A text goes between the look that finds it new and the one that copies it: with room in a common
 * block, and in one of its own. What was taken for it is given back. */
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
		/* The first needs a leaf for its slice, too; then its block is filled up. */
		ck_assert_int_eq(mmr_intern_add(pool, mmr_slice_of("first"), &id), 1);
		for (k = 0; lens[i] <= 512 && k < (4096 - 5) / lens[i]; k++) {
			memcpy(bytes, &k, sizeof(k));
			ck_assert_int_eq(mmr_intern_add(pool, (mmr_slice){bytes, lens[i]}, &id), 1);
		}
		memset(bytes, 'x', sizeof(k));
		held = mmr_intern_bytes(pool);
		text = (mmr_slice){mmr_bytes(reader).ptr, lens[i]};
		lost_by_one = &temp;
		id = 99;
		MUST(mmr_intern_add(pool, text, &id) == MMR_ETRUNCATED, "%zu bytes: %s", lens[i],
			mmr_last_error());
		ck_assert_ptr_null(lost_by_one);
		ck_assert_uint_eq(id, 99);
		ck_assert_uint_eq(mmr_intern_count(pool), k + 1);
		/* A common block stays for those that come. */
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

/* The last home and the room after it are full: the table grows, or is unchanged on failure. */
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
	/* More often than the homes alone grow from 16 to 4096. */
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
