/* find.c - counts and offsets of single bytes in a slice
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

/* Asks for every occurrence of a byte, and for some that do not exist. */
static void must_find(mmr_slice slice, char byte, size_t step, const char *name)
{
	uint64_t count = 0, n = 0;
	size_t i, off;

	for (i = 0; i < slice.len; i++) {
		if (slice.ptr[i] != byte)
			continue;
		if (n % step == 0) {
			MUST(mmr_slice_select(slice, byte, n, &off) == 1,
				"%s: occurrence %zu is missing", name, (size_t)n);
			MUST(off == i, "%s: occurrence %zu is at %zu, should be at %zu", name,
				(size_t)n, off, i);
		}
		n++;
	}
	off = 99;
	MUST(mmr_slice_count(slice, byte, &count) == 0, "%s: %s", name, mmr_last_error());
	MUST(count == n, "%s: %zu of byte %d in %zu bytes, should be %zu", name, (size_t)count,
		byte, slice.len, (size_t)n);
	MUST(mmr_slice_select(slice, byte, n, &off) == 0, "%s: one too many", name);
	MUST(mmr_slice_select(slice, byte, n + 1, &off) == 0, "%s: two too many", name);
	MUST(mmr_slice_select(slice, byte, UINT64_MAX, &off) == 0, "%s: far too many", name);
	MUST(off == 99, "%s: the output was touched", name);
}

START_TEST(test_find_sizes_at_fences)
{
	struct fence fence = fence_open(4096);
	struct chance chance = {61};
	size_t len;

	memset(fence.start, 'a', 4096);
	for (len = 0; len <= 257; len++) {
		mmr_slice before = {fence.stop - len, len}, after = {fence.start, len};

		memset(fence.start, 'a', 600);
		memset(fence.stop - 600, 'a', 600);
		chance_fill(&chance, fence.stop - len, len, mmr_slice_of("abc"));
		chance_fill(&chance, fence.start, len, mmr_slice_of("abc"));
		must_find(before, 'a', 1, "before a fence");
		must_find(after, 'a', 1, "after a fence");
	}
	must_find((mmr_slice){NULL, 0}, 'a', 1, "NULL");
	fence_close(&fence);
}
END_TEST

START_TEST(test_find_every_byte)
{
	char text[5000];
	struct chance chance = {62};
	mmr_slice any = {NULL, 0};
	int byte;

	chance_fill(&chance, text, sizeof(text), any);
	for (byte = 0; byte < 256; byte++)
		must_find((mmr_slice){text, sizeof(text)}, (char)byte, 1, "any byte");
}
END_TEST

START_TEST(test_find_in_long_slices)
{
	static const size_t sizes[] = {65535, 65536, 65537, 131072, 200003};
	static char text[200003];
	struct chance chance = {63};
	size_t i;

	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		mmr_slice slice = {text, sizes[i]};

		memset(text, 'a', sizes[i]);
		must_find(slice, 'a', 997, "only this byte");
		must_find(slice, 'b', 1, "none");
		text[sizes[i] - 1] = 'b';
		must_find(slice, 'b', 1, "the last");
		chance_fill(&chance, text, sizes[i], mmr_slice_of("abcdefghijklmnopqrstuvw"));
		must_find(slice, 'a', 101, "some");
	}
}
END_TEST

static void find_on_backing(const struct setting *setting, void *arg)
{
	mmr_slice bytes = mmr_bytes(setting->reader);
	uint64_t count = 99;
	size_t off = 99;

	(void)arg;
	if (setting->addressable) {
		must_find(bytes, '\n', 50, setting->name);
		return;
	}
	MUST(mmr_slice_count(bytes, '\n', &count) == MMR_ENOMAP, "%s: count", setting->name);
	MUST(mmr_slice_select(bytes, '\n', 0, &off) == MMR_ENOMAP, "%s: select", setting->name);
	MUST(count == 99 && off == 99, "%s: the output was touched", setting->name);
}

START_TEST(test_find_on_every_backing)
{
	static char text[100003];
	struct chance chance = {64};

	chance_fill(&chance, text, sizeof(text), mmr_slice_of("\nabcdefghij"));
	on_every_backing((mmr_slice){text, sizeof(text)}, find_on_backing, NULL);
	on_every_backing((mmr_slice){text, 0}, find_on_backing, NULL);
}
END_TEST

static Suite *find_suite(void)
{
	Suite *suite = suite_create("find");

	ADD_CASE(suite, "core", test_find_sizes_at_fences, test_find_every_byte,
		test_find_on_every_backing);
	ADD_CASE(suite, "limits", test_find_in_long_slices);
	return suite;
}

CHECK_MAIN(find_suite)
