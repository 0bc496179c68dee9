/* regex_faults.c - limits of regular expressions, and errors of PCRE2
 *
 * Replaced functions return the errors that the installed PCRE2 does not.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#if MMR_PCRE2_LAZY

#include "optional/regex.h"

#include <stdio.h>

static mmr_regex *compile(const char *pattern, const mmr_regex_options *options)
{
	mmr_regex *regex = NULL;

	MUST(mmr_regex_compile(mmr_slice_of(pattern), options, &regex) == 0, "%s",
		mmr_last_error());
	return regex;
}

/* Searches a text. There must be no match. Returns: the error. */
static int search(const mmr_regex *regex, mmr_slice text)
{
	mmr_regex_matches *it;
	mmr_regex_match match;
	int err;

	ck_assert_int_eq(mmr_regex_matches_of(regex, text, &it), 0);
	ck_assert(!mmr_regex_matches_next(it, &match));
	err = mmr_regex_matches_error(it);
	ck_assert(!mmr_regex_matches_next(it, &match));
	mmr_regex_matches_close(it);
	return err;
}

START_TEST(test_regex_of_a_pattern_without_addresses)
{
	struct temp temp = temp_open("a+", 2);
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_UNMAPPED);
	mmr_regex *regex = NULL;

	ck_assert_int_eq(mmr_regex_compile(mmr_bytes(reader), NULL, &regex), MMR_ENOMAP);
	ck_assert_ptr_null(regex);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* The message names the limit that was reached, with machine code and without. */
START_TEST(test_regex_names_the_limit)
{
	static char text[100000];
	mmr_slice all = {text, sizeof(text)};
	mmr_regex_options options;
	mmr_regex *regex;
	int jit;

	if (!has_pcre2())
		return;
	memset(text, 'a', sizeof(text));
	for (jit = 0; jit < 2; jit++) {
		options = (mmr_regex_options)MMR_REGEX_OPTIONS_INIT;
		options.no_jit = jit == 0;
		options.match_limit = UINT32_MAX;
		options.heap_limit = 1;
		regex = compile("(a|b)*[cd]", &options);
		ck_assert_int_eq(search(regex, all), -ECANCELED);
		ck_assert_ptr_nonnull(strstr(mmr_last_error(), "heap_limit is 1 KiB"));
		/* The limits are high enough for a short text. */
		ck_assert_int_eq(search(regex, mmr_slice_of("b")), 0);
		mmr_regex_close(regex);
	}
	options = (mmr_regex_options)MMR_REGEX_OPTIONS_INIT;
	options.no_jit = true;
	options.depth_limit = 50;
	regex = compile("(a|b)*[cd]", &options);
	ck_assert_int_eq(search(regex, all), -ECANCELED);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "depth_limit is 50"));
	ck_assert_int_eq(search(regex, mmr_slice_of("aaa")), 0);
	mmr_regex_close(regex);
}
END_TEST

static int count_yes(void *context, const mmr_regex_match *match)
{
	uint64_t *n = context;

	MUST(match->off == 4 * *n && match->text.len == 3, "match at %llu",
		(unsigned long long)match->off);
	(*n)++;
	return 0;
}

/* The limit is reached after a few matches, or after more than a worker buffers for a block. All
 * matches are reported before the error. */
START_TEST(test_regex_limit_after_many_matches)
{
	static char text[4 * 5000 + 200];
	mmr_regex_options options = MMR_REGEX_OPTIONS_INIT;
	mmr_scan_options how = MMR_SCAN_OPTIONS_INIT;
	mmr_reader *reader;
	mmr_regex *regex;
	uint64_t n = 0;
	size_t i;

	if (!has_pcre2())
		return;
	memset(text, 'a', sizeof(text));
	for (i = 0; i < 4 * 5000; i += 4)
		memcpy(text + i, "yes\n", 4);
	text[sizeof(text) - 1] = 'b';
	options.match_limit = 30000;
	regex = compile("yes|a(a|a?)+$", &options);
	ck_assert_int_eq(mmr_open_memory(text + 4 * 4990, sizeof(text) - 4 * 4990, &reader), 0);
	ck_assert_int_eq(mmr_regex_each(regex, reader, NULL, 0, count_yes, &n), -ECANCELED);
	ck_assert_uint_eq(n, 10);
	ck_assert_uint_eq(mmr_last_error_offset(), 4 * 10);
	mmr_close(reader);
	n = 0;
	ck_assert_int_eq(mmr_open_memory(text, sizeof(text), &reader), 0);
	ck_assert_int_eq(mmr_regex_each(regex, reader, NULL, 0, count_yes, &n), -ECANCELED);
	ck_assert_uint_eq(n, 5000);
	ck_assert_uint_eq(mmr_last_error_offset(), 4 * 5000);
	ck_assert_int_eq(mmr_regex_each(regex, reader, NULL, 2, count_yes, &n), -EINVAL);
	how.struct_size--;
	ck_assert_int_eq(mmr_regex_each(regex, reader, &how, 0, count_yes, &n), -EINVAL);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "MMR_SCAN_OPTIONS_INIT"));
	ck_assert_int_eq(mmr_regex_count(regex, reader, &how, &n), -EINVAL);
	ck_assert_uint_eq(n, 5000);
	mmr_regex_close(regex);
	mmr_close(reader);
}
END_TEST

