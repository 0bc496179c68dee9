/* regex.c - regular expressions over slices and files
 *
 * The oracles are mmr_matches for literal patterns, which is tested against naive code, and lists
 * written by hand for others. The matches of a reader are compared with those of its slice.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "optional/library.h"

#include <stdio.h>

static mmr_regex *compile(const char *pattern, bool utf, bool no_jit)
{
	mmr_regex_options options = MMR_REGEX_OPTIONS_INIT;
	mmr_regex *regex = NULL;

	options.utf = utf;
	options.no_jit = no_jit;
	MUST(mmr_regex_compile(mmr_slice_of(pattern), &options, &regex) == 0, "%s",
		mmr_last_error());
	return regex;
}

/* Prints all matches as "off:text|off:text|". */
static void join(const mmr_regex *regex, mmr_slice text, char *out, size_t room)
{
	mmr_regex_matches *it;
	mmr_regex_match match;
	size_t len = 0;

	out[0] = '\0';
	ck_assert_int_eq(mmr_regex_matches_of(regex, text, &it), 0);
	while (mmr_regex_matches_next(it, &match) && len < room)
		len += (size_t)snprintf(out + len, room - len, "%d:%.*s|", (int)match.off,
			(int)match.text.len, match.text.ptr);
	MUST(mmr_regex_matches_error(it) == 0, "%s", mmr_last_error());
	MUST(!mmr_regex_matches_next(it, &match), "a match after the end");
	mmr_regex_matches_close(it);
}

START_TEST(test_regex_absent)
{
	mmr_regex *regex = NULL;

	if (is_built_with_pcre2())
		return;
	ck_assert_int_eq(mmr_regex_compile(mmr_slice_of("a"), NULL, &regex), MMR_ENOLIB);
	ck_assert_ptr_null(regex);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "PCRE2"));
}
END_TEST

START_TEST(test_regex_missing_at_run_time)
{
	static const char *const missing[] = {"libpcre2-missing.so.0", NULL};
	const char *const *sonames = library_pcre2.sonames;
	mmr_regex *regex = NULL;

	if (!is_built_with_pcre2())
		return;
	library_pcre2.sonames = missing;
	ck_assert_int_eq(mmr_regex_compile(mmr_slice_of("a"), NULL, &regex), MMR_ENOLIB);
	ck_assert_ptr_null(regex);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "libpcre2-missing.so.0"));
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "package libpcre2-8-0"));
	/* Compiling works after the library was installed. */
	library_pcre2.sonames = sonames;
	if (!has_pcre2())
		return;
	ck_assert_int_eq(mmr_regex_compile(mmr_slice_of("a"), NULL, &regex), 0);
	mmr_regex_close(regex);
}
END_TEST

