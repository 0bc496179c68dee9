/* page_cache.c - scans that leave the page cache as it is, and reads past it
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "file/reader.h"
#include "scan/cached.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#define MIB       ((size_t)1 << 20)
#define LEN       (21 * MIB + 1234)
#define N_BUCKETS 22
/* The most that the kernel is expected to read ahead. */
#define READ_AHEAD (16 * MIB)

static char content[LEN];

/* A file on a device, without dirty pages. */
static struct temp file_open(void)
{
	struct chance chance = {77};
	struct temp temp;

	chance_fill(
		&chance, content, sizeof(content), mmr_slice_of("abcdefghijklmnopqrstuvwxyz\n"));
	temp = temp_open(content, sizeof(content));
	ck_assert_int_eq(fsync(temp.fd), 0);
	return temp;
}

enum pattern {
	PATTERN_COLD,
	PATTERN_WARM,
	PATTERN_HALF,   /* every second MiB */
	PATTERN_TAIL,   /* the last 5 MiB */
	PATTERN_ISLAND, /* a whole stretch */
	N_PATTERNS
};

static uint64_t look(const mmr_reader *reader, uint16_t *buckets)
{
	mmr_residency residency;

	ck_assert_int_eq(
		mmr_reader_residency(reader, 0, MMR_REST, buckets, N_BUCKETS, &residency), 0);
	return residency.resident;
}

/* Empties the page cache of the file. Pages that the kernel is reading cannot be dropped. */
static bool empty(const struct temp *temp)
{
	struct timespec pause = {.tv_nsec = 10000000};
	mmr_reader *reader = temp_reader(temp, MMR_BACKING_UNMAPPED);
	uint16_t buckets[N_BUCKETS];
	uint64_t cached = 1;
	int tries;

	for (tries = 0; tries < 100 && cached > 0; tries++) {
		if (tries > 0)
			nanosleep(&pause, NULL);
		posix_fadvise(temp->fd, 0, 0, POSIX_FADV_DONTNEED);
		cached = look(reader, buckets);
	}
	mmr_close(reader);
	return cached == 0;
}

/* Puts a part of the file into the page cache, and nothing else. */
static void prepare(const struct temp *temp, enum pattern pattern)
{
	static char buffer[MIB];
	size_t at;

	MUST(empty(temp), "the page cache stays full");
	posix_fadvise(temp->fd, 0, 0, POSIX_FADV_RANDOM);
	for (at = 0; at < LEN; at += MIB)
		if (pattern == PATTERN_WARM || (pattern == PATTERN_HALF && at / MIB % 2) ||
			(pattern == PATTERN_TAIL && at >= LEN - 5 * MIB) ||
			(pattern == PATTERN_ISLAND && at >= 8 * MIB && at < 10 * MIB))
			ck_assert_int_gt(pread(temp->fd, buffer, MIB, (off_t)at), 0);
	posix_fadvise(temp->fd, 0, 0, POSIX_FADV_NORMAL);
}

static int copy_block(void *state, const mmr_block *block)
{
	char *copy = *(char **)state;

	memcpy(copy + block->off, block->bytes.ptr, block->bytes.len);
	return 0;
}

/* Copies the file by a scan, forward or backward, by one or more threads. */
static void scan_all(mmr_reader *reader, const mmr_scan_options *scan, bool backward)
{
	static char copy[LEN];
	char *to = copy;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_job job = {
		.work = copy_block, .start = keep_context, .context = to, .state_size = sizeof(to)};

	cut.backward = backward;
	memset(copy, 0, sizeof(copy));
	ck_assert_int_eq(mmr_scan_run(reader, scan, &cut, &job), 0);
	MUST(memcmp(copy, content, LEN) == 0, "other bytes");
}

/* Pages that have been added between two looks. The kernel may drop others at any time. */
static uint64_t growth(const uint16_t *before, const uint16_t *after)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < N_BUCKETS; i++)
		sum += after[i] > before[i] ? (uint64_t)(after[i] - before[i]) : 0;
	return sum * MIB / MMR_BUCKET_FULL;
}

