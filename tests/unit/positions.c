/* positions.c - positions of bytes, forward and backward, across every refill
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

/* A scan covers 256 bytes first and four times as many in each refill, up to 4 KiB. So refills
 * start at 256, 1280, 5376 and every 4 KiB from there. */
#define EDGES_END 14000

/* Compares each byte of the slice with one walk in each direction. */
static void must_mark(mmr_slice slice, mmr_slice set, const char *name)
{
	mmr_positions it = mmr_positions_of_set(slice, set), back = it;
	const char *at = NULL;
	size_t i;

	for (i = 0; i < slice.len; i++) {
		if (!memchr(set.ptr, slice.ptr[i], set.len))
			continue;
		MUST(mmr_positions_next(&it, &at), "%s: ends before %zu of %zu", name, i,
			slice.len);
		MUST(at == slice.ptr + i, "%s: %td instead of %zu of %zu", name, at - slice.ptr, i,
			slice.len);
	}
	at = NULL;
	MUST(!mmr_positions_next(&it, &at) && !at, "%s: continues after the end", name);
	MUST(!mmr_positions_next(&it, &at) && !at, "%s: begins again", name);
	MUST(mmr_positions_error(&it) == 0, "%s: %s", name, mmr_last_error());

	for (i = slice.len; i-- > 0;) {
		if (!memchr(set.ptr, slice.ptr[i], set.len))
			continue;
		MUST(mmr_positions_next_back(&back, &at), "%s: backward ends before %zu", name, i);
		MUST(at == slice.ptr + i, "%s: backward: %td instead of %zu of %zu", name,
			at - slice.ptr, i, slice.len);
	}
	at = NULL;
	MUST(!mmr_positions_next_back(&back, &at) && !at, "%s: continues before the start", name);
	MUST(!mmr_positions_next_back(&back, &at) && !at, "%s: begins again", name);
	MUST(mmr_positions_error(&back) == 0, "%s: %s", name, mmr_last_error());
}

START_TEST(test_positions_small_slices_at_fences)
{
	struct fence fence = fence_open(4096);
	struct chance chance = {41};
	mmr_slice set = {"\n,;\0", 0};
	size_t len;

	for (len = 0; len <= 257; len++) {
		for (set.len = 1; set.len <= 4; set.len++) {
			mmr_slice before = {fence.stop - len, len}, after = {fence.start, len};
			mmr_slice alphabet = {"\n,;\0abcd", 8};

			/* The bytes outside of the slice are searched for, too. */
			memset(fence.start, '\n', 600);
			memset(fence.stop - 600, '\n', 600);
			chance_fill(&chance, fence.stop - len, len, alphabet);
			chance_fill(&chance, fence.start, len, alphabet);
			must_mark(before, set, "before a fence");
			must_mark(after, set, "after a fence");
		}
	}
	fence_close(&fence);
}
END_TEST

START_TEST(test_positions_of_one_byte_at_every_offset)
{
	struct fence fence = fence_open(EDGES_END);
	mmr_slice slice = {fence.stop - EDGES_END, EDGES_END}, one = {"!", 1};
	char *text = fence.stop - EDGES_END;
	size_t i, step;

	/* Every offset around an edge, from both ends, and some between. */
	memset(text, '.', EDGES_END);
	for (i = 0; i < EDGES_END; i += step) {
		text[i] = '!';
		must_mark(slice, one, "one");
		text[i] = '.';
		step = i < 1400 || (i > 5200 && i < 5500) || i > EDGES_END - 1400 ? 1 : 23;
	}
	must_mark(slice, one, "none");
	fence_close(&fence);
}
END_TEST

START_TEST(test_positions_every_length_around_the_edges)
{
	static const size_t edges[] = {256, 1280, 5376, 9472, 20480};
	struct fence fence = fence_open(20600);
	struct chance chance = {42};
	size_t i, len;
	int shape;

	for (i = 0; i < ARRAY_LEN(edges); i++) {
		for (len = edges[i] - 70; len < edges[i] + 70; len++) {
			for (shape = 0; shape < 3; shape++) {
				static const char *const alphabets[] = {"x", "xy",
					"xabcdefghijklmnopqrstuvwABCDEFGHIJKLMNOPQRSTUVWXYZ"};
				mmr_slice slice = {fence.stop - len, len};

				chance_fill(&chance, fence.stop - len, len,
					mmr_slice_of(alphabets[shape]));
				must_mark(slice, mmr_slice_of("x"), "edge");
				must_mark(slice, mmr_slice_of("xyab"), "edge, four bytes");
			}
		}
	}
	fence_close(&fence);
}
END_TEST