START_TEST(test_regex_examples)
{
	static const struct {
		const char *pattern, *text, *matches;
		bool utf;
	} cases[] = {
		{"a", "", "", false},
		{"a", "banana", "1:a|3:a|5:a|", false},
		{"an+", "banana\nann\n", "1:an|3:an|7:ann|", false},
		{"^.", "ab\n\ncd", "0:a|4:c|", false},
		{".$", "ab\n\ncd", "1:b|5:d|", false},
		{"^$", "\n\nx\n\n", "0:|1:|4:|", false},
		{"x*", "axb", "0:|1:x|2:|3:|", false},
		{"x*", "", "", false},
		{"x*", "a\n", "0:|1:|", false},
		{"(?i)AB", "abAb", "0:ab|2:Ab|", false},
		{"\\d+", "a12b345", "1:12|4:345|", false},
		{"[[.]", "a\n.b\n[", "2:.|5:[|", false},
		{"[[=.]", "a\n.b\n[", "2:.|5:[|", false},
		{"[.[:]", "a\n.b\n[", "2:.|5:[|", false},
		{"a.c", "a\nc abc", "4:abc|", false},
		{"(?>a+?)ab|zz", "aaab", "1:aab|", false},
		{"(1|)b*1", "1", "0:1|", false},
		{"\\bin\\b", "in within in", "0:in|10:in|", false},
		{"(?<=a)b", "ab b", "1:b|", false},
		{"a(?=b)", "ab a", "0:a|", false},
		{".", "\xc3\xa9", "0:\xc3|1:\xa9|", false},
		{".", "\xc3\xa9", "0:\xc3\xa9|", true},
		{".+",
			"a\xff"
			"b",
			"0:a|2:b|", true},
		{".*]", "\xf7w]", "1:w]|", true},
		{"(?s).*b",
			"a\xff"
			"b\xff"
			"cb",
			"2:b|4:cb|", true},
		{"^.*b",
			"a\xff"
			"b",
			"", true},
		{"\\w+", "gr\xc3\xbcn", "0:gr\xc3\xbcn|", true},
		{"\\b", "a}\xfe", "0:|1:|", true},
		{"\\w+", "gr\xc3\xbcn", "0:gr|4:n|", false},
		{"[^a]+", "abca", "1:bc|", false},
		{"r$", "cr\r\nr\n", "4:r|", false},
		{"\\r$", "cr\r\n", "2:\r|", false},
		{"a|ab", "ab", "0:a|", false},
		{"", "ab", "0:|1:|2:|", false},
		/* Each line is searched separately. */
		{"[^x]+", "ab\ncd\n", "0:ab|3:cd|", false},
		{"b\\s*c", "ab\ncd b c\n", "6:b c|", false},
		{"b(?!\\s)", "b\nb \n", "0:b|", false},
		{"(?<!\\s)a", "a\na a\n", "0:a|2:a|", false},
		{"\\Aa", "ab\nab\n", "0:a|3:a|", false},
		{"b\\z", "ab\nab\nb", "1:b|4:b|6:b|", false},
		{"(?s)b.*", "abc\nabc\n", "1:bc|5:bc|", false},
		{"\\Ga", "aab\naa", "0:a|1:a|4:a|5:a|", false},
		{"[b\\n]+", "ab\nb\n", "1:b|3:b|", false},
		{"a+(*COMMIT)x", "ab\nax\n", "3:ax|", false},
		{"a\\R", "a\na\r\n", "2:a\r|", false},
	};
	char out[512];
	size_t i;
	int jit;

	for (i = 0; has_pcre2() && i < ARRAY_LEN(cases); i++) {
		for (jit = 0; jit < 2; jit++) {
			mmr_regex *regex = compile(cases[i].pattern, cases[i].utf, jit == 0);

			join(regex, mmr_slice_of(cases[i].text), out, sizeof(out));
			MUST(strcmp(out, cases[i].matches) == 0, "'%s' in '%s': '%s'",
				cases[i].pattern, cases[i].text, out);
			MUST(jit == 1 || !mmr_regex_is_jit(regex), "machine code for '%s'",
				cases[i].pattern);
			mmr_regex_close(regex);
		}
	}
}
END_TEST

/* `dot_all` lets a dot match a newline, which is within a line that ends with another byte. */
START_TEST(test_regex_dot_all)
{
	mmr_slice text = mmr_slice_of("a\nb\n;a.b;");
	mmr_regex_options options = MMR_REGEX_OPTIONS_INIT;
	mmr_regex *regex = NULL;
	char out[100];
	int i;

	for (i = 0; i < 4 && has_pcre2(); i++) {
		options.dot_all = i & 1;
		options.delimiter = i & 2 ? ';' : '\n';
		ck_assert_int_eq(mmr_regex_compile(mmr_slice_of("a.b"), &options, &regex), 0);
		join(regex, text, out, sizeof(out));
		ck_assert_str_eq(out, i == 3 ? "0:a\nb|5:a.b|" : "5:a.b|");
		mmr_regex_close(regex);
	}
}
END_TEST

