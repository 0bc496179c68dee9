/* search_regex.c - the lines that match regular expressions, by their texts and without
 *
 * The oracle is PCRE2 called for each line alone, without its own optimizations of the start of a
 * search, and without machine code unless the pattern is UTF-8: with 10.46 the interpreter does not
 * find \z in "x\xaa", but in "\xaa", and machine code finds both.
 *
 * SPDX-License-Identifier: MIT */
#include "draft.h"
#include "support.h"

#if MMR_PCRE2_LAZY

#include "optional/regex_filter.h"
#include "search/search.h"
#include "simd/simd.h"

#define MIB ((size_t)1 << 20)

/* --- The oracle ------------------------------------------------------------------------------- */

struct question {
	mmr_pattern pattern;
	mmr_search_options options;
	mmr_search *search;
	mmr_scan_options scan;
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *context;
	/* The lines that must be found; offsets of starts. */
	size_t *starts, n_starts, room;
	bool limited; /* the oracle reached a limit */
	size_t next;
};

/* Returns: false if PCRE2 does not accept the pattern. `search` is NULL if it needs the delimiter.
 */
static bool compile(struct question *question)
{
	mmr_regex_options how = MMR_REGEX_OPTIONS_INIT;
	size_t at;
	int cause;

	if (mmr_search_compile(&question->pattern, 1, &question->options, &question->search) < 0 &&
		!strstr(mmr_last_error(), "cannot match across lines"))
		return false;
	how.caseless = question->options.caseless;
	how.utf = question->options.utf;
	question->code = regex_code_of(question->pattern.text, &how,
		(how.utf ? REGEX_INVALID_UTF : 0) |
			(draft_has_verb(question->pattern.text) ? 0 : PCRE2_NO_START_OPTIMIZE),
		&cause, &at);
	ck_assert_ptr_nonnull(question->code);
	if (how.utf && question->search && question->search->terms[0].regex->jit)
		ck_assert_int_eq(pcre2.pcre2_jit_compile_8(question->code, PCRE2_JIT_COMPLETE), 0);
	question->data = pcre2.pcre2_match_data_create_from_pattern_8(question->code, NULL);
	question->context = pcre2.pcre2_match_context_create_8(NULL);
	pcre2.pcre2_set_match_limit_8(question->context, 1000);
	return true;
}

static void end(struct question *question)
{
	mmr_search_close(question->search);
	pcre2.pcre2_match_data_free_8(question->data);
	pcre2.pcre2_match_context_free_8(question->context);
	pcre2.pcre2_code_free_8(question->code);
	free(question->starts);
}

static void find_naively(struct question *question, mmr_slice bytes)
{
	size_t start, end;
	int found;

	question->n_starts = 0;
	question->limited = false;
	for (start = 0; start < bytes.len; start = end + 1) {
		for (end = start; end < bytes.len && bytes.ptr[end] != question->options.delimiter;)
			end++;
		found = pcre2.pcre2_match_8(question->code, (PCRE2_SPTR)bytes.ptr + start,
			end - start, 0, 0, question->data, question->context);
		question->limited |= found < 0 && found != PCRE2_ERROR_NOMATCH;
		if (found < 0)
			continue;
		if (question->n_starts == question->room) {
			question->room = 2 * question->room + 64;
			question->starts = realloc(
				question->starts, question->room * sizeof(*question->starts));
		}
		question->starts[question->n_starts++] = start;
	}
}

/* --- The library ------------------------------------------------------------------------------ */

static int on_line(void *context, const mmr_found_line *line)
{
	struct question *question = context;

	if (question->next == question->n_starts || line->off != question->starts[question->next])
		return -EPROTO;
	question->next++;
	return 0;
}

