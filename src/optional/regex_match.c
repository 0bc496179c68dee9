/* regex_match.c - finds the matches in one piece of text, within the limits of the pattern
 *
 * SPDX-License-Identifier: MIT */
#include "optional/regex.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The initial stack of machine code. */
#define JIT_STACK ((size_t)32 << 10)

void matcher_end(struct matcher *matcher)
{
	pcre2.pcre2_match_data_free_8(matcher->data);
	pcre2.pcre2_match_context_free_8(matcher->context);
	pcre2.pcre2_jit_stack_free_8(matcher->stack);
}

int matcher_start(struct matcher *matcher, const mmr_regex *regex)
{
	size_t most = (size_t)regex->heap_limit << 10;

	memset(matcher, 0, sizeof(*matcher));
	matcher->regex = regex;
	matcher->data = pcre2.pcre2_match_data_create_from_pattern_8(regex->code, regex_memory);
	matcher->context = pcre2.pcre2_match_context_create_8(regex_memory);
	if (!matcher->data || !matcher->context) {
		matcher_end(matcher);
		return error_set(-ENOMEM, "match a pattern");
	}
	matcher->places = pcre2.pcre2_get_ovector_pointer_8(matcher->data);
	pcre2.pcre2_set_heap_limit_8(matcher->context, regex->heap_limit);
	if (regex->jit && most > JIT_STACK)
		matcher->stack = pcre2.pcre2_jit_stack_create_8(JIT_STACK, most, regex_memory);
	if (matcher->stack)
		pcre2.pcre2_jit_stack_assign_8(matcher->context, NULL, matcher->stack);
	return 0;
}

static void set_limits(struct matcher *matcher, uint32_t limit)
{
	uint32_t depth = matcher->regex->depth_limit;

	pcre2.pcre2_set_match_limit_8(matcher->context, limit);
	pcre2.pcre2_set_depth_limit_8(matcher->context, depth > 0 ? depth : limit);
}

/* Makes bytes of the piece, which are a line or a record, the subject. */
static void show(struct matcher *matcher, const char *start, size_t len)
{
	matcher->subject.ptr = start;
	matcher->subject.len = len;
	matcher->is_piece = false;
	matcher->validity = SUBJECT_UNKNOWN;
	/* A search takes at least one step for each byte at which it starts. So the limit grows
	 * with the line: a long line alone must not reach it. */
	set_limits(
		matcher, (uint32_t)min_u64(UINT32_MAX,
				 matcher->regex->match_limit + UINT64_C(8) * matcher->subject.len));
}

/* Makes the line that starts at offset `start` of the piece the subject. */
static void show_line(struct matcher *matcher, size_t start)
{
	const mmr_slice *piece = &matcher->piece;
	const char *line = piece->ptr + start, *end;

	end = memchr(line, matcher->regex->delimiter, piece->len - start);
	show(matcher, line, (size_t)((end ? end : piece->ptr + piece->len) - line));
}

void matcher_load(struct matcher *matcher, mmr_slice piece)
{
	matcher->piece = piece;
	matcher->from = 0;
	matcher->after_empty = false;
	matcher->subject = piece;
	if (matcher->regex->subject != REGEX_LINE) {
		show(matcher, piece.ptr, piece.len);
		return;
	}
	if (piece.len > 0 && !matcher->regex->within_lines) {
		show_line(matcher, 0);
		return;
	}
	matcher->is_piece = true;
	/* The limit of a single line: a search that does not reach it in all lines together does
	 * not reach it in any of them. */
	set_limits(matcher, matcher->regex->match_limit);
}

/* Moves to the next line of the piece. Returns: false if there is none. */
static bool next_line(struct matcher *matcher)
{
	size_t next = matcher_line(matcher) + matcher->subject.len + 1;

	if (next >= matcher->piece.len)
		return false;
	show_line(matcher, next);
	matcher->from = 0;
	matcher->after_empty = false;
	return true;
}

/* Stops searching the whole piece and continues with single lines at the current offset. */
static void leave_piece(struct matcher *matcher)
{
	size_t start = matcher->from;

	while (start > 0 && matcher->piece.ptr[start - 1] != matcher->regex->delimiter)
		start--;
	matcher->from -= start;
	show_line(matcher, start);
}

void matcher_skip(struct matcher *matcher, size_t from)
{
	/* There is no line at the end of the piece, not even for an empty match. */
	bool ended = from == matcher->piece.len;

	matcher->after_empty = false;
	if (!matcher->is_piece)
		show_line(matcher, from);
	matcher->from = (matcher->is_piece ? from : 0) + ended;
}

/* Sets the error of a search that began at `off`. */
static int explain(const struct matcher *matcher, int cause, uint64_t off)
{
	const mmr_regex *regex = matcher->regex;
	char text[128] = "", remedy[96];

	switch (cause) {
	case PCRE2_ERROR_NOMEMORY:
		return error_set_at(-ENOMEM, off, "match a pattern");
	case PCRE2_ERROR_MATCHLIMIT:
		snprintf(remedy, sizeof(remedy), "match_limit is %u", regex->match_limit);
		break;
	case PCRE2_ERROR_DEPTHLIMIT:
		snprintf(remedy, sizeof(remedy), "depth_limit is %u", regex->depth_limit);
		break;
	case PCRE2_ERROR_HEAPLIMIT:
	case PCRE2_ERROR_JIT_STACKLIMIT:
		snprintf(remedy, sizeof(remedy), "heap_limit is %u KiB", regex->heap_limit);
		break;
	default:
		pcre2.pcre2_get_error_message_8(cause, (unsigned char *)text, sizeof(text));
		return error_set_at(-EIO, off, "match the pattern (%s)", text);
	}
	error_set_at(-ECANCELED, off, "match the pattern within its limits");
	error_hint(-ECANCELED, remedy);
	return error_hint(-ECANCELED, "raise it or simplify the pattern");
}