START_TEST(test_regex_groups)
{
	mmr_regex_options options = MMR_REGEX_OPTIONS_INIT;
	mmr_regex *regex = NULL;
	mmr_regex_matches *it;
	mmr_regex_match match;
	mmr_slice text = {"mark", 4};

	if (!has_pcre2())
		return;
	options.extended = options.caseless = true;
	ck_assert_int_eq(
		mmr_regex_compile(mmr_slice_of("(?<word> [a-z]+ ) = ( (?<n>\\d+) | (x) ) # ok"),
			&options, &regex),
		0);
	ck_assert_uint_eq(mmr_regex_n_groups(regex), 4);
	ck_assert_int_eq(mmr_regex_matches_of(regex, mmr_slice_of("- Ab=12 c=X"), &it), 0);
	ck_assert(mmr_regex_matches_next(it, &match));
	ck_assert_int_eq(mmr_regex_group(&match, 0, &text), 1);
	ck_assert(mmr_slice_equal(text, mmr_slice_of("Ab=12")));
	ck_assert_int_eq(mmr_regex_group_named(&match, "word", &text), 1);
	ck_assert(mmr_slice_equal(text, mmr_slice_of("Ab")));
	ck_assert_uint_eq(match.off + (uint64_t)(text.ptr - match.text.ptr), 2);
	ck_assert_int_eq(mmr_regex_group_named(&match, "n", &text), 1);
	ck_assert(mmr_slice_equal(text, mmr_slice_of("12")));
	ck_assert_int_eq(mmr_regex_group(&match, 4, &text), 0);
	ck_assert(!text.ptr && text.len == 0);
	ck_assert_int_eq(mmr_regex_group(&match, 5, &text), -ERANGE);
	ck_assert_int_eq(mmr_regex_group_named(&match, "none", &text), -ENOENT);
	ck_assert(mmr_regex_matches_next(it, &match));
	ck_assert_int_eq(mmr_regex_group_named(&match, "n", &text), 0);
	ck_assert_int_eq(mmr_regex_group(&match, 4, &text), 1);
	ck_assert(mmr_slice_equal(text, mmr_slice_of("X")));
	mmr_regex_matches_close(it);
	mmr_regex_close(regex);
}
END_TEST

START_TEST(test_regex_wrong_patterns)
{
	/* The offset of the error. PCRE2 reports it or one close to it, depending on the
	 * release. */
	static const struct {
		const char *pattern;
		uint64_t off;
	} cases[] = {{"a(b", 3}, {"a)", 1}, {"*a", 0}, {"[z-a]", 3}, {"(?<1>a)", 3}, {"ab\\", 3},
		{"(*UTF)a", 6}, {"a{2,1}", 5}};
	uint64_t heap;
	mmr_regex_options options = MMR_REGEX_OPTIONS_INIT;
	mmr_regex *regex = NULL;
	size_t i;

	if (!has_pcre2())
		return;
	ck_assert_int_eq(mmr_library_load(MMR_LIBRARY_PCRE2), 0);
	heap = heap_in_use();
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		MUST(mmr_regex_compile(mmr_slice_of(cases[i].pattern), NULL, &regex) == -EINVAL,
			"'%s'", cases[i].pattern);
		MUST(mmr_last_error_offset() + 2 >= cases[i].off &&
				mmr_last_error_offset() <= cases[i].off + 2,
			"'%s': %s", cases[i].pattern, mmr_last_error());
		MUST(strstr(mmr_last_error(), cases[i].pattern), "%s", mmr_last_error());
	}
	options.struct_size = 1;
	ck_assert_int_eq(mmr_regex_compile(mmr_slice_of("a"), &options, &regex), -EINVAL);
	ck_assert_ptr_null(regex);
	ck_assert_uint_eq(mmr_heap_bytes(), heap);
	mmr_regex_close(NULL);
	mmr_regex_matches_close(NULL);
}
END_TEST

/* Patterns that cannot match within a line are refused, with the offset that needs the newline.
 * Similar patterns that can match are accepted. */
