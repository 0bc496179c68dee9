/* literals.c - the texts that patterns require
 *
 * The table has patterns of every kind with their sets. For these and for random patterns, each
 * line in which PCRE2 finds a match must contain a text of each set. PCRE2 is called for the line
 * alone, without machine code and without its own optimizations of the start of a search.
 *
 * SPDX-License-Identifier: MIT */
#include "draft.h"
#include "support.h"

#if MMR_PCRE2_LAZY

#include "optional/regex_literals.h"

#include <ctype.h>
#include <stdio.h>

/* i: caseless, x: extended, u: utf. Sets are written as in put_sets(). */
struct sample {
	const char *flags, *pattern, *sets;
};

static const struct sample samples[] = {
	{"", "ERROR GET /v1/users/\\d+", "{ERROR GET /v1/users/}"},
	{"", "[0-9]+ /search\\?q=777777", "{ /search?q=777777}"},
	{"", "web-\\d\\d ERROR (GET|POST) /img/\\d+", "{ ERROR } { /img/} {web-} {GET|POST}"},
	{"", "/v1/users/529501", "={/v1/users/529501}"},
	{"", "ERROR|WARN", "={ERROR|WARN}"},
	{"", "529501|777777|123456", "={529501|777777|123456}"},
	{"", "(users|orders)/99999\\d", "{/99999} {users|orders}"},
	{"", "(?i)/V1/Orders/12345\\d", "i{/v1/orders/12345} {/12345}"},
	{"", "(?i)error", "i={error}"},
	{"", "\\bPUT\\b", "{PUT}"},
	{"", "^2024-03-07T23:59", "{2024-03-07T23:59}"},
	{"", "500 \\d+ bytes \\d+\\.\\d ms$", "{ bytes } {500 } { ms}"},
	{"", "^.* 404 \\d+ bytes .*$", "{ bytes } { 404 }"},
	{"", "\\d{3}\\.\\d ms", "{ ms}"},
	{"", "[A-Z]{5} [A-Z]{4}", ""},
	{"", "ERROR.*users.*500", "{ERROR} {users} {500}"},
	{"", "[a-z]+\\d+[a-z]", ""},
	{"u", "\\p{Greek}", "high{}"},
	{"u", "ab\\p{Greek}+|\\p{Han}", ""},
	{"u", "\\x{e9}|[\\x{e8}-\\x{ef}]+", "high{}"},
	{"u", "[a\\x{e9}]", ""},
	{"u", "\\x{e9}{9}", ""},
	{"u", "[^\\x00-\\x7f]a", "high{}"},
	{"ui", "\\x{17f}", ""},
	{"", "(\\d)\\1\\1\\1\\1\\1", ""},
	{"", "(?<=q=)99\\d+(?= 404)", "{q=99} { 404}"},
	{"", "a", ""},
	{"", "ab", "={ab}"},
	{"", "ab|c", ""},
	{"", "ab|cd", "={ab|cd}"},
	{"", "ab|cd|ab", "={ab|cd}"},
	{"", "|ab", ""},
	{"", "ab|", ""},
	{"", "(ab|)", ""},
	{"", "(ab)", "={ab}"},
	{"", "((a)(b))", "={ab}"},
	{"", "(?:ab)", "={ab}"},
	{"", "(?>ab)c", "={abc}"},
	{"", "(?|ab|cd)", "{ab|cd}"},
	{"", "(?<n>ab)c", "={abc}"},
	{"", "(?P<n>ab)c", "={abc}"},
	{"", "(?'n'ab)c", "={abc}"},
	{"", "ab?c", ""},
	{"", "ab*cd", "{cd}"},
	{"", "ab+cd", "{bcd} {ab}"},
	{"", "ab+?cd", "{bcd} {ab}"},
	{"", "ab++cd", "{bcd} {ab}"},
	{"", "a{1}b", "={ab}"},
	{"", "a{2}b", "{ab}"},
	{"", "a{8}b", "{ab}"},
	{"", "a{9}b", ""},
	{"", "[ab]{2}c", "{ac|bc}"},
	{"", "[ab]{9}c", ""},
	{"", "x[ab]{3}c", "{xa|xb} {ac|bc}"},
	{"", "\\n{2}|ab", "={ab}"},
	{"", "ab{1,2}cd", "{bcd} {ab}"},
	{"", "ab{0}cd", "{cd}"},
	{"", "ab{0,1}cd", "{cd}"},
	{"", "ab{2,}cd", "{bcd} {ab}"},
	{"", "(ab)?cd", "{cd}"},
	{"", "(ab)*cd", "{cd}"},
	{"", "(ab)+cd", "{ab} {cd}"},
	{"", "(ab)+?cd", "{ab} {cd}"},
	{"", "(ab)++cd", "{ab} {cd}"},
	{"", "(ab){1}cd", "{ab} {cd}"},
	{"", "(ab){2}cd", "{ab} {cd}"},
	{"", "(ab){0}cd", "{cd}"},
	{"", "(ab){0,2}cd", "{cd}"},
	{"", "(ab){1,}cd", "{ab} {cd}"},
	{"", "(ab|cd)+ef", "{ef} {ab|cd}"},
	{"", "(ab|cd)?ef", "{ef}"},
	{"", "(ab|c)ef", "{ef}"},
	{"", "(ab|c*)ef", "{ef}"},
	{"", "(a|b)cd", "{cd}"},
	{"", "[ab]cd", "={acd|bcd} {cd}"},
	{"", "[ab][ab]", "={aa|ba|ab|bb}"},
	{"", "[ab][ab][ab]", "={aaa|baa|aba|bba|aab|bab|abb|bbb}"},
	{"", "[ab][ab][ab][ab]", "={16 texts}"},
	{"", "[ab][ab][ab][ab][ab][ab]", "={64 texts}"},
	{"", "[ab][ab][ab][ab][ab][ab][ab]", "{64 texts}"},
	{"", "[abcd][abcd][abcd]x", "={64 texts}"},
	{"", "[abcde]xy", "{xy}"},
	{"", "[a]bc", "={abc}"},
	{"", "[^a]bc", "{bc}"},
	{"", "[[:alpha:]]bc", "{bc}"},
	{"", "[[:digit:]]bc", "{bc}"},
	{"", "[]]bc", "={]bc}"},
	{"", "[a\\]]bc", "={]bc|abc} {bc}"},
	{"", "[\\x61]bc", "={abc}"},
	{"", "[\\n]", "impossible"},
	{"", "[a\\n]bc", "={abc}"},
	{"", "[^\\n]bc", "{bc}"},
	{"", "a.b", ""},
	{"", ".*ab", "{ab}"},
	{"", "ab.*", "{ab}"},
	{"", "ab.cd", "{ab} {cd}"},
	{"", "ab\\dcd", "{ab} {cd}"},
	{"", "ab\\.cd", "={ab.cd}"},
	{"", "ab\\\\cd", "={ab\\cd}"},
	{"", "ab\\/cd", "={ab/cd}"},
	{"", "\\x61\\x62", "={ab}"},
	{"", "\\x{61}b", "={ab}"},
	{"", "\\141b", ""},
	{"", "\\o{141}b", "={ab}"},
	{"", "ab\\tcd", "={ab\tcd}"},
	{"", "ab\\ecd", "={ab\033cd}"},
	{"", "\\caab", "={\001ab}"},
	{"", "\\c\\ab", "={\034ab}"},
	{"", "ab\\Rcd", "{ab} {cd}"},
	{"", "ab\\Xcd", "{ab} {cd}"},
	{"", "ab\\hcd", "={ab\tcd|ab cd|ab\240cd} {ab}"},
	{"", "ab\\bcd", "{abcd}"},
	{"", "ab\\Bcd", "{abcd}"},
	{"", "^ab$", "{ab}"},
	{"", "\\Aab\\z", "{ab}"},
	{"", "ab\\Z", "{ab}"},
	{"", "\\Gab", "{ab}"},
	{"", "ab\\Kcd", "{abcd}"},
	{"", "a(?=b)c", "{ab}"},
	{"", "ab(?=cd)", "{abcd}"},
	{"", "ab(?=cd)ef", "{abcd} {ef}"},
	{"", "ab(?=cd|ef)", "{ab} {cd|ef}"},
	{"", "ab(?!cd)ef", "{ab} {ef}"},
	{"", "(?<=ab)cd", "{abcd}"},
	{"", "(?<=ab|ef)cd", "{cd} {ab|ef}"},
	{"", "(?<!ab)cd", "{cd}"},
	{"", "(?=.*ab)cd", "{ab} {cd}"},
	{"", "(?=ab)?cd", "{cd}"},
	{"", "(?=(ab)+)cd", "{ab} {cd}"},
	{"", "(?!\\n)ab", "{ab}"},
	{"", "(a)\\1b", ""},
	{"", "(ab)\\1cd", "{ab} {cd}"},
	{"", "(?:ab)\\12cd", "{ab} {cd}"},
	{"", "(a)(?1)bc", ""},
	{"", "(?R)?ab", ""},
	{"", "(?(?=a)ab|cd)", ""},
	{"", "(a)?(?(1)bc|de)", ""},
	{"", "(?(DEFINE)(?<x>ab))cd", ""},
	{"", "(?i)ab", "i={ab}"},
	{"", "(?i)aB1", "i={ab1}"},
	{"", "(?i)12", "={12}"},
	{"", "(?i)ab|cd", "i={ab|cd}"},
	{"", "(?i)[a]b", "i={ab}"},
	{"", "(?i:ab)cd", ""},
	{"", "ab(?i)cd", ""},
	{"", "(?-i)ab", ""},
	{"", "(?s)a.b", ""},
	{"", "(?is)ab", "i={ab}"},
	{"", "(?x)a b  c", "={abc}"},
	{"", "(?x) ab", ""},
	{"", "(?x)ab # c", ""},
	{"", "(?x)a +b c", "{abc}"},
	{"", "(?x)[a b]c", "={ c|ac|bc}"},
	{"", "(?xx)[a b]c", "={ac|bc}"},
	{"", "(?x)a{1} bc", "={abc}"},
	{"", "(?#x)ab", ""},
	{"", "ab(?#x)cd", "={abcd}"},
	{"", "\\Qab\\E", ""},
	{"", "\\Qa.b\\E+", ""},
	{"", "ab\\E", ""},
	{"", "(*ACCEPT)ab", ""},
	{"", "ab(*ACCEPT)cd", ""},
	{"", "ab(*F)", ""},
	{"", "(*COMMIT)ab", ""},
	{"", "(?C1)ab", ""},
	{"", "ab(?C'x')cd", ""},
	{"", "\\(?ib", "{ib}"},
	{"", "\\\\(?i)ab", ""},
	{"", "a{b", "={a{b}"},
	{"", "a{1b", "={a{1b}"},
	{"", "A\\x{a}B", "impossible"},
	{"", "ab\\ncd|ef", "={ef}"},
	{"", "ab(\\n|x)cd", "{ab} {cd}"},
	{"", "\\n|ab", ""},
	{"", "(ab|\\n)+cd", "{ab} {cd}"},
	{"", "(\\n)?ab", "{ab}"},
	{"", "ab\\x{0a}+", "impossible {ab}"},
	{"", "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee",
		"{aaaaaaaaaabbbbbbbbbbccccccccccdd} {ddddddddeeeeeeeeee}"},
	{"i", "ab", "i={ab}"},
	{"i", "12ab", "i={12ab} {12}"},
	{"i", "kiss", "i={kiss}"},
	{"i", "ab|12", "i{ab|12}"},
	{"i", "a[bc]d", "i={abd|acd}"},
	{"x", "a b c # d", "{ab}"},
	{"u", "ab", "{ab}"},
	{"u", "\303\251", "{\303\251}"},
	{"u", "\303\251a", "{\303\251a}"},
	{"u", "a\303\251b", "{a\303\251b}"},
	{"u", "\303\251+ab", "{ab} high{}"},
	{"u", "[\303\251]ab", "{ab} high{}"},
	{"u", "[ab]c", "{ac|bc}"},
	{"u", "\\dab", "{ab}"},
	{"u", "ab\\x{e9}", "{ab} high{}"},
	{"u", ".ab", "{ab}"},
	{"u", "k[s]", "{ks}"},
	{"ui", "ab", "i{ab}"},
	{"ui", "1ks2", ""},
	{"ui", "\303\251ab", "i{ab} high{}"},
	{"ui", "[xy]ab", "i{xab|yab} i{ab}"},
	{"ui", "xaby", "i{xaby}"},
	{"u", "\\Rab", "{ab}"},
};