/* Scans with some ways to read marked as refused, and compares what is cached before and after. */
static void must_leave(const struct temp *temp, enum pattern pattern, unsigned refused,
	unsigned n_threads, bool backward)
{
	mmr_reader *reader =
		temp_reader(temp, n_threads % 2 ? MMR_BACKING_MAPPED : MMR_BACKING_UNMAPPED);
	/* Direct reads add nothing. Other reads may leave pages that the kernel reads ahead. */
	uint64_t most = refused & READER_DIRECT ? READ_AHEAD : 0, before_all, after_all;
	uint16_t before[N_BUCKETS], after[N_BUCKETS];
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_io_summary io;

	scan.cache = MMR_CACHE_LEAVE;
	scan.n_threads = n_threads;
	scan.progress = mmr_progress_new();
	atomic_store(&reader->refused, refused);
	prepare(temp, pattern);
	before_all = look(reader, before);
	scan_all(reader, &scan, backward);
	after_all = look(reader, after);
	mmr_progress_io(scan.progress, &io);
#define CASE \
	"pattern %d, refused %u, %u threads, backward %d", (int)pattern, refused, n_threads, \
		backward
	if (pattern == PATTERN_WARM)
		MUST(io.device < LEN / 2, CASE);
	if (pattern == PATTERN_COLD)
		MUST(io.device == LEN && io.kept == 0, CASE);
	if (refused & READER_DIRECT)
		MUST(io.bytes[MMR_IO_DIRECT] == 0, CASE);
	if (refused & READER_UNCACHED)
		MUST(io.bytes[MMR_IO_UNCACHED] == 0, CASE);
	MUST(growth(before, after) <= most, CASE);
	MUST(after_all >= before_all - before_all / 8, CASE);
#undef CASE
	mmr_progress_free(scan.progress);
	mmr_close(reader);
}

START_TEST(test_page_cache_is_left)
{
	struct temp temp = file_open();
	unsigned pattern, refused, n_threads;

	ck_assert_int_eq(mmr_guard_install(), 0);
	if (!empty(&temp)) {
		temp_close(&temp);
		CHECK_SKIP("the files of this folder are not on a device, or cachestat is missing");
	}
	for (pattern = 0; pattern < N_PATTERNS; pattern++)
		for (refused = 0; refused <= (READER_DIRECT | READER_UNCACHED); refused++) {
			n_threads = (pattern + refused) % 4;
			must_leave(&temp, (enum pattern)pattern, refused, n_threads,
				(pattern + refused / 2) % 2);
		}
	temp_close(&temp);
}
END_TEST

/* Readers that are a part of a file, ranges, and windows that do not fit stretches. */
START_TEST(test_page_cache_is_left_at_edges)
{
	static const struct {
		uint64_t reader_len, off, len;
		size_t window;
		bool backward;
	} cases[] = {
		{MMR_REST, 0, MMR_REST, SIZE_MAX, false},
		{MMR_REST, 0, MMR_REST, 5 * MIB / 4, false},
		{MMR_REST, 0, MMR_REST, 5 * MIB / 4, true},
		{8 * MIB, 0, MMR_REST, 0, false},
		{MMR_REST, 3 * MIB + 7, 5 * MIB + 3, 0, false},
		{MMR_REST, 3 * MIB + 7, 5 * MIB + 3, 777777, true},
	};
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	struct temp temp = file_open();
	mmr_reader *whole = temp_reader(&temp, MMR_BACKING_UNMAPPED), *reader;
	uint16_t before[N_BUCKETS], after[N_BUCKETS];
	bool is_asked = empty(&temp);
	size_t i, n;

	ck_assert_int_eq(mmr_guard_install(), 0);
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
		mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
		mmr_blocks *blocks;
		mmr_block block;

		options.length = cases[i].reader_len;
		ck_assert_int_eq(mmr_open(temp.path, &options, &reader), 0);
		scan.offset = cases[i].off;
		scan.length = cases[i].len;
		scan.cache = MMR_CACHE_LEAVE;
		cut.window = cases[i].window;
		cut.backward = cases[i].backward;
		if (is_asked)
			prepare(&temp, PATTERN_ISLAND);
		look(whole, before);
		ck_assert_int_eq(mmr_blocks_open(reader, &scan, &cut, &blocks), 0);
		for (n = 0; mmr_blocks_next(blocks, &block); n += block.bytes.len)
			MUST(memcmp(block.bytes.ptr, content + block.off, block.bytes.len) == 0,
				"case %zu", i);
		ck_assert_int_eq(mmr_blocks_error(blocks), 0);
		mmr_blocks_close(blocks);
		look(whole, after);
		MUST(n >= min_u64(cases[i].len, 7 * MIB) - 1000, "case %zu: %zu bytes", i, n);
		MUST(!is_asked || !reader_offers(reader, READER_DIRECT) ||
				growth(before, after) == 0,
			"case %zu: %zu bytes more", i, (size_t)growth(before, after));
		mmr_close(reader);
	}
	mmr_close(whole);
	temp_close(&temp);
}
END_TEST