START_TEST(test_regex_patterns_that_need_a_newline)
{
	static const struct {
		const char *pattern;
		uint64_t off;
	} cases[] = {{"\\n", 0}, {"BEGIN\\nEND", 5}, {"a\nb", 1}, {"(x\\n|y\\n)z", 6},
		{"a(\\n)+", 2}, {"(?:a(?<b>\\x0a))", 9}, {"a(?=\\n)", 4}, {"(?<=\\n)a", 4},
		{"a\\n(b\\n)?", 1}, {"\\n{1,2}?c\\n", 9}};
	static const char *const accepted[] = {"a|\\n", "a\\n?", "a\\n*", "a\\n{0,3}b", "[\\n;]",
		"[^a]", "\\\\n", "(?!\\n)a", "(?#\\n)a", "a(b\\n)?c", "\\Q\\n\\E", "(?x) a \n b",
		"\\s", "\\R", "(|\\n)", "(?(?=a)\\n|b)", "\\n+{0}", "(*ACCEPT)\\n"};
	mmr_regex_options options = MMR_REGEX_OPTIONS_INIT;
	mmr_regex *regex = NULL;
	size_t i;

	for (i = 0; has_pcre2() && i < ARRAY_LEN(cases); i++) {
		MUST(mmr_regex_compile(mmr_slice_of(cases[i].pattern), NULL, &regex) == -EINVAL,
			"'%s'", cases[i].pattern);
		MUST(mmr_last_error_offset() == cases[i].off, "'%s': %s", cases[i].pattern,
			mmr_last_error());
		MUST(strstr(mmr_last_error(), "newline"), "%s", mmr_last_error());
		/* With another delimiter, a newline is a byte like any other. */
		options.delimiter = '\0';
		MUST(mmr_regex_compile(mmr_slice_of(cases[i].pattern), &options, &regex) == 0,
			"'%s': %s", cases[i].pattern, mmr_last_error());
		mmr_regex_close(regex);
		regex = NULL;
	}
	for (i = 0; has_pcre2() && i < ARRAY_LEN(accepted); i++) {
		int err = mmr_regex_compile(mmr_slice_of(accepted[i]), NULL, &regex);

		/* Some releases do not support all of them. */
		MUST(err == 0 || !strstr(mmr_last_error(), "needs a newline"), "'%s': %s",
			accepted[i], mmr_last_error());
		if (err == 0)
			mmr_regex_close(regex);
	}
}
END_TEST

/* PCRE2 10.42 reads after the end of the pattern to find the end of a number. */
START_TEST(test_regex_patterns_without_a_nul)
{
	static const char *const patterns[] = {"(*LIMIT_MATCH=123)a", "(*LIMIT_HEAP=9)(*NO_JIT)a",
		"(?<name>\\x{41}[[:alpha:]]\\k<name>){2,3}(?C'text')\\Qa\\E\\p{L}(?#comment)"};
	struct fence fence;
	size_t i, len;

	if (!has_pcre2())
		return;
	fence = fence_open(1);
	for (i = 0; i < ARRAY_LEN(patterns); i++) {
		for (len = 0; len <= strlen(patterns[i]); len++) {
			mmr_slice pattern = {fence.stop - len, len};
			mmr_regex *regex = NULL;
			int err;

			memcpy(fence.stop - len, patterns[i], len);
			err = mmr_regex_compile(pattern, NULL, &regex);
			MUST(err == 0 || (err == -EINVAL && mmr_last_error_offset() <= len),
				"%zu bytes of '%s': %d, %s", len, patterns[i], err,
				mmr_last_error());
			mmr_regex_close(regex);
		}
	}
	fence_close(&fence);
}
END_TEST