static void must_find(struct question *question, mmr_reader *reader, const char *name)
{
	uint64_t n = UINT64_MAX;
	int err;

	question->next = 0;
	err = mmr_search_lines(question->search, reader, &question->scan, NULL, on_line, question);
	MUST(err == 0 && question->next == question->n_starts, "%s, '%.*s': %d (%s), %zu of %zu",
		name, (int)question->pattern.text.len, question->pattern.text.ptr, err,
		mmr_last_error(), question->next, question->n_starts);
	err = mmr_search_count(question->search, reader, &question->scan, &n);
	MUST(err == 0 && n == question->n_starts, "%s, '%.*s': %llu of %zu", name,
		(int)question->pattern.text.len, question->pattern.text.ptr, (unsigned long long)n,
		question->n_starts);
}

static void search_setting(const struct setting *setting, void *arg)
{
	must_find(arg, setting->reader, setting->name);
}

/* Runs a body with the kernels of each level that this processor has. */
static void on_every_level(
	void (*body)(struct question *, mmr_slice), struct question *question, mmr_slice bytes)
{
	const struct simd_kernels *const *kernels;

	for (kernels = simd_table; *kernels; kernels++) {
		if (!(*kernels)->usable())
			continue;
		atomic_store(&simd_chosen, *kernels);
		body(question, bytes);
	}
	atomic_store(&simd_chosen, NULL);
}

static void search_backings(struct question *question, mmr_slice bytes)
{
	on_every_backing(bytes, search_setting, question);
}

static void search_memory(struct question *question, mmr_slice bytes)
{
	mmr_reader *reader;

	ck_assert_int_eq(mmr_open_memory(bytes.ptr, bytes.len, &reader), 0);
	must_find(question, reader, "memory");
	mmr_close(reader);
}

/* A pattern that starts with (?u) is UTF-8. */
static struct question question_of(mmr_slice pattern)
{
	bool utf = pattern.len > 4 && memcmp(pattern.ptr, "(?u)", 4) == 0;
	struct question question = {.pattern = {pattern, true},
		.options = MMR_SEARCH_OPTIONS_INIT,
		.scan = MMR_SCAN_OPTIONS_INIT};

	question.options.utf = utf;
	if (utf)
		question.pattern.text = (mmr_slice){pattern.ptr + 4, pattern.len - 4};
	return question;
}

/* --- Texts ------------------------------------------------------------------------------------ */

/* Fills lines of about `line` bytes with words. One line of `rare` has an extra word. */
static void fill(struct chance *chance, char *text, size_t len, size_t line, size_t rare)
{
	static const char *const words[] = {
		"GET ", "POST ", "/users/", "500 ", "404", " bytes", "a=b ", "x", "ms", "INFO "};
	static const char *const extras[] = {"ERROR ", "WARN", "error", "ERRORERROR", "q=1234",
		"ERROR 404", "\xc3\xa9t\xc3\xa9"};
	size_t at = 0, stop = 0;

	while (at < len) {
		const char *word = words[chance_below(chance, ARRAY_LEN(words))];

		if (at >= stop) {
			text[at++] = '\n';
			stop = at + chance_below(chance, 2 * line);
			if (chance_below(chance, rare) == 0)
				word = extras[chance_below(chance, ARRAY_LEN(extras))];
		}
		for (; *word && at < len; word++)
			text[at++] = *word;
	}
}

static const char *const patterns[] = {"ERROR", "ERROR|WARN", "ERROR (GET|POST)", "(?i)error",
	"ERROR\\b", "^ERROR", "404$", "(ERROR)+", "ERROR .*404", "q=\\d+", "bytes", "ms",
	"[A-Z]+R ", "(?<=q=)\\d+", "(?!ERROR)E", "ERROR|WARN|q=1", "(?i)warn|Q=", "x+ms", "x*",
	"^$", "A(?=RN)", "\\w+ERROR", "(.)\\1\\1", "\\bERROR\\b|^WARN", "(?u)\\x{e9}t",
	"(?u)[\\x{e8}-\\x{ff}]+|\\p{Greek}", "(?u)404|[^\\x00-\\x7f]"};