/* --- The extractor ---------------------------------------------------------------------------- */

static mmr_regex_options options_of(const char *flags)
{
	mmr_regex_options options = MMR_REGEX_OPTIONS_INIT;

	options.caseless = strchr(flags, 'i');
	options.extended = strchr(flags, 'x');
	options.utf = strchr(flags, 'u');
	return options;
}

/* Writes sets as {a|b} {c}: i before a caseless one, = before one that is exact. */
static void put_sets(const struct regex_literals *literals, char *out, size_t room)
{
	size_t len = 0;
	unsigned i, k;

	out[0] = '\0';
	if (!literals)
		return;
	if (literals->impossible)
		len = (size_t)snprintf(out, room, "impossible");
	for (i = 0; i < literals->n_sets; i++) {
		const struct literal_set *set = &literals->sets[i];

		len += (size_t)snprintf(out + len, room - len, "%s%s%s%s{", len > 0 ? " " : "",
			set->caseless ? "i" : "", set->exact ? "=" : "", set->high ? "high" : "");
		for (k = 0; k < set->n && set->n <= 8; k++)
			len += (size_t)snprintf(out + len, room - len, "%s%.*s", k > 0 ? "|" : "",
				set->texts[k].len, set->texts[k].bytes);
		if (set->n > 8)
			len += (size_t)snprintf(out + len, room - len, "%u texts", set->n);
		len += (size_t)snprintf(out + len, room - len, "}");
	}
}

