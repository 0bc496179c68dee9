/* intern.c - equal texts get one id, for any bytes and any hash collisions
 *
 * SPDX-License-Identifier: MIT */
#include "intern_list.h"
#include "support.h"

#include "intern/intern_table.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

START_TEST(test_intern_examples)
{
	static const char *const texts[] = {"a", "b", "a", "", "ab", "b", "", "abc"};
	static const uint32_t ids[] = {0, 1, 0, 2, 3, 1, 2, 4};
	mmr_intern_options options = MMR_INTERN_OPTIONS_INIT;
	mmr_intern *pool = NULL;
	mmr_slice text;
	uint32_t id;
	size_t i;

	options.struct_size--;
	ck_assert_int_eq(mmr_intern_open(&options, &pool), -EINVAL);
	ck_assert_ptr_null(pool);
	ck_assert_int_eq(mmr_intern_open(NULL, &pool), 0);
	for (i = 0; i < ARRAY_LEN(texts); i++) {
		ck_assert_int_ge(mmr_intern_add(pool, mmr_slice_of(texts[i]), &id), 0);
		ck_assert_uint_eq(id, ids[i]);
	}
	ck_assert_uint_eq(mmr_intern_count(pool), 5);
	ck_assert_int_eq(mmr_intern_text(pool, 3, &text), 0);
	ck_assert(text.ptr != texts[4] && same(text, mmr_slice_of(texts[4])));
	id = 99;
	ck_assert_int_eq(mmr_intern_find(pool, mmr_slice_of("c"), &id), 0);
	ck_assert_uint_eq(id, 99);
	text.len = 99;
	ck_assert_int_eq(mmr_intern_text(pool, 5, &text), -ERANGE);
	ck_assert_int_eq(mmr_intern_text(pool, UINT32_MAX, &text), -ERANGE);
	ck_assert_uint_eq(text.len, 99);
	ck_assert_int_eq(mmr_intern_add(pool, (mmr_slice){NULL, 0}, &id), 0);
	ck_assert_uint_eq(id, 2);
	mmr_intern_close(pool);
	mmr_intern_close(NULL);
}
END_TEST

/* All lengths around those where comparing and hashing use another algorithm. Texts of one length
 * differ in one byte each. They end before a page that must not be touched. */
START_TEST(test_intern_every_length)
{
	static const size_t more[] = {511, 512, 513, 1023, 1025, 4095, 4096, 4097, 65537};
	struct fence fence = fence_open(65537);
	struct chance chance = {11};
	size_t i, len, at;
	mmr_slice text;
	uint32_t id, n;
	mmr_intern *pool;

	for (i = 0; i <= 257 + ARRAY_LEN(more); i++) {
		len = i <= 257 ? i : more[i - 258];
		pool = pool_open(0, true);
		text = (mmr_slice){fence.stop - len, len};
		chance_fill(&chance, fence.stop - len, len, (mmr_slice){NULL, 0});
		MUST(mmr_intern_add(pool, text, &id) == 1 && id == 0, "length %zu", len);
		for (at = 0, n = 1; at < len; at += 1 + len / 200, n++) {
			fence.stop[(ptrdiff_t)at - (ptrdiff_t)len] ^= 0x10;
			MUST(mmr_intern_find(pool, text, &id) == 0, "length %zu, at %zu", len, at);
			MUST(mmr_intern_add(pool, text, &id) == 1, "length %zu, at %zu", len, at);
			MUST(id == n, "length %zu, at %zu", len, at);
			fence.stop[(ptrdiff_t)at - (ptrdiff_t)len] ^= 0x10;
			MUST(mmr_intern_find(pool, text, &id) == 1 && id == 0, "length %zu", len);
		}
		mmr_intern_close(pool);
	}
	fence_close(&fence);
}
END_TEST

