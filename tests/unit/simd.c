/* simd.c - the byte kernels of every instance that this processor runs
 *
 * The oracles are loops over single bytes. unit/sum.c tests the number kernels.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "simd/simd.h"

static uint64_t naive_count(const char *ptr, size_t len, char byte)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < len; i++)
		if (ptr[i] == byte)
			n++;
	return n;
}

static void must_count(const struct simd_kernels *kernels, const char *ptr, size_t len, char byte)
{
	uint64_t want = naive_count(ptr, len, byte), got;
	unsigned order;

	for (order = 0; order < SIMD_N_ORDERS; order++) {
		got = kernels->count(ptr, len, byte, (enum simd_order)order);
		MUST(got == want, "%s counts %llu of byte %d in %zu bytes, order %u, not %llu",
			kernels->name, (unsigned long long)got, byte, len, order,
			(unsigned long long)want);
	}
}

static bool hits(const char *ptr, size_t off, const struct simd_probe *probe)
{
	unsigned i, n_equal = 0;

	for (i = 0; i < probe->n; i++)
		if (((unsigned char)ptr[off + probe->places[i]] | probe->folds[i]) ==
			probe->bytes[i])
			n_equal++;
	return probe->all ? n_equal == probe->n : n_equal > 0;
}

/* Checks one call in either direction: it reports exactly the hits among the offsets it examined.
 *
 * Returns: the number of these offsets. */
static size_t must_mark_once(const struct simd_kernels *kernels, const char *ptr, size_t len,
	const struct simd_probe *probe, bool backward)
{
	uint16_t at[SIMD_ROOM + 64];
	size_t used = 0, i, k, off;
	unsigned n, found = 0;

#define CASE \
	"%s, %zu offsets, %u bytes%s, %s", kernels->name, len, probe->n, \
		probe->all ? " at once" : "", backward ? "backward" : "forward"

	memset(at, 0xa5, sizeof(at));
	n = (backward ? kernels->mark_back : kernels->mark)(ptr, len, probe, at, &used);
	MUST(used >= 1 && used <= len && n <= SIMD_ROOM, CASE);
	for (k = 0; k < used; k++) {
		off = backward ? len - 1 - k : k;
		if (!hits(ptr, off, probe))
			continue;
		MUST(found < n, CASE);
		MUST(at[found] == off, CASE);
		found++;
	}
	MUST(found == n, CASE);
	/* It stops early only if there is no room for more hits. */
	MUST(used == len || n > SIMD_ROOM - 64, CASE);
	for (i = SIMD_ROOM; i < ARRAY_LEN(at); i++)
		MUST(at[i] == 0xa5a5, CASE);
#undef CASE
	return used;
}

static void must_mark(const struct simd_kernels *kernels, const char *ptr, size_t len,
	const struct simd_probe *probe)
{
	size_t left, used;

	for (left = len; left > 0; left -= used)
		used = must_mark_once(kernels, ptr + (len - left), left, probe, false);
	for (left = len; left > 0; left -= used)
		used = must_mark_once(kernels, ptr, left, probe, true);
}

/* Checks the marks of all whole words of 64 bytes in a text. */
static void must_mask(const struct simd_kernels *kernels, const char *ptr, size_t len, char byte)
{
	size_t n = len / 64, i;
	uint64_t *words = malloc((n + 1) * sizeof(*words)), all = 0, got;

	memset(words, 0xa5, (n + 1) * sizeof(*words));
	got = kernels->mask(ptr, n, byte, words);
	for (i = 0; i < 64 * n; i++)
		MUST((words[i / 64] >> i % 64 & 1) == (ptr[i] == byte),
			"%s, byte %d at %zu of %zu bytes", kernels->name, byte, i, len);
	for (i = 0; i < n; i++)
		all |= words[i];
	MUST(got == all && words[n] == UINT64_C(0xa5a5a5a5a5a5a5a5), "%s, byte %d in %zu bytes",
		kernels->name, byte, len);
	free(words);
}

