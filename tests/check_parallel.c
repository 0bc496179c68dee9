/* check_parallel.c - a file's blocks shared out among threads
 *
 * The oracle is the file itself: blocks of all workers, sorted, are the range, and each cut stands
 * behind a delimiter.
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

/* What the workers of one run share. */
struct scene {
	mmr_slice bytes; /* of the reader */
	pthread_mutex_t lock;
	struct piece pieces[8192];
	size_t n, n_wrong; /* blocks; those with other bytes than the file's */
	atomic_int inside; /* callers of collect at this moment */
	bool backward;
	uint64_t collected; /* where the next block may start, or end when backward */
	size_t n_collected, n_disorder;
};

struct state {
	struct scene *scene;
	mmr_block block; /* of the last call of work */
};

static struct scene scene = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int see(void *arg, const mmr_block *block)
{
	struct state *state = arg;
	struct scene *all = state->scene;
	struct piece piece = {block->off, block->bytes.len, block->ahead};
	bool wrong = piece.off > all->bytes.len || piece.len > all->bytes.len - piece.off ||
		     memcmp(all->bytes.ptr + piece.off, block->bytes.ptr, piece.len) != 0;

	state->block = *block;
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
	struct scene *all = state->scene;

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

static int run(mmr_reader *reader, const mmr_parallel_options *options, mmr_block_fn *work,
	mmr_block_fn *collect, unsigned n_states)
{
	static struct state states[N_THREADS];
	mmr_parallel_job job = {work, collect, states, sizeof(states[0]), n_states};
	size_t i;

	memset(states, 0, sizeof(states));
	for (i = 0; i < N_THREADS; i++)
		states[i].scene = &scene;
	scene.n = scene.n_wrong = scene.n_collected = scene.n_disorder = 0;
	scene.backward = options->backward;
	scene.collected = scene.backward ? UINT64_MAX : 0;
	return mmr_parallel_run(reader, options, &job);
}

static int by_offset(const void *a, const void *b)
{
	const struct piece *one = a, *other = b;

	return (one->off > other->off) - (one->off < other->off);
}

/* Whether no line but the first starts a window or more behind the block's own start. */
static bool is_one_window(mmr_slice bytes, const struct piece *piece, size_t window, char delimiter)
{
	size_t at = (size_t)piece->off + piece->len - 1;

	while (at > piece->off && bytes.ptr[at - 1] != delimiter)
		at--;
	return at - piece->off < window;
}

static void must_be_shared_out(const struct setting *setting, const mmr_parallel_options *options,
	unsigned n_threads, bool ordered)
{
	mmr_slice bytes = setting->bytes;
	uint64_t at = min_u64(options->offset, bytes.len), start = at;
	uint64_t stop = at + min_u64(options->length, bytes.len - at), done, total;
	size_t window = options->window > 0 ? options->window : 2 * MIB, i, own;
	bool lines = options->delimiter != MMR_NO_DELIMITER;
	char delimiter = (char)options->delimiter;

#define CASE \
	"%s, %zu bytes, window %zu, delimiter %d, engine %d, %u threads, [%zu, %zu): block %zu " \
	"of %zu", \
		setting->name, bytes.len, window, options->delimiter, (int)options->engine, \
		n_threads, (size_t)start, (size_t)stop, i, scene.n

	i = 0;
	scene.bytes = bytes;
	MUST(run(setting->reader, options, see, ordered ? see_in_order : NULL, n_threads) == 0,
		"%s: %s", setting->name, mmr_last_error());
	mmr_parallel_progress(setting->reader, &done, &total);
	MUST(done == stop - start && total == stop - start, CASE);
	MUST(scene.n_wrong == 0 && scene.n <= ARRAY_LEN(scene.pieces), CASE);
	MUST(scene.n_disorder == 0 && scene.n_collected == (ordered ? scene.n : 0), CASE);
	qsort(scene.pieces, scene.n, sizeof(scene.pieces[0]), by_offset);
	for (i = 0; i < scene.n; i++) {
		const struct piece *piece = &scene.pieces[i];

		own = piece->len - piece->ahead;
		MUST(piece->off == at && own > 0 && own <= stop - at, CASE);
		MUST(piece->ahead == min_u64(options->ahead, stop - at - own), CASE);
		MUST(lines || own <= window, CASE);
		MUST(!lines || at + own == stop || bytes.ptr[at + own - 1] == delimiter, CASE);
		MUST(!lines || is_one_window(bytes, piece, window, delimiter), CASE);
		at += own;
	}
	MUST(at == stop, CASE);
#undef CASE
}

static void share_every_way(const struct setting *setting, void *arg)
{
	static const size_t windows[] = {1, 7, 4096, 65536, 0};
	static const int delimiters[] = {'\n', MMR_NO_DELIMITER, 0, 'a'};
	struct chance *chance = arg;
	mmr_parallel_options options = MMR_PARALLEL_OPTIONS_INIT;
	size_t len = setting->bytes.len, w, d;
	int engine, range;

	for (w = 0; w < ARRAY_LEN(windows); w++) {
		if (windows[w] > 0 && len / windows[w] > 800)
			continue;
		for (d = 0; d < ARRAY_LEN(delimiters); d++) {
			for (engine = 0; engine < 3; engine++) {
				range = (int)chance_below(chance, 2);
				options.window = windows[w];
				options.delimiter = delimiters[d];
				options.engine = (enum mmr_engine)engine;
				options.backward = chance_below(chance, 2);
				options.offset = range ? chance_below(chance, len + 2) : 0;
				options.length = range ? chance_below(chance, len + 2) : MMR_REST;
				options.ahead = delimiters[d] == MMR_NO_DELIMITER
							? chance_below(chance, 3) * 5000
							: 0;
				must_be_shared_out(setting, &options,
					1 + (unsigned)chance_below(chance, N_THREADS),
					chance_below(chance, 2));
			}
		}
	}
}

START_TEST(test_parallel_blocks_are_the_range)
{
	static const size_t sizes[] = {0, 1, 13, 300, 70001, 700003, 5 * MIB + 1};
	struct chance chance = {121};
	size_t i, shape;

	ck_assert_int_eq(mmr_guard_install(), 0);
	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		char *bytes = malloc(sizes[i] + 1);

		for (shape = 0; shape < 4; shape++) {
			mmr_slice alphabets[] = {{"\n\nabc", 5}, {NULL, 0}, {"\0xyz", 4}, {"x", 1}};
			mmr_slice all = {bytes, sizes[i]};

			/* Short lines, lines of about 256 bytes, NULs, and one line all over. */
			chance_fill(&chance, bytes, sizes[i], alphabets[shape]);
			on_every_backing(all, share_every_way, &chance);
		}
		free(bytes);
	}
}
END_TEST