/* A file that is larger than a sample, in which a text is rare, or in each line. */
START_TEST(test_search_regex_on_every_backing)
{
	static const size_t sizes[] = {0, 7, 300, 5000, 131072, 131073, 300000, 5 * MIB / 2};
	static const size_t rares[] = {1, 2, 10, 1000};
	struct chance chance = {83};
	char *text = malloc(3 * MIB);
	size_t i, k;

	for (k = 0; has_pcre2() && k < 2 * ARRAY_LEN(sizes); k++)
		for (i = k % 3; i < ARRAY_LEN(patterns); i += k < 12 ? 1 : k < 14 ? 3 : 8) {
			struct question question = question_of(mmr_slice_of(patterns[i]));
			mmr_slice bytes = {text, sizes[k / 2]};

			fill(&chance, text, bytes.len, k % 2 ? 20 : 200,
				rares[chance_below(&chance, ARRAY_LEN(rares))]);
			question.scan.n_threads = 1 + (unsigned)chance_below(&chance, 3);
			ck_assert(compile(&question));
			find_naively(&question, bytes);
			search_backings(&question, bytes);
			end(&question);
		}
	free(text);
}
END_TEST

/* Each size around the ends of vectors, with the text at the start, at the end and in between. */
START_TEST(test_search_regex_on_every_level)
{
	struct chance chance = {84};
	struct fence fence = fence_open(400);
	size_t i, len;

	for (len = 1; has_pcre2() && len < 270; len++)
		for (i = 0; i < ARRAY_LEN(patterns); i++) {
			struct question question = question_of(mmr_slice_of(patterns[i]));
			mmr_slice bytes = {fence.stop - len, len};

			fill(&chance, fence.stop - len, len, 20, 2);
			ck_assert(compile(&question));
			find_naively(&question, bytes);
			on_every_level(search_memory, &question, bytes);
			end(&question);
		}
	fence_close(&fence);
}
END_TEST

START_TEST(test_search_regex_streams)
{
	struct chance chance = {85};
	char *text = malloc(MIB);
	size_t i;

	for (i = 0; has_pcre2() && i < ARRAY_LEN(patterns); i++) {
		struct question question = question_of(mmr_slice_of(patterns[i]));
		mmr_slice bytes = {text, i % 2 ? MIB : 5000};
		struct piped piped;

		fill(&chance, text, bytes.len, 50, 1 + i % 20);
		ck_assert(compile(&question));
		find_naively(&question, bytes);
		piped = piped_open(bytes, 0, false);
		ck_assert_int_eq(mmr_search_lines(question.search, piped.reader, &question.scan,
					 NULL, on_line, &question),
			0);
		ck_assert_uint_eq(question.next, question.n_starts);
		piped_close(&piped);
		end(&question);
	}
	free(text);
}
END_TEST

/* --- Random patterns -------------------------------------------------------------------------- */

/* Lines of texts that the pattern probably matches. */
static size_t fill_from(const struct draft *draft, char *text, size_t room, char delimiter)
{
	size_t n = 0, len, i;
	char line[2 * DRAFT_ROOM];

	while (n + sizeof(line) + 1 < room) {
		memcpy(line, draft->text, draft->n_text);
		len = draft_mutate(draft->chance, line, draft->n_text, sizeof(line));
		for (i = 0; i < len; i++)
			text[n++] = (char)(line[i] == delimiter ? '-' : line[i]);
		text[n++] = delimiter;
		if (chance_below(draft->chance, 12) == 0)
			break;
	}
	return n > 0 && chance_below(draft->chance, 2) ? n - 1 : n;
}

