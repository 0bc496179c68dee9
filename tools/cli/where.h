/* where.h - the expression of --where: comparisons of fields with numbers and texts
 *
 *	TEST [&& TEST]... [|| TEST [&& TEST]...]...	TEST: FIELD OP VALUE
 *
 * FIELD is a number from 1 on, or a name: bare, or in quotes. OP is one of == != < <= > >=. VALUE
 * is a number, or a text in quotes. In quotes, single or double, a quote that is doubled stands for
 * itself.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_CLI_WHERE_H
#define TOOLS_CLI_WHERE_H

#include "cli/scalar.h"

#include <string.h>

/* One comparison. */
struct where_test {
	size_t field;         /* counted from 1; or 0 for one with a name */
	mmr_slice name;       /* from malloc */
	unsigned orders;      /* of the field and the value for which it holds: of enum order */
	bool is_text;         /* the value is a text, and bytes are compared */
	mmr_slice text;       /* from malloc */
	struct scalar number; /* if it is no text */
	bool after_or;        /* the first one after || */
};

struct where {
	struct where_test *tests; /* in the order given; from malloc, NULL if there is none */
	size_t n;
};

/* Parses an expression. Prints a message and exits if it is wrong. */
void where_parse(const char *text, struct where *ret_where);

static inline bool where_given(const struct where *where)
{
	return where->n > 0;
}

/* Whether a test holds for a number, or for a text. */
static inline bool where_number_holds(const struct where_test *test, const struct scalar *number)
{
	return (test->orders & scalar_compare(number, &test->number)) != 0;
}

static inline bool where_text_holds(const struct where_test *test, mmr_slice text)
{
	size_t len = text.len < test->text.len ? text.len : test->text.len;
	int order = len > 0 ? memcmp(text.ptr, test->text.ptr, len) : 0;

	if (order == 0)
		order = text.len < test->text.len ? -1 : text.len > test->text.len;
	return (test->orders & (unsigned)(order < 0    ? ORDER_LESS
					  : order == 0 ? ORDER_EQUAL
						       : ORDER_GREATER)) != 0;
}

/* Whether an expression holds. `holds` decides about single tests; those that cannot change the
 * result are not passed, from left to right. */
static inline bool where_holds(const struct where *where,
	bool (*holds)(void *context, const struct where_test *test), void *context)
{
	const struct where_test *test = where->tests, *stop = test + where->n;
	bool all = true; /* tests since the last || hold */

	for (; test < stop; test++) {
		if (test->after_or && all)
			return true;
		all = (all || test->after_or) && holds(context, test);
	}
	return all;
}

#endif
