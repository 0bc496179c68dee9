/* range.c - ranges of bytes and lines, in readers and in bytes that arrive in pieces
 *
 * The oracle takes the range from all bytes, one byte at a time.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#define MIB ((size_t)1 << 20)

/* Returns the length of the first lines. */
static size_t naive_lines(mmr_slice bytes, char delimiter, uint64_t n_lines)
{
	size_t at = 0;

	while (at < bytes.len && n_lines > 0)
		n_lines -= bytes.ptr[at++] == delimiter;
	return at;
}

static mmr_slice naive_range(mmr_slice bytes, const mmr_scan_options *scan)
{
	size_t start = (size_t)min_u64(scan->offset, bytes.len), skipped;

	bytes.ptr += start;
	bytes.len = (size_t)min_u64(scan->length, bytes.len - start);
	skipped = naive_lines(bytes, scan->delimiter, scan->first_line);
	bytes.ptr += skipped;
	bytes.len -= skipped;
	if (scan->n_lines != MMR_REST)
		bytes.len = naive_lines(bytes, scan->delimiter, scan->n_lines);
	return bytes;
}

/* Returns a number that is often small, sometimes close to the size, and sometimes larger than any
 * size. */
static uint64_t draw(struct chance *chance, size_t size)
{
	static const uint64_t extremes[] = {
		MMR_REST, MMR_REST - 1, INT64_MAX, (uint64_t)INT64_MAX + 1, UINT32_MAX};

	switch (chance_below(chance, 8)) {
	case 0:
		return extremes[chance_below(chance, ARRAY_LEN(extremes))];
	case 1:
		return size - min_size(size, chance_below(chance, 3));
	case 2:
	case 3:
		return chance_below(chance, size + 3);
	default:
		return chance_below(chance, 6);
	}
}

static mmr_scan_options draw_range(struct chance *chance, size_t size)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	size_t parts = chance_below(chance, 16);

	scan.offset = parts & 1 ? draw(chance, size) : 0;
	scan.length = parts & 2 ? draw(chance, size) : MMR_REST;
	scan.first_line = parts & 4 ? draw(chance, size / 4) : 0;
	scan.n_lines = parts & 8 ? draw(chance, size / 4) : MMR_REST;
	scan.delimiter = chance_below(chance, 3) ? '\n' : 'a';
	return scan;
}

#define RANGE "offset %llu, length %llu, first line %llu, %llu lines, delimiter %d, of %zu bytes"
#define RANGE_OF(scan, size) \
	(unsigned long long)(scan).offset, (unsigned long long)(scan).length, \
		(unsigned long long)(scan).first_line, (unsigned long long)(scan).n_lines, \
		(scan).delimiter, size

/* Whether a range can continue after all of `bytes`. */
static bool can_have_more(mmr_slice bytes, const mmr_scan_options *scan)
{
	static char longer[2048];
	size_t len = naive_range(bytes, scan).len;

	/* Lines of one byte follow. */
	memset(longer, scan->delimiter, sizeof(longer));
	memcpy(longer, bytes.ptr, bytes.len);
	return naive_range((mmr_slice){longer, sizeof(longer)}, scan).len > len;
}

