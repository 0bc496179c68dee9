/* run.c - scans of a file by several threads
 *
 * The oracle is the file itself: the sorted blocks of all workers are equal to the range, and each
 * cut is after a delimiter.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#define MIB       ((size_t)1 << 20)
#define N_THREADS 8

struct piece {
	uint64_t off;
	size_t len, ahead;
};

/* State that the workers of one run share. */
struct shared {
	mmr_slice bytes; /* of the reader */
	pthread_mutex_t lock;
	struct piece pieces[8192];
	size_t n, n_wrong; /* blocks, and those with wrong bytes */
	atomic_int inside; /* callers of collect at this moment */
	bool backward;
	uint64_t collected; /* offset where the next block starts, or ends when backward */
	size_t n_collected, n_disorder;
	unsigned n_started, n_ended; /* states */
	uint64_t merged;             /* calls of work, summed over the states */
};

struct state {
	struct shared *shared;
	mmr_block block; /* of the last call of work */
	uint64_t n_calls;
};

static struct shared shared = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int see(void *arg, const mmr_block *block)
{
	struct state *state = arg;
	struct shared *all = state->shared;
	struct piece piece = {block->off, block->bytes.len, block->ahead};
	bool wrong = piece.off > all->bytes.len || piece.len > all->bytes.len - piece.off ||
		     memcmp(all->bytes.ptr + piece.off, block->bytes.ptr, piece.len) != 0;

	state->block = *block;
	state->n_calls++;
	pthread_mutex_lock(&all->lock);
	all->n_wrong += wrong;
	if (all->n < ARRAY_LEN(all->pieces))
		all->pieces[all->n] = piece;
	all->n++;
	pthread_mutex_unlock(&all->lock);
	return 0;
}

static int see_in_order(void *arg, const mmr_block *block)
{
	struct state *state = arg;
	struct shared *all = state->shared;

	uint64_t end = block->off + block->bytes.len - block->ahead;
	bool late = all->backward ? end > all->collected : block->off < all->collected;

	if (atomic_fetch_add(&all->inside, 1) != 0 || late ||
		memcmp(&state->block, block, sizeof(*block)) != 0)
		all->n_disorder++;
	all->collected = all->backward ? block->off : end;
	all->n_collected++;
	atomic_fetch_sub(&all->inside, 1);
	return 0;
}

/* The library passes zeroed states. */
static int start_state(void *arg, void *context)
{
	static const struct state zeroed;
	struct state *state = arg;

	MUST(memcmp(state, &zeroed, sizeof(zeroed)) == 0, "the state is not zeroed");
	/* No two states share a cache line. */
	MUST((uintptr_t)arg % 128 == 0, "the state is at %p", arg);
	state->shared = context;
	state->shared->n_started++;
	return 0;
}

static void end_state(void *arg, void *context)
{
	struct state *state = arg;
	struct shared *all = context;

	all->n_ended++;
	all->merged += state->n_calls;
}

static int run(mmr_reader *reader, const mmr_scan_options *scan, const mmr_block_options *cut,
	mmr_block_fn *work, mmr_block_fn *collect)
{
	mmr_scan_job job = {.work = work,
		.collect = collect,
		.start = start_state,
		.end = end_state,
		.context = &shared,
		.state_size = sizeof(struct state)};
	int result;

	shared.n = shared.n_wrong = shared.n_collected = shared.n_disorder = 0;
	shared.n_started = shared.n_ended = 0;
	shared.merged = 0;
	shared.backward = cut->backward;
	shared.collected = shared.backward ? UINT64_MAX : 0;
	result = mmr_scan_run(reader, scan, cut, &job);
	MUST(shared.n_started == shared.n_ended, "%u states were started, %u ended",
		shared.n_started, shared.n_ended);
	MUST(scan->n_threads == 0 || shared.n_started <= scan->n_threads, "%u states",
		shared.n_started);
	MUST(shared.merged == shared.n, "states have counted %zu blocks of %zu",
		(size_t)shared.merged, shared.n);
	return result;
}

