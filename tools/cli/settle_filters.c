/* settle_filters.c - the checks of --in and --where
 *
 * SPDX-License-Identifier: MIT */
#include "cli/settle.h"

#include "cli/patterns.h"
#include "status/message.h"

#include <stdlib.h>

static bool has_names(const struct options *options)
{
	size_t i;

	for (i = 0; i < options->where.n; i++)
		if (options->where.tests[i].field == 0)
			return true;
	return fields_have_names(&options->in);
}

void settle_filters(struct options *options, const char *const *given)
{
	if (given[LONG_IN]) {
		settle_refuse_other_actions(given, "--in");
		if (given['t'])
			settle_refuse("--in with -t");
		fields_parse(given[LONG_IN], &options->in);
	}
	if (given[LONG_WHERE]) {
		settle_refuse_other_actions(given, "--where");
		where_parse(given[LONG_WHERE], &options->where);
	}
	if (has_names(options) && !given['t'] && !options->has_header)
		settle_refuse("names of fields without --header");
}

void settle_filtered_search(const struct options *options, const char *const *given)
{
	const char *name = given[LONG_IN] ? "--in" : "--where";

	if (!given[LONG_IN] && !given[LONG_WHERE])
		return;
	if (given[LONG_IN] && given['o'])
		settle_refuse("--in with -o");
	if (given[LONG_IN] && given[LONG_OFFSETS])
		settle_refuse("--in with --offsets");
	if (!options->csv && options->separator == options->delimiter)
		exit((int)message("cannot use %s with fields that are separated by the delimiter "
				  "of lines",
			name));
	if (pattern_crosses_lines(options))
		exit((int)message(
			"cannot use %s with a text that contains the delimiter of lines", name));
}
