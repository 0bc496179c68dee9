/* compare.c - mmr_compare against a naive comparison, for every two kinds of readers
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <unistd.h>

#define MIB ((size_t)1 << 20)

/* --- Oracle ----------------------------------------------------------------------------------- */

static mmr_comparison naive(
	mmr_slice a, mmr_slice b, const mmr_compare_options *options, uint64_t *counts)
{
	mmr_comparison result = {.first = MMR_REST, .line = MMR_NO_LINE};
	size_t n = a.len < b.len ? a.len : b.len, i, end;

	for (i = 0; i < n; i++) {
		if (a.ptr[i] == b.ptr[i])
			continue;
		if (result.different++ == 0) {
			result.first = i;
			result.bytes[0] = (unsigned char)a.ptr[i];
			result.bytes[1] = (unsigned char)b.ptr[i];
		}
		if (options->first_only)
			break;
	}
	result.compared = i < n ? i + 1 : n;
	if (a.len != b.len && i == n)
		result.shorter = a.len < b.len ? 1 : 2;
	end = result.different > 0 ? (size_t)result.first : n;
	if (options->lines && (result.different > 0 || result.shorter > 0))
		for (result.line = 0, i = 0; i < end; i++)
			result.line += a.ptr[i] == '\n';
	if (options->n_counts == 0)
		return result;
	for (result.grain = 1; result.grain * options->n_counts < n;)
		result.grain *= 2;
	memset(counts, 0, options->n_counts * sizeof(*counts));
	for (i = 0; i < n; i++)
		counts[i / result.grain] += a.ptr[i] != b.ptr[i];
	return result;
}

/* --- Readers ---------------------------------------------------------------------------------- */

enum kind {
	KIND_MAPPED,
	KIND_UNMAPPED,
	KIND_MEMORY,
	KIND_STREAM,
	N_KINDS
};

static const char *const kind_names[N_KINDS] = {"mapped", "unmapped", "memory", "stream"};

struct input {
	enum kind kind;
	struct temp temp;
	struct piped piped;
	mmr_reader *reader;
};

static struct input input_open(enum kind kind, mmr_slice bytes)
{
	struct input input = {.kind = kind};

	if (kind == KIND_STREAM) {
		input.piped = piped_open(bytes, 0, false);
		input.reader = input.piped.reader;
	} else if (kind == KIND_MEMORY) {
		ck_assert_int_eq(mmr_open_memory(bytes.ptr, bytes.len, &input.reader), 0);
	} else {
		input.temp = temp_open(bytes.ptr, bytes.len);
		input.reader = temp_reader(
			&input.temp, kind == KIND_MAPPED ? MMR_BACKING_AUTO : MMR_BACKING_UNMAPPED);
	}
	return input;
}

static void input_close(struct input *input)
{
	if (input->kind == KIND_STREAM) {
		piped_close(&input->piped);
		return;
	}
	mmr_close(input->reader);
	if (input->kind != KIND_MEMORY)
		temp_close(&input->temp);
}

/* --- Comparisons ------------------------------------------------------------------------------ */

/* Two inputs and their ranges. */
struct two {
	mmr_slice bytes[2];
	mmr_scan_options scans[2];
};

/* The bytes of a range without lines. */
static mmr_slice range_of(const struct two *two, unsigned which)
{
	const mmr_scan_options *scan = &two->scans[which];
	mmr_slice bytes = two->bytes[which];
	size_t start = scan->offset < bytes.len ? (size_t)scan->offset : bytes.len;

	bytes.ptr += start;
	bytes.len -= start;
	if (scan->length < bytes.len)
		bytes.len = (size_t)scan->length;
	return bytes;
}

#define MOST_COUNTS 1000