typedef int match_fn(const pcre2_code *, PCRE2_SPTR8, PCRE2_SIZE, PCRE2_SIZE, uint32_t,
	pcre2_match_data *, pcre2_match_context *);

static int call(const struct matcher *matcher, match_fn *fn, const pcre2_code *code, uint32_t flags)
{
	flags |= matcher->after_empty ? PCRE2_NOTEMPTY_ATSTART : 0;
	return fn(code, (PCRE2_SPTR8)matcher->subject.ptr, matcher->subject.len, matcher->from,
		flags, matcher->data, matcher->context);
}

/* PCRE2 checks whether a subject is UTF-8, from the start of the search to the end. */
static int match_utf(struct matcher *matcher)
{
	const mmr_regex *regex = matcher->regex;
	/* Machine code may exist that is not trusted. */
	uint32_t flags = regex->jit ? 0 : PCRE2_NO_JIT;
	int found;

	if (matcher->validity == SUBJECT_VALID)
		return call(matcher, pcre2.pcre2_match_8, regex->code, flags | PCRE2_NO_UTF_CHECK);
	if (matcher->validity == SUBJECT_UNKNOWN) {
		found = call(matcher, pcre2.pcre2_match_8, regex->code, flags);
		if ((found > PCRE2_ERROR_UTF8_ERR1 || found < PCRE2_ERROR_UTF8_ERR21) &&
			found != PCRE2_ERROR_BADUTFOFFSET) {
			if (matcher->from == 0)
				matcher->validity = SUBJECT_VALID;
			return found;
		}
		matcher->validity = SUBJECT_INVALID;
	}
	return call(matcher, pcre2.pcre2_match_8, regex->invalid_code, flags);
}

/* Calls machine code directly, since pcre2_match checks its arguments first, which takes longer
 * than the search of a short line. */
static int match(struct matcher *matcher)
{
	const mmr_regex *regex = matcher->regex;

	if (regex->utf)
		return match_utf(matcher);
	return call(matcher, regex->jit ? pcre2.pcre2_jit_match_8 : pcre2.pcre2_match_8,
		regex->code, 0);
}

/* After the last delimiter of a piece there is no line, not even an empty one. */
static bool is_after_last_line(const struct matcher *matcher, size_t at)
{
	mmr_slice piece = matcher->piece;

	return at == piece.len && at > 0 && piece.ptr[at - 1] == matcher->regex->delimiter;
}

/* Finds the next match in the subject. Returns: 1; 0 at its end; a negative error of PCRE2. */
static int search_subject(struct matcher *matcher)
{
	size_t start, stop;
	int found;

	while (matcher->from <= matcher->subject.len) {
		found = match(matcher);
		if (found == PCRE2_ERROR_NOMATCH)
			break;
		if (found < 0)
			return found;
		start = matcher->places[0];
		stop = matcher->places[1];
		if (matcher->is_piece && is_after_last_line(matcher, start))
			break;
		if (start > stop || stop < matcher->from ||
			(stop == matcher->from && matcher->after_empty)) {
			/* In older releases, \K can give a match that does not move forward. */
			matcher->from++;
			matcher->after_empty = false;
			continue;
		}
		matcher->from = stop;
		matcher->after_empty = start == stop;
		return 1;
	}
	matcher->from = matcher->subject.len + 1;
	return 0;
}

static bool is_limit(int cause)
{
	return cause == PCRE2_ERROR_MATCHLIMIT || cause == PCRE2_ERROR_DEPTHLIMIT ||
	       cause == PCRE2_ERROR_HEAPLIMIT || cause == PCRE2_ERROR_JIT_STACKLIMIT;
}

int matcher_next(struct matcher *matcher, uint64_t off)
{
	int found;

	do {
		found = search_subject(matcher);
		/* Limits apply to each line alone. */
		if (is_limit(found) && matcher->is_piece) {
			leave_piece(matcher);
			found = search_subject(matcher);
		}
	} while (found == 0 && next_line(matcher));
	if (found < 0)
		return explain(matcher, found, off + matcher_line(matcher) + matcher->from);
	return found;
}

size_t matcher_line(const struct matcher *matcher)
{
	return (size_t)(matcher->subject.ptr - matcher->piece.ptr);
}

mmr_regex_match matcher_match(
	const struct matcher *matcher, size_t line, const size_t *places, uint64_t off)
{
	mmr_regex_match match = {
		.text = {matcher->piece.ptr + line + places[0], places[1] - places[0]},
		.off = off + line + places[0],
		.line = MMR_NO_LINE,
		.regex = matcher->regex,
		.places = places,
	};

	return match;
}
