/* regex_match.c - the matches of one piece of text, within the limits of the pattern
 *
 * SPDX-License-Identifier: MIT */
#include "side/regex.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Of machine code, to begin with. */
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

void matcher_load(struct matcher *matcher, mmr_slice bytes)
{
	const mmr_regex *regex = matcher->regex;
	uint32_t limit =
		(uint32_t)min_u64(UINT32_MAX, regex->match_limit + UINT64_C(8) * bytes.len);

	matcher->bytes = bytes;
	matcher->from = 0;
	matcher->after_empty = false;
	/* To start at each byte counts as a step: a long line is no reason to give up. */
	pcre2.pcre2_set_match_limit_8(matcher->context, limit);
	pcre2.pcre2_set_depth_limit_8(
		matcher->context, regex->depth_limit > 0 ? regex->depth_limit : limit);
}

/* Why a search failed that began at `off`. */
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
		return error_set_at(-EIO, off, "match a pattern (%s)", text);
	}
	error_set_at(-ECANCELED, off, "match a pattern within its limits");
	error_hint(-ECANCELED, remedy);
	return error_hint(-ECANCELED, "raise it, or make the pattern simpler");
}

int matcher_next(struct matcher *matcher, uint64_t off)
{
	const mmr_slice *bytes = &matcher->bytes;
	size_t start, stop;
	int found;

	while (matcher->from <= bytes->len) {
		found = pcre2.pcre2_match_8(matcher->regex->code, (const unsigned char *)bytes->ptr,
			bytes->len, matcher->from,
			matcher->after_empty ? PCRE2_NOTEMPTY_ATSTART : 0, matcher->data,
			matcher->context);
		if (found == PCRE2_ERROR_NOMATCH)
			break;
		if (found < 0)
			return explain(matcher, found, off + matcher->from);
		start = matcher->places[0];
		stop = matcher->places[1];
		/* Behind the last line end there is no line. */
		if (start == bytes->len && start > 0 && bytes->ptr[start - 1] == '\n')
			break;
		if (start > stop || stop < matcher->from ||
			(stop == matcher->from && matcher->after_empty)) {
			/* Older releases let \K go where nothing moves on. */
			matcher->from++;
			matcher->after_empty = false;
			continue;
		}
		matcher->from = stop;
		matcher->after_empty = start == stop;
		return 1;
	}
	matcher->from = bytes->len + 1;
	return 0;
}

mmr_regex_match matcher_match(const struct matcher *matcher, const size_t *places, uint64_t off)
{
	mmr_regex_match match = {
		.text = {matcher->bytes.ptr + places[0], places[1] - places[0]},
		.off = off + places[0],
		.regex = matcher->regex,
		.places = places,
	};

	return match;
}
