/* regex_syntax.c - parses the common constructs of patterns
 *
 * If a pattern contains any other construct, parsing stops, and the pattern is searched line by
 * line, which is correct for every pattern. In doubt, the parser assumes that an item can match a
 * newline but does not need one.
 *
 * SPDX-License-Identifier: MIT */
#include "optional/regex_syntax.h"

#include "common.h"

#include <ctype.h>
#include <string.h>

/* Nested groups; PCRE2 allows 250. */
#define DEPTH_MAX 250

struct scan {
	const char *at, *start, *end;
	const mmr_regex_options *options;
	struct regex_syntax *syntax;
	unsigned depth;
	bool is_known; /* all constructs so far are known */
};

static bool read_group(struct scan *scan);

static bool is_next(const struct scan *scan, const char *text)
{
	size_t len = strlen(text);

	return (size_t)(scan->end - scan->at) >= len && memcmp(scan->at, text, len) == 0;
}

static bool skip(struct scan *scan, const char *text)
{
	bool found = is_next(scan, text);

	if (found)
		scan->at += strlen(text);
	return found;
}

/* Skips to the position after the next `byte`. If there is none, the pattern is not known. */
static void skip_past(struct scan *scan, char byte)
{
	const char *found = memchr(scan->at, byte, (size_t)(scan->end - scan->at));

	scan->is_known &= found != NULL;
	scan->at = found ? found + 1 : scan->end;
}

static void take_newline(struct scan *scan)
{
	scan->syntax->within_lines = false;
}

/* The value of an escape: a byte, or one of these. */
enum {
	ESCAPE_NONE = 256,   /* never a newline: a class, or an assertion independent of lines */
	ESCAPE_PERHAPS = 257 /* possibly a newline, or not known */
};

/* Parses the rest of an escape after "\x". */
static unsigned read_hex(struct scan *scan)
{
	const char *digits = scan->at;
	unsigned value = 0, digit;

	if (skip(scan, "{")) {
		skip_past(scan, '}');
		return ESCAPE_PERHAPS;
	}
	for (; scan->at < scan->end && scan->at < digits + 2 && isxdigit((unsigned char)*scan->at);
		scan->at++) {
		digit = (unsigned char)*scan->at;
		/* 'a' to 'f' follow '0' to '9' when case is dropped. */
		value = value * 16 + (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
	}
	return value;
}

/* Parses the rest of an escape after the backslash. */
static unsigned read_escape(struct scan *scan)
{
	char letter = *scan->at++;

	if (!isalnum((unsigned char)letter))
		return (unsigned char)letter;
	switch (letter) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case 'x':
		return read_hex(scan);
	}
	if (strchr("dwShbB", letter))
		return ESCAPE_NONE;
	scan->is_known &= strchr("sDWvHAzZ", letter) != NULL;
	return ESCAPE_PERHAPS;
}

/* Parses the rest of [:alpha:] and the like after "[:". */
static bool read_posix_class(struct scan *scan)
{
	static const char *const names[] = {"alpha:]", "digit:]", "alnum:]", "upper:]", "lower:]",
		"punct:]", "xdigit:]", "word:]", "blank:]", "graph:]", "print:]"};
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++)
		if (skip(scan, names[i]))
			return true;
	return false;
}

/* Parses a class after its "[". A range that starts below ' ' may contain a newline. */
static void read_class(struct scan *scan)
{
	bool has_control = false, has_range = false;
	const char *first;
	unsigned byte;

	if (skip(scan, "^"))
		take_newline(scan);
	for (first = scan->at; scan->at < scan->end && scan->is_known;) {
		char letter = *scan->at++;

		if (letter == ']' && scan->at - 1 > first)
			break;
		byte = (unsigned char)letter;
		if (letter == '\\' && scan->at < scan->end)
			byte = read_escape(scan);
		else if (letter == '[' && (skip(scan, ":")))
			byte = read_posix_class(scan) ? ESCAPE_NONE : ESCAPE_PERHAPS;
		else if (letter == '[' && (is_next(scan, ".") || is_next(scan, "=")))
			scan->is_known = false;
		has_range |= letter == '-';
		has_control |= byte < ' ';
		if (byte == '\n' || byte == ESCAPE_PERHAPS)
			take_newline(scan);
		/* A class whose name is not known. */
		if (letter == '[' && byte == ESCAPE_PERHAPS)
			scan->is_known = false;
	}
	if (has_control && has_range)
		take_newline(scan);
}

