/* follow_wait.c - what can be followed, and how waits for events end
 *
 * SPDX-License-Identifier: MIT */
#include "scene.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* --- What can be followed --- */

START_TEST(test_follow_refuses)
{
	mmr_follow_options options = options_of(_i);
	mmr_follow *follow = open_with(&options);
	unsigned n_descriptors = scene_n_descriptors();
	int fd;

	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	ck_assert_int_eq(mmr_follow_add(follow, ".", 0), -EISDIR);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "cannot follow '.'"));
	ck_assert_int_eq(mmr_follow_add(follow, "fifo", 0), MMR_ESTREAM);
	ck_assert_int_eq(mmr_follow_add(follow, "/dev/null", 0), MMR_ESTREAM);
	if (access("/proc/version", R_OK) == 0)
		ck_assert_int_eq(mmr_follow_add(follow, "/proc/version", 0), -ENOTSUP);
	ck_assert_int_eq(mmr_follow_add_fd(follow, -1, 0), -EBADF);
	fd = open("log", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_eq(mmr_follow_add_fd(follow, fd, 0), -EBADF);
	close(fd);
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(mmr_follow_add_fd(follow, fd, 0), MMR_ESTREAM);
	close(fd);
	ck_assert_uint_eq(scene_n_descriptors(), n_descriptors);
	mmr_follow_close(follow);
}
END_TEST

START_TEST(test_follow_refuses_options)
{
	mmr_follow_options wrong[] = {options_of(_i), options_of(_i), options_of(_i),
		options_of(_i), options_of(_i), options_of(_i)};
	mmr_follow *follow;
	size_t i;

	wrong[0].struct_size = 3;
	wrong[1].limit = 0;
	wrong[2].look_every = 0;
	wrong[3].look_every = UINT32_MAX;
	wrong[4].gone_after = UINT32_MAX;
	wrong[5].backing = MMR_BACKING_COPIED;
	for (i = 0; i < ARRAY_LEN(wrong); i++)
		ck_assert_int_eq(mmr_follow_open(&wrong[i], &follow), -EINVAL);
	ck_assert_int_eq(mmr_follow_open(NULL, &follow), 0);
	mmr_follow_close(follow);
	mmr_follow_close(NULL);
}
END_TEST

START_TEST(test_follow_numbers)
{
	mmr_follow_options options = options_of(_i);
	mmr_follow *follow = open_with(&options);
	mmr_follow_event event;
	char name[16];
	int i;

	scene_put("log", "x");
	for (i = 0; i < 40; i++)
		ck_assert_int_eq(mmr_follow_add(follow, "log", 0), i);
	for (i = 0; i < 40; i += 3)
		mmr_follow_remove(follow, i);
	mmr_follow_remove(follow, 0);
	mmr_follow_remove(follow, -1);
	mmr_follow_remove(follow, 40);
	ck_assert_int_eq(mmr_follow_look(follow, 0, &event), 0);
	ck_assert_int_eq(mmr_follow_look(follow, 40, &event), 0);
	ck_assert_int_eq(mmr_follow_look(follow, 1, &event), 1);
	ck_assert_int_eq(event.file, 1);
	ck_assert_int_eq(event.kind, MMR_FOLLOW_OPENED);
	for (i = 0; i < 14; i++) {
		snprintf(name, sizeof(name), "log.%d", i);
		ck_assert_int_eq(mmr_follow_add(follow, name, 0), 3 * i);
	}
	ck_assert_int_eq(mmr_follow_add(follow, "log", 0), 40);
	mmr_follow_close(follow);
}
END_TEST

START_TEST(test_follow_descriptor)
{
	mmr_follow_options options = options_of(_i);
	mmr_follow *follow = open_with(&options);
	int fd;

	scene_put("log", "one\ntwo\n");
	fd = open("log", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(mmr_follow_add_fd(follow, fd, 4), 0);
	must_get(follow, MMR_FOLLOW_OPENED);
	must_grow(follow, "two\n");
	ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), 0);
	close(fd);
	/* Without a path, no path is looked at. */
	scene_rename("log", "old");
	scene_put("log", "new\n");
	must_be_quiet(follow);
	scene_append("old", "three\n");
	must_grow(follow, "three\n");
	ck_assert_int_eq(truncate("old", 1), 0);
	must_get(follow, MMR_FOLLOW_TRUNCATED);
	must_grow(follow, "o");
	ck_assert_int_eq(unlink("old"), 0);
	must_be_quiet(follow);
	ck_assert_int_eq(mmr_follow_used(follow, 0, 1, -ESTALE), 0);
	ck_assert_int_eq(must_get(follow, MMR_FOLLOW_FAILED).code, -ESTALE);
	mmr_follow_close(follow);
}
END_TEST

/* --- Waits --- */

START_TEST(test_follow_times_out)
{
	mmr_follow *follow;
	mmr_follow_event event;
	double start;

	scene_put("log", "");
	follow = follow_log(_i);
	must_get(follow, MMR_FOLLOW_OPENED);
	start = now_ms();
	ck_assert_int_eq(mmr_follow_next(follow, 60, &event), 0);
	ck_assert(now_ms() - start >= 60);
	mmr_follow_remove(follow, 0);
	start = now_ms();
	ck_assert_int_eq(mmr_follow_next(follow, 30, &event), 0);
	ck_assert(now_ms() - start >= 30);
	ck_assert_int_eq(mmr_follow_timeout(follow), -1);
	mmr_follow_close(follow);
}
END_TEST

static mmr_follow *interrupted;

static void on_alarm(int number)
{
	static int n;

	(void)number;
	/* The first signals must not end the wait. */
	if (n++ >= 3)
		mmr_follow_interrupt(interrupted);
}

