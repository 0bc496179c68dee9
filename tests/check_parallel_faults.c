/* check_parallel_faults.c - parallel runs without threads, and over files that change meanwhile
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB       ((size_t)1 << 20)
#define N_THREADS 8

static const mmr_parallel_options plain_options = MMR_PARALLEL_OPTIONS_INIT;

/* What a run has done, all workers together: their states are one. */
static atomic_int n_calls;
static atomic_ulong n_bytes;

static int count_calls(void *arg, const mmr_block *block)
{
	(void)arg;
	atomic_fetch_add(&n_calls, 1);
	atomic_fetch_add(&n_bytes, block->bytes.len);
	return 0;
}

static int run(mmr_reader *reader, const mmr_parallel_options *options, mmr_block_fn *work,
	mmr_block_fn *collect, unsigned n_states)
{
	static char state;
	mmr_parallel_job job = {work, collect, &state, 0, n_states};

	atomic_store(&n_calls, 0);
	atomic_store(&n_bytes, 0);
	return mmr_parallel_run(reader, options, &job);
}

START_TEST(test_parallel_bad_options)
{
	mmr_parallel_options bad[9], absurd = plain_options;
	mmr_reader *reader;
	uint64_t heap;
	size_t i;

	ck_assert_int_eq(mmr_open_memory("x\ny", 3, &reader), 0);
	/* The first failure of a thread makes room for its sentence. */
	ck_assert_int_eq(run(reader, NULL, count_calls, NULL, 0), -EINVAL);
	heap = heap_in_use();
	for (i = 0; i < ARRAY_LEN(bad); i++)
		bad[i] = plain_options;
	bad[0].struct_size = sizeof(bad[0]) - 1;
	bad[1].struct_size = 0;
	bad[2].delimiter = 256;
	bad[3].delimiter = -2;
	bad[4].engine = (enum mmr_engine)3;
	bad[5].engine = (enum mmr_engine)7;
	bad[6].skip_holes = true;
	bad[7].ahead = 1;
	bad[8].skip_holes = bad[8].backward = true;
	bad[8].delimiter = MMR_NO_DELIMITER;
	for (i = 0; i < ARRAY_LEN(bad); i++)
		MUST(run(reader, &bad[i], count_calls, NULL, 2) == -EINVAL, "options %zu", i);
	ck_assert_int_eq(run(reader, NULL, NULL, NULL, 1), -EINVAL);
	ck_assert_int_eq(atomic_load(&n_calls), 0);
	/* Absurd is not wrong: there are no more workers than windows. */
	ck_assert_int_eq(run(reader, NULL, count_calls, NULL, UINT_MAX), 0);
	ck_assert_int_eq(atomic_load(&n_calls), 1);
	absurd.window = absurd.line_limit = SIZE_MAX;
	absurd.length = UINT64_MAX - 1;
	ck_assert_int_eq(run(reader, &absurd, count_calls, NULL, UINT_MAX), 0);
	ck_assert_int_eq(atomic_load(&n_calls), 1);
	absurd.window = 1;
	ck_assert_int_eq(run(reader, &absurd, count_calls, NULL, UINT_MAX), 0);
	ck_assert_int_eq(atomic_load(&n_calls), 2);
	absurd.offset = UINT64_MAX;
	ck_assert_int_eq(run(reader, &absurd, count_calls, NULL, UINT_MAX), 0);
	ck_assert_int_eq(atomic_load(&n_calls), 0);
	absurd.offset = 1;
	absurd.delimiter = MMR_NO_DELIMITER;
	absurd.ahead = SIZE_MAX;
	ck_assert_int_eq(run(reader, &absurd, count_calls, NULL, UINT_MAX), 0);
	ck_assert_uint_eq(atomic_load(&n_bytes), 2 + 1);
	ck_assert_uint_ge(mmr_processors(), 1);
	ck_assert_uint_eq(mmr_heap_bytes(), heap);
	mmr_close(reader);
}
END_TEST

static pthread_t main_thread;
static sigset_t masks[2]; /* of the caller's thread and of another */
static atomic_bool seen[2];

static int look_at_the_mask(void *arg, const mmr_block *block)
{
	int other = !pthread_equal(pthread_self(), main_thread), i;

	(void)arg, (void)block;
	if (!atomic_load(&seen[other])) {
		/* Of library threads there is one. */
		pthread_sigmask(SIG_BLOCK, NULL, &masks[other]);
		atomic_store(&seen[other], true);
	}
	for (i = 0; i < 10000 && !atomic_load(&seen[!other]); i++)
		usleep(1000);
	return 0;
}