/* An alphabet of few bytes makes many texts equal. It includes NUL, which must not end a text. */
START_TEST(test_intern_against_a_list)
{
	static char bytes[1 << 16];
	mmr_reader *memory = memory_reader(bytes, sizeof(bytes));
	struct chance chance = {12};
	static struct list list;
	mmr_slice text;
	mmr_intern *pool;
	unsigned round, i;

	chance_fill(&chance, bytes, sizeof(bytes), (mmr_slice){"\0a\xff", 3});
	for (round = 0; round < 8; round++) {
		pool = pool_open(round / 2, round % 2 == 1);
		list.n = 0;
		for (i = 0; i < 6000 && list.n < LIST_MAX; i++) {
			text.len = chance_below(&chance, i % 7 == 0 ? 40 : 9);
			text.ptr = bytes + chance_below(&chance, sizeof(bytes) - text.len);
			must_add(pool, &list, text, "chance");
		}
		must_hold(pool, &list, "chance");
		mmr_intern_close(pool);
	}
	mmr_close(memory);
}
END_TEST

/* Short texts share blocks, long ones have their own. Little memory at the ends of blocks is
 * unused. */
START_TEST(test_intern_copies_outlive_their_source)
{
	mmr_intern *pool = pool_open(0, true), *bare = pool_open(0, false);
	static char text[3000], first[20000][4];
	mmr_reader *memory = memory_reader(first, sizeof(first));
	uint64_t sum = 0;
	mmr_slice found;
	uint32_t i, id;
	size_t len;

	for (i = 0; i < 20000; i++) {
		len = i % 50 == 0 ? 400 + i % 2600 : 4 + i % 200;
		memset(text, (int)('a' + i % 26), sizeof(text));
		memcpy(text, &i, sizeof(i));
		memcpy(first[i], &i, sizeof(i));
		MUST(mmr_intern_add(pool, (mmr_slice){text, len}, &id) == 1, "%u", i);
		MUST(mmr_intern_add(bare, (mmr_slice){first[i], 4}, &id) == 1, "%u", i);
		sum += len;
	}
	for (i = 0; i < 20000; i++) {
		len = i % 50 == 0 ? 400 + i % 2600 : 4 + i % 200;
		memset(text, (int)('a' + i % 26), sizeof(text));
		memcpy(text, &i, sizeof(i));
		ck_assert_int_eq(mmr_intern_text(pool, i, &found), 0);
		MUST(same(found, (mmr_slice){text, len}), "copy %u", i);
	}
	/* An eighth more than the texts, and the free rest of the last block. */
	ck_assert_uint_le(mmr_intern_bytes(pool) - mmr_intern_bytes(bare), sum / 8 * 9 + (1 << 20));
	mmr_intern_close(pool);
	mmr_intern_close(bare);
	mmr_close(memory);
}
END_TEST

START_TEST(test_intern_merge)
{
	static char bytes[1 << 14];
	mmr_reader *memory = memory_reader(bytes, sizeof(bytes));
	static struct list lists[3], all;
	struct chance chance = {13};
	mmr_intern *pools[3], *pool;
	static uint32_t ids[LIST_MAX];
	mmr_slice text;
	unsigned i, j, mode;

	chance_fill(&chance, bytes, sizeof(bytes), mmr_slice_of("ab"));
	for (mode = 0; mode < 4; mode++) {
		pool = pool_open(5, mode & 1);
		all.n = 0;
		for (i = 0; i < 3; i++) {
			pools[i] = pool_open(i, mode & 2);
			lists[i].n = 0;
			for (j = 0; j < 700; j++) {
				text.len = chance_below(&chance, 12);
				text.ptr = bytes + chance_below(&chance, sizeof(bytes) - 12);
				must_add(pools[i], &lists[i], text, "part");
			}
			if (i == 2)
				mmr_intern_freeze(pools[i]);
			ck_assert_int_eq(mmr_intern_merge(pool, pools[i], ids), 0);
			for (j = 0; j < lists[i].n; j++) {
				if (list_find(&all, lists[i].texts[j]) == all.n)
					all.texts[all.n++] = lists[i].texts[j];
				MUST(ids[j] == list_find(&all, lists[i].texts[j]), "id %u", j);
			}
			ck_assert_int_eq(mmr_intern_merge(pool, pools[i], NULL), 0);
			/* The pool has copies of its own. AddressSanitizer would detect a missing
			 * one. */
			mmr_intern_close(pools[i]);
			must_hold(pool, &all, "merged");
		}
		/* A merge of a pool with itself adds nothing. */
		ck_assert_int_eq(mmr_intern_merge(pool, pool, ids), 0);
		for (j = 0; j < all.n; j++)
			MUST(ids[j] == j, "id %u changed", j);
		must_hold(pool, &all, "merged with itself");
		mmr_intern_close(pool);
	}
	mmr_close(memory);
}
END_TEST

