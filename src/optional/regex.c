/* regex.c - loads PCRE2, compiles patterns and returns groups
 *
 * PCRE2 is fast, but it relies on a subject that does not change, and some patterns take
 * exponential time. So it gets only copies of whole lines, and every search has limits.
 *
 * SPDX-License-Identifier: MIT */
#include "optional/regex.h"

#include "optional/regex_syntax.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ABOUT "regular expressions"

struct regex_functions pcre2;

#define SYMBOL(function) {#function, offsetof(struct regex_functions, function)},
static const struct library_symbol symbols[] = {REGEX_FUNCTIONS(SYMBOL)};

#define SONAME "libpcre2-8.so.0"
static const char *const sonames[] = {SONAME, NULL};
LIBRARY_NOTE(pcre2, "\"" SONAME "\"", ABOUT)

pcre2_general_context *regex_memory;

/* The release that was loaded, as major * 1000 + minor. */
static unsigned release;

static void *take(size_t size, void *unused)
{
	(void)unused;
	return heap_alloc(size);
}

static void give(void *bytes, void *unused)
{
	(void)unused;
	heap_free(bytes);
}

static bool start(char *ret_version, size_t size, char *reason)
{
	unsigned major, minor;
	char version[64];

	if (pcre2.pcre2_config_8(PCRE2_CONFIG_VERSION, NULL) > (int)sizeof(version) ||
		pcre2.pcre2_config_8(PCRE2_CONFIG_VERSION, version) < 0 ||
		sscanf(version, "%u.%u", &major, &minor) != 2) {
		snprintf(reason, LIBRARY_REASON, "it does not report its version");
		return false;
	}
	/* The first release that accepts bytes that are not UTF-8. */
	if (major < 10 || (major == 10 && minor < 34)) {
		snprintf(reason, LIBRARY_REASON, "release %u.%u is older than 10.34", major, minor);
		return false;
	}
	if (!regex_memory)
		regex_memory = pcre2.pcre2_general_context_create_8(take, give, NULL);
	if (!regex_memory) {
		snprintf(reason, LIBRARY_REASON, "out of memory");
		return false;
	}
	release = major * 1000 + minor;
	snprintf(ret_version, size, "%u.%u", major, minor);
	return true;
}

struct library library_pcre2 = {
	.name = "PCRE2",
	.package = "libpcre2-8-0",
	.feature = ABOUT,
	.linkage = MMR_LINKAGE_DLOPEN,
	.sonames = sonames,
	.symbols = symbols,
	.n_symbols = ARRAY_LEN(symbols),
	.functions = &pcre2,
	.start = start,
};

#define MATCH_LIMIT UINT32_C(10000000)
#define HEAP_LIMIT  UINT32_C(8192)

/* --- Patterns --- */

static const mmr_regex_options default_options = MMR_REGEX_OPTIONS_INIT;

/* How much of a pattern an error message contains. */
static int shown(size_t len)
{
	return (int)min_size(len, 60);
}

static uint32_t flags_of(const mmr_regex_options *options)
{
	/* \C matches parts of characters and prevents compilation to machine code. */
	uint32_t flags = PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C;

	flags |= options->caseless ? PCRE2_CASELESS : 0;
	flags |= options->extended ? PCRE2_EXTENDED : 0;
	flags |= options->dot_all ? PCRE2_DOTALL : 0;
	/* If the pattern itself could enable UTF, a search would fail at the first byte that is not
	 * UTF-8. */
	flags |= options->utf ? PCRE2_UTF | PCRE2_UCP : PCRE2_NEVER_UTF | PCRE2_NEVER_UCP;
	return flags;
}

static int explain_pattern(mmr_slice pattern, int cause, size_t at)
{
	char text[128] = "";

	if (cause == PCRE2_ERROR_HEAP_FAILED)
		return error_set(-ENOMEM, "compile a pattern of %zu bytes", pattern.len);
	pcre2.pcre2_get_error_message_8(cause, (unsigned char *)text, sizeof(text));
	return error_explain_at(cause == PCRE2_ERROR_UNICODE_NOT_SUPPORTED ? -ENOTSUP : -EINVAL, at,
		"cannot compile pattern '%.*s': %s", shown(pattern.len), pattern.ptr, text);
}

/* The copy that is compiled ends with a NUL: PCRE2 10.42 reads "(*LIMIT_MATCH=1" up to a byte that
 * is not a digit, even after the end of the pattern. */
pcre2_code *regex_code_of(mmr_slice pattern, const mmr_regex_options *options, uint32_t flags,
	int *ret_cause, size_t *ret_at)
{
	pcre2_compile_context *context = pcre2.pcre2_compile_context_create_8(regex_memory);
	char *copy = heap_alloc(pattern.len + 1);
	pcre2_code *code = NULL;

	*ret_cause = PCRE2_ERROR_HEAP_FAILED;
	*ret_at = 0;
	if (context && copy) {
		if (pattern.len > 0)
			memcpy(copy, pattern.ptr, pattern.len);
		copy[pattern.len] = '\0';
		pcre2.pcre2_set_newline_8(context, PCRE2_NEWLINE_LF);
		code = pcre2.pcre2_compile_8((const unsigned char *)copy, pattern.len,
			flags_of(options) | flags, ret_cause, ret_at, context);
	}
	heap_free(copy);
	pcre2.pcre2_compile_context_free_8(context);
	return code;
}

/* A subject that is not UTF-8 has a code of its own, since PCRE2 assumes that a match of a pattern
 * that begins with `.*` begins at the start of a line. It may begin after invalid bytes, too. */
