/* scalar.h - a number of data or of the command line: an integer of 64 bits, or a double
 *
 * Numbers are compared by their values, without a conversion that could lose something: 2^53 + 1
 * and the double 2^53 differ.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_CLI_SCALAR_H
#define TOOLS_CLI_SCALAR_H

#include "mmcat.h"

enum scalar_kind {
	SCALAR_UNSIGNED, /* an integer that is not negative */
	SCALAR_NEGATIVE, /* an integer less than 0 */
	SCALAR_DOUBLE
};

struct scalar {
	enum scalar_kind kind;
	union {
		uint64_t u64; /* of SCALAR_UNSIGNED */
		int64_t i64;  /* of SCALAR_NEGATIVE */
		double f64;   /* of SCALAR_DOUBLE */
	} value;
};

struct scalar scalar_of_u64(uint64_t value);
struct scalar scalar_of_i64(int64_t value);
struct scalar scalar_of_f64(double value);

/* Parses an integer, or in the syntax of mmr_slice_to_f64 any number. An integer beyond 64 bits
 * becomes the nearest double. White space around it is ignored.
 *
 * Returns: whether it is a number. */
bool scalar_parse(mmr_slice text, struct scalar *ret_scalar);

/* The result of a comparison. */
enum order {
	ORDER_LESS = 1,
	ORDER_EQUAL = 2,
	ORDER_GREATER = 4,
	ORDER_NONE = 8 /* one of the numbers is not a number (NaN) */
};

enum order scalar_compare(const struct scalar *a, const struct scalar *b);

#endif
