/* search_lost.c - searches in a map whose file was truncated
 *
 * A call must return MMR_ETRUNCATED if it needs bytes after the cut, and may succeed if it does
 * not. The cuts are at pages, so that no byte reads as zero.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "scan/units.h"
#include "search/runs.h"
#include "text/high.h"

#include <unistd.h>

#define N_PAGES 12

/* Lines that start with 'r' start records. Each line has words and an 'e' with an accent. */
static size_t fill(char *text, size_t room)
{
	struct chance chance = {95};
	size_t len = 0;

	while (len + 400 < room) {
		len += (size_t)snprintf(text + len, 400, "%c word %zu \xc3\xa9 %*s\n",
			chance_below(&chance, 3) ? 'l' : 'r', chance_below(&chance, 50),
			(int)chance_below(&chance, 300), "tail");
	}
	return len;
}

struct lost {
	struct temp temp;
	mmr_reader *reader;
	mmr_slice block;
	size_t cut; /* offset of the first byte that is lost */
};

static struct lost lost_open(size_t n_pages)
{
	static char text[N_PAGES * 4096];
	size_t len = fill(text, sizeof(text)), page = (size_t)sysconf(_SC_PAGESIZE);
	struct lost lost = {.temp = temp_open(text, len), .cut = n_pages * page};

	lost.reader = temp_reader(&lost.temp, MMR_BACKING_MAPPED);
	lost.block = mmr_bytes(lost.reader);
	if (lost.cut < len)
		temp_resize(&lost.temp, lost.cut);
	return lost;
}

static void lost_close(struct lost *lost)
{
	mmr_close(lost->reader);
	temp_close(&lost->temp);
}

static void for_each_cut(void (*body)(const struct lost *lost, const mmr_split *records))
{
	static const char *const starts[] = {"r", "^r", "^r.*l$", ""};
	size_t page = (size_t)sysconf(_SC_PAGESIZE), n, i;
	mmr_split *records;
	struct lost lost;

	ck_assert_int_eq(mmr_guard_install(), 0);
	for (n = 0; n * page < N_PAGES * (size_t)4096; n++) {
		lost = lost_open(n);
		body(&lost, NULL);
		for (i = 0; i < ARRAY_LEN(starts); i++) {
			if (starts[i][0] == '^' && !has_pcre2())
				continue;
			ck_assert_int_eq(
				mmr_split_compile(mmr_slice_of(starts[i]), '\n', &records), 0);
			body(&lost, records);
			mmr_split_close(records);
		}
		ck_assert_int_eq(mmr_split_rows('c', &records), 0);
		body(&lost, records);
		mmr_split_close(records);
		lost_close(&lost);
	}
}

/* --- Lines and records ------------------------------------------------------------------------ */

static void must_be(int result, bool is_lost, const char *what)
{
	MUST(is_lost ? result == MMR_ETRUNCATED : result >= 0 || result == MMR_ETRUNCATED, "%s: %d",
		what, result);
}

static void walk_units(const struct lost *lost, const mmr_split *records)
{
	struct units units = {'\n', records};
	struct unit_view view = {lost->block, true, 0};
	size_t len = lost->block.len, at = 0;
	uint64_t n = UINT64_MAX;
	struct unit_walk walk;
	mmr_slice unit;

	must_be(units_in(&units, lost->block, &n), true, "units_in");
	n = UINT64_MAX;
	must_be(units_forward(&units, lost->block, &at, &n), true, "units_forward");
	at = len;
	n = UINT64_MAX;
	must_be(units_backward(&units, lost->block, 0, &at, &n), true, "units_backward");
	must_be(units_select(&units, &view, 1, len, 1 << 20, &at), true, "units_select");
	for (at = lost->cut % len; at < len; at += 700)
		must_be(units_around(&units, lost->block, 0, at, &unit), !records, "units_around");
	unit_walk_start(&walk, &units, lost->block);
	while (unit_walk_next(&walk, &unit))
		;
	must_be(unit_walk_error(&walk), true, "unit_walk_next");
	unit_walk_start_back(&walk, &units, lost->block);
	ck_assert(!unit_walk_back(&walk, &unit));
	must_be(unit_walk_back_error(&walk), true, "unit_walk_back");
}

START_TEST(test_lost_lines_and_records)
{
	for_each_cut(walk_units);
}
END_TEST

/* --- Runs ------------------------------------------------------------------------------------- */

struct wanted {
	mmr_pattern patterns[2];
	size_t n;
	bool words, all, utf;
};

static const struct wanted wanted[] = {
	{{TEXT("word")}, 1, false, false, false},
	{{TEXT("tail")}, 1, true, false, false},
	{{TEXT("")}, 1, false, false, false},
	{{TEXT("")}, 1, true, false, false},
	{{TEXT("word 1"), TEXT("word 2")}, 2, true, false, false},
	{{TEXT("word"), TEXT("5")}, 2, false, true, false},
	{{TEXT("d 4\nl"), TEXT("word 3")}, 2, false, false, false},
	{{EXPRESSION("word [0-9]+7")}, 1, false, false, false},
	{{EXPRESSION("[a-z] [0-9]")}, 1, false, false, false},
	{{EXPRESSION("[\\x{e8}-\\x{ff}]")}, 1, false, false, true},
	{{EXPRESSION("tail$"), TEXT("word 9")}, 2, false, false, false},
};