START_TEST(test_follow_interrupted_by_a_handler)
{
	struct itimerval every = {{0, 20000}, {0, 20000}}, never = {{0, 0}, {0, 0}};
	struct sigaction action = {.sa_handler = on_alarm}; /* without SA_RESTART */
	mmr_follow_event event;
	double start = now_ms();

	scene_put("log", "");
	interrupted = follow_log(_i);
	must_get(interrupted, MMR_FOLLOW_OPENED);
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &every, NULL), 0);
	ck_assert_int_eq(mmr_follow_next(interrupted, -1, &event), 1);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
	ck_assert_int_eq(event.kind, MMR_FOLLOW_INTERRUPTED);
	ck_assert_int_eq(event.file, -1);
	ck_assert_ptr_null(event.reader);
	ck_assert(now_ms() - start >= 75);
	mmr_follow_close(interrupted);
}
END_TEST

static void *interrupt_later(void *unused)
{
	const struct timespec nap = {0, 20000000};

	nanosleep(&nap, NULL);
	mmr_follow_interrupt(interrupted);
	return unused;
}

START_TEST(test_follow_interrupted_by_a_thread)
{
	mmr_follow_options options = options_of(_i);
	mmr_follow_event event;
	pthread_t thread;

	interrupted = open_with(&options);
	/* It waits for ever, without files. */
	ck_assert_int_eq(pthread_create(&thread, NULL, interrupt_later, NULL), 0);
	must_get(interrupted, MMR_FOLLOW_INTERRUPTED);
	pthread_join(thread, NULL);
	must_be_quiet(interrupted);
	/* Before the wait, and several times: one event. It precedes those of files. */
	scene_put("log", "x");
	ck_assert_int_eq(mmr_follow_add(interrupted, "log", 0), 0);
	mmr_follow_interrupt(interrupted);
	mmr_follow_interrupt(interrupted);
	ck_assert_int_eq(mmr_follow_next(interrupted, 0, &event), 1);
	ck_assert_int_eq(event.kind, MMR_FOLLOW_INTERRUPTED);
	must_get(interrupted, MMR_FOLLOW_OPENED);
	must_grow(interrupted, "x");
	must_be_quiet(interrupted);
	mmr_follow_close(interrupted);
}
END_TEST

/* --- Watches --- */

static bool is_readable(const mmr_follow *follow, int timeout_ms)
{
	struct pollfd events = {mmr_follow_fd(follow), POLLIN, 0};

	return poll(&events, 1, timeout_ms) == 1;
}

static void must_wake(mmr_follow *follow, const char *what)
{
	MUST(is_readable(follow, 10000), "no event for %s", what);
}

START_TEST(test_follow_descriptor_for_poll)
{
	mmr_follow_options options = options_of(_i);
	mmr_follow *follow = open_with(&options);
	bool is_watched;

	options.look_every = 250;
	ck_assert(!is_readable(follow, 0));
	mmr_follow_interrupt(follow);
	ck_assert(is_readable(follow, 0));
	must_get(follow, MMR_FOLLOW_INTERRUPTED);
	ck_assert(!is_readable(follow, 0));

	scene_put("a", "");
	scene_put("b", "");
	ck_assert_int_eq(mmr_follow_add(follow, "a", 0), 0);
	ck_assert_int_eq(mmr_follow_add(follow, "b", 0), 1);
	must_get(follow, MMR_FOLLOW_OPENED);
	must_get(follow, MMR_FOLLOW_OPENED);
	must_be_quiet(follow);
	ck_assert(!is_readable(follow, 0));
	is_watched = mmr_follow_timeout(follow) == 20;
	ck_assert(is_watched || mmr_follow_timeout(follow) == 5);
	ck_assert(!is_watched || !options.polling);
	if (!is_watched) {
		mmr_follow_close(follow);
		if (!options.polling)
			CHECK_SKIP("nothing can be watched here");
		return;
	}
	scene_append("b", "x");
	must_wake(follow, "growth");
	must_grow(follow, "x");
	must_be_quiet(follow);
	ck_assert(!is_readable(follow, 0));
	/* Both are in one folder, which is still watched. */
	mmr_follow_remove(follow, 0);
	scene_rename("b", "old");
	must_wake(follow, "another name");
	must_get(follow, MMR_FOLLOW_GONE);
	ck_assert_int_eq(mmr_follow_timeout(follow), 5);
	scene_put("b", "y");
	must_wake(follow, "a new file");
	must_get(follow, MMR_FOLLOW_REPLACED);
	must_get(follow, MMR_FOLLOW_ENDED);
	must_grow(follow, "y");
	must_be_quiet(follow);
	ck_assert_int_eq(truncate("b", 0), 0);
	must_wake(follow, "truncation");
	must_get(follow, MMR_FOLLOW_TRUNCATED);
	/* The target of a link may be replaced elsewhere. */
	ck_assert_int_eq(symlink("b", "link"), 0);
	ck_assert_int_eq(mmr_follow_add(follow, "link", 0), 0);
	must_get(follow, MMR_FOLLOW_OPENED);
	must_be_quiet(follow);
	ck_assert_int_eq(mmr_follow_timeout(follow), 5);
	mmr_follow_close(follow);
}
END_TEST

static Suite *follow_wait_suite(void)
{
	const TTest *const tests[] = {test_follow_refuses, test_follow_refuses_options,
		test_follow_numbers, test_follow_descriptor, test_follow_times_out,
		test_follow_interrupted_by_a_handler, test_follow_interrupted_by_a_thread,
		test_follow_descriptor_for_poll, NULL};
	Suite *suite = suite_create("follow_wait");

	add_manners(suite, tests);
	return suite;
}

CHECK_MAIN(follow_wait_suite)
