/* regex_jit.c - detects patterns that a release of PCRE2 compiles to wrong machine code
 *
 * Up to 10.42 the code can be wrong for atomic groups, possessive quantifiers, look-arounds and
 * empty alternatives, and next to bytes that are not UTF-8: in UTF mode `\b` matches between '}'
 * and 0xfe, where the interpreter finds nothing. In later releases, including 10.49, it can be
 * wrong for look-arounds within look-behinds. The checks read only the text of the pattern. They
 * may reject correct code, which costs time, but never accept wrong code.
 *
 * Source: issues 324, 336, 347 (fixed in 10.43), 348 and 974 (open) of
 * https://github.com/PCRE2Project/pcre2
 *
 * SPDX-License-Identifier: MIT */
#include "optional/regex.h"

#include <ctype.h>
#include <string.h>

static bool has_text(const char *at, const char *end, const char *text)
{
	size_t len = strlen(text);

	return (size_t)(end - at) >= len && memcmp(at, text, len) == 0;
}

static bool is_one_of(const char *at, const char *end, const char *bytes)
{
	return at < end && *at != '\0' && strchr(bytes, *at);
}

/* Whether the alternative that starts at `at` is empty. */
static bool is_empty(const char *at, const char *end)
{
	return at == end || is_one_of(at, end, "|)");
}

/* Whether a parenthesis opens a plain group or sets options. */
static bool is_plain_group(const char *at, const char *end)
{
	if (has_text(at, end, "(*"))
		return false;
	if (!has_text(at, end, "(?"))
		return !is_empty(at + 1, end);
	at += 2;
	if (is_one_of(at, end, "P"))
		at++;
	if (is_one_of(at, end, "<")) {
		for (at++; at < end && (isalnum((unsigned char)*at) || *at == '_'); at++)
			;
		return is_one_of(at, end, ">") && !is_empty(at + 1, end);
	}
	while (is_one_of(at, end, "ims-"))
		at++;
	return is_one_of(at, end, ":)") && !is_empty(at + 1, end);
}

static bool is_plain(mmr_slice pattern)
{
	const char *at = pattern.ptr, *end = pattern.ptr + pattern.len;

	if (is_empty(at, end))
		return false;
	for (; at < end; at++) {
		if (*at == '(' && !is_plain_group(at, end))
			return false;
		if (*at == '|' && is_empty(at + 1, end))
			return false;
		if (is_one_of(at, end, "*+?}") && is_one_of(at + 1, end, "+"))
			return false;
		/* \g may call a group. */
		if (has_text(at, end, "\\g"))
			return false;
	}
	return true;
}

/* Whether a look-behind is followed by a possible look-around, which may be inside it. */
static bool has_nested_lookbehind(mmr_slice pattern)
{
	const char *at = pattern.ptr, *end = pattern.ptr + pattern.len;
	bool within = false;

	for (; at < end; at++) {
		if (within && (has_text(at, end, "(?") || has_text(at, end, "(*")))
			return true;
		within |= has_text(at, end, "(?<=") || has_text(at, end, "(?<!") ||
			  has_text(at, end, "(?<*") || has_text(at, end, "(*");
	}
	return false;
}

bool regex_trusts_jit(mmr_slice pattern, const mmr_regex_options *options, unsigned release)
{
	if (release < 10043)
		return !options->utf && !options->extended && is_plain(pattern);
	return !has_nested_lookbehind(pattern);
}
