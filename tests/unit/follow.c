/* follow.c - events of files that grow, are truncated and change
 *
 * A look at a file finds everything that has happened before, so no test waits for a fixed time.
 *
 * SPDX-License-Identifier: MIT */
#include "scene.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- Growth --- */

START_TEST(test_follow_growth)
{
	mmr_follow *follow;
	mmr_follow_event event;

	scene_put("log", "one\n");
	follow = follow_log(_i);
	event = must_get(follow, MMR_FOLLOW_OPENED);
	ck_assert_int_eq(event.file, 0);
	ck_assert_uint_eq(mmr_size(event.reader), 4);
	ck_assert_int_ge(event.fd, 0);
	event = must_grow(follow, "one\n");
	ck_assert_uint_eq(event.start, 0);
	must_be_quiet(follow);
	/* A line that is cut anywhere. */
	scene_append("log", "t");
	must_grow(follow, "t");
	scene_append("log", "wo\nth");
	scene_append("log", "ree\n");
	event = must_grow(follow, "wo\nthree\n");
	ck_assert_uint_eq(event.start, 5);
	ck_assert_uint_eq(event.stop, 14);
	must_be_quiet(follow);
	must_be_quiet(follow);
	mmr_follow_close(follow);
}
END_TEST

START_TEST(test_follow_from_an_offset)
{
	mmr_follow_options options = options_of(_i);
	mmr_follow *follow = open_with(&options);

	scene_put("log", "one\ntwo\n");
	ck_assert_int_eq(mmr_follow_add(follow, "log", 4), 0);
	ck_assert_int_eq(mmr_follow_add(follow, "log", MMR_REST), 1);
	ck_assert_int_eq(mmr_follow_add(follow, "log", 9), 2);
	ck_assert_int_eq(must_get(follow, MMR_FOLLOW_OPENED).file, 0);
	ck_assert_int_eq(must_get(follow, MMR_FOLLOW_OPENED).file, 1);
	ck_assert_int_eq(must_get(follow, MMR_FOLLOW_OPENED).file, 2);
	ck_assert_int_eq(must_grow(follow, "two\n").file, 0);
	/* The file ends before the offset. */
	ck_assert_int_eq(must_get(follow, MMR_FOLLOW_TRUNCATED).file, 2);
	ck_assert_int_eq(must_grow(follow, "one\ntwo\n").file, 2);
	must_be_quiet(follow);
	scene_append("log", "3\n");
	ck_assert_int_eq(must_grow(follow, "3\n").file, 0);
	ck_assert_int_eq(must_grow(follow, "3\n").file, 1);
	ck_assert_int_eq(must_grow(follow, "3\n").file, 2);
	mmr_follow_close(follow);
}
END_TEST

START_TEST(test_follow_limits_and_turns)
{
	mmr_follow_options options = options_of(_i);
	mmr_follow *follow;

	options.limit = 3;
	follow = open_with(&options);
	scene_put("a", "12345678");
	scene_put("b", "abcde");
	ck_assert_int_eq(mmr_follow_add(follow, "a", 0), 0);
	ck_assert_int_eq(mmr_follow_add(follow, "b", 0), 1);
	must_get(follow, MMR_FOLLOW_OPENED);
	must_get(follow, MMR_FOLLOW_OPENED);
	ck_assert_int_eq(must_grow(follow, "123").file, 0);
	ck_assert_int_eq(must_grow(follow, "abc").file, 1);
	ck_assert_int_eq(must_grow(follow, "456").file, 0);
	ck_assert_int_eq(must_grow(follow, "de").file, 1);
	/* What is given back comes with more bytes than the limit. */
	ck_assert_int_eq(mmr_follow_used(follow, 0, 4, 0), 0);
	must_grow(follow, "5678");
	must_be_quiet(follow);
	mmr_follow_close(follow);
}
END_TEST

/* --- What was used --- */