/* Passes pieces of `bytes` and compares what is in the range with the range of all bytes. */
static void must_cut(mmr_slice bytes, const mmr_scan_options *scan, struct chance *chance)
{
	mmr_slice wanted = naive_range(bytes, scan), piece, arrived = {bytes.ptr, 0};
	mmr_range range = mmr_range_of(scan);
	size_t done = 0, len, most = 2 + chance_below(chance, 40);
	uint64_t n_wanted;
	bool ended = false;

	while (arrived.len < bytes.len) {
		n_wanted = mmr_range_wanted(&range);
		MUST(mmr_range_ended(&range) == (n_wanted == 0), RANGE, RANGE_OF(*scan, bytes.len));
		if (!ended && n_wanted == 0)
			MUST(!can_have_more(arrived, scan), RANGE, RANGE_OF(*scan, bytes.len));
		ended = n_wanted == 0;
		len = min_size(chance_below(chance, most), bytes.len - arrived.len);
		piece.ptr = bytes.ptr + arrived.len;
		piece.len = len;
		MUST(mmr_range_cut(&range, &piece) == 0, "%s", mmr_last_error());
		arrived.len += len;
		MUST(piece.len == 0 || piece.ptr == wanted.ptr + done,
			RANGE ": %zu bytes after %zu of %zu", RANGE_OF(*scan, bytes.len), piece.len,
			done, wanted.len);
		done += piece.len;
		MUST(done <= wanted.len, RANGE, RANGE_OF(*scan, bytes.len));
		/* Reading all wanted bytes completes the range. */
		MUST(n_wanted == MMR_REST || len < n_wanted || mmr_range_ended(&range), RANGE,
			RANGE_OF(*scan, bytes.len));
		/* All wanted bytes are counted. */
		MUST(mmr_range_ended(&range) || n_wanted == MMR_REST ||
				mmr_range_wanted(&range) == n_wanted - len,
			RANGE, RANGE_OF(*scan, bytes.len));
	}
	MUST(done == wanted.len, RANGE ": %zu bytes instead of %zu", RANGE_OF(*scan, bytes.len),
		done, wanted.len);
}

START_TEST(test_range_of_bytes_in_pieces)
{
	static char bytes[200];
	struct chance chance = {141};
	size_t round;

	for (round = 0; round < 20000; round++) {
		size_t size = chance_below(&chance, sizeof(bytes) + 1);
		mmr_scan_options scan = draw_range(&chance, size);

		chance_fill(&chance, bytes, size,
			mmr_slice_of(
				chance_below(&chance, 3) ? "\n\nabcdefgh" : "\nabcdefghijklmnop"));
		must_cut((mmr_slice){bytes, size}, &scan, &chance);
	}
}
END_TEST

START_TEST(test_range_wanted_bytes)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_range range = mmr_range_of(NULL);
	mmr_slice bytes = mmr_slice_of("a\nb\nc\n"), piece = bytes;

	/* Without options, all bytes are wanted. */
	ck_assert_uint_eq(mmr_range_wanted(&range), MMR_REST);
	ck_assert_int_eq(mmr_range_cut(&range, &piece), 0);
	ck_assert(mmr_slice_equal(piece, bytes));
	ck_assert(!mmr_range_ended(&range));
	/* Bytes before the range are wanted, too, because a stream must be read up to it. */
	scan.offset = 2;
	scan.length = 3;
	range = mmr_range_of(&scan);
	ck_assert_uint_eq(mmr_range_wanted(&range), 5);
	piece = mmr_slice_cut(bytes, 0, 4);
	ck_assert_int_eq(mmr_range_cut(&range, &piece), 0);
	ck_assert(mmr_slice_equal(piece, mmr_slice_of("b\n")));
	ck_assert_uint_eq(mmr_range_wanted(&range), 1);
	piece = mmr_slice_cut(bytes, 4, MMR_END);
	ck_assert_int_eq(mmr_range_cut(&range, &piece), 0);
	ck_assert(mmr_slice_equal(piece, mmr_slice_of("c")));
	ck_assert_uint_eq(mmr_range_wanted(&range), 0);
	ck_assert(mmr_range_ended(&range));
	/* The end is larger than any 64-bit number. */
	scan.offset = scan.length = MMR_REST - 1;
	range = mmr_range_of(&scan);
	ck_assert_uint_eq(mmr_range_wanted(&range), MMR_REST);
	/* A range of lines ends at an offset that depends on the bytes. */
	scan = (mmr_scan_options)MMR_SCAN_OPTIONS_INIT;
	scan.first_line = 1;
	scan.n_lines = 1;
	range = mmr_range_of(&scan);
	ck_assert_uint_eq(mmr_range_wanted(&range), MMR_REST);
	piece = bytes;
	ck_assert_int_eq(mmr_range_cut(&range, &piece), 0);
	ck_assert(mmr_slice_equal(piece, mmr_slice_of("b\n")));
	ck_assert_uint_eq(mmr_range_wanted(&range), 0);
	/* An empty range needs no bytes, not even those before it. */
	scan.n_lines = 0;
	range = mmr_range_of(&scan);
	ck_assert(mmr_range_ended(&range));
	ck_assert_uint_eq(mmr_range_wanted(&range), 0);
	piece = bytes;
	ck_assert_int_eq(mmr_range_cut(&range, &piece), 0);
	ck_assert_uint_eq(piece.len, 0);
}
END_TEST