START_TEST(test_parallel_signals_belong_to_the_caller)
{
	static const int blocked[] = {SIGUSR1, SIGUSR2, SIGINT, SIGTERM, SIGCHLD, SIGALRM, SIGPIPE};
	static const int faults[] = {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGABRT};
	mmr_parallel_options options = MMR_PARALLEL_OPTIONS_INIT;
	mmr_reader *reader;
	sigset_t mask;
	size_t i;

	/* Whatever the caller blocks. */
	main_thread = pthread_self();
	sigemptyset(&mask);
	sigaddset(&mask, SIGBUS);
	sigaddset(&mask, SIGUSR2);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	options.window = 1;
	ck_assert_int_eq(mmr_open_memory("\n\n\n\n\n\n", 6, &reader), 0);
	ck_assert_int_eq(run(reader, &options, look_at_the_mask, NULL, 2), 0);
	ck_assert(atomic_load(&seen[0]) && atomic_load(&seen[1]));
	for (i = 0; i < ARRAY_LEN(blocked); i++)
		MUST(sigismember(&masks[1], blocked[i]), "signal %d reaches a thread", blocked[i]);
	for (i = 0; i < ARRAY_LEN(faults); i++)
		MUST(!sigismember(&masks[1], faults[i]), "signal %d is blocked", faults[i]);
	pthread_sigmask(SIG_BLOCK, NULL, &mask);
	ck_assert(!sigismember(&mask, SIGUSR1) && sigismember(&mask, SIGUSR2));
	mmr_close(reader);
}
END_TEST

static void *nothing(void *arg)
{
	return arg;
}