START_TEST(test_intern_freeze)
{
	mmr_intern *pool = pool_open(0, true), *other = pool_open(0, true);
	uint64_t before = mmr_intern_bytes(pool);
	mmr_slice text;
	uint32_t id = 99;

	ck_assert_int_eq(mmr_intern_add(pool, mmr_slice_of("a"), &id), 1);
	ck_assert_int_eq(mmr_intern_add(other, mmr_slice_of("b"), &id), 1);
	mmr_intern_freeze(pool);
	mmr_intern_freeze(pool);
	id = 99;
	ck_assert_int_eq(mmr_intern_add(pool, mmr_slice_of("a"), &id), -EPERM);
	ck_assert_int_eq(mmr_intern_find(pool, mmr_slice_of("a"), &id), -EPERM);
	ck_assert_int_eq(mmr_intern_merge(pool, other, NULL), -EPERM);
	ck_assert_uint_eq(id, 99);
	ck_assert_int_eq(mmr_intern_text(pool, 0, &text), 0);
	ck_assert(mmr_slice_equal(text, mmr_slice_of("a")));
	ck_assert_int_eq(mmr_intern_text(pool, 1, &text), -ERANGE);
	ck_assert_uint_eq(mmr_intern_count(pool), 1);
	ck_assert_uint_lt(mmr_intern_bytes(pool), before + 256 * sizeof(mmr_slice) + 4200);
	mmr_intern_close(pool);
	mmr_intern_close(other);
}
END_TEST

/* --- Limits --- */

/* Checks the memory that intern.h guarantees, for every size from 10,000 texts on, against the
 * count of the heap. */
START_TEST(test_intern_bytes_per_text)
{
	enum {
		N = 400000
	};
	char(*texts)[8] = calloc(N, sizeof(*texts));
	mmr_reader *memory = memory_reader(texts, N * sizeof(*texts));
	uint64_t before = heap_in_use(), used;
	mmr_intern *pool = pool_open(0, false);
	uint32_t i, id;

	ck_assert_uint_le(mmr_intern_bytes(pool), 1024);
	for (i = 0; i < N; i++) {
		memcpy(texts[i], &i, sizeof(i));
		memcpy(texts[i] + 4, &i, sizeof(i));
		MUST(mmr_intern_add(pool, (mmr_slice){texts[i], 8}, &id) == 1 && id == i, "%u", i);
		used = mmr_heap_bytes() - before;
		MUST(used == mmr_intern_bytes(pool), "%u: bytes", i);
		MUST(i + 1 < 10000 || used <= (uint64_t)32 * (i + 1), "%u: %llu bytes", i + 1,
			(unsigned long long)used);
		MUST(i + 1 > 200 || used <= 8192, "%u: %llu bytes", i + 1,
			(unsigned long long)used);
	}
	ck_assert_uint_le(mmr_heap_peak() - before, 41 * N);
	for (i = 0; i < N; i++) {
		MUST(mmr_intern_find(pool, (mmr_slice){texts[i], 8}, &id) == 1 && id == i, "%u", i);
		MUST(mmr_intern_find(pool, (mmr_slice){texts[i], 7}, &id) == 0, "%u", i);
	}
	mmr_intern_freeze(pool);
	ck_assert_uint_le(mmr_intern_bytes(pool), 17 * N);
	mmr_intern_close(pool);
	ck_assert_uint_eq(mmr_heap_bytes(), before);
	mmr_close(memory);
	free(texts);
}
END_TEST

