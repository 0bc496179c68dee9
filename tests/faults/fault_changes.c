/* fault_changes.c - files that change without losing a page: they grow back, get holes, are
 * renamed or unlinked
 *
 * None of these is a read error: the reader returns what the file contains now. mmr_check
 * reports that it is not the content that was opened. After a fault, a reader reports it until
 * it is closed.
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "support.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define SIZE     ((size_t)512 << 10)
#define LINE_LEN ((size_t)16)
#define N_LINES  (SIZE / LINE_LEN)
#define PAGE     ((size_t)sysconf(_SC_PAGESIZE))

static const enum mmr_backing_kind backings[] = {
	MMR_BACKING_MAPPED, MMR_BACKING_UNMAPPED, MMR_BACKING_COPIED};

static struct temp lines_open(void)
{
	static char bytes[SIZE];
	size_t i;

	for (i = 0; i < SIZE; i += LINE_LEN)
		memcpy(bytes + i, "fifteen letters\n", LINE_LEN);
	return temp_open(bytes, SIZE);
}

/* Counts lines by slices, if there are any, and in each I/O mode: all results are equal. */
static void must_have_lines(mmr_reader *reader, uint64_t wanted)
{
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_counts counts = {0};
	uint64_t n = 0;
	int io_mode;

	if (mmr_backing(reader) != MMR_BACKING_UNMAPPED) {
		ck_assert_int_eq(mmr_slice_count(mmr_bytes(reader), '\n', &n), 0);
		ck_assert_uint_eq(n, wanted);
	}
	for (io_mode = 0; io_mode <= MMR_IO_DIRECT; io_mode++) {
		options.io_mode = (enum mmr_io_mode)io_mode;
		MUST(mmr_count_lines(reader, &options, &counts) == 0, "backing %d, mode %d: %s",
			(int)mmr_backing(reader), io_mode, mmr_last_error());
		/* Zeroes at the end are a line without a terminator. */
		ck_assert_uint_eq(counts.lines, wanted + counts.unterminated);
	}
}

START_TEST(test_changes_regrown_before_it_is_read)
{
	size_t i;

	ck_assert_int_eq(mmr_guard_install(), 0);
	for (i = 0; i < ARRAY_LEN(backings); i++) {
		struct temp temp = lines_open();
		mmr_reader *reader = temp_reader(&temp, backings[i]);
		bool copied = backings[i] == MMR_BACKING_COPIED;

		/* Zeroes that are in the file, because it was extended. */
		temp_resize(&temp, SIZE / 2);
		temp_resize(&temp, SIZE);
		must_have_lines(reader, copied ? N_LINES : N_LINES / 2);
		ck_assert_int_eq(mmr_check(reader), MMR_ECHANGED);
		mmr_close(reader);
		temp_close(&temp);
	}
}
END_TEST

START_TEST(test_changes_regrown_after_a_fault)
{
	struct temp temp = lines_open();
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED), *again;
	mmr_counts counts = {.lines = 7};
	uint64_t n;
	int i;

	ck_assert_int_eq(mmr_guard_install(), 0);
	temp_resize(&temp, SIZE / 2);
	ck_assert_int_eq(mmr_slice_count(mmr_bytes(reader), '\n', &n), MMR_ETRUNCATED);
	temp_resize(&temp, SIZE);
	for (i = 0; i < 2; i++) {
		ck_assert_int_eq(mmr_count_lines(reader, NULL, &counts), MMR_ETRUNCATED);
		ck_assert_uint_eq(mmr_last_error_offset(), SIZE / 2);
		ck_assert_ptr_nonnull(strstr(mmr_last_error(), temp.path));
		ck_assert_uint_eq(counts.lines, 7);
	}
	ck_assert_int_eq(mmr_check(reader), MMR_ECHANGED);
	/* The file has changed, and a new reader returns the new content. */
	again = temp_reader(&temp, MMR_BACKING_MAPPED);
	must_have_lines(again, N_LINES / 2);
	ck_assert_int_eq(mmr_check(again), 0);
	mmr_close(again);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