static void share_without_threads(void *arg)
{
	mmr_reader *reader = arg;
	mmr_parallel_options options = MMR_PARALLEL_OPTIONS_INIT;
	struct rlimit none = {0, 0};
	pthread_t thread;

	if (getuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		_exit(77);
	/* Else this test would show nothing. */
	if (setrlimit(RLIMIT_NPROC, &none) < 0 || pthread_create(&thread, NULL, nothing, NULL) == 0)
		_exit(77);
	options.window = 4096;
	options.delimiter = MMR_NO_DELIMITER;
	if (run(reader, &options, count_calls, NULL, N_THREADS) != 0 ||
		atomic_load(&n_bytes) != mmr_size(reader))
		_exit(1);
	/* In order, too: a worker that was never made has no turn to wait for. */
	if (run(reader, &options, count_calls, count_calls, N_THREADS) != 0 ||
		atomic_load(&n_bytes) != 2 * mmr_size(reader))
		_exit(2);
}

START_TEST(test_parallel_without_threads)
{
	static char bytes[100000];
	struct temp temp = temp_open(bytes, sizeof(bytes));
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	int status;

	status = in_child(share_without_threads, reader);
	mmr_close(reader);
	temp_close(&temp);
	ck_assert(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		CHECK_SKIP("threads cannot be forbidden here");
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

/* The file, and the size that it gets in mid-run. */
static struct {
	struct temp temp;
	mmr_reader *reader;
	uint64_t size;
	atomic_bool done;
} change;

static void change_open(size_t size)
{
	static char bytes[4 * MIB];
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	size_t i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = i % 16 == 15 ? '\n' : 'x';
	change.temp = temp_open(bytes, sizeof(bytes));
	change.size = size;
	atomic_store(&change.done, false);
	options.backing = MMR_BACKING_MAPPED;
	options.reserve = 16 * MIB;
	MUST(mmr_open(change.temp.path, &options, &change.reader) == 0, "%s", mmr_last_error());
}

static void change_close(void)
{
	mmr_close(change.reader);
	temp_close(&change.temp);
}

static int count_lines(void *arg, const mmr_block *block)
{
	uint64_t found;

	if (!atomic_exchange(&change.done, true) &&
		ftruncate(change.temp.fd, (off_t)change.size) < 0)
		return -errno;
	count_calls(arg, block);
	return mmr_slice_count(block->bytes, '\n', &found);
}

START_TEST(test_parallel_truncated)
{
	static const int delimiters[] = {'\n', MMR_NO_DELIMITER};
	size_t cuts[] = {0, MIB, MIB + 123, 4 * MIB - 16}, i, d;
	mmr_parallel_options options = MMR_PARALLEL_OPTIONS_INIT;
	int engine, ordered;
	unsigned n;

	ck_assert_int_eq(mmr_guard_install(), 0);
	options.window = 65536;
	for (i = 0; i < ARRAY_LEN(cuts) * 2 * 2 * 3; i++) {
		size_t cut = cuts[i % ARRAY_LEN(cuts)];

		d = i / ARRAY_LEN(cuts) % 2;
		ordered = i / ARRAY_LEN(cuts) / 2 % 2;
		engine = (int)(i / ARRAY_LEN(cuts) / 4);
		options.delimiter = delimiters[d];
		options.engine = (enum mmr_engine)engine;
		for (n = 1; n <= 4; n += 3) {
			int err;

			change_open(cut);
			err = run(change.reader, &options, count_lines,
				ordered ? count_calls : NULL, n);
			MUST(err == MMR_ETRUNCATED,
				"cut at %zu, delimiter %d, engine %d, %u threads: %d", cut,
				options.delimiter, engine, n, err);
			/* The first to notice may read behind the cut. */
			MUST(mmr_last_error_offset() >= cut && mmr_last_error_offset() <= 4 * MIB,
				"cut at %zu: offset %llu", cut,
				(unsigned long long)mmr_last_error_offset());
			MUST(strstr(mmr_last_error(), change.temp.path), "%s", mmr_last_error());
			change_close();
		}
	}
}
END_TEST

static int refresh_and_count(void *arg, const mmr_block *block)
{
	bool first = !atomic_load(&change.done);
	int err = count_lines(arg, block);

	if (err == 0 && first && atomic_load(&n_calls) == 1)
		err = mmr_refresh(change.reader);
	return err < 0 ? err : 0;
}

START_TEST(test_parallel_of_a_file_that_grows)
{
	mmr_parallel_options options = MMR_PARALLEL_OPTIONS_INIT;
	int engine;

	/* A run ends where the file ended when it began. */
	ck_assert_int_eq(mmr_guard_install(), 0);
	options.window = 65536;
	for (engine = 0; engine < 3; engine++) {
		options.engine = (enum mmr_engine)engine;
		change_open(8 * MIB);
		ck_assert_int_eq(run(change.reader, &options, refresh_and_count, NULL, 1), 0);
		ck_assert_uint_eq(atomic_load(&n_bytes), 4 * MIB);
		ck_assert_uint_eq(mmr_size(change.reader), 8 * MIB);
		ck_assert_int_eq(run(change.reader, &options, count_calls, NULL, 4), 0);
		ck_assert_uint_eq(atomic_load(&n_bytes), 8 * MIB);
		change_close();
		change_open(8 * MIB);
		ck_assert_int_eq(run(change.reader, &options, count_lines, NULL, 4), 0);
		ck_assert_uint_eq(atomic_load(&n_bytes), 4 * MIB);
		change_close();
	}
}
END_TEST

START_TEST(test_parallel_after_a_fault)
{
	mmr_parallel_options options = MMR_PARALLEL_OPTIONS_INIT;
	mmr_counts counts = {77, 78, 79, true};
	uint64_t count = 79;
	mmr_needle needle = mmr_needle_of(mmr_slice_of("xx"));

	ck_assert_int_eq(mmr_guard_install(), 0);
	change_open(0);
	temp_resize(&change.temp, MIB);
	ck_assert_int_eq(mmr_slice_count(mmr_bytes(change.reader), '\n', &count), MMR_ETRUNCATED);
	/* Also where all would be there: a reader that has failed says so again. */
	options.length = 16;
	ck_assert_int_eq(run(change.reader, &options, count_calls, NULL, 4), MMR_ETRUNCATED);
	ck_assert_int_eq(atomic_load(&n_calls), 0);
	ck_assert_int_eq(mmr_count_lines(change.reader, NULL, &counts), MMR_ETRUNCATED);
	ck_assert_int_eq(mmr_count_matches(change.reader, &needle, NULL, &count), MMR_ETRUNCATED);
	ck_assert(counts.lines == 77 && counts.longest == 78 && counts.unterminated);
	ck_assert_uint_eq(count, 79);
	change_close();
}
END_TEST

static Suite *parallel_suite(void)
{
	Suite *suite = suite_create("parallel_faults");

	ADD_CASE(suite, "core", test_parallel_signals_belong_to_the_caller);
	ADD_CASE(suite, "limits", test_parallel_bad_options, test_parallel_without_threads);
	ADD_CASE(suite, "faults", test_parallel_truncated, test_parallel_of_a_file_that_grows,
		test_parallel_after_a_fault);
	return suite;
}

CHECK_MAIN(parallel_suite)
