/* naive_found.c - which lines or records a search must report, chosen one by one
 *
 * SPDX-License-Identifier: MIT */
#include "naive_found.h"

#include "common.h"

#include <errno.h>
#include <stdlib.h>

void naive_found_make(struct naive_found *naive)
{
	naive->found = calloc(naive->n + 1, 1);
	naive->reported = calloc(naive->n + 1, 1);
	naive->at = 0;
	naive->previous = SIZE_MAX;
}

void naive_found_free(struct naive_found *naive)
{
	free(naive->starts);
	free(naive->found);
	free(naive->reported);
}

bool naive_found_choose(struct naive_found *naive, const mmr_found_options *how)
{
	uint64_t left = how->max_lines;
	size_t i, k, last = SIZE_MAX;

	for (i = 0; i < naive->n; i++) {
		size_t one = how->backward ? naive->n - 1 - i : i;

		naive->found[one] = naive->found[one] && left > 0;
		left -= naive->found[one];
		if (!naive->found[one])
			continue;
		last = one;
		k = one - (size_t)min_u64(how->before, one);
		for (; k < naive->n && k <= one + how->after; k++)
			naive->reported[k] = true;
	}
	/* A search that has found enough does not read the rest. */
	return left == 0 && (last == SIZE_MAX || how->backward || how->after < naive->n - last);
}

size_t naive_found_next(struct naive_found *naive, const mmr_found_options *how)
{
	size_t i;

	for (; naive->at < naive->n; naive->at++) {
		i = how->backward ? naive->n - 1 - naive->at : naive->at;
		if (naive->reported[i])
			return i;
	}
	return SIZE_MAX;
}

int naive_found_check(
	struct naive_found *naive, const mmr_found_options *how, const mmr_found_line *line)
{
	bool has_context = how->before > 0 || how->after > 0;
	size_t i = naive_found_next(naive, how), stop = (size_t)line->off + line->bytes.len;

	if (i == SIZE_MAX || line->off != naive->starts[i] || line->is_context == naive->found[i])
		return -EPROTO;
	if (line->number != (how->numbers ? naive->number + i : MMR_NO_LINE))
		return -ERANGE;
	if (has_context &&
		line->after_gap != (naive->previous != SIZE_MAX && naive->previous + 1 != i))
		return -ECHILD;
	/* A run has adjacent units of one kind. */
	for (;;) {
		naive->previous = i;
		naive->at++;
		if (naive->starts[i + 1] == stop || !how->runs)
			return naive->starts[i + 1] == stop ? 0 : -EPROTO;
		i = naive_found_next(naive, how);
		if (i != naive->previous + 1 || naive->found[i] == line->is_context)
			return -EPROTO;
	}
}
