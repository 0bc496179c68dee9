/* allocations.c - calls that allocate, while memory runs out at each of their allocations
 *
 * search_injected.c does the same for whole searches, faults/inject_library.c for calls on files.
 *
 * SPDX-License-Identifier: MIT */
#include "failing_malloc.h"
#include "support.h"

/* --- Calls. Each frees what it has made, and returns 0 or the code of an error. --- */

static const char text[] = "r one\n  word 7\nr two\n\nword 8 word\n";

static int count_records(const char *start)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_counts counts = {0, false, 0, 0};
	mmr_reader *reader = NULL;
	mmr_split *split;
	int err = mmr_split_compile(mmr_slice_of(start), '\n', &split);

	if (err < 0)
		return err;
	scan.records = split;
	scan.n_threads = 1;
	err = mmr_open_memory(text, sizeof(text) - 1, &reader);
	if (err == 0)
		err = mmr_count_lines(reader, &scan, &counts);
	MUST(err < 0 || counts.lines == 2, "%llu records", (unsigned long long)counts.lines);
	mmr_close(reader);
	mmr_split_close(split);
	return err;
}

static int records_of_texts(void)
{
	return count_records("r ");
}

static int records_of_expressions(void)
{
	return has_pcre2() ? count_records("r [a-z]") : 0;
}

static int paragraphs(void)
{
	return count_records("");
}

static int regex_in_slice(void)
{
	mmr_regex_matches *it = NULL;
	mmr_regex_match match;
	mmr_regex *regex;
	unsigned n = 0;
	int err;

	if (!has_pcre2())
		return 0;
	err = mmr_regex_compile(mmr_slice_of("word|one"), NULL, &regex);
	if (err < 0)
		return err;
	err = mmr_regex_matches_of(regex, (mmr_slice){text, sizeof(text) - 1}, &it);
	if (err == 0) {
		while (mmr_regex_matches_next(it, &match))
			n++;
		err = mmr_regex_matches_error(it);
	}
	MUST(err < 0 || n == 4, "%u matches", n);
	mmr_regex_matches_close(it);
	mmr_regex_close(regex);
	return err;
}

static int matches_in_line(void)
{
	mmr_pattern patterns[] = {{mmr_slice_of("word"), false}, {mmr_slice_of("[0-9]+"), true}};
	mmr_line_matches *it = NULL;
	mmr_search *search;
	mmr_slice match;
	unsigned n = 0;
	int err = mmr_search_compile(patterns, has_pcre2() ? 2 : 1, NULL, &search);

	if (err < 0)
		return err;
	err = mmr_line_matches_open(search, &it);
	if (err == 0)
		err = mmr_line_matches_load(it, mmr_slice_of("word 8 word"));
	while (err == 0 && mmr_line_matches_next(it, &match))
		n++;
	MUST(err < 0 || n >= 2, "%u matches", n);
	mmr_line_matches_close(it);
	mmr_search_close(search);
	return err;
}

static int layout(void)
{
	mmr_layout *made = NULL;
	int err = mmr_layout_parse(mmr_slice_of("id:u32, name:8s"), &made);

	mmr_layout_close(made);
	return err;
}

static int progress(void)
{
	mmr_progress *made = mmr_progress_new();

	mmr_progress_free(made);
	return made ? 0 : -ENOMEM;
}

static int filetype(void)
{
	mmr_reader *reader;
	mmr_filetype type;
	int err;

	if (mmr_library_load(MMR_LIBRARY_MAGIC) < 0)
		return 0;
	err = mmr_open_memory(text, sizeof(text) - 1, &reader);
	if (err < 0)
		return err;
	err = mmr_filetype_of(reader, &type);
	mmr_close(reader);
	return err;
}

/* --- All of them ------------------------------------------------------------------------------ */

START_TEST(test_allocations_fail)
{
	static int (*const calls[])(void) = {records_of_texts, records_of_expressions, paragraphs,
		regex_in_slice, matches_in_line, layout, progress, filetype};
	uint64_t heap;
	unsigned n_errors = 0;
	bool failed;
	size_t i;
	long n;
	int err;

	for (i = 0; i < ARRAY_LEN(calls); i++) {
		/* What is made once and kept. */
		MUST(calls[i]() == 0, "call %zu: %s", i, mmr_last_error());
		for (n = 0, failed = true; failed; n++) {
			heap = heap_in_use();
			mallocs_left = n;
			err = calls[i]();
			failed = mallocs_left <= 0;
			mallocs_left = -1;
			n_errors += err < 0;
			MUST(err == 0 || (failed && err == -ENOMEM), "call %zu, allocation %ld: %d",
				i, n, err);
			MUST(heap_in_use() == heap, "call %zu, allocation %ld: memory is lost", i,
				n);
		}
	}
	/* Some of the calls need libraries. */
	MUST(n_errors >= 10, "%u errors", n_errors);
}
END_TEST

static Suite *allocations_suite(void)
{
	Suite *suite = suite_create("allocations");

	ADD_CASE(suite, "faults", test_allocations_fail);
	return suite;
}

CHECK_MAIN(allocations_suite)