START_TEST(test_changes_hole_punched)
{
#if defined(FALLOC_FL_PUNCH_HOLE)
	off_t at = (off_t)(16 * PAGE), len = (off_t)(4 * PAGE);
	size_t i;

	ck_assert_int_eq(mmr_guard_install(), 0);
	for (i = 0; i < ARRAY_LEN(backings); i++) {
		struct temp temp = lines_open();
		mmr_reader *reader = temp_reader(&temp, backings[i]);
		bool copied = backings[i] == MMR_BACKING_COPIED;

		if (fallocate(temp.fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, len) == 0) {
			must_have_lines(
				reader, copied ? N_LINES : N_LINES - (uint64_t)len / LINE_LEN);
			ck_assert_int_eq(mmr_check(reader), MMR_ECHANGED);
		}
		mmr_close(reader);
		temp_close(&temp);
	}
#else
	CHECK_SKIP("no fallocate");
#endif
}
END_TEST

START_TEST(test_changes_of_the_name_alone)
{
	size_t i;
	int unlinked;

	ck_assert_int_eq(mmr_guard_install(), 0);
	for (i = 0; i < ARRAY_LEN(backings); i++) {
		for (unlinked = 0; unlinked < 2; unlinked++) {
			struct temp temp = lines_open();
			mmr_reader *reader = temp_reader(&temp, backings[i]);
			char other[sizeof(temp.path) + 8];

			snprintf(other, sizeof(other), "%s.moved", temp.path);
			if (unlinked)
				ck_assert_int_eq(unlink(temp.path), 0);
			else
				ck_assert_int_eq(rename(temp.path, other), 0);
			must_have_lines(reader, N_LINES);
			ck_assert_int_eq(mmr_check(reader), MMR_EREPLACED);
			mmr_close(reader);
			temp_close(&temp);
			unlink(other);
		}
	}
}
END_TEST

static _Atomic(bool) is_flickering;

/* Cuts the file and writes it back until it is stopped. */
static void *flicker(void *arg)
{
	static char bytes[SIZE / 2];
	struct temp *temp = arg;

	memset(bytes, 'x', sizeof(bytes));
	while (atomic_load(&is_flickering)) {
		temp_resize(temp, SIZE / 2);
		temp_write(temp, SIZE / 2, bytes, sizeof(bytes));
		usleep(100);
	}
	return NULL;
}

/* The file is whole whenever its size is queried: zeroes that were read meanwhile are read
 * again. */
START_TEST(test_changes_cut_and_written_back)
{
	static char bytes[SIZE];
	struct temp temp;
	mmr_reader *reader;
	pthread_t thread;
	unsigned round;
	size_t got;
	int err;

	memset(bytes, 'x', SIZE);
	temp = temp_open(bytes, SIZE);
	reader = temp_reader(&temp, MMR_BACKING_UNMAPPED);
	atomic_store(&is_flickering, true);
	ck_assert_int_eq(pthread_create(&thread, NULL, flicker, &temp), 0);
	for (round = 0; round < 2000; round++) {
		err = mmr_read_at(reader, 0, bytes, SIZE, &got);
		if (err == MMR_ETRUNCATED)
			continue;
		ck_assert_int_eq(err, 0);
		ck_assert_uint_eq(got, SIZE);
		MUST(!memchr(bytes, '\0', SIZE), "zeroes in round %u", round);
	}
	atomic_store(&is_flickering, false);
	pthread_join(thread, NULL);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

static Suite *changes_suite(void)
{
	Suite *suite = suite_create("fault_changes");

	ADD_CASE(suite, "faults", test_changes_regrown_before_it_is_read,
		test_changes_regrown_after_a_fault, test_changes_hole_punched,
		test_changes_of_the_name_alone, test_changes_cut_and_written_back);
	return suite;
}

CHECK_MAIN(changes_suite)