START_TEST(test_range_of_an_unmapped_reader)
{
	struct temp temp = temp_open("a\nb\n", 4);
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_UNMAPPED);
	mmr_range range = mmr_range_of(NULL);
	mmr_slice bytes = mmr_bytes(reader);

	ck_assert_int_eq(mmr_range_cut(&range, &bytes), MMR_ENOMAP);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

static void locate_everywhere(const struct setting *setting, void *arg)
{
	struct chance *chance = arg;
	mmr_slice bytes = setting->bytes, wanted;
	size_t rounds = bytes.len > MIB ? 40 : 400, round;
	uint64_t start, stop;

	for (round = 0; round < rounds; round++) {
		mmr_scan_options scan = draw_range(chance, bytes.len);

		if (bytes.len > MIB && round % 2)
			scan.first_line = chance_below(chance, bytes.len / 4);
		scan.n_threads = (unsigned)chance_below(chance, 4);
		scan.io_mode = (enum mmr_io_mode)chance_below(chance, 3);
		wanted = naive_range(bytes, &scan);
		MUST(mmr_scan_locate(setting->reader, &scan, &start, &stop) == 0, "%s: %s",
			setting->name, mmr_last_error());
		MUST(start == (uint64_t)(wanted.ptr - bytes.ptr) && stop - start == wanted.len,
			"%s, " RANGE ": [%llu, %llu) instead of %zu bytes at %zu", setting->name,
			RANGE_OF(scan, bytes.len), (unsigned long long)start,
			(unsigned long long)stop, wanted.len, (size_t)(wanted.ptr - bytes.ptr));
	}
	MUST(mmr_scan_locate(setting->reader, NULL, &start, &stop) == 0 && start == 0 &&
			stop == bytes.len,
		"%s: all", setting->name);
}

START_TEST(test_range_of_readers)
{
	static const size_t sizes[] = {0, 1, 2, 300, 70001, 5 * MIB + 3};
	struct chance chance = {142};
	size_t i;

	ck_assert_int_eq(mmr_guard_install(), 0);
	for (i = 0; i < ARRAY_LEN(sizes) - memory_is_shadowed(); i++) {
		char *bytes = malloc(sizes[i] + 1);

		chance_fill(&chance, bytes, sizes[i], mmr_slice_of("\n\nabcdefgh"));
		on_every_backing((mmr_slice){bytes, sizes[i]}, locate_everywhere, &chance);
		free(bytes);
	}
}
END_TEST

START_TEST(test_range_bad_options)
{
	mmr_scan_options bad[2] = {MMR_SCAN_OPTIONS_INIT, MMR_SCAN_OPTIONS_INIT};
	uint64_t start = 77, stop = 78;
	mmr_reader *reader;
	size_t i;

	ck_assert_int_eq(mmr_open_memory("a\nb", 3, &reader), 0);
	bad[0].struct_size--;
	bad[1].io_mode = (enum mmr_io_mode)9;
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		MUST(mmr_scan_locate(reader, &bad[i], &start, &stop) == -EINVAL, "options %zu", i);
		ck_assert_ptr_nonnull(strstr(mmr_last_error(), "MMR_SCAN_OPTIONS_INIT"));
	}
	ck_assert_uint_eq(start, 77);
	ck_assert_uint_eq(stop, 78);
	mmr_close(reader);
}
END_TEST

static Suite *range_suite(void)
{
	Suite *suite = suite_create("range");

	ADD_CASE(suite, "core", test_range_of_bytes_in_pieces, test_range_wanted_bytes,
		test_range_of_readers);
	ADD_CASE(suite, "faults", test_range_bad_options, test_range_of_an_unmapped_reader);
	return suite;
}

CHECK_MAIN(range_suite)