static void must_compare(
	const struct two *two, const mmr_compare_options *given, const enum kind *kinds)
{
	static uint64_t counts[MOST_COUNTS], wanted_counts[MOST_COUNTS];
	mmr_slice a = range_of(two, 0), b = range_of(two, 1);
	mmr_compare_options options = *given;
	mmr_comparison wanted = naive(a, b, given, wanted_counts), found;
	struct input inputs[2];
	int result;

	memset(counts, 0xff, sizeof(counts));
	options.counts = given->n_counts > 0 ? counts : NULL;
	inputs[0] = input_open(kinds[0], two->bytes[0]);
	inputs[1] = input_open(kinds[1], two->bytes[1]);
	result = mmr_compare(inputs[0].reader, &two->scans[0], inputs[1].reader, &two->scans[1],
		&options, &found);
	MUST(result == (wanted.different > 0 || wanted.shorter > 0), "%s and %s: result %d: %s",
		kind_names[kinds[0]], kind_names[kinds[1]], result, mmr_last_error());
	MUST(found.compared == wanted.compared && found.different == wanted.different &&
			found.first == wanted.first && found.bytes[0] == wanted.bytes[0] &&
			found.bytes[1] == wanted.bytes[1] && found.shorter == wanted.shorter &&
			found.line == wanted.line && found.grain == wanted.grain &&
			found.failed == 0,
		"%s and %s, %zu and %zu bytes: compared %llu, %llu; different %llu, %llu; first "
		"%llu, %llu; shorter %u, %u; line %llu, %llu; grain %llu, %llu",
		kind_names[kinds[0]], kind_names[kinds[1]], a.len, b.len,
		(unsigned long long)found.compared, (unsigned long long)wanted.compared,
		(unsigned long long)found.different, (unsigned long long)wanted.different,
		(unsigned long long)found.first, (unsigned long long)wanted.first, found.shorter,
		wanted.shorter, (unsigned long long)found.line, (unsigned long long)wanted.line,
		(unsigned long long)found.grain, (unsigned long long)wanted.grain);
	MUST(a.len == 0 || found.starts[0] == two->scans[0].offset, "start of a");
	MUST(b.len == 0 || found.starts[1] == two->scans[1].offset, "start of b");
	MUST(memcmp(counts, wanted_counts, options.n_counts * sizeof(*counts)) == 0,
		"%s and %s: counts", kind_names[kinds[0]], kind_names[kinds[1]]);
	input_close(&inputs[0]);
	input_close(&inputs[1]);
}

/* All kinds of readers and options. */
static void on_all(struct two *two, unsigned n_threads, enum mmr_io_mode io_mode)
{
	static const size_t n_counts[] = {0, 1, 7, MOST_COUNTS};
	mmr_compare_options options = MMR_COMPARE_OPTIONS_INIT;
	unsigned pair, i;

	two->scans[0].n_threads = n_threads;
	two->scans[0].io_mode = two->scans[1].io_mode = io_mode;
	for (pair = 0; pair < N_KINDS * N_KINDS; pair++) {
		const enum kind kinds[] = {
			(enum kind)(pair / N_KINDS), (enum kind)(pair % N_KINDS)};

		for (i = 0; i < 4; i++) {
			options.first_only = i == 1;
			options.lines = i == 1 || i == 3;
			options.n_counts = i == 1 ? 0 : n_counts[i];
			must_compare(two, &options, kinds);
		}
	}
}

static void change(struct chance *chance, char *bytes, size_t len, size_t n)
{
	while (len > 0 && n-- > 0)
		bytes[chance_below(chance, len)] ^= (char)(1 + chance_below(chance, 255));
}

static void compare_random(struct chance *chance, size_t size, unsigned n_rounds)
{
	static const size_t changes[] = {0, 1, 3, 1000};
	char *a = malloc(size + 1), *b = malloc(size + 1);
	struct two two;
	unsigned i;

	for (i = 0; i < n_rounds; i++) {
		size_t offs[2], lens[2], n;

		two.scans[0] = two.scans[1] = (mmr_scan_options)MMR_SCAN_OPTIONS_INIT;
		chance_fill(chance, a, size, mmr_slice_of("\nabcdefgh"));
		offs[0] = i % 3 == 2 ? chance_below(chance, size + 2) : 0;
		offs[1] = i % 3 == 2 ? chance_below(chance, size + 2) : 0;
		n = size - (offs[0] < size ? offs[0] : size);
		if (offs[1] < size)
			memcpy(b + offs[1], a + size - n, n < size - offs[1] ? n : size - offs[1]);
		change(chance, b, size, changes[i % 4]);
		lens[0] = size - (i % 2) * chance_below(chance, size + 1);
		lens[1] = size - (i / 2 % 2) * chance_below(chance, size + 1);
		two.bytes[0] = (mmr_slice){a, lens[0]};
		two.bytes[1] = (mmr_slice){b, lens[1]};
		two.scans[0].offset = offs[0];
		two.scans[1].offset = offs[1];
		if (i % 5 == 4)
			two.scans[0].length = two.scans[1].length = chance_below(chance, size + 1);
		on_all(&two, i % 4, i % 2 ? MMR_IO_AUTO : MMR_IO_READ);
	}
	free(a);
	free(b);
}

START_TEST(test_compare_small_inputs)
{
	struct chance chance = {170};
	size_t size;

	mmr_guard_install();
	for (size = 0; size < 20; size++)
		compare_random(&chance, size, 6);
	compare_random(&chance, 4096, 12);
	compare_random(&chance, 20000, 12);
}
END_TEST

