/* run_faults.c - scans without threads, and of files that change during the scan
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB       ((size_t)1 << 20)
#define N_THREADS 8

static const mmr_scan_options plain_scan = MMR_SCAN_OPTIONS_INIT;
static const mmr_block_options plain_cut = MMR_BLOCK_OPTIONS_INIT;

/* Calls of all workers of a run, which have no states. */
static atomic_int n_calls;
static atomic_ulong n_bytes;

static int count_calls(void *arg, const mmr_block *block)
{
	(void)arg;
	atomic_fetch_add(&n_calls, 1);
	atomic_fetch_add(&n_bytes, block->bytes.len);
	return 0;
}

static int run(mmr_reader *reader, const mmr_scan_options *scan, const mmr_block_options *cut,
	mmr_block_fn *work, mmr_block_fn *collect)
{
	mmr_scan_job job = {.work = work, .collect = collect};

	atomic_store(&n_calls, 0);
	atomic_store(&n_bytes, 0);
	return mmr_scan_run(reader, scan, cut, &job);
}

START_TEST(test_run_bad_options)
{
	mmr_scan_options bad_scan[4], absurd = plain_scan;
	mmr_block_options bad_cut[7], absurd_cut = plain_cut;
	mmr_reader *reader;
	uint64_t heap;
	size_t i;

	ck_assert_int_eq(mmr_open_memory("x\ny", 3, &reader), 0);
	/* The first error of a thread allocates its message, so it is made before the heap is
	 * measured. */
	ck_assert_int_eq(run(reader, NULL, NULL, NULL, NULL), -EINVAL);
	heap = heap_in_use();
	for (i = 0; i < ARRAY_LEN(bad_scan); i++)
		bad_scan[i] = plain_scan;
	bad_scan[0].struct_size = sizeof(bad_scan[0]) - 1;
	bad_scan[1].struct_size = 0;
	bad_scan[2].io_mode = (enum mmr_io_mode)5;
	bad_scan[3].cache = (enum mmr_cache)3;
	for (i = 0; i < ARRAY_LEN(bad_scan); i++)
		MUST(run(reader, &bad_scan[i], NULL, count_calls, NULL) == -EINVAL, "scan %zu", i);
	for (i = 0; i < ARRAY_LEN(bad_cut); i++)
		bad_cut[i] = plain_cut;
	bad_cut[0].struct_size = sizeof(bad_cut[0]) - 1;
	bad_cut[1].struct_size = 0;
	bad_cut[2].skip_holes = true;
	bad_cut[3].ahead = 1;
	bad_cut[4].skip_holes = bad_cut[4].backward = true;
	bad_cut[5] = bad_cut[4];
	bad_cut[5].split_lines = true;
	bad_cut[6].ahead = SIZE_MAX;
	for (i = 0; i < ARRAY_LEN(bad_cut); i++)
		MUST(run(reader, NULL, &bad_cut[i], count_calls, NULL) == -EINVAL, "cut %zu", i);
	ck_assert_int_eq(atomic_load(&n_calls), 0);
	/* A huge number of threads is valid. There are not more workers than windows. */
	absurd.n_threads = UINT_MAX;
	ck_assert_int_eq(run(reader, &absurd, NULL, count_calls, NULL), 0);
	ck_assert_int_eq(atomic_load(&n_calls), 1);
	absurd_cut.window = absurd_cut.line_limit = SIZE_MAX;
	absurd.length = UINT64_MAX - 1;
	ck_assert_int_eq(run(reader, &absurd, &absurd_cut, count_calls, NULL), 0);
	ck_assert_int_eq(atomic_load(&n_calls), 1);
	absurd_cut.window = 1;
	ck_assert_int_eq(run(reader, &absurd, &absurd_cut, count_calls, NULL), 0);
	ck_assert_int_eq(atomic_load(&n_calls), 2);
	absurd.offset = UINT64_MAX;
	ck_assert_int_eq(run(reader, &absurd, &absurd_cut, count_calls, NULL), 0);
	ck_assert_int_eq(atomic_load(&n_calls), 0);
	absurd.offset = 1;
	absurd_cut.split_lines = true;
	absurd_cut.ahead = SIZE_MAX;
	ck_assert_int_eq(run(reader, &absurd, &absurd_cut, count_calls, NULL), 0);
	ck_assert_uint_eq(atomic_load(&n_bytes), 2 + 1);
	ck_assert_uint_ge(mmr_processors(), 1);
	ck_assert_uint_eq(mmr_heap_bytes(), heap);
	mmr_close(reader);
}
END_TEST

