/* total.h - the sum, mean, minimum and maximum of numbers, exact and in any order
 *
 * A number with up to 19 digits and 18 decimals is added as a decimal: as an integer of units of
 * 10^-18. Any other number is added as a double, exactly, too (array.h).
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_TOTAL_H
#define TOOLS_ACTIONS_TOTAL_H

#include "cli/totals.h"

/* A number that is added. */
struct total_value {
	enum {
		TOTAL_NOTHING, /* which is left out */
		TOTAL_DECIMAL,
		TOTAL_DOUBLE
	} kind;
	uint64_t low, high; /* of a decimal: 128 bits, two's complement, in units of 10^-18 */
	double value;       /* of a double */
};

/* Decimals. All zeros are no number. `rest` has the doubles. */
struct total {
	uint64_t n;
	uint64_t sum[3]; /* 192 bits, two's complement, the lowest first, in units of 10^-18 */
	uint64_t least[2], greatest[2]; /* 128 bits, likewise, if there are any */
	struct total_rest *rest;        /* or NULL */
};

/* Reads a number in text: without the white space around it.
 *
 * Returns: 0; -EINVAL if the text is no number; -ERANGE if it is too large for a double; an error
 *   of the library. */
int total_read(mmr_slice text, struct total_value *ret_value);

struct total_value total_of_integer(uint64_t magnitude, bool negative);
struct total_value total_of_double(double value);

/* Adds a number, or nothing. */
void total_add(struct total *total, const struct total_value *value);

/* Reads a number and adds it. Returns: like total_read. */
int total_add_text(struct total *total, mmr_slice text);

/* Adds integers. */
void total_add_integers(struct total *total, const mmr_summary *summary);

/* Adds the numbers of another total, which must not be used again: `total` may have taken over its
 * doubles. */
void total_merge(struct total *total, const struct total *other);

/* Adds the numbers of another total and removes them from it. */
void total_move(struct total *total, struct total *other);

/* Whether memory was lacking, so that totals are wrong. */
bool total_lacks_memory(void);

/* The most bytes of a result. */
#define TOTAL_ROOM 80

/* Writes a result: of no numbers, nothing, or null with `json`. A minimum and a maximum that is a
 * double is a float of a type. Returns: its end; no NUL is written. */
char *total_put(
	char *to, const struct total *total, enum total_kind kind, enum mmr_type type, bool json);

#endif