START_TEST(test_regex_of_a_line_beyond_the_limit)
{
	const size_t len = WINDOW_LINE_LIMIT;
	mmr_regex *regex;
	char *text;

	if (!has_pcre2())
		return;
	text = malloc(len + 1);
	if (!text || memory_is_shadowed())
		CHECK_SKIP("no memory for a line of 64 MiB");
	memset(text, 'a', len + 1);
	regex = compile("b", NULL);
	ck_assert_int_eq(search(regex, (mmr_slice){text, len + 1}), MMR_ELONG);
	text[len - 1] = '\n';
	ck_assert_int_eq(search(regex, (mmr_slice){text, len + 1}), 0);
	mmr_regex_close(regex);
	free(text);
}
END_TEST

/* --- Other releases of PCRE2 --- */

static const char *version;
static int match_answer;

static int other_config(uint32_t what, void *where)
{
	(void)what;
	if (!version)
		return where ? PCRE2_ERROR_BADOPTION : 10;
	if (where)
		strcpy(where, version);
	return (int)strlen(version) + 1;
}

static pcre2_general_context *no_context(
	void *(*take)(size_t, void *), void (*give)(void *, void *), void *data)
{
	(void)take;
	(void)give;
	(void)data;
	return NULL;
}

static pcre2_code *compile_without_unicode(PCRE2_SPTR pattern, PCRE2_SIZE len, uint32_t flags,
	int *cause, PCRE2_SIZE *at, pcre2_compile_context *context)
{
	(void)pattern;
	(void)flags;
	(void)context;
	*cause = PCRE2_ERROR_UNICODE_NOT_SUPPORTED;
	*at = len;
	return NULL;
}

static int match_with_an_error(const pcre2_code *code, PCRE2_SPTR text, PCRE2_SIZE len,
	PCRE2_SIZE from, uint32_t flags, pcre2_match_data *data, pcre2_match_context *context)
{
	(void)code;
	(void)text;
	(void)len;
	(void)from;
	(void)flags;
	(void)data;
	(void)context;
	return match_answer;
}

START_TEST(test_regex_of_other_releases)
{
	static const struct {
		const char *version, *reason;
	} cases[] = {
		{"10.34 2019-11-21", NULL},
		{"11.0 2030-01-01", NULL},
		{"10.33 2019-04-16", "release 10.33 is older than 10.34"},
		{"9.99", "release 9.99 is older than 10.34"},
		{"devel", "does not report its version"},
		{"10", "does not report its version"},
		{NULL, "does not report its version"},
		{"10.42 with so many words after it that no room for a version could hold them all",
			"does not report its version"},
	};
	struct regex_functions real;
	char shown[32], reason[LIBRARY_REASON];
	pcre2_general_context *memory;
	size_t i;

	if (!has_pcre2())
		return;
	real = pcre2;
	memory = regex_memory;
	pcre2.pcre2_config_8 = other_config;
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		version = cases[i].version;
		reason[0] = '\0';
		MUST(library_pcre2.start(shown, sizeof(shown), reason) == !cases[i].reason,
			"case %zu: %s", i, reason);
		MUST(!cases[i].reason || strstr(reason, cases[i].reason), "case %zu: %s", i,
			reason);
		MUST(cases[i].reason || strncmp(shown, version, strlen(shown)) == 0, "case %zu: %s",
			i, shown);
	}
	version = "10.42";
	regex_memory = NULL;
	pcre2.pcre2_general_context_create_8 = no_context;
	ck_assert(!library_pcre2.start(shown, sizeof(shown), reason));
	ck_assert_str_eq(reason, "out of memory");
	regex_memory = memory;
	pcre2 = real;
	ck_assert(library_pcre2.start(shown, sizeof(shown), reason));
}
END_TEST

/* Releases before 10.43 compile some patterns to wrong machine code, and all releases do so for a
 * few patterns. */