START_TEST(test_search_regex_of_random_patterns)
{
	struct chance chance = {86};
	size_t n_patterns = 0, n_refused = 0, n_found = 0, i;
	char text[6000];

	for (i = 0; has_pcre2() && i < 40000; i++) {
		struct draft draft = draft_of(&chance);
		struct question question = question_of((mmr_slice){draft.pattern, draft.n_pattern});
		mmr_slice bytes = {text, 0};

		question.options.caseless = chance_below(&chance, 4) == 0;
		question.options.utf = chance_below(&chance, 3) == 0;
		question.options.delimiter = chance_below(&chance, 4) ? '\n' : ' ';
		question.scan.delimiter = question.options.delimiter;
		question.scan.n_threads = 1;
		if (!compile(&question))
			continue;
		bytes.len = fill_from(&draft, text, sizeof(text), question.options.delimiter);
		find_naively(&question, bytes);
		if (!question.search) {
			MUST(question.n_starts == 0, "'%.*s' is refused", (int)draft.n_pattern,
				draft.pattern);
			n_refused++;
		} else if (!question.limited) {
			search_memory(&question, bytes);
			n_patterns++;
			n_found += question.n_starts;
		}
		end(&question);
	}
	MUST(!has_pcre2() || (n_patterns > 15000 && n_refused > 300 && n_found > 50000),
		"%zu patterns, %zu refused, %zu lines", n_patterns, n_refused, n_found);
}
END_TEST

/* --- Choice and errors ------------------------------------------------------------------------ */

static void record(struct regex_trial *trial, uint64_t filtered_ns, uint64_t plain_ns)
{
	bool filters = regex_trial_next(trial);

	regex_trial_record(trial, filters, MIB, filters ? filtered_ns : plain_ns);
}

START_TEST(test_search_regex_keeps_the_faster_way)
{
	struct regex_trial trial = {.filters = false};
	unsigned i;

	ck_assert(regex_trial_runs(&trial));
	/* A block that is too short is not counted. */
	regex_trial_record(&trial, true, 1, 1000000);
	for (i = 0; i < 4; i++)
		record(&trial, 100, 200);
	ck_assert(!regex_trial_runs(&trial) && regex_trial_next(&trial));
	for (i = 0; i < 1023; i++)
		record(&trial, 100, 200);
	ck_assert(!regex_trial_runs(&trial));
	record(&trial, 100, 200);
	ck_assert(regex_trial_runs(&trial));
	for (i = 0; i < 4; i++)
		record(&trial, 300, 200);
	ck_assert(!regex_trial_runs(&trial) && !regex_trial_next(&trial));
}
END_TEST

/* Counts the lines that match in a text. Returns: the error. */
static int count(const struct question *question, mmr_slice text, uint64_t *ret_n)
{
	mmr_reader *reader;
	int err;

	ck_assert_int_eq(mmr_open_memory(text.ptr, text.len, &reader), 0);
	err = mmr_search_count(question->search, reader, &question->scan, ret_n);
	mmr_close(reader);
	return err;
}

/* A line without the text causes no error, although PCRE2 reaches a limit in it, whether the text
 * is rare or in each other line, in small inputs and large ones. A line with the text does. */
