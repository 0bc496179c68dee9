/* guard.c - files that are truncated while they are read
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE      ((size_t)1 << 20)
#define PAGE      ((size_t)sysconf(_SC_PAGESIZE))
#define N_THREADS 4

/* A mapped file of SIZE bytes. Each line is "0123456\n". */
struct victim {
	struct temp temp;
	mmr_reader *reader;
	mmr_slice bytes;
};

static struct victim victim_open(void)
{
	static char text[SIZE];
	struct victim victim;
	size_t i;

	for (i = 0; i < SIZE; i += 8)
		memcpy(text + i, "0123456\n", 8);
	victim.temp = temp_open(text, SIZE);
	victim.reader = temp_reader(&victim.temp, MMR_BACKING_MAPPED);
	victim.bytes = mmr_bytes(victim.reader);
	return victim;
}

static void victim_close(struct victim *victim)
{
	mmr_close(victim->reader);
	temp_close(&victim->temp);
}

static void install(void)
{
	ck_assert_int_eq(mmr_guard_install(), 0);
}

/* Checks that the last error is a truncation at `off`, with a complete message. */
static void must_be_truncation(int err, const struct victim *victim, uint64_t off)
{
	MUST(err == MMR_ETRUNCATED, "%d instead of MMR_ETRUNCATED", err);
	MUST(mmr_last_error_offset() == off, "offset %llu, should be %llu: %s",
		(unsigned long long)mmr_last_error_offset(), (unsigned long long)off,
		mmr_last_error());
	MUST(strstr(mmr_last_error(), victim->temp.path), "no path: %s", mmr_last_error());
}

static int first_byte(void *arg)
{
	return *(const volatile char *)arg;
}

static int add_one(void *arg)
{
	return ++*(int *)arg;
}

static int fail_with_eio(void *arg)
{
	(void)arg;
	return -EIO;
}

START_TEST(test_guard_try_requires_the_handler)
{
	struct victim victim = victim_open();
	mmr_reader *memory;
	int calls = 0;

	ck_assert_int_eq(mmr_try(victim.reader, add_one, &calls), -ENOTSUP);
	ck_assert_int_eq(calls, 0);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "mmr_guard_install"));
	/* Memory of the caller needs no handler. */
	ck_assert_int_eq(mmr_open_memory("abc", 3, &memory), 0);
	ck_assert_int_eq(mmr_try(memory, add_one, &calls), 1);
	mmr_close(memory);
	victim_close(&victim);
}
END_TEST

START_TEST(test_guard_try_returns_the_result)
{
	struct victim victim = victim_open();
	int calls = 41;

	install();
	install();
	ck_assert_int_eq(mmr_try(victim.reader, add_one, &calls), 42);
	ck_assert_int_eq(calls, 42);
	ck_assert_int_eq(mmr_try(victim.reader, fail_with_eio, NULL), -EIO);
	ck_assert_int_eq(mmr_try(victim.reader, first_byte, (void *)victim.bytes.ptr), '0');
	victim_close(&victim);
}
END_TEST

START_TEST(test_guard_try_survives_truncation)
{
	struct victim victim = victim_open();
	mmr_blocks *blocks;
	uint64_t off = 4 * PAGE;

	install();
	temp_resize(&victim.temp, off);
	ck_assert_int_eq(mmr_try(victim.reader, first_byte, (void *)victim.bytes.ptr), '0');
	must_be_truncation(
		mmr_try(victim.reader, first_byte, (char *)victim.bytes.ptr + off), &victim, off);
	/* A reader that has failed reports the same error again. */
	ck_assert_int_eq(
		mmr_try(victim.reader, first_byte, (void *)victim.bytes.ptr), MMR_ETRUNCATED);
	ck_assert_int_eq(mmr_blocks_open(victim.reader, NULL, NULL, &blocks), MMR_ETRUNCATED);
	victim_close(&victim);
}
END_TEST

