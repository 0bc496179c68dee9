/* fuzz_regex.c - matches of regular expressions, against plain calls of PCRE2 for each line
 *
 * The oracle is PCRE2's interpreter, called for one line at a time. It looks for the next match as
 * pcre2demo(3) does: after an empty match it tries the same offset for a match that is not empty,
 * then continues one character later. Where the library may differ, as for \G and verbs such as
 * (*SKIP), only properties that hold for all matches are checked. An anchored search skips bytes
 * that are not UTF-8, so for such texts the oracle calls PCRE2 as the library does.
 *
 * A pattern that the library refuses because it needs a newline must match nowhere.
 *
 * Between bytes that are not UTF-8, the machine code of PCRE2 10.42 finds other empty matches than
 * the interpreter, and it keeps groups of failed attempts. So for such texts machine code is
 * compared with machine code, and groups are compared without machine code only.
 *
 * Length: 128
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "fuzz.h"

#if defined(HAVE_CONFIG_H)
#include "config.h"
#endif

#if MMR_PCRE2_LAZY

#include "optional/regex.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define PATTERN_ROOM 64
#define MOST_MATCHES 256
#define MOST_GROUPS  64
/* The limit of the oracle. The library adds eight for each byte. */
#define MATCH_LIMIT 1000
#define HEAP_LIMIT  64

struct naive {
	size_t n_matches, n_groups;
	bool limited; /* a limit was reached before the end */
	PCRE2_SIZE offsets[MOST_MATCHES][2 * (MOST_GROUPS + 1)];
};

/* The pattern and the options of both searches. */
struct question {
	mmr_regex_options options;
	mmr_slice pattern, text;
	bool invalid; /* UTF is set, but the text is not valid UTF-8 */
};

/* --- Oracle --- */

static pcre2_code *compile_naive(const struct question *question)
{
	static pcre2_compile_context *context;
	uint32_t flags = PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C;
	/* PCRE2 10.42 reads after the end of some patterns. */
	char pattern[PATTERN_ROOM] = "";
	pcre2_code *code;
	PCRE2_SIZE off;
	int cause;

	if (question->pattern.len > 0)
		memcpy(pattern, question->pattern.ptr, question->pattern.len);
	if (!context) {
		context = pcre2.pcre2_compile_context_create_8(NULL);
		MUST(context, "out of memory");
		pcre2.pcre2_set_newline_8(context, PCRE2_NEWLINE_LF);
	}
	flags |= question->options.caseless ? PCRE2_CASELESS : 0;
	flags |= question->options.extended ? PCRE2_EXTENDED : 0;
	flags |= question->options.dot_all ? PCRE2_DOTALL : 0;
	flags |= question->options.utf ? PCRE2_UTF | PCRE2_UCP | REGEX_INVALID_UTF
				       : PCRE2_NEVER_UTF | PCRE2_NEVER_UCP;
	code = pcre2.pcre2_compile_8(
		(PCRE2_SPTR)pattern, question->pattern.len, flags, &cause, &off, context);
	return code;
}

static size_t next_character(const struct question *question, mmr_slice text, size_t at)
{
	at++;
	while (question->options.utf && at < text.len &&
		((unsigned char)text.ptr[at] & 0xc0) == 0x80)
		at++;
	return at;
}

static bool is_utf(mmr_slice text)
{
	static pcre2_code *code;
	static pcre2_match_data *data;
	PCRE2_SIZE off;
	int cause;

	if (!code) {
		code = pcre2.pcre2_compile_8((PCRE2_SPTR) "", 0, PCRE2_UTF, &cause, &off, NULL);
		data = pcre2.pcre2_match_data_create_from_pattern_8(code, NULL);
		MUST(code && data, "out of memory");
	}
	return pcre2.pcre2_match_8(code, (PCRE2_SPTR)text.ptr, text.len, 0, 0, data, NULL) > 0;
}

static void keep_match(struct naive *naive, const PCRE2_SIZE *offsets, size_t line)
{
	PCRE2_SIZE *kept = naive->offsets[naive->n_matches++];
	size_t i;

	for (i = 0; i < 2 * (naive->n_groups + 1); i++)
		kept[i] = offsets[i] == PCRE2_UNSET ? PCRE2_UNSET : line + offsets[i];
}