static pthread_t main_thread;
static sigset_t masks[2]; /* of the caller's thread and of a library thread */
static atomic_bool seen[2];

static int read_mask(void *arg, const mmr_block *block)
{
	int other = !pthread_equal(pthread_self(), main_thread), i;

	(void)arg, (void)block;
	if (!atomic_load(&seen[other])) {
		/* Only one library thread runs. */
		pthread_sigmask(SIG_BLOCK, NULL, &masks[other]);
		atomic_store(&seen[other], true);
	}
	for (i = 0; i < 10000 && !atomic_load(&seen[!other]); i++)
		usleep(1000);
	return 0;
}

START_TEST(test_run_threads_block_signals)
{
	static const int blocked[] = {SIGUSR1, SIGUSR2, SIGINT, SIGTERM, SIGCHLD, SIGALRM, SIGPIPE};
	static const int faults[] = {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGABRT};
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_reader *reader;
	sigset_t mask;
	size_t i;

	/* The masks of library threads do not depend on the caller's mask. */
	main_thread = pthread_self();
	sigemptyset(&mask);
	sigaddset(&mask, SIGBUS);
	sigaddset(&mask, SIGUSR2);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	cut.window = 1;
	scan.n_threads = 2;
	ck_assert_int_eq(mmr_open_memory("\n\n\n\n\n\n", 6, &reader), 0);
	ck_assert_int_eq(run(reader, &scan, &cut, read_mask, NULL), 0);
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

static void *do_nothing(void *arg)
{
	return arg;
}

static void run_without_threads(void *arg)
{
	mmr_reader *reader = arg;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	struct rlimit none = {0, 0};
	pthread_t thread;

	if (getuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		_exit(77);
	/* If threads can still be created, the test is skipped. */
	if (setrlimit(RLIMIT_NPROC, &none) < 0 ||
		pthread_create(&thread, NULL, do_nothing, NULL) == 0)
		_exit(77);
	cut.window = 4096;
	cut.split_lines = true;
	scan.n_threads = N_THREADS;
	if (run(reader, &scan, &cut, count_calls, NULL) != 0 ||
		atomic_load(&n_bytes) != mmr_size(reader))
		_exit(1);
	/* Also in order: no worker waits for one that was not created. */
	if (run(reader, &scan, &cut, count_calls, count_calls) != 0 ||
		atomic_load(&n_bytes) != 2 * mmr_size(reader))
		_exit(2);
}

START_TEST(test_run_without_threads)
{
	static char bytes[100000];
	struct temp temp = temp_open(bytes, sizeof(bytes));
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	int status;

	status = in_child(run_without_threads, reader);
	mmr_close(reader);
	temp_close(&temp);
	ck_assert(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		CHECK_SKIP("threads cannot be forbidden on this system");
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

/* The file, and its size after the change during the run. */
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

START_TEST(test_run_truncated)
{
	size_t cuts[] = {0, MIB, MIB + 123, 4 * MIB - 16}, i;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	int io_mode, ordered;

	ck_assert_int_eq(mmr_guard_install(), 0);
	cut.window = 65536;
	for (i = 0; i < ARRAY_LEN(cuts) * 2 * 2 * 3; i++) {
		size_t size = cuts[i % ARRAY_LEN(cuts)];

		cut.split_lines = i / ARRAY_LEN(cuts) % 2;
		ordered = i / ARRAY_LEN(cuts) / 2 % 2;
		io_mode = (int)(i / ARRAY_LEN(cuts) / 4);
		scan.io_mode = (enum mmr_io_mode)io_mode;
		for (scan.n_threads = 1; scan.n_threads <= 4; scan.n_threads += 3) {
			int err;

			change_open(size);
			err = run(change.reader, &scan, &cut, count_lines,
				ordered ? count_calls : NULL);
			MUST(err == MMR_ETRUNCATED, "cut at %zu, split %d, mode %d, %u threads: %d",
				size, cut.split_lines, io_mode, scan.n_threads, err);
			/* The error may be found after the cut. */
			MUST(mmr_last_error_offset() >= size && mmr_last_error_offset() <= 4 * MIB,
				"cut at %zu: offset %llu", size,
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

/* The caller's memory is a map of a file that is truncated: an error, not SIGBUS. */
START_TEST(test_run_of_lost_memory)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_reader *reader;
	char *map;

	ck_assert_int_eq(mmr_guard_install(), 0);
	change_open(0);
	map = mmap(NULL, 4 * MIB, PROT_READ, MAP_SHARED, change.temp.fd, 0);
	ck_assert_ptr_ne(map, MAP_FAILED);
	ck_assert_int_eq(mmr_open_memory(map, 4 * MIB, &reader), 0);
	cut.window = 8192;
	scan.n_threads = 4;
	ck_assert_int_eq(run(reader, &scan, &cut, count_lines, NULL), -EFAULT);
	mmr_close(reader);
	munmap(map, 4 * MIB);
	change_close();
}
END_TEST

START_TEST(test_run_of_a_growing_file)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	int io_mode;

	/* A run ends at the size that the file had when the run began. */
	ck_assert_int_eq(mmr_guard_install(), 0);
	cut.window = 65536;
	for (io_mode = 0; io_mode < 3; io_mode++) {
		scan.io_mode = (enum mmr_io_mode)io_mode;
		change_open(8 * MIB);
		scan.n_threads = 1;
		ck_assert_int_eq(run(change.reader, &scan, &cut, refresh_and_count, NULL), 0);
		ck_assert_uint_eq(atomic_load(&n_bytes), 4 * MIB);
		ck_assert_uint_eq(mmr_size(change.reader), 8 * MIB);
		scan.n_threads = 4;
		ck_assert_int_eq(run(change.reader, &scan, &cut, count_calls, NULL), 0);
		ck_assert_uint_eq(atomic_load(&n_bytes), 8 * MIB);
		change_close();
		change_open(8 * MIB);
		ck_assert_int_eq(run(change.reader, &scan, &cut, count_lines, NULL), 0);
		ck_assert_uint_eq(atomic_load(&n_bytes), 4 * MIB);
		change_close();
	}
}
END_TEST

START_TEST(test_run_after_a_fault)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_counts counts = {77, true, 78, 79};
	uint64_t count = 79;
	mmr_needle needle = mmr_needle_of(mmr_slice_of("xx"));

	ck_assert_int_eq(mmr_guard_install(), 0);
	change_open(0);
	temp_resize(&change.temp, MIB);
	ck_assert_int_eq(mmr_slice_count(mmr_bytes(change.reader), '\n', &count), MMR_ETRUNCATED);
	/* A reader that has failed reports its error again, even for bytes that are there. */
	scan.length = 16;
	scan.n_threads = 4;
	ck_assert_int_eq(run(change.reader, &scan, NULL, count_calls, NULL), MMR_ETRUNCATED);
	ck_assert_int_eq(atomic_load(&n_calls), 0);
	ck_assert_int_eq(mmr_count_lines(change.reader, NULL, &counts), MMR_ETRUNCATED);
	ck_assert_int_eq(mmr_measure_lines(change.reader, NULL, &counts), MMR_ETRUNCATED);
	ck_assert_int_eq(mmr_count_matches(change.reader, &needle, NULL, &count), MMR_ETRUNCATED);
	ck_assert(counts.lines == 77 && counts.longest == 78 && counts.unterminated);
	ck_assert_uint_eq(count, 79);
	change_close();
}
END_TEST

static Suite *run_faults_suite(void)
{
	Suite *suite = suite_create("run_faults");

	ADD_CASE(suite, "core", test_run_threads_block_signals);
	ADD_CASE(suite, "limits", test_run_bad_options, test_run_without_threads);
	ADD_CASE(suite, "faults", test_run_truncated, test_run_of_lost_memory,
		test_run_of_a_growing_file, test_run_after_a_fault);
	return suite;
}

CHECK_MAIN(run_faults_suite)
