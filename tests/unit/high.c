/* high.c - finds bytes that are not ASCII
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "text/high.h"

/* Each size and each place, up to an inaccessible page. */
START_TEST(test_high_finds_each_byte)
{
	struct fence fence = fence_open(400);
	size_t len, place, from, at;

	for (len = 0; len < 300; len++) {
		mmr_slice bytes = {fence.stop - len, len};

		memset(fence.stop - len, 0x7f, len);
		ck_assert_int_eq(high_next(bytes, 0, &at), 0);
		for (place = 0; place < len; place++) {
			fence.stop[(ptrdiff_t)place - (ptrdiff_t)len] = (char)(0x80 + place % 128);
			for (from = 0; from <= place; from += 1 + from / 3) {
				ck_assert_int_eq(high_next(bytes, from, &at), 1);
				ck_assert_uint_eq(at, place);
			}
			ck_assert_int_eq(high_next(bytes, place + 1, &at), 0);
			fence.stop[(ptrdiff_t)place - (ptrdiff_t)len] = 'a';
		}
	}
	fence_close(&fence);
}
END_TEST

static Suite *high_suite(void)
{
	Suite *suite = suite_create("high");

	ADD_CASE(suite, "core", test_high_finds_each_byte);
	return suite;
}

CHECK_MAIN(high_suite)
