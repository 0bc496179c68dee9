/* settle_unique.c - the rules of -u, --by, --memory and --spill
 *
 * SPDX-License-Identifier: MIT */
#include "cli/patterns.h"
#include "cli/settle.h"
#include "status/message.h"

#include <stdlib.h>

/* The least bytes of --memory: a table of a few hundred values. */
#define LEAST_MEMORY ((uint64_t)64 << 10)

static void refuse_without_unique(const char *const *given)
{
	if (given[LONG_BY])
		settle_refuse("--by without -u");
	if (given[LONG_MEMORY])
		settle_refuse("--memory without -u");
	if (given[LONG_SPILL])
		settle_refuse("--spill without -u");
}

/* Options of other actions, and those that print where each line is. */
static void refuse_others(const char *const *given)
{
	static const struct settle_other others[] = {{'A', "-A"}, {'B', "-B"}, {'C', "-C"},
		{'f', "-f"}, {'H', "-H"}, {'i', "-i"}, {'n', "-n"}, {'O', "-O"}, {'w', "-w"},
		{'x', "-x"}, {LONG_COMPARE, "--compare"}, {LONG_INDEX_JOIN, "--index-join"},
		{LONG_INDEX_PART, "--index-part"}, {LONG_NO_FILENAME, "--no-filename"},
		{LONG_OFFSETS, "--offsets"}};

	settle_refuse_others(given, "-u", others, sizeof(others) / sizeof(others[0]));
}

void settle_unique(struct options *options, const char *const *given)
{
	/* By enum distinct_order. */
	static const char *const orders[] = {"first", "count", "value", NULL};

	if (!options->unique) {
		refuse_without_unique(given);
		return;
	}
	refuse_others(given);
	if (given['c'] && given[LONG_BY])
		settle_refuse("--by with -c");
	if (given[LONG_BY])
		options->order =
			(enum distinct_order)value_word("--by value", given[LONG_BY], orders);
	if (given[LONG_MEMORY])
		options->memory = value_number("number of bytes", given[LONG_MEMORY],
			NUMBER_OF_BYTES, LEAST_MEMORY, NO_MAXIMUM);
}