static int compile(mmr_slice pattern, const mmr_regex_options *options, mmr_regex *regex)
{
	/* A record may end with an empty line, at whose start '^' matches. */
	uint32_t flags = regex->subject == REGEX_RECORD ? PCRE2_ALT_CIRCUMFLEX
			 : regex->subject == REGEX_HEAD ? PCRE2_ANCHORED
							: 0;
	size_t at;
	int cause;

	regex->code = regex_code_of(pattern, options, flags, &cause, &at);
	if (regex->code && options->utf)
		regex->invalid_code =
			regex_code_of(pattern, options, flags | REGEX_INVALID_UTF, &cause, &at);
	if (regex->code && (regex->invalid_code || !options->utf))
		return 0;
	/* PCRE2 may report an offset after the end. */
	return explain_pattern(pattern, cause, min_size(at, pattern.len));
}

static bool compile_jit(pcre2_code *code)
{
	return pcre2.pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE) == 0;
}

int regex_refuse(mmr_slice pattern, char delimiter, size_t at)
{
	error_explain_at(-EINVAL, at,
		"cannot match across lines: pattern '%.*s' needs a %s, which no line contains",
		shown(pattern.len), pattern.ptr, delimiter == '\n' ? "newline" : "delimiter");
	return error_hint(
		-EINVAL, "match it against records of several lines, or search for a literal text");
}

int mmr_regex_compile(mmr_slice pattern, const mmr_regex_options *options, mmr_regex **ret_regex)
{
	return regex_compile(pattern, options, REGEX_LINE, ret_regex);
}

int regex_compile(mmr_slice pattern, const mmr_regex_options *options, enum regex_subject subject,
	mmr_regex **ret_regex)
{
	struct regex_syntax syntax;
	mmr_regex *regex;
	int err;

	if (!options)
		options = &default_options;
	if (options->struct_size < sizeof(*options)) {
		error_set(-EINVAL, "compile a pattern with these options");
		return error_hint(-EINVAL, "start from MMR_REGEX_OPTIONS_INIT");
	}
	if (slice_is_nowhere(pattern))
		return error_nowhere();
	err = library_load(&library_pcre2);
	if (err < 0)
		return err;
	regex = heap_alloc(sizeof(*regex));
	if (!regex)
		return error_set(-ENOMEM, "compile a pattern of %zu bytes", pattern.len);
	memset(regex, 0, sizeof(*regex));
	regex->subject = subject;
	err = compile(pattern, options, regex);
	if (err < 0) {
		mmr_regex_close(regex);
		return err;
	}
	syntax = regex_syntax_of(pattern, options);
	if (subject != REGEX_RECORD && options->delimiter == '\n' && syntax.needs_newline) {
		mmr_regex_close(regex);
		return regex_refuse(pattern, '\n', syntax.newline_at);
	}
	regex->delimiter = options->delimiter;
	regex->utf = options->utf;
	/* Next to an invalid character at the end of a line, PCRE2 10.42 finds other empty matches
	 * than next to one at the end of the subject. */
	regex->within_lines = subject == REGEX_LINE && options->delimiter == '\n' &&
			      !options->utf && syntax.within_lines;
	regex->match_limit = options->match_limit > 0 ? options->match_limit : MATCH_LIMIT;
	regex->depth_limit = options->depth_limit;
	regex->heap_limit = options->heap_limit > 0 ? options->heap_limit : HEAP_LIMIT;
	/* If memory must not be executable, this fails and patterns are interpreted. */
	regex->jit = !options->no_jit && regex_trusts_jit(pattern, options, release) &&
		     compile_jit(regex->code) &&
		     (!regex->invalid_code || compile_jit(regex->invalid_code));
	pcre2.pcre2_pattern_info_8(regex->code, PCRE2_INFO_CAPTURECOUNT, &regex->n_groups);
	pcre2.pcre2_pattern_info_8(regex->code, PCRE2_INFO_NAMECOUNT, &regex->n_names);
	pcre2.pcre2_pattern_info_8(regex->code, PCRE2_INFO_NAMEENTRYSIZE, &regex->name_size);
	pcre2.pcre2_pattern_info_8(regex->code, PCRE2_INFO_NAMETABLE, &regex->names);
	*ret_regex = regex;
	return 0;
}

void mmr_regex_close(mmr_regex *regex)
{
	if (!regex)
		return;
	pcre2.pcre2_code_free_8(regex->code);
	pcre2.pcre2_code_free_8(regex->invalid_code);
	heap_free(regex->literals);
	heap_free(regex);
}

unsigned mmr_regex_n_groups(const mmr_regex *regex)
{
	return regex->n_groups;
}

bool mmr_regex_is_jit(const mmr_regex *regex)
{
	return regex->jit;
}

/* --- Groups --- */

int mmr_regex_group(const mmr_regex_match *match, unsigned number, mmr_slice *ret_text)
{
	const size_t *place;

	if (number > match->regex->n_groups)
		return error_set(-ERANGE, "find group %u of a pattern that has %u", number,
			match->regex->n_groups);
	place = match->places + 2 * (size_t)number;
	if (place[0] == PCRE2_UNSET) {
		ret_text->ptr = NULL;
		ret_text->len = 0;
		return 0;
	}
	ret_text->ptr = match->text.ptr - match->places[0] + place[0];
	ret_text->len = place[1] - place[0];
	return 1;
}

int mmr_regex_group_named(const mmr_regex_match *match, const char *name, mmr_slice *ret_text)
{
	const unsigned char *entry = match->regex->names;
	bool found = false;
	uint32_t i;

	for (i = 0; i < match->regex->n_names; i++, entry += match->regex->name_size) {
		if (strcmp((const char *)entry + 2, name) != 0)
			continue;
		found = true;
		if (mmr_regex_group(match, entry[0] * 256u + entry[1], ret_text) == 1)
			return 1;
	}
	return found ? 0 : error_set(-ENOENT, "find group '%s' of a pattern", name);
}
