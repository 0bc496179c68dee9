/* totals.h - the totals of a run: of all inputs and selections
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_TOTALS_H
#define TOOLS_ACTIONS_TOTALS_H

#include "actions/noted.h"
#include "actions/total.h"
#include "cli/options.h"
#include "input/input.h"

/* Reports fields that are no numbers, if there are any. */
void totals_report(const struct input *input, const struct noted *wrong);

/* Whether there are totals of all lines, not those of the values of -u. */
static inline bool totals_are_alone(const struct options *options)
{
	return options->totals.n > 0 && !options->unique;
}

/* The columns of the totals. Call it before the next two. */
size_t totals_columns(const struct options *options);

/* For struct distinct_extra: adds one value for each column; merges totals of each column. */
void totals_add_values(void *totals, const void *values);
void totals_merge(void *totals, const void *other);

/* Prints the results of totals, each after a tab, or as a member of an object after a comma. The
 * first one is after nothing unless `follows` is set. */
void totals_put(const struct options *options, const struct total *totals, bool follows);

/* Prints the names of the results, each after a tab. */
void totals_put_names(const struct options *options);

/* Makes totals for each column. Returns: NULL if memory is lacking. */
struct total *totals_new(const struct options *options);

/* Moves the totals of a worker to those of the run. Call it for one worker at a time. */
void totals_move(const struct options *options, struct total *totals);

/* Notes the type of a column of floats. */
void totals_set_type(const struct options *options, size_t column, enum mmr_type type);

/* Notes that an input cannot be read completely: no totals are printed. */
void totals_lose(void);

/* Prints the totals of the run. Returns: STATUS_DONE, or STATUS_TROUBLE. */
enum status totals_print(const struct options *options);

#endif
