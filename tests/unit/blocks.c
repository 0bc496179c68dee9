/* blocks.c - files read in blocks of whole lines
 *
 * The oracle is the file itself: concatenated blocks are equal to the range, and each cut is after
 * a delimiter.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#define MIB ((size_t)1 << 20)

static const mmr_scan_options plain_scan = MMR_SCAN_OPTIONS_INIT;
static const mmr_block_options plain_cut = MMR_BLOCK_OPTIONS_INIT;

/* Returns the length of the last line of [from, to), with its delimiter. */
static size_t last_line(mmr_slice bytes, size_t from, size_t to, char delimiter)
{
	size_t at;

	for (at = to - 1; at > from && bytes.ptr[at - 1] != delimiter; at--)
		;
	return to - at;
}

static void must_be_the_range(mmr_reader *reader, mmr_slice bytes, const mmr_scan_options *scan,
	const mmr_block_options *cut, const char *name)
{
	size_t start = (size_t)min_u64(scan->offset, bytes.len);
	size_t stop = start + (size_t)min_u64(scan->length, bytes.len - start);
	size_t window = cut->window > 0 ? cut->window : 2 * MIB;
	bool cut_at_lines = !cut->split_lines;
	char delimiter = scan->delimiter;
	mmr_blocks *blocks;
	mmr_block block;

#define CASE \
	"%s, window %zu, delimiter %d, split %d, mode %d, backward %d, [%zu, %zu): block at %zu " \
	"of %zu", \
		name, cut->window, delimiter, cut->split_lines, (int)scan->io_mode, cut->backward, \
		start, stop, (size_t)block.off, block.bytes.len

	MUST(mmr_blocks_open(reader, scan, cut, &blocks) == 0, "%s", mmr_last_error());
	while (mmr_blocks_next(blocks, &block)) {
		size_t len = block.bytes.len, at = (size_t)block.off, line;

		MUST(len > 0 && len <= stop - start, CASE);
		MUST(at == (cut->backward ? stop - len : start), CASE);
		MUST(memcmp(block.bytes.ptr, bytes.ptr + at, len) == 0, CASE);
		MUST(!cut_at_lines || at + len == stop || bytes.ptr[at + len - 1] == delimiter,
			CASE);
		MUST(!cut_at_lines || !cut->backward || at == start ||
				bytes.ptr[at - 1] == delimiter,
			CASE);
		/* All lines start in one window, and only the last one may end after it. */
		line = cut_at_lines ? last_line(bytes, at, at + len, delimiter) : 1;
		MUST(len < window + line, CASE);
		MUST(mmr_blocks_io_mode(blocks) != MMR_IO_AUTO, CASE);
		if (cut->backward)
			stop = at;
		else
			start = at + len;
	}
	MUST(mmr_blocks_error(blocks) == 0, "%s: %s", name, mmr_last_error());
	MUST(start == stop, "%s: [%zu, %zu) is missing", name, start, stop);
	MUST(!mmr_blocks_next(blocks, &block), "%s: a block after the end", name);
	mmr_blocks_close(blocks);
#undef CASE
}

static void read_every_way(const struct setting *setting, void *arg)
{
	static const size_t windows[] = {1, 7, 4096, 65536, 0};
	/* The second '\n' is for blocks that split lines. */
	static const char delimiters[] = {'\n', '\n', 0, 'a', (char)0xff};
	struct chance *chance = arg;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	size_t len = setting->bytes.len, w, d;
	int ways, range;

	for (w = 0; w < ARRAY_LEN(windows); w++) {
		/* Small windows over large files take too long. */
		if (windows[w] > 0 && len / windows[w] > (len > 100000 ? 20 : 6000))
			continue;
		for (d = 0; d < ARRAY_LEN(delimiters); d++) {
			for (ways = 0; ways < 6; ways++) {
				scan.delimiter = delimiters[d];
				scan.io_mode = (enum mmr_io_mode)(ways / 2);
				cut.window = windows[w];
				cut.split_lines = d == 1;
				cut.backward = ways % 2;
				for (range = 0; range < (len > 100000 ? 2 : 3); range++) {
					scan.offset = range ? chance_below(chance, len + 2) : 0;
					scan.length =
						range ? chance_below(chance, len + 2) : MMR_REST;
					must_be_the_range(setting->reader, setting->bytes, &scan,
						&cut, setting->name);
				}
			}
		}
	}
}

