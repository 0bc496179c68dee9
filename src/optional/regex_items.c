/* regex_items.c - splits a pattern into items and asks PCRE2 what each of them takes
 *
 * SPDX-License-Identifier: MIT */
#include "optional/regex_items.h"

#include "text/edges.h"

#include <errno.h>
#include <string.h>

/* Longer patterns are declined. */
#define PATTERN_MAX ((size_t)4096)
#define ITEMS_MAX   512
/* PCRE2 reports the items of a repeated group once for each copy of it. */
#define REPORTS_MAX 4096
/* Items that are compiled alone, which takes some microseconds for each. */
#define QUESTIONS_MAX 40

/* The subject in which a single item is searched for: all bytes, or, if the pattern is UTF-8, all
 * of ASCII and the two letters that are a 'k' or an 's' in another case. Each byte is repeated, so
 * that an item such as a{2} takes it. */
#define ASCII_END 128
#define BYTES     256
#define REPEATED  8
static const char other_cases[] = "\xe2\x84\xaa\xc5\xbf";

struct listing {
	const mmr_regex_options *options;
	struct regex_items *items;
	size_t lead;   /* the options at the start of the pattern end here */
	bool caseless; /* by the options or by those at the start of the pattern */
	size_t next;   /* where the next item must start */
	unsigned n_reports, n_questions;
	bool declined;
	bool unsure; /* PCRE2 could not answer a question */
	pcre2_match_data *data;
	size_t *places;
	unsigned char subject[BYTES * REPEATED];
	size_t subject_len;
};

/* --- Patterns that are declined --- */

static bool starts_with(mmr_slice text, const char *start)
{
	size_t len = strlen(start);

	return text.len >= len && memcmp(text.ptr, start, len) == 0;
}

static bool is_one_of(char byte, const char *bytes)
{
	return byte != '\0' && strchr(bytes, byte);
}

/* The length of options such as (?i) at the start, which hold for the whole pattern. */
static size_t leading_options(mmr_slice pattern, bool *caseless)
{
	size_t lead = 0, at;

	while (pattern.len - lead > 2 && memcmp(pattern.ptr + lead, "(?", 2) == 0) {
		for (at = lead + 2; at < pattern.len && is_one_of(pattern.ptr[at], "imsxnJU"); at++)
			*caseless |= pattern.ptr[at] == 'i';
		if (at == lead + 2 || at == pattern.len || pattern.ptr[at] != ')')
			break;
		lead = at + 1;
	}
	return lead;
}

/* Whether a pattern has a construct due to which items may take more in their places than alone:
 * options that do not hold for the whole pattern, quoted parentheses, or verbs, one of which ends a
 * match early. This also finds some that are in classes or comments. */
static bool changes_items(mmr_slice pattern, size_t lead)
{
	const char *at = pattern.ptr + lead, *end = pattern.ptr + pattern.len;

	for (; end - at >= 2; at++) {
		if (at[0] == '\\' && (at[1] == 'Q' || at[1] == 'E'))
			return true;
		if (at[0] == '\\')
			at += at[1] == 'c' ? 2 : 1;
		else if (at[0] == '(' && at[1] == '*')
			return true;
		else if (at[0] == '(' && at[1] == '?' && end - at > 2 &&
			 (is_letter(at[2]) || is_one_of(at[2], "^-")) &&
			 !(at[2] == 'P' && end - at > 3 && at[3] == '<'))
			return true;
	}
	return false;
}

/* --- Items --- */

static mmr_slice text_of(const struct regex_items *items, const struct regex_item *item)
{
	return (mmr_slice){items->pattern.ptr + item->at, item->len};
}

/* Whether an item was reported before, for another copy of a group. */
static bool is_known(const struct regex_items *items, size_t at, size_t len)
{
	size_t i;

	for (i = items->n; i > 0; i--)
		if (items->items[i - 1].at == at)
			return items->items[i - 1].len == len;
	return false;
}

/* Adds an item. Together they must be the whole pattern. */
static int on_item(pcre2_callout_enumerate_block *block, void *argument)
{
	struct listing *listing = argument;
	struct regex_items *items = listing->items;
	size_t at = block->pattern_position, len = block->next_item_length;
	struct regex_item *item;

	if (++listing->n_reports > REPORTS_MAX || block->callout_number != 255 ||
		block->callout_string)
		listing->declined = true;
	else if (len == 0 || (at < listing->lead && at + len <= listing->lead))
		; /* the end, or options at the start */
	else if (at < listing->next)
		listing->declined = !is_known(items, at, len);
	else if (at > listing->next || len > items->pattern.len - at || items->n == ITEMS_MAX)
		listing->declined = true;
	else {
		item = &items->items[items->n++];
		memset(item, 0, sizeof(*item));
		item->at = (uint32_t)at;
		item->len = (uint32_t)len;
		listing->next = at + len;
	}
	return listing->declined;
}