START_TEST(test_regex_limits)
{
	static char text[200];
	mmr_regex_options options = MMR_REGEX_OPTIONS_INIT;
	mmr_regex_matches *it;
	mmr_regex_match match;
	mmr_regex *regex;
	struct temp temp;
	mmr_reader *reader;
	uint64_t n = 77, heap;
	int jit;

	if (!has_pcre2())
		return;
	ck_assert_int_eq(mmr_library_load(MMR_LIBRARY_PCRE2), 0);
	heap = heap_in_use();
	memset(text, 'a', sizeof(text));
	memcpy(text, "yes\n", 4);
	text[sizeof(text) - 1] = 'b';
	for (jit = 0; jit < 2; jit++) {
		options.no_jit = jit == 0;
		options.match_limit = 10000;
		ck_assert_int_eq(
			mmr_regex_compile(mmr_slice_of("yes|(a|a?)+$"), &options, &regex), 0);
		ck_assert_int_eq(
			mmr_regex_matches_of(regex, (mmr_slice){text, sizeof(text)}, &it), 0);
		ck_assert(mmr_regex_matches_next(it, &match));
		while (mmr_regex_matches_next(it, &match))
			;
		ck_assert_int_eq(mmr_regex_matches_error(it), -ECANCELED);
		ck_assert_ptr_nonnull(strstr(mmr_last_error(), "_limit is"));
		ck_assert_uint_ge(mmr_last_error_offset(), 3);
		ck_assert_uint_lt(mmr_last_error_offset(), sizeof(text));
		ck_assert(!mmr_regex_matches_next(it, &match));
		mmr_regex_matches_close(it);
		temp = temp_open(text, sizeof(text));
		reader = temp_reader(&temp, MMR_BACKING_AUTO);
		ck_assert_int_eq(mmr_regex_count(regex, reader, NULL, &n), -ECANCELED);
		ck_assert_uint_eq(n, 77);
		mmr_close(reader);
		temp_close(&temp);
		mmr_regex_close(regex);
	}
	ck_assert_uint_eq(mmr_heap_bytes(), heap);
}
END_TEST

/* Makes lines of random words. Some lines are longer than a block. */
static mmr_slice make_text(struct chance *chance, char *bytes, size_t len)
{
	size_t at = 0, line;

	while (at < len) {
		line = chance_below(chance, 50) == 0 ? chance_below(chance, 300000)
						     : chance_below(chance, 100);
		line = min_size(line, len - at - 1);
		chance_fill(chance, bytes + at, line, mmr_slice_of("abcd e"));
		at += line;
		bytes[at++] = '\n';
	}
	return (mmr_slice){bytes, len};
}

static char text_bytes[1500000];

START_TEST(test_regex_literals_match_like_mmr_matches)
{
	static const char *const literals[] = {"a", "ab", "d e", "aab", "eeeee", "cab d"};
	struct chance chance = {11};
	mmr_slice text = make_text(&chance, text_bytes, sizeof(text_bytes)), plain;
	mmr_regex_matches *it;
	mmr_regex_match match;
	mmr_matches naive;
	mmr_needle needle;
	mmr_regex *regex;
	size_t i;

	for (i = 0; has_pcre2() && i < ARRAY_LEN(literals); i++) {
		regex = compile(literals[i], false, i % 2);
		needle = mmr_needle_of(mmr_slice_of(literals[i]));
		naive = mmr_matches_of(text, &needle);
		ck_assert_int_eq(mmr_regex_matches_of(regex, text, &it), 0);
		while (mmr_matches_next(&naive, &plain)) {
			MUST(mmr_regex_matches_next(it, &match), "'%s': %s", literals[i],
				mmr_last_error());
			MUST(match.off == (uint64_t)(plain.ptr - text.ptr), "'%s' at %llu",
				literals[i], (unsigned long long)match.off);
			MUST(mmr_slice_equal(match.text, plain), "'%s'", literals[i]);
		}
		MUST(!mmr_regex_matches_next(it, &match), "'%s': too many", literals[i]);
		MUST(mmr_regex_matches_error(it) == 0, "'%s'", literals[i]);
		mmr_regex_matches_close(it);
		mmr_regex_close(regex);
	}
}
END_TEST