START_TEST(test_regex_avoids_wrong_machine_code)
{
	static const struct {
		const char *pattern;
		bool before, since; /* 10.43 */
	} cases[] = {
		{"a+b", true, true},
		{"(?i)user=(?<name>\\w+?)|[^x]{2,}", true, true},
		{"(?>a+?)ab|zz", false, true},
		{"a++b", false, true},
		{"(1|)b*1", false, true},
		{"x(?=y)", false, true},
		{"(?<=x)y", false, true},
		{"(a)\\1|\\p{L}[[:^alpha:]]", true, true},
		{"a||b", false, true},
		{"(?:|b)c", false, true},
		{"(?i)|b", false, true},
		{"(?1)(b)", false, true},
		{"a\\g{1}(b)", false, true},
		{"error:|(?s)warn(?-i:x)", true, true},
		{"(?<=a?(?=b))b", false, false},
		{"(?<=(?<!a)b)c", false, false},
	};
	static const char *const releases[] = {"10.42 2022-12-11", "10.43 2024-02-16"};
	char shown[32], reason[LIBRARY_REASON];
	mmr_regex_options options = MMR_REGEX_OPTIONS_INIT;
	struct regex_functions real;
	mmr_regex *regex = NULL;
	size_t i;
	int since;

	if (!has_pcre2())
		return;
	real = pcre2;
	regex = compile("a+b", &options);
	if (!mmr_regex_is_jit(regex)) {
		mmr_regex_close(regex);
		CHECK_SKIP("PCRE2 makes no machine code on this machine");
	}
	mmr_regex_close(regex);
	for (since = 0; since < 2; since++) {
		version = releases[since];
		pcre2.pcre2_config_8 = other_config;
		ck_assert(library_pcre2.start(shown, sizeof(shown), reason));
		pcre2 = real;
		for (i = 0; i < ARRAY_LEN(cases); i++) {
			if (mmr_regex_compile(mmr_slice_of(cases[i].pattern), &options, &regex) < 0)
				continue; /* variable-length look-behinds are new in 10.43 */
			MUST(mmr_regex_is_jit(regex) == (since ? cases[i].since : cases[i].before),
				"'%s' by %s", cases[i].pattern, version);
			mmr_regex_close(regex);
		}
	}
	ck_assert(library_pcre2.start(shown, sizeof(shown), reason));
}
END_TEST

START_TEST(test_regex_when_pcre2_fails)
{
	mmr_regex_options options = MMR_REGEX_OPTIONS_INIT;
	mmr_slice text = mmr_slice_of("some text");
	struct regex_functions real;
	mmr_regex *regex, *none = NULL;
	uint64_t heap;

	if (!has_pcre2())
		return;
	real = pcre2;
	heap = heap_in_use();
	regex = compile("t", NULL);
	pcre2.pcre2_match_8 = pcre2.pcre2_jit_match_8 = match_with_an_error;
	match_answer = PCRE2_ERROR_NOMEMORY;
	ck_assert_int_eq(search(regex, text), -ENOMEM);
	ck_assert_uint_eq(mmr_last_error_offset(), 0);
	match_answer = PCRE2_ERROR_INTERNAL;
	ck_assert_int_eq(search(regex, text), -EIO);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "internal error"));
	mmr_regex_close(regex);
	pcre2.pcre2_compile_8 = compile_without_unicode;
	options.utf = true;
	ck_assert_int_eq(mmr_regex_compile(text, &options, &none), -ENOTSUP);
	ck_assert_ptr_null(none);
	pcre2 = real;
	ck_assert_uint_eq(mmr_heap_bytes(), heap);
}
END_TEST

START_TEST(test_regex_of_a_truncated_file)
{
	struct chance chance = {13};
	size_t len = 1000000;
	char *text = malloc(len);
	mmr_regex_matches *it;
	mmr_regex_match match;
	mmr_reader *reader;
	mmr_regex *regex;
	struct temp temp;
	uint64_t n = 77;

	if (!has_pcre2()) {
		free(text);
		return;
	}
	ck_assert_int_eq(mmr_guard_install(), 0);
	chance_fill(&chance, text, len, mmr_slice_of("abcde\n"));
	temp = temp_open(text, len);
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	regex = compile("a+", NULL);
	ck_assert_int_eq(mmr_regex_matches_of(regex, mmr_bytes(reader), &it), 0);
	ck_assert(mmr_regex_matches_next(it, &match));
	temp_resize(&temp, 400000);
	ck_assert_int_eq(mmr_regex_count(regex, reader, NULL, &n), MMR_ETRUNCATED);
	ck_assert_uint_eq(n, 77);
	while (mmr_regex_matches_next(it, &match))
		;
	ck_assert_int_eq(mmr_regex_matches_error(it), MMR_ETRUNCATED);
	mmr_regex_matches_close(it);
	mmr_regex_close(regex);
	mmr_close(reader);
	temp_close(&temp);
	free(text);
}
END_TEST

static Suite *regex_faults_suite(void)
{
	Suite *suite = suite_create("regex_faults");

	ADD_CASE(suite, "limits", test_regex_names_the_limit, test_regex_limit_after_many_matches,
		test_regex_of_a_line_beyond_the_limit);
	ADD_CASE(suite, "faults", test_regex_of_a_pattern_without_addresses,
		test_regex_of_other_releases, test_regex_avoids_wrong_machine_code,
		test_regex_when_pcre2_fails, test_regex_of_a_truncated_file);
	return suite;
}

#else

START_TEST(test_regex_faults_without_pcre2)
{
	CHECK_SKIP("built without PCRE2");
}
END_TEST

static Suite *regex_faults_suite(void)
{
	Suite *suite = suite_create("regex_faults");

	ADD_CASE(suite, "faults", test_regex_faults_without_pcre2);
	return suite;
}

#endif

CHECK_MAIN(regex_faults_suite)