START_TEST(test_parallel_skips_holes)
{
	static char bytes[32 * MIB];
	static const size_t islands[] = {0, 5 * MIB + 5, 11 * MIB, 32 * MIB - 1};
	mmr_parallel_options options = MMR_PARALLEL_OPTIONS_INIT;
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
		CHECK_SKIP("no holes here");
	}
	options.delimiter = MMR_NO_DELIMITER;
	options.skip_holes = true;
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	scene.bytes = (mmr_slice){bytes, sizeof(bytes)};
	ck_assert_int_eq(run(reader, &options, see, see_in_order, 3), 0);
	ck_assert_uint_eq(scene.n_wrong + scene.n_disorder, 0);
	for (i = 0; i < ARRAY_LEN(islands); i++) {
		for (k = 0; k < scene.n &&
			    (islands[i] < scene.pieces[k].off ||
				    islands[i] - scene.pieces[k].off >= scene.pieces[k].len);
			k++)
			;
		MUST(k < scene.n, "byte %zu is in no block", islands[i]);
	}
	for (k = 0; k < scene.n; k++)
		sum += scene.pieces[k].len;
	ck_assert_uint_le(sum, 4 * 131072);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* --- Ends
 * ---------------------------------------------------------------------------------------*/

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

/* The code tells the block. */
static int fail_from_5(void *arg, const mmr_block *block)
{
	see(arg, block);
	return block->off >= 5 * 16 ? -(int)(block->off / 16) - 1000 : 0;
}