START_TEST(test_blocks_cover_the_range)
{
	static const size_t sizes[] = {0, 1, 2, 13, 300, 5000, 70001, 700003};
	struct chance chance = {11};

	ck_assert_int_eq(mmr_guard_install(), 0);
	on_random_lines(sizes, ARRAY_LEN(sizes), read_every_way, &chance);
}
END_TEST

START_TEST(test_blocks_at_the_ends_of_the_range)
{
	static const uint64_t offsets[] = {0, 1, 4, 5, 6, INT64_MAX, UINT64_MAX};
	mmr_slice bytes = mmr_slice_of("a\nb\nc");
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_reader *reader;
	size_t i, k, backward;

	ck_assert_int_eq(mmr_open_memory(bytes.ptr, bytes.len, &reader), 0);
	for (i = 0; i < ARRAY_LEN(offsets); i++) {
		for (k = 0; k < ARRAY_LEN(offsets); k++) {
			for (backward = 0; backward < 2; backward++) {
				scan.offset = offsets[i];
				scan.length = offsets[k];
				cut.backward = backward;
				must_be_the_range(reader, bytes, &scan, &cut, "memory");
			}
		}
	}
	mmr_close(reader);
}
END_TEST

/* Reads a line of `len` bytes and a short one after and before it, by copies or from a stream. */
static int read_long_line(size_t len, size_t window, size_t limit, bool backward, bool stream)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	char *bytes = malloc(len + 4);
	mmr_blocks *blocks;
	mmr_reader *reader;
	mmr_block block;
	struct temp temp;
	size_t sum = 0;
	int err;

	memset(bytes, 'x', len + 4);
	bytes[1] = bytes[len + 1] = bytes[len + 3] = '\n';
	temp = temp_open(bytes, len + 4);
	reader = temp_reader(&temp, stream ? MMR_BACKING_STREAM : MMR_BACKING_UNMAPPED);
	cut.window = window;
	cut.line_limit = limit;
	cut.backward = backward;
	scan.io_mode = MMR_IO_READ;
	ck_assert_int_eq(mmr_blocks_open(reader, &scan, &cut, &blocks), 0);
	while (mmr_blocks_next(blocks, &block))
		sum += block.bytes.len;
	err = mmr_blocks_error(blocks);
	MUST(err < 0 || sum == len + 4, "%zu bytes of %zu", sum, len + 4);
	if (err == MMR_ELONG) {
		ck_assert_ptr_nonnull(strstr(mmr_last_error(), "line_limit"));
		/* The line starts at offset 2. */
		ck_assert_uint_eq(mmr_last_error_offset(), 2);
	}
	mmr_blocks_close(blocks);
	mmr_close(reader);
	temp_close(&temp);
	free(bytes);
	return err;
}

START_TEST(test_blocks_line_limit)
{
	static const size_t windows[] = {1, 64, 100, 999, 1000};
	size_t i;
	int way;

	for (i = 0; i < ARRAY_LEN(windows); i++) {
		for (way = 0; way < 3; way++) {
			bool backward = way == 1, stream = way == 2;
			int err = read_long_line(1000, windows[i], 1000, backward, stream);

			MUST(err == 0, "window %zu, way %d: a line as long as the limit gives %d",
				windows[i], way, err);
			err = read_long_line(1001, windows[i], 1000, backward, stream);
			MUST(err == MMR_ELONG,
				"window %zu, way %d: a line longer than the limit gives %d",
				windows[i], way, err);
		}
	}
}
END_TEST