/* --- The oracle ------------------------------------------------------------------------------- */

struct question {
	mmr_slice pattern;
	mmr_regex_options options;
	struct regex_literals *literals;
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *context;
};

/* Returns: false if PCRE2 or the library refuses the pattern. */
static bool ask(struct question *question)
{
	mmr_regex *regex;
	size_t at;
	int cause;

	if (mmr_regex_compile(question->pattern, &question->options, &regex) < 0)
		return false;
	ck_assert_int_eq(regex_literals_of(
				 question->pattern, &question->options, regex, &question->literals),
		0);
	mmr_regex_close(regex);
	question->code = regex_code_of(question->pattern, &question->options,
		(question->options.utf ? REGEX_INVALID_UTF : 0) |
			(draft_has_verb(question->pattern) ? 0 : PCRE2_NO_START_OPTIMIZE),
		&cause, &at);
	ck_assert_ptr_nonnull(question->code);
	question->data = pcre2.pcre2_match_data_create_from_pattern_8(question->code, NULL);
	question->context = pcre2.pcre2_match_context_create_8(NULL);
	pcre2.pcre2_set_match_limit_8(question->context, 10000);
	return true;
}

static void end(struct question *question)
{
	heap_free(question->literals);
	pcre2.pcre2_match_data_free_8(question->data);
	pcre2.pcre2_match_context_free_8(question->context);
	pcre2.pcre2_code_free_8(question->code);
}