/* Tags that an attacker who knows the seed could choose: all equal, all at the end, all adjacent.
 * The table must stay sorted, find all entries, and not grow larger than they need. */
START_TEST(test_intern_table_of_clustered_tags)
{
	static const struct {
		uint32_t first, step;
	} cases[] = {{0, 0}, {0, 1}, {UINT32_MAX, 0}, {UINT32_MAX - 4999, 1}, {UINT32_MAX / 2, 0},
		{0xffff0000, 3}, {0, 1 << 19}, {1, 0x10000}};
	struct intern_table table;
	uint32_t i, tag, n;
	uint64_t *entry;
	size_t c;

	for (c = 0; c < ARRAY_LEN(cases); c++) {
		ck_assert(intern_table_open(&table));
		for (i = 0; i < 5000; i++) {
			tag = cases[c].first + i * cases[c].step;
			MUST(intern_table_add(&table, tag, i), "case %zu", c);
		}
		ck_assert_uint_eq(table.n_used, 5000);
		for (i = 0; i < 5000; i++) {
			tag = cases[c].first + i * cases[c].step;
			entry = intern_table_seek(&table, tag);
			MUST(entry == table.entries || entry[-1] == INTERN_FREE ||
					entry[-1] >> 32 < tag,
				"case %zu: not the first entry of tag %u", c, tag);
			for (n = 0; intern_table_is(*entry, tag) && (uint32_t)*entry != i; n++)
				entry++;
			MUST(intern_table_is(*entry, tag), "case %zu: %u is lost", c, i);
			MUST(n == (cases[c].step ? 0 : i), "case %zu: %u is out of order", c, i);
		}
		MUST(intern_table_bytes(&table) <= 5000 * 16 + 8 * (2 * 5000 + 2048),
			"case %zu: %llu bytes", c, (unsigned long long)intern_table_bytes(&table));
		intern_table_close(&table);
	}
}
END_TEST

/* Two texts that differ in one byte. The seed is chosen so that their 32-bit hashes are equal. Each
 * way of comparing must look at each byte. */
START_TEST(test_intern_texts_with_one_tag)
{
	static const struct {
		size_t len, at;
		char first, second;
		uint64_t seed;
	} cases[] = {
		{1, 0, 'S', '`', 1065898},
		{2, 1, ':', 'h', 3561878},
		{3, 1, '0', 'k', 1978935},
		{4, 0, 'G', 'U', 1722815},
		{7, 6, 'H', 'O', 1727874},
		{8, 0, 'X', '_', 190025},
		{16, 15, 'V', 'Y', 4434860},
		{17, 16, ';', '\\', 75538},
	};
	char texts[2][32];
	mmr_intern *pool;
	mmr_slice text;
	uint32_t id;
	size_t i, k;

	for (i = 0; i < ARRAY_LEN(cases); i++) {
		memset(texts, 'x', sizeof(texts));
		texts[0][cases[i].at] = cases[i].first;
		texts[1][cases[i].at] = cases[i].second;
		MUST(XXH3_64bits_withSeed(texts[0], cases[i].len, cases[i].seed) >> 32 ==
				XXH3_64bits_withSeed(texts[1], cases[i].len, cases[i].seed) >> 32,
			"case %zu has two tags", i);
		pool = pool_open(cases[i].seed, true);
		for (k = 0; k < 4; k++) {
			text = (mmr_slice){texts[k % 2], cases[i].len};
			MUST(mmr_intern_add(pool, text, &id) == (k < 2), "case %zu: %zu", i, k);
			MUST(id == k % 2, "case %zu: text %zu is %u", i, k % 2, id);
		}
		mmr_intern_close(pool);
	}
}
END_TEST