struct nest {
	mmr_reader *inner;
	const char *touch; /* read inside both guards */
	const char *after; /* read inside the outer guard, after the inner one has failed */
	int inner_result;
};

static int try_inner(void *arg)
{
	struct nest *nest = arg;

	nest->inner_result = mmr_try(nest->inner, first_byte, (void *)nest->touch);
	return nest->after ? *(const volatile char *)nest->after : 7;
}

START_TEST(test_guard_try_nests)
{
	struct victim outer = victim_open(), inner = victim_open();
	struct nest nest = {inner.reader, inner.bytes.ptr + 2 * PAGE, NULL, 0};

	install();
	temp_resize(&inner.temp, PAGE);
	/* The inner guard ends only the inner call ... */
	ck_assert_int_eq(mmr_try(outer.reader, try_inner, &nest), 7);
	must_be_truncation(nest.inner_result, &inner, PAGE);
	/* ... and the outer guard remains active. */
	temp_resize(&outer.temp, PAGE);
	nest.after = outer.bytes.ptr + 2 * PAGE;
	must_be_truncation(mmr_try(outer.reader, try_inner, &nest), &outer, PAGE);
	victim_close(&outer);
	victim_close(&inner);
}
END_TEST

START_TEST(test_guard_try_faults_in_the_outer_file)
{
	struct victim outer = victim_open(), inner = victim_open();
	struct nest nest = {inner.reader, outer.bytes.ptr + 2 * PAGE, NULL, 0};
	mmr_slice intact = mmr_slice_of("still guarded");

	install();
	temp_resize(&outer.temp, PAGE);
	must_be_truncation(mmr_try(outer.reader, try_inner, &nest), &outer, PAGE);
	/* Both guards have ended, so the next fault needs a guard of its own. */
	ck_assert(mmr_slice_equal(intact, intact));
	ck_assert_int_eq(mmr_try(inner.reader, first_byte, (void *)inner.bytes.ptr), '0');
	victim_close(&outer);
	victim_close(&inner);
}
END_TEST

/* Reads the lines before the cut. All of them must be complete. */
static void must_end_lines(size_t cut, char delimiter)
{
	struct victim victim = victim_open();
	mmr_lines it = mmr_lines_of(victim.bytes, delimiter);
	mmr_slice line;
	size_t n;

	temp_resize(&victim.temp, cut);
	for (n = 0; mmr_lines_next(&it, &line); n++)
		MUST(n < SIZE / 8 && line.len == (n > 0 || delimiter == '\n' ? 7 : 3),
			"line %zu has %zu bytes", n, line.len);
	must_be_truncation(mmr_lines_error(&it), &victim, cut);
	/* Less than one refill before the cut is lost, and no page after the cut is delivered. */
	MUST(n * 8 <= cut + PAGE && n * 8 + 4096 + PAGE >= cut, "%zu lines before a cut at %zu", n,
		cut);
	ck_assert(!mmr_lines_next(&it, &line));
	ck_assert_int_eq(mmr_lines_error(&it), MMR_ETRUNCATED);
	victim_close(&victim);
}

START_TEST(test_guard_lines_end_with_an_error)
{
	size_t cuts[] = {0, PAGE, 2 * PAGE, SIZE / 2, SIZE - PAGE}, i;

	install();
	for (i = 0; i < ARRAY_LEN(cuts); i++) {
		must_end_lines(cuts[i], '\n');
		/* Refills end inside lines. An incomplete line must not be returned. */
		must_end_lines(cuts[i], '3');
	}
	/* The cut is inside a page. The rest of that page reads as zeros. */
	must_end_lines(1, '\n');
	must_end_lines(SIZE / 2 + 9, '\n');
}
END_TEST