static int by_offset(const void *a, const void *b)
{
	const struct piece *one = a, *other = b;

	return (one->off > other->off) - (one->off < other->off);
}

/* Whether the last line of a block starts less than a window after the start of the block. */
static bool is_one_window(mmr_slice bytes, const struct piece *piece, size_t window, char delimiter)
{
	size_t at = (size_t)piece->off + piece->len - 1;

	while (at > piece->off && bytes.ptr[at - 1] != delimiter)
		at--;
	return at - piece->off < window;
}

static void must_cover_the_range(const struct setting *setting, const mmr_scan_options *options,
	const mmr_block_options *cut, bool ordered)
{
	mmr_scan_options scan = *options;
	mmr_slice bytes = setting->bytes;
	uint64_t at = min_u64(scan.offset, bytes.len), start = at;
	uint64_t stop = at + min_u64(scan.length, bytes.len - at), done, total;
	size_t window = cut->window > 0 ? cut->window : 2 * MIB, i, own;
	bool lines = !cut->split_lines;
	char delimiter = scan.delimiter;
	mmr_io_summary io;

#define CASE \
	"%s, %zu bytes, window %zu, delimiter %d, split %d, mode %d, %u threads, [%zu, %zu): " \
	"block %zu of %zu", \
		setting->name, bytes.len, window, delimiter, cut->split_lines, (int)scan.io_mode, \
		scan.n_threads, (size_t)start, (size_t)stop, i, shared.n

	i = 0;
	shared.bytes = bytes;
	scan.progress = mmr_progress_new();
	MUST(scan.progress != NULL, "no memory");
	MUST(run(setting->reader, &scan, cut, see, ordered ? see_in_order : NULL) == 0, "%s: %s",
		setting->name, mmr_last_error());
	mmr_progress_read(scan.progress, &done, &total);
	MUST(done == stop - start && total == stop - start, CASE);
	MUST(shared.n_wrong == 0 && shared.n <= ARRAY_LEN(shared.pieces), CASE);
	MUST(shared.n_disorder == 0 && shared.n_collected == (ordered ? shared.n : 0), CASE);
	qsort(shared.pieces, shared.n, sizeof(shared.pieces[0]), by_offset);
	for (i = 0; i < shared.n; i++) {
		const struct piece *piece = &shared.pieces[i];

		own = piece->len - piece->ahead;
		MUST(piece->off == at && own > 0 && own <= stop - at, CASE);
		MUST(piece->ahead == min_u64(cut->ahead, stop - at - own), CASE);
		MUST(lines || own <= window, CASE);
		MUST(!lines || at + own == stop || bytes.ptr[at + own - 1] == delimiter, CASE);
		MUST(!lines || is_one_window(bytes, piece, window, delimiter), CASE);
		at += own;
	}
	MUST(at == stop, CASE);
	mmr_progress_io(scan.progress, &io);
	MUST(start == stop || io.io_mode != MMR_IO_AUTO, CASE);
	mmr_progress_free(scan.progress);
#undef CASE
}

static bool may_leave(int io_mode)
{
	return io_mode == MMR_IO_AUTO || io_mode == MMR_IO_READ;
}

