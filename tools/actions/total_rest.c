/* total_rest.c - the numbers of a total that are added as doubles
 *
 * SPDX-License-Identifier: MIT */
#include "actions/total_rest.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

/* All that were made. They are not freed before the end, since copies of totals in temporary files
 * refer to them. */
static _Atomic(struct total_rest *) all;
static atomic_bool lacks_memory;

bool total_lacks_memory(void)
{
	return lacks_memory;
}

struct total_rest *total_rest_of(struct total *total)
{
	struct total_rest *rest;

	if (total->rest)
		return total->rest;
	rest = calloc(1, sizeof(*rest));
	if (!rest) {
		lacks_memory = true;
		return NULL;
	}
	rest->next = all;
	while (!atomic_compare_exchange_weak(&all, &rest->next, rest))
		;
	total->rest = rest;
	return rest;
}

/* Adds the range of numbers, some of which are not NaN. */
static void extend(struct total_rest *rest, double least, double greatest)
{
	bool is_first = rest->n == rest->n_nan;

	if (is_first || least < rest->least)
		rest->least = least;
	if (is_first || greatest > rest->greatest)
		rest->greatest = greatest;
}

void total_rest_add(struct total_rest *rest, double value)
{
	mmr_exact_add(&rest->sum, value);
	if (isnan(value))
		rest->n_nan++;
	else
		extend(rest, value, value);
	rest->n++;
}

void total_rest_merge(struct total_rest *rest, const struct total_rest *other)
{
	mmr_exact_merge(&rest->sum, &other->sum);
	if (other->n > other->n_nan)
		extend(rest, other->least, other->greatest);
	rest->n += other->n;
	rest->n_nan += other->n_nan;
}

void total_rest_clear(struct total_rest *rest)
{
	struct total_rest *next = rest->next;

	*rest = (struct total_rest){.next = next};
}