START_TEST(test_guard_reverse_lines_end_with_an_error)
{
	struct victim victim = victim_open();
	mmr_reverse_lines it = mmr_reverse_lines_of_flags(victim.bytes, '\n', MMR_LINES_CRLF);
	mmr_slice line;

	install();
	temp_resize(&victim.temp, PAGE);
	ck_assert(!mmr_reverse_lines_next(&it, &line));
	must_be_truncation(mmr_reverse_lines_error(&it), &victim, PAGE);
	ck_assert(!mmr_reverse_lines_next(&it, &line));
	ck_assert_int_eq(mmr_reverse_lines_error(&it), MMR_ETRUNCATED);
	victim_close(&victim);
}
END_TEST

START_TEST(test_guard_count_and_select_end_with_an_error)
{
	struct victim victim = victim_open();
	uint64_t count = 99;
	size_t off = 99;

	install();
	temp_resize(&victim.temp, SIZE / 2);
	must_be_truncation(mmr_slice_count(victim.bytes, '\n', &count), &victim, SIZE / 2);
	must_be_truncation(
		mmr_slice_select(victim.bytes, '\n', SIZE / 8 - 1, &off), &victim, SIZE / 2);
	ck_assert_uint_eq(count, 99);
	ck_assert_uint_eq(off, 99);
	ck_assert_int_eq(mmr_slice_select(victim.bytes, '\n', 3, &off), 1);
	ck_assert_uint_eq(off, 31);
	victim_close(&victim);
}
END_TEST

START_TEST(test_guard_compare_truncated_left)
{
	struct victim lost = victim_open(), whole = victim_open();

	install();
	ck_assert_int_eq(mmr_slice_compare(lost.bytes, whole.bytes), 0);
	temp_resize(&lost.temp, 2 * PAGE);
	ck_assert_int_ne(mmr_slice_compare(lost.bytes, whole.bytes), 0);
	must_be_truncation(MMR_ETRUNCATED, &lost, 2 * PAGE);
	ck_assert(!mmr_slice_equal(lost.bytes, whole.bytes));
	victim_close(&lost);
	victim_close(&whole);
}
END_TEST

START_TEST(test_guard_compare_truncated_right)
{
	struct victim lost = victim_open(), whole = victim_open();

	install();
	temp_resize(&lost.temp, 2 * PAGE);
	ck_assert_int_ne(mmr_slice_compare(whole.bytes, lost.bytes), 0);
	must_be_truncation(MMR_ETRUNCATED, &lost, 2 * PAGE);
	ck_assert(!mmr_slice_has_prefix(whole.bytes, lost.bytes));
	ck_assert(!mmr_slice_has_suffix(whole.bytes, lost.bytes));
	victim_close(&lost);
	victim_close(&whole);
}
END_TEST

START_TEST(test_guard_small_accesses_survive)
{
	struct victim victim = victim_open();
	mmr_slice word;
	int64_t whole = 5;
	double real = 5;

	install();
	ck_assert_int_eq(mmr_slice_at(victim.bytes, SIZE - PAGE, 7, &word), 0);
	ck_assert_int_eq(mmr_slice_to_i64(word, &whole), 0);
	ck_assert_int_eq(whole, 123456);
	temp_resize(&victim.temp, PAGE);
	must_be_truncation(mmr_slice_to_i64(word, &whole), &victim, PAGE);
	must_be_truncation(mmr_slice_to_f64(word, &real), &victim, PAGE);
	ck_assert_int_eq(whole, 123456);
	ck_assert_double_eq(real, 5);
	ck_assert_uint_eq(mmr_slice_trim(word).len, 7);
	victim_close(&victim);
}
END_TEST

START_TEST(test_guard_range_reports_the_offset_in_the_file)
{
	struct victim victim = victim_open();
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader *part;
	uint64_t count;

	install();
	options.offset = PAGE + 123;
	options.backing = MMR_BACKING_MAPPED;
	ck_assert_int_eq(mmr_open(victim.temp.path, &options, &part), 0);
	temp_resize(&victim.temp, SIZE / 2 + 1);
	must_be_truncation(mmr_slice_count(mmr_bytes(part), '\n', &count), &victim, SIZE / 2 + 1);
	/* The cut is before the range, so the whole range is lost. */
	temp_resize(&victim.temp, 10);
	must_be_truncation(mmr_slice_count(mmr_bytes(part), '\n', &count), &victim, PAGE + 123);
	mmr_close(part);
	victim_close(&victim);
}
END_TEST