START_TEST(test_parallel_ends_early)
{
	static char bytes[1600];
	mmr_parallel_options options = MMR_PARALLEL_OPTIONS_INIT;
	mmr_reader *reader;
	unsigned n;
	size_t round;

	ck_assert_int_eq(mmr_open_memory(bytes, sizeof(bytes), &reader), 0);
	scene.bytes = (mmr_slice){bytes, sizeof(bytes)};
	options.window = 16;
	options.delimiter = MMR_NO_DELIMITER;
	for (n = 1; n <= N_THREADS; n++) {
		for (round = 0; round < 20; round++) {
			ck_assert_int_eq(run(reader, &options, end_at_3, NULL, n), 1);
			/* In order: what stands before the end is collected, and nothing else. */
			ck_assert_int_eq(run(reader, &options, end_at_3, see_until_3, n), 1);
			ck_assert_uint_eq(scene.n_collected, 3);
			ck_assert_int_eq(run(reader, &options, see, see_until_3, n), 1);
			ck_assert_uint_eq(scene.n_collected, 4);
			ck_assert_uint_eq(scene.n_disorder, 0);
			ck_assert_int_eq(
				run(reader, &options, fail_from_5, see_in_order, n), -1005);
			ck_assert_uint_eq(scene.n_collected, 5);
			ck_assert_int_le(run(reader, &options, fail_from_5, NULL, n), -1005);
			ck_assert_uint_lt(scene.n, 100);
		}
	}
	mmr_close(reader);
}
END_TEST

static pthread_t main_thread;
static atomic_int n_failed;

/* Fails in a library thread; the caller's own waits for that. */
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

START_TEST(test_parallel_error_is_told_to_the_caller)
{
	static char bytes[1600];
	mmr_parallel_options options = MMR_PARALLEL_OPTIONS_INIT;
	mmr_reader *reader;
	int ordered;

	main_thread = pthread_self();
	options.window = 16;
	ck_assert_int_eq(mmr_open_memory(bytes, sizeof(bytes), &reader), 0);
	for (ordered = 0; ordered < 2; ordered++) {
		ck_assert_int_eq(mmr_open("/other", NULL, &(mmr_reader *){NULL}), -ENOENT);
		atomic_store(&n_failed, 0);
		options.delimiter = MMR_NO_DELIMITER;
		ck_assert_int_eq(
			run(reader, &options, fail_elsewhere, ordered ? see_in_order : NULL, 4),
			-ENOENT);
		ck_assert_ptr_nonnull(strstr(mmr_last_error(), "/nonexistent/in/a/worker"));
	}
	mmr_close(reader);
}
END_TEST

START_TEST(test_parallel_line_limit)
{
	static char bytes[300000];
	mmr_parallel_options options = MMR_PARALLEL_OPTIONS_INIT;
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
	options.window = 4096;
	for (n = 1; n <= N_THREADS; n++) {
		options.engine = MMR_ENGINE_COPY;
		options.line_limit = 100000;
		must_be_shared_out(&setting, &options, n, n % 2);
		options.line_limit = 10000;
		ck_assert_int_eq(run(setting.reader, &options, see, NULL, n), MMR_ELONG);
		ck_assert_ptr_nonnull(strstr(mmr_last_error(), "line_limit"));
		/* The place is where a line starts: the first such line, for one thread. */
		off = mmr_last_error_offset();
		ck_assert(off == 10000 || (n > 1 && (off == 110000 || off == 200001)));
	}
	mmr_close(setting.reader);
	temp_close(&temp);
}
END_TEST

START_TEST(test_parallel_long_line_goes_to_the_map)
{
	static char bytes[MIB];
	mmr_parallel_options options = MMR_PARALLEL_OPTIONS_INIT;
	struct setting setting = {"long line", NULL, {bytes, sizeof(bytes)}, true};
	struct temp temp;
	unsigned n;

	/* Where there is a map no line has to be buffered, and the limit does not bind. */
	ck_assert_int_eq(mmr_guard_install(), 0);
	memset(bytes, 'x', sizeof(bytes));
	bytes[10] = bytes[MIB / 2] = '\n';
	temp = temp_open(bytes, sizeof(bytes));
	setting.reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	options.window = 4096;
	options.line_limit = 10000;
	for (n = 1; n <= 2 * N_THREADS; n++) {
		options.engine = n % 2 ? MMR_ENGINE_MAP : MMR_ENGINE_AUTO;
		must_be_shared_out(&setting, &options, (n + 1) / 2, n / 2 % 2);
	}
	mmr_close(setting.reader);
	temp_close(&temp);
}
END_TEST

static Suite *parallel_suite(void)
{
	Suite *suite = suite_create("parallel");

	ADD_CASE(suite, "core", test_parallel_blocks_are_the_range, test_parallel_skips_holes,
		test_parallel_ends_early, test_parallel_error_is_told_to_the_caller);
	ADD_CASE(
		suite, "limits", test_parallel_line_limit, test_parallel_long_line_goes_to_the_map);
	return suite;
}

CHECK_MAIN(parallel_suite)