static void run_every_way(const struct setting *setting, void *arg)
{
	static const size_t windows[] = {1, 7, 4096, 65536, 0};
	/* The second '\n' is for blocks that split lines. */
	static const char delimiters[] = {'\n', '\n', 0, 'a'};
	struct chance *chance = arg;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	size_t len = setting->bytes.len, w, d;
	int io_mode, range;

	for (w = 0; w < ARRAY_LEN(windows); w++) {
		if (windows[w] > 0 && len / windows[w] > 800)
			continue;
		for (d = 0; d < ARRAY_LEN(delimiters); d++) {
			for (io_mode = 0; io_mode <= MMR_IO_DIRECT; io_mode++) {
				range = (int)chance_below(chance, 2);
				scan.delimiter = delimiters[d];
				scan.io_mode = (enum mmr_io_mode)io_mode;
				scan.cache = may_leave(io_mode) && chance_below(chance, 2)
						     ? MMR_CACHE_LEAVE
						     : MMR_CACHE_AUTO;
				scan.offset = range ? chance_below(chance, len + 2) : 0;
				scan.length = range ? chance_below(chance, len + 2) : MMR_REST;
				scan.n_threads = 1 + (unsigned)chance_below(chance, N_THREADS);
				cut.window = windows[w];
				cut.split_lines = d == 1;
				cut.backward = chance_below(chance, 2);
				cut.ahead = d == 1 ? chance_below(chance, 3) * 5000 : 0;
				must_cover_the_range(setting, &scan, &cut, chance_below(chance, 2));
			}
		}
	}
}

START_TEST(test_run_blocks_cover_the_range)
{
	static const size_t sizes[] = {0, 1, 13, 300, 70001, 700003, 5 * MIB + 1};
	struct chance chance = {121};

	ck_assert_int_eq(mmr_guard_install(), 0);
	on_random_lines(sizes, ARRAY_LEN(sizes), run_every_way, &chance);
}
END_TEST