struct worker {
	struct victim *victim;
	atomic_bool *go;
	int err;
	uint64_t off;
};

static void *count_until_it_fails(void *arg)
{
	struct worker *worker = arg;
	uint64_t count;

	do {
		worker->err = mmr_slice_count(worker->victim->bytes, '\n', &count);
		if (worker->err == 0 && count != SIZE / 8)
			worker->err = 1;
		worker->off = mmr_last_error_offset();
		atomic_store(worker->go, true);
	} while (worker->err == 0);
	return NULL;
}

START_TEST(test_guard_each_thread_fails_separately)
{
	pthread_t threads[N_THREADS];
	struct worker workers[N_THREADS];
	atomic_bool go[N_THREADS];
	int round, i;

	install();
	for (round = 0; round < 20; round++) {
		struct victim victim = victim_open();
		/* Whole pages, because the rest of a page would be zeros and not raise a fault. */
		size_t cut = (size_t)round * (SIZE / PAGE / 20) * PAGE;

		for (i = 0; i < N_THREADS; i++) {
			atomic_init(&go[i], false);
			workers[i] = (struct worker){&victim, &go[i], 0, 0};
			ck_assert_int_eq(pthread_create(&threads[i], NULL, count_until_it_fails,
						 &workers[i]),
				0);
		}
		for (i = 0; i < N_THREADS; i++)
			while (!atomic_load(&go[i]))
				usleep(100);
		temp_resize(&victim.temp, cut);
		for (i = 0; i < N_THREADS; i++) {
			ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
			MUST(workers[i].err == MMR_ETRUNCATED, "thread %d got %d", i,
				workers[i].err);
			MUST(workers[i].off == cut, "thread %d: offset %llu, not %zu", i,
				(unsigned long long)workers[i].off, cut);
		}
		victim_close(&victim);
	}
}
END_TEST

static void *count_with_sigbus_blocked(void *arg)
{
	struct worker *worker = arg;
	sigset_t set;
	uint64_t count;

	sigemptyset(&set);
	sigaddset(&set, SIGBUS);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	worker->err = mmr_slice_count(worker->victim->bytes, '\n', &count);
	return NULL;
}

START_TEST(test_guard_thread_that_blocks_sigbus)
{
	struct victim victim = victim_open();
	struct worker worker = {&victim, NULL, 0, 0};
	pthread_t thread;

	install();
	temp_resize(&victim.temp, PAGE);
	ck_assert_int_eq(pthread_create(&thread, NULL, count_with_sigbus_blocked, &worker), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_eq(worker.err, MMR_ETRUNCATED);
	victim_close(&victim);
}
END_TEST

static sigjmp_buf foreign_env;
static volatile sig_atomic_t foreign_faults;
static const void *volatile foreign_address;

static void on_foreign_fault(int number, siginfo_t *info, void *context)
{
	(void)context;
	foreign_address = number == SIGBUS && info->si_signo == SIGBUS ? info->si_addr : NULL;
	foreign_faults++;
	siglongjmp(foreign_env, 1);
}

/* Returns a map that faults at every access and belongs to no reader. */
static const volatile char *foreign_map(void)
{
	struct temp temp = temp_open("x", 1);
	void *map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, temp.fd, 0);

	MUST(map != MAP_FAILED, "mmap: %s", strerror(errno));
	temp_resize(&temp, 0);
	temp_close(&temp);
	return map;
}

