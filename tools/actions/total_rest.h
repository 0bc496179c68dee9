/* total_rest.h - the numbers of a total that are added as doubles
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_TOTAL_REST_H
#define TOOLS_ACTIONS_TOTAL_REST_H

#include "actions/total.h"

/* Decimals of an exact number. */
#define TOTAL_DECIMALS 18

/* Doubles. NaN is in the sum, but not in the minimum and the maximum. */
struct total_rest {
	mmr_exact sum;
	uint64_t n, n_nan;
	double least, greatest; /* of those that are not NaN, if there are any */
	struct total_rest *next;
};

/* The doubles of a total, which are made when there are none. Returns: NULL if memory is lacking;
 * total_lacks_memory then reports it. */
struct total_rest *total_rest_of(struct total *total);

void total_rest_add(struct total_rest *rest, double value);
void total_rest_merge(struct total_rest *rest, const struct total_rest *other);

/* Removes all numbers. */
void total_rest_clear(struct total_rest *rest);

#endif