/* Whether a parenthesis opens a plain group, which may have a name. */
static bool is_group(mmr_slice text)
{
	size_t i = 3;

	if (text.len == 1 || (text.len == 3 && text.ptr[1] == '?' && is_one_of(text.ptr[2], ":>|")))
		return true;
	if (starts_with(text, "(?P<"))
		i = 4;
	else if (!starts_with(text, "(?<") && !starts_with(text, "(?'"))
		return false;
	for (; i < text.len && is_word_byte(text.ptr[i]); i++)
		;
	return i + 1 == text.len && i > 3 && is_one_of(text.ptr[i], ">'");
}

/* The kind of a parenthesis; ITEM_OTHER for constructs such as conditions and calls. */
static enum regex_item_kind kind_of_opening(mmr_slice text)
{
	if (text.len == 3 && starts_with(text, "(?="))
		return ITEM_AHEAD;
	if (text.len == 4 && starts_with(text, "(?<="))
		return ITEM_BEHIND;
	if ((text.len == 3 && starts_with(text, "(?!")) ||
		(text.len == 4 && starts_with(text, "(?<!")))
		return ITEM_NEVER;
	return is_group(text) ? ITEM_GROUP : ITEM_OTHER;
}

static bool is_assertion(mmr_slice text)
{
	return (text.len == 1 && is_one_of(text.ptr[0], "^$")) ||
	       (text.len == 2 && text.ptr[0] == '\\' && is_one_of(text.ptr[1], "bBAzZGK"));
}

/* Whether an item is a letter or the like that takes itself, in one case only. */
static bool is_literal(const struct listing *listing, mmr_slice text)
{
	static const char signs[] = "-/=:,;<>@%&\"'!~`";
	size_t i;

	if (text.len == 1 && (is_word_byte(text.ptr[0]) || is_one_of(text.ptr[0], signs)))
		return !listing->caseless || !is_letter(text.ptr[0]);
	/* A character of UTF-8. */
	if (!listing->options->utf || listing->caseless || text.len < 2 || text.len > 4 ||
		(unsigned char)text.ptr[0] < 0xc0)
		return false;
	for (i = 1; i < text.len && ((unsigned char)text.ptr[i] & 0xc0) == 0x80; i++)
		;
	return i == text.len;
}

/* Whether an item is the same alone and in its place. A number may be a back-reference there. What
 * ends lines, and a cluster, may be several characters. */
static bool is_independent(mmr_slice text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] != '\\')
			continue;
		if (++i < text.len && is_one_of(text.ptr[i], "123456789gkRX"))
			return false;
	}
	return true;
}

/* Whether all that an item takes can be found by single bytes. Characters of UTF-8 may have several
 * bytes if they are not written in ASCII. */
static bool is_of_bytes(const struct listing *listing, mmr_slice text)
{
	bool utf = listing->options->utf;
	size_t i;

	for (i = 0; i < text.len; i++) {
		char byte = text.ptr[i], next = i + 1 < text.len ? text.ptr[i + 1] : '\0';

		if (utf && ((unsigned char)byte >= ASCII_END || is_one_of(byte, ".^") ||
				   (byte == '[' && is_one_of(next, ":.=")) ||
				   (byte == '\\' && is_word_byte(next))))
			return false;
		i += byte == '\\';
	}
	return true;
}

/* --- Questions --- */

/* Whether an item takes a subject: all of it, or some of it from `start` on. */
static bool takes(struct listing *listing, const pcre2_code *code, const void *subject, size_t len,
	size_t start, bool whole)
{
	uint32_t flags = whole ? PCRE2_ANCHORED | PCRE2_ENDANCHORED : 0;
	int found;

	found = pcre2.pcre2_match_8(code, subject, len, start, flags, listing->data, NULL);
	listing->unsure |= found < 0 && found != PCRE2_ERROR_NOMATCH;
	return found >= 0;
}

/* Finds the bytes with which what the item takes may start. Returns: how many; 0 if there are too
 * many, or if it may take nothing. */
static unsigned first_bytes(
	struct listing *listing, const pcre2_code *code, unsigned char bytes[ITEM_BYTES_MAX])
{
	unsigned n = 0;
	size_t at = 0;

	if (takes(listing, code, "", 0, 0, true))
		return 0;
	while (at < listing->subject_len &&
		takes(listing, code, listing->subject, listing->subject_len, at, false)) {
		at = listing->places[0];
		if (n == ITEM_BYTES_MAX || listing->places[1] <= at ||
			(listing->options->utf && at >= ASCII_END * REPEATED))
			return 0;
		bytes[n++] = listing->subject[at];
		at = (at / REPEATED + 1) * REPEATED;
	}
	return n;
}