/* Three bytes at once, and the offsets of the bits of any of them. */
static void must_mask_at_once(
	const struct simd_kernels *kernels, const char *ptr, size_t len, const char *bytes)
{
	size_t n = min_size(len, SIMD_BATCH) / 64, i;
	uint64_t words[SIMD_MASKS][SIMD_BATCH / 64 + 1], single[SIMD_BATCH / 64],
		any[SIMD_BATCH / 64];
	uint64_t all;
	uint16_t at[SIMD_BATCH + 1];
	unsigned k, found = 0, n_at;

	memset(words, 0xa5, sizeof(words));
	all = kernels->masks(ptr, n, bytes, (uint64_t *[]){words[0], words[1], words[2]});
	memset(any, 0, sizeof(any));
	for (k = 0; k < SIMD_MASKS; k++) {
		uint64_t want = kernels->mask(ptr, n, bytes[k], single);

		MUST(memcmp(words[k], single, n * sizeof(*single)) == 0 && (k > 0 || all == want) &&
				words[k][n] == UINT64_C(0xa5a5a5a5a5a5a5a5),
			"%s, byte %d of three in %zu bytes", kernels->name, bytes[k], len);
		for (i = 0; i < n; i++)
			any[i] |= words[k][i];
	}
	at[64 * n] = 0xa5a5;
	n_at = kernels->decode(any, n, at);
	for (i = 0; i < 64 * n; i++) {
		if (ptr[i] != bytes[0] && ptr[i] != bytes[1] && ptr[i] != bytes[2])
			continue;
		MUST(found < n_at && at[found] == i, "%s, offset %zu of %zu bytes", kernels->name,
			i, len);
		found++;
	}
	MUST(found == n_at && at[64 * n] == 0xa5a5, "%s, %u offsets of %zu bytes", kernels->name,
		n_at, len);
}

/* Whether the tables for whole bytes hit, or those for four bits of a byte. */
static bool teddy_hits(const char *ptr, const struct simd_teddy *teddy, bool nibbles)
{
	unsigned char buckets = 0xff, byte;
	unsigned k;

	for (k = 0; k < teddy->n; k++) {
		byte = (unsigned char)ptr[teddy->places[k]];
		buckets &= nibbles ? teddy->low[k][byte & 15] & teddy->high[k][byte >> 4]
				   : teddy->bytes[k][byte];
	}
	return buckets != 0;
}

/* Checks one call: it reports all hits of bytes, and no offset that is not a hit of nibbles.
 *
 * Returns: the number of offsets that it examined. */
static size_t must_find_once(const struct simd_kernels *kernels, const char *ptr, size_t len,
	const struct simd_teddy *teddy)
{
	uint16_t at[SIMD_ROOM + 64];
	size_t used = 0, i;
	unsigned n, k = 0;

	memset(at, 0xa5, sizeof(at));
	n = kernels->teddy(ptr, len, teddy, at, &used);
	MUST(used >= 1 && used <= len && n <= SIMD_ROOM, "%s, %zu offsets", kernels->name, len);
	for (i = 0; i < used; i++) {
		if (k < n && at[k] == i) {
			MUST(teddy_hits(ptr + i, teddy, true), "%s, %zu offsets, %u places: at %zu",
				kernels->name, len, teddy->n, i);
			k++;
			continue;
		}
		MUST(!teddy_hits(ptr + i, teddy, false), "%s, %zu offsets, %u places: not at %zu",
			kernels->name, len, teddy->n, i);
	}
	MUST(k == n, "%s, %zu offsets: order", kernels->name, len);
	MUST(used == len || n > SIMD_ROOM - 64, "%s, %zu offsets: stops early", kernels->name, len);
	for (i = SIMD_ROOM; i < ARRAY_LEN(at); i++)
		MUST(at[i] == 0xa5a5, "%s, %zu offsets: room", kernels->name, len);
	return used;
}

static void for_each_kernel(void (*body)(const struct simd_kernels *kernels))
{
	const struct simd_kernels *const *kernels;

	for (kernels = simd_table; *kernels; kernels++)
		if ((*kernels)->usable())
			body(*kernels);
}

START_TEST(test_simd_table_is_in_order)
{
	size_t n = 0;

	for (; simd_table[n]; n++)
		ck_assert_ptr_nonnull(simd_table[n]->numbers);
	ck_assert_uint_ge(n, 1);
	ck_assert_str_eq(simd_table[n - 1]->name, "portable");
	ck_assert(simd_table[n - 1]->usable());
	for (n = 0; !simd_table[n]->usable(); n++)
		;
	/* The best instance that this processor runs is returned by every call. */
	ck_assert_ptr_eq(simd_kernels(), simd_table[n]);
	ck_assert_ptr_eq(simd_kernels(), simd_table[n]);
	ck_assert_str_eq(mmr_kernel_name(), simd_table[n]->name);
}
END_TEST

