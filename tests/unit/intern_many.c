/* intern_many.c - lookups of many texts in one call give the ids of single calls
 *
 * SPDX-License-Identifier: MIT */
#include "intern_list.h"
#include "support.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define MANY_MAX 1000

static const size_t sizes[] = {0, 1, 2, 15, 16, 17, 31, 32, 33, 255, 256, 257, MANY_MAX};

/* Fills `texts` with slices of `bytes`, some of which are equal, empty or long. */
static void choose(struct chance *chance, mmr_slice bytes, mmr_slice *texts, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		texts[i].len = chance_below(chance, i % 7 == 0 ? 40 : 7);
		texts[i].ptr = bytes.ptr + chance_below(chance, bytes.len - texts[i].len);
		if (texts[i].len == 0 && i % 2 == 0)
			texts[i].ptr = NULL;
	}
}

/* The result of mmr_intern_find_many, and nothing after it is written. */
static void must_find(const mmr_intern *pool, const mmr_slice *texts, size_t n)
{
	uint32_t ids[MANY_MAX + 1], id;
	size_t i;

	ids[n] = 12345;
	MUST(mmr_intern_find_many(pool, texts, n, ids) == 0, "%zu: %s", n, mmr_last_error());
	MUST(ids[n] == 12345, "%zu: an id too many", n);
	for (i = 0; i < n; i++) {
		id = MMR_INTERN_NONE;
		MUST(mmr_intern_find(pool, texts[i], &id) >= 0, "%s", mmr_last_error());
		MUST(ids[i] == id, "%zu: text %zu is %u instead of %u", n, i, ids[i], id);
	}
}

/* Each call contains known, new and equal texts. */
START_TEST(test_intern_many_against_single_calls)
{
	static char bytes[1 << 14];
	mmr_slice all = {bytes, sizeof(bytes)}, texts[MANY_MAX];
	mmr_reader *memory = memory_reader(bytes, sizeof(bytes));
	struct chance chance = {21};
	uint32_t ids[MANY_MAX + 1], id;
	mmr_intern *pool, *wanted;
	size_t i, k, n;
	unsigned mode;

	chance_fill(&chance, bytes, sizeof(bytes), (mmr_slice){"\0a\xff", 3});
	for (mode = 0; mode < 4; mode++) {
		if (mode == 2)
			ck_assert_int_eq(mmr_guard_install(), 0);
		pool = pool_open(mode, mode % 2 == 0);
		wanted = pool_open(7, true);
		for (k = 0; k < 3 * ARRAY_LEN(sizes); k++) {
			n = sizes[k % ARRAY_LEN(sizes)];
			choose(&chance, all, texts, n);
			must_find(pool, texts, n);
			ids[n] = 12345;
			MUST(mmr_intern_add_many(pool, texts, n, ids) == 0, "%zu", n);
			MUST(ids[n] == 12345, "%zu: an id too many", n);
			for (i = 0; i < n; i++) {
				MUST(mmr_intern_add(wanted, texts[i], &id) >= 0, "%zu", i);
				MUST(ids[i] == id, "%zu: text %zu is %u instead of %u", n, i,
					ids[i], id);
			}
			MUST(mmr_intern_count(pool) == mmr_intern_count(wanted), "%zu", n);
			must_find(pool, texts, n);
		}
		mmr_intern_close(pool);
		mmr_intern_close(wanted);
	}
	mmr_close(memory);
}
END_TEST

/* All lengths around those where comparing and hashing use another algorithm. Each text ends before
 * a page that must not be touched, and starts after one. */
START_TEST(test_intern_many_at_fences)
{
	enum {
		N = 18
	};
	struct fence fences[N];
	mmr_intern *pool = pool_open(0, true);
	mmr_slice texts[N];
	uint32_t ids[N], id;
	size_t i, len;

	for (i = 0; i < N; i++)
		fences[i] = fence_open(4096);
	for (len = 0; len <= 300; len++) {
		for (i = 0; i < N; i++) {
			texts[i].len = len;
			texts[i].ptr = i % 2 == 0 ? fences[i].stop - len : fences[i].start;
			memset(fences[i].start, 'a' + (int)i % 5, 4096);
		}
		must_find(pool, texts, N);
		ck_assert_int_eq(mmr_intern_add_many(pool, texts, N, ids), 0);
		for (i = 0; i < N; i++) {
			MUST(mmr_intern_find(pool, texts[i], &id) == 1, "length %zu", len);
			MUST(ids[i] == id, "length %zu, text %zu", len, i);
			MUST(ids[i] == ids[i % 5], "length %zu, text %zu", len, i);
		}
		must_find(pool, texts, N);
	}
	ck_assert_uint_eq(mmr_intern_count(pool), 1 + 5 * 300);
	for (i = 0; i < N; i++)
		fence_close(&fences[i]);
	mmr_intern_close(pool);
}
END_TEST

/* Two texts that differ in one byte, and a seed for which their 32-bit hashes are equal. The second
 * is found after the first. The comparison must look at each byte, also at those in the middle. */
