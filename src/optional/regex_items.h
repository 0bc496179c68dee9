/* regex_items.h - the items of a pattern, as PCRE2 reports them
 *
 * An item is what PCRE2 puts an automatic callout before: a character, a class or an escape with
 * its quantifier, a parenthesis, a bar. So PCRE2, whichever release is loaded, splits the pattern.
 * What an item takes is asked of PCRE2 as well: the item alone is compiled and matched against
 * each byte. No bracket, escape or quantifier is parsed here.
 *
 * An item must not take more in its place than alone. Where it could, the item is ITEM_OTHER or
 * the pattern is declined.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OPTIONAL_REGEX_ITEMS_H
#define SRC_OPTIONAL_REGEX_ITEMS_H

#include "optional/regex.h"

enum regex_item_kind {
	ITEM_OTHER,  /* takes anything, or nothing */
	ITEM_EMPTY,  /* takes nothing: an assertion about a position */
	ITEM_TEXT,   /* takes the bytes of its own text */
	ITEM_BYTES,  /* takes one byte of a few, or several of them if `more` is set */
	ITEM_HIGH,   /* takes one or more characters of UTF-8 that are not ASCII */
	ITEM_BAR,    /* separates alternatives */
	ITEM_GROUP,  /* opens a group that takes what is in it ... */
	ITEM_AHEAD,  /* ... that must follow ... */
	ITEM_BEHIND, /* ... that must precede ... */
	ITEM_NEVER,  /* ... or that must not follow or precede */
	ITEM_CLOSE   /* closes a group, which is optional unless `n` > 0; `more`: may be repeated */
};

#define ITEM_BYTES_MAX 4

struct regex_item {
	uint32_t at, len; /* in the pattern */
	uint32_t peer;    /* of a parenthesis: the number of the other one */
	unsigned char kind;
	unsigned char n;
	bool more;
	unsigned char bytes[ITEM_BYTES_MAX];
};

struct regex_items {
	mmr_slice pattern;
	size_t n;
	struct regex_item items[];
};

/* Lists the items of a pattern that PCRE2 accepts.
 *
 * Returns: 0; `*ret_items` is NULL if the pattern is declined: it is too long, or has a construct
 *   that changes what other items take.
 * Errors: -ENOMEM.
 * Lifetime: the caller frees the items with heap_free; the pattern must live as long. */
int regex_items_of(
	mmr_slice pattern, const mmr_regex_options *options, struct regex_items **ret_items);

#endif
