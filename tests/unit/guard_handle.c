/* guard_handle.c - the guard called by the SIGBUS handler of an application
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

/* Report the address of the page instead of the byte, as some machines do. */
static volatile sig_atomic_t reports_pages;

/* An application may count a fault of its own and leave the handler. */
static void on_sigbus(int number, siginfo_t *info, void *context)
{
	siginfo_t reported = *info;

	if (reports_pages)
		reported.si_addr = (void *)((uintptr_t)reported.si_addr / 4096 * 4096);
	mmr_guard_handle(number, &reported, context);
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

START_TEST(test_guard_handle_needs_delegation)
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

START_TEST(test_guard_handle_handles_faults_of_readers)
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

START_TEST(test_guard_handle_ignores_other_faults)
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
	/* Also inside a guard, because the address is not in the reader's memory. */
	if (sigsetjmp(way_out, 1) == 0)
		ck_abort_msg("no fault: %d", mmr_try(reader, first_byte, (void *)foreign));
	ck_assert_int_eq(n_foreign, 2);
	/* Signals that were sent by a process are ignored, too. */
	if (sigsetjmp(way_out, 1) == 0)
		raise(SIGBUS);
	ck_assert_int_eq(n_foreign, 3);
	munmap((void *)foreign, SIZE);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

START_TEST(test_guard_handle_with_page_addresses)
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
	/* The page starts before the range. All bytes of the range are lost. */
	reports_pages = 1;
	ck_assert_int_eq(mmr_slice_count(mmr_bytes(reader), '\n', &found), MMR_ETRUNCATED);
	ck_assert_uint_eq(mmr_last_error_offset(), 4096 + 123);
	ck_assert_int_eq(n_foreign, 0);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* Faults in a map that belongs to no reader, between the maps of two readers or elsewhere. */
START_TEST(test_guard_handle_of_foreign_memory)
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
	/* Readers that did not fail still work. */
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

static int handle_fault(void *arg)
{
	mmr_guard_handle(SIGBUS, arg, NULL);
	return 42;
}

/* Returns the error for a fault at byte 5000 with a given signal code. */
static int explain(int code, size_t new_size, bool lose_descriptor)
{
	static char bytes[SIZE];
	struct temp temp = temp_open(bytes, sizeof(bytes));
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	int fd = reader->fd, result;
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_signo = SIGBUS;
	info.si_code = code;
	info.si_addr = (char *)(uintptr_t)mmr_bytes(reader).ptr + 5000;
	if (new_size != SIZE)
		temp_resize(&temp, new_size);
	if (lose_descriptor)
		reader->fd = -1;
	result = mmr_try(reader, handle_fault, &info);
	if (result < 0)
		ck_assert_uint_eq(mmr_last_error_offset(), min_size(new_size, 5000));
	/* The result is the same the next time. */
	ck_assert_int_eq(mmr_try(reader, handle_fault, &info), result);
	reader->fd = fd;
	mmr_close(reader);
	temp_close(&temp);
	return result;
}

START_TEST(test_guard_handle_explains_a_fault)
{
	take_over();
	mmr_guard_delegate();
	/* Signals of a process, and alignment faults, do not concern a byte of the file. */
	ck_assert_int_eq(explain(SI_USER, SIZE, false), 42);
	ck_assert_int_eq(explain(SI_QUEUE, SIZE, false), 42);
	ck_assert_int_eq(explain(BUS_ADRALN, SIZE, false), 42);
	ck_assert_int_eq(explain(BUS_ADRERR, 4000, false), MMR_ETRUNCATED);
	/* A file that was cut and grew again has other bytes, even if all can be read. */
	ck_assert_int_eq(explain(BUS_ADRERR, 2 * SIZE, false), MMR_ETRUNCATED);
	ck_assert_int_eq(explain(BUS_ADRERR, SIZE, false), -EIO);
#if defined(BUS_MCEERR_AR)
	ck_assert_int_eq(explain(BUS_MCEERR_AR, 2 * SIZE, false), -EIO);
#endif
	/* The size of the file is not known without a descriptor. */
	ck_assert_int_eq(explain(BUS_ADRERR, SIZE, true), -EBADF);
}
END_TEST

static volatile sig_atomic_t n_plain;

static void on_plain_signal(int number)
{
	n_plain += number == SIGBUS;
}

/* For signals that a process sends, the previous action applies. */
static void receive_a_signal(void *arg)
{
	bool ignored = !arg;

	signal(SIGBUS, ignored ? SIG_IGN : on_plain_signal);
	if (mmr_guard_install() < 0 || raise(SIGBUS) != 0 || n_plain != !ignored)
		_exit(1);
	if (raise(SIGBUS) != 0 || n_plain != 2 * !ignored)
		_exit(2);
}

START_TEST(test_guard_keeps_the_previous_action)
{
	int some = 1;

	ck_assert_int_eq(in_child(receive_a_signal, NULL), 0);
	ck_assert_int_eq(in_child(receive_a_signal, &some), 0);
}
END_TEST

static Suite *guard_handle_suite(void)
{
	Suite *suite = suite_create("guard_handle");

	ADD_CASE(suite, "core", test_guard_handle_needs_delegation,
		test_guard_handle_handles_faults_of_readers);
	ADD_CASE(suite, "limits", test_guard_handle_with_page_addresses,
		test_guard_handle_explains_a_fault, test_guard_keeps_the_previous_action);
	ADD_CASE(suite, "faults", test_guard_handle_ignores_other_faults,
		test_guard_handle_of_foreign_memory);
	return suite;
}

CHECK_MAIN(guard_handle_suite)