static void find_runs(const mmr_search *search, const struct lost *lost, unsigned flags)
{
	struct filters *filters = NULL;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	struct run_walk walk;
	struct runs runs;
	struct run run;
	int err;

	scan.records = search->options.records;
	ck_assert_int_eq(filters_open(search, lost->reader, &scan, &cut, &filters), 0);
	if (filters)
		filters->is_private = false;
	ck_assert_int_eq(runs_open(search, filters, 0, &runs), 0);
	err = runs_find(&runs, lost->block, 0, flags);
	MUST(err == MMR_ETRUNCATED || (err == 0 && runs.error == MMR_ETRUNCATED), "%d, then %d",
		err, runs.error);
	walk = run_walk_of(&runs, UINT64_MAX);
	while (err == 0 && run_walk_next(&walk, &run) > 0)
		MUST(run.start < lost->cut, "a run at %zu", run.start);
	runs_close(&runs);
	filters_close(search, filters);
}

static void search_lost(const struct lost *lost, const mmr_split *records)
{
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
	mmr_search *search;
	size_t i;

	for (i = 0; i < ARRAY_LEN(wanted); i++) {
		options.words = wanted[i].words;
		options.all = wanted[i].all;
		options.utf = wanted[i].utf;
		options.records = records;
		/* Only records contain the delimiter, and only PCRE2 knows expressions. */
		if ((!records && memchr(wanted[i].patterns[0].text.ptr, '\n',
					 wanted[i].patterns[0].text.len)) ||
			(wanted[i].patterns[0].is_regex && !has_pcre2()))
			continue;
		ck_assert_int_eq(
			mmr_search_compile(wanted[i].patterns, wanted[i].n, &options, &search), 0);
		find_runs(search, lost, RUNS_COUNT);
		find_runs(search, lost, RUNS_NUMBER);
		mmr_search_close(search);
	}
}

START_TEST(test_lost_blocks)
{
	for_each_cut(search_lost);
}
END_TEST

/* --- Small calls ------------------------------------------------------------------------------ */

/* Calls each of them with bytes that are lost, or that have no address. */
static void must_refuse(mmr_slice bytes, int err)
{
	mmr_pattern pattern = {mmr_slice_of("[a-z]+"), has_pcre2()};
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_line_matches *matches;
	mmr_filetype type;
	mmr_search *search;
	mmr_range range;

	ck_assert_int_eq(mmr_filetype_sniff(bytes, &type), err);
	scan.first_line = 2;
	range = mmr_range_of(&scan);
	ck_assert_int_eq(mmr_range_cut(&range, &bytes), err);
	scan.first_line = 0;
	scan.n_lines = 2;
	range = mmr_range_of(&scan);
	ck_assert_int_eq(mmr_range_cut(&range, &bytes), err);
	ck_assert_int_eq(mmr_search_compile(&pattern, 1, NULL, &search), 0);
	ck_assert_int_eq(mmr_line_matches_open(search, &matches), 0);
	ck_assert_int_eq(mmr_line_matches_load(matches, bytes), err);
	mmr_line_matches_close(matches);
	mmr_search_close(search);
}

START_TEST(test_lost_bytes_of_small_calls)
{
	struct edges words = {true, false, '\n'};
	mmr_regex_matches *matches;
	mmr_regex *regex;
	struct lost lost;
	size_t at;

	ck_assert_int_eq(mmr_guard_install(), 0);
	lost = lost_open(0);
	must_be(edges_check(&words, lost.block, 5, 1), true, "edges_check");
	must_be(edges_find_empty(&words, lost.block, 5, &at), true, "edges_find_empty");
	must_be(high_next(lost.block, 0, &at), true, "high_next");
	must_be(mmr_slice_select(lost.block, '\n', 3, &at), true, "mmr_slice_select");
	must_refuse(lost.block, MMR_ETRUNCATED);
	lost_close(&lost);
	must_refuse((mmr_slice){slice_nowhere, 5}, MMR_ENOMAP);
	if (!has_pcre2())
		return;
	ck_assert_int_eq(mmr_regex_compile(mmr_slice_of("a"), NULL, &regex), 0);
	ck_assert_int_eq(
		mmr_regex_matches_of(regex, (mmr_slice){slice_nowhere, 5}, &matches), MMR_ENOMAP);
	mmr_regex_close(regex);
}
END_TEST

static Suite *search_lost_suite(void)
{
	Suite *suite = suite_create("search_lost");

	ADD_CASE(suite, "faults", test_lost_lines_and_records, test_lost_blocks,
		test_lost_bytes_of_small_calls);
	return suite;
}

CHECK_MAIN(search_lost_suite)