static bool is_same(char a, char b, bool caseless)
{
	return a == b || (caseless && isalpha((unsigned char)b) && tolower((unsigned char)a) == b);
}

static bool contains(mmr_slice line, const struct literal_set *set)
{
	size_t at, k;
	unsigned i;

	for (at = 0; set->high && at < line.len; at++)
		if ((unsigned char)line.ptr[at] >= 0x80)
			return true;
	for (i = 0; i < set->n && !set->high; i++)
		for (at = 0; at + set->texts[i].len <= line.len; at++) {
			for (k = 0;
				k < set->texts[i].len &&
				is_same(line.ptr[at + k], set->texts[i].bytes[k], set->caseless);)
				k++;
			if (k == set->texts[i].len)
				return true;
		}
	return false;
}

/* Checks a line. Returns: whether the pattern matches in it. */
static bool must_agree(const struct question *question, mmr_slice line)
{
	const struct regex_literals *literals = question->literals;
	int found = pcre2.pcre2_match_8(question->code, (PCRE2_SPTR)line.ptr, line.len, 0, 0,
		question->data, question->context);
	unsigned i;

	for (i = 0; literals && i < literals->n_sets; i++) {
		bool has = contains(line, &literals->sets[i]);

		MUST(found < 0 || has, "'%.*s' matches '%.*s' without a text of set %u",
			(int)question->pattern.len, question->pattern.ptr, (int)line.len, line.ptr,
			i);
		MUST(found != PCRE2_ERROR_NOMATCH || !has || !literals->sets[i].exact,
			"'%.*s' does not match '%.*s'", (int)question->pattern.len,
			question->pattern.ptr, (int)line.len, line.ptr);
	}
	MUST(found < 0 || !literals || !literals->impossible, "'%.*s' matches '%.*s'",
		(int)question->pattern.len, question->pattern.ptr, (int)line.len, line.ptr);
	return found >= 0;
}