START_TEST(test_guard_foreign_fault_calls_the_previous_handler)
{
	struct victim victim = victim_open();
	const volatile char *foreign = foreign_map();
	struct sigaction action;
	uint64_t count;

	memset(&action, 0, sizeof(action));
	sigemptyset(&action.sa_mask);
	action.sa_sigaction = on_foreign_fault;
	action.sa_flags = SA_SIGINFO | SA_NODEFER;
	ck_assert_int_eq(sigaction(SIGBUS, &action, NULL), 0);
	install();
	temp_resize(&victim.temp, PAGE);
	must_be_truncation(mmr_slice_count(victim.bytes, '\n', &count), &victim, PAGE);
	ck_assert_int_eq(foreign_faults, 0);
	if (sigsetjmp(foreign_env, 1) == 0) {
		(void)*foreign;
		ck_abort_msg("a page after the end of the file was read");
	}
	ck_assert_int_eq(foreign_faults, 1);
	ck_assert_ptr_eq(foreign_address, (const void *)(uintptr_t)foreign);
	must_be_truncation(mmr_slice_count(victim.bytes, '\n', &count), &victim, PAGE);
	ck_assert_int_eq(foreign_faults, 1);
	victim_close(&victim);
}
END_TEST

static void default_then_install(void)
{
	/* Sanitizers install their own handler. */
	signal(SIGBUS, SIG_DFL);
	if (mmr_guard_install() < 0)
		_exit(9);
}

static void touch_foreign(void *arg)
{
	default_then_install();
	(void)*(const volatile char *)arg;
}

static void touch_victim(void *arg)
{
	const struct victim *victim = arg;

	default_then_install();
	(void)*(const volatile char *)(victim->bytes.ptr + 2 * PAGE);
}

static void raise_sigbus(void *arg)
{
	(void)arg;
	default_then_install();
	raise(SIGBUS);
}

static void must_be_killed_by_sigbus(int status)
{
	MUST(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS, "wait status 0x%x",
		(unsigned)status);
}

START_TEST(test_guard_foreign_fault_keeps_the_default_action)
{
	struct victim victim = victim_open();

	must_be_killed_by_sigbus(in_child(touch_foreign, (void *)(uintptr_t)foreign_map()));
	temp_resize(&victim.temp, PAGE);
	/* The guard covers only calls of the library. */
	must_be_killed_by_sigbus(in_child(touch_victim, &victim));
	must_be_killed_by_sigbus(in_child(raise_sigbus, NULL));
	victim_close(&victim);
}
END_TEST

static void count_in_child(void *arg)
{
	const struct victim *victim = arg;
	uint64_t count;

	if (mmr_slice_count(victim->bytes, '\n', &count) != MMR_ETRUNCATED ||
		mmr_last_error_offset() != PAGE)
		_exit(1);
}

START_TEST(test_guard_works_in_a_forked_child)
{
	struct victim victim = victim_open();

	install();
	temp_resize(&victim.temp, PAGE);
	ck_assert_int_eq(in_child(count_in_child, &victim), 0);
	victim_close(&victim);
}
END_TEST

static Suite *guard_suite(void)
{
	Suite *suite = suite_create("guard");

	ADD_CASE(suite, "core", test_guard_try_requires_the_handler,
		test_guard_try_returns_the_result, test_guard_try_survives_truncation,
		test_guard_try_nests, test_guard_try_faults_in_the_outer_file,
		test_guard_lines_end_with_an_error, test_guard_reverse_lines_end_with_an_error,
		test_guard_count_and_select_end_with_an_error, test_guard_compare_truncated_left,
		test_guard_compare_truncated_right, test_guard_small_accesses_survive);
	ADD_CASE(suite, "limits", test_guard_range_reports_the_offset_in_the_file,
		test_guard_each_thread_fails_separately, test_guard_thread_that_blocks_sigbus);
	ADD_CASE(suite, "faults", test_guard_foreign_fault_calls_the_previous_handler,
		test_guard_foreign_fault_keeps_the_default_action,
		test_guard_works_in_a_forked_child);
	return suite;
}

CHECK_MAIN(guard_suite)