struct list {
	uint64_t offs[400000];
	size_t n, stop_at;
	int code; /* error code of the last call */
};

static int keep(void *context, const mmr_regex_match *match)
{
	struct list *list = context;

	MUST(list->n < ARRAY_LEN(list->offs), "too many");
	list->offs[list->n++] = match->off;
	return list->n == list->stop_at ? list->code : 0;
}

/* All ways to search a reader find the matches of its bytes. */
static void find_every_way(const struct setting *setting, void *arg)
{
	static struct list list;
	const mmr_regex *regex = arg;
	mmr_scan_options how = MMR_SCAN_OPTIONS_INIT;
	mmr_slice part = mmr_slice_cut(setting->bytes, 1234, -777);
	mmr_regex_matches *it;
	mmr_regex_match match;
	size_t i, wanted;
	uint64_t n;

	how.offset = 1234;
	how.length = part.len;
	for (how.n_threads = 1; how.n_threads <= 4; how.n_threads++) {
		list.n = 0;
		list.stop_at = 0;
		MUST(mmr_regex_each(regex, setting->reader, &how, 0, keep, &list) == 0, "%s: %s",
			setting->name, mmr_last_error());
		MUST(mmr_regex_count(regex, setting->reader, &how, &n) == 0, "%s", setting->name);
		MUST(n == list.n, "%s: %llu, not %zu", setting->name, (unsigned long long)n,
			list.n);
		ck_assert_int_eq(mmr_regex_matches_of(regex, part, &it), 0);
		for (i = 0; mmr_regex_matches_next(it, &match); i++)
			MUST(i < list.n && list.offs[i] == 1234 + match.off, "%s: match %zu of %zu",
				setting->name, i, list.n);
		MUST(i == list.n && mmr_regex_matches_error(it) == 0, "%s: %zu", setting->name, i);
		mmr_regex_matches_close(it);
		wanted = list.n / 2;
		list.n = 0;
		list.stop_at = wanted;
		list.code = how.n_threads % 2 ? 1 : -ENOSPC;
		MUST(mmr_regex_each(regex, setting->reader, &how, 0, keep, &list) == list.code,
			"%s", setting->name);
		MUST(list.n == wanted, "%s: stopped at %zu", setting->name, list.n);
	}
}

START_TEST(test_regex_of_readers)
{
	static const char *const patterns[] = {"(a)b|c+", "^.", "[de]+$"};
	struct chance chance = {12};
	mmr_slice text;
	uint64_t heap;
	mmr_regex *regex;
	size_t i;

	if (!has_pcre2())
		return;
	ck_assert_int_eq(mmr_guard_install(), 0);
	text = make_text(&chance, text_bytes, 700000);
	ck_assert_int_eq(mmr_library_load(MMR_LIBRARY_PCRE2), 0);
	heap = heap_in_use();
	for (i = 0; i < ARRAY_LEN(patterns); i++) {
		regex = compile(patterns[i], false, false);
		on_every_backing(text, find_every_way, regex);
		mmr_regex_close(regex);
	}
	ck_assert_uint_eq(mmr_heap_bytes(), heap);
}
END_TEST

/* Finds the matches of each line as a separate slice, with the interpreter. */
static void match_each_line(const char *pattern, char delimiter, mmr_slice text, struct list *list)
{
	mmr_regex_options options = MMR_REGEX_OPTIONS_INIT;
	mmr_lines lines = mmr_lines_of(text, delimiter);
	mmr_regex_matches *it;
	mmr_regex_match match;
	mmr_regex *regex;
	mmr_slice line;
	/* Longer than any line, and without the delimiter of the text. */
	static char copy[300001];

	options.no_jit = true;
	options.delimiter = '\x01';
	MUST(mmr_regex_compile(mmr_slice_of(pattern), &options, &regex) == 0, "%s",
		mmr_last_error());
	list->n = 0;
	while (mmr_lines_next(&lines, &line)) {
		/* An empty slice has no line. Its delimiter makes it one empty line. */
		memcpy(copy, line.ptr, line.len);
		copy[line.len] = '\x01';
		ck_assert_int_eq(
			mmr_regex_matches_of(regex, (mmr_slice){copy, line.len + 1}, &it), 0);
		while (mmr_regex_matches_next(it, &match)) {
			MUST(list->n < ARRAY_LEN(list->offs), "too many");
			list->offs[list->n++] = (uint64_t)(line.ptr - text.ptr) + match.off;
		}
		MUST(mmr_regex_matches_error(it) == 0, "%s", mmr_last_error());
		mmr_regex_matches_close(it);
	}
	mmr_regex_close(regex);
}