/* Sizes 0 to 257 at every alignment, before a fence and after one. The slice is surrounded by bytes
 * that are searched for, so that a read outside of it gives a wrong result. */
static void sweep(const struct simd_kernels *kernels)
{
	static const mmr_slice alphabets[] = {{"ab", 2}, {"abcdefgh", 8}, {NULL, 0}};
	struct fence fence = fence_open(8192);
	struct chance chance = {31};
	struct simd_probe set = {1, false, {'a', 'c', 'e', 'g'}, {0}, {0}};
	size_t len, shift;

	for (len = 0; len <= 257; len++) {
		for (shift = 0; shift <= 64; shift++) {
			char *before = fence.stop - shift - len, *after = fence.start + shift;

			set.n = 1 + (unsigned)((len + shift) % 4);
			memset(after - shift, 'a', 400);
			memset(fence.stop - 400, 'a', 400);
			chance_fill(&chance, before, len, alphabets[shift % 3]);
			chance_fill(&chance, after, len, alphabets[shift % 3]);
			must_count(kernels, before, len, 'a');
			must_count(kernels, after, len, 'a');
			must_mark(kernels, before, len, &set);
			must_mark(kernels, after, len, &set);
			must_mask(kernels, before + len % 64, len - len % 64, 'a');
			must_mask_at_once(kernels, before + len % 64, len - len % 64, "abc");
		}
	}
	fence_close(&fence);
}

START_TEST(test_simd_sweep_sizes_and_alignments)
{
	for_each_kernel(sweep);
}
END_TEST

static void sweep_sets(const struct simd_kernels *kernels)
{
	struct fence fence = fence_open(4096);
	struct chance chance = {32};
	struct simd_probe set = {0, false, {0}, {0}, {0}};
	unsigned i;
	size_t len;

	for (len = 0; len <= 257; len++) {
		for (set.n = 1; set.n <= 4; set.n++) {
			mmr_slice any = {NULL, 0};

			for (i = 0; i < 4; i++)
				set.bytes[i] = (unsigned char)chance_next(&chance);
			chance_fill(&chance, fence.stop - len, len, any);
			/* Every second byte is one of the set. */
			for (i = 0; i < len; i += 2)
				(fence.stop - len)[i] = (char)set.bytes[chance_below(&chance, 4)];
			must_mark(kernels, fence.stop - len, len, &set);
		}
	}
	fence_close(&fence);
}

START_TEST(test_simd_marks_sets)
{
	for_each_kernel(sweep_sets);
}
END_TEST

/* Two bytes at certain distances, as the search of a needle uses them. */
static void sweep_pairs(const struct simd_kernels *kernels)
{
	static const size_t distances[] = {0, 1, 2, 7, 15, 16, 31, 33, 63, 64, 65, 300};
	struct fence fence = fence_open(8192);
	struct chance chance = {34};
	size_t len, i, k, n;

	for (len = 1; len <= 257; len++) {
		for (n = 0; n < 8; n++) {
			struct simd_probe pair = {2, true, {'a', 'b'}, {0}, {0}};
			size_t far;

			i = chance_below(&chance, ARRAY_LEN(distances));
			k = chance_below(&chance, ARRAY_LEN(distances));
			pair.places[0] = distances[i];
			pair.places[1] = distances[k];
			/* At the last offset, the farther byte is the last one before the fence. */
			far = distances[i > k ? i : k];
			pair.folds[0] = n & 2 ? 0x20 : 0;
			pair.folds[1] = n & 4 ? 0x20 : 0;
			chance_fill(&chance, fence.stop - len - far, len + far,
				mmr_slice_of(n % 2 ? "abAB" : "abcdefgABCDEFG"));
			must_mark(kernels, fence.stop - len - far, len, &pair);
		}
	}
	fence_close(&fence);
}

START_TEST(test_simd_pairs)
{
	for_each_kernel(sweep_pairs);
}
END_TEST

static void teddy_add(struct simd_teddy *teddy, unsigned bucket, unsigned k, unsigned char byte)
{
	teddy->bytes[k][byte] |= (unsigned char)(1 << bucket);
	teddy->low[k][byte & 15] |= (unsigned char)(1 << bucket);
	teddy->high[k][byte >> 4] |= (unsigned char)(1 << bucket);
}

