/* count_matches.c - searches in whole files by several threads, reported in order
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <limits.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)

static const mmr_scan_options plain_options = MMR_SCAN_OPTIONS_INIT;

static void range_of(mmr_slice bytes, const mmr_scan_options *options, mmr_slice *ret_range)
{
	size_t start = (size_t)min_u64(options->offset, bytes.len);

	ret_range->ptr = bytes.len > 0 ? bytes.ptr + start : bytes.ptr;
	ret_range->len = (size_t)min_u64(options->length, bytes.len - start);
}

/* Each call is compared with a naive search that goes on from the last match. */
struct walk {
	mmr_slice bytes, text; /* bytes: from the start of the reader to the end of the range */
	size_t from, n;
	size_t n_wanted; /* stop at this match and return `stop_result` */
	int stop_result;
	/* For matches with line numbers: the line number of a known offset. */
	bool numbered;
	char delimiter;
	size_t known;
	uint64_t known_line;
};

static size_t naive_match(const struct walk *walk)
{
	size_t at = walk->from, len = walk->text.len;

	for (; len > 0 && len <= walk->bytes.len && at <= walk->bytes.len - len; at++) {
		const char *first = memchr(
			walk->bytes.ptr + at, *walk->text.ptr, walk->bytes.len - len - at + 1);

		if (!first)
			break;
		at = (size_t)(first - walk->bytes.ptr);
		/* Compares in two steps, because sanitizers check all bytes that memcmp may
		 * read. */
		if (memcmp(first, walk->text.ptr, min_size(len, 16)) == 0 &&
			memcmp(first, walk->text.ptr, len) == 0)
			return at;
	}
	return SIZE_MAX;
}

/* Returns the number of the line that contains a byte. */
static uint64_t naive_line(const struct walk *walk, size_t off)
{
	uint64_t line = walk->known_line;
	size_t i;

	for (i = walk->known; i < off; i++)
		line += walk->bytes.ptr[i] == walk->delimiter;
	return line;
}

/* Returns an error code for a match that is not the expected one. */
static int step(void *context, const mmr_match *match)
{
	struct walk *walk = context;
	size_t off = naive_match(walk);

	if (match->off != off || match->len != walk->text.len)
		return -EPROTO;
	if (!walk->numbered && match->line != MMR_NO_LINE)
		return -EPROTO;
	if (walk->numbered) {
		walk->known_line = naive_line(walk, off);
		walk->known = off;
		if (match->line != walk->known_line)
			return -EPROTO;
	}
	walk->from = off + walk->text.len;
	return ++walk->n == walk->n_wanted ? walk->stop_result : 0;
}

static void must_match(mmr_reader *reader, mmr_slice bytes, mmr_slice text,
	const mmr_scan_options *options, const char *name)
{
	mmr_needle needle = mmr_needle_of(text);
	size_t start = (size_t)min_u64(options->offset, bytes.len);
	struct walk walk = {.text = text, .from = start, .delimiter = options->delimiter};
	uint64_t found = 99;
	int err;

#define CASE \
	"%s, needle of %zu, mode %d, %u threads, from %zu: match %zu near %zu: %d", name, \
		text.len, (int)options->io_mode, options->n_threads, (size_t)options->offset, \
		walk.n, walk.from, err

	range_of(bytes, options, &walk.bytes);
	walk.bytes.len += walk.from;
	walk.bytes.ptr = bytes.ptr;
	err = mmr_each_match(reader, &needle, options, MMR_MATCH_PLAIN, step, &walk);
	MUST(err == 0, CASE);
	MUST(naive_match(&walk) == SIZE_MAX, CASE);
	walk.from = start;
	walk.n = 0;
	walk.numbered = true;
	err = mmr_each_match(reader, &needle, options, MMR_MATCH_LINES, step, &walk);
	MUST(err == 0, CASE);
	MUST(naive_match(&walk) == SIZE_MAX, CASE);
	err = mmr_count_matches(reader, &needle, options, &found);
	MUST(err == 0 && found == walk.n, CASE);
#undef CASE
}

static const char planted[] = "needle-in-hay";