START_TEST(test_run_skips_holes)
{
	static char bytes[32 * MIB];
	static const size_t islands[] = {0, 5 * MIB + 5, 11 * MIB, 32 * MIB - 1};
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	struct temp temp = temp_open(NULL, 0);
	size_t i, k, sum = 0;
	mmr_reader *reader;

	temp_resize(&temp, sizeof(bytes));
	for (i = 0; i < ARRAY_LEN(islands); i++) {
		bytes[islands[i]] = 'x';
		temp_write(&temp, islands[i], "x", 1);
	}
	if (!temp_has_hole(&temp, MIB)) {
		temp_close(&temp);
		CHECK_SKIP("no holes on this file system");
	}
	cut.split_lines = true;
	cut.skip_holes = true;
	scan.n_threads = 3;
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	shared.bytes = (mmr_slice){bytes, sizeof(bytes)};
	ck_assert_int_eq(run(reader, &scan, &cut, see, see_in_order), 0);
	ck_assert_uint_eq(shared.n_wrong + shared.n_disorder, 0);
	for (i = 0; i < ARRAY_LEN(islands); i++) {
		for (k = 0; k < shared.n &&
			    (islands[i] < shared.pieces[k].off ||
				    islands[i] - shared.pieces[k].off >= shared.pieces[k].len);
			k++)
			;
		MUST(k < shared.n, "byte %zu is in no block", islands[i]);
	}
	for (k = 0; k < shared.n; k++)
		sum += shared.pieces[k].len;
	ck_assert_uint_le(sum, 4 * 131072);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* --- Ends --- */

/* Blocks are 16 bytes, numbered from 0. */
static int end_at_3(void *arg, const mmr_block *block)
{
	(void)arg;
	return block->off == 3 * 16;
}

static int see_until_3(void *arg, const mmr_block *block)
{
	see_in_order(arg, block);
	return block->off == 3 * 16;
}

/* The error code contains the number of the block. */
static int fail_from_5(void *arg, const mmr_block *block)
{
	see(arg, block);
	return block->off >= 5 * 16 ? -(int)(block->off / 16) - 1000 : 0;
}

START_TEST(test_run_ends_early)
{
	static char bytes[1600];
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_reader *reader;
	size_t round;

	ck_assert_int_eq(mmr_open_memory(bytes, sizeof(bytes), &reader), 0);
	shared.bytes = (mmr_slice){bytes, sizeof(bytes)};
	cut.window = 16;
	cut.split_lines = true;
	for (scan.n_threads = 1; scan.n_threads <= N_THREADS; scan.n_threads++) {
		for (round = 0; round < 20; round++) {
			ck_assert_int_eq(run(reader, &scan, &cut, end_at_3, NULL), 1);
			/* In order, exactly the blocks before the end are collected. */
			ck_assert_int_eq(run(reader, &scan, &cut, end_at_3, see_until_3), 1);
			ck_assert_uint_eq(shared.n_collected, 3);
			ck_assert_int_eq(run(reader, &scan, &cut, see, see_until_3), 1);
			ck_assert_uint_eq(shared.n_collected, 4);
			ck_assert_uint_eq(shared.n_disorder, 0);
			ck_assert_int_eq(
				run(reader, &scan, &cut, fail_from_5, see_in_order), -1005);
			ck_assert_uint_eq(shared.n_collected, 5);
			ck_assert_int_le(run(reader, &scan, &cut, fail_from_5, NULL), -1005);
			ck_assert_uint_lt(shared.n, 100);
		}
	}
	mmr_close(reader);
}
END_TEST

/* --- States --- */

/* Fails for the third state. */
static int start_two(void *arg, void *context)
{
	struct shared *all = context;

	start_state(arg, context);
	if (all->n_started < 3)
		return 0;
	all->n_started--;
	return -ENOTTY;
}

START_TEST(test_run_starts_and_ends_states)
{
	static char bytes[1600];
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_job job = {.work = see,
		.start = start_two,
		.end = end_state,
		.context = &shared,
		.state_size = sizeof(struct state)};
	uint64_t heap = heap_in_use();
	mmr_reader *reader;

	ck_assert_int_eq(mmr_open_memory(bytes, sizeof(bytes), &reader), 0);
	shared.bytes = (mmr_slice){bytes, sizeof(bytes)};
	cut.window = 16;
	cut.split_lines = true;
	/* There are as many states as threads, but not more than windows. */
	scan.n_threads = 5;
	ck_assert_int_eq(run(reader, &scan, &cut, see, NULL), 0);
	ck_assert_uint_eq(shared.n_started, 5);
	scan.length = 17;
	ck_assert_int_eq(run(reader, &scan, &cut, see, NULL), 0);
	ck_assert_uint_eq(shared.n_started, 2);
	scan.length = 0;
	ck_assert_int_eq(run(reader, &scan, &cut, see, NULL), 0);
	ck_assert_uint_eq(shared.n_started, 1);
	ck_assert_uint_eq(shared.n, 0);
	scan.length = MMR_REST;
	/* If one state cannot be made, the others end, and no work is done. */
	shared.n = shared.n_started = shared.n_ended = 0;
	ck_assert_int_eq(mmr_scan_run(reader, &scan, &cut, &job), -ENOTTY);
	ck_assert_uint_eq(shared.n_started, 2);
	ck_assert_uint_eq(shared.n_ended, 2);
	ck_assert_uint_eq(shared.n, 0);
	/* Two threads need two states. A job may also have no state. */
	scan.n_threads = 2;
	shared.n_started = shared.n_ended = 0;
	ck_assert_int_eq(mmr_scan_run(reader, &scan, &cut, &job), 0);
	ck_assert_uint_eq(shared.n_ended, 2);
	job = (mmr_scan_job){.work = end_at_3};
	ck_assert_int_eq(mmr_scan_run(reader, &scan, &cut, &job), 1);
	mmr_close(reader);
	ck_assert_uint_eq(mmr_heap_bytes(), heap);
}
END_TEST

static pthread_t main_thread;
static atomic_int n_failed;

/* Fails in a thread of the library. The caller's thread waits for that. */
static int fail_elsewhere(void *arg, const mmr_block *block)
{
	mmr_reader *none;
	int i, err;

	(void)arg, (void)block;
	for (i = 0; i < 10000 && pthread_equal(pthread_self(), main_thread); i++) {
		if (atomic_load(&n_failed) > 0)
			return 0;
		usleep(1000);
	}
	err = mmr_open("/nonexistent/in/a/worker", NULL, &none);
	atomic_fetch_add(&n_failed, 1);
	return err;
}

START_TEST(test_run_error_is_reported_to_the_caller)
{
	static char bytes[1600];
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_reader *reader;
	int ordered;

	main_thread = pthread_self();
	scan.n_threads = 4;
	cut.window = 16;
	cut.split_lines = true;
	ck_assert_int_eq(mmr_open_memory(bytes, sizeof(bytes), &reader), 0);
	for (ordered = 0; ordered < 2; ordered++) {
		ck_assert_int_eq(mmr_open("/other", NULL, &(mmr_reader *){NULL}), -ENOENT);
		atomic_store(&n_failed, 0);
		ck_assert_int_eq(
			run(reader, &scan, &cut, fail_elsewhere, ordered ? see_in_order : NULL),
			-ENOENT);
		ck_assert_ptr_nonnull(strstr(mmr_last_error(), "/nonexistent/in/a/worker"));
	}
	mmr_close(reader);
}
END_TEST

START_TEST(test_run_line_limit)
{
	static char bytes[300000];
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	struct setting setting = {"long line", NULL, {bytes, sizeof(bytes)}, true};
	struct temp temp;
	uint64_t off;
	unsigned n;

	ck_assert_int_eq(mmr_guard_install(), 0);
	memset(bytes, 'x', sizeof(bytes));
	bytes[9999] = bytes[109999] = '\n'; /* between them, a line of 100,000 bytes */
	bytes[200000] = '\n';
	temp = temp_open(bytes, sizeof(bytes));
	setting.reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	cut.window = 4096;
	scan.io_mode = MMR_IO_READ;
	for (n = 1; n <= N_THREADS; n++) {
		scan.n_threads = n;
		cut.line_limit = 100000;
		must_cover_the_range(&setting, &scan, &cut, n % 2);
		cut.line_limit = 10000;
		ck_assert_int_eq(run(setting.reader, &scan, &cut, see, NULL), MMR_ELONG);
		ck_assert_ptr_nonnull(strstr(mmr_last_error(), "line_limit"));
		/* The offset is the start of a line that is too long. With one thread it is the
		 * first one. */
		off = mmr_last_error_offset();
		ck_assert(off == 10000 || (n > 1 && (off == 110000 || off == 200001)));
	}
	mmr_close(setting.reader);
	temp_close(&temp);
}
END_TEST

START_TEST(test_run_long_line_uses_the_map)
{
	static char bytes[MIB];
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	struct setting setting = {"long line", NULL, {bytes, sizeof(bytes)}, true};
	struct temp temp;
	unsigned n;

	/* The limit is for buffers. A map gives access to a line of any length. */
	ck_assert_int_eq(mmr_guard_install(), 0);
	memset(bytes, 'x', sizeof(bytes));
	bytes[10] = bytes[MIB / 2] = '\n';
	temp = temp_open(bytes, sizeof(bytes));
	setting.reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	cut.window = 4096;
	cut.line_limit = 10000;
	for (n = 1; n <= 2 * N_THREADS; n++) {
		scan.io_mode = n % 2 ? MMR_IO_MAP : MMR_IO_AUTO;
		scan.n_threads = (n + 1) / 2;
		must_cover_the_range(&setting, &scan, &cut, n / 2 % 2);
	}
	mmr_close(setting.reader);
	temp_close(&temp);
}
END_TEST

static Suite *run_suite(void)
{
	Suite *suite = suite_create("run");

	ADD_CASE(suite, "core", test_run_blocks_cover_the_range, test_run_skips_holes,
		test_run_ends_early, test_run_starts_and_ends_states,
		test_run_error_is_reported_to_the_caller);
	ADD_CASE(suite, "limits", test_run_line_limit, test_run_long_line_uses_the_map);
	return suite;
}

CHECK_MAIN(run_suite)