/* Random texts of an alphabet, at places whose order does not matter. */
static struct simd_teddy teddy_of(struct chance *chance, mmr_slice alphabet)
{
	struct simd_teddy teddy = {.n = 1 + (unsigned)chance_below(chance, SIMD_TEDDY_PLACES)};
	size_t n = 1 + chance_below(chance, 12), i;
	unsigned k;
	char byte;

	for (k = 0; k < teddy.n; k++)
		teddy.places[k] = chance_below(chance, 20);
	for (i = 0; i < n; i++) {
		for (k = 0; k < teddy.n; k++) {
			chance_fill(chance, &byte, 1, alphabet);
			teddy_add(&teddy, i % 8, k, (unsigned char)byte);
		}
	}
	return teddy;
}

static void sweep_teddy(const struct simd_kernels *kernels)
{
	static const mmr_slice alphabets[] = {{"ab", 2}, {"abcdefghijklmnop", 16}, {NULL, 0}};
	struct fence fence = fence_open(8192);
	struct chance chance = {35};
	size_t len, n, far, left, used;
	unsigned k;

	for (len = 1; len <= 700; len += len < 257 ? 1 : 17) {
		for (n = 0; n < 12; n++) {
			struct simd_teddy teddy = teddy_of(&chance, alphabets[n % 3]);
			char *ptr;

			for (k = 0, far = 0; k < teddy.n; k++)
				far = teddy.places[k] > far ? teddy.places[k] : far;
			ptr = fence.stop - len - far;
			chance_fill(&chance, ptr, len + far, alphabets[n % 3]);
			for (left = len; left > 0; left -= used)
				used = must_find_once(kernels, ptr + (len - left), left, &teddy);
		}
	}
	fence_close(&fence);
}

START_TEST(test_simd_teddy)
{
	for_each_kernel(sweep_teddy);
}
END_TEST

/* Each byte value among each other value. No carry may cross a byte in the words of the portable
 * kernels. */
static void sweep_values(const struct simd_kernels *kernels)
{
	char text[131];
	size_t i;
	int byte, other;

	for (byte = 0; byte < 256; byte++) {
		struct simd_probe set = {1, false, {(unsigned char)byte, 0, 0, 0}, {0}, {0}};

		for (other = 0; other < 256; other++) {
			for (i = 0; i < sizeof(text); i++)
				text[i] = (char)(i % 3 == 1 ? byte : other);
			must_count(kernels, text, sizeof(text), (char)byte);
			must_mark(kernels, text, sizeof(text), &set);
		}
	}
}

START_TEST(test_simd_every_byte_value)
{
	for_each_kernel(sweep_values);
}
END_TEST

static void sweep_long(const struct simd_kernels *kernels)
{
	static const size_t edges[] = {
		1024, 4096, 255 * 16, 255 * 32, 255 * 64, 16384, 32768, 70000, 131072};
	struct fence fence = fence_open(131200);
	struct chance chance = {33};
	struct simd_probe set = {1, false, {'a', 'b', 'c', 'd'}, {0}, {0}};
	size_t i, len;
	int shape;

	for (i = 0; i < ARRAY_LEN(edges); i++) {
		for (len = edges[i] - 2; len <= edges[i] + 66; len += len < edges[i] + 2 ? 1 : 31) {
			for (shape = 0; shape < 3; shape++) {
				char *ptr = fence.stop - len;

				/* Matches only, at first, because counters of 8 bits must not
				 * overflow. */
				chance_fill(&chance, ptr, len,
					mmr_slice_of(shape == 0   ? "a"
						     : shape == 1 ? "ab"
								  : "abcdefgh"));
				must_count(kernels, ptr, len, 'a');
				must_count(kernels, ptr, len, 'z');
				for (set.n = 1; set.n <= 4 && len <= SIMD_BATCH; set.n++)
					must_mark(kernels, ptr, len, &set);
			}
		}
	}
	fence_close(&fence);
}

START_TEST(test_simd_long_runs)
{
	for_each_kernel(sweep_long);
}
END_TEST

static Suite *simd_suite(void)
{
	Suite *suite = suite_create("simd");

	ADD_CASE(suite, "core", test_simd_table_is_in_order, test_simd_sweep_sizes_and_alignments,
		test_simd_marks_sets, test_simd_pairs, test_simd_teddy);
	ADD_CASE(suite, "limits", test_simd_every_byte_value, test_simd_long_runs);
	return suite;
}

CHECK_MAIN(simd_suite)
