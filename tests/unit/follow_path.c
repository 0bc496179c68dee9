/* follow_path.c - events of files that are replaced, disappear and return
 *
 * A look at a file finds everything that has happened before, so no test waits for a fixed
 * time, except for a missing file.
 *
 * SPDX-License-Identifier: MIT */
#include "scene.h"

#include <sys/stat.h>
#include <unistd.h>

/* --- Replacement --- */

START_TEST(test_follow_rotation)
{
	mmr_follow *follow;
	mmr_follow_event event;

	scene_put("log", "1\n");
	follow = follow_log(_i);
	must_get(follow, MMR_FOLLOW_OPENED);
	must_grow(follow, "1\n");
	scene_append("log", "2\n");
	scene_rename("log", "old");
	scene_append("old", "3\n");
	scene_put("log", "");
	event = must_get(follow, MMR_FOLLOW_REPLACED);
	ck_assert_uint_eq(mmr_size(event.reader), 0);
	must_grow(follow, "2\n3\n");
	/* The new file has no byte yet. */
	scene_append("old", "4\n");
	must_grow(follow, "4\n");
	must_be_quiet(follow);
	scene_append("old", "5\n");
	scene_append("log", "6\n");
	must_grow(follow, "5\n");
	event = must_get(follow, MMR_FOLLOW_ENDED);
	ck_assert_uint_eq(event.start, 10);
	ck_assert_uint_eq(event.stop, 10);
	event = must_grow(follow, "6\n");
	ck_assert_uint_eq(event.start, 0);
	/* The old file is not followed any more. */
	scene_append("old", "7\n");
	must_be_quiet(follow);
	/* Replaced at once, and by a link to another file. */
	scene_put("fresh", "8\n");
	scene_rename("fresh", "log");
	must_get(follow, MMR_FOLLOW_REPLACED);
	must_get(follow, MMR_FOLLOW_ENDED);
	must_grow(follow, "8\n");
	ck_assert_int_eq(symlink("old", "fresh"), 0);
	scene_rename("fresh", "log");
	must_get(follow, MMR_FOLLOW_REPLACED);
	must_get(follow, MMR_FOLLOW_ENDED);
	must_grow(follow, "1\n2\n3\n4\n5\n7\n");
	mmr_follow_close(follow);
}
END_TEST

/* Bytes that are appended for ever to a file without a path do not delay the next file for ever. */
START_TEST(test_follow_rotation_ends)
{
	mmr_follow *follow;
	int i;

	scene_put("log", "1\n");
	follow = follow_log(_i);
	must_get(follow, MMR_FOLLOW_OPENED);
	must_grow(follow, "1\n");
	scene_rename("log", "old");
	scene_put("log", "");
	must_get(follow, MMR_FOLLOW_REPLACED);
	for (i = 0; i < 5; i++) {
		scene_append("old", "2\n");
		must_grow(follow, "2\n");
	}
	scene_append("old", "3\n");
	scene_append("log", "4\n");
	must_grow(follow, "3\n");
	scene_append("old", "5\n");
	must_get(follow, MMR_FOLLOW_ENDED);
	must_grow(follow, "4\n");
	/* The next one has no such end. */
	scene_append("log", "6\n");
	must_grow(follow, "6\n");
	mmr_follow_close(follow);
}
END_TEST

/* The caller asks for events more slowly than the file is replaced. */
START_TEST(test_follow_many_rotations)
{
	char name[16], text[16];
	mmr_follow *follow;
	int i;

	scene_put("log", "0\n");
	follow = follow_log(_i);
	must_get(follow, MMR_FOLLOW_OPENED);
	for (i = 1; i <= 20; i++) {
		snprintf(name, sizeof(name), "old.%d", i);
		snprintf(text, sizeof(text), "%d\n", i);
		scene_rename("log", name);
		/* A file that stays empty keeps its turn. */
		scene_put("log", i == 3 ? "" : text);
		if (i < 8)
			must_get(follow, MMR_FOLLOW_REPLACED);
	}
	/* Eight files are open. The others were not seen, except the one that has the path. */
	must_grow(follow, "0\n");
	must_get(follow, MMR_FOLLOW_ENDED);
	must_get(follow, MMR_FOLLOW_REPLACED);
	for (i = 1; i < 8; i++) {
		snprintf(text, sizeof(text), "%d\n", i);
		if (i != 3)
			must_grow(follow, text);
		must_get(follow, MMR_FOLLOW_ENDED);
	}
	must_grow(follow, "20\n");
	must_be_quiet(follow);
	mmr_follow_close(follow);
}
END_TEST

START_TEST(test_follow_rotations_leave_nothing)
{
	unsigned n_descriptors;
	uint64_t heap = 0;
	mmr_follow *follow;
	int i;

	scene_put("log", "x");
	follow = follow_log(_i);
	must_get(follow, MMR_FOLLOW_OPENED);
	must_grow(follow, "x");
	n_descriptors = scene_n_descriptors();
	for (i = 0; i < 300; i++) {
		scene_put("fresh", "x");
		scene_rename("fresh", "log");
		must_get(follow, MMR_FOLLOW_REPLACED);
		must_get(follow, MMR_FOLLOW_ENDED);
		must_grow(follow, "x");
		scene_put("log", "");
		must_get(follow, MMR_FOLLOW_TRUNCATED);
		scene_append("log", "x");
		must_grow(follow, "x");
		if (i == 10)
			heap = mmr_heap_bytes();
	}
	must_be_quiet(follow);
	ck_assert_uint_eq(mmr_heap_bytes(), heap);
	ck_assert_uint_eq(scene_n_descriptors(), n_descriptors);
	mmr_follow_close(follow);
}
END_TEST

/* --- Missing files --- */