static void match_every_way(const struct setting *setting, void *arg)
{
	static const char *const needles[] = {planted, "h", "ha", "qqqqqqqqqq"};
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	struct chance *chance = arg;
	size_t len = setting->bytes.len, i;
	int io_mode;

	for (i = 0; i < ARRAY_LEN(needles); i++) {
		for (io_mode = 0; io_mode < 3; io_mode++) {
			options.io_mode = (enum mmr_io_mode)io_mode;
			options.n_threads = (unsigned)chance_below(chance, 6);
			options.offset = io_mode == 1 ? chance_below(chance, len + 1) : 0;
			options.length = io_mode == 1 ? chance_below(chance, len + 1) : MMR_REST;
			must_match(setting->reader, setting->bytes, mmr_slice_of(needles[i]),
				&options, setting->name);
		}
	}
}

START_TEST(test_count_matches_at_window_edges)
{
	static char bytes[5 * MIB];
	const size_t len = sizeof(planted) - 1, part_at = 4099;
	struct chance chance = {133};
	size_t edge, shift = 0;

	ck_assert_int_eq(mmr_guard_install(), 0);
	chance_fill(&chance, bytes, sizeof(bytes), mmr_slice_of("hayhayhey-ab\n"));
	/* Matches cross each edge of a window, at every distance from it. The reader is a file, or
	 * a range of it at an odd offset. */
	for (edge = 262144; edge < sizeof(bytes); edge += 262144, shift = (shift + 1) % (len + 1)) {
		memcpy(bytes + edge - shift, planted, len);
		memcpy(bytes + edge - part_at - shift, planted, len);
	}
	on_every_backing((mmr_slice){bytes, memory_is_shadowed() ? MIB : sizeof(bytes)},
		match_every_way, &chance);
	on_every_backing((mmr_slice){bytes, 300}, match_every_way, &chance);
	on_every_backing((mmr_slice){bytes, 0}, match_every_way, &chance);
	ck_assert_uint_eq(mmr_heap_bytes(), 0);
}
END_TEST

START_TEST(test_count_matches_of_repetitive_needles)
{
	static char bytes[4 * MIB + 11];
	static const char *const needles[] = {"a", "aa", "aaa", "aaaaaaa", "aba", "abaab"};
	/* All bytes take minutes under a sanitizer. */
	size_t len = memory_is_shadowed() ? MIB / 2 : sizeof(bytes), shape, i, k;
	mmr_slice all = {bytes, len};
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	struct temp temp;
	mmr_reader *reader;
	int io_mode;

	ck_assert_int_eq(mmr_guard_install(), 0);
	for (shape = 0; shape < 4; shape++) {
		struct chance chance = {134 + shape};

		/* The start of a run of 'a' determines all matches in it, even those in later
		 * windows. */
		memset(bytes, 'a', len);
		for (i = 0; i < (shape == 0 ? 0 : shape == 1 ? 3 : 1000); i++)
			bytes[chance_below(&chance, len)] = 'b';
		for (i = 1; shape == 3 && i < len; i += 2)
			bytes[i] = 'b';
		temp = temp_open(bytes, len);
		reader = temp_reader(&temp, MMR_BACKING_MAPPED);
		for (k = 0; k < ARRAY_LEN(needles); k++) {
			for (io_mode = 1; io_mode < 3; io_mode++) {
				options.io_mode = (enum mmr_io_mode)io_mode;
				options.n_threads = 1 + (unsigned)(k + shape) % 4;
				options.offset = io_mode == 2 ? k : 0;
				must_match(reader, all, mmr_slice_of(needles[k]), &options, "runs");
			}
		}
		mmr_close(reader);
		temp_close(&temp);
	}
}
END_TEST