/* Whether an item takes a byte repeated `n` times. */
static bool takes_times(
	struct listing *listing, const pcre2_code *code, unsigned char byte, size_t n)
{
	unsigned char bytes[REPEATED];

	memset(bytes, byte, n);
	return takes(listing, code, bytes, n, 0, true);
}

/* All bytes of what an item takes are of those with which it may start. If it takes fewer than
 * REPEATED of one of them, it was found at each of them. */
static void ask_bytes(struct listing *listing, const pcre2_code *code, struct regex_item *item)
{
	unsigned n = first_bytes(listing, code, item->bytes), i;
	size_t least = 1;

	if (n == 0)
		return;
	while (least <= REPEATED && !takes_times(listing, code, item->bytes[0], least))
		least++;
	if (least > REPEATED)
		return;
	item->more = least > 1;
	for (i = 0; i < n; i++)
		item->more |= takes_times(listing, code, item->bytes[i], 2);
	item->n = (unsigned char)n;
}

/* Writes the characters from `first` on, of two or three bytes. Returns: their bytes. */
static size_t put_characters(unsigned char *to, unsigned first, unsigned last, unsigned step)
{
	unsigned char *at = to;
	unsigned value;

	for (value = first; value <= last; value += step) {
		if (value >= 0x800)
			*at++ = (unsigned char)(0xe0 | value >> 12);
		*at++ = (unsigned char)(value >= 0x800 ? 0x80 | (value >> 6 & 0x3f)
						       : 0xc0 | value >> 6);
		*at++ = (unsigned char)(0x80 | (value & 0x3f));
	}
	return (size_t)(at - to);
}

/* Finds out whether an item takes a single character, and none of ASCII. It is searched for in all
 * characters of two bytes, and in some of three. */
static void ask_high(struct listing *listing, const pcre2_code *code, struct regex_item *item)
{
	unsigned char high[2 * 0x780 + 3 * 0x350];
	size_t len, from, to;

	if (takes(listing, code, "", 0, 0, true) ||
		takes(listing, code, listing->subject, ASCII_END * REPEATED, 0, false))
		return;
	len = put_characters(high, 0x80, 0x7ff, 1);
	len += put_characters(high + len, 0x800, 0xd7ff, 0x40);
	if (!takes(listing, code, high, len, 0, false))
		return;
	from = listing->places[0];
	for (to = from + 1; to < len && (high[to] & 0xc0) == 0x80; to++)
		;
	item->n = to > from + 1 && takes(listing, code, high + from, to - from, 0, true);
}

/* Compiles `before` and `text`, with the options at the start of the pattern, and asks what this
 * takes. For a parenthesis, `text` is its quantifier. Errors: -ENOMEM. */
static int ask(struct listing *listing, const char *before, mmr_slice text, struct regex_item *item)
{
	char expression[128];
	size_t len = listing->lead, extra = strlen(before), at;
	pcre2_code *code;
	int cause;

	if (++listing->n_questions > QUESTIONS_MAX ||
		len + extra + text.len + sizeof("(?:)") > sizeof(expression))
		return 0;
	memcpy(expression, listing->items->pattern.ptr, len);
	memcpy(expression + len, "(?:", 3);
	memcpy(expression + len + 3, before, extra);
	len += 3 + extra;
	memcpy(expression + len, text.ptr, text.len);
	len += text.len;
	expression[len++] = ')';
	code = regex_code_of((mmr_slice){expression, len}, listing->options, 0, &cause, &at);
	if (!code)
		return cause == PCRE2_ERROR_HEAP_FAILED ? -ENOMEM : 0;
	listing->unsure = false;
	if (item->kind == ITEM_CLOSE)
		item->n = !takes(listing, code, "", 0, 0, true);
	else if (is_of_bytes(listing, text))
		ask_bytes(listing, code, item);
	else
		ask_high(listing, code, item);
	if (listing->unsure)
		item->n = 0;
	pcre2.pcre2_code_free_8(code);
	return 0;
}

/* Asks about an item, unless the same item occurred before. */
static int ask_once(struct listing *listing, mmr_slice text, struct regex_item *item)
{
	struct regex_items *items = listing->items;
	const struct regex_item *other;

	for (other = items->items; other < item; other++)
		if (other->len == text.len && other->kind == ITEM_BYTES &&
			memcmp(text_of(items, other).ptr, text.ptr, text.len) == 0) {
			item->n = other->n;
			item->more = other->more;
			memcpy(item->bytes, other->bytes, sizeof(item->bytes));
			return 0;
		}
	return ask(listing, "", text, item);
}

