/* settle.h - the checks of options that need the whole command line
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_CLI_SETTLE_H
#define TOOLS_CLI_SETTLE_H

#include "cli/options.h"

/* Options without a letter. */
enum {
	LONG_AND = 256,
	LONG_BY,
	LONG_CACHE,
	LONG_COLOR,
	LONG_COMPARE,
	LONG_CSV,
	LONG_FIXED,
	LONG_FROM,
	LONG_HEADER,
	LONG_IN,
	LONG_INDEX,
	LONG_INDEX_JOIN,
	LONG_INDEX_PART,
	LONG_JSON,
	LONG_KEY,
	LONG_MEMORY,
	LONG_NO_FILENAME,
	LONG_NO_INDEX,
	LONG_NO_MMAP,
	LONG_OFFSETS,
	LONG_PATTERNS,
	LONG_PROGRESS,
	LONG_RELATIVE,
	LONG_SAMPLE,
	LONG_SEED,
	LONG_SEPARATOR,
	LONG_SPILL,
	LONG_STATS,
	LONG_UNTIL,
	/* By enum total_kind. */
	LONG_SUM,
	LONG_MEAN,
	LONG_MIN_OF,
	LONG_MAX_OF,
	LONG_WHERE,
	LONG_LAST
};

/* Prints "cannot use COMBINATION" and exits. */
_Noreturn void settle_refuse(const char *combination);

/* An option that cannot be used with another one. */
struct settle_other {
	int option;
	const char *text;
};

/* Prints "cannot use NAME with OTHER" and exits if one of the others is given. */
void settle_refuse_others(
	const char *const *given, const char *name, const struct settle_other *others, size_t n);

/* Refuses what does not print lines, rows or records. */
void settle_refuse_other_actions(const char *const *given, const char *name);

/* Sets the action. Exits with a message if there is another one. */
void settle_action(struct options *options, enum action_id action);

/* The rules of -u (settle_unique.c). */
void settle_unique(struct options *options, const char *const *given);

/* Refuses what cannot be used with totals, and adds their columns to the fields. */
void settle_totals(struct options *options, const char *const *given);

/* Returns: the name of the first of --sum, --mean, --min and --max that is given, or of -F. */
const char *settle_fields_name(const char *const *given);

/* Parses the list of --in and the expression of --where, or exits with a message. The others refuse
 * what cannot be used with them (settle_filters.c). */
void settle_filters(struct options *options, const char *const *given);
void settle_filtered_search(const struct options *options, const char *const *given);

/* Completes the options, or exits with a message about the first combination that has no meaning.
 * `given` has the last value of each option by letter, "" for one without a value, and NULL for one
 * that is not given. */
void settle(struct options *options, const char *const *given);

#endif