START_TEST(test_compare_large_inputs)
{
	struct chance chance = {171};

	mmr_guard_install();
	compare_random(&chance, 300000, 4);
	compare_random(&chance, 3 * MIB + 3, 2);
}
END_TEST

/* A difference at each of the bytes around which blocks, pieces and words meet. */
START_TEST(test_compare_at_edges)
{
	static const size_t edges[] = {0, 8, 4096, 128 << 10, 2 * MIB, 3 * MIB};
	static const enum kind kinds[][2] = {{KIND_MAPPED, KIND_MAPPED},
		{KIND_UNMAPPED, KIND_MAPPED}, {KIND_STREAM, KIND_UNMAPPED},
		{KIND_STREAM, KIND_STREAM}};
	const size_t size = 3 * MIB;
	char *a = malloc(size), *b = malloc(size);
	mmr_compare_options options = MMR_COMPARE_OPTIONS_INIT;
	struct chance chance = {172};
	struct two two = {{{a, size}, {b, size}}, {MMR_SCAN_OPTIONS_INIT, MMR_SCAN_OPTIONS_INIT}};
	size_t i, j, off;

	mmr_guard_install();
	chance_fill(&chance, a, size, mmr_slice_of("\nab"));
	memcpy(b, a, size);
	options.lines = true;
	for (i = 0; i < ARRAY_LEN(edges); i++)
		for (off = edges[i] - (edges[i] > 0); off < edges[i] + 2 && off < size; off++) {
			b[off] ^= 1;
			for (j = 0; j < ARRAY_LEN(kinds); j++) {
				options.first_only = j % 2 == 1;
				must_compare(&two, &options, kinds[j]);
			}
			b[off] ^= 1;
		}
	free(a);
	free(b);
}
END_TEST

/* --- Lines and records as ranges -------------------------------------------------------------- */

/* Line 2 is at different offsets. */
START_TEST(test_compare_lines)
{
	static const mmr_slice a = {"1\n22\nthe same\nx", 15}, b = {"one\ntwo\nthe same\ny", 18};
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_compare_options options = MMR_COMPARE_OPTIONS_INIT;
	unsigned pair;

	options.lines = true;
	for (pair = 0; pair < N_KINDS * N_KINDS; pair++) {
		struct input one = input_open((enum kind)(pair / N_KINDS), a);
		struct input other = input_open((enum kind)(pair % N_KINDS), b);
		mmr_comparison found;

		scan.first_line = 2;
		scan.n_lines = MMR_REST;
		MUST(mmr_compare(one.reader, &scan, other.reader, &scan, &options, &found) == 1,
			"%s", mmr_last_error());
		MUST(found.first == 9 && found.line == 1 && found.compared == 10 &&
				found.starts[0] == 5 && found.starts[1] == 8,
			"first %llu, line %llu, starts %llu and %llu",
			(unsigned long long)found.first, (unsigned long long)found.line,
			(unsigned long long)found.starts[0], (unsigned long long)found.starts[1]);
		input_close(&one);
		input_close(&other);
		one = input_open((enum kind)(pair / N_KINDS), a);
		other = input_open((enum kind)(pair % N_KINDS), b);
		scan.n_lines = 1;
		MUST(mmr_compare(one.reader, &scan, other.reader, &scan, &options, &found) == 0 &&
				found.compared == 9 && found.line == MMR_NO_LINE,
			"one line: %s", mmr_last_error());
		input_close(&one);
		input_close(&other);
	}
}
END_TEST

/* --- Holes ------------------------------------------------------------------------------------ */

#define TIB   ((uint64_t)1 << 40)
#define SHIFT (7 * MIB + 1)

/* Two sparse files of 1 TiB, more than can be read. The range of the second one starts at SHIFT. */
static void compare_holes(
	const struct temp *temps, enum mmr_backing_kind one, enum mmr_backing_kind other)
{
	mmr_compare_options options = MMR_COMPARE_OPTIONS_INIT;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_reader *readers[2] = {temp_reader(&temps[0], one), temp_reader(&temps[1], other)};
	mmr_comparison found;
	uint64_t counts[1024];

	options.counts = counts;
	options.n_counts = 1024;
	scan.offset = SHIFT;
	MUST(mmr_compare(readers[0], NULL, readers[1], &scan, &options, &found) == 1, "%s",
		mmr_last_error());
	MUST(found.compared == TIB && found.different == 3 && found.first == 300 * MIB + 17 &&
			found.bytes[0] == 0 && found.bytes[1] == 'x' && found.grain == TIB / 1024 &&
			counts[0] == 2 && counts[512] == 0 && counts[1023] == 1,
		"%llu different, first %llu, grain %llu", (unsigned long long)found.different,
		(unsigned long long)found.first, (unsigned long long)found.grain);
	mmr_close(readers[0]);
	mmr_close(readers[1]);
}