START_TEST(test_follow_gives_back)
{
	mmr_follow *follow;
	mmr_follow_event event;

	scene_put("log", "line 1\nli");
	follow = follow_log(_i);
	must_get(follow, MMR_FOLLOW_OPENED);
	must_grow(follow, "line 1\nli");
	ck_assert_int_eq(mmr_follow_used(follow, 0, 7, 0), 0);
	/* They come when there is more. */
	must_be_quiet(follow);
	scene_append("log", "ne 2");
	event = must_grow(follow, "line 2");
	ck_assert_uint_eq(event.start, 7);
	ck_assert_int_eq(mmr_follow_used(follow, 0, 7, 0), 0);
	/* Bytes that were not used are cut off: nothing is lost. */
	ck_assert_int_eq(truncate("log", 9), 0);
	must_grow(follow, "li");
	ck_assert_str_eq(mmr_last_error(), "");
	ck_assert_int_eq(mmr_follow_used(follow, 0, 7, 0), 0);
	ck_assert_int_eq(truncate("log", 7), 0);
	must_be_quiet(follow);
	scene_append("log", "x");
	must_grow(follow, "x");
	ck_assert_int_eq(mmr_follow_used(follow, 0, 7, 0), 0);
	/* The line is complete when the file is. */
	scene_rename("log", "old");
	scene_append("old", "y");
	scene_put("log", "new\n");
	must_get(follow, MMR_FOLLOW_REPLACED);
	must_grow(follow, "xy");
	ck_assert_int_eq(mmr_follow_used(follow, 0, 7, 0), 0);
	event = must_get(follow, MMR_FOLLOW_ENDED);
	ck_assert_uint_eq(event.start, 7);
	ck_assert_uint_eq(event.stop, 9);
	ck_assert_int_eq(event.code, 0);
	must_grow(follow, "new\n");
	mmr_follow_close(follow);
}
END_TEST

START_TEST(test_follow_skips)
{
	mmr_follow *follow;

	scene_put("log", "0123456789");
	follow = follow_log(_i);
	must_get(follow, MMR_FOLLOW_OPENED);
	ck_assert_int_eq(mmr_follow_used(follow, 0, 8, 0), 0);
	must_grow(follow, "89");
	mmr_follow_close(follow);
}
END_TEST

START_TEST(test_follow_reports_failed_reads)
{
	mmr_follow *follow;
	mmr_follow_event event;

	scene_put("log", "0123456789");
	follow = follow_log(_i);
	must_get(follow, MMR_FOLLOW_OPENED);
	must_grow(follow, "0123456789");
	/* The file ends where reading stopped: no byte that was used is gone, even if more are
	 * appended. */
	ck_assert_int_eq(truncate("log", 4), 0);
	ck_assert_int_eq(mmr_follow_used(follow, 0, 4, MMR_ETRUNCATED), 0);
	scene_append("log", "abcdefghijkl");
	must_grow(follow, "abcdefghijkl");
	/* It was shorter, but has grown beyond that. */
	ck_assert_int_eq(mmr_follow_used(follow, 0, 5, MMR_ETRUNCATED), 0);
	must_get(follow, MMR_FOLLOW_TRUNCATED);
	must_grow(follow, "0123abcdefghijkl");
	ck_assert_int_eq(mmr_follow_used(follow, 0, 5, -EIO), 0);
	event = must_get(follow, MMR_FOLLOW_FAILED);
	ck_assert_int_eq(event.code, -EIO);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "'log' at byte 5"));
	scene_append("log", "more");
	must_be_quiet(follow);
	ck_assert_int_eq(mmr_follow_timeout(follow), -1);
	mmr_follow_remove(follow, 0);

	ck_assert_int_eq(mmr_follow_add(follow, "log", MMR_REST), 0);
	must_get(follow, MMR_FOLLOW_OPENED);
	ck_assert_int_eq(mmr_follow_used(follow, 0, 5, -ESTALE), 0);
	event = must_get(follow, MMR_FOLLOW_ENDED);
	ck_assert_int_eq(event.code, -ESTALE);
	must_get(follow, MMR_FOLLOW_OPENED);
	must_grow(follow, "0123abcdefghijklmore");

	ck_assert_int_eq(mmr_follow_used(follow, 0, 0, 1), -EINVAL);
	ck_assert_int_eq(mmr_follow_used(follow, 1, 0, 0), -EINVAL);
	ck_assert_int_eq(mmr_follow_used(follow, -1, 0, 0), -EINVAL);
	mmr_follow_close(follow);
}
END_TEST

/* --- Truncation and changes --- */

