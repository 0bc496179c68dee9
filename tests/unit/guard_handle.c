/* guard_handle.c - the guard inside an application's own SIGBUS handler
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "file/reader.h"

#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE ((size_t)64 << 10)

static volatile sig_atomic_t n_foreign;
static sigjmp_buf way_out;

/* Tell the page of a fault alone, as some machines do. */
static volatile sig_atomic_t tells_pages;

/* What an application might do with a fault of its own: note it and get out. */
static void on_sigbus(int number, siginfo_t *info, void *context)
{
	siginfo_t told = *info;

	if (tells_pages)
		told.si_addr = (void *)((uintptr_t)told.si_addr / 4096 * 4096);
	mmr_guard_handle(number, &told, context);
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

START_TEST(test_guard_handle_is_told_the_page_alone)
{
	static char bytes[SIZE];
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	struct temp temp = temp_open(bytes, sizeof(bytes));
	mmr_reader *reader;
	uint64_t found;

	take_over();
	mmr_guard_delegate();
	options.backing = MMR_BACKING_MAPPED;
	options.offset = 4096 + 123;
	ck_assert_int_eq(mmr_open(temp.path, &options, &reader), 0);
	ck_assert_int_eq(ftruncate(temp.fd, 10), 0);
	/* Its page begins in front of the part, which has lost all from its first byte on. */
	tells_pages = 1;
	ck_assert_int_eq(mmr_slice_count(mmr_bytes(reader), '\n', &found), MMR_ETRUNCATED);
	ck_assert_uint_eq(mmr_last_error_offset(), 4096 + 123);
	ck_assert_int_eq(n_foreign, 0);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* A map of nobody's, in front of one reader's and behind another's or elsewhere. */
START_TEST(test_guard_handle_of_memory_that_is_nobodys)
{
	static char bytes[SIZE];
	struct temp temp = temp_open(bytes, sizeof(bytes)), other = temp_open(bytes, sizeof(bytes));
	mmr_reader *first = temp_reader(&other, MMR_BACKING_MAPPED), *last;
	uint64_t found = 77;
	char *foreign;

	take_over();
	mmr_guard_delegate();
	foreign = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, temp.fd, 0);
	ck_assert_ptr_ne(foreign, MAP_FAILED);
	last = temp_reader(&other, MMR_BACKING_MAPPED);
	ck_assert_int_eq(ftruncate(temp.fd, 0), 0);
	ck_assert_int_eq(mmr_slice_count((mmr_slice){foreign, SIZE}, '\n', &found), -EFAULT);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "memory at"));
	ck_assert_uint_eq(found, 77);
	/* Whoever did not fail goes on. */
	ck_assert_int_eq(mmr_slice_count(mmr_bytes(first), '\0', &found), 0);
	ck_assert_uint_eq(found, SIZE);
	ck_assert_int_eq(mmr_slice_count(mmr_bytes(last), '\0', &found), 0);
	ck_assert_int_eq(n_foreign, 0);
	munmap(foreign, SIZE);
	mmr_close(first);
	mmr_close(last);
	temp_close(&temp);
	temp_close(&other);
}
END_TEST

static int tell(void *arg)
{
	mmr_guard_handle(SIGBUS, arg, NULL);
	return 42;
}

/* How a reader explains a fault at byte 5000, of which a signal tells the code. */
static int explain(int code, size_t new_size, bool lose_descriptor)
{
	static char bytes[SIZE];
	struct temp temp = temp_open(bytes, sizeof(bytes));
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	int fd = reader->fd, answer;
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_signo = SIGBUS;
	info.si_code = code;
	info.si_addr = (char *)(uintptr_t)mmr_bytes(reader).ptr + 5000;
	if (new_size != SIZE)
		temp_resize(&temp, new_size);
	if (lose_descriptor)
		reader->fd = -1;
	answer = mmr_try(reader, tell, &info);
	if (answer < 0)
		ck_assert_uint_eq(mmr_last_error_offset(), min_size(new_size, 5000));
	/* It stays with that. */
	ck_assert_int_eq(mmr_try(reader, tell, &info), answer);
	reader->fd = fd;
	mmr_close(reader);
	temp_close(&temp);
	return answer;
}

START_TEST(test_guard_handle_explains_a_fault)
{
	take_over();
	mmr_guard_delegate();
	/* Sent by somebody, or an access that no machine can do: not a byte of the file. */
	ck_assert_int_eq(explain(SI_USER, SIZE, false), 42);
	ck_assert_int_eq(explain(SI_QUEUE, SIZE, false), 42);
	ck_assert_int_eq(explain(BUS_ADRALN, SIZE, false), 42);
	ck_assert_int_eq(explain(BUS_ADRERR, 4000, false), MMR_ETRUNCATED);
	/* What can be read is not what was there if the file has changed: it was cut and grew. */
	ck_assert_int_eq(explain(BUS_ADRERR, 2 * SIZE, false), MMR_ETRUNCATED);
	ck_assert_int_eq(explain(BUS_ADRERR, SIZE, false), -EIO);
#if defined(BUS_MCEERR_AR)
	ck_assert_int_eq(explain(BUS_MCEERR_AR, 2 * SIZE, false), -EIO);
#endif
	/* Nobody can tell. */
	ck_assert_int_eq(explain(BUS_ADRERR, SIZE, true), -EBADF);
}
END_TEST

static volatile sig_atomic_t n_plain;

static void on_plain_signal(int number)
{
	n_plain += number == SIGBUS;
}

/* What was there before the guard has its way with a signal that somebody sends. */
static void be_sent_a_signal(void *arg)
{
	bool ignored = !arg;

	signal(SIGBUS, ignored ? SIG_IGN : on_plain_signal);
	if (mmr_guard_install() < 0 || raise(SIGBUS) != 0 || n_plain != !ignored)
		_exit(1);
	if (raise(SIGBUS) != 0 || n_plain != 2 * !ignored)
		_exit(2);
}

START_TEST(test_guard_keeps_what_was_there_before)
{
	int some = 1;

	ck_assert_int_eq(in_child(be_sent_a_signal, NULL), 0);
	ck_assert_int_eq(in_child(be_sent_a_signal, &some), 0);
}
END_TEST

static Suite *guard_handle_suite(void)
{
	Suite *suite = suite_create("guard_handle");

	ADD_CASE(suite, "core", test_guard_handle_needs_a_word,
		test_guard_handle_takes_its_own_faults);
	ADD_CASE(suite, "limits", test_guard_handle_is_told_the_page_alone,
		test_guard_handle_explains_a_fault, test_guard_keeps_what_was_there_before);
	ADD_CASE(suite, "faults", test_guard_handle_leaves_others_alone,
		test_guard_handle_of_memory_that_is_nobodys);
	return suite;
}

CHECK_MAIN(guard_handle_suite)