START_TEST(test_count_matches_of_long_needles)
{
	static char bytes[5 * MIB];
	static const size_t lens[] = {4097, 262144, 300000, 2 * MIB + 7, 5 * MIB - 1, 5 * MIB};
	mmr_slice all = {bytes, sizeof(bytes)};
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	struct chance chance = {135};
	struct temp temp;
	mmr_reader *reader;
	size_t i, from;

	ck_assert_int_eq(mmr_guard_install(), 0);
	chance_fill(&chance, bytes, sizeof(bytes), mmr_slice_of("abc\n"));
	memcpy(bytes + 3 * MIB, bytes + MIB, MIB);
	temp = temp_open(bytes, sizeof(bytes));
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	for (i = 0; i < 3 * ARRAY_LEN(lens); i++) {
		size_t len = lens[i / 3];

		from = min_size(sizeof(bytes) - len, MIB + 77);
		options.io_mode = (enum mmr_io_mode)(i % 3);
		options.n_threads = 1 + (unsigned)i % 3;
		must_match(reader, all, (mmr_slice){bytes + from, len}, &options, "long");
	}
	mmr_close(reader);
	/* A needle longer than the file, and an empty one. */
	ck_assert_int_eq(mmr_open_memory(bytes, 100, &reader), 0);
	must_match(reader, (mmr_slice){bytes, 100}, all, &plain_options, "longer");
	must_match(reader, (mmr_slice){bytes, 100}, (mmr_slice){NULL, 0}, &plain_options, "empty");
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

START_TEST(test_count_matches_in_holes)
{
	static char bytes[6 * MIB];
	static const mmr_slice needles[] = {{"\0\0", 2}, {"\0", 1}, {"a\0\0", 3}, {"\0\0b", 3},
		{"ab", 2}, {bytes + MIB - 1, MIB + 2}};
	mmr_slice all = {bytes, sizeof(bytes)};
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	struct temp temp = temp_open(NULL, 0);
	mmr_reader *reader;
	size_t i;

	bytes[MIB - 1] = 'a';
	bytes[2 * MIB] = bytes[5 * MIB + 5] = 'b';
	temp_resize(&temp, sizeof(bytes));
	for (i = 0; i < sizeof(bytes); i++)
		if (bytes[i])
			temp_write(&temp, i, bytes + i, 1);
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	for (i = 0; i < ARRAY_LEN(needles); i++) {
		options.n_threads = 1 + (unsigned)i % 3;
		must_match(reader, all, needles[i], &options, "holes");
	}
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

START_TEST(test_count_matches_stops)
{
	static char bytes[3 * MIB];
	mmr_needle needle = mmr_needle_of(mmr_slice_of("aa"));
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	static const size_t stops[] = {1, 3, 5000, MIB + 7, 3 * MIB / 2};
	mmr_reader *reader;
	size_t i;

	memset(bytes, 'a', sizeof(bytes));
	ck_assert_int_eq(mmr_open_memory(bytes, sizeof(bytes), &reader), 0);
	for (i = 0; i < 2 * ARRAY_LEN(stops); i++) {
		struct walk walk = {.bytes = {bytes, sizeof(bytes)},
			.text = needle.text,
			.n_wanted = stops[i / 2],
			.stop_result = i % 2 ? 1 : -ENOTTY};

		options.n_threads = 1 + (unsigned)i % 5;
		ck_assert_int_eq(
			mmr_each_match(reader, &needle, &options, MMR_MATCH_PLAIN, step, &walk),
			walk.stop_result);
		/* No call comes after the one that stops the search. */
		ck_assert_uint_eq(walk.n, stops[i / 2]);
	}
	mmr_close(reader);
}
END_TEST

START_TEST(test_count_matches_bad_options)
{
	mmr_needle needle = mmr_needle_of(mmr_slice_of("a"));
	mmr_scan_options bad[2] = {plain_options, plain_options}, absurd = plain_options;
	struct walk walk = {.text = needle.text};
	uint64_t found = 77;
	mmr_reader *reader;
	size_t i;

	ck_assert_int_eq(mmr_open_memory("aba", 3, &reader), 0);
	bad[0].struct_size--;
	bad[1].io_mode = (enum mmr_io_mode)9;
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		MUST(mmr_count_matches(reader, &needle, &bad[i], &found) == -EINVAL, "%zu", i);
		MUST(mmr_each_match(reader, &needle, &bad[i], MMR_MATCH_PLAIN, step, &walk) ==
				-EINVAL,
			"%zu", i);
	}
	ck_assert_int_eq(mmr_each_match(reader, &needle, NULL, 2, step, &walk), -EINVAL);
	ck_assert_int_eq(mmr_each_match(reader, &needle, NULL, ~0U, step, &walk), -EINVAL);
	ck_assert_uint_eq(found, 77);
	ck_assert_uint_eq(walk.n, 0);
	absurd.n_threads = UINT_MAX;
	must_match(reader, mmr_slice_of("aba"), needle.text, &absurd, "absurd");
	absurd.offset = absurd.length = UINT64_MAX - 1;
	must_match(reader, mmr_slice_of("aba"), needle.text, &absurd, "absurd");
	/* NULL options are the default options. */
	walk.bytes = mmr_slice_of("aba");
	ck_assert_int_eq(mmr_each_match(reader, &needle, NULL, MMR_MATCH_PLAIN, step, &walk), 0);
	ck_assert_uint_eq(walk.n, 2);
	ck_assert_int_eq(mmr_count_matches(reader, &needle, NULL, &found), 0);
	ck_assert_uint_eq(found, 2);
	mmr_close(reader);
}
END_TEST

struct cut {
	struct walk walk;
	struct temp temp;
	size_t at;
};

static int cut_and_step(void *context, const mmr_match *match)
{
	struct cut *cut = context;

	if (cut->walk.n == 1000 && ftruncate(cut->temp.fd, (off_t)cut->at) < 0)
		return -errno;
	return step(&cut->walk, match);
}

START_TEST(test_count_matches_truncated_during_the_scan)
{
	static char bytes[5 * MIB];
	static const size_t cuts[] = {0, 65536, 3 * MIB + 5, 5 * MIB - 1};
	mmr_needle needle = mmr_needle_of(mmr_slice_of("xx"));
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	struct cut cut = {.at = 0};
	size_t i;

	ck_assert_int_eq(mmr_guard_install(), 0);
	memset(bytes, 'x', sizeof(bytes));
	for (i = 0; i < ARRAY_LEN(cuts) * 3; i++) {
		mmr_reader *reader;
		int err;

		cut.walk = (struct walk){.bytes = {bytes, sizeof(bytes)}, .text = needle.text};
		cut.temp = temp_open(bytes, sizeof(bytes));
		cut.at = cuts[i / 3];
		options.io_mode = (enum mmr_io_mode)(i % 3);
		options.n_threads = 1 + (unsigned)i % 4;
		reader = temp_reader(&cut.temp, MMR_BACKING_MAPPED);
		err = mmr_each_match(
			reader, &needle, &options, MMR_MATCH_PLAIN, cut_and_step, &cut);
		/* Threads may have read everything before the cut. */
		if (err == 0 && options.n_threads > 1)
			MUST(cut.walk.n == sizeof(bytes) / 2, "cut at %zu: %zu matches", cut.at,
				cut.walk.n);
		else
			MUST(err == MMR_ETRUNCATED && strstr(mmr_last_error(), cut.temp.path),
				"cut at %zu, mode %zu, %u threads: %d", cut.at, i % 3,
				options.n_threads, err);
		mmr_close(reader);
		temp_close(&cut.temp);
	}
}
END_TEST

START_TEST(test_count_matches_truncated_before_the_scan)
{
	static char bytes[5 * MIB];
	static const size_t cuts[] = {0, 65536, 3 * MIB + 5, 5 * MIB - 1};
	mmr_needle needle = mmr_needle_of(mmr_slice_of("xx"));
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	size_t i;

	ck_assert_int_eq(mmr_guard_install(), 0);
	memset(bytes, 'x', sizeof(bytes));
	for (i = 0; i < ARRAY_LEN(cuts) * 3; i++) {
		struct temp temp = temp_open(bytes, sizeof(bytes));
		mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
		uint64_t found = 77;
		int err;

		options.io_mode = (enum mmr_io_mode)(i % 3);
		options.n_threads = 1 + (unsigned)i % 4;
		temp_resize(&temp, cuts[i / 3]);
		/* Bytes after the end of the file are not treated as a hole. */
		err = mmr_count_matches(reader, &needle, &options, &found);
		MUST(err == MMR_ETRUNCATED && found == 77, "cut at %zu, mode %zu: %d, %zu matches",
			cuts[i / 3], i % 3, err, (size_t)found);
		MUST(strstr(mmr_last_error(), temp.path), "%s", mmr_last_error());
		mmr_close(reader);
		temp_close(&temp);
	}
}
END_TEST

static Suite *matches_suite(void)
{
	Suite *suite = suite_create("count_matches");

	ADD_CASE(suite, "core", test_count_matches_at_window_edges,
		test_count_matches_of_repetitive_needles, test_count_matches_in_holes);
	ADD_CASE(suite, "limits", test_count_matches_of_long_needles, test_count_matches_stops);
	ADD_CASE(suite, "faults", test_count_matches_bad_options,
		test_count_matches_truncated_during_the_scan,
		test_count_matches_truncated_before_the_scan);
	return suite;
}

CHECK_MAIN(matches_suite)