START_TEST(test_compare_holes)
{
	struct temp temps[2] = {temp_open("", 0), temp_open("", 0)};
	struct temp *a = &temps[0], *b = &temps[1];
	char *zeroes = calloc(1, MIB);
	unsigned i;

	mmr_guard_install();
	if (ftruncate(a->fd, (off_t)TIB) < 0 || ftruncate(b->fd, (off_t)(TIB + SHIFT)) < 0 ||
		!temp_has_hole(a, MIB)) {
		printf("skipped: no holes here\n");
	} else {
		/* Data in one file only, some of it zeroes; data in both, which overlap; data at
		 * the end. */
		temp_write(a, 100 * MIB, zeroes, MIB);
		temp_write(b, SHIFT + 300 * MIB + 17, "x", 1);
		temp_write(a, 500 * MIB, zeroes, MIB);
		temp_write(b, SHIFT + 500 * MIB + MIB / 2, zeroes, MIB);
		temp_write(b, SHIFT + 502 * MIB, "y", 1);
		temp_write(a, TIB / 2 + 5, "z", 1);
		temp_write(b, SHIFT + TIB / 2 + 5, "z", 1);
		temp_write(a, TIB - 1, "e", 1);
		for (i = 0; i < 4; i++)
			compare_holes(temps, i % 2 ? MMR_BACKING_UNMAPPED : MMR_BACKING_AUTO,
				i / 2 ? MMR_BACKING_UNMAPPED : MMR_BACKING_AUTO);
	}
	free(zeroes);
	temp_close(a);
	temp_close(b);
}
END_TEST

/* --- One reader twice, streams that do not end ------------------------------------------------ */

START_TEST(test_compare_with_itself)
{
	static const char text[] = "abcabc";
	mmr_scan_options scans[2] = {MMR_SCAN_OPTIONS_INIT, MMR_SCAN_OPTIONS_INIT};
	struct input file = input_open(KIND_MAPPED, mmr_slice_of(text));
	struct input stream = input_open(KIND_STREAM, mmr_slice_of(text));
	mmr_comparison found = {.failed = 9};

	ck_assert_int_eq(mmr_compare(file.reader, NULL, file.reader, NULL, NULL, &found), 0);
	scans[0].length = 3;
	scans[1].offset = 3;
	ck_assert_int_eq(
		mmr_compare(file.reader, &scans[0], file.reader, &scans[1], NULL, &found), 0);
	ck_assert_uint_eq(found.compared, 3);
	ck_assert_int_eq(
		mmr_compare(stream.reader, NULL, stream.reader, NULL, NULL, &found), -EBUSY);
	ck_assert_uint_eq(found.failed, 2);
	/* Nothing was lost. */
	ck_assert_int_eq(mmr_compare(file.reader, NULL, stream.reader, NULL, NULL, &found), 0);
	input_close(&file);
	input_close(&stream);
}
END_TEST

/* The comparison ends although the stream stays open. */
START_TEST(test_compare_open_streams)
{
	static const mmr_slice bytes[] = {{"abcdef", 6}, {"abXdefgh", 8}, {"abc", 3}};
	mmr_compare_options options = MMR_COMPARE_OPTIONS_INIT;
	mmr_comparison found;
	unsigned i;

	options.first_only = true;
	for (i = 0; i < 2; i++) {
		struct piped one = piped_open(bytes[0], 1, true);
		struct input other = input_open(i ? KIND_STREAM : KIND_MEMORY, bytes[1]);

		ck_assert_int_eq(
			mmr_compare(one.reader, NULL, other.reader, NULL, &options, &found), 1);
		ck_assert_uint_eq(found.first, 2);
		piped_close(&one);
		input_close(&other);
		one = piped_open(bytes[0], 1, true);
		other = input_open(i ? KIND_STREAM : KIND_MEMORY, bytes[2]);
		ck_assert_int_eq(
			mmr_compare(other.reader, NULL, one.reader, NULL, NULL, &found), 1);
		ck_assert_uint_eq(found.shorter, 1);
		ck_assert_uint_eq(found.compared, 3);
		piped_close(&one);
		input_close(&other);
	}
}
END_TEST

/* --- Errors ----------------------------------------------------------------------------------- */

