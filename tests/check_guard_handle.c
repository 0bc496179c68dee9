/* check_guard_handle.c - the guard inside an application's own SIGBUS handler
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE ((size_t)64 << 10)

static volatile sig_atomic_t n_foreign;
static sigjmp_buf way_out;

/* What an application might do with a fault of its own: note it and get out. */
static void on_sigbus(int number, siginfo_t *info, void *context)
{
	mmr_guard_handle(number, info, context);
	n_foreign++;
	siglongjmp(way_out, 1);
}

static void take_over(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	sigemptyset(&action.sa_mask);
	action.sa_sigaction = on_sigbus;
	action.sa_flags = SA_SIGINFO | SA_ONSTACK;
	ck_assert_int_eq(sigaction(SIGBUS, &action, NULL), 0);
}

static int first_byte(void *arg)
{
	return *(const volatile char *)arg;
}

START_TEST(test_guard_handle_needs_a_word)
{
	static char bytes[SIZE];
	struct temp temp = temp_open(bytes, sizeof(bytes));
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);

	take_over();
	ck_assert_int_eq(mmr_try(reader, first_byte, (void *)mmr_bytes(reader).ptr), -ENOTSUP);
	mmr_guard_delegate();
	ck_assert_int_eq(mmr_try(reader, first_byte, (void *)mmr_bytes(reader).ptr), 0);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

START_TEST(test_guard_handle_takes_its_own_faults)
{
	static char bytes[SIZE];
	struct temp temp = temp_open(bytes, sizeof(bytes));
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	uint64_t found;

	take_over();
	mmr_guard_delegate();
	ck_assert_int_eq(ftruncate(temp.fd, 0), 0);
	ck_assert_int_eq(mmr_slice_count(mmr_bytes(reader), '\n', &found), MMR_ETRUNCATED);
	ck_assert_int_eq(
		mmr_try(reader, first_byte, (void *)mmr_bytes(reader).ptr), MMR_ETRUNCATED);
	ck_assert_int_eq(n_foreign, 0);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

START_TEST(test_guard_handle_leaves_others_alone)
{
	static char bytes[SIZE];
	struct temp temp = temp_open(bytes, sizeof(bytes));
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	const char *foreign;

	take_over();
	mmr_guard_delegate();
	foreign = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, temp.fd, 0);
	ck_assert_ptr_ne(foreign, MAP_FAILED);
	ck_assert_int_eq(ftruncate(temp.fd, 0), 0);
	if (sigsetjmp(way_out, 1) == 0)
		ck_abort_msg("no fault: read %d", first_byte((void *)foreign));
	ck_assert_int_eq(n_foreign, 1);
	/* Not even within a guard: the reader's bytes are elsewhere. */
	if (sigsetjmp(way_out, 1) == 0)
		ck_abort_msg("no fault: %d", mmr_try(reader, first_byte, (void *)foreign));
	ck_assert_int_eq(n_foreign, 2);
	/* Nor is a signal that somebody sent. */
	if (sigsetjmp(way_out, 1) == 0)
		raise(SIGBUS);
	ck_assert_int_eq(n_foreign, 3);
	munmap((void *)foreign, SIZE);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

static Suite *guard_handle_suite(void)
{
	Suite *suite = suite_create("guard_handle");

	ADD_CASE(suite, "core", test_guard_handle_needs_a_word,
		test_guard_handle_takes_its_own_faults);
	ADD_CASE(suite, "faults", test_guard_handle_leaves_others_alone);
	return suite;
}

CHECK_MAIN(guard_handle_suite)