START_TEST(test_intern_many_with_one_tag)
{
	static const struct {
		size_t len, at;
		char first, second;
		uint64_t seed;
	} cases[] = {
		{1, 0, 'S', '`', 1065898},
		{3, 1, '0', 'k', 1978935},
		{4, 0, 'G', 'U', 1722815},
		{4, 1, '%', '9', 291705},
		{4, 2, '&', 'z', 114860},
		{5, 2, 'o', '}', 4736463},
		{6, 3, 'n', 'x', 2172931},
		{7, 3, '?', 'E', 9615559},
		{8, 4, 'G', 'I', 417571},
		{9, 4, 'N', ']', 2412677},
		{10, 5, 'J', 'Z', 95627},
		{11, 5, '&', 'k', 1049665},
		{12, 0, '%', 'u', 282548},
		{12, 6, 'N', 'a', 337054},
		{13, 6, '%', 'N', 675153},
		{14, 7, '$', '1', 1297582},
		{15, 7, 'c', 'm', 595995},
		{16, 5, 'H', 'R', 43072},
		{16, 7, '8', 'I', 1101097},
		{16, 9, 'B', 'v', 802117},
		{16, 11, 'l', 't', 168989},
		{16, 3, 'I', 'z', 209587},
		{16, 15, 'V', 'Y', 4434860},
		{17, 16, ';', '\\', 75538},
	};
	char bytes[2][32];
	mmr_slice texts[3];
	mmr_intern *pool;
	uint32_t ids[3];
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		memset(bytes, 'x', sizeof(bytes));
		bytes[0][cases[i].at] = cases[i].first;
		bytes[1][cases[i].at] = cases[i].second;
		MUST(XXH3_64bits_withSeed(bytes[0], cases[i].len, cases[i].seed) >> 32 ==
				XXH3_64bits_withSeed(bytes[1], cases[i].len, cases[i].seed) >> 32,
			"case %zu has two tags", i);
		texts[0] = texts[2] = (mmr_slice){bytes[0], cases[i].len};
		texts[1] = (mmr_slice){bytes[1], cases[i].len};
		pool = pool_open(cases[i].seed, true);
		must_find(pool, texts, 3);
		MUST(mmr_intern_add_many(pool, texts, 1, ids) == 0, "case %zu", i);
		MUST(mmr_intern_find_many(pool, texts, 3, ids) == 0, "case %zu", i);
		MUST(ids[0] == 0 && ids[1] == MMR_INTERN_NONE && ids[2] == 0, "case %zu", i);
		MUST(mmr_intern_add_many(pool, texts, 3, ids) == 0, "case %zu", i);
		MUST(ids[0] == 0 && ids[1] == 1 && ids[2] == 0, "case %zu", i);
		must_find(pool, texts, 3);
		mmr_intern_close(pool);
	}
}
END_TEST

START_TEST(test_intern_many_in_a_frozen_pool)
{
	mmr_slice text = mmr_slice_of("a");
	mmr_intern *pool = pool_open(0, true);
	uint32_t id = 99;

	mmr_intern_freeze(pool);
	ck_assert_int_eq(mmr_intern_find_many(pool, &text, 1, &id), -EPERM);
	ck_assert_int_eq(mmr_intern_find_many(pool, &text, 0, &id), -EPERM);
	ck_assert_int_eq(mmr_intern_add_many(pool, &text, 1, &id), -EPERM);
	ck_assert_int_eq(mmr_intern_add_many(pool, &text, 0, &id), -EPERM);
	ck_assert_uint_eq(id, 99);
	mmr_intern_close(pool);
}
END_TEST

/* A pool without copies rejects one text of a group: those before it are added, none after it. */
START_TEST(test_intern_many_stops_at_a_rejected_text)
{
	static char bytes[40], foreign[] = "foreign";
	mmr_reader *memory = memory_reader(bytes, sizeof(bytes));
	mmr_slice texts[40];
	uint32_t ids[40];
	mmr_intern *pool;
	uint32_t i, bad;

	for (i = 0; i < 40; i++)
		bytes[i] = (char)i;
	for (bad = 0; bad < 40; bad++) {
		pool = pool_open(0, false);
		for (i = 0; i < 40; i++)
			texts[i] = (mmr_slice){bytes + i, 1};
		texts[bad] = mmr_slice_of(foreign);
		ck_assert_int_eq(mmr_intern_add_many(pool, texts, 40, ids), -EINVAL);
		ck_assert_uint_eq(mmr_intern_count(pool), bad);
		must_find(pool, texts, 40);
		mmr_intern_close(pool);
	}
	mmr_close(memory);
}
END_TEST

static void many_backing(const struct setting *setting, void *arg)
{
	mmr_slice texts[20];
	mmr_intern *pool = pool_open(0, true);
	uint32_t ids[20], i;
	int wanted = setting->addressable ? 0 : MMR_ENOMAP;

	(void)arg;
	for (i = 0; i < 20; i++)
		texts[i] = mmr_slice_of("known");
	texts[18] = mmr_bytes(setting->reader);
	MUST(mmr_intern_find_many(pool, texts, 20, ids) == wanted, "%s", setting->name);
	MUST(mmr_intern_add_many(pool, texts, 20, ids) == wanted, "%s", setting->name);
	MUST(mmr_intern_count(pool) == (wanted == 0 ? 2 : 1), "%s", setting->name);
	MUST(wanted != 0 || (ids[18] == 1 && ids[19] == 0), "%s", setting->name);
	mmr_intern_close(pool);
}

START_TEST(test_intern_many_on_every_backing)
{
	static char bytes[20000];
	struct chance chance = {15};

	chance_fill(&chance, bytes, sizeof(bytes), (mmr_slice){NULL, 0});
	on_every_backing((mmr_slice){bytes, sizeof(bytes)}, many_backing, NULL);
}
END_TEST

static Suite *intern_many_suite(void)
{
	Suite *suite = suite_create("intern_many");

	ADD_CASE(suite, "core", test_intern_many_against_single_calls, test_intern_many_at_fences,
		test_intern_many_on_every_backing);
	ADD_CASE(suite, "limits", test_intern_many_with_one_tag, test_intern_many_in_a_frozen_pool,
		test_intern_many_stops_at_a_rejected_text);
	return suite;
}

CHECK_MAIN(intern_many_suite)
