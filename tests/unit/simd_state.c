/* simd_state.c - kernels leave the upper parts of vector registers clear
 *
 * If they do not, code that uses the lower parts is several times slower on Intel processors, and
 * nothing else shows it. XGETBV reports which parts are in use.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#if defined(__x86_64__)

#include "simd/simd.h"

#include <cpuid.h>

/* Bits of XGETBV(1): the upper halves of 32 bytes, and of 64 bytes in registers 0 to 15. */
#define UPPER_32 (1U << 2)
#define UPPER_64 (1U << 6)

static bool reports_use(void)
{
	unsigned a, b, c, d;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_AVX))
		return false;
	return __get_cpuid_count(0xd, 1, &a, &b, &c, &d) && (a & 1U << 2);
}

static unsigned in_use(void)
{
	unsigned low, high;

	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(1));
	return low & (UPPER_32 | UPPER_64);
}

static void clear(void)
{
	__asm__ volatile("vzeroupper" ::: "memory");
}

static void use(void)
{
	__asm__ volatile("vpcmpeqd %%ymm0, %%ymm0, %%ymm0" ::: "memory", "xmm0");
}

static void must_be_clear(const char *name, const char *kernel, size_t len)
{
	unsigned used = in_use();

	clear();
	MUST(used == 0, "%s leaves registers in use (%x): %s of %zu bytes", name, used, kernel,
		len);
}

/* Calls each kernel in the ways that select other code. */

static void call_marks(const struct simd_kernels *kernels, const char *ptr, size_t len)
{
	struct simd_probe probe = {2, true, {'a', 'b'}, {0, 1}, {0}};
	uint16_t at[SIMD_ROOM + 64];
	unsigned n, found;
	size_t used;

	for (found = 0; found < 2; found++) {
		probe = (struct simd_probe){2, true, {found ? 'a' : 'x', 'b'}, {0, 1}, {0}};
		for (n = 0; n < 6; n++) {
			kernels->mark(ptr, len, &probe, at, &used);
			must_be_clear(kernels->name, "mark", len);
			kernels->mark_back(ptr, len, &probe, at, &used);
			must_be_clear(kernels->name, "mark_back", len);
			/* A pair of letters in both cases; then sets of 1 to 4 bytes. */
			probe.folds[0] = n == 0 ? 0x20 : 0;
			probe.all = n == 0;
			probe.n = n == 0 ? 2 : n < 5 ? n : 4;
			probe.places[1] = probe.all;
		}
	}
}

static void call_teddy(const struct simd_kernels *kernels, const char *ptr, size_t len)
{
	struct simd_teddy teddy;
	uint16_t at[SIMD_ROOM + 64];
	unsigned n, found;
	size_t used;

	for (found = 0; found < 2; found++) {
		memset(&teddy, found ? 0xff : 0, sizeof(teddy));
		for (n = 0; n < SIMD_TEDDY_PLACES; n++)
			teddy.places[n] = n;
		for (n = 1; n <= SIMD_TEDDY_PLACES; n++) {
			teddy.n = n;
			kernels->teddy(ptr, len, &teddy, at, &used);
			must_be_clear(kernels->name, "teddy", len);
		}
	}
}

static void call_words(const struct simd_kernels *kernels, const char *ptr, size_t n_words)
{
	static uint64_t words[SIMD_MASKS][SIMD_BATCH / 64];
	static uint16_t at[SIMD_BATCH + 64];

	kernels->mask(ptr, n_words, 'a', words[0]);
	must_be_clear(kernels->name, "mask", 64 * n_words);
	kernels->decode(words[0], n_words, at);
	must_be_clear(kernels->name, "decode", 64 * n_words);
	kernels->masks(ptr, n_words, "abc", (uint64_t *[]){words[0], words[1], words[2]});
	must_be_clear(kernels->name, "masks", 64 * n_words);
}

static void call_numbers(const struct simd_kernels *kernels, const char *ptr, size_t len)
{
	const struct simd_numbers *numbers = kernels->numbers;
	static char to[2 * SIMD_GRAIN];
	unsigned type;
	size_t size;

	for (type = MMR_U8; type <= MMR_F64; type++) {
		if (type == MMR_F16)
			continue;
		size = mmr_type_size((enum mmr_type)type);
		if (len >= size)
			numbers->total(ptr, len / size, (enum mmr_type)type);
		must_be_clear(kernels->name, "total", len);
	}
	for (size = 2; size <= 8; size *= 2) {
		numbers->swap(ptr, len / size, size, to);
		must_be_clear(kernels->name, "swap", len);
	}
	numbers->widen_f16(ptr, len / 2, to);
	must_be_clear(kernels->name, "widen_f16", len);
}

static void call_all(const struct simd_kernels *kernels)
{
	/* Bytes after the last offset of a kernel are readable for its places. */
	static char bytes[SIMD_PLACES * SIMD_APART];
	struct chance chance = {77};
	unsigned order, type;
	size_t len;

	chance_fill(&chance, bytes, sizeof(bytes), (mmr_slice){"abcd", 4});
	clear();
	for (len = 1; len <= SIMD_BATCH; len += len < 300 ? 1 : 117) {
		for (order = 0; order < SIMD_N_ORDERS; order++) {
			kernels->count(bytes, len, 'a', (enum simd_order)order);
			must_be_clear(kernels->name, "count", len);
		}
		call_marks(kernels, bytes, len);
		call_teddy(kernels, bytes, len);
		if (len >= 64)
			call_words(kernels, bytes, len / 64);
		call_numbers(kernels, bytes, len);
	}
	kernels->count(bytes, sizeof(bytes), 'a', SIMD_QUARTERS);
	must_be_clear(kernels->name, "count", sizeof(bytes));
	for (type = MMR_U8; type <= MMR_F64; type++) {
		if (type != MMR_F16)
			kernels->numbers->totals(bytes, (enum mmr_type)type);
		must_be_clear(kernels->name, "totals", sizeof(bytes));
	}
}

START_TEST(test_simd_leaves_registers_clear)
{
	const struct simd_kernels *const *kernels;

	if (!reports_use())
		return;
	/* Some emulators and processors report all parts as in use. */
	clear();
	if (in_use() != 0)
		return;
	use();
	ck_assert_uint_ne(in_use(), 0);
	for (kernels = simd_table; *kernels; kernels++)
		if ((*kernels)->usable())
			call_all(*kernels);
}
END_TEST

#else

START_TEST(test_simd_leaves_registers_clear)
{
	/* No other architecture has this cost. */
}
END_TEST

#endif

static Suite *simd_state_suite(void)
{
	Suite *suite = suite_create("simd_state");

	ADD_CASE(suite, "core", test_simd_leaves_registers_clear);
	return suite;
}

CHECK_MAIN(simd_state_suite)