/* A pool that has only large copies passes its copies to other pools. */
START_TEST(test_intern_merge_of_large_copies)
{
	static char bytes[4000];
	mmr_intern *pool = pool_open(0, false), *other = pool_open(0, true);
	mmr_slice text = {bytes, sizeof(bytes)}, found;
	uint32_t id;

	memset(bytes, 'x', sizeof(bytes));
	ck_assert_int_eq(mmr_intern_add(other, text, &id), 1);
	ck_assert_int_eq(mmr_intern_merge(pool, other, &id), 0);
	mmr_intern_close(other);
	ck_assert_int_eq(mmr_intern_text(pool, 0, &found), 0);
	ck_assert(found.ptr != bytes && same(found, text));
	mmr_intern_close(pool);
}
END_TEST

/* A text of more than 4 GiB that is mapped but uses no memory. */
START_TEST(test_intern_texts_beyond_4_gib)
{
	const uint64_t len = ((uint64_t)1 << 32) + 4097;
	mmr_reader *memory;
	mmr_intern *pool;
	uint32_t id;
	char *map;

#if defined(__SANITIZE_ADDRESS__)
	CHECK_SKIP("hashing 20 GiB takes too long with the sanitizer");
#endif
	if (memory_is_shadowed() || SIZE_MAX < len + 4096)
		CHECK_SKIP("no room for 4 GiB of addresses");
	map = mmap(
		NULL, (size_t)len, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (map == MAP_FAILED)
		CHECK_SKIP("no 4 GiB of addresses");
	memory = memory_reader(map, (size_t)len);
	pool = pool_open(0, false);
	ck_assert_int_eq(mmr_intern_add(pool, (mmr_slice){map, (size_t)len}, &id), 1);
	/* If lengths were cut to 32 bits, these two texts would be equal. */
	ck_assert_int_eq(mmr_intern_add(pool, (mmr_slice){map, 4097}, &id), 1);
	ck_assert_uint_eq(id, 1);
	ck_assert_int_eq(mmr_intern_add(pool, (mmr_slice){map + 1, (size_t)len - 1}, &id), 1);
	ck_assert_uint_eq(id, 2);
	ck_assert_int_eq(mmr_intern_find(pool, (mmr_slice){map, (size_t)len}, &id), 1);
	ck_assert_uint_eq(id, 0);
	mmr_intern_close(pool);
	mmr_close(memory);
	munmap(map, (size_t)len);
}
END_TEST

struct frozen {
	const mmr_intern *pool;
	uint32_t n;
	bool is_frozen, failed;
};

static void *read_all(void *argument)
{
	struct frozen *frozen = argument;
	char text[16];
	mmr_slice found;
	uint32_t i, id;

	for (i = 0; i < frozen->n; i++) {
		size_t len = (size_t)snprintf(text, sizeof(text), "%u", i);

		if (mmr_intern_text(frozen->pool, i, &found) != 0 ||
			!same(found, (mmr_slice){text, len}))
			frozen->failed = true;
		if (!frozen->is_frozen &&
			(mmr_intern_find(frozen->pool, found, &id) != 1 || id != i))
			frozen->failed = true;
	}
	return NULL;
}

START_TEST(test_intern_many_readers)
{
	mmr_intern *pool = pool_open(0, true);
	struct frozen states[4];
	pthread_t threads[4];
	uint32_t i, id, round;
	char text[16];

	for (i = 0; i < 5000; i++) {
		snprintf(text, sizeof(text), "%u", i);
		ck_assert_int_eq(mmr_intern_add(pool, mmr_slice_of(text), &id), 1);
	}
	for (round = 0; round < 2; round++) {
		for (i = 0; i < 4; i++) {
			states[i] = (struct frozen){pool, 5000, round == 1, false};
			ck_assert_int_eq(
				pthread_create(&threads[i], NULL, read_all, &states[i]), 0);
		}
		for (i = 0; i < 4; i++) {
			pthread_join(threads[i], NULL);
			ck_assert(!states[i].failed);
		}
		mmr_intern_freeze(pool);
	}
	mmr_intern_close(pool);
}
END_TEST

/* --- Faults --- */

static void intern_backing(const struct setting *setting, void *arg)
{
	mmr_slice bytes = mmr_bytes(setting->reader);
	mmr_intern *pool = pool_open(0, false);
	uint32_t id = 99;

	(void)arg;
	if (setting->addressable) {
		MUST(mmr_intern_add(pool, bytes, &id) == 1 && id == 0, "%s", setting->name);
	} else {
		MUST(mmr_intern_add(pool, bytes, &id) == MMR_ENOMAP, "%s", setting->name);
		MUST(mmr_intern_find(pool, bytes, &id) == MMR_ENOMAP, "%s", setting->name);
		MUST(id == 99 && mmr_intern_count(pool) == 0, "%s", setting->name);
	}
	mmr_intern_close(pool);
}

START_TEST(test_intern_on_every_backing)
{
	static char bytes[20000];
	struct chance chance = {15};

	chance_fill(&chance, bytes, sizeof(bytes), (mmr_slice){NULL, 0});
	on_every_backing((mmr_slice){bytes, sizeof(bytes)}, intern_backing, NULL);
}
END_TEST

/* --- doc/examples/tally.c, against programs that sort --- */

static void tally_rows(const char *rows, size_t len)
{
	static const char *const cases[][2] = {
		{"1 $FILE", "cut -d ';' -f 1 $FILE | sort | uniq -c"},
		{"2 $FILE", "awk -F ';' 'NF >= 2 { print $2 }' $FILE | sort | uniq -c"},
		{"3 $FILE", "awk -F ';' 'NF >= 3 { print $3 }' $FILE | sort | uniq -c"},
		{"2 $FILE e", "awk -F e 'NF >= 2 { print $2 }' $FILE | sort | uniq -c"},
		{"-n 1 $FILE", "cut -d ';' -f 1 $FILE | sort | uniq -c | sort -s -k 1,1nr"},
	};
	struct temp temp = temp_open(rows, len), wanted = temp_open("", 0);
	char command[512];
	size_t i;

	setenv("FILE", temp.path, 1);
	setenv("WANTED", wanted.path, 1);
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		snprintf(command, sizeof(command),
			"(%s) > $WANTED && \"$top_builddir\"/doc/examples/tally %s | cmp - $WANTED",
			cases[i][1], cases[i][0]);
		MUST(system(command) == 0, "%s", command);
	}
	temp_close(&temp);
	temp_close(&wanted);
}

