/* regex_absent.c - replaces regular expressions in a build without PCRE2: all calls fail
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"

#include "optional/library.h"
#include "optional/regex_heads.h"
#include "optional/regex_lines.h"

#include <mmreader/regex.h>

#include <errno.h>

#pragma GCC diagnostic ignored "-Wunused-parameter"

struct library library_pcre2 = {
	.name = "PCRE2",
	.package = "libpcre2-8-0",
	.feature = "regular expressions",
	.linkage = MMR_LINKAGE_ABSENT,
};

int mmr_regex_compile(mmr_slice pattern, const mmr_regex_options *options, mmr_regex **ret_regex)
{
	return library_load(&library_pcre2);
}

/* The functions below are never called, because there is no mmr_regex. */

void mmr_regex_close(mmr_regex *regex)
{
}

unsigned mmr_regex_n_groups(const mmr_regex *regex)
{
	return 0;
}

bool mmr_regex_is_jit(const mmr_regex *regex)
{
	return false;
}

int mmr_regex_group(const mmr_regex_match *match, unsigned number, mmr_slice *ret_text)
{
	return -ERANGE;
}

int mmr_regex_group_named(const mmr_regex_match *match, const char *name, mmr_slice *ret_text)
{
	return -ENOENT;
}

int mmr_regex_matches_of(const mmr_regex *regex, mmr_slice slice, mmr_regex_matches **ret_it)
{
	return library_load(&library_pcre2);
}

bool mmr_regex_matches_next(mmr_regex_matches *it, mmr_regex_match *ret_match)
{
	return false;
}

size_t mmr_regex_matches_fill(mmr_regex_matches *it, mmr_match *ret_matches, size_t n)
{
	return 0;
}

int mmr_regex_matches_error(const mmr_regex_matches *it)
{
	return 0;
}

void mmr_regex_matches_close(mmr_regex_matches *it)
{
}

int mmr_regex_count(const mmr_regex *regex, mmr_reader *reader, const mmr_scan_options *options,
	uint64_t *ret_matches)
{
	return library_load(&library_pcre2);
}

int mmr_regex_each(const mmr_regex *regex, mmr_reader *reader, const mmr_scan_options *options,
	unsigned flags, mmr_regex_fn *fn, void *context)
{
	return library_load(&library_pcre2);
}

int regex_lines_compile(mmr_slice pattern, const mmr_regex_options *options,
	const mmr_split *records, mmr_regex **ret_regex)
{
	return library_load(&library_pcre2);
}

int records_of_regex(mmr_slice pattern, char delimiter, mmr_split **ret_records)
{
	return library_load(&library_pcre2);
}

int regex_filter_open(const mmr_regex *regex, mmr_slice sample, struct regex_filter **ret_filter)
{
	return library_load(&library_pcre2);
}

void regex_filter_close(struct regex_filter *filter)
{
}

int regex_lines_open(
	const mmr_regex *regex, const struct regex_filter *filter, struct regex_lines **ret_lines)
{
	return library_load(&library_pcre2);
}

void regex_lines_close(struct regex_lines *lines)
{
}

void regex_lines_load(struct regex_lines *lines, mmr_slice block, uint64_t off, bool is_private)
{
}

int regex_lines_next(struct regex_lines *lines, size_t from, size_t *ret_at)
{
	return 0;
}

int regex_lines_match(struct regex_lines *lines, size_t from, mmr_slice *ret_match)
{
	return 0;
}