/* What others read during the scan stays. */
START_TEST(test_page_cache_of_others_is_left)
{
	static char buffer[MIB];
	struct temp temp = file_open();
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	uint64_t n_cached, n_all;
	mmr_blocks *blocks;
	mmr_block block;

	if (!empty(&temp)) {
		mmr_close(reader);
		temp_close(&temp);
		CHECK_SKIP("the files of this folder are not on a device, or cachestat is missing");
	}
	scan.cache = MMR_CACHE_LEAVE;
	ck_assert_int_eq(mmr_blocks_open(reader, &scan, NULL, &blocks), 0);
	while (mmr_blocks_next(blocks, &block))
		if (block.off > 8 * MIB && block.off < 11 * MIB)
			ck_assert_int_eq(pread(temp.fd, buffer, MIB, 4 * MIB), MIB);
	mmr_blocks_close(blocks);
	ck_assert_int_eq(reader_cached(reader, 4 * MIB, MIB, false, &n_cached, &n_all), 0);
	MUST(!reader_offers(reader, READER_DIRECT) || n_cached > n_all / 2, "%zu of %zu pages",
		(size_t)n_cached, (size_t)n_all);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* What is read stays, and so does what was there before. */
START_TEST(test_page_cache_is_filled)
{
	struct temp temp = file_open();
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	uint16_t buckets[N_BUCKETS];
	mmr_io_summary io;
	size_t pattern;

	if (!empty(&temp)) {
		mmr_close(reader);
		temp_close(&temp);
		CHECK_SKIP("the files of this folder are not on a device, or cachestat is missing");
	}
	for (pattern = 0; pattern < N_PATTERNS; pattern++) {
		scan.cache = pattern % 2 ? MMR_CACHE_FILL : MMR_CACHE_AUTO;
		scan.n_threads = (unsigned)pattern % 3;
		scan.progress = mmr_progress_new();
		prepare(&temp, (enum pattern)pattern);
		scan_all(reader, &scan, pattern / 2 % 2);
		mmr_progress_io(scan.progress, &io);
		mmr_progress_free(scan.progress);
		ck_assert_uint_eq(io.kept, io.device);
		ck_assert(pattern != PATTERN_WARM || io.device < LEN / 2);
		ck_assert(pattern != PATTERN_COLD || io.device == LEN);
		MUST(look(reader, buckets) >= LEN - LEN / 8, "pattern %zu", pattern);
	}
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* Reads past the page cache, at any offset and of any length, give the bytes of the file. */
START_TEST(test_page_cache_reads_past_it)
{
	static const size_t sizes[] = {
		1, 2, 511, 512, 513, 4095, 4096, 4097, MIB - 1, MIB, MIB + 1};
	static const size_t offsets[] = {0, 1, 511, 4096, 4097, MIB - 1, LEN - 2 * MIB};
	static const uint64_t starts[] = {0, 1, 4096, 12345};
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	struct temp temp = file_open();
	char *buffer = malloc(MIB + 1 + READER_SLACK + 1);
	size_t n[READER_DIRECT + 1] = {0}, i, k, s;
	mmr_reader *reader;
	mmr_slice bytes;
	unsigned way;
	int err;

	for (s = 0; s < ARRAY_LEN(starts); s++) {
		options.offset = starts[s];
		ck_assert_int_eq(mmr_open(temp.path, &options, &reader), 0);
		for (i = 0; i < ARRAY_LEN(sizes) * ARRAY_LEN(offsets); i++) {
			k = i / ARRAY_LEN(sizes);
			for (way = READER_UNCACHED; way <= READER_DIRECT; way++) {
				err = reader_read(reader, (enum reader_way)way, offsets[k],
					buffer + i % 2, sizes[i % ARRAY_LEN(sizes)], &bytes);
				ck_assert(err == 0 ? reader_offers(reader, (enum reader_way)way)
						   : err == -ENOTSUP);
				if (err < 0)
					continue;
				n[way]++;
				MUST(memcmp(bytes.ptr, content + starts[s] + offsets[k],
					     bytes.len) == 0 &&
						bytes.len == sizes[i % ARRAY_LEN(sizes)],
					"way %u, %zu bytes at %zu of %zu", way, bytes.len,
					offsets[k], (size_t)starts[s]);
			}
		}
		/* Up to the end of the file, which is within a block. */
		for (way = READER_UNCACHED; way <= READER_DIRECT; way++)
			if (reader_read(reader, (enum reader_way)way, LEN - starts[s] - 7, buffer,
				    7, &bytes) == 0)
				ck_assert_int_eq(memcmp(bytes.ptr, content + LEN - 7, 7), 0);
		mmr_close(reader);
	}
	/* The system may refuse a way, but then it refuses it always. */
	for (way = READER_UNCACHED; way <= READER_DIRECT; way++)
		ck_assert(n[way] == 0 ||
			  n[way] == ARRAY_LEN(starts) * ARRAY_LEN(sizes) * ARRAY_LEN(offsets));
	free(buffer);
	temp_close(&temp);
}
END_TEST

/* A file that has become shorter is left to a plain read, which reports it. */
START_TEST(test_page_cache_of_a_cut_file)
{
	struct temp temp = file_open();
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	char *buffer = malloc(MIB + READER_SLACK);
	mmr_slice bytes;
	unsigned way;

	temp_resize(&temp, LEN - 5000);
	for (way = READER_UNCACHED; way <= READER_DIRECT; way++) {
		bool offers =
			reader_read(reader, (enum reader_way)way, 0, buffer, MIB, &bytes) == 0;

		ck_assert_int_eq(
			reader_read(reader, (enum reader_way)way, LEN - 6000, buffer, 6000, &bytes),
			-ENOTSUP);
		ck_assert(reader_offers(reader, (enum reader_way)way) == offers);
	}
	free(buffer);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* The kernel does not report the cached pages of other users' files. These are taken as cached, or
 * read directly if nothing may be added to the page cache. */
static void scan_as_nobody(void *arg)
{
	mmr_reader *reader = arg;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	uint64_t n_cached, n_all;
	mmr_io_summary io;

	ck_assert_int_eq(setgid(65534), 0);
	ck_assert_int_eq(setuid(65534), 0);
	ck_assert_int_lt(reader_cached(reader, 0, MIB, true, &n_cached, &n_all), 0);
	scan.progress = mmr_progress_new();
	scan_all(reader, &scan, false);
	mmr_progress_io(scan.progress, &io);
	ck_assert_uint_eq(io.device, 0);
	scan.cache = MMR_CACHE_LEAVE;
	scan_all(reader, &scan, false);
	mmr_progress_io(scan.progress, &io);
	ck_assert_uint_eq(io.device, LEN);
	mmr_progress_free(scan.progress);
}

START_TEST(test_page_cache_of_others)
{
	struct temp temp = file_open();
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);

	if (geteuid() != 0) {
		mmr_close(reader);
		temp_close(&temp);
		CHECK_SKIP("only root can become another user");
	}
	ck_assert_int_eq(in_child(scan_as_nobody, reader), 0);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

START_TEST(test_page_cache_policy)
{
	struct temp temp = file_open();
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED), *memory;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	enum mmr_cache cache = MMR_CACHE_AUTO;

	ck_assert_int_eq(mmr_scan_cache(reader, NULL, &cache), 0);
	ck_assert_int_eq(cache, MMR_CACHE_FILL);
	scan.cache = MMR_CACHE_LEAVE;
	ck_assert_int_eq(mmr_scan_cache(reader, &scan, &cache), 0);
	ck_assert_int_eq(cache, MMR_CACHE_LEAVE);
	ck_assert_int_eq(mmr_open_memory("x", 1, &memory), 0);
	ck_assert_int_eq(mmr_scan_cache(memory, &scan, &cache), 0);
	ck_assert_int_eq(cache, MMR_CACHE_FILL);
	scan.struct_size = 1;
	ck_assert_int_eq(mmr_scan_cache(reader, &scan, &cache), -EINVAL);
	mmr_close(memory);
	mmr_close(reader);
	/* A range that is larger than half of any memory. */
	scan = (mmr_scan_options)MMR_SCAN_OPTIONS_INIT;
	if (ftruncate(temp.fd, INT64_C(1) << 43) == 0) {
		ck_assert_int_eq(mmr_open(temp.path, NULL, &reader), 0);
		ck_assert_int_eq(mmr_scan_cache(reader, &scan, &cache), 0);
		ck_assert_int_eq(cache,
			os_memory_available() == UINT64_MAX ? MMR_CACHE_FILL : MMR_CACHE_LEAVE);
		mmr_close(reader);
	}
	temp_close(&temp);
}
END_TEST

static Suite *page_cache_suite(void)
{
	Suite *suite = suite_create("page_cache");

	ADD_CASE(suite, "core", test_page_cache_is_left, test_page_cache_of_others_is_left,
		test_page_cache_is_filled, test_page_cache_policy);
	ADD_CASE(suite, "limits", test_page_cache_reads_past_it, test_page_cache_is_left_at_edges);
	ADD_CASE(suite, "faults", test_page_cache_of_a_cut_file, test_page_cache_of_others);
	return suite;
}

CHECK_MAIN(page_cache_suite)