START_TEST(test_follow_missing)
{
	mmr_follow *follow = follow_log(_i);
	mmr_follow_event event = must_get(follow, MMR_FOLLOW_GONE);

	ck_assert_int_eq(event.code, -ENOENT);
	ck_assert_int_eq(event.fd, -1);
	ck_assert_ptr_null(event.reader);
	must_be_quiet(follow);
	ck_assert_int_eq(mmr_follow_used(follow, 0, 0, 0), -EINVAL);
	scene_put("log", "one\n");
	must_get(follow, MMR_FOLLOW_OPENED);
	must_grow(follow, "one\n");
	/* A file without a path is still followed. */
	scene_rename("log", "away");
	event = must_get(follow, MMR_FOLLOW_GONE);
	ck_assert_int_eq(event.code, -ENOENT);
	ck_assert_ptr_nonnull(event.reader);
	scene_append("away", "two\n");
	must_grow(follow, "two\n");
	scene_rename("away", "log");
	must_get(follow, MMR_FOLLOW_RETURNED);
	must_be_quiet(follow);
	ck_assert_int_eq(unlink("log"), 0);
	must_get(follow, MMR_FOLLOW_GONE);
	must_be_quiet(follow);
	scene_put("log", "three\n");
	must_get(follow, MMR_FOLLOW_REPLACED);
	must_get(follow, MMR_FOLLOW_ENDED);
	must_grow(follow, "three\n");
	mmr_follow_close(follow);
}
END_TEST

START_TEST(test_follow_missing_for_a_moment)
{
	mmr_follow_options options = options_of(_i);
	mmr_follow *follow;
	double since;
	int i;

	options.gone_after = 60000;
	follow = open_with(&options);
	scene_put("log", "1");
	ck_assert_int_eq(mmr_follow_add(follow, "log", 0), 0);
	must_get(follow, MMR_FOLLOW_OPENED);
	must_grow(follow, "1");
	for (i = 0; i < 2; i++) {
		scene_rename("log", "away");
		must_be_quiet(follow);
		scene_rename("away", "log");
		must_be_quiet(follow);
	}
	mmr_follow_close(follow);
	options.gone_after = 50;
	follow = open_with(&options);
	ck_assert_int_eq(mmr_follow_add(follow, "log", MMR_REST), 0);
	must_get(follow, MMR_FOLLOW_OPENED);
	since = seconds();
	scene_rename("log", "away");
	must_get(follow, MMR_FOLLOW_GONE);
	/* Both times are rounded to milliseconds. */
	ck_assert_double_gt(seconds() - since, 0.049);
	must_be_quiet(follow);
	mmr_follow_close(follow);
}
END_TEST

START_TEST(test_follow_folder_removed)
{
	mmr_follow_options options = options_of(_i);
	mmr_follow *follow = open_with(&options);

	ck_assert_int_eq(mmr_follow_add(follow, "folder/log", 0), 0);
	ck_assert_int_eq(must_get(follow, MMR_FOLLOW_GONE).code, -ENOENT);
	ck_assert_int_eq(mkdir("folder", 0700), 0);
	must_be_quiet(follow);
	scene_put("folder/log", "one\n");
	must_get(follow, MMR_FOLLOW_OPENED);
	must_grow(follow, "one\n");
	scene_rename("folder", "gone");
	must_get(follow, MMR_FOLLOW_GONE);
	scene_append("gone/log", "two\n");
	must_grow(follow, "two\n");
	scene_put("folder", "not a folder");
	ck_assert_int_eq(must_get(follow, MMR_FOLLOW_GONE).code, -ENOTDIR);
	ck_assert_int_eq(unlink("folder"), 0);
	ck_assert_int_eq(mkdir("folder", 0700), 0);
	scene_put("folder/log", "three\n");
	must_get(follow, MMR_FOLLOW_REPLACED);
	must_get(follow, MMR_FOLLOW_ENDED);
	must_grow(follow, "three\n");
	scene_append("folder/log", "four\n");
	must_grow(follow, "four\n");
	ck_assert_int_eq(unlink("folder/log"), 0);
	ck_assert_int_eq(unlink("gone/log"), 0);
	mmr_follow_close(follow);
}
END_TEST

START_TEST(test_follow_becomes_no_file)
{
	mmr_follow *follow;

	scene_put("log", "one\n");
	follow = follow_log(_i);
	must_get(follow, MMR_FOLLOW_OPENED);
	must_grow(follow, "one\n");
	ck_assert_int_eq(unlink("log"), 0);
	ck_assert_int_eq(mkdir("log", 0700), 0);
	ck_assert_int_eq(must_get(follow, MMR_FOLLOW_GONE).code, -EISDIR);
	ck_assert_int_eq(rmdir("log"), 0);
	ck_assert_int_eq(mkfifo("log", 0600), 0);
	ck_assert_int_eq(must_get(follow, MMR_FOLLOW_GONE).code, -ENOTSUP);
	must_be_quiet(follow);
	ck_assert_int_eq(unlink("log"), 0);
	scene_put("log", "two\n");
	must_get(follow, MMR_FOLLOW_REPLACED);
	must_get(follow, MMR_FOLLOW_ENDED);
	must_grow(follow, "two\n");
	mmr_follow_close(follow);
}
END_TEST

static Suite *follow_path_suite(void)
{
	const TTest *const tests[] = {test_follow_rotation, test_follow_rotation_ends,
		test_follow_many_rotations, test_follow_rotations_leave_nothing,
		test_follow_missing, test_follow_missing_for_a_moment, test_follow_folder_removed,
		test_follow_becomes_no_file, NULL};
	Suite *suite = suite_create("follow_path");

	add_manners(suite, tests);
	return suite;
}

CHECK_MAIN(follow_path_suite)