/* The matches of a line that starts at `line` in the text. */
static void match_line(const pcre2_code *code, const struct question *question, mmr_slice text,
	size_t line, struct naive *naive)
{
	pcre2_match_data *data = pcre2.pcre2_match_data_create_from_pattern_8(code, NULL);
	pcre2_match_context *context = pcre2.pcre2_match_context_create_8(NULL);
	const PCRE2_SIZE *offsets;
	/* Machine code is not used for anchored matches. The interpreter may count recursions
	 * differently. */
	bool anchored = !question->invalid && question->options.no_jit;
	uint32_t retry = PCRE2_NOTEMPTY_ATSTART | (anchored ? PCRE2_ANCHORED : 0);
	uint32_t again = 0;
	size_t at = 0;
	int found;

	MUST(data && context, "out of memory");
	pcre2.pcre2_set_match_limit_8(context, MATCH_LIMIT);
	pcre2.pcre2_set_heap_limit_8(context, HEAP_LIMIT);
	offsets = pcre2.pcre2_get_ovector_pointer_8(data);
	while (at <= text.len) {
		found = pcre2.pcre2_match_8(
			code, (PCRE2_SPTR)text.ptr, text.len, at, again, data, context);
		if (found == PCRE2_ERROR_NOMATCH && again != 0 && anchored) {
			at = next_character(question, text, at);
			again = 0;
			continue;
		}
		if (found == PCRE2_ERROR_NOMATCH)
			break;
		if (found < 0 || naive->n_matches == MOST_MATCHES ||
			naive->n_groups > MOST_GROUPS || offsets[1] < at ||
			offsets[0] > offsets[1]) {
			naive->limited = true;
			break;
		}
		keep_match(naive, offsets, line);
		at = offsets[1];
		again = offsets[0] == offsets[1] ? retry : 0;
	}
	pcre2.pcre2_match_data_free_8(data);
	pcre2.pcre2_match_context_free_8(context);
}

static void match_all(const pcre2_code *code, const struct question *question, struct naive *naive)
{
	mmr_slice text = question->text, line;
	uint32_t n_groups;
	size_t start, end;

	pcre2.pcre2_pattern_info_8(code, PCRE2_INFO_CAPTURECOUNT, &n_groups);
	naive->n_groups = n_groups;
	naive->n_matches = 0;
	naive->limited = false;
	for (start = 0; start < text.len && !naive->limited; start = end + 1) {
		for (end = start; end < text.len && text.ptr[end] != question->options.delimiter;)
			end++;
		line.ptr = text.ptr + start;
		line.len = end - start;
		match_line(code, question, line, start, naive);
	}
}

/* --- The library --- */

struct walk {
	const struct question *question;
	const struct naive *naive; /* NULL: no comparison */
	size_t n, stop;
};

static int check_match(void *context, const mmr_regex_match *match)
{
	struct walk *walk = context;
	mmr_slice text = walk->question->text, group;
	unsigned i, n_groups = mmr_regex_n_groups(match->regex);
	int took;

	MUST(match->off >= walk->stop && match->off <= text.len &&
			match->text.len <= text.len - match->off,
		"match %zu at %llu", walk->n, (unsigned long long)match->off);
	MUST(memcmp(match->text.ptr, text.ptr + match->off, match->text.len) == 0,
		"match %zu has other bytes", walk->n);
	walk->stop = (size_t)match->off + match->text.len;
	/* Error messages take more time than everything else. */
	if (walk->n == 0)
		MUST(mmr_regex_group(match, n_groups + 1, &group) == -ERANGE, "one group too many");
	for (i = 0; i <= n_groups; i++) {
		const PCRE2_SIZE *offsets;
		uint64_t off;

		took = mmr_regex_group(match, i, &group);
		MUST(took == (group.ptr != NULL), "group %u: %d", i, took);
		off = took ? match->off + (uint64_t)(group.ptr - match->text.ptr) : 0;
		MUST(!took || (off <= text.len && group.len <= text.len - off), "group %u", i);
		if (!walk->naive || walk->n >= walk->naive->n_matches)
			continue;
		if (i > 0 && mmr_regex_is_jit(match->regex))
			continue;
		offsets = walk->naive->offsets[walk->n] + 2 * i;
		MUST(took == (offsets[0] != PCRE2_UNSET), "match %zu, group %u: %d", walk->n, i,
			took);
		MUST(!took || (off == offsets[0] && group.len == offsets[1] - offsets[0]),
			"match %zu, group %u at %llu, %zu bytes, not %zu to %zu", walk->n, i,
			(unsigned long long)off, group.len, offsets[0], offsets[1]);
	}
	walk->n++;
	return 0;
}

/* Checks the end of a search: all matches were found, or a limit was reached. */
static void check_end(const struct walk *walk, int err, bool jit)
{
	if (err == -ECANCELED) {
		/* Machine code counts its steps differently. */
		MUST(!walk->naive || jit, "%zu matches, %s", walk->n, mmr_last_error());
		return;
	}
	/* PCRE2 itself ends some searches, such as endless recursions. */
	if (err == -EIO && !walk->naive)
		return;
	MUST(err == 0, "%s", mmr_last_error());
	MUST(!walk->naive || walk->n == walk->naive->n_matches, "%zu matches instead of %zu",
		walk->n, walk->naive->n_matches);
}