START_TEST(test_intern_tally)
{
	static char rows[7 << 20];
	static const char few[] = "b;1\na;2\nno\n;\n;;x\nb;\n;last", none[] = "";
	struct chance chance = {16};
	size_t len = 0;

	if (!getenv("top_builddir"))
		CHECK_SKIP("top_builddir is not set, so the example is not found");
	setenv("LC_ALL", "C", 1);
	while (len < sizeof(rows) - 200)
		len += (size_t)snprintf(rows + len, 200, "%.*s%zu;%zu%s\n",
			(int)chance_below(&chance, 30), "name of a station in the sea",
			chance_below(&chance, 413), chance_below(&chance, 100),
			chance_below(&chance, 9) == 0 ? ";more" : "");
	if (getenv("MATRIX_EMULATED"))
		CHECK_SKIP("the shell cannot run an emulated program");
	tally_rows(rows, len);
	tally_rows(few, sizeof(few) - 1);
	tally_rows(none, 0);
}
END_TEST

static Suite *intern_suite(void)
{
	Suite *suite = suite_create("intern");

	ADD_CASE(suite, "core", test_intern_examples, test_intern_every_length,
		test_intern_against_a_list, test_intern_copies_outlive_their_source,
		test_intern_merge, test_intern_merge_of_large_copies, test_intern_freeze,
		test_intern_on_every_backing);
	ADD_CASE(suite, "limits", test_intern_bytes_per_text, test_intern_table_of_clustered_tags,
		test_intern_texts_with_one_tag, test_intern_texts_beyond_4_gib,
		test_intern_many_readers);
	ADD_CASE(suite, "example", test_intern_tally);
	return suite;
}

CHECK_MAIN(intern_suite)