START_TEST(test_positions_of_every_byte)
{
	char text[600];
	struct chance chance = {43};
	mmr_slice any = {NULL, 0}, slice = {text, sizeof(text)};
	int byte;

	chance_fill(&chance, text, sizeof(text), any);
	for (byte = 0; byte < 256; byte++) {
		char set[1] = {(char)byte};
		mmr_positions it = mmr_positions_of(slice, (char)byte);
		const char *at;

		must_mark(slice, (mmr_slice){set, 1}, "any byte");
		/* A search for one byte and for a set of one byte are the same. */
		MUST(mmr_positions_next(&it, &at) == (memchr(text, byte, sizeof(text)) != NULL),
			"byte %d", byte);
	}
}
END_TEST

START_TEST(test_positions_copy_is_a_bookmark)
{
	static char text[20000];
	struct chance chance = {44};
	mmr_slice slice = {text, sizeof(text)};
	mmr_positions it, bookmark;
	const char *at, *again;
	uint64_t heap = heap_in_use(), peak = mmr_heap_peak();
	size_t i, n;

	chance_fill(&chance, text, sizeof(text), mmr_slice_of("ab"));
	it = mmr_positions_of(slice, 'a');
	for (i = 0; i < 9000; i++) {
		bookmark = it;
		ck_assert(mmr_positions_next(&it, &at));
		if (i % 97)
			continue;
		for (n = 0; n < 300 && mmr_positions_next(&bookmark, &again); n++)
			MUST(n > 0 || again == at, "the bookmark continues elsewhere");
	}
	ck_assert_uint_eq(mmr_heap_bytes(), heap);
	ck_assert_uint_eq(mmr_heap_peak(), peak);
}
END_TEST

START_TEST(test_positions_of_bad_sets)
{
	mmr_slice text = mmr_slice_of("aaaa");
	size_t sizes[] = {0, 5, 6, 256, SIZE_MAX};
	const char *at = NULL;
	size_t i;

	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		mmr_positions it = mmr_positions_of_set(text, (mmr_slice){"aaaaaa", sizes[i]});

		ck_assert_int_eq(mmr_positions_error(&it), -EINVAL);
		ck_assert(!mmr_positions_next(&it, &at));
		ck_assert(!mmr_positions_next_back(&it, &at));
		ck_assert_int_eq(mmr_positions_error(&it), -EINVAL);
		ck_assert_ptr_null(at);
	}
}
END_TEST

static void mark_backing(const struct setting *setting, void *arg)
{
	mmr_positions it = mmr_positions_of(mmr_bytes(setting->reader), 'a');
	const char *at;

	(void)arg;
	if (setting->addressable) {
		must_mark(mmr_bytes(setting->reader), mmr_slice_of("ab"), setting->name);
		return;
	}
	MUST(!mmr_positions_next(&it, &at), "%s: a position in an unmapped reader", setting->name);
	MUST(mmr_positions_error(&it) == MMR_ENOMAP, "%s: %d", setting->name,
		mmr_positions_error(&it));
}

START_TEST(test_positions_on_every_backing)
{
	static char text[30011];
	struct chance chance = {45};
	mmr_slice all = {text, sizeof(text)}, none = {text, 0};

	chance_fill(&chance, text, sizeof(text), mmr_slice_of("abcdefghijklmnop"));
	on_every_backing(all, mark_backing, NULL);
	on_every_backing(none, mark_backing, NULL);
}
END_TEST

static Suite *positions_suite(void)
{
	Suite *suite = suite_create("positions");

	ADD_CASE(suite, "core", test_positions_small_slices_at_fences, test_positions_of_every_byte,
		test_positions_on_every_backing, test_positions_copy_is_a_bookmark);
	ADD_CASE(suite, "limits", test_positions_of_one_byte_at_every_offset,
		test_positions_every_length_around_the_edges);
	ADD_CASE(suite, "faults", test_positions_of_bad_sets);
	return suite;
}

CHECK_MAIN(positions_suite)