static void search_slice(const mmr_regex *regex, struct walk walk)
{
	mmr_regex_matches *it;
	mmr_regex_match match;

	MUST(mmr_regex_matches_of(regex, walk.question->text, &it) == 0, "%s", mmr_last_error());
	while (mmr_regex_matches_next(it, &match))
		check_match(&walk, &match);
	check_end(&walk, mmr_regex_matches_error(it), mmr_regex_is_jit(regex));
	mmr_regex_matches_close(it);
}

static mmr_reader *open_text(mmr_slice text, bool mapped)
{
	static int fd = -1;
	mmr_reader_options how = MMR_READER_OPTIONS_INIT;
	mmr_reader *reader;

	if (fd < 0)
		fd = memfd_create("fuzz_regex", MFD_CLOEXEC);
	MUST(fd >= 0 && ftruncate(fd, 0) == 0 &&
			pwrite(fd, text.ptr, text.len, 0) == (ssize_t)text.len,
		"no file in memory");
	how.backing = mapped ? MMR_BACKING_MAPPED : MMR_BACKING_UNMAPPED;
	MUST(mmr_open_fd(fd, &how, &reader) == 0, "%s", mmr_last_error());
	return reader;
}

static void search_reader(const mmr_regex *regex, struct walk walk, bool mapped)
{
	mmr_reader *reader = open_text(walk.question->text, mapped);
	mmr_scan_options how = MMR_SCAN_OPTIONS_INIT;
	uint64_t n;
	int err;

	how.n_threads = 1;
	how.delimiter = walk.question->options.delimiter;
	err = mmr_regex_each(regex, reader, &how, MMR_MATCH_PLAIN, check_match, &walk);
	check_end(&walk, err, mmr_regex_is_jit(regex));
	if (err == 0)
		MUST(mmr_regex_count(regex, reader, &how, &n) == 0 && n == walk.n,
			"%llu matches counted, %zu found", (unsigned long long)n, walk.n);
	mmr_close(reader);
}

/* Whether the oracle may find other matches. */
static bool differs(mmr_slice pattern)
{
	size_t i;

	for (i = 0; i + 1 < pattern.len; i++)
		if (memcmp(pattern.ptr + i, "(*", 2) == 0 ||
			(pattern.ptr[i] == '\\' && pattern.ptr[i + 1] == 'G'))
			return true;
	return false;
}

static void check(const struct question *question, unsigned where)
{
	static struct naive naive;
	struct walk walk = {.question = question};
	pcre2_code *code = compile_naive(question);
	mmr_regex *regex = NULL;
	int err = mmr_regex_compile(question->pattern, &question->options, &regex);

	if (code && question->invalid && err == 0 && mmr_regex_is_jit(regex))
		pcre2.pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE);
	if (code)
		match_all(code, question, &naive);
	MUST(err == 0 || !code || (naive.n_matches == 0 && strstr(mmr_last_error(), "newline")),
		"%s", mmr_last_error());
	if (err < 0) {
		pcre2.pcre2_code_free_8(code);
		MUST(err == -EINVAL && !regex && mmr_last_error_offset() <= question->pattern.len,
			"%d at %llu", err, (unsigned long long)mmr_last_error_offset());
		return;
	}
	MUST(code, "an invalid pattern was compiled");
	if (!naive.limited && !differs(question->pattern))
		walk.naive = &naive;
	MUST(mmr_regex_n_groups(regex) == naive.n_groups, "%u groups", mmr_regex_n_groups(regex));
	if (where % 2 == 0)
		search_slice(regex, walk);
	else
		search_reader(regex, walk, where % 4 == 1);
	mmr_regex_close(regex);
	pcre2.pcre2_code_free_8(code);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct question question = {.options = MMR_REGEX_OPTIONS_INIT};
	struct taker taker = {data, size};
	unsigned flags = take_byte(&taker), where = take_byte(&taker);
	char *copy;

	/* PCRE2 is not installed, so there is nothing to test. */
	if (mmr_library_load(MMR_LIBRARY_PCRE2) < 0)
		return 0;
	question.options.caseless = flags & 1;
	question.options.extended = flags & 2;
	question.options.dot_all = flags & 4;
	question.options.utf = flags & 8;
	question.options.no_jit = (flags & 0x10) != 0;
	question.options.delimiter = flags & 0x20 ? ';' : '\n';
	question.options.match_limit = MATCH_LIMIT;
	question.options.heap_limit = HEAP_LIMIT;
	question.pattern.len = take_byte(&taker) % PATTERN_ROOM;
	if (question.pattern.len > taker.left)
		question.pattern.len = taker.left;
	question.pattern.ptr = (const char *)taker.at;
	taker.at += question.pattern.len;
	taker.left -= question.pattern.len;
	copy = take_copy(&taker, &question.text.len);
	question.text.ptr = copy;
	question.invalid = question.options.utf && !is_utf(question.text);
	check(&question, where);
	free(copy);
	return 0;
}

#else

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)data;
	(void)size;
	return 0;
}

#endif