START_TEST(test_follow_truncation)
{
	static const off_t sizes[] = {0, 1, 6};
	mmr_follow *follow;
	size_t i;

	scene_put("log", "first\nsecond\n");
	follow = follow_log(_i);
	must_get(follow, MMR_FOLLOW_OPENED);
	must_grow(follow, "first\nsecond\n");
	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		char wanted[16] = "";

		ck_assert_int_eq(truncate("log", sizes[i]), 0);
		must_get(follow, MMR_FOLLOW_TRUNCATED);
		snprintf(wanted, (size_t)sizes[i] + 1, "%s", "first\n");
		if (sizes[i] > 0)
			must_grow(follow, wanted);
		must_be_quiet(follow);
		scene_put("log", "first\nsecond\n");
		/* It was truncated to 0 and has grown. It is longer than before, so only the bytes
		 * after those that were reported are known to be new. */
		must_grow(follow, &"first\nsecond\n"[sizes[i]]);
	}
	/* Shorter, but the bytes that are left were reported. */
	scene_put("log", "x\n");
	must_get(follow, MMR_FOLLOW_TRUNCATED);
	must_grow(follow, "x\n");
	mmr_follow_close(follow);
}
END_TEST

START_TEST(test_follow_truncation_with_a_limit)
{
	mmr_follow_options options = options_of(_i);
	mmr_follow *follow;

	options.limit = 4;
	follow = open_with(&options);
	scene_put("log", "0123456789");
	ck_assert_int_eq(mmr_follow_add(follow, "log", 0), 0);
	must_get(follow, MMR_FOLLOW_OPENED);
	must_grow(follow, "0123");
	/* Only bytes that were not reported yet are gone. */
	ck_assert_int_eq(truncate("log", 6), 0);
	must_grow(follow, "45");
	ck_assert_int_eq(truncate("log", 5), 0);
	must_get(follow, MMR_FOLLOW_TRUNCATED);
	must_grow(follow, "0123");
	must_grow(follow, "4");
	must_be_quiet(follow);
	mmr_follow_close(follow);
}
END_TEST

/* Fills a text that is longer than both samples. */
static void fill(char *text, size_t len, char byte)
{
	memset(text, byte, len);
	text[len] = '\0';
}

START_TEST(test_follow_changes)
{
	mmr_follow_options options = options_of(_i);
	struct timespec long_ago[2] = {{1000, 0}, {1000, 0}};
	char text[3001], longer[3101];
	mmr_follow *follow;
	int at;

	options.changes = true;
	follow = open_with(&options);
	fill(text, 3000, 'a');
	scene_put("log", text);
	ck_assert_int_eq(mmr_follow_add(follow, "log", 0), 0);
	must_get(follow, MMR_FOLLOW_OPENED);
	must_grow(follow, text);
	/* Other times alone are no change. */
	ck_assert_int_eq(utimensat(AT_FDCWD, "log", long_ago, 0), 0);
	scene_put("log", text);
	must_be_quiet(follow);
	/* The same size. Bytes 512 to 2487 are in no sample. */
	for (at = 0; at < 3000; at += 211) {
		text[at] = 'b';
		scene_put("log", text);
		if (at < 512 || at >= 3000 - 512) {
			must_get(follow, MMR_FOLLOW_CHANGED);
			must_grow(follow, text);
		}
		must_be_quiet(follow);
	}
	/* Truncated and grown beyond the old size. */
	fill(longer, 3100, 'c');
	scene_put("log", longer);
	must_get(follow, MMR_FOLLOW_CHANGED);
	must_grow(follow, longer);
	/* An append is not a change, however short the file is. */
	scene_put("log", "");
	must_get(follow, MMR_FOLLOW_TRUNCATED);
	for (at = 0; at < 40; at++) {
		scene_append("log", "12345678901234567890123456789");
		must_grow(follow, "12345678901234567890123456789");
		must_be_quiet(follow);
	}
	mmr_follow_close(follow);
	/* Without the option, only the size counts. */
	follow = follow_log(_i);
	must_get(follow, MMR_FOLLOW_OPENED);
	must_get(follow, MMR_FOLLOW_GREW);
	text[29 * 40] = '\0';
	scene_put("log", text);
	must_be_quiet(follow);
	mmr_follow_close(follow);
}
END_TEST

static Suite *follow_suite(void)
{
	const TTest *const tests[] = {test_follow_growth, test_follow_from_an_offset,
		test_follow_limits_and_turns, test_follow_gives_back, test_follow_skips,
		test_follow_reports_failed_reads, test_follow_truncation,
		test_follow_truncation_with_a_limit, test_follow_changes, NULL};
	Suite *suite = suite_create("follow");

	add_manners(suite, tests);
	return suite;
}

CHECK_MAIN(follow_suite)
