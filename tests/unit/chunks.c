/* chunks.c - chunks of fixed size, which may overlap
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

/* Checks what slice.h guarantees for each chunk and for all of them. */
static void must_cover(mmr_slice slice, size_t len, size_t overlap)
{
	mmr_chunks it = mmr_chunks_of(slice, len, overlap);
	mmr_slice chunk, mark = {"mark", 4};
	size_t start = 0, stop = 0, at;

#define CASE "%zu bytes, chunks of %zu, overlap %zu: chunk at %zu", slice.len, len, overlap, at

	for (at = 0; mmr_chunks_next(&it, &chunk); start = at) {
		MUST(len > 0 && overlap < len, CASE);
		at = (size_t)(chunk.ptr - slice.ptr);
		MUST(at == (stop == 0 ? 0 : start + len - overlap), CASE);
		MUST(chunk.len > 0 && chunk.len <= slice.len - at, CASE);
		/* Every chunk but the last has the full length. */
		MUST(chunk.len == len || (chunk.len < len && at + chunk.len == slice.len), CASE);
		/* No gap is before a chunk, and each chunk has new bytes. */
		MUST(at <= stop && at + chunk.len > stop, CASE);
		stop = at + chunk.len;
	}
	MUST(stop == (len == 0 || overlap >= len ? 0 : slice.len), CASE);
	chunk = mark;
	MUST(!mmr_chunks_next(&it, &chunk) && chunk.ptr == mark.ptr, CASE);
#undef CASE
}

START_TEST(test_chunks_examples)
{
	mmr_slice chunk, text = mmr_slice_of("abcdefg");
	mmr_chunks it = mmr_chunks_of(text, 3, 1);
	char joined[32], *end = joined;

	while (mmr_chunks_next(&it, &chunk))
		end += sprintf(end, "%.*s|", (int)chunk.len, chunk.ptr);
	ck_assert_str_eq(joined, "abc|cde|efg|");
	end = joined;
	it = mmr_chunks_of(text, 3, 0);
	while (mmr_chunks_next(&it, &chunk))
		end += sprintf(end, "%.*s|", (int)chunk.len, chunk.ptr);
	ck_assert_str_eq(joined, "abc|def|g|");
}
END_TEST

START_TEST(test_chunks_cover_the_slice)
{
	static char text[64];
	size_t size, len, overlap;

	for (size = 0; size <= 40; size++)
		for (len = 0; len <= 44; len++)
			for (overlap = 0; overlap <= 45; overlap++)
				must_cover((mmr_slice){text, size}, len, overlap);
}
END_TEST

START_TEST(test_chunks_of_extreme_sizes)
{
	static const size_t sizes[] = {0, 1, 4, 5, 6, SIZE_MAX / 2, SIZE_MAX - 1, SIZE_MAX};
	size_t i, k;

	for (i = 0; i < ARRAY_LEN(sizes); i++)
		for (k = 0; k < ARRAY_LEN(sizes); k++)
			must_cover(mmr_slice_of("12345"), sizes[i], sizes[k]);
	must_cover((mmr_slice){NULL, 0}, 4, 1);
}
END_TEST

static void chunk_on_backing(const struct setting *setting, void *arg)
{
	mmr_slice bytes = mmr_bytes(setting->reader), chunk;
	mmr_chunks it = mmr_chunks_of(bytes, 4096, 100);

	(void)arg;
	if (setting->addressable)
		must_cover(bytes, 4096, 100);
	else
		MUST(!mmr_chunks_next(&it, &chunk), "%s: a chunk of an unmapped reader",
			setting->name);
}

START_TEST(test_chunks_on_every_backing)
{
	static char text[20003];

	on_every_backing((mmr_slice){text, sizeof(text)}, chunk_on_backing, NULL);
}
END_TEST

START_TEST(test_chunks_use_no_heap)
{
	ck_assert_uint_le(sizeof(mmr_chunks), 48);
	must_cover(mmr_slice_of("0123456789"), 3, 1);
	ck_assert_uint_eq(mmr_heap_peak(), 0);
}
END_TEST

START_TEST(test_chunks_of_unmapped_readers)
{
	struct temp temp = temp_open("bytes", 5);
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_UNMAPPED);
	mmr_chunks none = mmr_chunks_of(mmr_bytes(reader), 2, 0);
	mmr_chunks some = mmr_chunks_of(mmr_slice_of("bytes"), 2, 0);
	mmr_slice chunk;

	ck_assert(!mmr_chunks_next(&none, &chunk));
	ck_assert_int_eq(mmr_chunks_error(&none), MMR_ENOMAP);
	ck_assert(mmr_chunks_next(&some, &chunk));
	ck_assert_int_eq(mmr_chunks_error(&some), 0);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

static Suite *chunks_suite(void)
{
	Suite *suite = suite_create("chunks");

	ADD_CASE(suite, "core", test_chunks_examples, test_chunks_cover_the_slice,
		test_chunks_on_every_backing, test_chunks_use_no_heap);
	ADD_CASE(suite, "limits", test_chunks_of_extreme_sizes);
	ADD_CASE(suite, "faults", test_chunks_of_unmapped_readers);
	return suite;
}

CHECK_MAIN(chunks_suite)