/* For each delimiter, the same matches on every backing. */
static const char line_ends[] = {'\n', ' '};
static struct list line_matches[ARRAY_LEN(line_ends)];

static void same_as_each_line(const struct setting *setting, void *arg)
{
	static struct list list;
	const char *pattern = arg;
	const struct list *wanted;
	mmr_regex_options options = MMR_REGEX_OPTIONS_INIT;
	mmr_scan_options how = MMR_SCAN_OPTIONS_INIT;
	mmr_regex *regex;
	size_t i;

	for (i = 0; i < ARRAY_LEN(line_ends); i++) {
		options.delimiter = how.delimiter = line_ends[i];
		wanted = &line_matches[i];
		ck_assert_int_eq(mmr_regex_compile(mmr_slice_of(pattern), &options, &regex), 0);
		for (how.n_threads = 1; how.n_threads <= 3; how.n_threads += 2) {
			list.n = list.stop_at = 0;
			MUST(mmr_regex_each(regex, setting->reader, &how, 0, keep, &list) == 0,
				"%s: %s", setting->name, mmr_last_error());
			MUST(list.n == wanted->n && memcmp(list.offs, wanted->offs,
							    list.n * sizeof(*list.offs)) == 0,
				"%s, '%s', delimiter %d: %zu matches, not %zu", setting->name,
				pattern, line_ends[i], list.n, wanted->n);
		}
		how.delimiter = 'x';
		ck_assert_int_eq(
			mmr_regex_each(regex, setting->reader, &how, 0, keep, &list), -EINVAL);
		mmr_regex_close(regex);
	}
}

START_TEST(test_regex_searches_each_line_separately)
{
	static char *patterns[] = {"a+b", "[^e]d", "c\\s*[^a]", "^.", ".$", "a(?!\\s)",
		"(?<![ab])c", "(?s)a.*e", "\\Aa|e\\z", "(?>a+)b", "a++[^c]", "b*", "\\Gc", "d\\Ke",
		"(a)\\1|(?i)B{2}", "[[:alpha:]]{9}", "[b-d]{5,}?(?=a)"};
	struct chance chance = {14};
	mmr_slice text;
	size_t i, k;

	if (!has_pcre2())
		return;
	ck_assert_int_eq(mmr_guard_install(), 0);
	text = make_text(&chance, text_bytes, 160000);
	for (i = 0; i < ARRAY_LEN(patterns); i++) {
		for (k = 0; k < ARRAY_LEN(line_ends); k++)
			match_each_line(patterns[i], line_ends[k], text, &line_matches[k]);
		on_every_backing(text, same_as_each_line, patterns[i]);
	}
}
END_TEST

static Suite *regex_suite(void)
{
	Suite *suite = suite_create("regex");

	ADD_CASE(suite, "core", test_regex_examples, test_regex_dot_all, test_regex_groups,
		test_regex_literals_match_like_mmr_matches, test_regex_of_readers,
		test_regex_searches_each_line_separately);
	ADD_CASE(suite, "limits", test_regex_wrong_patterns,
		test_regex_patterns_that_need_a_newline, test_regex_patterns_without_a_nul,
		test_regex_limits);
	ADD_CASE(suite, "faults", test_regex_absent, test_regex_missing_at_run_time);
	return suite;
}

CHECK_MAIN(regex_suite)