START_TEST(test_search_regex_fails_in_candidates_only)
{
	static const char bad[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac-zyx\n";
	static const size_t sizes[] = {1000, 50000, 600000};
	struct question question = question_of(mmr_slice_of("(a|aa)+$|xyz\\d"));
	struct question other = question_of(mmr_slice_of("(a|aa)+(?=xyz)"));
	char *text = malloc(sizes[2]);
	size_t i, k;

	if (!has_pcre2())
		return;
	ck_assert(compile(&question) && compile(&other));
	for (k = 0; k < 2 * ARRAY_LEN(sizes); k++) {
		mmr_slice bytes = {text, sizes[k / 2]};
		char *at = text + sizes[k / 2] / 20 * 10;
		uint64_t n = 99;

		for (i = 0; i < bytes.len; i++)
			text[i] = i % 10 == 9 ? '\n' : k % 2 ? "xyz-"[i % 10 % 4] : '-';
		memcpy(at, bad, sizeof(bad) - 1);
		ck_assert_int_eq(count(&question, bytes, &n), -ECANCELED);
		ck_assert_uint_eq(mmr_last_error_offset(), (size_t)(at - text));
		MUST(count(&other, bytes, &n) == 0 && n == 0, "%zu: %s", k, mmr_last_error());
		memcpy(at + sizeof(bad) - 2, "xyZ xyz", 7);
		ck_assert_int_eq(count(&other, bytes, &n), -ECANCELED);
		ck_assert_uint_eq(mmr_last_error_offset(), (size_t)(at - text));
	}
	end(&question);
	end(&other);
	free(text);
}
END_TEST

/* Patterns that need the delimiter, and where; and similar ones that do not. */
START_TEST(test_search_regex_across_lines)
{
	static const struct {
		const char *pattern, *other; /* for '\n', for ' ' */
		uint64_t at;
	} refused[] = {{"A\\nB", "A B", 1}, {"A\\x{a}B", "A\\x{20}B", 1}, {"A[\\n]", "A[ ]", 1},
		{"(A|B)\\x0a+", "(A|B)\\x20+", 5}, {"a\\n{2}", "a {2}", 1},
		{"a(b\\x{a})+c", "a(b )+c", 3}, {"\\x{a}|b[\\n]", " |b[ ]", 7},
		{"a(?=\\x{a})", "a(?= )", 4}, {"(a|b)(\\x{a}|[\\n])", "(a|b)( |[ ])", 12}};
	static const char *const accepted[] = {"A\\nB|C", "a\\x{a}?", "a(\\x{a})*b", "[a\\n]",
		"(?!\\x{a})a", "a\\sb", "(a|\\n)b", "\\R", "(?<!\\x{a})a"};
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
	mmr_search *search = NULL;
	mmr_pattern pattern;
	size_t i;

	for (i = 0; has_pcre2() && i < 2 * ARRAY_LEN(refused); i++) {
		options.delimiter = i % 2 ? ' ' : '\n';
		pattern = (mmr_pattern){
			mmr_slice_of(i % 2 ? refused[i / 2].other : refused[i / 2].pattern), true};
		MUST(mmr_search_compile(&pattern, 1, &options, &search) == -EINVAL, "'%s'",
			pattern.text.ptr);
		MUST(strstr(mmr_last_error(), "cannot match across lines: pattern '"), "%s",
			mmr_last_error());
		if (i % 2 == 0)
			MUST(mmr_last_error_offset() == refused[i / 2].at, "%s", mmr_last_error());
		options.delimiter = '\0';
		ck_assert_int_eq(mmr_search_compile(&pattern, 1, &options, &search), 0);
		mmr_search_close(search);
	}
	options.delimiter = '\n';
	for (i = 0; has_pcre2() && i < ARRAY_LEN(accepted); i++) {
		pattern = (mmr_pattern){mmr_slice_of(accepted[i]), true};
		MUST(mmr_search_compile(&pattern, 1, &options, &search) == 0, "%s",
			mmr_last_error());
		mmr_search_close(search);
	}
}
END_TEST

static Suite *search_regex_suite(void)
{
	Suite *suite = suite_create("search_regex");

	ADD_CASE(suite, "core", test_search_regex_on_every_backing,
		test_search_regex_on_every_level, test_search_regex_streams,
		test_search_regex_of_random_patterns, test_search_regex_keeps_the_faster_way);
	ADD_CASE(suite, "faults", test_search_regex_fails_in_candidates_only,
		test_search_regex_across_lines);
	return suite;
}

#else

START_TEST(test_search_regex_absent)
{
}
END_TEST

static Suite *search_regex_suite(void)
{
	Suite *suite = suite_create("search_regex");

	ADD_CASE(suite, "core", test_search_regex_absent);
	return suite;
}

#endif

CHECK_MAIN(search_regex_suite)