/* Finds out what an item is. Errors: -ENOMEM. */
static int classify(struct listing *listing, struct regex_item *item)
{
	mmr_slice text = text_of(listing->items, item);
	int err = 0;

	switch (text.ptr[0]) {
	case '(':
		item->kind = (unsigned char)kind_of_opening(text);
		listing->declined |= item->kind == ITEM_OTHER;
		return 0;
	case ')':
		item->kind = ITEM_CLOSE;
		item->n = text.len == 1;
		item->more = text.len > 1;
		if (text.len == 1)
			return 0;
		/* The quantifier of a group is asked about with an 'x' instead of the group. */
		return ask(listing, "x", (mmr_slice){text.ptr + 1, text.len - 1}, item);
	case '|':
		item->kind = ITEM_BAR;
		return 0;
	default:
		break;
	}
	if (is_assertion(text)) {
		item->kind = ITEM_EMPTY;
	} else if (is_literal(listing, text)) {
		item->kind = ITEM_TEXT;
	} else if (is_independent(text)) {
		err = ask_once(listing, text, item);
		if (item->n > 0)
			item->kind = is_of_bytes(listing, text) ? ITEM_BYTES : ITEM_HIGH;
	}
	return err;
}

/* Finds the other parenthesis of each. */
static void pair_parentheses(struct listing *listing)
{
	struct regex_items *items = listing->items;
	uint32_t open = UINT32_MAX, outer;
	size_t i;

	for (i = 0; i < items->n; i++) {
		struct regex_item *item = &items->items[i];

		if (item->kind >= ITEM_GROUP && item->kind <= ITEM_NEVER) {
			item->peer = open;
			open = (uint32_t)i;
		} else if (item->kind == ITEM_CLOSE) {
			if (open == UINT32_MAX)
				break;
			outer = items->items[open].peer;
			items->items[open].peer = (uint32_t)i;
			item->peer = open;
			open = outer;
		}
	}
	listing->declined |= i < items->n || open != UINT32_MAX;
}

static void fill_subject(struct listing *listing)
{
	size_t i;

	listing->subject_len = (listing->options->utf ? ASCII_END : BYTES) * REPEATED;
	for (i = 0; i < listing->subject_len; i++)
		listing->subject[i] = (unsigned char)(i / REPEATED);
	if (listing->options->utf) {
		memcpy(listing->subject + listing->subject_len, other_cases,
			sizeof(other_cases) - 1);
		listing->subject_len += sizeof(other_cases) - 1;
	}
}

static int list(struct listing *listing, const pcre2_code *code)
{
	struct regex_items *items = listing->items;
	size_t i;
	int err = 0;

	listing->next = listing->lead;
	pcre2.pcre2_callout_enumerate_8(code, on_item, listing);
	listing->declined |= listing->next != items->pattern.len;
	listing->data = pcre2.pcre2_match_data_create_from_pattern_8(code, regex_memory);
	if (!listing->data)
		return -ENOMEM;
	listing->places = pcre2.pcre2_get_ovector_pointer_8(listing->data);
	fill_subject(listing);
	for (i = 0; i < items->n && err == 0 && !listing->declined; i++)
		err = classify(listing, &items->items[i]);
	pcre2.pcre2_match_data_free_8(listing->data);
	if (err == 0 && !listing->declined)
		pair_parentheses(listing);
	return err;
}

int regex_items_of(
	mmr_slice pattern, const mmr_regex_options *options, struct regex_items **ret_items)
{
	struct listing listing = {.options = options, .caseless = options->caseless};
	size_t size = sizeof(struct regex_items), at;
	pcre2_code *code;
	int cause, err;

	*ret_items = NULL;
	if (pattern.len == 0 || pattern.len > PATTERN_MAX)
		return 0;
	listing.lead = leading_options(pattern, &listing.caseless);
	if (changes_items(pattern, listing.lead))
		return 0;
	code = regex_code_of(pattern, options, PCRE2_AUTO_CALLOUT, &cause, &at);
	if (!code && cause != PCRE2_ERROR_HEAP_FAILED)
		return 0; /* too large with callouts */
	size += min_size(pattern.len, ITEMS_MAX) * sizeof(struct regex_item);
	listing.items = heap_alloc(size);
	err = code && listing.items ? 0 : -ENOMEM;
	if (err == 0) {
		listing.items->pattern = pattern;
		listing.items->n = 0;
		err = list(&listing, code);
	}
	pcre2.pcre2_code_free_8(code);
	if (err < 0 || listing.declined) {
		heap_free(listing.items);
		return err < 0 ? error_set(err, "analyze a pattern of %zu bytes", pattern.len) : 0;
	}
	*ret_items = listing.items;
	return 0;
}