/* Parses the kind of a group after "(?". Returns: whether a group begins. If not, the parenthesis
 * is complete. */
static bool read_kind(struct scan *scan, bool *ret_negative)
{
	if (skip(scan, "i)"))
		return false;
	if (skip(scan, ":") || skip(scan, "i:") || skip(scan, ">") || skip(scan, "=") ||
		skip(scan, "<="))
		return true;
	*ret_negative = skip(scan, "!") || skip(scan, "<!");
	if (*ret_negative)
		return true;
	if (skip(scan, "<") || skip(scan, "P<")) {
		skip_past(scan, '>');
		return true;
	}
	scan->is_known = false;
	return false;
}

/* Parses a group after its "(". Returns: whether it needs a newline. */
static bool read_parenthesis(struct scan *scan)
{
	bool negative = false, needs;

	if (is_next(scan, "*"))
		scan->is_known = false;
	if (skip(scan, "?") && !read_kind(scan, &negative))
		return false;
	scan->is_known &= ++scan->depth < DEPTH_MAX;
	needs = scan->is_known && read_group(scan);
	scan->depth--;
	scan->is_known &= skip(scan, ")");
	return needs && !negative;
}

/* Parses one item. Returns: whether it needs a newline. */
static bool read_item(struct scan *scan)
{
	char letter = *scan->at++;
	unsigned byte = (unsigned char)letter;

	switch (letter) {
	case '(':
		return read_parenthesis(scan);
	case '[':
		read_class(scan);
		return false;
	case '^':
	case '$':
		return false;
	case '.':
		if (scan->options->dot_all)
			take_newline(scan);
		return false;
	case '\\':
		if (scan->at == scan->end) {
			scan->is_known = false;
			return false;
		}
		byte = read_escape(scan);
		break;
	default:
		break;
	}
	if (byte == '\n' || byte == ESCAPE_PERHAPS)
		take_newline(scan);
	return byte == '\n';
}

/* Parses the quantifier of an item, if there is one. Returns: whether the item is optional. */
static bool read_quantifier(struct scan *scan)
{
	bool is_optional = is_next(scan, "*") || is_next(scan, "?");
	const char *at;

	if (is_next(scan, "{")) {
		/* Releases differ in which braces are a quantifier, so all of them may be one. */
		for (at = scan->at + 1; at < scan->end && strchr("0123456789, ", *at) && *at; at++)
			;
		if (at == scan->end || *at != '}')
			return false;
		is_optional = true;
		scan->at = at + 1;
	} else if (!skip(scan, "*") && !skip(scan, "?") && !skip(scan, "+")) {
		return false;
	}
	if (!skip(scan, "+"))
		skip(scan, "?");
	/* A quantifier of a quantified item. */
	if (scan->at < scan->end && strchr("*+?{", *scan->at) && *scan->at)
		scan->is_known = false;
	return is_optional;
}

/* Parses alternatives up to the end of the group. Returns: whether each of them needs a newline. */
static bool read_group(struct scan *scan)
{
	bool all_need = true, needs = false, item_needs;
	const char *item;
	size_t newline_at;

	while (scan->is_known) {
		bool is_end = scan->at == scan->end || *scan->at == ')';

		if (is_end || *scan->at == '|') {
			all_need &= needs;
			if (is_end)
				break;
			needs = false;
			scan->at++;
			continue;
		}
		item = scan->at;
		newline_at = scan->syntax->newline_at;
		item_needs = read_item(scan);
		if (read_quantifier(scan) || !item_needs) {
			scan->syntax->newline_at = newline_at;
			continue;
		}
		needs = true;
		/* For a group, `newline_at` is already the item inside it. */
		if (*item != '(')
			scan->syntax->newline_at = (size_t)(item - scan->start);
	}
	return all_need && scan->is_known;
}

struct regex_syntax regex_syntax_of(mmr_slice pattern, const mmr_regex_options *options)
{
	static const struct regex_syntax unknown;
	struct regex_syntax syntax = {.within_lines = true};
	struct scan scan = {.at = pattern.ptr,
		.start = pattern.ptr,
		.end = pattern.ptr + pattern.len,
		.options = options,
		.syntax = &syntax,
		.is_known = !options->extended};

	syntax.needs_newline = read_group(&scan);
	return scan.is_known && scan.at == scan.end ? syntax : unknown;
}
