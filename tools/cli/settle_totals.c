/* settle_totals.c - the checks of --sum, --mean, --min and --max
 *
 * SPDX-License-Identifier: MIT */
#include "cli/settle.h"

#include "status/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *settle_fields_name(const char *const *given)
{
	static const char *const names[] = {"--sum", "--mean", "--min", "--max"};
	int option;

	for (option = LONG_SUM; option <= LONG_MAX_OF; option++)
		if (given[option])
			return names[option - LONG_SUM];
	return "-F";
}

/* Refuses what has no effect on totals. */
static void refuse_details(const char *const *given)
{
	static const struct settle_other others[] = {{'c', "-c"}, {'n', "-n"}, {'O', "-O"},
		{'o', "-o"}, {'H', "-H"}, {'A', "-A"}, {'B', "-B"}, {'C', "-C"}, {'w', "-w"},
		{LONG_NO_FILENAME, "--no-filename"}, {LONG_OFFSETS, "--offsets"}};
	const char *name = settle_fields_name(given);

	/* The values of -u are fields. */
	if (given['F'] && !given['u'])
		exit((int)message("cannot use %s with -F", name));
	settle_refuse_others(given, name, others, sizeof(others) / sizeof(others[0]));
}

void settle_totals(struct options *options, const char *const *given)
{
	const struct field_list *columns = &options->totals.columns;
	struct field_list *fields = &options->fields;
	struct field_item *items;

	if (options->totals.n == 0)
		return;
	refuse_details(given);
	if (options->unique && !given['F'])
		exit((int)message(
			"cannot use %s with -u, but without -F", settle_fields_name(given)));
	items = realloc(fields->items, (fields->n + columns->n) * sizeof(*items));
	if (!items)
		exit((int)message("cannot keep %zu fields: %s", columns->n, strerror(errno)));
	memcpy(items + fields->n, columns->items, columns->n * sizeof(*items));
	fields->items = items;
	fields->n += columns->n;
}