START_TEST(test_compare_refuses_options)
{
	mmr_compare_options options = MMR_COMPARE_OPTIONS_INIT;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_comparison found = {.compared = 77, .failed = 9};
	struct input one = input_open(KIND_STREAM, mmr_slice_of("a"));
	struct input other = input_open(KIND_STREAM, mmr_slice_of("a"));
	uint64_t counts[1];
	mmr_split *split;

#define MUST_FAIL(code) \
	ck_assert_int_eq( \
		mmr_compare(one.reader, &scan, other.reader, &scan, &options, &found), (code)); \
	ck_assert_uint_eq(found.compared, 77); \
	ck_assert_uint_eq(found.failed, 0)

	options.struct_size = 1;
	MUST_FAIL(-EINVAL);
	options = (mmr_compare_options)MMR_COMPARE_OPTIONS_INIT;
	options.n_counts = 1;
	MUST_FAIL(-EINVAL);
	options.counts = counts;
	options.first_only = true;
	MUST_FAIL(-EINVAL);
	options.first_only = false;
	options.n_counts = MMR_COMPARE_COUNTS + 1;
	MUST_FAIL(-EINVAL);
	options = (mmr_compare_options)MMR_COMPARE_OPTIONS_INIT;
	scan.struct_size = 1;
	MUST_FAIL(-EINVAL);
	scan = (mmr_scan_options)MMR_SCAN_OPTIONS_INIT;
	ck_assert_int_eq(mmr_split_compile(mmr_slice_of(""), '\n', &split), 0);
	scan.records = split;
	options.lines = true;
	MUST_FAIL(-ESPIPE);
#undef MUST_FAIL
	options.lines = false;
	ck_assert_int_eq(mmr_compare(one.reader, &scan, other.reader, &scan, &options, &found), 0);
	mmr_split_close(split);
	input_close(&one);
	input_close(&other);
}
END_TEST

/* Either file is cut after it was opened: the error is one of this file, at its end. A difference
 * before the cut is found if nothing else is asked for. */
static void compare_cut(unsigned which, unsigned at, enum mmr_io_mode io_mode)
{
	const size_t size = 4 * MIB;
	char *bytes = calloc(1, size);
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_compare_options options = MMR_COMPARE_OPTIONS_INIT;
	struct temp temps[2];
	mmr_reader *readers[2];
	mmr_comparison found;
	size_t cut = at == 0 ? 0 : at == 1 ? 3 * MIB : 3 * MIB + 1000;
	unsigned i;

	memset(bytes, 'a', size);
	for (i = 0; i < 2; i++) {
		temps[i] = temp_open(bytes, size);
		readers[i] = temp_reader(&temps[i], MMR_BACKING_AUTO);
	}
	if (cut > 0)
		temp_write(&temps[0], 100, "b", 1);
	temp_resize(&temps[which], cut);
	scan.io_mode = io_mode;
	for (scan.n_threads = 1; scan.n_threads <= 3; scan.n_threads++) {
		options.first_only = true;
		if (cut > 0)
			MUST(mmr_compare(readers[0], &scan, readers[1], &scan, &options, &found) ==
						1 &&
					found.first == 100,
				"a difference before the cut: %s", mmr_last_error());
		options.first_only = false;
		found.failed = 9;
		MUST(mmr_compare(readers[0], &scan, readers[1], &scan, &options, &found) ==
				MMR_ETRUNCATED,
			"file %u cut at %zu: %s", which, cut, mmr_last_error());
		MUST(found.failed == 1 + which && mmr_last_error_offset() == cut,
			"file %u, offset %llu: %s", found.failed,
			(unsigned long long)mmr_last_error_offset(), mmr_last_error());
	}
	for (i = 0; i < 2; i++) {
		mmr_close(readers[i]);
		temp_close(&temps[i]);
	}
	free(bytes);
}

START_TEST(test_compare_truncated_files)
{
	static const enum mmr_io_mode modes[] = {MMR_IO_AUTO, MMR_IO_MAP, MMR_IO_READ};
	unsigned which, at, mode;

	mmr_guard_install();
	for (which = 0; which < 2; which++)
		for (at = 0; at < 3; at++)
			for (mode = 0; mode < ARRAY_LEN(modes); mode++)
				compare_cut(which, at, modes[mode]);
}
END_TEST

static Suite *compare_suite(void)
{
	Suite *suite = suite_create("compare");

	ADD_CASE(suite, "core", test_compare_small_inputs, test_compare_large_inputs,
		test_compare_at_edges, test_compare_lines);
	ADD_CASE(suite, "limits", test_compare_holes, test_compare_with_itself,
		test_compare_open_streams);
	ADD_CASE(suite, "faults", test_compare_refuses_options, test_compare_truncated_files);
	return suite;
}

CHECK_MAIN(compare_suite)