START_TEST(test_blocks_long_line_uses_the_map)
{
	static char bytes[3 * MIB];
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_slice all = {bytes, sizeof(bytes)};
	struct temp temp;
	mmr_reader *reader;
	int backward;

	/* The limit is for buffers. A map gives access to a line of any length. */
	ck_assert_int_eq(mmr_guard_install(), 0);
	memset(bytes, 'x', sizeof(bytes));
	bytes[10] = bytes[2 * MIB] = '\n';
	temp = temp_open(bytes, sizeof(bytes));
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	cut.window = 4096;
	cut.line_limit = 10000;
	for (backward = 0; backward < 2; backward++) {
		cut.backward = backward;
		scan.io_mode = MMR_IO_MAP;
		must_be_the_range(reader, all, &scan, &cut, "map");
		scan.io_mode = MMR_IO_AUTO;
		must_be_the_range(reader, all, &scan, &cut, "auto");
	}
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

START_TEST(test_blocks_io_mode_is_the_requested_one)
{
	static char bytes[100000];
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	struct temp temp = temp_open(bytes, sizeof(bytes));
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	mmr_blocks *blocks;
	mmr_block block;

	scan.io_mode = MMR_IO_READ;
	ck_assert_int_eq(mmr_blocks_open(reader, &scan, NULL, &blocks), 0);
	ck_assert(mmr_blocks_next(blocks, &block));
	ck_assert_int_eq(mmr_blocks_io_mode(blocks), MMR_IO_READ);
	ck_assert_ptr_ne(block.bytes.ptr, mmr_bytes(reader).ptr);
	mmr_blocks_close(blocks);
	scan.io_mode = MMR_IO_MAP;
	ck_assert_int_eq(mmr_blocks_open(reader, &scan, NULL, &blocks), 0);
	ck_assert(mmr_blocks_next(blocks, &block));
	ck_assert_int_eq(mmr_blocks_io_mode(blocks), MMR_IO_MAP);
	ck_assert_ptr_eq(block.bytes.ptr, mmr_bytes(reader).ptr);
	mmr_blocks_close(blocks);
	/* Without a guard, a truncated map kills the process, so AUTO copies. */
	ck_assert_int_eq(mmr_blocks_open(reader, NULL, NULL, &blocks), 0);
	ck_assert(mmr_blocks_next(blocks, &block));
	ck_assert_int_eq(mmr_blocks_io_mode(blocks), MMR_IO_READ);
	mmr_blocks_close(blocks);
	mmr_blocks_close(NULL);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

START_TEST(test_blocks_bad_options)
{
	mmr_blocks *untouched = (mmr_blocks *)&untouched, *blocks = untouched;
	mmr_scan_options bad_scan[8];
	mmr_block_options bad_cut[6];
	mmr_reader *reader;
	size_t i;

	ck_assert_int_eq(mmr_open_memory("x", 1, &reader), 0);
	for (i = 0; i < ARRAY_LEN(bad_scan); i++)
		bad_scan[i] = plain_scan;
	bad_scan[0].struct_size = sizeof(bad_scan[0]) - 1;
	bad_scan[1].struct_size = 0;
	bad_scan[2].io_mode = (enum mmr_io_mode)5;
	bad_scan[3].io_mode = (enum mmr_io_mode) - 1;
	bad_scan[4].n_threads = 2;
	bad_scan[5].cache = (enum mmr_cache)3;
	bad_scan[6].cache = MMR_CACHE_LEAVE;
	bad_scan[6].io_mode = MMR_IO_MAP;
	bad_scan[7].cache = MMR_CACHE_FILL;
	bad_scan[7].io_mode = MMR_IO_DIRECT;
	for (i = 0; i < ARRAY_LEN(bad_scan); i++) {
		MUST(mmr_blocks_open(reader, &bad_scan[i], NULL, &blocks) == -EINVAL, "scan %zu",
			i);
		ck_assert_ptr_eq(blocks, untouched);
	}
	for (i = 0; i < ARRAY_LEN(bad_cut); i++)
		bad_cut[i] = plain_cut;
	bad_cut[0].struct_size = sizeof(bad_cut[0]) - 1;
	bad_cut[1].struct_size = 0;
	bad_cut[2].ahead = 1;
	bad_cut[3].skip_holes = true;
	bad_cut[4].skip_holes = bad_cut[4].backward = true;
	bad_cut[5].skip_holes = bad_cut[5].backward = bad_cut[5].split_lines = true;
	for (i = 0; i < ARRAY_LEN(bad_cut); i++) {
		MUST(mmr_blocks_open(reader, NULL, &bad_cut[i], &blocks) == -EINVAL, "cut %zu", i);
		ck_assert_ptr_eq(blocks, untouched);
	}
	/* One thread is valid, because blocks use one anyway. */
	bad_scan[4].n_threads = 1;
	ck_assert_int_eq(mmr_blocks_open(reader, &bad_scan[4], NULL, &blocks), 0);
	mmr_blocks_close(blocks);
	mmr_close(reader);
}
END_TEST

static void must_stay_small(enum mmr_io_mode io_mode, bool backward)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	struct temp temp = temp_open(NULL, 0);
	size_t before, peak = 0, n = 0, i;
	uint64_t zeros = 0, heap;
	mmr_reader *reader;
	mmr_blocks *blocks;
	mmr_block block;

	/* The lengths of lines are odd, so that no block ends where its window does. */
	temp_resize(&temp, 1024 * MIB);
	for (i = 0; i < 1024; i++)
		temp_write(&temp, i * MIB + i * 7919 % 100003, "\n", 1);
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	heap = heap_in_use();
	before = resident_kib();
	scan.io_mode = io_mode;
	cut.backward = backward;
	ck_assert_int_eq(mmr_blocks_open(reader, &scan, &cut, &blocks), 0);
	while (mmr_blocks_next(blocks, &block)) {
		uint64_t count;

		ck_assert_int_eq(mmr_slice_count(block.bytes, 0, &count), 0);
		zeros += count;
		if (n++ % 16 == 0)
			peak = resident_kib() > peak ? resident_kib() : peak;
		MUST(mmr_heap_bytes() - heap < 4 * MIB, "%llu bytes of heap",
			(unsigned long long)mmr_heap_bytes());
	}
	ck_assert_int_eq(mmr_blocks_error(blocks), 0);
	ck_assert_uint_eq(zeros, 1024 * MIB - 1024);
	MUST(peak < before + 16 * 1024, "%zu KiB resident, %zu before", peak, before);
	mmr_blocks_close(blocks);
	ck_assert_uint_eq(mmr_heap_bytes(), heap);
	mmr_close(reader);
	temp_close(&temp);
}

START_TEST(test_blocks_memory_is_bounded)
{
	if (memory_is_shared_with_checker())
		CHECK_SKIP("the sanitizer keeps memory for every byte that was used");
	ck_assert_int_eq(mmr_guard_install(), 0);
	must_stay_small(MMR_IO_READ, false);
	must_stay_small(MMR_IO_AUTO, false);
#if defined(MMR_LINUX_EXTRAS)
	must_stay_small(MMR_IO_MAP, false);
	must_stay_small(MMR_IO_MAP, true);
#endif
}
END_TEST

static Suite *blocks_suite(void)
{
	Suite *suite = suite_create("blocks");

	ADD_CASE(suite, "core", test_blocks_io_mode_is_the_requested_one,
		test_blocks_cover_the_range);
	ADD_CASE(suite, "limits", test_blocks_at_the_ends_of_the_range, test_blocks_line_limit,
		test_blocks_long_line_uses_the_map, test_blocks_memory_is_bounded);
	ADD_CASE(suite, "faults", test_blocks_bad_options);
	return suite;
}

CHECK_MAIN(blocks_suite)