/* --- The table -------------------------------------------------------------------------------- */

static void must_have(const struct sample *sample)
{
	struct question question = {
		.pattern = mmr_slice_of(sample->pattern), .options = options_of(sample->flags)};
	char sets[1000];

	MUST(ask(&question), "'%s': %s", sample->pattern, mmr_last_error());
	put_sets(question.literals, sets, sizeof(sets));
	MUST(strcmp(sets, sample->sets) == 0, "'%s': %s instead of %s", sample->pattern, sets,
		sample->sets);
	end(&question);
}

START_TEST(test_literals_of_samples)
{
	/* A quantifier since 10.43. */
	struct sample at_most = {"", "a{,3}b", "={a{,3}b}"};
	size_t i;

	if (!has_pcre2())
		return;
	for (i = 0; i < ARRAY_LEN(samples); i++)
		must_have(&samples[i]);
	if (pcre2_release() >= 10043)
		at_most.sets = "";
	must_have(&at_most);
}
END_TEST

/* Lines are the patterns themselves and pieces of them, changed here and there. */
START_TEST(test_literals_of_samples_are_in_each_match)
{
	struct chance chance = {81};
	size_t i, k, n_matches = 0;

	for (i = 0; has_pcre2() && i < ARRAY_LEN(samples); i++) {
		mmr_slice pattern = mmr_slice_of(samples[i].pattern);
		struct question question = {
			.pattern = pattern, .options = options_of(samples[i].flags)};
		char line[200];

		ck_assert(ask(&question));
		for (k = 0; k < 2000; k++) {
			size_t from = chance_below(&chance, pattern.len + 1);
			size_t len = chance_below(&chance, min_size(pattern.len - from, 150) + 1);

			memcpy(line, pattern.ptr + from, len);
			len = draft_mutate(&chance, line, len, sizeof(line));
			n_matches += must_agree(&question, (mmr_slice){line, len});
		}
		end(&question);
	}
	MUST(!has_pcre2() || n_matches > 1000, "%zu matches", n_matches);
}
END_TEST

/* --- Random patterns -------------------------------------------------------------------------- */

START_TEST(test_literals_of_random_patterns)
{
	struct chance chance = {82};
	size_t n_patterns = 0, n_declined = 0, n_matches = 0, i, k, len;
	char line[400];

	for (i = 0; has_pcre2() && i < 60000; i++) {
		struct draft draft = draft_of(&chance);
		struct question question = {.options = options_of("")};

		question.options.caseless = chance_below(&chance, 4) == 0;
		question.options.extended = chance_below(&chance, 6) == 0;
		question.options.utf = chance_below(&chance, 3) == 0;
		question.pattern = (mmr_slice){draft.pattern, draft.n_pattern};
		if (!ask(&question))
			continue;
		n_patterns++;
		n_declined += !question.literals;
		for (k = 0; k < 16; k++) {
			memcpy(line, draft.text, draft.n_text);
			len = draft_mutate(&chance, line, draft.n_text, sizeof(line));
			n_matches += must_agree(&question, (mmr_slice){line, len});
		}
		end(&question);
	}
	MUST(!has_pcre2() || (n_patterns > 20000 && n_matches > 20000), "%zu patterns, %zu matches",
		n_patterns, n_matches);
	fprintf(stderr, "%zu patterns, %zu without texts, %zu lines that match\n", n_patterns,
		n_declined, n_matches);
}
END_TEST

static Suite *literals_suite(void)
{
	Suite *suite = suite_create("literals");

	ADD_CASE(suite, "core", test_literals_of_samples,
		test_literals_of_samples_are_in_each_match, test_literals_of_random_patterns);
	return suite;
}

#else

START_TEST(test_literals_absent)
{
}
END_TEST

static Suite *literals_suite(void)
{
	Suite *suite = suite_create("literals");

	ADD_CASE(suite, "core", test_literals_absent);
	return suite;
}

#endif

CHECK_MAIN(literals_suite)
